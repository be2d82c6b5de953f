"""/.well-known: where programs learn how they are let in (RFC 8414, RFC 9728). Addresses are those of the settings, never of a request."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Response

from socialclaw.api.answers import render
from socialclaw.api.deps import Installation
from socialclaw.api.errors import RouteNotFound
from socialclaw.api.operation import Operation
from socialclaw.grants.clients import AUTH_METHODS, GRANT_TYPES
from socialclaw.grants.requests import GRANTABLE, resources
from socialclaw.settings import Settings

router = APIRouter(route_class=Operation, include_in_schema=False)

SERVER, RESOURCE = "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource"
MCP = "/mcp"
HOWTO = "/docs/howto/agents-sign-in"
HEADERS = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}


def challenge(settings: Settings, code: str | None = None) -> str:
    """The `WWW-Authenticate` of a 401 of `/mcp`: where a client learns how to get a token. `code`: ours, where one came and was no good."""
    wrong = ', error="invalid_token"' if code not in (None, "auth_missing") else ""
    return f'Bearer realm="socialclaw", resource_metadata="{settings.base_url}{RESOURCE}{MCP}"{wrong}'


@router.get(SERVER)
async def server(system: Installation) -> Response:
    """What the authorization server takes."""
    return _answered(_server(system.settings))


@router.get(SERVER + "/{below:path}")
async def server_below(system: Installation, below: str) -> Response:
    """The same for a server below a path, whose clients put that path behind ours (RFC 8414, 3.1)."""
    _expect(below, _path(system.settings))
    return _answered(_server(system.settings))


@router.get(RESOURCE)
async def whole(system: Installation) -> Response:
    """Who lets programs into the whole server."""
    return _answered(_resource(system.settings, resources(system.settings)[1]))


@router.get(RESOURCE + "/{below:path}")
async def one(system: Installation, below: str) -> Response:
    """Who lets them into MCP. Also of a server below a path, by whichever path its proxy hands on."""
    mcp, everything = resources(system.settings)
    if below and below == _path(system.settings):
        return _answered(_resource(system.settings, everything))
    _expect(below, MCP[1:], f"{_path(system.settings)}{MCP}".strip("/"))
    return _answered(_resource(system.settings, mcp))


def _path(settings: Settings) -> str:
    return urlsplit(settings.base_url).path.strip("/")


def _expect(below: str, *paths: str) -> None:
    if below not in paths or not below:
        raise RouteNotFound("There is nothing at this path")


def _answered(content: dict[str, Any]) -> Response:
    return Response(render(content), media_type="application/json", headers=HEADERS)


def _server(settings: Settings) -> dict[str, Any]:
    base = settings.base_url  # also the issuer, to the letter: clients compare it so
    registers = {"registration_endpoint": f"{base}/oauth/register"} if settings.oauth_registration == "open" else {}
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        **registers,
        "revocation_endpoint": f"{base}/oauth/revoke",
        "device_authorization_endpoint": f"{base}/oauth/device_authorization",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "revocation_endpoint_auth_methods_supported": list(AUTH_METHODS),
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(GRANTABLE),
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "protected_resources": list(resources(settings)),
        "service_documentation": f"{base}{HOWTO}",
    }


def _resource(settings: Settings, resource: str) -> dict[str, Any]:
    return {
        "resource": resource,
        "authorization_servers": [settings.base_url],
        "scopes_supported": list(GRANTABLE),
        "bearer_methods_supported": ["header"],
        "resource_name": "SocialClaw",
        "resource_documentation": f"{settings.base_url}{HOWTO}",
    }
