"""What X's refusals mean, in our errors. X tells kinds of refusal apart by problem type, by old numeric code, or only by its words.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.utils import mktime_tz, parsedate_tz
from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unpaid
from socialclaw.providers.incoming import number_of
from socialclaw.providers.wire import body_of, retry_after

# What whoever runs the developer app must see to: sign in the answer -> our code, what to tell the user. Posts wait meanwhile.
UNPAID: tuple[tuple[str, str, str], ...] = (
    (
        r"spendcapreached|spend cap",
        "x_spend_cap_reached",
        "The developer app has spent what its owner lets it spend in this period",
    ),
    (r"creditsdepleted|any credits", "x_credits_depleted", "The developer app has no credits left on X"),
    (r"usage-capped|usagecapexceeded", "x_usage_capped", "The developer app has used up its posts of this period"),
)
# What X does not have, not any more or not yet, in the same form.
GONE: tuple[tuple[str, str, str], ...] = (
    (r"media ids? (?:are|is) invalid|media id is invalid", "x_media_invalid", "X does not know these files, or not any more"),
    (r"deleted or not visible to you", "x_reply_refused", "X does not show this account the post to reply to, or not any more"),
    (r"resource-not-found", "x_not_found", "X does not have it, or not any more"),
)
# Sign in the answer -> our code, what to tell the user. The first that fits is taken.
REJECTIONS: tuple[tuple[str, str, str], ...] = (
    (
        r"duplicate content|\b187\b",
        "x_duplicate_content",
        "X has this text of this account already, or had it and it was deleted a short while ago",
    ),
    (r"client-forbidden|client-not-enrolled|user-not-enrolled", "x_app_not_enrolled", "The developer app is not enrolled for this call"),
    (r"user-suspended|account is suspended", "x_account_suspended", "The account is suspended"),
    (r"might be automated|\b226\b", "x_automation_blocked", "X takes the post for automated spam"),
    (r"media type unrecognized", "x_media_unreadable", "X cannot read the file as what it is called"),
    (r"video longer than", "x_video_too_long", "The video is longer than this account may post"),
    (r"one cashtag", "x_too_many_cashtags", "X takes one cashtag in a post"),
    (r"invalid url", "x_invalid_url", "X does not take a link in the text"),
    (r"text is too long|too long\b", "x_text_too_long", "The text is too long for X"),
    (
        r"in.reply.to|reply to (?:a|this) (?:tweet|post|conversation)|not mentioned or|only reply to or quote",
        "x_reply_refused",
        "X does not allow this reply: by the API, one may answer those who have mentioned or quoted one, and oneself",
    ),
    (r"not authorized to delete", "x_not_the_author", "Only its author can delete a post"),
)
# What only the user's consent cures.
CONSENT = re.compile(r"unsupported-authentication|oauth1-permissions|missing required scope", re.IGNORECASE)
# What X says for want of a reason: of a token that lacks a scope, and just as well of one post that it does not like.
REASONLESS = "not permitted to perform this action"


def explain(response: httpx2.Response) -> ProviderError | None:
    """X's own words as one of our errors; None where the status says it all (or all is well)."""
    status, body = response.status_code, body_of(response)
    if response.is_success:
        if not isinstance(body, Mapping) or body.get("data") is not None or not body.get("errors"):
            return None
        status = 400  # a partial answer with nothing in it
    if status in (408, 425) or status >= 500:
        return None
    said = " | ".join(dict.fromkeys(_words(body))) or response.text[:500]
    for sign, code, message in UNPAID:
        if status in (402, 403, 429) and re.search(sign, said, re.IGNORECASE):
            return Unpaid(f"{message}. Whoever runs this server finds it in the developer console", code=code, said=said)
    for kind, table in ((Missing, GONE), (Rejected, REJECTIONS)):
        for sign, code, message in table:
            if re.search(sign, said, re.IGNORECASE) and status not in (401, 404, 413):
                return kind(message, code=code, said=said, httpStatus=response.status_code)
    if status == 401:
        return Unauthorized("X no longer accepts the access token", said=said)
    if status == 429:
        return RateLimited("X takes no more calls of this kind for now", retry_after=_reset(response), said=said)
    if status == 403 and CONSENT.search(said):
        return Unauthorized("X wants a consent that was not given", code="x_consent_missing", said=said)
    return _by_status(status, said)


def _by_status(status: int, said: str) -> Rejected:
    code, message = {
        403: ("x_forbidden", "X does not allow this"),
        404: ("x_not_found", "X does not have it, or not any more"),
        413: ("x_media_too_large", "The file is too large for X"),
    }.get(status, ("x_invalid_request", "X did not accept the request"))
    kind = Missing if status == 404 else Rejected
    return kind(f"{message}: {said[:200]}" if said else message, code=code, said=said, httpStatus=status)


def _reset(response: httpx2.Response) -> float:
    """Seconds until the window that is used up opens again, by X's own clock: the daily one, if that is it, else the short one."""
    headers, resets = response.headers, []
    dated = parsedate_tz(headers.get("date", ""))
    now = mktime_tz(dated) if dated else clock.now().timestamp()
    for kind in ("x-app-limit-24hour", "x-user-limit-24hour", "x-rate-limit"):
        reset = number_of(headers.get(f"{kind}-reset"))
        if headers.get(f"{kind}-remaining", "0") == "0" and reset is not None:
            resets.append(reset - now)
    return max(1.0, *resets) if resets else retry_after(response)


def _words(body: Any) -> Iterator[str]:
    """Everything that X says in an error body, of any of its three shapes."""
    if not isinstance(body, Mapping):
        return
    for name in ("title", "detail", "message", "reason", "error", "error_description"):
        if isinstance(body.get(name), str):
            yield body[name]
    if isinstance(kind := body.get("type"), str) and kind != "about:blank":
        yield kind.rpartition("/")[2]
    if isinstance(body.get("code"), int):
        yield f"code {body['code']}"
    for error in body.get("errors") or ():
        yield from _words(error)
