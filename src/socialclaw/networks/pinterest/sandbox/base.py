"""The simulated Pinterest without its Pins: hosts, consent, its words, users with boards, and how often a user may call what."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import httpx2

from socialclaw.networks.pinterest.sandbox import pages
from socialclaw.networks.pinterest.sandbox import words as say
from socialclaw.networks.pinterest.sandbox.media import STORAGE
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import Refused, form_of
from socialclaw.simulation.simulator import H, route

API, SITE = "api.pinterest.com", "www.pinterest.com"
WINDOW = 60.0
# Calls of a kind that a user may make through one app in a minute (https://developers.pinterest.com/docs/reference/rate-limits/).
QUOTAS = {"org_read": 1000, "org_write": 100, "org_analytics": 60, "catalogs_read": 100}
REFRESH_SECONDS = 60 * 86_400
READ_BOARDS = ("boards:read",)
WRITE_BOARDS = ("boards:read", "boards:write")
READ_PINS = ("boards:read", "pins:read")
WRITE_PINS = ("boards:read", "boards:write", "pins:read", "pins:write")
Document = dict[str, Any]


def api(method: str, pattern: str) -> Callable[[H], H]:
    return route(method, f"/v5{pattern}", host=API)


def site(method: str, pattern: str) -> Callable[[H], H]:
    return route(method, pattern, host=SITE)


class PinterestHouse(OAuthSimulator):
    network = "pinterest"
    several = "boards"
    hosts = (API, SITE, STORAGE)
    most_body = 2 * 1024**3 + 1024**2  # a film comes as one form
    creates = r"POST /v5/pins$"
    tells = ("media_id", "id")
    flow = Flow(
        name="Pinterest",
        callbacks=("pinterest",),
        scopes={
            "boards:read": "See your public boards",
            "boards:write": "Make and change your public boards",
            "pins:read": "See your public Pins",
            "pins:write": "Make and delete Pins for you",
            "user_accounts:read": "See your profile and followers",
            "catalogs:read": "See your product catalogs",
            "boards:read_secret": "See your secret boards",
            "boards:write_secret": "Make and change your secret boards",
            "pins:read_secret": "See your secret Pins",
            "pins:write_secret": "Make and delete secret Pins for you",
            "user_accounts:write": "Change your profile and followers",
            "catalogs:write": "Change your product catalogs",
        },
        accent=pages.ACCENT,
        separator=",",
        client_auth=("basic",),
        access_seconds=30 * 86_400,
        refresh_seconds=REFRESH_SECONDS,
        login_pattern=r"[A-Za-z0-9_]{3,30}",
    )

    # Pinterest's words.

    def unauthorized(self, reason: str, scopes: Any = ()) -> httpx2.Response:
        if reason == "scope":
            status = 401 if any(scope.startswith("catalogs:") for scope in scopes) else 403
            return say.not_permitted(status).response
        return say.error(401, 2, "Authentication failed.")

    def oauth_error(self, reason: str) -> httpx2.Response:
        words = {
            "content_type": "The body must be application/x-www-form-urlencoded",
            "grant_type": "Parameter 'grant_type' is not one of authorization_code, refresh_token, client_credentials",
            "code": "The authorization code is invalid, expired or used",
            "redirect_uri": "The redirect URI is not the one of the authorization request",
            "refresh_token": "The refresh token is invalid or expired",
        }
        return say.error(401, 2, "Authentication failed.") if reason == "client" else say.error(400, 1, words[reason])

    def limited(self, seconds: float) -> httpx2.Response:
        headers = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{seconds:g}"}
        return say.error(429, 8, "You have exceeded your rate limit. Try again later.", headers=headers)

    def broken(self) -> httpx2.Response:
        return say.error(500, 12, "Something went wrong on our end. Sorry about that.")

    def asks_for(self, request: httpx2.Request, made: str) -> bool:
        """The storage is not Pinterest's own: it takes what was signed, and asks nobody."""
        return request.url.host != STORAGE and super().asks_for(request, made)

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        is_pin = request.url.path.startswith("/v5/pins/")
        return say.missing("Pin" if is_pin else "Media upload").response

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return pages.gone_page() if request.url.host == SITE else say.error(404, 404, "Page not found.")

    # Consent and tokens.

    @site("GET", r"/oauth/")
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @site("POST", r"/oauth/")
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request)

    @api("POST", r"/oauth/token")
    def token(self, request: httpx2.Request) -> httpx2.Response:
        answer = self.answer_token(request)
        if not answer.is_success:
            return answer
        kind = (form_of(request) or {})["grant_type"]
        return httpx2.Response(200, json={**answer.json(), "response_type": kind})

    @api("POST", r"/oauth/token/revoke")
    def revoke(self, request: httpx2.Request) -> httpx2.Response:
        """Only tokens of system users can be withdrawn by an app."""
        refused = self.answer_revoke(request)
        return refused if not refused.is_success else say.not_permitted().response

    def _issue(self, flow: Flow, account: str, scopes: list[str], grant: str) -> Document:
        """Scopes are asked for with commas and told with blanks; the refresh token says when it ends."""
        body = super()._issue(flow, account, scopes, grant)
        ends = {"refresh_token_expires_in": REFRESH_SECONDS, "refresh_token_expires_at": int(self.clock()) + REFRESH_SECONDS}
        return {**body, **ends, "scope": " ".join(scopes)}

    def admit_to(self, request: httpx2.Request, category: str, *scopes: str) -> str:
        """The user that calls, if the token has these scopes and the calls of this kind are not used up."""
        user = str(self.bearer(request, *scopes)["account"])
        now = self.clock()
        key = f"{user} {category}"
        start, used = self.shelf.get("quotas", key) or (now, 0)
        if now >= start + WINDOW:
            start, used = now, 0
        most = QUOTAS[category]
        if used >= most and not self.quotas_lifted:
            raise Refused(self.limited(start + WINDOW - now))
        self.shelf.put("quotas", key, [start, used + 1])
        left = max(1 if self.quotas_lifted else 0, most - used - 1)
        request.extensions["quota"] = {"limit": str(most), "remaining": str(left), "reset": f"{max(0.0, start + WINDOW - now):.0f}"}
        return user

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        response = super()._dispatch(request)
        for name, value in request.extensions.get("quota", {}).items():
            response.headers.setdefault(f"x-ratelimit-{name}", value)
        response.headers.setdefault("x-pinterest-rid", secrets.token_hex(8))
        return response

    def new_id(self) -> str:
        """A number that grows with time."""
        return str(int(self.clock() * 1000) * 10**6 + self.shelf.count("ids") % 10**6)
