"""The simulated Meta without its posts: hosts, log-ins and consents, tokens of people, Pages and Instagram accounts, and limits."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from socialclaw.networks.meta.sandbox import words as say
from socialclaw.networks.meta.sandbox.people import FACEBOOK_FLOW, INSTAGRAM_FLOW, People, profile_of, scoped_id
from socialclaw.simulation.consent import OAuthSimulator
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET, Flow
from socialclaw.simulation.grants import Refused, key_of
from socialclaw.simulation.simulator import FOR_PEOPLE, routes_of

H = TypeVar("H", bound=Callable[..., httpx2.Response])

GRAPH, VIDEO, INSTAGRAM = "graph.facebook.com", "graph-video.facebook.com", "graph.instagram.com"
ANY_VERSION = r"(?:/v\d{1,2}\.\d)?"
LONG_SECONDS = 60 * 86_400.0
OLD_ENOUGH = 86_400.0  # seconds, for a token to be renewed
CALLS_AN_HOUR = 20_000
# Versions of the Graph API, 2026-11: the newest, the oldest (an older one is answered as that), and the one of an app that names none.
NEWEST, OLDEST, USUAL = 26, 21, 25


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a person, a Page or an Instagram account, and the person behind it."""

    kind: str  # "person" | "page" | "instagram"
    id: str
    person: str
    scopes: tuple[str, ...]


def graph(method: str, pattern: str, *hosts: str) -> Callable[[H], H]:
    """A route of the Graph API, whatever its version; both APIs' unless hosts are named."""
    return routes_of(*(hosts or (GRAPH, VIDEO, INSTAGRAM)))(method, f"{ANY_VERSION}{pattern}/?")


class MetaHouse(OAuthSimulator):
    network = "meta"
    label = "Facebook and Instagram"
    hosts = (GRAPH, VIDEO, "www.facebook.com", INSTAGRAM, "api.instagram.com", "www.instagram.com")
    creates = r"^POST /v[\d.]+/\d+/(feed|media_publish|photos|videos( finish)?)$"
    tells = ("id", "video_id", "upload_session_id")
    flow = FACEBOOK_FLOW
    several = "Pages"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = People(self.shelf)

    def line(self, request: httpx2.Request) -> str:
        """Uploads to a Page go to one path, whether they make a post visible or not."""
        line = super().line(request)
        if line.endswith("/videos") and (phase := say.given(request).get("upload_phase")):
            return f"{line} {phase}"
        if line.endswith("/photos") and say.given(request).get("published") == "false":
            return f"{line} unpublished"
        return line

    # Meta's words.

    def unauthorized(self, reason: str, scopes: Sequence[str] = ()) -> httpx2.Response:
        match reason:
            case "missing":
                return say.problem(2500, "An active access token must be used to query information about the current user.")
            case "scope":
                return say.problem(10, f"(#10) This endpoint requires the '{scopes[0]}' permission", status=403)
            case "expired":
                return say.problem(190, "Error validating access token: Session has expired.", status=401, subcode=463)
            case "revoked":
                message = "Error validating access token: The user has not authorized the application."
                return say.problem(190, message, status=401, subcode=458)
        return say.problem(190, "Invalid OAuth access token - Cannot parse access token")

    def oauth_error(self, reason: str) -> httpx2.Response:
        match reason:
            case "client":
                return say.problem(1, "Error validating client secret.")
            case "redirect_uri":
                message = "Error validating verification code. Please make sure your redirect_uri is identical to the one of the dialog"
                return say.problem(100, message, subcode=36008)
            case "verifier":
                return say.problem(100, "Invalid code_verifier parameter")
            case "grant_type":
                return say.problem(100, "Invalid parameter: grant_type")
        return say.problem(100, "This authorization code has been used.", subcode=36009)

    def limited(self, seconds: float) -> httpx2.Response:
        response = say.problem(4, "(#4) Application request limit reached", status=403)
        minutes = int(-(-seconds // 60))
        case = {"type": "pages", "call_count": 100, "total_cputime": 25, "total_time": 25, "estimated_time_to_regain_access": minutes}
        response.headers["x-business-use-case-usage"] = json.dumps({"1234567890": [case]})
        return response

    def broken(self) -> httpx2.Response:
        message = "An unexpected error has occurred. Please retry your request later."
        return say.problem(2, message, status=500, is_transient=True)

    def not_there(self, request: httpx2.Request, made: str) -> httpx2.Response:
        return say.absent(made, request.method.lower()).response

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host.startswith("www."):
            return httpx2.Response(404, html="<h1>This page is not available</h1>", extensions={FOR_PEOPLE: True})
        return say.problem(2500, f"Unknown path components: {request.url.path}")

    # People and tokens.

    def profile(self, login: str) -> dict[str, Any]:
        return profile_of(login)

    def person(self, login: str) -> dict[str, Any]:
        known = self.person_of(profile_of(login)["id"])
        person = super().person(login)
        if known is None:
            self.people.settle(person)
        return person

    def called(self, account: str) -> str:
        return self.people.called(account)

    def have(self, login: str, count: int) -> None:
        """The first Page has an Instagram account; it goes last."""
        self.people.run(self.person(login), count)

    def token_of(self, request: httpx2.Request) -> str | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() in ("bearer", "oauth") and token.strip():
            return token.strip()
        found = say.given(request)
        return found.get("access_token") or found.get("fb_exchange_token") or None

    def caller(self, request: httpx2.Request, *scopes: str, instead: Sequence[str] = ()) -> Caller:
        """Who calls, if the token is of this host's log-in and has these scopes; on Instagram's host it must have `instead`."""
        instagram = request.url.host == INSTAGRAM
        self._proven(request)
        record = self.bearer(request)
        if (record["kind"] == "instagram") != instagram:
            raise Refused(self.unauthorized("unknown"))
        record = self.bearer(request, *(instead if instagram else scopes))
        return Caller(record["kind"], record["account"], record["person"], tuple(record["scopes"]))

    def page_token(self, page: str, token: str | None) -> str:
        """A Page's token, made out of its person's: the same grant, without an end if that is a long one."""
        person = self.shelf.get("tokens", key_of(token or "")) or {}
        own = secrets.token_urlsafe(48)
        ends = None if person.get("long") else person.get("expires_at")
        self.shelf.put("tokens", key_of(own), {**person, "account": page, "kind": "page", "expires_at": ends})
        return own

    def _issue(self, flow: Flow, account: str, scopes: list[str], grant: str) -> dict[str, Any]:
        """A person's short token. What was granted to the app before stays granted."""
        instagram = flow is INSTAGRAM_FLOW
        kind = "instagram" if instagram else "person"
        before = self.shelf.get("granted", f"{kind}:{account}") or []
        scopes = list(dict.fromkeys([*before, *scopes]))
        self.shelf.put("granted", f"{kind}:{account}", scopes)
        body = super()._issue(flow, account, scopes, grant)
        key = key_of(body["access_token"])
        record = self.shelf.get("tokens", key)
        own = self.people.instagram_of(account)["id"] if instagram else account
        self.shelf.put("tokens", key, {**record, "account": own, "person": account, "kind": kind, "made_at": self.clock()})
        if instagram:
            user = scoped_id(str((self.person_of(account) or {})["username"]))
            return {"access_token": body["access_token"], "user_id": user, "permissions": ",".join(scopes)}
        return {name: body[name] for name in ("access_token", "token_type", "expires_in")}

    def _end(self, grant: str) -> None:
        for record in self.shelf.all("tokens").values():
            if record["grant"] == grant:
                self.shelf.drop("granted", f"{'instagram' if record['kind'] == 'instagram' else 'person'}:{record['person']}")
        super()._end(grant)

    def lengthen(self, token: str, *, kind: str, renewed: bool = False) -> httpx2.Response:
        """A token of 60 days for one that has not ended; to be renewed it must be a long one and a day old."""
        record = self.shelf.get("tokens", key_of(token))
        if record is None or record["kind"] != kind:
            raise Refused(self.unauthorized("unknown"))
        if record.get("revoked"):
            raise Refused(self.unauthorized("revoked"))
        if record["expires_at"] is not None and record["expires_at"] <= self.clock():
            raise Refused(self.unauthorized("expired"))
        if renewed and (not record.get("long") or record["made_at"] + OLD_ENOUGH > self.clock()):
            raise say.no(100, "The access token is too young to be refreshed, or is no long-lived one", kind="IGApiException")
        own = secrets.token_urlsafe(48)
        fresh = {**record, "expires_at": self.clock() + LONG_SECONDS, "long": True, "made_at": self.clock()}
        self.shelf.put("tokens", key_of(own), fresh)
        body: dict[str, Any] = {"access_token": own, "token_type": "bearer", "expires_in": int(LONG_SECONDS)}
        return httpx2.Response(200, json={**body, "permissions": ",".join(record["scopes"])} if renewed else body)

    def is_app(self, parameters: dict[str, str]) -> bool:
        known = hmac.compare_digest(parameters.get("client_secret", "").encode(), CLIENT_SECRET.encode())
        return parameters.get("client_id") == CLIENT_ID and known

    def _proven(self, request: httpx2.Request) -> None:
        """`appsecret_proof` is optional, but must be right where it is given."""
        if proof := say.given(request).get("appsecret_proof"):
            right = hmac.new(CLIENT_SECRET.encode(), (self.token_of(request) or "").encode(), hashlib.sha256).hexdigest()
            if not hmac.compare_digest(proof.encode(), right.encode()):
                raise say.no(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")

    # Limits.

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host.startswith("www."):
            return super()._dispatch(request)
        version = re.match(r"/v([0-9]{1,2})\.[0-9]/", request.url.path)
        if version and int(version[1]) > NEWEST:
            return self.unknown(request)
        with self.store.transaction():
            used = self._used()
        if used >= CALLS_AN_HOUR and not self.quotas_lifted:
            return self.limited(60)
        response = super()._dispatch(request)
        percent = min(100, used * 100 // CALLS_AN_HOUR)
        response.headers["x-app-usage"] = json.dumps({"call_count": percent, "total_time": percent // 2, "total_cputime": percent // 2})
        response.headers["facebook-api-version"] = f"v{max(OLDEST, int(version[1])) if version else USUAL}.0"
        return response

    def _used(self) -> int:
        """Calls of the app in this hour, this one included."""
        now = self.clock()
        start, used = self.shelf.get("usage", "app") or (now, 0)
        if now >= start + 3600:
            start, used = now, 0
        self.shelf.put("usage", "app", [start, used + 1])
        return int(used) + 1
