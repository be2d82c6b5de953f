"""A first look at files that users name by URL, while a schedule is judged: a HEAD and the first bytes, many files at once.

All files of a schedule have a few seconds together. What was found out is remembered for a while, so that a schedule that was
validated is applied without asking again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import httpx2

from socialclaw.errors import InvalidRequest, SocialClawError, Unavailable
from socialclaw.jobs.parties import party_of
from socialclaw.media.incoming import too_large
from socialclaw.media.remote_file import FIRST_BYTES, beginning, check_kind, total_of, unreachable
from socialclaw.media.sniff import Facts
from socialclaw.outbound import fetch
from socialclaw.providers.issues import Issue, shown
from socialclaw.system import System
from socialclaw.turns import Party, Places

AT_ONCE = 16  # files of one schedule
AT_ONCE_OF_ONE = 42  # of a workspace, and half as many more of others; the guarded client has connections left for publishing
HEAD_SHARE = 0.3  # of the time, after which a server that does not answer HEAD is asked for the file itself
KEPT_SECONDS = 60.0
FAILED_SECONDS = 10.0  # for which it is remembered that a file could not be reached
MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a first look told. With `error` nothing is known; else `size` is in bytes, None where the server does not say it."""

    facts: Facts | None = None
    size: int | None = None
    error: SocialClawError | None = None

    def onto(self, asset: Mapping[str, Any]) -> dict[str, Any]:
        """The asset of a post with what was found out in the place of what the post says of it."""
        found: dict[str, Any] = {"size": self.size}
        if self.facts and self.facts.kind in ("image", "video"):
            found |= {"kind": self.facts.kind, "mime": self.facts.mime, "width": self.facts.width, "height": self.facts.height}
        return {**asset, **{name: value for name, value in found.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Told:
    """The assets of a post with all that is known of them; what is wrong with those elsewhere; and what could not be known."""

    assets: list[dict[str, Any]]
    issues: list[Issue]
    warnings: list[Issue]


_kept: WeakKeyDictionary[httpx2.AsyncClient, dict[str, tuple[float, Glimpse]]] = WeakKeyDictionary()
_places: WeakKeyDictionary[asyncio.AbstractEventLoop, Places] = WeakKeyDictionary()


def urls(assets: Iterable[Mapping[str, Any]]) -> list[str]:
    """Those of files that are not ours, each once."""
    return list(dict.fromkeys(asset["url"] for asset in assets if not asset.get("managed")))


async def glimpses(system: System, workspace_id: str, wanted: Sequence[str]) -> dict[str, Glimpse]:
    """What is behind each URL, found out now or lately. Never raises, and takes no longer than the settings say."""
    client, seconds, most = system.outbound.guarded, system.settings.remote_look_seconds, system.settings.max_asset_bytes
    kept, now = _kept.setdefault(client, {}), time.monotonic()
    found = {url: kept[url][1] for url in wanted if url in kept and kept[url][0] > now}
    missing = [url for url in wanted if url not in found]
    if not missing:
        return found
    here, party = asyncio.Semaphore(AT_ONCE), await party_of(system.database, workspace_id)
    tasks = {url: asyncio.create_task(_glimpse(client, url, seconds, most, here, party)) for url in missing}
    try:
        await asyncio.wait(tasks.values(), timeout=seconds)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.wait(tasks.values())
    if len(kept) + len(tasks) > MOST_KEPT:
        kept.clear()
    for url, task in tasks.items():
        if task.cancelled():
            found[url] = _late(seconds)
        else:
            found[url] = task.result()
            kept[url] = (now + (FAILED_SECONDS if found[url].error else KEPT_SECONDS), found[url])
    return found


def told(assets: Sequence[Mapping[str, Any]], found: Mapping[str, Glimpse]) -> Told:
    """What glimpses say of the files of a post; paths are below the post."""
    result = Told([], [], [])
    for index, asset in enumerate(assets):
        glimpse = None if asset.get("managed") else found.get(asset["url"])
        result.assets.append(glimpse.onto(asset) if glimpse else dict(asset))
        if glimpse and (error := glimpse.error):
            issue = Issue(error.code, error.message, f"assets[{index}]", {**error.details, "url": shown(asset["url"], 2048)})
            (result.warnings if isinstance(error, Unavailable) else result.issues).append(issue)
    return result


def _late(seconds: float) -> Glimpse:
    message = f"The file was not checked: all remote files of a schedule together have {seconds:g} s together"
    return Glimpse(error=Unavailable(message, sent=False, code="media_not_looked_at"))


async def _glimpse(client: httpx2.AsyncClient, url: str, seconds: float, most: int, here: asyncio.Semaphore, party: Party) -> Glimpse:
    places = _places.setdefault(asyncio.get_running_loop(), Places(AT_ONCE_OF_ONE))
    async with here, places.of(party):
        try:
            return await _look(client, url, seconds, most)
        except SocialClawError as error:
            return Glimpse(error=error)


async def _look(client: httpx2.AsyncClient, url: str, seconds: float, most: int) -> Glimpse:
    size = None
    with suppress(TimeoutError, Unavailable):  # some servers do not know HEAD; whether this one is there shows next
        async with asyncio.timeout(seconds * HEAD_SHARE), fetch(client, url, method="HEAD") as response:
            size = total_of(response) if response.is_success else None
    async with fetch(client, url, headers={"range": f"bytes=0-{FIRST_BYTES - 1}"}) as response:
        total = total_of(response)
        if response.status_code == httpx2.codes.RANGE_NOT_SATISFIABLE and total == 0:
            raise empty()
        if not response.is_success:
            raise unreachable(response, url)
        facts = await beginning(response)
    size = size if total is None else total
    if size == 0:
        raise empty()
    if size and size > most:
        raise too_large(most)
    check_kind(facts, url)
    return Glimpse(facts, size)


def empty() -> InvalidRequest:
    return InvalidRequest("The file is empty", code="asset_empty")
