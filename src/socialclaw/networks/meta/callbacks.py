"""Reading Meta's signed requests, with which it says that somebody removed our app, or wants deleted what we know of them.

https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback. What is signed is the payload as it
is sent, padding included. Instagram Login has a developer app of its own, and so a secret of its own: the one that fits says whose
request it is. How old it is does not matter: it ends only what was granted before it.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Sequence
from urllib.parse import parse_qs

from socialclaw import signed_json
from socialclaw.providers.withdrawals import Signer, Unreadable, Unsigned, Withdrawal, instant

APPS = ("meta", "instagram")
# What is registered in the developer app: what Meta calls it there, and the path. Instagram's has the same two fields.
REGISTERED = {"Deauthorize callback URL": "/webhooks/meta/deauthorize", "Data deletion request URL": "/webhooks/meta/data-deletion"}
LONGEST = 4096
PART = re.compile(r"[A-Za-z0-9_-]{1,4096}={0,2}", re.ASCII)
USER = re.compile(r"[0-9]{1,32}", re.ASCII)
SIGNATURE_BYTES = 32


def signed_request_in(body: bytes) -> str:
    """The field `signed_request` of a form, or of a JSON object. Raises Unsigned."""
    try:
        if body.lstrip().startswith(b"{"):
            found = json.loads(body).get("signed_request")
            given = [found] if isinstance(found, str) else []
        else:
            given = parse_qs(body.decode("ascii"), max_num_fields=20).get("signed_request", [])
    except (ValueError, RecursionError):
        given = []
    if len(given) != 1:
        raise Unsigned("there is no signed_request in this body, or more than one")
    return given[0]


def read(signed: str, signers: Sequence[Signer]) -> Withdrawal:
    """What a signed request says. Raises Unsigned, or Unreadable."""
    head, dot, payload = signed.partition(".")
    if len(signed) > LONGEST or not dot or not PART.fullmatch(head) or not PART.fullmatch(payload):
        raise Unsigned("it is no signed request")
    signature = _decoded(head)
    signer = _signer(payload, signature, signers) if len(signature) == SIGNATURE_BYTES else None
    if signer is None:
        raise Unsigned("it is not signed by a developer app of ours")
    try:
        said = signed_json.document(_decoded(payload))
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or str(said.get("algorithm", "")).upper() != "HMAC-SHA256":
        raise Unreadable("it is no object, or signed in another way than Meta signs")
    user, at = said.get("user_id"), instant(said.get("issued_at"))
    if isinstance(user, bool) or not isinstance(user, (str, int)) or not USER.fullmatch(str(user)) or at is None:
        raise Unreadable("it does not say who it is about, or since when")
    return Withdrawal(signer, str(user), at)


def _signer(payload: str, signature: bytes, signers: Sequence[Signer]) -> Signer | None:
    """Whose secret it is; every one is tried."""
    known = [one for one in signers if one.secret]
    fits = [hmac.compare_digest(hmac.digest(one.secret.encode(), payload.encode(), "sha256"), signature) for one in known]
    return next((one for one, right in zip(known, fits, strict=True) if right), None)


def _decoded(part: str) -> bytes:
    """Of what the pattern lets through. A part that is cut off is nothing."""
    text = part.rstrip("=")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
