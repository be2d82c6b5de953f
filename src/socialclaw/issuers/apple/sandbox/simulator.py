"""Sign in with Apple in miniature: the page, the form that comes back across sites, tokens for who proves to be the developer.

https://developer.apple.com/documentation/signinwithapplerestapi. In one thing it is kinder than Apple: a redirect URI may be on this
very machine, since that is where the sandbox is.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from socialclaw.issuers.apple.sandbox import pages
from socialclaw.issuers.apple.sandbox.accounts import MAILS, account, claims, name
from socialclaw.issuers.apple.sandbox.developer import BUNDLE_ID, CLIENTS, ISSUER, SERVICES_ID, is_secret
from socialclaw.issuers.apple.sandbox.notices import LOGIN, SITE, Notices
from socialclaw.issuers.sandbox.issuing import half_hash
from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import form_of, key_of
from socialclaw.simulation.simulator import FOR_PEOPLE, route

CALLBACK = "/auth/apple/callback"
DAY = 86_400
RESPONSES = ("code", "code id_token")


class AppleSandbox(Notices):
    network = "apple"
    label = "Apple"
    issuer = ISSUER
    hosts = (SITE,)
    creates = r"^POST /auth/token$"
    flow = Flow(
        name="Apple",
        callbacks=(),
        paths=(CALLBACK,),
        client_id=SERVICES_ID,
        scopes={"name": "Know your name", "email": "Know your address"},
        code_seconds=300,
        rotates=False,
    )

    # The page.

    @route("GET", r"/auth/authorize", host=SITE)
    def authorize(self, request: httpx2.Request) -> httpx2.Response:
        asked = dict(request.url.params)
        if problem := self._wrong(request):
            return pages.refusal(problem)
        return pages.sign_in(asked["client_id"], urlsplit(asked["redirect_uri"]).netloc)

    @route("POST", r"/auth/authorize", host=SITE)
    def decide(self, request: httpx2.Request) -> httpx2.Response:
        asked, form = dict(request.url.params), form_of(request)
        if problem := self._wrong(request):
            return pages.refusal(problem)
        if form is None:
            return pages.refusal("The form must be sent as a form")
        back = {"state": asked["state"]} if "state" in asked else {}
        if form.get("decision") == "deny":
            return self._back(asked, {**back, "error": "user_cancelled_authorize"})
        login = form.get("login", "").strip()
        if form.get("decision") != "allow" or not LOGIN.fullmatch(login):
            where = urlsplit(asked["redirect_uri"]).netloc
            return pages.sign_in(asked["client_id"], where, problem="Type a name or an address to sign in as")
        return self._back(asked, {**back, **self._consented(asked, login, form.get("mail", ""))})

    def _consented(self, asked: Mapping[str, str], login: str, mail: str) -> dict[str, str]:
        """What goes back with the form: the code; the name, at the very first consent alone."""
        person, scopes = self.person(login), asked.get("scope", "").split()
        known = self.shelf.get("consents", person["id"])
        mail = known["mail"] if known else mail if mail in MAILS else ""
        self.shelf.put("consents", person["id"], {"mail": mail, "scopes": scopes if known is None else known["scopes"]})
        kept = {"client_id": asked["client_id"], "redirect_uri": asked["redirect_uri"], "scopes": scopes, "challenge": ""}
        code = self.new_code(self.flow, {**kept, "account": person["id"], "nonce": asked.get("nonce"), "mail": mail})
        found = {"code": code}
        if "id_token" in asked["response_type"]:
            token = self.identity_token(self._claims(asked["client_id"], person, mail, scopes, asked.get("nonce"), c_hash=half_hash(code)))
            found |= {"id_token": token} if token else {}
        if known is None and scopes:
            told = {"name": name(person)} if "name" in scopes else {}
            if "email" in scopes:
                told["email"] = claims(person, mail, worded=False)["email"]
            found["user"] = json.dumps(told)
        return found

    def _back(self, asked: Mapping[str, str], fields: Mapping[str, str]) -> httpx2.Response:
        if asked.get("response_mode") == "form_post":
            return pages.back_to(asked["redirect_uri"], fields)
        where = httpx2.URL(asked["redirect_uri"]).copy_merge_params(fields)
        return httpx2.Response(302, headers={"location": str(where)}, extensions={FOR_PEOPLE: True})

    def _wrong(self, request: httpx2.Request) -> str:
        """What Apple's page says of this request instead of asking anybody; empty where it is right."""
        asked = dict(request.url.params)
        scopes, mode = asked.get("scope", "").split(), asked.get("response_mode", "query")
        problems = [
            (len(request.url.params.multi_items()) > len(asked), "invalid_request: a parameter is given twice"),
            (asked.get("client_id") != SERVICES_ID, "invalid_client"),
            (asked.get("redirect_uri") != f"{self.app_url}{CALLBACK}", "invalid_request: Invalid web redirect url."),
            (asked.get("response_type") not in RESPONSES, "unsupported_response_type"),
            (mode not in ("query", "fragment", "form_post"), "invalid_request: Invalid response_mode."),
            (bool(set(scopes) - set(self.flow.scopes)), "invalid_scope"),
            (
                bool(scopes) and mode != "form_post",
                "invalid_request: response_mode must be form_post when name or email scope is requested.",
            ),
            (mode == "fragment", "invalid_request: response_mode fragment is not simulated"),
            (len(asked.get("state", "")) > 500 or len(asked.get("nonce", "")) > 500, "invalid_request"),
        ]
        return next((words for wrong, words in problems if wrong), "")

    def profile(self, login: str) -> dict[str, Any]:
        return account(login)

    # Tokens.

    @route("POST", r"/auth/token", host=SITE)
    def token(self, request: httpx2.Request) -> httpx2.Response:
        form = form_of(request)
        if form is None:
            return _error("invalid_request")
        client_id = form.get("client_id", "")
        if not is_secret(form.get("client_secret", ""), client_id, self.clock()):
            return _error("invalid_client")
        match form.get("grant_type"):
            case "authorization_code":
                return self._given(form, client_id)
            case "refresh_token":
                return self._again(form, client_id)
        return _error("unsupported_grant_type")

    def _given(self, form: Mapping[str, str], client_id: str) -> httpx2.Response:
        """A code works once. One that came to an app has no redirect URI, one that came to a page has that page's."""
        key = key_of(form.get("code", ""))
        code = self.shelf.get("codes", key)
        if code is None or "used" in code or code["expires_at"] <= self.clock():
            return _error("invalid_grant", "The code has expired or has been revoked.")
        self.shelf.put("codes", key, {"used": True, "client_id": code["client_id"], "expires_at": code["expires_at"]})
        if code["client_id"] != client_id:
            return _error("invalid_grant", f"The code was not issued to {client_id}.")
        if code["redirect_uri"] != form.get("redirect_uri"):
            return _error("invalid_grant", "The redirect_uri does not match.")
        person, grant = self.person_of(code["account"]) or {}, secrets.token_hex(8)
        body = self._pair(client_id, code, grant)
        refresh = secrets.token_urlsafe(40)
        common = {"account": code["account"], "scopes": code["scopes"], "grant": grant, "client_id": client_id, "mail": code["mail"]}
        self.shelf.put("refresh", key_of(refresh), {**common, "expires_at": None})
        said = self._claims(client_id, person, code["mail"], code["scopes"], code.get("nonce"), at_hash=half_hash(body["access_token"]))
        token = self.identity_token(said)
        return httpx2.Response(200, json={**body, "refresh_token": refresh, **({"id_token": token} if token else {})})

    def _again(self, form: Mapping[str, str], client_id: str) -> httpx2.Response:
        """To see whether a refresh token is still good; it stays the same."""
        record = self.shelf.get("refresh", key_of(form.get("refresh_token", "")))
        if record is None or record["client_id"] != client_id:
            return _error("invalid_grant", "The token has expired or has been revoked.")
        body = self._pair(client_id, record, record["grant"])
        person = self.person_of(record["account"]) or {}
        token = self.identity_token(self._claims(client_id, person, record["mail"], record["scopes"], None))
        return httpx2.Response(200, json={**body, **({"id_token": token} if token else {})})

    def _pair(self, client_id: str, of: Mapping[str, Any], grant: str) -> dict[str, Any]:
        access = secrets.token_urlsafe(40)
        record = {"account": of["account"], "scopes": of["scopes"], "grant": grant, "client_id": client_id}
        self.shelf.put("tokens", key_of(access), {**record, "expires_at": self.clock() + 3600})
        return {"access_token": access, "token_type": "Bearer", "expires_in": 3600}

    def _claims(
        self, client_id: str, person: Mapping[str, Any], mail: str, scopes: list[str], nonce: str | None, **hashes: str
    ) -> dict[str, Any]:
        now, native = int(self.clock()), client_id == BUNDLE_ID
        return {
            "aud": client_id,
            "iat": now,
            "exp": now + DAY,
            "sub": person["id"],
            "auth_time": now,
            "nonce_supported": True,
            **({"nonce": nonce} if nonce else {}),
            **(claims(dict(person), mail, worded=native) if "email" in scopes else {}),
            **({"real_user_status": 2} if native else {}),
            **hashes,
        }

    @route("POST", r"/auth/revoke", host=SITE)
    def revoke(self, request: httpx2.Request) -> httpx2.Response:
        """Ends the whole grant. A token that is not known has ended already."""
        form = form_of(request)
        if form is None or not form.get("token"):
            return _error("invalid_request")
        client_id = form.get("client_id", "")
        if not is_secret(form.get("client_secret", ""), client_id, self.clock()):
            return _error("invalid_client")
        for kind in ("tokens", "refresh"):
            if record := self.shelf.get(kind, key_of(form["token"])):
                if record["client_id"] != client_id:
                    return _error("invalid_grant", f"The token was not issued to {client_id}.")
                self._end(record["grant"])
                self.shelf.drop("consents", record["account"])
        return httpx2.Response(200)

    @route("GET", r"/auth/keys", host=SITE)
    def keys(self, request: httpx2.Request) -> httpx2.Response:
        return self.published_keys()

    @route("GET", r"/\.well-known/openid-configuration", host=SITE)
    def discovery(self, request: httpx2.Request) -> httpx2.Response:
        told = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth/authorize",
            "token_endpoint": f"{ISSUER}/auth/token",
            "revocation_endpoint": f"{ISSUER}/auth/revoke",
            "jwks_uri": f"{ISSUER}/auth/keys",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "name"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        return httpx2.Response(200, json=told)

    # For the people who test.

    def native(self, login: str, *, nonce: str | None = None, mail: str = "", client_id: str = BUNDLE_ID) -> dict[str, str]:
        """What an app on a device gets when somebody signs in there: `identityToken` and `authorizationCode`."""
        if client_id not in CLIENTS:
            raise ValueError(f"the simulated developer has no {client_id}")
        with self.store.transaction():
            person, scopes = self.person(login), ["name", "email"]
            known = self.shelf.get("consents", person["id"])
            self.shelf.put("consents", person["id"], known or {"mail": mail, "scopes": scopes})
            kept = {"client_id": client_id, "redirect_uri": None, "scopes": scopes, "challenge": "", "account": person["id"]}
            code = self.new_code(self.flow, {**kept, "nonce": nonce, "mail": mail})
            token = self.identity_token(self._claims(client_id, person, mail, scopes, nonce, c_hash=half_hash(code)))
        return {"identityToken": token or "", "authorizationCode": code}


def _error(word: str, description: str = "") -> httpx2.Response:
    return httpx2.Response(400, json={"error": word, **({"error_description": description} if description else {})})
