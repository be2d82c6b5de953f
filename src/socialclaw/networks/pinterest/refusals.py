"""What Pinterest's refusals mean, in our errors: `{"code", "message"}` with numbers of its own, and S3's XML where videos are taken.

Codes: the examples of the official API description (5.14 and 5.23), https://github.com/pinterest/api-description.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.errors import Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of, malformed, retry_after

BUSY_SECONDS = 10.0  # another write has the board
SPAM_SECONDS = 3600.0  # taken for spam: it does not pass within a rate limit's window
BROKEN = "pinterest_image_broken"  # not fetched perhaps: that server, ours it may be, was away for a moment

# Pinterest's number -> our code, what to tell the user.
BY_NUMBER: Mapping[int, tuple[str, str]] = {
    7: ("pinterest_forbidden", "Pinterest does not allow this"),
    29: ("pinterest_forbidden", "Pinterest does not permit this: it is not this user's, or the consent does not cover it"),
    30: ("pinterest_user_not_found", "Pinterest does not know this user"),
    40: ("pinterest_board_not_found", "The board is not there any more"),
    50: ("pinterest_pin_not_found", "The Pin is not there any more"),
    233: ("pinterest_image_too_small", "The image is too small for Pinterest"),
    235: (BROKEN, "Pinterest cannot fetch or read the image"),
    654: ("pinterest_business_account_required", "Pinterest wants a business account for this"),
    2031: ("pinterest_board_section_not_found", "The board has no such section"),
    2625: ("pinterest_account_disapproved", "Pinterest has disapproved the account"),
    2626: ("pinterest_account_in_review", "Pinterest is still reviewing the account"),
}
# Where the number says no more than the status: sign in the message -> our code, what to tell the user.
BY_WORDS: tuple[tuple[str, str, str], ...] = (
    (r"media upload not found", "pinterest_media_not_found", "Pinterest does not know the uploaded video, or not any more"),
    (r"section not found", "pinterest_board_section_not_found", "The board has no such section"),
    (r"pin not found", "pinterest_pin_not_found", "The Pin is not there any more"),
    (r"board not found", "pinterest_board_not_found", "The board is not there any more"),
    (r"user not found", "pinterest_user_not_found", "Pinterest does not know this user"),
    (
        r"board name is invalid or duplicated",
        "pinterest_board_name_invalid",
        "Pinterest does not take this name for a board",
    ),
    (r"invalid url", "pinterest_link_invalid", "Pinterest does not take a link"),
    (r"not authorized", "pinterest_forbidden", "Pinterest does not allow this"),
)


def explain(response: httpx2.Response) -> ProviderError | None:
    """Pinterest's own words as one of our errors; None where the status says it all (or all is well)."""
    status, body = response.status_code, body_of(response)
    if response.is_success or status in (408, 425) or status >= 500:
        return None
    number, message = _read(body)
    said = f"{number}: {message}" if message else response.text[:500]
    match status:
        case 401 if number == 29:
            return Unauthorized("Pinterest wants a consent that was not given", code="pinterest_consent_missing", said=said)
        case 401:
            return Unauthorized("Pinterest no longer accepts the access token", said=said)
        case 409:
            return RateLimited("Pinterest is busy with another change to this board", retry_after=BUSY_SECONDS, said=said)
        case 429 if re.search(r"\bspam", message, re.IGNORECASE):
            wait = max(SPAM_SECONDS, reset_of(response))
            return RateLimited(
                "Pinterest takes the account for a spammer for now", retry_after=wait, code="pinterest_spam_blocked", said=said
            )
        case 429:
            return RateLimited("Pinterest takes no more calls of this kind for now", retry_after=reset_of(response), said=said)
    return _refused(status, number, message, said)


def _refused(status: int, number: int, message: str, said: str) -> Rejected | Unavailable:
    if number in BY_NUMBER:
        code, words = BY_NUMBER[number]
    else:
        found = ((code, words) for sign, code, words in BY_WORDS if re.search(sign, message, re.IGNORECASE))
        code, words = next(found, _BY_STATUS.get(status, ("pinterest_invalid_request", "Pinterest did not accept the request")))
    told = f"{words}: {message[:200]}" if message else words
    if code == BROKEN:
        return Unavailable(told, sent=False, code=code, said=said, httpStatus=status)
    return (Missing if code.endswith("_not_found") else Rejected)(told, code=code, said=said, httpStatus=status)


_BY_STATUS = {
    403: ("pinterest_forbidden", "Pinterest does not allow this"),
    404: ("pinterest_not_found", "Pinterest does not have it, or not any more"),
}


def explain_upload(response: httpx2.Response) -> ProviderError | None:
    """The storage's answer to a video: 204, or XML with a word of its own. Nothing else says that the file arrived."""
    status = response.status_code
    if status == 204:
        return None
    if response.is_success:
        return malformed(response)
    if status in (408, 425, 429) or status >= 500:
        return None
    word = re.search(r"<Code>(\w+)</Code>", response.text)
    said = word[1] if word else response.text[:200]
    if said in ("RequestTimeout", "SlowDown", "IncompleteBody"):
        return Unavailable("Pinterest's storage did not take the video", sent=True, said=said)
    if said in ("AccessDenied", "ExpiredToken", "InvalidToken"):
        return Rejected("The permission to upload the video has expired", code="pinterest_upload_ended", said=said, httpStatus=status)
    if said == "EntityTooLarge":
        return Rejected("The video is too large for Pinterest", code="pinterest_video_too_large", said=said, httpStatus=status)
    return Rejected(f"Pinterest's storage did not take the video: {said}", code="pinterest_upload_refused", said=said, httpStatus=status)


def rest(headers: httpx2.Headers) -> float:
    """Seconds until the window opens again whose last call this was; 0 while calls are left."""
    left, reset = _number(headers.get("x-ratelimit-remaining")), _number(headers.get("x-ratelimit-reset"))
    return reset if left == 0 and reset is not None else 0.0


def reset_of(response: httpx2.Response) -> float:
    """Seconds that a 429 asks for."""
    reset = _number(response.headers.get("x-ratelimit-reset"))
    return retry_after(response) if reset is None else max(1.0, reset)


def _number(value: str | None) -> float | None:
    """The first number of a rate-limit header, which may name several windows ("100, 100;w=1, 1000;w=60")."""
    found = re.match(r"\s*(\d{1,9}(?:\.\d{1,9})?)", value or "")
    return float(found[1]) if found else None


def _read(body: Any) -> tuple[int, str]:
    """Number and message of an error body; 0 and nothing where it is none."""
    if not isinstance(body, Mapping):
        return 0, ""
    number, message = body.get("code"), body.get("message")
    detail = body.get("message_detail")
    words = " ".join(text for text in (message, detail) if isinstance(text, str) and text)
    return (number if isinstance(number, int) and not isinstance(number, bool) else 0), words
