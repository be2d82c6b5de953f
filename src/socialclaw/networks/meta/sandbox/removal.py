"""Where users of the simulated Facebook and Instagram remove an app, and the signed requests with which Meta then calls its server.

https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow#deauth-callback and
https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback. The user is named as the app knows
them: on Instagram by an id that is not the account's. In one thing it is unlike Meta: what it signs with is not the app's secret, which
everybody may know of the simulated app, but one that only this installation has.
"""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import httpx2

from socialclaw.networks.meta.sandbox.base import MetaHouse
from socialclaw.networks.meta.sandbox.people import FACEBOOK_FLOW, INSTAGRAM_FLOW, scoped_id
from socialclaw.simulation.connected_apps import ConnectedApps
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import FORM
from socialclaw.simulation.notices import callbacks_of
from socialclaw.simulation.simulator import route

SITE, INSTAGRAM_SITE = "www.facebook.com", "www.instagram.com"
DEAUTHORIZE, DELETE = "/webhooks/meta/deauthorize", "/webhooks/meta/data-deletion"


class AppRemoval(ConnectedApps, MetaHouse):
    apps_pages = {  # noqa: RUF012
        "Facebook": f"https://{SITE}/settings/apps",
        "Instagram": f"https://{INSTAGRAM_SITE}/accounts/manage_access/",
    }
    asks_to_erase = True

    @route("GET", r"/settings/apps/?", host=SITE)
    def facebook_apps(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_apps(FACEBOOK_FLOW)

    @route("POST", r"/settings/apps/?", host=SITE)
    def remove_from_facebook(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_apps(request, FACEBOOK_FLOW)

    @route("GET", r"/accounts/manage_access/?", host=INSTAGRAM_SITE)
    def instagram_apps(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_apps(INSTAGRAM_FLOW)

    @route("POST", r"/accounts/manage_access/?", host=INSTAGRAM_SITE)
    def remove_from_instagram(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_apps(request, INSTAGRAM_FLOW)

    def access_of(self, account: str, flow: Flow) -> list[dict[str, Any]]:
        tokens = self.grants.all("tokens").values()
        return [one for one in tokens if one["person"] == account and (one["kind"] == "instagram") == (flow is INSTAGRAM_FLOW)]

    def behind(self, provider: str, target: str) -> tuple[str, Flow] | None:
        flow = INSTAGRAM_FLOW if provider == "instagram" else FACEBOOK_FLOW
        if self.person_of(target):
            return target, flow
        found = self.people.page(target) or self.people.instagram(target)
        return (found["person"], flow) if found else None

    def tell(self, account: str, flow: Flow, at: int, *, erase: bool) -> None:
        person = self.person_of(account) or {}
        instagram = flow is INSTAGRAM_FLOW
        user = scoped_id(person["username"]) if instagram and person else account
        said = {"user_id": user, "algorithm": "HMAC-SHA256", "issued_at": at}
        signed = signed_request(said, self.server.secret(callbacks_of("instagram" if instagram else "meta", self.world)))
        self.leave(DELETE if erase else DEAUTHORIZE, urlencode({"signed_request": signed}), FORM)


def signed_request(said: dict[str, Any], secret: str) -> str:
    """As Meta makes them: without padding, and signed as they are on the wire."""
    payload = _base64url(json.dumps(said, separators=(",", ":")).encode())
    return f"{_base64url(hmac.digest(secret.encode(), payload.encode(), 'sha256'))}.{payload}"


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
