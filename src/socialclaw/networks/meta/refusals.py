"""What the Graph API's refusals mean, in our errors: by `error_subcode` where there is one that we know, else by `code`.

https://developers.facebook.com/docs/graph-api/guides/error-handling and, for Instagram,
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.errors import Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of

TOKEN = frozenset({102, 190, 467})
PERMISSION = frozenset({3, 10, *range(200, 300)})
LIMITS = frozenset({4, 17, 32, 341, 613, 80001, 80002})
TRANSIENT = frozenset({1, 2})
DEFAULT_PAUSE, LONGEST_PAUSE = 300.0, 24 * 3600.0
TOO_FAST, TOO_FAST_PAUSE = 1390008, 900.0
QUOTA_USED, QUOTA_PAUSE = 2207042, 3600.0  # a rolling day: nobody says when the oldest post leaves it
GONE_SUBCODE, NO_SUCH_ALIAS = 33, 803

# What both products refuse, by the words of each.
NAMES: Mapping[str, Mapping[str, str]] = {
    "facebook": {
        "permission": "facebook_permission_missing",
        "missing": "facebook_not_found",
        "metric": "facebook_metric_unavailable",
        "secret": "facebook_app_secret_required",
        "blocked": "facebook_blocked",
        "other": "facebook_rejected",
    },
    "instagram": {
        "permission": "instagram_permission_missing",
        "missing": "instagram_not_found",
        "metric": "instagram_metric_unavailable",
        "secret": "instagram_app_secret_required",
        "blocked": "instagram_blocked",
        "other": "instagram_rejected",
    },
}
# Subcodes (above 10,000) and codes -> our code and what to tell the user.
REFUSALS: Mapping[int, tuple[str, str]] = {
    506: ("facebook_duplicate_post", "The Page has just posted this text"),
    1366051: ("facebook_duplicate_post", "These photos have been posted already"),
    1346003: ("facebook_content_refused", "Facebook takes the content for abusive"),
    1404006: ("facebook_account_restricted", "Facebook wants a security check of the person who connected the Page"),
    1404102: ("facebook_content_refused", "Facebook says that the content is against its Community Standards"),
    1404112: ("facebook_account_restricted", "Facebook has restricted the person who connected the Page"),
    1404078: ("facebook_page_authorization_required", "The Page needs Page Publishing Authorization, in its settings on Facebook"),
    4854002: ("facebook_identity_unconfirmed", "Facebook wants the person who connected the Page to confirm who they are"),
    1366046: ("facebook_image_refused", "Facebook takes photos of up to 10 MB as JPEG, PNG, GIF, BMP or TIFF"),
    324: ("facebook_image_refused", "Facebook cannot read the image"),
    2069019: ("facebook_image_refused", "Facebook cannot read the image"),
    1609005: ("facebook_link_unreachable", "Facebook cannot open a link of the post"),
    1609008: ("facebook_link_refused", "Facebook takes no links to itself here"),
    2061006: ("facebook_link_refused", "Facebook does not take a link of the post"),
    1349125: ("facebook_media_refused", "Facebook does not take the file's format"),
    1363037: ("facebook_upload_offset", "Facebook expects another part of the video"),
    352: ("facebook_video_refused", "Facebook does not take the video's format"),
    382: ("facebook_video_refused", "Facebook finds the video too small"),
    389: ("facebook_video_unreachable", "Facebook cannot fetch the video from its URL"),
    6000: ("facebook_upload_failed", "Facebook had a problem with the upload of the video"),
    6001: ("facebook_upload_failed", "Facebook had a problem with the upload of the video"),
    2207004: ("instagram_image_refused", "Instagram takes images of up to 8 MiB"),
    2207005: ("instagram_image_refused", "Instagram takes JPEG images only; what is uploaded here is converted"),
    2207006: ("instagram_container_gone", "Instagram does not have the prepared media, or has published it already"),
    2207008: ("instagram_container_gone", "Instagram does not have the prepared media any more"),
    2207009: ("instagram_aspect_refused", "Instagram takes images from 4:5 to 1.91:1"),
    2207010: ("instagram_caption_refused", "The caption is too long for Instagram"),
    2207020: ("instagram_container_gone", "The prepared media has expired"),
    2207023: ("instagram_media_refused", "Instagram does not know this kind of media"),
    2207026: ("instagram_video_refused", "Instagram takes MOV and MP4 videos with H.264 or HEVC and AAC"),
    2207028: ("instagram_carousel_refused", "A carousel has 2 to 10 items"),
    2207035: ("instagram_tag_refused", "Instagram does not take a product tag"),
    2207036: ("instagram_tag_refused", "Instagram takes product tags on photos only with a position"),
    2207037: ("instagram_tag_refused", "Instagram does not take a product tag"),
    2207040: ("instagram_tag_refused", "Instagram takes no more tags"),
    2207050: ("instagram_account_restricted", "The Instagram account is restricted: log in there and follow what it asks for"),
    2207051: ("instagram_action_blocked", "Instagram takes this for spam: wait some hours before the next post"),
    2207052: ("instagram_media_unreachable", "Instagram cannot fetch the file: its URL must be public and lead straight to it"),
    2207057: ("instagram_thumbnail_refused", "The thumbnail's time is not within the video"),
    2207081: ("instagram_trial_refused", "The account cannot post trial reels"),
}
# Instagram's troubles that another try may get over.
PASSING = frozenset({1363047, 1609010, 2207001, 2207003, 2207032, 2207053, 2207067, 2207076, 2207077, 2207082})
# Meta could not fetch a file: that server, ours perhaps, may have been away for a moment.
UNREACHED = frozenset({"facebook_video_unreachable", "instagram_media_unreachable"})
NOT_READY = 2207027


def explain(response: httpx2.Response, prefix: str) -> ProviderError | None:
    """The API's own words as one of our errors; None where the status says it all (or all is well)."""
    body = body_of(response)
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        if response.is_success and isinstance(body, Mapping) and body.get("success") is False:
            return Rejected("Meta answered that it did not do it", code=NAMES[prefix]["other"], said=response.text[:500])
        return None
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    details: dict[str, Any] = {"said": said(error), "metaCode": code, **({"metaSubcode": subcode} if subcode else {})}
    if (known := REFUSALS.get(subcode)) or (known := REFUSALS.get(code)):
        message = f"{known[1]}: {details['said']}"[:400]
        if known[0] in UNREACHED:
            return Unavailable(message, sent=False, code=known[0], **details)
        return Rejected(message, code=known[0], **details, **_more(error))
    if limited := _limited(response, code, subcode, details):
        return limited
    if code in TOKEN:
        return Unauthorized("Meta no longer accepts the access token", **details)
    if subcode == NOT_READY:
        return Unavailable("Instagram is still preparing the media", sent=False, code="instagram_media_not_ready", **details)
    if code in TRANSIENT or subcode in PASSING or error.get("is_transient") is True or code < 0:
        return Unavailable(f"Meta has a problem that passes: {details['said']}"[:400], sent=True, **details)
    return _refused(code, subcode, details, NAMES[prefix])


def _limited(response: httpx2.Response, code: int, subcode: int, details: dict[str, Any]) -> RateLimited | None:
    if subcode == QUOTA_USED:
        message = "The account has published as much as Instagram allows in a day"
        return RateLimited(message, retry_after=QUOTA_PAUSE, code="instagram_quota_used", **details)
    if subcode == TOO_FAST:
        return RateLimited("Facebook finds that the Page posts too fast", retry_after=TOO_FAST_PAUSE, **details)
    if code in LIMITS:
        return RateLimited("Meta takes no more calls for now", retry_after=regain(response.headers) or DEFAULT_PAUSE, **details)
    return None


def _refused(code: int, subcode: int, details: dict[str, Any], names: Mapping[str, str]) -> ProviderError:
    words = details["said"]
    if code in PERMISSION or "no permission to publish" in words.lower():
        return Unauthorized(f"Meta wants a permission that was not given: {words}"[:400], code=names["permission"], **details)
    if code == 368:
        return Rejected(f"Meta has blocked this for now: {words}"[:400], code=names["blocked"], **details)
    if (code == 100 and subcode == GONE_SUBCODE) or code == NO_SUCH_ALIAS:
        return Missing("Meta does not have it, not any more, or not for this account", code=names["missing"], **details)
    if code == 3001 or subcode == 1504028 or "valid insights metric" in words:
        return Rejected("Meta does not have this figure", code=names["metric"], **details)
    if "appsecret_proof" in words:
        message = 'The developer app demands a proof that is not sent: turn "Require App Secret" off in its advanced settings'
        return Rejected(message, code=names["secret"], **details)
    return Rejected(f"Meta did not accept the request: {words}"[:400], code=names["other"], **details)


def said(error: Mapping[str, Any]) -> str:
    """What is said to people and to programs, once each."""
    words = [str(error[name]) for name in ("error_user_title", "error_user_msg", "message") if error.get(name)]
    return " | ".join(dict.fromkeys(words))[:500] or "no reason given"


def regain(headers: httpx2.Headers) -> float:
    """Seconds until calls are taken again, as the header of the business use case says in minutes; 0 where it does not."""
    try:
        told = json.loads(headers.get("x-business-use-case-usage", "{}"))
        minutes = [float(case.get("estimated_time_to_regain_access") or 0) for cases in told.values() for case in cases]
    except (ValueError, TypeError, AttributeError):
        return 0.0
    return min(60 * max(minutes, default=0.0), LONGEST_PAUSE)


def _more(error: Mapping[str, Any]) -> dict[str, Any]:
    data = error.get("error_data")
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError:
            data = None
    return {"errorData": data} if isinstance(data, Mapping) else {}


def _number(value: object) -> int:
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return 0
