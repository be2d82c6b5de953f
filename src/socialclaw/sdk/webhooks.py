"""Telling a webhook of SocialClaw's from anybody's request: Standard Webhooks, version 1 (HMAC-SHA256)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

TOLERANCE_SECONDS = 300.0
PREFIX = "whsec_"


class WebhookRefused(ValueError):
    """This is no webhook that was signed with the secret, or not lately. Answer 400, and do nothing."""


def verify_webhook(
    body: bytes | str, headers: Mapping[str, str], secret: str, *, tolerance: float = TOLERANCE_SECONDS, now: float | None = None
) -> dict[str, Any]:
    """The event that a webhook brings, once its signature is proven. WebhookRefused for any other request.

    `body` must be the bytes as they came: JSON that was read and written again has another signature. `secret` is the endpoint's
    (`whsec_…`). A webhook that is sent again has the same `webhook-id`: keep the ids that you have seen.
    """
    raw = body.encode() if isinstance(body, str) else body
    given = {name.lower(): value for name, value in headers.items()}
    message_id, sent_at, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message_id and sent_at and signatures):
        raise WebhookRefused("The headers webhook-id, webhook-timestamp and webhook-signature are missing")
    if not sent_at.isdecimal() or abs((time.time() if now is None else now) - int(sent_at)) > tolerance:
        raise WebhookRefused(f"webhook-timestamp is not within {tolerance:g} seconds of this machine's clock")
    expected = hmac.new(_key(secret), f"{message_id}.{sent_at}.".encode() + raw, hashlib.sha256).digest()
    if not any([_same(expected, one) for one in signatures.split()]):  # all of them: how long it takes tells nothing
        raise WebhookRefused("No signature in webhook-signature is one by this secret")
    try:
        event = json.loads(raw)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise WebhookRefused("The body is signed, and no JSON object")
    return event


def _same(expected: bytes, given: str) -> bool:
    version, _, encoded = given.partition(",")
    try:
        found = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(expected, found) and version == "v1"


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"The secret is not one of an endpoint: it begins with {PREFIX} and goes on in base64") from None
