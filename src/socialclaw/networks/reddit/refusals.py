"""What Reddit's refusals mean, in our errors: `json.errors` with status 200, validation objects with 400, bare statuses, and HTML.

Words: https://github.com/reddit-archive/reddit (r2/lib/errors.py), recorded answers, and for the newer ones what clients have met.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from socialclaw.errors import Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable
from socialclaw.providers.wire import body_of, retry_after

USUAL_WAIT = 600.0  # where a limit on posting does not say how long
UNITS = {"millisecond": 0.001, "second": 1.0, "minute": 60.0, "hour": 3600.0}
LIMITS = frozenset({"RATELIMIT", "SUBREDDIT_RATELIMIT"})
TROUBLE = frozenset({"SCRAPER_ERROR", "CONFLICT", "SOMETHING_IS_BROKEN"})

# Reddit's word -> our code, what to tell the user.
BY_WORD: Mapping[str, tuple[str, str]] = {
    "ALREADY_SUB": ("reddit_link_already_submitted", "The subreddit has this link already, from somebody or from an earlier attempt"),
    "SUBMIT_VALIDATION_REPOST": ("reddit_link_already_submitted", "The subreddit has had this link too recently"),
    "SUBREDDIT_NOEXIST": ("reddit_subreddit_not_found", "There is no such subreddit"),
    "SUBREDDIT_REQUIRED": ("reddit_subreddit_required", "Reddit wants to know the subreddit"),
    "SUBREDDIT_NOTALLOWED": ("reddit_posting_not_allowed", "The user may not post in this subreddit"),
    "SUBREDDIT_NOTALLOWED_BANNED": ("reddit_banned_from_subreddit", "The user is banned from this subreddit"),
    "BANNED_FROM_SUBREDDIT": ("reddit_banned_from_subreddit", "The user is banned from this subreddit"),
    "SUBREDDIT_NO_ACCESS": ("reddit_posting_not_allowed", "The subreddit is closed to the user"),
    "QUARANTINE_REQUIRES_VERIFICATION": ("reddit_email_unverified", "The subreddit is for users who have confirmed their e-mail address"),
    "VERIFIED_USER_REQUIRED": ("reddit_email_unverified", "Reddit wants the user to confirm the e-mail address first"),
    "IN_TIMEOUT": ("reddit_account_suspended", "Reddit has suspended the account"),
    "BAD_CAPTCHA": ("reddit_captcha_required", "Reddit does not trust the account enough yet to post by an app"),
    "NO_SELFS": ("reddit_text_posts_not_allowed", "The subreddit takes links only: attach a file"),
    "NO_LINKS": ("reddit_link_posts_not_allowed", "The subreddit takes text only: attach no file"),
    "NO_TEXT": ("reddit_text_missing", "Reddit wants a text where there is none"),
    "NO_URL": ("reddit_link_invalid", "Reddit wants a link"),
    "BAD_URL": ("reddit_link_invalid", "Reddit does not take the address of the file"),
    "INVALID_SCHEME": ("reddit_link_invalid", "Reddit does not take the address of the file"),
    "DOMAIN_BANNED": ("reddit_domain_banned", "Reddit takes no links to this site"),
    "TOO_LONG": ("reddit_too_long", "A text is too long for Reddit"),
    "TOO_SHORT": ("reddit_too_short", "A text is too short for Reddit"),
    "BAD_STRING": ("reddit_text_refused", "Reddit does not take the text"),
    "SUBREDDIT_LINKING_DISALLOWED": ("reddit_text_refused", "The subreddit does not want other subreddits named"),
    "USERNAME_LINKING_DISALLOWED": ("reddit_text_refused", "The subreddit does not want users named"),
    "INVALID_OPTION": ("reddit_option_invalid", "Reddit does not know one of the settings, such as the flair"),
    "BAD_FLAIR_TARGET": ("reddit_flair_invalid", "Reddit does not take the flair"),
    "SUBMIT_VALIDATION_FLAIR_REQUIRED": ("reddit_flair_required", "The subreddit wants a flair: set flairId"),
    "SUBMIT_VALIDATION_TITLE_REQUIREMENT": ("reddit_title_refused", "The subreddit wants something in the title that is missing"),
    "SUBMIT_VALIDATION_TITLE_BLACKLISTED_STRING": ("reddit_title_refused", "The subreddit does not take the title"),
    "SUBMIT_VALIDATION_BODY_REQUIRED": ("reddit_body_required", "The subreddit wants a text below the title"),
    "SUBMIT_VALIDATION_BODY_NOT_ALLOWED": ("reddit_body_not_allowed", "The subreddit takes no text below the title"),
    "SUBMIT_VALIDATION_BODY_REQUIREMENT": ("reddit_body_refused", "The subreddit wants something in the text that is missing"),
    "SUBMIT_VALIDATION_BODY_BLACKLISTED_STRING": ("reddit_body_refused", "The subreddit does not take the text"),
    "SUBMIT_VALIDATION_BODY_REGEX_REQUIREMENT": ("reddit_body_refused", "The subreddit does not take the text"),
    "SUBMIT_VALIDATION_MIN_LENGTH": ("reddit_too_short", "The title or the text is too short for the subreddit"),
    "SUBMIT_VALIDATION_MAX_LENGTH": ("reddit_too_long", "The title or the text is too long for the subreddit"),
    "SUBMIT_VALIDATION_REGEX_TIMEOUT": ("reddit_text_refused", "The subreddit's rules for texts could not be applied"),
    "SUBMIT_VALIDATION_LINK_WHITELIST": ("reddit_link_refused", "The subreddit takes no links to this site"),
    "POST_GUIDANCE_VALIDATION_FAILED": ("reddit_post_guidance_failed", "The post is not as the subreddit wants posts to be"),
}
# The same for what a status comes with, as its `reason`.
BY_REASON: Mapping[str, tuple[str, str]] = {
    "private": ("reddit_subreddit_private", "The subreddit is private"),
    "banned": ("reddit_subreddit_banned", "Reddit has closed the subreddit"),
    "quarantined": ("reddit_subreddit_quarantined", "Reddit has quarantined the subreddit"),
}
BY_STATUS: Mapping[int, tuple[str, str]] = {
    302: ("reddit_subreddit_not_found", "There is no such subreddit"),
    403: ("reddit_forbidden", "Reddit does not allow this"),
    404: ("reddit_not_found", "Reddit does not have it, or not any more"),
}


def explain(response: httpx2.Response) -> ProviderError | None:
    """Reddit's own words as one of our errors; None where the status says it all (or all is well)."""
    status, body = response.status_code, body_of(response)
    if status in (408, 425) or status >= 500:
        return None
    challenge = response.headers.get("www-authenticate", "")
    match status:
        case 401:
            return Unauthorized("Reddit no longer accepts the access token", said=challenge or response.text[:200])
        case 403 if "insufficient_scope" in challenge:
            return Unauthorized("Reddit wants a permission that was not given", code="reddit_scope_missing", said=challenge)
        case 403 if not isinstance(body, Mapping):
            message = "Reddit has blocked this server: see https://support.reddithelp.com about access to its API"
            return Rejected(message, code="reddit_blocked", said=_visible(response), httpStatus=status)
        case 429:
            return RateLimited("Reddit takes no more calls for now", retry_after=reset_of(response), said=_visible(response))
    if not response.is_success:
        return _by_body(status, body if isinstance(body, Mapping) else {}, response)
    answer = body.get("json") if isinstance(body, Mapping) else None
    if not isinstance(answer, Mapping) or not answer.get("errors"):
        return None
    return _by_errors([[str(part) for part in error] for error in answer["errors"]], answer.get("ratelimit"), response)


def _by_errors(errors: Sequence[Sequence[str]], seconds: Any, response: httpx2.Response) -> ProviderError:
    """The gravest of several: what never passes comes before what passes."""
    said = "; ".join(" ".join(error) for error in errors)[:500]
    words = {error[0]: (error[1] if len(error) > 1 else "") for error in errors}
    if "USER_REQUIRED" in words:
        return Unauthorized("Reddit no longer accepts the access token", said=said)
    for word, message in words.items():
        if word not in LIMITS | TROUBLE:
            return _rejected(word, message, said=said, status=response.status_code)
    for word, message in words.items():
        if word in LIMITS:
            wait = float(seconds) if isinstance(seconds, int | float) and math.isfinite(seconds) and seconds > 0 else seconds_in(message)
            return RateLimited(f"Reddit lets the user post again later: {message}", retry_after=wait, code="reddit_ratelimit", said=said)
    return Unavailable("Reddit is in trouble", sent=True, said=said)


def _by_body(status: int, body: Mapping[str, Any], response: httpx2.Response) -> ProviderError:
    """A status with an object: a validation that failed, a reason, special errors, or nothing beside the status itself."""
    reason, explanation = body.get("reason"), body.get("explanation")
    said = response.text[:500]
    if isinstance(reason, str) and reason in BY_REASON:
        code, words = BY_REASON[reason]
        return Rejected(words, code=code, said=said, httpStatus=status)
    if isinstance(reason, str) and re.fullmatch(r"[A-Z_]+", reason) and reason != "SPECIAL_ERRORS":
        return _rejected(reason, str(explanation or ""), said=said, status=status)
    code, words = BY_STATUS.get(status, ("reddit_invalid_request", "Reddit did not accept the request"))
    kind = Missing if status == 404 else Rejected
    return kind(f"{words}: {str(explanation).strip()[:200]}" if explanation else words, code=code, said=said, httpStatus=status)


def _rejected(word: str, message: str, *, said: str, status: int) -> Rejected:
    more = f": {message.strip()[:200]}" if message.strip() else ""
    if word in BY_WORD:
        code, words = BY_WORD[word]
        return Rejected(f"{words}{more}", code=code, said=said, httpStatus=status)
    plain = re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_") or "rejected"
    return Rejected(f"Reddit did not accept the post{more}", code=f"reddit_{plain}", said=said, httpStatus=status)


def seconds_in(message: str) -> float:
    """How long Reddit asks to wait, from a sentence such as "Take a break for 9 minutes before trying again."."""
    found = re.search(r"(\d{1,3}) (millisecond|second|minute|hour)s?", message)
    return max(1.0, int(found[1]) * UNITS[found[2]]) if found else USUAL_WAIT


def rest(headers: httpx2.Headers) -> float:
    """Seconds until the window opens again whose last call this was; 0 while calls are left."""
    left, reset = _number(headers.get("x-ratelimit-remaining")), _number(headers.get("x-ratelimit-reset"))
    return reset if left is not None and left < 1 and reset is not None else 0.0


def reset_of(response: httpx2.Response) -> float:
    """Seconds that a 429 asks for: by Retry-After, else until the window opens again."""
    if "retry-after" in response.headers:
        return retry_after(response)
    reset = _number(response.headers.get("x-ratelimit-reset"))
    return retry_after(response) if reset is None else max(1.0, reset)


def _number(value: str | None) -> float | None:
    return float(value) if value and re.fullmatch(r"\d{1,9}(\.\d+)?", value) else None


def _visible(response: httpx2.Response) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", response.text[:5000], flags=re.DOTALL).split())[:300]
