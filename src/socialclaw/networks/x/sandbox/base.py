"""The simulated X without its posts: hosts, consent, X's words, and how often an account may call what."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import Any, TypeVar

import httpx2

from socialclaw.networks.x.sandbox import pages
from socialclaw.networks.x.sandbox import words as say
from socialclaw.providers.incoming import json_of
from socialclaw.simulation import faults
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import Refused
from socialclaw.simulation.simulator import routes_of

H = TypeVar("H", bound=Callable[..., httpx2.Response])

READ = ("tweet.read", "users.read")
SNOWFLAKES_SINCE = 1_288_834_974_657  # milliseconds
WINDOW = 900  # seconds
# What X lets one account do in 15 minutes (https://docs.x.com/x-api/fundamentals/rate-limits).
QUOTAS = {
    "POST /2/tweets": 100,
    "DELETE /2/tweets/:id": 50,
    "GET /2/tweets": 900,
    "GET /2/users/:id/tweets": 900,
    "GET /2/tweets/search/recent": 300,
    "GET /2/users/me": 75,
    "GET /2/users/:id": 300,
    "GET /2/media/upload": 1000,
    "POST /2/media/metadata": 500,
    "POST /2/media/upload": 500,
    "POST /2/media/upload/initialize": 1875,
    "POST /2/media/upload/:id/append": 1875,
    "POST /2/media/upload/:id/finalize": 1875,
}


OWN_FAULTS = {
    "forbid": "403 with X's sentence without a reason, without effect",
    "spend_cap": "403: the developer app has spent what its owner lets it spend, without effect",
}
OWN_ANSWERS: dict[str, Callable[[], httpx2.Response]] = {
    "forbid": lambda: say.problem(403, "Forbidden", say.REASONLESS),
    "spend_cap": lambda: say.problem(
        *(403, "SpendCapReached", "Your enrolled account [1234567890] has reached its billing cycle spend cap."),
        kind=f"{say.PROBLEMS}credits",
        reset_date="2026-12-06",
    ),
}

api = routes_of("api.x.com", "api.twitter.com")
site = routes_of("x.com", "twitter.com")  # what browsers see


class XHouse(OAuthSimulator):
    network = "x"
    hosts = ("api.x.com", "x.com", "api.twitter.com", "twitter.com")
    creates = r"^POST /2/tweets$"
    own_faults = OWN_FAULTS
    flow = Flow(
        name="X",
        callbacks=("x",),
        scopes={
            "tweet.read": "See the posts that you see",
            "tweet.write": "Post and delete posts for you",
            "users.read": "See your account, and those that you see",
            "media.write": "Upload files for you",
            "offline.access": "Stay connected until you withdraw it",
        },
        accent=pages.ACCENT,
        pkce=True,
        challenge_methods=("S256", "s256"),  # the second is what clients send that many use
        client_auth=("basic",),
        repeats_secret=True,
        code_seconds=30,
        access_seconds=7200,
        refresh_seconds=182 * 86_400,
        refresh_scope="offline.access",
        login_pattern=r"[A-Za-z0-9_]{1,15}",
    )
    oauth_words = {  # noqa: RUF012
        "content_type": ("invalid_request", "Missing required parameter [grant_type]."),
        "client": ("unauthorized_client", "Missing valid authorization header"),
        "grant_type": ("unsupported_grant_type", "Value passed for the grant type was invalid."),
        "code": ("invalid_request", "Value passed for the authorization code was invalid."),
        "redirect_uri": ("invalid_request", "Value passed for the redirect uri did not match the uri of the authorization code."),
        "verifier": ("invalid_request", "Value passed for the code verifier did not match the code challenge."),
        "refresh_token": ("invalid_request", "Value passed for the token was invalid."),
    }

    def fields(self, request: httpx2.Request) -> dict[str, str] | None:
        """X reads JSON there as well as forms."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return super().fields(request)
        try:
            body = json_of(request.content)
        except ValueError:
            return None
        return body if isinstance(body, dict) and all(isinstance(value, str) for value in body.values()) else None

    # X's words.

    def unauthorized(self, reason: str, scopes: Any = ()) -> httpx2.Response:
        if reason == "scope":
            return say.problem(403, "Forbidden", say.REASONLESS)
        return say.problem(401, "Unauthorized", "Unauthorized")

    def limited(self, seconds: float) -> httpx2.Response:
        now = self.clock()
        headers = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(round(int(now) + seconds))}
        return say.problem(429, "Too Many Requests", "Too Many Requests", headers={**headers, "date": formatdate(int(now), usegmt=True)})

    def unpaid(self) -> httpx2.Response:
        detail = "Your enrolled account [1234567890] does not have any credits to fulfill this request."
        return say.problem(402, "CreditsDepleted", detail, kind=f"{say.PROBLEMS}credits")

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        if request.method != "POST" and request.url.path.startswith("/2/tweets"):
            return httpx2.Response(200, json={"errors": [say.missing("tweet", made)]})
        if request.url.path != "/2/tweets":
            return say.problem(404, "Not Found", f"The media id {made} was not found or has expired.")
        replied = f'"in_reply_to_tweet_id":"{made}"' in request.content.decode("utf-8", "replace").replace(" ", "")
        return (say.forbidden(say.UNSEEN) if replied else say.bad("Your media IDs are invalid.")).response

    def broken(self) -> httpx2.Response:
        return say.problem(503, "Service Unavailable", "Service Unavailable")

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return pages.gone_page() if request.url.host in ("x.com", "twitter.com") else say.problem(404, "Not Found", "Not Found")

    def new_id(self) -> str:
        """A number that grows with time, as X's do."""
        at = int(self.clock() * 1000)
        return str((at - SNOWFLAKES_SINCE if at > SNOWFLAKES_SINCE else at) << 22 | self.shelf.count("ids") & 0x3FFFFF)

    # Consent and tokens.

    @site("GET", r"/i/oauth2/authorize")
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @site("POST", r"/i/oauth2/authorize")
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request)

    @api("POST", r"/2/oauth2/token")
    def token(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_token(request)

    @api("POST", r"/2/oauth2/revoke")
    def revoke(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_revoke(request)

    def admit_to(self, request: httpx2.Request, what: str, *scopes: str) -> str:
        """The account that calls, if its token has these scopes and its quota of this call is not used up."""
        account = str(self.bearer(request, *scopes)["account"])
        now = self.clock()
        key = f"{account} {what}"
        start, used = self.shelf.get("quotas", key) or (now, 0)
        if now >= start + WINDOW:
            start, used = now, 0
        most, lifted = QUOTAS[what], self.quotas_lifted
        if used >= most and not lifted:
            raise Refused(self.limited(start + WINDOW - now))
        self.shelf.put("quotas", key, [start, used + 1])
        left = max(0, most - used - 1)
        request.extensions["quota"] = {"limit": str(most), "remaining": str(left), "reset": str(round(start + WINDOW))}
        return account

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        if refusal := OWN_ANSWERS.get(faults.met()):
            return refusal()
        response = super()._dispatch(request)
        for name, value in request.extensions.get("quota", {}).items():
            response.headers[f"x-rate-limit-{name}"] = value
        return response
