"""/oauth: what programs ask by themselves: to be registered, for tokens, to give them back, for a code that somebody types elsewhere.

Refusals are in our one shape, with the two fields of RFC 6749 beside it (`error`, `error_description`).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from fastapi import APIRouter, Request, Response

from socialclaw.api import strangers
from socialclaw.api.answers import render
from socialclaw.api.bodies import json_object
from socialclaw.api.deps import Installation, forget_key
from socialclaw.api.errors import answer
from socialclaw.api.operation import Operation
from socialclaw.errors import Forbidden, SocialClawError, TooManyRequests
from socialclaw.grants import clients, codes, devices, tokens
from socialclaw.grants.clients import CODE, DEVICE, GRANT_TYPES, REFRESH, is_document
from socialclaw.grants.documents import Documents
from socialclaw.grants.refusals import ClientInvalid, OAuthError
from socialclaw.grants.requests import operations_of, resource_of, single
from socialclaw.grants.tokens import Issued
from socialclaw.system import System

router = APIRouter(route_class=Operation, include_in_schema=False)

HEADERS = {"cache-control": "no-store", "pragma": "no-cache"}
Route = Callable[[System, Request], Awaitable[Response]]


def in_oauth(route: Route) -> Callable[[Installation, Request], Awaitable[Response]]:
    """A route whose refusals a client of OAuth understands. Each is counted against the address that it came from."""

    @wraps(route)
    async def answered(system: Installation, request: Request) -> Response:
        try:
            return await route(system, request)
        except SocialClawError as error:
            if not isinstance(error, TooManyRequests):
                request.app.state.rates.refuse(request)
            return told(error)

    return answered


def told(error: SocialClawError) -> Response:
    """A refusal, with what OAuth calls it."""
    response = answer(error)
    content: dict[str, Any] = msgspec.json.decode(response.body)
    called = error.code if isinstance(error, OAuthError) else "server_error" if error.status >= 500 else "invalid_request"
    if isinstance(error, TooManyRequests):
        called = "temporarily_unavailable"
    said = "".join(letter if " " <= letter <= "~" and letter not in '"\\' else "'" for letter in error.message)
    kept = {name: value for name, value in response.headers.items() if name not in ("content-length", "content-type")}
    if isinstance(error, ClientInvalid) and error.status == 401:
        kept["www-authenticate"] = 'Basic realm="socialclaw"'
    body = render(content | {"error": called, "error_description": said})
    return Response(body, error.status, {**kept, **HEADERS}, "application/json")


@router.post("/oauth/register")
@in_oauth
async def register(system: Installation, request: Request) -> Response:
    """Take a client in (RFC 7591). Anybody may, so many of an address in an hour; who is never let in is forgotten after a month."""
    if system.settings.oauth_registration == "off":
        message = "Programs do not register here (SOCIALCLAW_OAUTH_REGISTRATION): use one that is known by a document"
        raise Forbidden(message, code="registration_off")
    await strangers.registers(system, request)
    asked = json_object(await request.body())
    made = await system.database.write(clients.register, asked)
    return Response(render(made), 201, HEADERS, "application/json")


@router.post("/oauth/token")
@router.post("/token")  # where the SDK for Python renews after a restart, before it has read any metadata again
@in_oauth
async def token(system: Installation, request: Request) -> Response:
    """Turn a code, a refresh token or a device's code into tokens."""
    form = await _form(request)
    client_id = await _client(system, request, form)
    resource = resource_of(system.settings, [form["resource"]]) if "resource" in form else None
    match form.get("grant_type"):
        case found if found == CODE:
            issued = await system.database.write(
                codes.redeem,
                system.settings,
                system.vault,
                client_id,
                code=form.get("code", ""),
                verifier=form.get("code_verifier", ""),
                redirect_uri=form.get("redirect_uri"),
                resource=resource,
            )
        case found if found == REFRESH:
            issued = await system.database.write(tokens.renew, client_id, form.get("refresh_token", ""), resource)
        case found if found == DEVICE:
            issued = await system.database.write(devices.redeem, system.settings, client_id, form.get("device_code", ""))
        case _:
            raise OAuthError(f"grant_type is one of {', '.join(GRANT_TYPES)}", code="unsupported_grant_type")
    if isinstance(issued, OAuthError):
        request.app.state.granted.forget_all()  # by some refusals a grant ends
        raise issued
    request.app.state.rates.spend(request, issued.key_id, issued.workspace_id)  # as a request with the key itself
    return _tokens(issued)


@router.post("/oauth/revoke")
@in_oauth
async def revoke(system: Installation, request: Request) -> Response:
    """Give a token back (RFC 7009): with a refresh token the grant ends. What is none of ours is answered alike."""
    form = await _form(request)
    client_id = await _client(system, request, form)
    if not form.get("token"):
        raise OAuthError("token is missing", code="invalid_request")
    if key_id := await system.database.write(tokens.end, client_id, form["token"]):
        forget_key(request, key_id)
    return Response(render({}), 200, HEADERS, "application/json")


@router.post("/oauth/device_authorization")
@in_oauth
async def device_authorization(system: Installation, request: Request) -> Response:
    """Begin for a program without a browser (RFC 8628): a code for it, and one that somebody types at `/device`."""
    form = await _form(request)
    await strangers.begins(system, request)
    client_id = await _client(system, request, form)
    documents: Documents = request.app.state.documents
    client = await (documents.client(client_id) if is_document(client_id) else system.database.read(clients.known, client_id))
    if client is None:
        raise ClientInvalid("There is no such client")
    given = [form["resource"]] if "resource" in form else []
    asked = operations_of(form.get("scope"))
    begun = await system.database.write(devices.begin, client, resource_of(system.settings, given), asked)
    where = f"{system.settings.base_url}/device"
    content = {
        "device_code": begun.code,
        "user_code": begun.user_code,
        "verification_uri": where,
        "verification_uri_complete": f"{where}?user_code={begun.user_code}",
        "expires_in": int(devices.LIFE.total_seconds()),
        "interval": devices.INTERVAL,
    }
    return Response(render(content), 200, HEADERS, "application/json")


def _tokens(issued: Issued) -> Response:
    content = {
        "access_token": issued.access,
        "token_type": "Bearer",
        "expires_in": issued.seconds,
        "refresh_token": issued.refresh,
        "scope": " ".join(issued.operations),
    }
    return Response(render(content), 200, HEADERS, "application/json")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once."""
    form = await request.form()
    return single([(name, value) for name, value in form.multi_items() if isinstance(value, str)])


async def _client(system: System, request: Request, form: dict[str, str]) -> str:
    """The client that calls, by HTTP Basic or by what is in the form."""
    client_id, secret = form.get("client_id", ""), form.get("client_secret")
    if given := _basic(request):
        if client_id not in ("", given[0]) or secret:
            raise OAuthError("The client says in two ways who it is: use one", code="invalid_request")
        client_id, secret = given
    if not client_id:
        raise ClientInvalid("client_id is missing")
    return await system.database.read(clients.authenticate, client_id, secret or None)


def _basic(request: Request) -> tuple[str, str] | None:
    """Id and secret of RFC 6749, 2.3.1: each form-encoded, then put together."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ClientInvalid("The Authorization header is not HTTP Basic") from None
    return (unquote_plus(name), unquote_plus(secret)) if colon else (unquote_plus(name), "")
