"""What Apple tells us of accounts: mail forwarding switched, consent revoked, the account deleted.

https://developer.apple.com/documentation/signinwithapple/processing-changes-for-sign-in-with-apple-accounts. The event itself is JSON
within a claim. It may come more than once: `id` tells.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from socialclaw.issuers.base import TokenRefused, address_of
from socialclaw.issuers.identity_tokens import LONGEST_SUBJECT, signed
from socialclaw.issuers.signing_keys import SigningKeys

Kind = Literal["email-disabled", "email-enabled", "consent-revoked", "account-deleted"]
KINDS: Mapping[str, Kind] = {
    "email-disabled": "email-disabled",
    "email-enabled": "email-enabled",
    "consent-revoked": "consent-revoked",
    "account-deleted": "account-deleted",
    "account-delete": "account-deleted",  # as older texts of Apple have it
}
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Notification:
    """One event of one person. `kind` is None for what Apple did not send when this was written: there is nothing to do then."""

    id: str
    kind: Kind | None
    subject: str
    at: datetime
    email: str | None = None


async def read(payload: str, keys: SigningKeys, *, audiences: Sequence[str], now: float) -> Notification:
    """The event of a notification's `payload`. Raises TokenRefused, or IssuerUnavailable: then Apple sends it again."""
    claims = await signed(payload, keys, audiences=audiences, now=now)
    event, told_as = _event(claims.get("events")), claims.get("jti")
    subject = event.get("sub")
    if not isinstance(told_as, str) or not 0 < len(told_as) <= LONGEST_ID:
        raise TokenRefused("the notification has no id")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise TokenRefused("the notification names nobody")
    return Notification(told_as, KINDS.get(str(event.get("type"))), subject, _instant(event, claims), address_of(event.get("email")))


def _event(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, dict):
        raise TokenRefused("the notification tells of nothing")
    return value


def _instant(event: Mapping[str, Any], claims: Mapping[str, Any]) -> datetime:
    """When it happened, by Apple's clock: in milliseconds, or where that is missing, when the notification was made."""
    at = event.get("event_time")
    try:
        if isinstance(at, (int, float)) and not isinstance(at, bool):
            return datetime.fromtimestamp(at / 1000, UTC)
        return datetime.fromtimestamp(claims["iat"], UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TokenRefused("the notification has no time") from error
