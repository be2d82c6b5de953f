"""The consent page of a simulated network: what the app asks for, a user to log in as, Allow and Deny.

A network's `sandbox/simulator.py` subclasses OAuthSimulator, describes its flow as data and marks the routes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2

from socialclaw.simulation.flow import Flow
from socialclaw.simulation.grants import GrantingSimulator, form_of, key_of
from socialclaw.simulation.pages import page
from socialclaw.simulation.simulator import FOR_PEOPLE


class OAuthSimulator(GrantingSimulator):
    """A simulator with a consent page. Routes call `show_consent`, `take_consent`, `answer_token`, `answer_revoke`."""

    def consent_error(self, flow: Flow, problem: str) -> httpx2.Response:
        """What the user sees where the authorization request is wrong: nothing is sent back to the app."""
        body = f"<h1>Something went wrong</h1><p>You could not give access to the app.</p><p class=bad>{escape(problem)}</p>"
        return page(f"{flow.name}: not possible", body, accent=flow.accent, network=flow.name, status=400)

    def show_consent(self, request: httpx2.Request, flow: Flow | None = None) -> httpx2.Response:
        flow = flow or self.flow
        asked, problem = self._asked(request, flow)
        return self.consent_error(flow, problem) if problem else self._consent_page(flow, asked)

    def take_consent(self, request: httpx2.Request, flow: Flow | None = None) -> httpx2.Response:
        """The user's decision: back to the app with a code, or with `access_denied`."""
        flow = flow or self.flow
        asked, problem = self._asked(request, flow)
        form = form_of(request)
        if problem or form is None:
            return self.consent_error(flow, problem or "The form must be sent as a form")
        back = {"state": asked["state"]}
        if flow.granular:
            asked["scopes"] = [scope for index, scope in enumerate(asked["scopes"]) if f"scope-{index}" in form]
        if form.get("decision") == "deny" or not asked["scopes"]:
            return _to(asked["redirect_uri"], {"error": "access_denied", **back})
        login = form.get("login", "").strip().removeprefix("@")
        if form.get("decision") != "allow" or not re.fullmatch(flow.login_pattern, login):
            return self._consent_page(flow, asked, problem="Type the name of a user to log in as: letters, digits and underscores")
        person = self.logs_in(login, form)
        kept = {name: asked[name] for name in ("client_id", "redirect_uri", "scopes", "challenge")}
        kept["offline"] = all(request.url.params.get(name) == value for name, value in flow.offline.items())
        kept |= self.remembered(request.url.params)
        return _to(asked["redirect_uri"], {**back, "code": self.new_code(flow, {**kept, "account": person["id"]})})

    def logs_in(self, login: str, form: Mapping[str, str]) -> dict[str, Any]:
        """The user who has filled in this form."""
        return self.person(login)

    def remembered(self, query: Mapping[str, str]) -> dict[str, Any]:
        """What else of the authorization request is kept with the code."""
        return {}

    def more_fields(self, flow: Flow) -> str:
        """Further fields of the page's form."""
        return ""

    def new_code(self, flow: Flow, kept: Mapping[str, Any]) -> str:
        """A code for the app, and what is remembered of the consent until it comes with it."""
        now = self.clock()
        for old, record in self.grants.all("codes").items():
            if record["expires_at"] < now - 3600:
                self.grants.drop("codes", old)
        code = secrets.token_urlsafe(48)
        self.grants.put("codes", key_of(code), {**kept, "expires_at": now + flow.code_seconds})
        return code

    def _asked(self, request: httpx2.Request, flow: Flow) -> tuple[dict[str, Any], str]:
        """The authorization request, and what is wrong with it."""
        query = dict(request.url.params)
        named = query.get("scope", "")
        named = named.replace(flow.separates_too, flow.separator) if flow.separates_too else named
        scopes = [s for s in named.split(flow.separator) if s]
        challenge = query.get("code_challenge", "")
        state = query.get("state", "")
        unknown = [s for s in scopes if s not in flow.scopes]
        problems = [
            (len(request.url.params.multi_items()) > len(query), "A parameter is given twice"),
            (query.get(flow.client_id_name) != flow.client_id, f"{flow.client_id_name} does not name an app"),
            (query.get("redirect_uri") not in self._registered(flow), "redirect_uri is not registered for this app"),
            (query.get("response_type") != "code", "response_type must be code"),
            (not scopes or bool(unknown), f"scope is not known: {' '.join(unknown)}" if unknown else "scope is missing"),
            (not state or len(state) > flow.max_state, f"state must have 1 to {flow.max_state} characters"),
            (flow.pkce and not challenge, "code_challenge is missing"),
            (bool(challenge) and query.get("code_challenge_method") not in flow.challenge_methods, "code_challenge_method must be S256"),
            (bool(challenge) and not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", challenge), "code_challenge is malformed"),
        ]
        asked = {
            "client_id": flow.client_id,
            "redirect_uri": query.get("redirect_uri"),
            "scopes": scopes,
            "challenge": challenge,
            "state": state,
        }
        return asked, next((words for wrong, words in problems if wrong), "")

    def _registered(self, flow: Flow) -> list[str]:
        """The redirect URIs of the app, letter by letter."""
        return [f"{self.app_url}/oauth/{name}/callback" for name in flow.callbacks] + [f"{self.app_url}{path}" for path in flow.paths]

    def _consent_page(self, flow: Flow, asked: Mapping[str, Any], *, problem: str = "") -> httpx2.Response:
        """The form has no `action`, so that it goes to wherever the page was served from."""
        back = urlsplit(asked["redirect_uri"])
        wishes = "".join(f"<li>{self._wish(flow, scope, index)}</li>" for index, scope in enumerate(asked["scopes"]))
        body = (
            f"<h1>An app wants to use your {escape(flow.name)} account</h1>"
            f"<p><strong>SocialClaw</strong> <span class=muted>({escape(asked['client_id'])})</span> asks to:</p>"
            f'<form method="post"><ul>{wishes}</ul><label for="login">Log in as</label>'
            f'<input id="login" name="login" value="sandbox" required maxlength="100" autocomplete="off" autocapitalize="none">'
            f"<p class=muted>Any name will do: a user of this name is made when it first logs in.</p>"
            f"{self.more_fields(flow)}"
            f"{f'<p class=bad role=alert>{escape(problem)}</p>' if problem else ''}"
            f'<div class=row><button class=go name="decision" value="allow">Allow</button>'
            f'<button name="decision" value="deny" formnovalidate>Deny</button></div>'
            f"<p class=muted>Afterwards you go back to <code>{escape(back.netloc)}</code>.</p></form>"
        )
        return page(f"{flow.name}: allow SocialClaw?", body, accent=flow.accent, network=flow.name, status=422 if problem else 200)

    def _wish(self, flow: Flow, scope: str, index: int) -> str:
        """One scope, with a box to untick where the network has them."""
        words = f"{escape(flow.scopes[scope])} <code>{escape(scope)}</code>"
        return f'<label><input type="checkbox" name="scope-{index}" checked> {words}</label>' if flow.granular else words


def _to(uri: str, params: Mapping[str, str]) -> httpx2.Response:
    joint = "&" if urlsplit(uri).query else "?"
    return httpx2.Response(
        302, headers={"location": f"{uri}{joint}{urlencode(params)}", "cache-control": "no-store"}, extensions={FOR_PEOPLE: True}
    )
