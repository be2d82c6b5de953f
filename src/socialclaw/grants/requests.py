"""What a client asks for: read from the query with which it sends somebody here, and held against what it may ask.

Nothing that is wrong with a request leads anybody back by itself: registering is open, so that would be an open redirector (RFC 9700,
4.11.2). A page says what it is, and offers the way back as a link.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from socialclaw.grants import redirects
from socialclaw.grants.clients import Client, is_document, known
from socialclaw.grants.documents import Documents
from socialclaw.grants.refusals import ClientInvalid, OAuthError
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.workspaces.operations import NEVER_AGENTS, OPERATIONS, PRESETS, ordered

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST_STATE = 2048
LONGEST = 8192  # characters of all of them
GRANTABLE = tuple(word for word in OPERATIONS if word not in NEVER_AGENTS)
USUAL = PRESETS["agent"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for access that can be shown to somebody. `operations`: those that they may allow it."""

    client: Client
    redirect_uri: str
    state: str | None
    challenge: str
    resource: str
    operations: tuple[str, ...]

    @property
    def place(self) -> str:
        return redirects.place(self.redirect_uri)


class Refused(OAuthError):
    """A request that is wrong, of a client that may be led back to: `back` is where, with what to tell it."""

    code = "invalid_request"

    def __init__(self, message: str, *, code: str, back: str, to: str) -> None:
        super().__init__(message, code=code)
        self.back, self.to = back, to


def resources(settings: Settings) -> tuple[str, str]:
    """The addresses of ours that a token may be for: MCP's, and that of the whole server."""
    return f"{settings.base_url}/mcp", settings.base_url


def resource_of(settings: Settings, given: Sequence[str]) -> str:
    """The one that is asked for (RFC 8707); MCP's where none is. OAuthError `invalid_target` for any that is not ours."""
    found = {one.rstrip("/") for one in given} or {resources(settings)[0]}
    if len(found) > 1 or not found <= {*resources(settings)}:
        message = f"resource is an address of this server: {' or '.join(resources(settings))}"
        raise OAuthError(message, code="invalid_target")
    return found.pop()


def operations_of(scope: str | None) -> tuple[str, ...]:
    """The operations that a scope names. Words that are none of ours mean nothing; without any of ours it is what an agent usually has."""
    return ordered({*(scope or "").split()} & {*GRANTABLE}) or USUAL


def single(given: Collection[tuple[str, str]], but: Collection[str] = ()) -> dict[str, str]:
    """Parameters by name. OAuthError `invalid_request` where one comes twice (RFC 6749, 3.1), but for those that may."""
    found: dict[str, str] = {}
    for name, value in given:
        if name in found and name not in but:
            raise OAuthError(f"{name[:40]} is given twice", code="invalid_request")
        found[name] = value
    return found


async def read(system: System, documents: Documents, given: Sequence[tuple[str, str]]) -> Asked:
    """The request that a query makes. OAuthError where it cannot be shown, Refused where its client can be told."""
    if sum(len(name) + len(value) for name, value in given) > LONGEST:
        raise OAuthError(f"The request has more than {LONGEST:,} characters", code="invalid_request")
    query = single(given, but=("resource",))
    client = await _client(system, documents, query.get("client_id", ""))
    redirect_uri = query.get("redirect_uri") or (client.redirect_uris[0] if len(client.redirect_uris) == 1 else "")
    if not redirects.is_one_of(redirect_uri, client.redirect_uris):
        message = f"redirect_uri is none that {client.name} has registered: it has to be one of those, to the letter"
        raise OAuthError(message, code="invalid_redirect_uri")
    state = query.get("state")
    try:
        _check(query)
        resource = resource_of(system.settings, [value for name, value in given if name == "resource"])
    except OAuthError as error:
        told = {"error": error.code, "error_description": error.message, "state": state, "iss": system.settings.base_url}
        raise Refused(error.message, code=error.code, back=redirects.back(redirect_uri, **told), to=client.name) from None
    return Asked(client, redirect_uri, state, query["code_challenge"], resource, operations_of(query.get("scope")))


async def _client(system: System, documents: Documents, client_id: str) -> Client:
    if is_document(client_id):
        return await documents.client(client_id)
    found = await system.database.read(known, client_id)
    if found is None or not found.redirect_uris:
        message = "This program is not registered here, or was not used for a month: have it connect anew"
        raise ClientInvalid(message, status=400)
    return found


def _check(query: dict[str, str]) -> None:
    if query.get("response_type") != "code":
        raise OAuthError("response_type is code, the only one", code="unsupported_response_type")
    if query.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(query.get("code_challenge", "")):
        message = "code_challenge is the base64url SHA-256 of a verifier, and code_challenge_method is S256: PKCE is needed"
        raise OAuthError(message, code="invalid_request")
    if query.get("response_mode") not in (None, "query"):
        raise OAuthError("response_mode is query, the only one", code="invalid_request")
    if "request" in query or "request_uri" in query:
        raise OAuthError("Requests as tokens are not taken", code="request_not_supported")
    if len(query.get("state", "")) > LONGEST_STATE:
        raise OAuthError(f"state has at most {LONGEST_STATE:,} characters", code="invalid_request")
