"""The simulated Snapchat without its posts: hosts, consent, who may call, and how often."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import httpx2

from socialclaw.networks.snapchat.sandbox import pages
from socialclaw.networks.snapchat.sandbox import words as say
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import Refused
from socialclaw.simulation.simulator import route

H = TypeVar("H", bound=Callable[..., httpx2.Response])

ACCOUNTS, API, SITE = "accounts.snapchat.com", "businessapi.snapchat.com", "www.snapchat.com"
SCOPE = "snapchat-profile-api"
PROFILE = r"/v1/public_profiles/([0-9a-f-]{36})"
CALLS, WINDOW = 100, 10  # 10 calls a second for a token, on average
CHALLENGES = {"expired": "The access token expired", "missing": "The access token is missing"}


def api(method: str, pattern: str) -> Callable[[H], H]:
    return route(method, pattern, host=API)


def site(method: str, pattern: str) -> Callable[[H], H]:
    return route(method, pattern, host=SITE)


class SnapchatHouse(OAuthSimulator):
    network = "snapchat"
    hosts = (ACCOUNTS, API, SITE)
    most_body = 33 * 1024**2  # a part, and the form around it
    creates = r"^POST /v1/public_profiles/[^/]+/(spotlights|stories|saved_stories)$"
    tells = ("media_id", "id")
    flow = Flow(
        name="Snapchat",
        callbacks=("snapchat",),
        scopes={SCOPE: "Read your Public Profile and its statistics, and post to it"},
        accent=pages.ACCENT,
        client_auth=("body",),
        access_seconds=3600,
        rotates=False,
        login_pattern=r"[A-Za-z0-9_.-]{2,30}",
    )

    # What an operator of the sandbox may decide.

    def option(self, name: str, value: Any) -> None:
        """`allowed` (bool: whether Snap has the app on its list), `processing` (seconds that a video takes), `lag` (of lists)."""
        with self.store.transaction():
            self.shelf.put("options", name, value)

    # Snapchat's words.

    def unauthorized(self, reason: str, scopes: Sequence[str] = ()) -> httpx2.Response:
        if reason == "scope":
            return say.no("The token does not have the scope for this call", say.DENIED, status=403)
        words = CHALLENGES.get(reason, "The access token is invalid")
        answer = say.no(words, status=401)
        answer.headers["www-authenticate"] = f'Bearer error="invalid_token", error_description="{words}"'
        return answer

    def limited(self, seconds: float) -> httpx2.Response:
        """Snapchat names no time to come back."""
        return httpx2.Response(429, text="Too Many Requests")

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        return say.no(f"{made} was not found", status=404)

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return pages.gone_page() if request.url.host == SITE else say.no("Not found", status=404)

    def line(self, request: httpx2.Request) -> str:
        """The calls of an upload have one path; what each of them does stands in its form."""
        line = super().line(request)
        if not line.endswith("/multipart-upload"):
            return line
        try:
            form = say.form_of(request)
        except Refused:
            return line
        return " ".join([line, form.get("action", b"?").decode("latin-1"), form.get("part_number", b"").decode("latin-1")]).strip()

    # Consent and tokens.

    def profile(self, login: str) -> dict[str, Any]:
        """Each user has one Public Profile; `id` is its."""
        d = hashlib.sha256(f"snapchat:{login.lower()}".encode()).hexdigest()
        profile_id = f"{d[:8]}-{d[8:12]}-4{d[13:16]}-8{d[17:20]}-{d[20:32]}"
        return {"id": profile_id, "username": login.lower(), "name": login}

    def more_with_token(self, person: Any) -> dict[str, Any]:
        return {"token_type": "Bearer"}

    @route("GET", r"/login/oauth2/authorize", host=ACCOUNTS)
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request)

    @route("POST", r"/login/oauth2/authorize", host=ACCOUNTS)
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request)

    @route("POST", r"/login/oauth2/access_token", host=ACCOUNTS)
    def token(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer_token(request)

    def admit_to(self, request: httpx2.Request, profile_id: str = "") -> str:
        """The profile of the user who calls, if that is the one that is named, and the token may call again now."""
        account = str(self.bearer(request, SCOPE)["account"])
        recent = [at for at in self.shelf.get("calls", account) or () if at > self.clock() - WINDOW]
        if len(recent) >= CALLS and not self.quotas_lifted:
            raise Refused(self.limited(1))
        self.shelf.put("calls", account, [*recent, self.clock()][-CALLS:])
        if self.shelf.get("options", "allowed") is False or (profile_id and profile_id != account):
            raise say.refuse("You do not have permission to perform this action", say.DENIED, status=403)
        return account
