"""What the simulated Apple tells the app's server of its accounts, when their owners change something on the account's page."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import httpx2

from socialclaw.issuers.apple.sandbox import pages
from socialclaw.issuers.apple.sandbox.accounts import account, claims
from socialclaw.issuers.apple.sandbox.developer import BUNDLE_ID
from socialclaw.issuers.sandbox.issuing import IssuingSimulator
from socialclaw.simulation.grants import form_of
from socialclaw.simulation.notices import Telling
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


class Notices(Telling, IssuingSimulator):
    """The account's page, and the notifications that follow from what is done there."""

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
        self.deliver_soon()
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
        self.leave(ENDPOINT, json.dumps({"payload": payload}), "application/json")
        return payload

    def withdraw(self, subject: str) -> None:
        """End every grant of an account; the next consent is a first one again."""
        for record in self.shelf.all("refresh").values():
            if record["account"] == subject:
                self._end(record["grant"])
        self.shelf.drop("consents", subject)
