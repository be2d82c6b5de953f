"""The simulated Reddit without its posts: hosts, consent, its words, who may call, and how often."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import httpx2

from socialclaw.networks.reddit.sandbox import pages
from socialclaw.networks.reddit.sandbox import words as say
from socialclaw.networks.reddit.sandbox.subreddits import base36
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import Refused, form_of
from socialclaw.simulation.simulator import H, route

API, SITE = "oauth.reddit.com", "www.reddit.com"
# Calls that an app may make for a user, in windows of ten minutes (https://support.reddithelp.com, Data API: 100 a minute on average).
MOST_CALLS, WINDOW = 1000, 600.0
# What libraries call themselves where nobody tells them to be somebody: Reddit gives such callers nothing. What it asks for may begin
# so too: `python:my.tool:1.0 (by /u/name)`.
NOBODY = re.compile(r"(python|curl|wget|java|go-http|node|okhttp|axios|httpx)\b(?!:).*|", re.IGNORECASE | re.DOTALL)
Document = dict[str, Any]


def api(method: str, pattern: str) -> Callable[[H], H]:
    return route(method, f"{pattern}/?", host=API)


def site(method: str, pattern: str) -> Callable[[H], H]:
    return route(method, pattern, host=SITE)


class RedditHouse(OAuthSimulator):
    network = "reddit"
    hosts = (API, SITE)
    creates = r"POST /api/submit/?$"
    tells = ("name", "id")
    flow = Flow(
        name="Reddit",
        callbacks=("reddit",),
        scopes={
            "identity": "See your name and since when you are here",
            "submit": "Post links and text as you",
            "read": "Read posts and subreddits as you",
            "flair": "Choose the flair of your posts",
            "edit": "Change and delete your posts",
            "mysubreddits": "See which subreddits you have joined",
            "history": "See what you have posted",
            "vote": "Vote as you",
            "save": "Save posts for you",
            "report": "Report posts as you",
            "subscribe": "Join and leave subreddits for you",
        },
        accent=pages.ACCENT,
        client_auth=("basic",),
        access_seconds=86_400,
        offline={"duration": "permanent"},
        rotates=False,
        login_pattern=r"[A-Za-z0-9_-]{3,20}",
    )

    # Reddit's words.

    def unauthorized(self, reason: str, scopes: Any = ()) -> httpx2.Response:
        match reason:
            case "missing":
                return say.blocked()
            case "scope":
                return say.challenge(403, "insufficient_scope")
        return say.challenge(401, "invalid_token")

    def oauth_error(self, reason: str) -> httpx2.Response:
        """Some refusals come with status 200, others say no more than their status."""
        match reason:
            case "client":
                return say.error(401, "Unauthorized")
            case "code" | "redirect_uri" | "verifier":
                return httpx2.Response(200, json={"error": "invalid_grant"})
            case "grant_type":
                return httpx2.Response(200, json={"error": "unsupported_grant_type"})
        return httpx2.Response(400, json={"error": 400})

    def revoked(self) -> httpx2.Response:
        return httpx2.Response(204)

    def limited(self, seconds: float) -> httpx2.Response:
        return say.pardner({"retry-after": f"{seconds:.0f}"})

    def broken(self) -> httpx2.Response:
        return say.error(500, "Internal Server Error")

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        if request.url.path == "/api/info":
            return httpx2.Response(200, json={"kind": "Listing", "data": {"after": None, "before": None, "children": []}})
        return say.error(404, "Not Found")

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return pages.gone_page() if request.url.host == SITE else say.error(404, "Not Found")

    # Consent and tokens.

    @site("GET", r"/api/v1/authorize")
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @site("POST", r"/api/v1/authorize")
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request)

    @site("POST", r"/api/v1/access_token")
    def token(self, request: httpx2.Request) -> httpx2.Response:
        answer = self.answer_token(request)
        form = form_of(request) or {}
        if answer.is_success and form.get("grant_type") == "refresh_token" and "access_token" in answer.json():
            return httpx2.Response(200, json={**answer.json(), "refresh_token": form["refresh_token"]})
        return answer

    @site("POST", r"/api/v1/revoke_token")
    def revoke(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_revoke(request)

    def profile(self, login: str) -> Document:
        """Users have short ids of digits and letters."""
        person = super().profile(login)
        return {**person, "id": base36(int(person["id"]) % 36**9 + 36**9)}

    def called(self, account: str) -> str:
        person = self.person_of(account)
        return f"u/{person['username']}" if person else account

    def admit_to(self, request: httpx2.Request, *scopes: str) -> Document:
        """The user who calls, if the token has these scopes and the calls of this window are not used up."""
        user = str(self.bearer(request, *scopes)["account"])
        now = self.clock()
        window, used = self.shelf.get("quotas", user) or (0, 0)
        if window != now // WINDOW:
            used = 0
        reset = math.ceil(WINDOW - now % WINDOW)
        if used >= MOST_CALLS and not self.quotas_lifted:
            counts = {"x-ratelimit-used": str(used), "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": str(reset)}
            raise Refused(say.pardner(counts))
        self.shelf.put("quotas", user, [now // WINDOW, used + 1])
        left = max(1 if self.quotas_lifted else 0, MOST_CALLS - used - 1)
        request.extensions["quota"] = {"used": str(used + 1), "remaining": f"{left:.1f}", "reset": str(reset)}
        return self.person_of(user) or {}

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == API and NOBODY.fullmatch(request.headers.get("user-agent", "")):
            return say.pardner()
        response = super()._dispatch(request)
        for name, value in request.extensions.get("quota", {}).items():
            response.headers.setdefault(f"x-ratelimit-{name}", value)
        return response

    def new_id(self) -> str:
        """The fullname of a new post; ids grow."""
        return f"t3_{base36(36**6 + self.shelf.count('ids'))}"
