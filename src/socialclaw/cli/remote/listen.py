"""`socialclaw listen`: events on a laptop, as a webhook would bring them, without an address that others reach."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json as js
import secrets
import sys
import threading
import time
from typing import Annotated, Any

import httpx2
import typer

from socialclaw.cli.output import complain, say
from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.events import Types, following

ForwardTo = Annotated[str, typer.Option("--forward-to", help="Where they are posted: localhost:3000/hook.", metavar="URL")]
Secret = Annotated[str | None, typer.Option("--secret", help="What signs them; without it, one that is made now and shown.")]
PrintSecret = Annotated[bool, typer.Option("--print-secret", help="Print the secret, and nothing else, first.")]
SECONDS = 15.0
AGAIN = "r"


@remote
def listen(api: Api, forward_to: ForwardTo, types: Types = None, secret: Secret = None, print_secret: PrintSecret = False) -> None:
    """Post what happens to an address here, signed as webhooks are, and print what is answered; until interrupted.

    At a terminal `r` and Enter posts the last event again.
    """
    url = forward_to if "://" in forward_to else f"http://{forward_to}"
    key = secret or f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"
    with httpx2.Client(timeout=SECONDS, trust_env=False) as http:
        forward = Forwarding(http, url, key)
        if print_secret:
            say(key)
        elif secret is None:
            complain(f"Events go to {url}, signed with {key}")
        if sys.stdin.isatty():
            threading.Thread(target=forward.again_when_told, daemon=True).start()
        for event in following(api.client, "latest", types=types):
            forward.post(event)


class Forwarding:
    """To one address here."""

    def __init__(self, http: httpx2.Client, url: str, key: str) -> None:
        self._http, self._url, self._key = http, url, key
        self._last: Any = None

    def post(self, event: Any) -> None:
        self._last = event
        body = js.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        began = time.monotonic()
        try:
            answer = self._http.post(self._url, content=body, headers=self._headers(event["id"], body))
            told = str(answer.status_code)
        except httpx2.HTTPError as error:
            told = f"{type(error).__name__}: {error}"
        say(f"{event['timestamp']}  {event['type']:<26}  {told}  {(time.monotonic() - began) * 1000:.0f} ms")

    def again_when_told(self) -> None:
        for line in sys.stdin:
            if line.strip() == AGAIN and self._last is not None:
                self.post(self._last)

    def _headers(self, event_id: str, body: bytes) -> dict[str, str]:
        at = str(int(time.time()))
        key = base64.b64decode(self._key.removeprefix("whsec_"))
        signed = base64.b64encode(hmac.digest(key, f"{event_id}.{at}.".encode() + body, hashlib.sha256)).decode()
        named = {"webhook-id": event_id, "webhook-timestamp": at, "webhook-signature": f"v1,{signed}"}
        return {"content-type": "application/json", **named}
