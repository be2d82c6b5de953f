"""Whether the world can fetch media from us: what can be told of our public address from here, which is when it certainly cannot."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from urllib.parse import urlsplit

import httpcore2

from socialclaw import outbound
from socialclaw.networks import providers
from socialclaw.outbound import is_public

LOOKUP_SECONDS = 3.0
KEPT_SECONDS = 60.0

_kept: dict[str, tuple[float, str | None]] = {}


async def obstacle(base_url: str) -> str | None:
    """Why no network can fetch a file from this address, in words that go on from "it"; None where nothing is known against it.

    What was found out is remembered for a minute. Never raises.
    """
    until, found = _kept.get(base_url, (0.0, None))
    if until <= time.monotonic():
        found = await _obstacle(base_url)
        _kept[base_url] = (time.monotonic() + KEPT_SECONDS, found)
    return found


async def _obstacle(base_url: str) -> str | None:
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        host, port = "", 0
    if not host or parts.scheme not in ("http", "https"):
        return "is not an http or https URL"
    if (address := _address(host)) is None:
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                addresses = await outbound.resolve(host, port)
        except (httpcore2.ConnectError, TimeoutError):
            return "has a name that does not resolve"
        if not all(map(is_public, addresses)):
            return f"has a name that resolves to {', '.join(addresses[:3])}, which is not a public address"
    elif not is_public(address):
        return "is not a public address"
    return None if parts.scheme == "https" else "is http, and most networks fetch over https only"


def _address(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return None


def pulling() -> list[str]:
    """The providers that fetch media from us, by their labels."""
    return [p.label for p in providers().values() if any(t.pulls for t in p.targets)]
