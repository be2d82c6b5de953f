"""What a simulated network grants: codes, tokens that end, refresh tokens that rotate, revocation. `consent.py` adds the page.

What differs from network to network is data (`flow.py`), a table of words, or a method to override. Tokens are kept as digests.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote_plus

import httpx2

from socialclaw.simulation.flow import Flow
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.store import Shelf

FORM = "application/x-www-form-urlencoded"

# What is wrong with a call of the token endpoint -> (error, description), where a network has no words of its own.
WORDS: Mapping[str, tuple[str, str]] = {
    "content_type": ("invalid_request", "The body must be application/x-www-form-urlencoded"),
    "client": ("invalid_client", "Client authentication failed"),
    "grant_type": ("unsupported_grant_type", "The grant type is not supported"),
    "code": ("invalid_grant", "The authorization code is invalid, expired or used"),
    "redirect_uri": ("invalid_grant", "The redirect URI is not the one of the authorization request"),
    "verifier": ("invalid_grant", "The code verifier does not match the challenge"),
    "refresh_token": ("invalid_grant", "The refresh token is invalid, expired or revoked"),
}


class Refused(Exception):
    """Ends a handler with this answer; what the handler wrote is undone."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(str(response.status_code))
        self.response = response


class GrantingSimulator(Simulator):
    """A simulator that hands out tokens. Routes call `answer_token` and `answer_revoke`; handlers call `bearer`."""

    flow: ClassVar[Flow]
    oauth_words: ClassVar[Mapping[str, tuple[str, str]]] = {}
    signs_in_at: ClassVar[type[GrantingSimulator] | None] = None  # who asks for consent to it, where that is somebody else

    @property
    def grants(self) -> Shelf:
        """Where codes and tokens are."""
        return self.store.of(self.signs_in_at.network) if self.signs_in_at else self.shelf

    def house(self) -> GrantingSimulator | None:
        """Who signs its users in, where that is somebody else."""
        if self.signs_in_at is None:
            return None
        return self.signs_in_at(self.store, clock=self._time, fetch=self.fetch, app_url=self.app_url)

    def learn(self, flow: Flow) -> None:
        """Ask for consent in this way too, of an app by that client id."""
        raise TypeError(f"{type(self).__name__} signs in nobody for others")

    # What a network says in its own words.

    def unauthorized(self, reason: str, scopes: Sequence[str] = ()) -> httpx2.Response:
        """A refused bearer token; `reason`: missing | unknown | expired | revoked | scope (then with the scopes that it lacks)."""
        return httpx2.Response(403 if reason == "scope" else 401, json={"error": "invalid_token", "error_description": reason})

    def oauth_error(self, reason: str) -> httpx2.Response:
        """A refused call of the token or revocation endpoint; `reason` is a key of WORDS."""
        error, description = {**WORDS, **self.oauth_words}[reason]
        return httpx2.Response(401 if reason == "client" else 400, json={"error": error, "error_description": description})

    def revoked(self) -> httpx2.Response:
        return httpx2.Response(200, json={"revoked": True})

    def fields(self, request: httpx2.Request) -> dict[str, str] | None:
        """What a call of the token or revocation endpoint says; None where it cannot be read."""
        return form_of(request)

    def credentials(self, name: str) -> dict[str, str]:
        """The fields of the consent page's form, filled in by a user called `name` who allows."""
        return {"login": name, "decision": "allow"}

    def profile(self, login: str) -> dict[str, Any]:
        """A user who logs in for the first time. `id` is numeric and the same wherever a user of this name logs in."""
        digits = hashlib.sha256(f"{self.network}:{login.lower()}".encode()).hexdigest()[:14]
        return {"id": str(10**18 + int(digits, 16)), "username": login, "name": login}

    def more_with_code(self, code: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """What it adds where the token is given for a code; `code` is what was kept of the consent, `body` the answer so far."""
        return {}

    def more_with_token(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """What the token endpoint adds to its answer."""
        return {}

    def challenge_of(self, verifier: str) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

    def token_of(self, request: httpx2.Request) -> str | None:
        """The bearer token that a request carries."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    # Users.

    def person(self, login: str) -> dict[str, Any]:
        """The user of this name, made at the first login."""
        fresh = self.profile(login)
        known: dict[str, Any] | None = self.shelf.get("people", fresh["id"])
        if known is None:
            self.shelf.put("people", fresh["id"], fresh)
        return known or fresh

    def person_of(self, account: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.shelf.get("people", account)
        return found

    def called(self, account: str) -> str:
        person = self.person_of(account)
        return f"@{person['username']}" if person else account

    # Tokens.

    def answer_token(self, request: httpx2.Request, flow: Flow | None = None) -> httpx2.Response:
        flow = flow or self.flow
        form = self.fields(request)
        if form is None:
            return self.oauth_error("content_type")
        if not _is_client(request, form, flow):
            return self.oauth_error("client")
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form, flow)
            case "refresh_token":
                return self._rotate(form, flow)
        return self.oauth_error("grant_type")

    def answer_revoke(self, request: httpx2.Request, flow: Flow | None = None) -> httpx2.Response:
        """Ends the whole grant that the token belongs to; an unknown token is a success (RFC 7009)."""
        flow = flow or self.flow
        form = self.fields(request)
        if form is None or not form.get("token"):
            return self.oauth_error("content_type")
        if not _is_client(request, form, flow):
            return self.oauth_error("client")
        for kind in ("tokens", "refresh"):
            if record := self.grants.get(kind, key_of(form["token"])):
                self._end(record["grant"])
        return self.revoked()

    def admit(self, login: str, *, scopes: Sequence[str] | None = None, flow: Flow | None = None) -> dict[str, Any]:
        """The token endpoint's answer for a user, as if they had consented (to every scope unless some are named)."""
        flow = flow or self.flow
        with self.store.transaction():
            return self._issue(flow, self.person(login)["id"], list(scopes if scopes is not None else flow.scopes), secrets.token_hex(8))

    def bearer(self, request: httpx2.Request, *scopes: str) -> dict[str, Any]:
        """The token record (`account`, `scopes`) behind a request; raises Refused where it does not open these scopes."""
        token = self.token_of(request)
        if token is None:
            raise Refused(self.unauthorized("missing"))
        record: dict[str, Any] | None = self.grants.get("tokens", key_of(token))
        if record is None:
            raise Refused(self.unauthorized("unknown"))
        if record.get("revoked"):
            raise Refused(self.unauthorized("revoked"))
        if record["expires_at"] is not None and record["expires_at"] <= self.clock():
            raise Refused(self.unauthorized("expired"))
        if lacking := [s for s in scopes if s not in record["scopes"]]:
            raise Refused(self.unauthorized("scope", lacking))
        return record

    def spoil(self, request: httpx2.Request, *, revoke: bool) -> None:
        """Expire the access token (or, in a refresh, the refresh token) of this request; or withdraw the whole grant."""
        found = [("tokens", self.token_of(request)), ("refresh", (self.fields(request) or {}).get("refresh_token"))]
        for kind, token in found:
            if token and (record := self.grants.get(kind, key_of(token))):
                if revoke:
                    self._end(record["grant"])
                else:
                    self.grants.put(kind, key_of(token), {**record, "expires_at": self.clock() - 1})

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return super()._dispatch(request)
        except Refused as refused:
            return refused.response

    def _exchange(self, form: Mapping[str, str], flow: Flow) -> httpx2.Response:
        """A code works once: a wrong try uses it up too, and a second use ends what the first one brought."""
        key = key_of(form.get("code", ""))
        record = self.grants.get("codes", key)
        if record is None or "used" in record or record["expires_at"] <= self.clock() or record["client_id"] != flow.client_id:
            if record and "used" in record:
                self._end(record["used"])
            return self.oauth_error("code")
        grant = secrets.token_hex(8)
        self.grants.put("codes", key, {"used": grant, "client_id": flow.client_id, "expires_at": record["expires_at"]})
        if form.get("redirect_uri") != record["redirect_uri"]:
            return self.oauth_error("redirect_uri")
        verifier = form.get("code_verifier", "")
        well_formed = re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier)
        if record["challenge"] and not (well_formed and secrets.compare_digest(self.challenge_of(verifier), record["challenge"])):
            return self.oauth_error("verifier")
        flow = flow if record.get("offline", True) else replace(flow, refresh_scope=None)
        body = self._issue(flow, record["account"], record["scopes"], grant)
        return httpx2.Response(200, json={**body, **self.more_with_code(record, body)})

    def _rotate(self, form: Mapping[str, str], flow: Flow) -> httpx2.Response:
        key = key_of(form.get("refresh_token", ""))
        record = self.grants.get("refresh", key)
        now = self.clock()
        known = record is not None and record.get("client_id", flow.client_id) == flow.client_id
        if record is None or not known or (record["expires_at"] is not None and record["expires_at"] <= now):
            return self.oauth_error("refresh_token")
        last = self.grants.get("tokens", record["access"])
        if last and last["expires_at"] is not None and last["expires_at"] <= now:
            self.grants.drop("tokens", record["access"])
        if flow.rotates:
            self.grants.drop("refresh", key)
            return httpx2.Response(200, json=self._issue(flow, record["account"], record["scopes"], record["grant"]))
        body = self._issue(replace(flow, refresh_scope=None), record["account"], record["scopes"], record["grant"])
        self.grants.put("refresh", key, {**record, "access": key_of(body["access_token"])})
        return httpx2.Response(200, json=body)

    def _issue(self, flow: Flow, account: str, scopes: list[str], grant: str) -> dict[str, Any]:
        access, refresh, now = secrets.token_urlsafe(48), secrets.token_urlsafe(48), self.clock()
        common = {"account": account, "scopes": scopes, "grant": grant, "client_id": flow.client_id, "made_at": now}
        ends = None if flow.access_seconds is None else now + flow.access_seconds
        self.grants.put("tokens", key_of(access), {**common, "expires_at": ends})
        body: dict[str, Any] = {"token_type": "bearer", "access_token": access, "scope": flow.separator.join(scopes)}
        if flow.access_seconds is not None:
            body["expires_in"] = round(flow.access_seconds)
        if flow.refresh_scope == "" or flow.refresh_scope in scopes:
            ends = None if flow.refresh_seconds is None else now + flow.refresh_seconds
            self.grants.put("refresh", key_of(refresh), {**common, "expires_at": ends, "access": key_of(access)})
            body["refresh_token"] = refresh
        return body | self.more_with_token(self.person_of(account) or {})

    def _end(self, grant: str) -> None:
        for key, record in self.grants.all("tokens").items():
            if record["grant"] == grant:
                self.grants.put("tokens", key, {**record, "revoked": True})
        for key, record in self.grants.all("refresh").items():
            if record["grant"] == grant:
                self.grants.drop("refresh", key)


def form_of(request: httpx2.Request) -> dict[str, str] | None:
    """The fields of a form body; None where the body is none, or names a field twice."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return None
    try:
        pairs = parse_qsl(request.content.decode(), keep_blank_values=True)
    except UnicodeDecodeError:
        return None
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else None


def _is_client(request: httpx2.Request, form: Mapping[str, str], flow: Flow) -> bool:
    """Whether the app proves who it is, in exactly one of the ways that the network takes."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic" and "basic" in flow.client_auth:
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        repeated = "client_secret" in form
        proven = (unquote_plus(name), unquote_plus(secret)) == (flow.client_id, flow.client_secret)
        return proven and (not repeated or (flow.repeats_secret and form["client_secret"] == flow.client_secret))
    return "body" in flow.client_auth and (form.get(flow.client_id_name), form.get("client_secret")) == (
        flow.client_id,
        flow.client_secret,
    )


def key_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:40]
