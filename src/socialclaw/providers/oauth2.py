"""The OAuth 2.0 authorization code grant (RFC 6749, PKCE RFC 7636, revocation RFC 7009), for every network.

A network's differences are data on `connect.OAuth2`. The one distinction kept to throughout: a refusal is what the network's
OAuth words say (Unauthorized); everything else, from a broken connection to a gateway's error page, is not one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx2
from authlib.common.urls import add_params_to_qs, add_params_to_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from socialclaw.errors import ProviderError, Unauthorized
from socialclaw.providers.connect import OAuth2, Swap
from socialclaw.providers.draft import Tokens
from socialclaw.providers.wire import body_of, call, malformed, send

# What is wrong with the app rather than with the user's consent (RFC 6749 section 5.2).
CLIENT_ERRORS = frozenset({"invalid_client", "unauthorized_client"})
# What says that the server is in trouble, not that it refuses.
TROUBLE = frozenset({"server_error", "temporarily_unavailable", "internal_error"})
# Words for a network that names the status in place of a word (`{"error": 400}`).
NUMBERED = {400: "invalid_grant", 401: "invalid_client"}
SECRET_FIELDS = frozenset({"access_token", "refresh_token"})


def new_verifier() -> str:
    """A PKCE verifier: 86 random characters of the allowed 43 to 128."""
    return secrets.token_urlsafe(64)


def authorize_url(spec: OAuth2, *, client_id: str, redirect_uri: str, state: str, verifier: str | None = None) -> str:
    """Where to send the user. `verifier` is needed where the network has PKCE; only its challenge is in the URL."""
    params = [
        ("response_type", "code"),
        (spec.client_id_name, client_id),
        ("redirect_uri", redirect_uri),
        ("scope", spec.scope_separator.join(spec.scopes)),
        ("state", state),
        *spec.authorize_params.items(),
    ]
    if spec.pkce:
        if verifier is None:
            raise ValueError(f"{spec.authorize_url} needs a PKCE verifier")
        params += [("code_challenge", create_s256_code_challenge(verifier)), ("code_challenge_method", "S256")]
    return str(add_params_to_uri(spec.authorize_url, params))


async def exchange(
    http: httpx2.AsyncClient,
    spec: OAuth2,
    *,
    client_id: str,
    client_secret: str,
    code: str,
    redirect_uri: str | None,
    verifier: str | None = None,
) -> Tokens:
    """The tokens behind a code. A code works once, so after a lost answer the user has to consent again.

    `redirect_uri` is the one of the authorization request; None where there was none.

    Raises Unauthorized `oauth_refused` (the code), `oauth_client_refused` (the app) or `oauth_scope_missing` (the user allowed too
    little), RateLimited, or Unavailable.
    """
    params = [("grant_type", "authorization_code"), ("code", code)]
    if redirect_uri is not None:
        params.append(("redirect_uri", redirect_uri))
    if spec.pkce and verifier:
        params.append(("code_verifier", verifier))
    app = {"client_id": client_id, "client_secret": client_secret}
    tokens = _tokens(_inside(await _ask(http, spec, params, **app), spec), refresh=None, scopes=spec.scopes)
    if spec.lengthen:
        tokens = _tokens(await _swap(http, spec.lengthen, tokens.access, app), refresh=tokens.refresh, scopes=tokens.scopes)
    _require(spec, tokens)
    return replace(tokens, refresh=tokens.access) if spec.renew else tokens


async def refresh(http: httpx2.AsyncClient, spec: OAuth2, *, client_id: str, client_secret: str, refresh_token: str) -> Tokens:
    """Fresh tokens. Where the network returns no new refresh token, the old one stays; `scopes` empty means unchanged.

    With `renew` the refresh token is the access token itself. Raises as `exchange` does; Unauthorized `oauth_refused` means that
    the user has to connect again.
    """
    if spec.renew:
        app = {"client_id": client_id, "client_secret": client_secret}
        tokens = _tokens(await _swap(http, spec.renew, refresh_token, app), refresh=None, scopes=())
        return replace(tokens, refresh=tokens.access)
    params = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)]
    body = await _ask(http, spec, params, client_id=client_id, client_secret=client_secret)
    return _tokens(body, refresh=refresh_token, scopes=())


async def revoke(http: httpx2.AsyncClient, spec: OAuth2, *, client_id: str, client_secret: str, token: str) -> bool:
    """Give the access back. False where the network has no such call; a token it does not know is gone as well."""
    if spec.revoke_url is None:
        return False
    content, headers, auth = _form(spec, [("token", token)], client_id=client_id, client_secret=client_secret)
    await send(http, "POST", spec.revoke_url, content=content, headers=headers, auth=auth, explain=_explain)
    return True


def _require(spec: OAuth2, tokens: Tokens) -> None:
    """Raises Unauthorized `oauth_scope_missing` where the user has unticked what nothing works without."""
    if lacking := [scope for scope in spec.essential if scope not in tokens.scopes]:
        wishes = " and ".join(spec.essential[scope] for scope in lacking)
        message = f"You did not give permission to {wishes}. Start the connection again and leave everything ticked."
        raise Unauthorized(message, code="oauth_scope_missing", scopes=lacking)


async def _swap(http: httpx2.AsyncClient, swap: Swap, token: str, app: Mapping[str, str]) -> Any:
    params: dict[str, str] = {"grant_type": swap.grant_type, swap.token_name: token}
    params |= {name: app[name] for name in swap.app}
    return await call(http, "GET", swap.url, params=params, explain=_explain_token)


async def _ask(http: httpx2.AsyncClient, spec: OAuth2, params: list[tuple[str, str]], *, client_id: str, client_secret: str) -> Any:
    content, headers, auth = _form(spec, params, client_id=client_id, client_secret=client_secret)

    def explain(response: httpx2.Response) -> ProviderError | None:
        return _explain_token(response, spec)

    return await call(http, "POST", spec.token_url, content=content, headers=headers, auth=auth, explain=explain)


def _inside(body: Any, spec: OAuth2) -> Any:
    """The answer itself, where a network wraps it in a list; some of its servers do, others do not."""
    wrapped = body.get(spec.answer_in) if spec.answer_in and isinstance(body, Mapping) else None
    return wrapped[0] if isinstance(wrapped, list) and wrapped else body


def _form(
    spec: OAuth2, params: list[tuple[str, str]], *, client_id: str, client_secret: str
) -> tuple[bytes, dict[str, str], httpx2.BasicAuth | None]:
    """The body of a token request, its headers, and how the app names itself. An app without a secret is a public one."""
    auth = None
    if spec.client_auth == "basic" and client_secret:
        auth = httpx2.BasicAuth(client_id, client_secret)
    else:
        params = [*params, (spec.client_id_name, client_id)]
        if client_secret:
            params.append(("client_secret", client_secret))
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    return str(add_params_to_qs("", params)).encode(), headers, auth


def _tokens(body: Any, *, refresh: str | None, scopes: tuple[str, ...]) -> Tokens:
    """What a token endpoint answered; a scope left out means the scopes asked for (RFC 6749 section 5.1)."""
    granted = body.get("scope") or body.get("scopes")
    words = re.split(r"[\s,]+", granted) if isinstance(granted, str) else granted or scopes
    expires_in = body.get("expires_in")
    return Tokens(
        access=body["access_token"],
        refresh=body.get("refresh_token") or refresh,
        expires_in=float(expires_in) if expires_in else None,
        scopes=tuple(str(word) for word in words if word),
        raw={name: value for name, value in body.items() if name not in SECRET_FIELDS},
    )


def _explain_token(response: httpx2.Response, spec: OAuth2 | None = None) -> ProviderError | None:
    """As `_explain`; and an answer without an access token, or with a lifetime that is no number, cannot be read."""
    if error := _explain(response):
        return error
    if response.is_success:
        body = _inside(body_of(response), spec) if spec else body_of(response)
        if not isinstance(body, Mapping) or not isinstance(body.get("access_token"), str) or not body["access_token"]:
            return malformed(response)
        float(body.get("expires_in") or 0)  # a ValueError or TypeError makes the answer malformed
    return None


def _explain(response: httpx2.Response) -> ProviderError | None:
    """A refusal in OAuth's words (some networks send it with status 200); None where there is none."""
    if response.status_code in (408, 425, 429) or response.status_code >= 500:
        return None
    body = body_of(response)
    word, description = _refusal(body if isinstance(body, Mapping) else {}, failed=not response.is_success)
    if not word and response.is_success:
        return None
    if word in TROUBLE or (not word and response.status_code != 401):
        return malformed(response)  # a gateway's page, or trouble that passes: nothing was refused
    app = word in CLIENT_ERRORS or not word
    what, code = ("this app", "oauth_client_refused") if app else ("the authorization", "oauth_refused")
    message = f"{response.request.url.host} refused {what}: {description or word or 'no reason given'}"
    return Unauthorized(message, code=code, said=response.text[:500], error=word)


def _refusal(body: Mapping[str, Any], *, failed: bool) -> tuple[str, str]:
    """The error word and its description: RFC 6749 style, an `error` object, a status, `error_type`, or a `message` where it failed."""
    error = body.get("error")
    match error:
        case str() if error:
            return error, str(body.get("error_description") or body.get("message") or "")
        case Mapping():
            word = "temporarily_unavailable" if error.get("is_transient") is True else error.get("type") or error.get("code") or "error"
            return str(word), str(error.get("message") or "")
        case int() if failed and error in NUMBERED:
            return NUMBERED[error], str(body.get("message") or "")
    if isinstance(kind := body.get("error_type"), str) and kind:
        return kind, str(body.get("error_message") or "")
    if failed and isinstance(message := body.get("message"), str) and message:
        return str(body.get("code") or "error"), message
    return "", ""
