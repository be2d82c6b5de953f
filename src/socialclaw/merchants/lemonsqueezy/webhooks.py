"""A webhook of Lemon Squeezy: whether the store has signed it, and what it tells. The signature is over the bytes as they came."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from socialclaw import signed_json
from socialclaw.errors import InvalidRequest, Unauthenticated
from socialclaw.merchants.lemonsqueezy import resources

LARGEST = 1024 * 1024
SHORTEST_SECRET = 6
LONGEST_EVENT = 64


class SignatureInvalid(Unauthenticated):
    """It is not signed with a secret of ours."""

    code = "webhook_signature_invalid"


@dataclass(frozen=True, slots=True)
class News:
    """What a webhook tells. `subscription`: what it is then, if the webhook is about one itself; `subject`: the id of the subscription that
    it is about, or that its invoice is of. `checkout`: what we gave along to the checkout."""

    event: str
    store_id: int | None
    test_mode: bool
    subject: str | None = None
    order_id: str | None = None
    checkout: str | None = field(default=None, repr=False)
    subscription: resources.Subscription | None = None


def signed_by(body: bytes, signature: str | None, secrets: Sequence[str]) -> int:
    """Which of the secrets this was signed with. Raises SignatureInvalid; in constant time, whatever the header holds."""
    given = (signature or "").lower().encode(errors="replace")
    fits = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, hashlib.sha256).hex().encode(), given) and len(secret) >= SHORTEST_SECRET
        for secret in secrets
    ]
    if not any(fits):
        raise SignatureInvalid("The webhook is not signed with the secret that is set here: SOCIALCLAW_BILLING__WEBHOOK_SECRETS")
    return fits.index(True)


def read(body: bytes) -> News:
    """What a webhook tells whose signature is good. Raises InvalidRequest `webhook_unreadable`."""
    try:
        document = signed_json.document(body)
        meta, about = document["meta"], document["data"]
        event, custom = meta["event_name"], meta.get("custom_data") or {}
        kind, attributes = about["type"], about["attributes"]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable("it is not a document of Lemon Squeezy") from error
    if not isinstance(event, str) or not 0 < len(event) <= LONGEST_EVENT or not isinstance(attributes, dict):
        raise _unreadable("it has no event")
    test_mode = meta.get("test_mode") is True or attributes.get("test_mode") is True
    checkout = custom.get("checkout") if isinstance(custom, dict) else None
    store_id = attributes.get("store_id")
    common: dict[str, Any] = {
        "event": event,
        "store_id": store_id if isinstance(store_id, int) else None,
        "test_mode": test_mode,
        "checkout": checkout if isinstance(checkout, str) and len(checkout) <= 200 else None,
    }
    if kind == "subscriptions":
        try:
            found = resources.subscription(about)
        except resources.Unreadable as error:
            raise _unreadable(str(error)) from error
        return News(**common, subject=found.id, order_id=str(found.order_id), subscription=found)
    if kind == "subscription-invoices":
        return News(**common, subject=_id(attributes.get("subscription_id")))
    return News(**common, order_id=_id(about.get("id")) if kind == "orders" else None)


def _id(value: Any) -> str | None:
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _unreadable(why: str) -> InvalidRequest:
    return InvalidRequest(f"This webhook cannot be read: {why}", code="webhook_unreadable")
