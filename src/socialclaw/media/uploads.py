"""From bytes to an asset: looked into, put into storage, and entered in the tables."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.errors import InvalidRequest, NotFound
from socialclaw.media import cache, ingest
from socialclaw.media.incoming import Intake, Received, empty
from socialclaw.media.inspection import examine
from socialclaw.media.local_copy import at_hand
from socialclaw.media.naming import check_key, display_name, object_key, safe_name
from socialclaw.media.sniff import Facts
from socialclaw.storage.base import work_dir
from socialclaw.system import System

MOST_PIXELS = 2**31 - 1  # of one side: what the tables hold
MOST_SECONDS = 10**7


@dataclass(frozen=True, slots=True)
class Claims:
    """What a sender says about a file. Used where the file itself does not tell; `duration` in seconds."""

    filename: str
    mime: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    delete_after: datetime | None = None


def intake(system: System) -> Intake:
    """Where an upload is received: `async with intake(system) as file: await file.write(…)`."""
    return Intake(work_dir(system.settings), most=system.settings.max_asset_bytes)


async def create(system: System, workspace_id: str, received: Received, claims: Claims, *, test: bool = False) -> Asset:
    """Keep a received file as an asset. Raises InvalidRequest where a claim makes no sense, NotReady where storage fails."""
    claims = check(claims)
    asset_id = new_id("asset")
    facts = await examine(system, workspace_id, received.path, received.head, claims.mime, asset_id=asset_id)
    key = object_key(workspace_id, asset_id, safe_name(claims.filename, facts.mime))
    values = described(claims, facts, received) | {"id": asset_id, "storage": system.storage.name, "object_key": key}
    asset = await system.write(workspace_id, ingest.begin, system.settings, values, claims.delete_after, test=test)
    if asset.status == "ready":
        return asset
    try:
        await system.storage.put(key, received.path, facts.mime)
        return await system.write(workspace_id, ingest.finish, asset_id, claims.delete_after, test=test)
    except Exception:
        with suppress(Exception):  # what went wrong first is what counts; the sweeper comes by as well
            await _give_up(system, asset, test=test)
        raise


async def register(system: System, workspace_id: str, key: str, claims: Claims, *, size: int | None = None, test: bool = False) -> Asset:
    """Make an asset of an object that is in this workspace's part of the storage already."""
    key = check_key(key, workspace_id)
    claims = check(claims)
    storage = system.storage
    found = await storage.size(key)
    if found is None:
        raise _missing(key)
    if size is not None and size != found:
        raise InvalidRequest(f"The object has {found} bytes, not {size}", code="object_size_mismatch", size=found)
    asset_id = new_id("asset")
    if not found:
        raise empty()
    async with at_hand(system, storage, key, found) as file:
        facts = await examine(system, workspace_id, file.path, file.head, claims.mime, asset_id=asset_id)
    values = described(claims, facts, file) | {"id": asset_id, "storage": storage.name, "object_key": key}
    asset = await system.write(workspace_id, ingest.claim, system.settings, values, claims.delete_after, test=test)
    if await storage.size(key) is None:  # it was a deleted asset's until just now
        await system.write(workspace_id, _take_back, asset_id, test=test)
        raise _missing(key)
    return asset


def _take_back(scope: Scope, asset_id: str) -> None:
    scope.session.delete(scope.one(Asset, asset_id))


def _missing(key: str) -> NotFound:
    return NotFound("There is no such object in storage", code="object_not_found", objectKey=key)


async def _give_up(system: System, asset: Asset, *, test: bool) -> None:
    """Unless it has become ready after all: an answer of the database may be lost."""
    if await system.write(asset.workspace_id, ingest.abandon, asset.id, test=test):
        await system.storage_of(asset).delete(asset.object_key)
        cache.forget(system.settings, asset.id)
        await system.database.write(ingest.forget, [asset.id])


def check(claims: Claims) -> Claims:
    """The same with a clean name, times in UTC, and what means "not known" as None."""
    name = display_name(claims.filename)
    if not name:
        raise InvalidRequest("A file needs a filename", code="asset_filename_required")
    return Claims(
        filename=name,
        mime=claims.mime,
        width=_side("width", claims.width),
        height=_side("height", claims.height),
        duration=_seconds(claims.duration),
        delete_after=_future(claims.delete_after),
    )


def _side(name: str, value: int | None) -> int | None:
    if value is not None and not 0 <= value <= MOST_PIXELS:
        raise InvalidRequest(f"{name} must be a number of pixels", code="asset_metadata_invalid", field=name)
    return value or None


def _seconds(value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and 0 <= value <= MOST_SECONDS):
        raise InvalidRequest("duration must be a number of seconds", code="asset_metadata_invalid", field="duration")
    return value or None


def _future(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        at = datetime.min.replace(tzinfo=UTC)
    if at <= utc_now():
        raise InvalidRequest("deleteAfter must be in the future", code="asset_metadata_invalid", field="deleteAfter")
    return at


def described(claims: Claims, facts: Facts, received: Received) -> dict[str, Any]:
    """What is known of a file that was looked into, as the columns of an asset."""
    own = facts.width is not None
    return {
        "filename": claims.filename,
        "mime": facts.mime,
        "kind": facts.kind,
        "width": facts.width if own else claims.width,
        "height": facts.height if own else claims.height,
        "duration": facts.duration or claims.duration,
        "video_codec": facts.video_codec,
        "audio_codec": facts.audio_codec,
        "frame_rate": facts.frame_rate,
        "bit_rate": facts.bit_rate,
        "pixel_format": facts.pixel_format,
        "plain": facts.plain,
        "size": received.size,
        "sha256": received.sha256,
    }
