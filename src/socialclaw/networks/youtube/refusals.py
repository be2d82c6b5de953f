"""What Google's refusals mean, in our errors. Kinds of refusal are told apart by `reason`, not by status or words.

https://developers.google.com/youtube/v3/docs/errors
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import mktime_tz, parsedate_tz
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

from socialclaw import clock
from socialclaw.errors import Missing, ProviderError, RateLimited, Rejected, Unauthorized
from socialclaw.providers.wire import body_of, retry_after

PACIFIC = ZoneInfo("America/Los_Angeles")  # where Google's quota days begin
DAY = 86_400.0

# reason -> our code, what to tell the user
REJECTIONS: Mapping[str, tuple[str, str]] = {
    "invalidTitle": ("youtube_title_invalid", "YouTube does not accept the title"),
    "invalidDescription": ("youtube_description_invalid", "YouTube does not accept the description"),
    "invalidTags": ("youtube_tags_invalid", "YouTube does not accept the tags"),
    "invalidCategoryId": ("youtube_category_invalid", "YouTube does not know the category"),
    "invalidPublishAt": ("youtube_publish_at_invalid", "YouTube does not accept the time of publication"),
    "invalidFilename": ("youtube_filename_invalid", "YouTube does not accept the name of the file"),
    "invalidVideoMetadata": ("youtube_metadata_invalid", "YouTube does not accept what is said of the video"),
    "defaultLanguageNotSet": ("youtube_language_required", "YouTube wants to know the language of title and description"),
    "mediaBodyRequired": ("youtube_video_required", "YouTube got no video"),
    "uploadTooLarge": ("youtube_video_too_large", "The video is too large for YouTube"),
    "forbiddenPrivacySetting": ("youtube_privacy_forbidden", "The channel may not use this privacy setting"),
    "forbiddenLicenseSetting": ("youtube_license_forbidden", "The channel may not use this licence"),
    "forbiddenEmbedSetting": ("youtube_embedding_forbidden", "The channel may not make videos embeddable"),
    "youtubeSignupRequired": (
        "youtube_no_channel",
        "This Google account has no YouTube channel: create one at youtube.com, then connect again",
    ),
    "authenticatedUserNotChannel": ("youtube_no_channel", "This Google account has no YouTube channel"),
    "authenticatedUserAccountSuspended": ("youtube_account_suspended", "Google has suspended the account"),
    "authenticatedUserAccountClosed": ("youtube_account_closed", "The Google account is closed"),
    "channelSuspended": ("youtube_channel_suspended", "YouTube has suspended the channel"),
    "channelClosed": ("youtube_channel_closed", "The channel is closed"),
    "accountDelegationForbidden": ("youtube_delegation_forbidden", "The account may not act for this channel"),
    "accessNotConfigured": ("youtube_api_disabled", "The YouTube API is not enabled in the developer app's Google Cloud project"),
    "videoNotFound": ("youtube_not_found", "YouTube does not have the video, or not any more"),
    "channelNotFound": ("youtube_channel_not_found", "YouTube does not have the channel, or not any more"),
    "playlistNotFound": ("youtube_playlist_not_found", "YouTube does not have the playlist, or not any more"),
    "forbidden": ("youtube_forbidden", "YouTube does not allow this"),
}
SCOPE = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded"})
RATES = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "servingLimitExceeded", "uploadRateLimitExceeded"})
CONSENT = "YouTube wants a permission that was not given: connect the channel again and leave everything ticked"


def explain(response: httpx2.Response) -> ProviderError | None:
    """Google's own words as one of our errors; None where the status says it all (or all is well)."""
    if response.is_success or response.status_code == 308:
        return None
    reasons, said = _words(body_of(response))
    said = said or response.text[:500]
    if limit := _limit(reasons, said, response):
        return limit
    if reasons & SCOPE:
        return Unauthorized(CONSENT, code="youtube_scope_missing", said=said)
    for reason, (code, message) in REJECTIONS.items():
        if reason in reasons:
            kind = Missing if response.status_code == 404 else Rejected
            return kind(_told(message, said), code=code, said=said, httpStatus=response.status_code)
    if response.status_code == 401:
        return Unauthorized("YouTube no longer accepts the access token", said=said)
    if response.status_code in (408, 425, 429) or response.status_code >= 500:
        return None
    return _by_status(response.status_code, said)


def explain_beside(response: httpx2.Response) -> ProviderError | None:
    """The same for what publishing can do without: a permission that lacks there is no reason to connect the channel again."""
    error = explain(response)
    if isinstance(error, Unauthorized) and error.code == "youtube_scope_missing":
        return Rejected(error.message, code=error.code, **error.details)
    return error


def until_midnight(now: float) -> float:
    """Seconds until the next midnight of the Pacific coast, whatever daylight saving does in between."""
    here = datetime.fromtimestamp(now, PACIFIC)
    midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), PACIFIC)
    return midnight.timestamp() - now


def _limit(reasons: frozenset[str], said: str, response: httpx2.Response) -> RateLimited | None:
    if reasons & QUOTA:
        message = "The developer app has used up what YouTube lets it do in a day"
        return RateLimited(message, retry_after=until_midnight(_now(response)) + 1, code="youtube_quota_exceeded", said=said)
    if "uploadLimitExceeded" in reasons:
        message = "The channel has uploaded as many videos as YouTube lets it in a day"
        return RateLimited(message, retry_after=DAY, code="youtube_upload_limit_exceeded", said=said)
    if reasons & RATES:
        return RateLimited("YouTube takes no more calls of this kind for now", retry_after=retry_after(response), said=said)
    return None


def _by_status(status: int, said: str) -> Rejected:
    code, message = {
        403: ("youtube_forbidden", "YouTube does not allow this"),
        404: ("youtube_not_found", "YouTube does not have it, or not any more"),
        410: ("youtube_not_found", "YouTube does not have it any more"),
        413: ("youtube_video_too_large", "The video is too large for YouTube"),
    }.get(status, ("youtube_request_invalid", "YouTube did not accept the request"))
    return (Missing if status in (404, 410) else Rejected)(_told(message, said), code=code, said=said, httpStatus=status)


def _told(message: str, said: str) -> str:
    return f"{message}: {said[:200]}" if said else message


def _now(response: httpx2.Response) -> float:
    """The network's own clock, where it tells the time."""
    dated = parsedate_tz(response.headers.get("date", ""))
    return float(mktime_tz(dated)) if dated else clock.now().timestamp()


def _words(body: Any) -> tuple[frozenset[str], str]:
    """The reasons in an error body, in its older form and its newer one, and what Google says."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return frozenset(), ""
    parts = [part for name in ("errors", "details") for part in error.get(name) or () if isinstance(part, Mapping)]
    return frozenset(str(part["reason"]) for part in parts if part.get("reason")), str(error.get("message") or "")[:500]
