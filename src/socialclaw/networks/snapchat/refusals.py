"""What Snapchat's refusals mean, in our errors. Its answers come in an envelope whose `request_status` may be ERROR with status 200.

https://developers.snap.com/api/marketing-api/Public-Profile-API/GetStarted; the codes of posting are on /ProfileAssetManagement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from socialclaw.errors import Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of, malformed, retry_after

SECOND = 1.0  # the window of its limits (20 calls a second for an app, 10 for a token); it names no time to come back
DENIED = "snapchat_authorization_permission_denied"
EXPIRED = "snapchat_media_expired"
PROCESSING = "snapchat_media_processing"
POSTING = "snapchat_media_posting_already_in_progress"
WORDS = {
    DENIED: (
        "Snapchat does not permit this: its Public Profile API is open to apps and organizations that Snap has put on its list, "
        "and to users with a role on the profile"
    ),
    EXPIRED: "Snapchat keeps an uploaded video for 24 hours, and this one is older",
    PROCESSING: "Snapchat is still processing the video",
}
# In codes that are not in the documents: trouble that passes.
TROUBLE = re.compile(r"INTERNAL|UNAVAILABLE|TIMEOUT|TEMPORAR")
LIMIT = re.compile(r"RATE_LIMIT|TOO_MANY")


def explain(response: httpx2.Response) -> ProviderError | None:
    """Snapchat's own words as one of our errors; None where the status says it all (or all is well)."""
    status = response.status_code
    if status in (408, 425) or status >= 500:
        return None
    body = body_of(response)
    if status == 401:
        return Unauthorized("Snapchat no longer accepts the access token", code="snapchat_unauthorized", said=_challenge(response, body))
    if status == 429:
        return _limited(response, response.text[:500])
    if not isinstance(body, Mapping):
        return malformed(response) if response.is_success and response.content else None
    if response.is_success and _word(body.get("request_status")) not in ("ERROR", "FAILED"):
        return None
    return _refused(response, body)


def explain_post(response: httpx2.Response) -> ProviderError | None:
    """The same of a call that makes something, where one row that failed means that nothing was made."""
    if error := explain(response):
        return error
    body = body_of(response)
    return next(_failed_rows(body), None) if isinstance(body, Mapping) else None


def refused(word: str, *, said: str, status: int = 200) -> ProviderError:
    """The error behind an error code of Snapchat's."""
    word = _word(word)
    if word == "MEDIA_POSTING_ALREADY_IN_PROGRESS":  # no failure: an earlier call got through
        return Unavailable("Snapchat is publishing this video already", sent=True, code=POSTING, said=said)
    if TROUBLE.search(word):
        return Unavailable(f"Snapchat is in trouble ({word})", sent=True, said=said)
    code = f"snapchat_{re.sub(r'[^a-z0-9_]+', '_', word.lower())[:80]}" if word else "provider_rejected"
    message = WORDS.get(code) or f"Snapchat did not accept the request: {said[:200] or word or 'it gave no reason'}"
    return (Missing if status == 404 or word.endswith("NOT_FOUND") else Rejected)(message, code=code, said=said, httpStatus=status)


def _refused(response: httpx2.Response, body: Mapping[str, Any]) -> ProviderError:
    word = _word(body.get("error_code"))
    told = (str(body[name]) for name in ("error_code", "display_message", "debug_message") if body.get(name))
    said = ": ".join(dict.fromkeys(told))[:500]
    if LIMIT.search(word):
        return _limited(response, said)
    if not word and (row := next(_failed_rows(body), None)):
        return row
    if not word and response.status_code == 403:
        word = "AUTHORIZATION_PERMISSION_DENIED"
    return refused(word, said=said or response.text[:500], status=response.status_code)


def _limited(response: httpx2.Response, said: str) -> RateLimited:
    return RateLimited(
        "Snapchat takes no more calls for now", retry_after=retry_after(response, SECOND), code="snapchat_rate_limited", said=said
    )


def _failed_rows(body: Mapping[str, Any]) -> Iterator[ProviderError]:
    """The errors of the rows of an answer, each of which has a status of its own."""
    lists = (value for value in body.values() if isinstance(value, list))
    for row in (row for rows in lists for row in rows if isinstance(row, Mapping)):
        if _word(row.get("sub_request_status")) not in ("", "SUCCESS"):
            reason = str(row.get("sub_request_error_reason") or "")
            code = re.search(r"Error code: *([A-Za-z0-9_]+)", reason)
            yield refused(code[1] if code else "", said=reason)


def _challenge(response: httpx2.Response, body: Any) -> str:
    """Why a token is refused: in the header, else in the body."""
    found = re.search(r'error_description="([^"]*)"', response.headers.get("www-authenticate", ""))
    if found:
        return found[1][:500]
    return str(body.get("display_message") or body.get("debug_message") or "")[:500] if isinstance(body, Mapping) else ""


def _word(value: Any) -> str:
    return str(value or "").strip().upper()
