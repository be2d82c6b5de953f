"""The simulated YouTube without its videos: hosts, channels, and what a day's quota allows. Consent and tokens are Google's."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx2

from socialclaw.issuers.google.sandbox.simulator import GoogleSandbox
from socialclaw.networks.youtube.sandbox import pages
from socialclaw.networks.youtube.sandbox import words as say
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import GrantingSimulator, Refused
from socialclaw.simulation.simulator import routes_of

H = TypeVar("H", bound=Callable[..., httpx2.Response])

SCOPE = "https://www.googleapis.com/auth/"
READ = ("youtube.readonly", "youtube", "youtube.force-ssl")
UPLOAD = ("youtube.upload", "youtube", "youtube.force-ssl")
MANAGE = ("youtube", "youtube.force-ssl")
REPORT = ("yt-analytics.readonly", "yt-analytics-monetary.readonly", "youtube", "youtube.readonly")
PACIFIC = ZoneInfo("America/Los_Angeles")
# What one project may do in a day (https://developers.google.com/youtube/v3/determine_quota_cost, 2026).
INSERTS, UNITS = 100, 10_000
CHANNELLESS = "nochannel"  # a user of this name has a Google account and nothing else


api = routes_of("youtube.googleapis.com", "www.googleapis.com")
site = routes_of("www.youtube.com", "youtube.com")  # what browsers see


class YouTubeHouse(GrantingSimulator):
    network = "youtube"
    hosts = (
        "youtube.googleapis.com",
        "www.googleapis.com",
        "youtubeanalytics.googleapis.com",
        "www.youtube.com",
        "youtube.com",
    )
    flow = Flow(
        name="Google",
        callbacks=("youtube",),
        scopes={
            f"{SCOPE}youtube": "Manage your YouTube account",
            f"{SCOPE}youtube.upload": "Manage your YouTube videos",
            f"{SCOPE}youtube.readonly": "View your YouTube account",
            f"{SCOPE}youtube.force-ssl": "See, edit, and permanently delete your YouTube videos, ratings, comments and captions",
            f"{SCOPE}yt-analytics.readonly": "View YouTube Analytics reports for your YouTube content",
            f"{SCOPE}yt-analytics-monetary.readonly": "View monetary and non-monetary YouTube Analytics reports",
        },
        accent=pages.ACCENT,
        client_auth=("body", "basic"),
        access_seconds=3599,
        offline={"access_type": "offline", "prompt": "consent"},  # at a user's first consent the second would not be needed
        rotates=False,
        granular=True,
    )
    signs_in_at = GoogleSandbox
    several = "channels"
    most_several = 1  # of which a consent is for one

    # Google's words.

    def unauthorized(self, reason: str, scopes: Sequence[str] = ()) -> httpx2.Response:
        if reason == "scope":
            message = "Request had insufficient authentication scopes."
            return say.error(403, "insufficientPermissions", message, domain="global")
        if reason == "missing":
            message = "Login Required."
            return say.error(401, "required", message, domain="global", location="Authorization", kind="header")
        message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
        return say.error(401, "authError", message, domain="global", location="Authorization", kind="header")

    def limited(self, seconds: float) -> httpx2.Response:
        headers = {"retry-after": str(round(seconds)), **say.dated(self.clock())}
        return say.error(429, "rateLimitExceeded", "Too many requests.", domain="usageLimits", headers=headers)

    def broken(self) -> httpx2.Response:
        return say.error(503, "backendError", "Backend Error", domain="global")

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(200, json={"kind": "youtube#listResponse", "pageInfo": {"totalResults": 0}, "items": []})
        return say.error(404, "notFound", "Not Found", domain="global")

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host in ("www.youtube.com", "youtube.com"):
            return pages.gone_page()
        return say.error(404, "notFound", "Not Found", domain="global")

    # Users.

    def admit(self, login: str, *, scopes: Sequence[str] | None = None, flow: Flow | None = None) -> dict[str, Any]:
        house = GoogleSandbox(self.store, clock=self._time)
        return house.admit(login, scopes=scopes, flow=flow or self.flow)

    def channel_of(self, account: str) -> dict[str, Any]:
        """The channel of a Google account, made when it is first looked for."""
        person = self.grants.get("people", account) or {}
        return self.person(person["username"])

    def profile(self, login: str) -> dict[str, Any]:
        """A user's channel; its id is the account's. Without a channel the id does not begin with UC."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(f"youtube:{login.lower()}".encode()).digest()).decode()[:22]
        without = login.lower() == CHANNELLESS or self.shelf.get("channelless", login.lower())
        start = "G-" if without else "UC"
        return {"id": start + digest, "username": login, "name": login}

    def have(self, login: str, count: int) -> None:
        self.shelf.put("channelless", login.lower(), count == 0)

    def admit_to(self, request: httpx2.Request, scopes: Sequence[str], *, units: int = 1) -> str:
        """The account that calls, if its token has one of these scopes and the project's day is not used up."""
        record = self.bearer(request)
        if not any(f"{SCOPE}{scope}" in record["scopes"] for scope in scopes):
            raise Refused(self.unauthorized("scope"))
        self.charge("units", units, UNITS)
        return str(self.channel_of(record["account"])["id"])

    def charge(self, bucket: str, cost: int, most: int) -> None:
        """Take from the day's quota; a day begins at midnight Pacific time."""
        now = self.clock()
        day = datetime.fromtimestamp(now, PACIFIC).date().isoformat()
        spent = self.shelf.get("quota", bucket) or {}
        used = spent.get("used", 0) if spent.get("day") == day else 0
        if used + cost > most and not self.quotas_lifted:
            message = (
                'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.'
            )
            raise say.refused(403, "quotaExceeded", message, domain="youtube.quota", headers=say.dated(now))
        self.shelf.put("quota", bucket, {"day": day, "used": used + cost})


def has_channel(account: str) -> bool:
    return account.startswith("UC")


def uploads_of(channel: str) -> str:
    """The playlist of a channel's uploads."""
    return f"UU{channel[2:]}"
