"""Google's accounts in miniature: consent for whatever app is registered there, tokens, and identity tokens for those that sign people in.

https://developers.google.com/identity/openid-connect/openid-connect. Simulated networks that are Google's send their users here too:
their flows are learned from them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import unquote_plus

import httpx2

from socialclaw.issuers.google.sandbox.accounts import KINDS, account, claims
from socialclaw.issuers.sandbox.issuing import IssuingSimulator, half_hash
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import form_of, key_of
from socialclaw.simulation.pages import page
from socialclaw.simulation.simulator import route

ACCENT = "#1a73e8"
SITE, OAUTH, USERS, APIS = "accounts.google.com", "oauth2.googleapis.com", "openidconnect.googleapis.com", "www.googleapis.com"
# The client id of the apps that sign people in with the simulated Google.
CLIENT_ID, CLIENT_SECRET = "sandbox-sign-in.apps.googleusercontent.com", "sandbox-sign-in-secret"
SIGN_IN = Flow(
    name="Google",
    callbacks=(),
    paths=("/auth/google/callback",),
    client_id=CLIENT_ID,
    client_secret=CLIENT_SECRET,
    scopes={"openid": "Know which account it is", "email": "See your email address", "profile": "See your name and picture"},
    accent=ACCENT,
    client_auth=("body", "basic"),
    access_seconds=3599,
    offline={"access_type": "offline"},
    rotates=False,
    login_pattern=r"[A-Za-z0-9_.+-]{1,64}(@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?",
)
SPELLED = {"email": "https://www.googleapis.com/auth/userinfo.email", "profile": "https://www.googleapis.com/auth/userinfo.profile"}


class GoogleSandbox(IssuingSimulator):
    network = "google"
    label = "Google"
    issuer = f"https://{SITE}"
    hosts = (SITE, OAUTH, USERS)
    places = (f"{APIS}/oauth2/",)
    creates = r"^POST /token$"
    flow = SIGN_IN
    oauth_words = {  # noqa: RUF012
        "content_type": ("invalid_request", "Invalid content type"),
        "client": ("invalid_client", "The OAuth client was not found."),
        "grant_type": ("unsupported_grant_type", "Invalid grant_type"),
        "code": ("invalid_grant", "Malformed auth code."),
        "redirect_uri": ("redirect_uri_mismatch", "Bad Request"),
        "verifier": ("invalid_grant", "Invalid code verifier."),
        "refresh_token": ("invalid_grant", "Token has been expired or revoked."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.flows = {SIGN_IN.client_id: SIGN_IN}

    def learn(self, flow: Flow) -> None:
        known = self.flows.get(flow.client_id, flow)
        callbacks = tuple(dict.fromkeys((*known.callbacks, *flow.callbacks)))
        self.flows[flow.client_id] = replace(known, callbacks=callbacks, scopes={**known.scopes, **flow.scopes})

    def unauthorized(self, reason: str, scopes: Sequence[str] = ()) -> httpx2.Response:
        return httpx2.Response(401, json={"error": "invalid_request", "error_description": "Invalid Credentials"})

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        body = "<h1>404. That's an error.</h1><p>The requested URL was not found on this server.</p>"
        return page("Error 404 (Not Found)", body, accent=ACCENT, network="Google", status=404)

    # Consent.

    @route("GET", r"/o/oauth2/v2/auth", host=SITE)
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        return self.show_consent(request, self._flow(request.url.params.get("client_id", "")))

    @route("POST", r"/o/oauth2/v2/auth", host=SITE)
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        return self.take_consent(request, self._flow(request.url.params.get("client_id", "")))

    def more_fields(self, flow: Flow) -> str:
        if "openid" not in flow.scopes:
            return ""
        options = "".join(f'<option value="{value}">{escape(words)}</option>' for value, words in KINDS.items())
        return f'<label for="kind">Kind of account</label><select id="kind" name="kind">{options}</select>'

    def profile(self, login: str) -> dict[str, Any]:
        return account(login)

    def logs_in(self, login: str, form: Mapping[str, str]) -> dict[str, Any]:
        kind = form.get("kind", "")
        person = account(login, kind if kind in KINDS else "")
        self.shelf.put("people", person["id"], person)
        return person

    def remembered(self, query: Mapping[str, str]) -> dict[str, Any]:
        return {"nonce": query.get("nonce")}

    # Tokens.

    @route("POST", r"/token", host=OAUTH)
    def token(self, request: httpx2.Request) -> httpx2.Response:
        form = form_of(request) or {}
        return self.answer_token(request, self._flow(form.get("client_id") or _named(request)))

    def more_with_token(self, person: Mapping[str, Any]) -> dict[str, Any]:
        return {"token_type": "Bearer"}

    def more_with_code(self, code: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        scopes = code["scopes"]
        spelled = {"scope": " ".join(SPELLED.get(scope, scope) for scope in scopes)}
        if "openid" not in scopes:
            return spelled
        now = int(self.clock())
        client, person = code["client_id"], self.person_of(code["account"]) or {}
        said = {
            "azp": client,
            "aud": client,
            **claims(person, scopes),
            "at_hash": half_hash(body["access_token"]),
            **({"nonce": code["nonce"]} if code.get("nonce") else {}),
            "iat": now,
            "exp": now + 3600,
        }
        token = self.identity_token(said)
        return {**spelled, **({"id_token": token} if token else {})}

    @route("POST", r"/revoke", host=OAUTH)
    def revoke(self, request: httpx2.Request) -> httpx2.Response:
        """Ends the whole grant. Unlike RFC 7009 has it, Google refuses a token that it does not know."""
        token = (form_of(request) or {}).get("token") or request.url.params.get("token", "")
        for kind in ("tokens", "refresh"):
            if (record := self.shelf.get(kind, key_of(token))) and not record.get("revoked"):
                self._end(record["grant"])
                return httpx2.Response(200, json={})
        return httpx2.Response(400, json={"error": "invalid_token", "error_description": "Token expired or revoked"})

    # What it says of itself, and of people.

    @route("GET", r"/oauth2/v3/certs", host=APIS)
    def keys(self, request: httpx2.Request) -> httpx2.Response:
        return self.published_keys()

    @route("GET", r"/v1/userinfo", host=USERS)
    def user(self, request: httpx2.Request) -> httpx2.Response:
        record = self.bearer(request, "openid")
        return httpx2.Response(200, json=claims(self.person_of(record["account"]) or {}, record["scopes"]))

    @route("GET", r"/\.well-known/openid-configuration", host=SITE)
    def discovery(self, request: httpx2.Request) -> httpx2.Response:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"https://{SITE}/o/oauth2/v2/auth",
            "token_endpoint": f"https://{OAUTH}/token",
            "userinfo_endpoint": f"https://{USERS}/v1/userinfo",
            "revocation_endpoint": f"https://{OAUTH}/revoke",
            "jwks_uri": f"https://{APIS}/oauth2/v3/certs",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
        }
        return httpx2.Response(200, json=told)

    def _flow(self, client_id: str) -> Flow:
        """How this app asks; of an app that is not known, how it is refused."""
        return self.flows.get(client_id, SIGN_IN)


def _named(request: httpx2.Request) -> str:
    """The client id that stands in the Authorization header."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        return unquote_plus(base64.b64decode(value, validate=True).decode().partition(":")[0]) if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
