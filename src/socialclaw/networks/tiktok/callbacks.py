"""Reading TikTok's webhooks, with which it says that somebody took the access of our app back.

https://developers.tiktok.com/doc/webhooks-verification and webhooks-events. TikTok sends one for up to 72 hours until it is taken, signed
anew each time, and may send it twice.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence

from socialclaw import signed_json
from socialclaw.providers.withdrawals import Signer, Unreadable, Unsigned, Withdrawal, instant

APP = "tiktok"
REGISTERED = {"Callback URL, under Webhooks": "/webhooks/tiktok"}
HEADER = "tiktok-signature"
REMOVED = "authorization.removed"
WINDOW = 300.0  # seconds that the time of a signature may be off
SIGNATURE = re.compile(r"t=([0-9]{1,12}),s=([0-9a-f]{64})", re.ASCII)
LONGEST_ID = 128


def read(body: bytes, header: str, signers: Sequence[Signer], now: float) -> Withdrawal | None:
    """What a webhook says; None where it is about something else. Raises Unsigned, or Unreadable."""
    signer = _signer(body, header, signers, now)
    if signer is None:
        raise Unsigned("it is not signed by a developer app of ours, or was signed too long ago")
    try:
        event = signed_json.document(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise Unreadable("it is no JSON object")
    if event.get("event") != REMOVED:
        return None
    user, at = event.get("user_openid"), instant(event.get("create_time"))
    if not isinstance(user, str) or not 0 < len(user) <= LONGEST_ID or at is None:
        raise Unreadable("it does not say who it is about, or since when")
    return Withdrawal(signer, user, at)


def _signer(body: bytes, header: str, signers: Sequence[Signer], now: float) -> Signer | None:
    """Whose secret the signature over its time and the body fits; every one is tried."""
    found = SIGNATURE.fullmatch(header.replace(" ", ""))
    if found is None or abs(now - int(found[1])) > WINDOW:
        return None
    signed, given = found[1].encode() + b"." + body, found[2]
    known = [one for one in signers if one.secret]
    fits = [hmac.compare_digest(hmac.digest(one.secret.encode(), signed, "sha256").hex(), given) for one in known]
    return next((one for one, right in zip(known, fits, strict=True) if right), None)
