"""What LinkedIn's refusals mean, in our errors. LinkedIn names them by status, a code word, a service number, or only in its words.

https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling and .../rate-limits
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of, malformed, retry_after

DUPLICATE, NOT_READY, ENDED, NOT_FOUND = (
    "linkedin_duplicate_post",
    "linkedin_media_not_ready",
    "linkedin_upload_ended",
    "linkedin_not_found",
)
NO_PERMISSION = "linkedin_permission_missing"
AFTER_MIDNIGHT = 60.0  # seconds; the counters are not all reset at once

DUPLICATED = "LinkedIn takes this for a repetition of a post that it has, or of one that was deleted within the last two days"
# Sign in the answer -> our code, what to tell the user. The first that fits is taken.
REJECTIONS: tuple[tuple[str, str, str], ...] = (
    (
        r"\bduplicate\b|DUPLICATE_POST",
        "linkedin_duplicate_post",
        DUPLICATED,
    ),
    (
        r"accessing this \w+ resource is forbidden|not (?:yet )?(?:ready|available) for use|still processing",
        "linkedin_media_not_ready",
        "LinkedIn is still processing the file",
    ),
    (r"FIELD_LENGTH_TOO_LONG", "linkedin_text_too_long", "A text is too long for LinkedIn"),
    (r"VERSION_MISSING", "linkedin_version_missing", "LinkedIn missed the version of its API in the request"),
)


def explain(response: httpx2.Response) -> ProviderError | None:
    """LinkedIn's own words as one of our errors; None where the status says it all (or all is well)."""
    status, body = response.status_code, body_of(response)
    if response.is_success or status in (408, 425) or status >= 500:
        return None
    said = _words(body) or response.text[:500]
    if status == 401:
        return Unauthorized("LinkedIn no longer accepts the access token", said=said)
    if status == 426:
        # Nothing was looked at: the post is not at fault, and goes out as soon as the operator has updated.
        message = (
            "LinkedIn has retired the version of its API that this server speaks. "
            "Whoever runs the server must update it: `socialclaw doctor --networks` says how long each version lives"
        )
        return Unavailable(message, sent=False, code="linkedin_version_retired", said=said)
    if status == 429:
        return RateLimited("LinkedIn takes no more calls for now", retry_after=_until_reset(response, said), said=said)
    if status == 409:
        return Unavailable("LinkedIn is busy with another change to the same thing", sent=False, code="linkedin_conflict", said=said)
    return _refused(status, said)


def _refused(status: int, said: str) -> ProviderError:
    for sign, code, message in REJECTIONS:
        if re.search(sign, said, re.IGNORECASE):
            known = re.search(r"urn:li:\w+:\d+", said) if code == DUPLICATE else None
            named: dict[str, Any] = {"urn": known[0]} if known else {}
            return Rejected(f"{message}{f': {known[0]}' if known else ''}", code=code, said=said, httpStatus=status, **named)
    if status == 403:
        why = "the consent does not cover it, the developer app lacks the product, or the role on the Page is lost"
        return Unauthorized(f"LinkedIn does not permit this: {why}", code=NO_PERMISSION, said=said)
    code, message = {404: ("linkedin_not_found", "LinkedIn does not have it, or not any more")}.get(
        status, ("linkedin_invalid_request", "LinkedIn did not accept the request")
    )
    kind = Missing if status == 404 else Rejected
    return kind(f"{message}: {said[:200]}" if said else message, code=code, said=said, httpStatus=status)


def explain_upload(response: httpx2.Response) -> ProviderError | None:
    """The upload host's answer to a file or a part of one: empty where it took it."""
    status = response.status_code
    if response.is_success:
        return malformed(response) if response.content else None
    if status == 401:
        return Unauthorized("LinkedIn no longer accepts the access token", said=response.text[:200])
    if status in (403, 404, 410):
        kind = Missing if status == 404 else Rejected
        return kind("LinkedIn's permission to upload this file has expired", code=ENDED, said=response.text[:200], httpStatus=status)
    if status in (408, 425, 429) or status >= 500:
        return None
    said = response.text[:200]
    return Rejected(f"LinkedIn did not take the file: {said}", code="linkedin_upload_refused", said=said, httpStatus=status)


def _until_reset(response: httpx2.Response, said: str) -> float:
    """Seconds to wait. LinkedIn names none: what is throttled by resource is counted by days that end at midnight UTC."""
    if "retry-after" in response.headers or "throttle" not in said.lower():
        return retry_after(response)
    now = clock.now()
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds() + AFTER_MIDNIGHT


def _words(body: Any) -> str:
    """Code, number and message of an error body, and the codes in its details; nothing where it is none."""
    if not isinstance(body, Mapping):
        return ""
    details = body.get("errorDetails")
    inputs = details.get("inputErrors") if isinstance(details, Mapping) else None
    inner = [entry for entry in inputs if isinstance(entry, Mapping)] if isinstance(inputs, list) else []
    number = body.get("serviceErrorCode")
    found = [body.get("code"), str(number) if isinstance(number, int) else None, body.get("message")]
    found += [entry.get(name) for entry in inner for name in ("code", "description")]
    return " | ".join(dict.fromkeys(word for word in found if isinstance(word, str) and word))
