"""What the simulated Apple tells the app's server of its accounts, when their owners change something on the account's page."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any

import httpx2

from socialclaw.issuers.apple.sandbox import pages
from socialclaw.issuers.apple.sandbox.accounts import account, claims
from socialclaw.issuers.apple.sandbox.developer import BUNDLE_ID
from socialclaw.issuers.sandbox.issuing import IssuingSimulator
from socialclaw.simulation.grants import form_of
from socialclaw.simulation.simulator import route

SITE = "appleid.apple.com"
ENDPOINT = "/auth/apple/notifications"
DAY = 86_400
ACTIONS = {
    "consent-revoked": "Stop using Sign in with Apple",
    "account-deleted": "Delete the Apple Account",
    "email-disabled": "Stop forwarding mail",
    "email-enabled": "Forward mail again",
}
LOGIN = re.compile(r"[A-Za-z0-9_.+-]{1,64}(@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?")


Post = Callable[[str, Mapping[str, Any]], httpx2.Response]
"""How JSON gets to the app's server: (url, body) -> answer; raises httpx2.TransportError where there is none."""


class Notices(IssuingSimulator):
    """The account's page, and the notifications that follow from what is done there."""

    def __init__(self, *args: Any, post: Post | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.post = post or _no_post

    @route("GET", r"/account/manage", host=SITE)
    def account_page(self, request: httpx2.Request) -> httpx2.Response:
        return pages.account([*ACTIONS.items()])

    @route("POST", r"/account/manage", host=SITE)
    def change_account(self, request: httpx2.Request) -> httpx2.Response:
        form = form_of(request) or {}
        login, action = form.get("login", "").strip(), form.get("action", "")
        if action not in ACTIONS or not LOGIN.fullmatch(login):
            return pages.refusal("Type a name or an address, and press a button")
        self.notice(action, login)
        # Not before this has taken effect: the app's server will ask for the keys, and everything here has one lock.
        threading.Thread(target=copy_context().run, args=(self.deliver,), daemon=True).start()
        return pages.account([*ACTIONS.items()], "Done. The app's server is told of it, now or with the next change.")

    def notice(self, kind: str, login: str) -> str:
        """Something happens to an account; what the app's server is told of it, which waits to be delivered."""
        person, now = account(login), self.clock()
        known = self.shelf.get("consents", person["id"]) or {"mail": "", "scopes": []}
        event: dict[str, Any] = {"type": kind, "sub": person["id"], "event_time": round(now * 1000)}
        if kind.startswith("email-"):
            said = claims(person, known["mail"], worded=True)
            event |= {"email": said["email"], "is_private_email": said.get("is_private_email", "false")}
        else:
            self.withdraw(person["id"])
        told_as = secrets.token_urlsafe(16)
        told = {"aud": BUNDLE_ID, "iat": int(now), "exp": int(now) + DAY, "jti": told_as, "events": json.dumps(event)}
        payload = self.identity_token(told) or ""
        self.shelf.put("notices", told_as, {"payload": payload, "at": now})
        return payload

    def withdraw(self, subject: str) -> None:
        """End every grant of an account; the next consent is a first one again."""
        for record in self.shelf.all("refresh").values():
            if record["account"] == subject:
                self._end(record["grant"])
        self.shelf.drop("consents", subject)

    def deliver(self) -> int:
        """Send what waits, oldest first, to the app's server; how much of it was not taken, and so waits on."""
        waiting = sorted(self.shelf.all("notices").items(), key=lambda item: item[1]["at"])
        left = 0
        for told_as, notice in waiting:
            try:
                taken = self.post(f"{self.app_url}{ENDPOINT}", {"payload": notice["payload"]}).is_success
            except httpx2.HTTPError:
                taken = False
            if taken:
                with self.store.transaction():
                    self.shelf.drop("notices", told_as)
            left += not taken
        return left


def _no_post(url: str, body: Mapping[str, Any]) -> httpx2.Response:
    raise httpx2.ConnectError(f"this simulator was given no way to reach {url}")
