"""An upload in parts becomes an asset: the storage makes the object, it is looked into where it is, and entered. Once, whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.assets import SHOWN, Asset
from socialclaw.db.base import Scope
from socialclaw.errors import InvalidRequest, NotFound, NotReady
from socialclaw.media import ingest
from socialclaw.media.inspection import examine
from socialclaw.media.local_copy import at_hand
from socialclaw.media.multipart_uploads import Upload, find, hear, is_joined, still_open
from socialclaw.media.uploads import Claims, check, described
from socialclaw.storage.parts import Part
from socialclaw.system import System

_completing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


async def complete(
    system: System, workspace_id: str, asset_id: str, upload_id: str, said: Sequence[Part], *, test: bool = False, **facts: Any
) -> Asset:
    """Make the asset of these parts (their sizes are not looked at). Done again, also at the same time, it is the same asset.

    `facts`: `width`, `height` and `duration`, which count where the file does not tell. Raises InvalidRequest: `multipart_…` where the
    parts do not make the file, and the upload stays as it was; or what `examine` has against the file: then the asset has failed.
    NotReady: the same may be tried again. And what `find` does.
    """
    async with _completing.setdefault(f"{asyncio.get_running_loop()}{asset_id}", asyncio.Lock()):
        upload = await system.write(workspace_id, hear, asset_id, upload_id, test=test)
        if upload.asset.status in SHOWN:
            return upload.asset
        claims = check(Claims(still_open(upload).asset.filename, upload.arrival.claims.get("mime"), **facts))
        try:
            await _join(system, upload, said)
            return await _look_into(system, upload, claims, test=test)
        except NotFound:  # somebody else has completed it meanwhile, or given it up
            again = await _again(system, upload, test=test)
            if again.asset.status in SHOWN:
                return again.asset
            still_open(again)
            raise


async def _join(system: System, upload: Upload, said: Sequence[Part]) -> None:
    """Let the storage make the object, unless it has done so before."""
    try:
        sized = [part._replace(size=upload.length(part.number)) for part in said]
        await system.storage_of(upload.asset).complete(upload.asset.object_key, upload.id, sized, count=upload.count)
    except (NotFound, InvalidRequest):  # what is under way elsewhere may look as if parts were missing
        if not await is_joined(system, upload):
            raise


async def _look_into(system: System, upload: Upload, claims: Claims, *, test: bool) -> Asset:
    """Find out what the object is, and enter it as ready, or as failed."""
    asset, storage = upload.asset, system.storage_of(upload.asset)
    async with at_hand(system, storage, asset.object_key, asset.size) as file:
        try:
            facts = await examine(system, asset.workspace_id, file.path, file.head, claims.mime, asset_id=asset.id)
        except InvalidRequest as error:
            found = await system.write(asset.workspace_id, _refuse, asset.id, error, test=test)
            if found.asset.status in SHOWN:  # its object went, because somebody else was quicker and its content is there already
                return found.asset
            with suppress(NotReady):  # the sweeper comes by as well
                await storage.delete(asset.object_key)
            raise
    values = described(claims, facts, file)
    return await system.write(asset.workspace_id, ingest.finish, asset.id, None, values, status="uploading", test=test)


async def _again(system: System, upload: Upload, *, test: bool) -> Upload:
    """The upload as it is now. Where nobody needs its object any more, that goes."""
    asset = upload.asset
    try:
        return await system.read(asset.workspace_id, find, asset.id, test=test)
    except NotFound:
        if not await system.database.read(_is_needed, asset):
            await system.storage_of(asset).delete(asset.object_key)
        raise


def _is_needed(session: Session, asset: Asset) -> bool:
    same = (Asset.object_key == asset.object_key, Asset.storage == asset.storage)
    return session.scalar(select(Asset.id).where(*same, Asset.status.in_((*SHOWN, "uploading", "storing"))).limit(1)) is not None


def _refuse(scope: Scope, asset_id: str, error: InvalidRequest) -> Upload:
    upload = find(scope, asset_id, lock=True)
    if upload.asset.status == "uploading":
        ingest.fail(scope, upload.asset, upload.arrival, error)
    return upload
