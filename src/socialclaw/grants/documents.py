"""Clients that are known by a document (Client ID Metadata Documents): their id is its URL, and whoever runs that host vouches for it.

The document is somebody's URL, so it is fetched through the guard: from public addresses, without following redirects, five kilobytes at
most, in seconds. It is remembered for a while, a failure for a shorter one.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

from socialclaw.errors import SocialClawError
from socialclaw.grants import redirects
from socialclaw.grants.clients import Client, name_of
from socialclaw.grants.refusals import ClientInvalid, OAuthError
from socialclaw.system import System

LONGEST_URL = 512
MOST_BYTES = 5 * 1024
SECONDS = 5.0
KEPT, LEAST_KEPT, MOST_KEPT = 3600.0, 60.0, 24 * 3600.0
REFUSAL_KEPT = 30.0
MOST_KNOWN = 1000
MAX_AGE = re.compile(r"\bmax-age=(\d{1,9})")
SECRET_METHODS = ("client_secret_post", "client_secret_basic", "client_secret_jwt")


@dataclass(frozen=True, slots=True)
class Known:
    """A client, or why there is none, until then."""

    until: float
    client: Client | None
    why: str = ""


class Documents:
    """The documents that this process has looked at."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._known: dict[str, Known] = {}

    def has(self, client_id: str) -> bool:
        """Whether asking for it costs no request."""
        known = self._known.get(client_id)
        return known is not None and known.until > time.monotonic()

    async def client(self, client_id: str) -> Client:
        """The client whose document is there. ClientInvalid where there is none that says so."""
        if not self.has(client_id):
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[client_id] = await self._look(client_id)
        known = self._known[client_id]
        if known.client is None:
            raise ClientInvalid(known.why, status=400)
        return known.client

    async def _look(self, client_id: str) -> Known:
        try:
            host = host_of(client_id)
            async with asyncio.timeout(SECONDS):
                content, kept = await self._fetch(client_id)
            return Known(time.monotonic() + kept, read(client_id, host, content))
        except TimeoutError:
            why = f"The document at {client_id} did not come within {SECONDS:.0f} seconds"
        except httpx2.RequestError:
            why = f"The document at {client_id} cannot be reached"
        except SocialClawError as error:
            why = error.message
        return Known(time.monotonic() + REFUSAL_KEPT, None, why)

    async def _fetch(self, url: str) -> tuple[bytes, float]:
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        async with self._system.outbound.guarded.stream("GET", url, headers=headers, follow_redirects=False) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            packed = response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
            if response.status_code != 200 or packed or not (kind == "application/json" or kind.endswith("+json")):
                raise ClientInvalid(f"The document at {url} is none: it has to be answered with 200, as JSON, without a redirect")
            content = b""
            async for part in response.aiter_raw():
                content += part
                if len(content) > MOST_BYTES:
                    raise ClientInvalid(f"The document at {url} has more than {MOST_BYTES:,} bytes")
            return content, _kept(response.headers.get("cache-control", ""))


def host_of(client_id: str) -> str:
    """The host of a document's URL. ClientInvalid where it cannot be a client's id: it needs https, a path, and no tricks."""
    try:
        parts = urlsplit(client_id)
        plain = parts.port is None and parts.username is None and bool(parts.hostname) and not parts.query
    except ValueError:
        plain = False
    shown = redirects.PRINTABLE.fullmatch(client_id) and len(client_id) <= LONGEST_URL and "#" not in client_id
    if not plain or not shown or parts.scheme != "https" or not _is_path(parts.path):
        message = "A client_id that is a URL is an https URL with a path, without a query, a fragment, a port, a user or dots in its path"
        raise ClientInvalid(message)
    return parts.hostname or ""


def _is_path(path: str) -> bool:
    return len(path) > 1 and not {".", ".."} & {*path.split("/")}


def read(client_id: str, host: str, content: bytes) -> Client:
    """The client that a document describes. ClientInvalid where it is of another, or of one that would need a secret."""
    try:
        said: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise ClientInvalid(f"The document at {client_id} is not JSON") from None
    if not isinstance(said, Mapping) or said.get("client_id") != client_id:
        raise ClientInvalid(f"The document at {client_id} is of another client: its client_id is not this URL")
    if "client_secret" in said or said.get("token_endpoint_auth_method") in SECRET_METHODS:
        raise ClientInvalid(f"The document at {client_id} is of a client with a secret, which no public document can have")
    uris = said.get("redirect_uris")
    try:
        found = redirects.checked(uris) if isinstance(uris, list) else ()
        name = name_of(said.get("client_name"), host)
    except OAuthError as error:
        raise ClientInvalid(f"The document at {client_id}: {error.message}") from None
    if not found:
        raise ClientInvalid(f"The document at {client_id} names no redirect_uris")
    return Client(client_id, name, host, found)


def _kept(caching: str) -> float:
    found = MAX_AGE.search(caching.lower())
    if "no-store" in caching.lower() or "no-cache" in caching.lower():
        return LEAST_KEPT
    return min(max(float(found[1]), LEAST_KEPT), MOST_KEPT) if found else KEPT
