"""The page on which a user of a simulated network sees the apps that have access, and removes one: then the app's server is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar

import httpx2

from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import form_of
from socialclaw.simulation.notices import Telling
from socialclaw.simulation.pages import page

REMOVE, ERASE = "remove", "erase"


class ConnectedApps(Telling, OAuthSimulator):
    """Routes call `show_apps` and `take_apps`. A network says whose access is meant, and what it tells the app's server."""

    apps_pages: ClassVar[Mapping[str, str]]  # where these pages are, by what people call the place
    asks_to_erase: ClassVar[bool] = False  # whether the user may also have what the app knows of them deleted

    # What differs from network to network.

    def access_of(self, account: str, flow: Flow) -> list[dict[str, Any]]:
        """The tokens by which the app has access to this user's account."""
        return [record for record in self.grants.all("tokens").values() if record["account"] == account]

    def behind(self, provider: str, target: str) -> tuple[str, Flow] | None:
        """The user who opened a destination of a provider to the app, and by which consent."""
        return (target, self.flow) if self.person_of(target) else None

    def tell(self, account: str, flow: Flow, at: int, *, erase: bool) -> None:
        """Leave what the app's server is told: that the access ended then; or that what it knows is to be deleted."""
        raise TypeError(f"{type(self).__name__} tells nobody of what its users do")

    # The page.

    def show_apps(self, flow: Flow, *, told: str = "", problem: str = "") -> httpx2.Response:
        buttons = f'<button name="action" value="{REMOVE}">Remove</button>'
        if self.asks_to_erase:
            buttons += f'<button name="action" value="{ERASE}">Remove, and have my data deleted</button>'
        body = (
            f"<h1>Apps with access to your {escape(flow.name)} account</h1>{f'<p role=status>{escape(told)}</p>' if told else ''}"
            f'<form method="post"><p><strong>SocialClaw</strong></p><label for="login">Logged in as</label>'
            f'<input id="login" name="login" value="sandbox" required maxlength="100" autocomplete="off" autocapitalize="none">'
            f"{f'<p class=bad role=alert>{escape(problem)}</p>' if problem else ''}"
            f"<div class=row style=flex-wrap:wrap>{buttons}</div></form>"
        )
        return page(f"{flow.name}: apps", body, accent=flow.accent, network=flow.name, status=422 if problem else 200)

    def take_apps(self, request: httpx2.Request, flow: Flow) -> httpx2.Response:
        form = form_of(request) or {}
        login, action = form.get("login", "").strip().removeprefix("@"), form.get("action", "")
        if not re.fullmatch(flow.login_pattern, login) or action not in ((REMOVE, ERASE) if self.asks_to_erase else (REMOVE,)):
            return self.show_apps(flow, problem="Type the name of a user, and press a button")
        if not self.remove_app(self.profile(login)["id"], flow, erase=action == ERASE):
            return self.show_apps(flow, problem="SocialClaw has no access to the account of this user")
        self.deliver_soon()
        return self.show_apps(flow, told="Removed. The app's server is told of it, now or with the next change.")

    def remove_app(self, account: str, flow: Flow, *, erase: bool = False) -> bool:
        """End the access to a user's account, and leave what the app's server is told of it; whether there is anything to tell.

        It is told a time that is not before the consent: a workspace's own time may be ahead of the real one.
        """
        found = [record for record in self.access_of(account, flow) if not record.get("revoked")]
        if not found and not erase:
            return False
        at = int(max([self.clock(), *(record.get("made_at", 0) for record in found)]))
        for grant in {record["grant"] for record in found}:
            self._end(grant)
        if found:
            self.tell(account, flow, at, erase=False)
        if erase:
            self.tell(account, flow, at, erase=True)
        return True

    def remove_behind(self, provider: str, target: str, *, erase: bool) -> None:
        """The same for who opened a destination. ValueError where that cannot be."""
        if erase and not self.asks_to_erase:
            raise ValueError(f"{self.label or self.flow.name} asks nobody to delete what they know of its users")
        with self.store.transaction():
            found = self.behind(provider, target)
            if found is None or not self.remove_app(*found, erase=erase):
                raise ValueError("Nobody there has given access to this account (any longer)")
