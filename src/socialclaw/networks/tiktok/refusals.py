"""What TikTok's refusals mean, in our errors. They come in an envelope with a code, sometimes with status 200.

https://developers.tiktok.com/doc/tiktok-api-v2-error-handling and the error tables of the Content Posting API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.errors import Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of, malformed, retry_after

MINUTE = 60.0  # the window of calls; TikTok names no time to come back
# Caps of 24 rolling hours: when the next place gets free is not told, so it is asked for once an hour.
CAP = 3600.0
CAPS = {
    "spam_risk_too_many_posts": "The account has used up its posts of 24 hours",
    "spam_risk_too_many_pending_share": "The creator's inbox holds as many drafts as TikTok takes in 24 hours",
    "reached_active_user_cap": "The developer app has used up its posting users of 24 hours",
}
WORDS = {
    "privacy_level_option_mismatch": "The account does not offer this privacyLevel: ask for `creator-info`",
    "url_ownership_unverified": "The address of the media is not verified in the developer app: add this server's URL prefix there",
    "unaudited_client_can_only_post_to_private_accounts": (
        "The developer app is not audited by TikTok: it may post only to accounts that are set to private"
    ),
    "spam_risk_user_banned_from_posting": "TikTok has banned the account from posting",
    "spam_risk": "TikTok takes the post for spam",
    "spam_risk_text": "TikTok takes the text for spam",
    "file_format_check_failed": "TikTok does not take this file format",
    "duration_check_failed": "The video is shorter or longer than TikTok takes",
    "frame_rate_check_failed": "The video has a frame rate that TikTok does not take (23 to 60 a second)",
    "picture_size_check_failed": "The picture has more pixels than TikTok takes (1080p)",
    "video_pull_failed": "TikTok could not fetch the video",
    "photo_pull_failed": "TikTok could not fetch a picture",
    "publish_cancelled": "The post was canceled at TikTok",
    "auth_removed": "The user took the access back while the post was processed",
}
# Upload answers by status.
UPLOAD = {
    400: ("tiktok_upload_refused", "TikTok did not accept a piece of the video"),
    403: ("tiktok_upload_expired", "The upload was open for an hour and has ended"),
    404: ("tiktok_upload_expired", "TikTok does not know this upload, or not any more"),
    416: ("tiktok_upload_out_of_step", "TikTok expected another piece of the video"),
}


def explain(response: httpx2.Response) -> ProviderError | None:
    """TikTok's own words as one of our errors; None where the status says it all (or all is well)."""
    error = _envelope(response)
    if error is None:
        return malformed(response) if response.is_success else None
    code = _word(error.get("code"))
    if code == "ok":
        return None
    if response.status_code >= 500 or response.status_code in (408, 425) or code == "internal_error":
        return Unavailable(f"TikTok is in trouble ({code})", sent=True, said=_said(error))
    return refused(code, status=response.status_code, said=_said(error), delay=retry_after(response, MINUTE))


def explain_upload(response: httpx2.Response) -> ProviderError | None:
    """The answer to a piece of a video: 206 wants more, 201 has all. `stored`: how many bytes TikTok has, where it tells."""
    status = response.status_code
    if status == 429:
        return RateLimited(
            "TikTok takes no more calls for now", retry_after=retry_after(response, MINUTE), code="tiktok_rate_limit_exceeded"
        )
    if status in UPLOAD:
        code, message = UPLOAD[status]
        stored = re.fullmatch(r"bytes\s+0-([0-9]{1,18})/[0-9]+", response.headers.get("content-range", ""))
        known = {"stored": int(stored[1]) + 1} if stored else {}
        kind = Missing if status == 404 else Rejected
        return kind(message, code=code, said=response.text[:500], httpStatus=status, **known)
    if response.is_success and status not in (201, 206):
        return malformed(response)
    return None


def refused(code: str, *, status: int, said: str, delay: float = MINUTE) -> ProviderError:
    """The error behind a code of TikTok's."""
    if code == "access_token_invalid":
        return Unauthorized("TikTok no longer accepts the access token", code="tiktok_access_token_invalid", said=said)
    if code in ("scope_not_authorized", "scope_permission_missed"):
        return Unauthorized("TikTok wants a permission that was not given", code="tiktok_scope_missing", said=said)
    if code == "rate_limit_exceeded" or status == 429:
        return RateLimited("TikTok takes no more calls of this kind for now", retry_after=delay, code=f"tiktok_{code}", said=said)
    if code in CAPS:
        return RateLimited(CAPS[code], retry_after=CAP, code=f"tiktok_{code}", said=said)
    if status == 401:
        return Unauthorized("TikTok did not accept the access token", code=f"tiktok_{code}", said=said)
    kind = Missing if code == "invalid_publish_id" or status == 404 else Rejected
    return kind(WORDS.get(code) or f"TikTok did not accept the request: {said[:200]}", code=f"tiktok_{code}", said=said, httpStatus=status)


def failed(reason: str) -> Rejected:
    """A post that TikTok took and then did not publish: its own word is the code, since that is what people look up."""
    if reason in ("internal", "upload_expired"):
        message = "TikTok failed to process the post" if reason == "internal" else "Every upload of the video ended before it was whole"
        return Rejected(message, code=f"tiktok_{reason}", said=reason)
    return Rejected(WORDS.get(reason) or CAPS.get(reason) or f"TikTok did not publish the post: {reason}", code=reason, said=reason)


def _envelope(response: httpx2.Response) -> Mapping[str, Any] | None:
    body = body_of(response)
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, Mapping) else None


def _word(code: Any) -> str:
    """A code as ours are spelled; TikTok's are."""
    return re.sub(r"[^a-z0-9_]+", "_", str(code).lower())[:80] or "unknown"


def _said(error: Mapping[str, Any]) -> str:
    return ": ".join(str(error[name]) for name in ("code", "message") if error.get(name))[:500]
