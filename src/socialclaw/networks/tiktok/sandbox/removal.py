"""Where users of the simulated TikTok remove an app, and the webhook with which TikTok then calls its server.

https://developers.tiktok.com/doc/webhooks-overview, webhooks-events and webhooks-verification. What it is signed with is not the simulated
app's secret, which everybody may know, but one that only this installation has.
"""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Mapping

import httpx2

from socialclaw.networks.tiktok.sandbox.base import SITE, TikTokHouse, site
from socialclaw.simulation.connected_apps import ConnectedApps
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.notices import callbacks_of

PATH = "/webhooks/tiktok"
BY_THE_USER = 1  # the reason: they took the access back


class AppRemoval(ConnectedApps, TikTokHouse):
    apps_pages = {"TikTok": f"https://{SITE}/setting/apps"}  # noqa: RUF012

    @site("GET", r"/setting/apps/?")
    def apps(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_apps(self.flow)

    @site("POST", r"/setting/apps/?")
    def remove(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_apps(request, self.flow)

    def tell(self, account: str, flow: Flow, at: int, *, erase: bool) -> None:
        said = {
            "client_key": flow.client_id,
            "event": "authorization.removed",
            "create_time": at,
            "user_openid": account,
            "content": json.dumps({"reason": BY_THE_USER}),
        }
        self.leave(PATH, json.dumps(said), "application/json")

    def marks(self, content: bytes, world: str) -> Mapping[str, str]:
        """Signed with the real time at which it is sent."""
        at = str(int(time.time()))
        secret = self.server.secret(callbacks_of("tiktok", world))
        signature = hmac.digest(secret.encode(), f"{at}.".encode() + content, "sha256").hex()
        return {"tiktok-signature": f"t={at},s={signature}"}
