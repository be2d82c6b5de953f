"""Uploads in parts: begun, sent part by part to signed URLs, taken up again after an interruption, completed or aborted.

The parts go straight to where they are kept (our own server, or the bucket); what is here only says where, and makes an asset of them.
A crash at any instant leaves an upload that can be completed, or one that the sweeper ends (`media/sweep.py`).
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.assets import Arrival, Asset
from socialclaw.db.base import Scope, new_id
from socialclaw.errors import Conflict, InvalidRequest, NotFound, NotReady
from socialclaw.media import entry
from socialclaw.media.at_hand import at_hand
from socialclaw.media.entry import SHOWN, UPLOAD_TIME
from socialclaw.media.examine import examine
from socialclaw.media.intake import empty, too_large
from socialclaw.media.naming import object_key, safe_name
from socialclaw.media.probe import UNKNOWN, kind_of
from socialclaw.media.uploads import Claims, check, described
from socialclaw.storage import parts
from socialclaw.storage.base import Storage, now
from socialclaw.storage.parts import MOST_PARTS, Part, unknown_upload
from socialclaw.system import System

MIB = 1024**2
PART = 8 * MIB  # bytes; more where a file would need too many of them
URL_SECONDS = 900
HEARD = UPLOAD_TIME / 24  # what is heard of an upload more often than this is not written down

_completing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload in parts, as it stands: the parts that have arrived, and the numbers of those that have not.

    Both are empty once it is over. While it is uploading, that means: the storage has made the object, and nobody heard of it.
    """

    asset: Asset
    arrival: Arrival
    parts: Sequence[Part] = ()
    missing: Sequence[int] = ()

    @property
    def id(self) -> str:
        return self.arrival.upload_id or ""

    @property
    def part_size(self) -> int:
        """Bytes of every part but the last."""
        return self.arrival.part_size or PART

    @property
    def count(self) -> int:
        """How many parts the file has."""
        return -(-self.asset.size // self.part_size)

    def length(self, number: int) -> int:
        """Bytes of a part. Raises InvalidRequest `multipart_part_number_invalid`."""
        if not 1 <= number <= self.count:
            message = f"This upload has the parts 1 to {self.count}"
            raise InvalidRequest(message, code="multipart_part_number_invalid", min=1, max=self.count)
        return min(self.part_size, self.asset.size - (number - 1) * self.part_size)


async def initiate(system: System, workspace_id: str, claims: Claims, size: int, *, test: bool = False) -> Upload:
    """Begin an upload of a file of `size` bytes. Raises InvalidRequest, PayloadTooLarge `asset_too_large`, and NotReady."""
    claims = check(claims)
    if size < 1:
        raise empty()
    if size > system.settings.max_upload_bytes:
        raise too_large(system.settings.max_upload_bytes)
    storage, asset_id, mime = system.storage, new_id("asset"), _announced(claims)
    key = object_key(workspace_id, asset_id, safe_name(claims.filename, mime))
    asset = Asset(id=asset_id, storage=storage.name, object_key=key, filename=claims.filename, mime=mime, kind=kind_of(mime), size=size)
    upload_id = await storage.begin(key, mime)
    try:
        return await system.write(workspace_id, _note, asset, upload_id, claims, test=test)
    except Exception:
        with suppress(NotReady):  # what went wrong first is what counts; the sweeper comes by as well
            await storage.abort(key, upload_id)
        raise


async def part_url(system: System, workspace_id: str, asset_id: str, upload_id: str, number: int, *, test: bool = False) -> str:
    """Where this part may be PUT, for URL_SECONDS. Raises InvalidRequest `multipart_part_number_invalid`, and what `find` does."""
    upload = await system.read(workspace_id, find, asset_id, upload_id, test=test)
    if upload.asset.status in SHOWN:
        raise _completed(upload)
    size = _open(upload).length(number)
    if upload.asset.delete_after is None or upload.asset.delete_after < now() + UPLOAD_TIME - HEARD:
        await system.write(workspace_id, _hear, asset_id, upload_id, test=test)
    storage = system.storage_of(upload.asset)
    return storage.part_url(upload.asset.object_key, upload.id, number, size=size, seconds=URL_SECONDS)


async def standing(system: System, workspace_id: str, asset_id: str, *, test: bool = False) -> Upload:
    """How far an upload is. What is over is told as well, for as long as its asset is there."""
    upload = await system.read(workspace_id, find, asset_id, test=test)
    if upload.asset.status != "uploading":
        return upload
    try:
        kept = await system.storage_of(upload.asset).parts(upload.asset.object_key, upload.id)
    except NotFound:
        if await _is_joined(system, upload):
            return upload
        upload = await system.read(workspace_id, find, asset_id, test=test)
        if upload.asset.status == "uploading":
            raise
        return upload
    sound = {part.number for part in kept if part.number <= upload.count and part.size == upload.length(part.number)}
    missing = [number for number in range(1, upload.count + 1) if number not in sound]
    return replace(upload, parts=[part for part in kept if part.number in sound], missing=missing)


async def complete(
    system: System, workspace_id: str, asset_id: str, upload_id: str, said: Sequence[Part], *, test: bool = False, **facts: Any
) -> Asset:
    """Make the asset of these parts (their sizes are not looked at). Done again, also at the same time, it is the same asset.

    `facts`: `width`, `height` and `duration`, which count where the file does not tell. Raises InvalidRequest: `multipart_…` where the
    parts do not make the file, and the upload stays as it was; or what `examine` has against the file: then the asset has failed.
    NotReady: the same may be tried again. And what `find` does.
    """
    async with _completing.setdefault(f"{asyncio.get_running_loop()}{asset_id}", asyncio.Lock()):
        upload = await system.write(workspace_id, _hear, asset_id, upload_id, test=test)
        if upload.asset.status in SHOWN:
            return upload.asset
        claims = check(Claims(_open(upload).asset.filename, upload.arrival.claims.get("mime"), **facts))
        try:
            await _join(system, upload, said)
            return await _look_into(system, upload, claims, test=test)
        except NotFound:  # somebody else has completed it meanwhile, or given it up
            again = await _again(system, upload, test=test)
            if again.asset.status in SHOWN:
                return again.asset
            _open(again)
            raise


async def abort(system: System, workspace_id: str, asset_id: str, upload_id: str | None = None, *, test: bool = False) -> None:
    """Give up an upload, with all that has arrived of it. Done again, it is a success. Conflict `multipart_upload_completed`."""
    upload = await system.write(workspace_id, _abort, asset_id, upload_id, test=test)
    if upload.asset.status == "aborted":
        await system.storage_of(upload.asset).abort(upload.asset.object_key, upload.id)


def find(scope: Scope, asset_id: str, upload_id: str | None = None, *, lock: bool = False) -> Upload:
    """The upload. NotFound `asset_not_found`, and `multipart_upload_not_found` where the asset is not one that is sent in parts, or not
    by this upload, or was given up."""
    upload = _any(scope, asset_id, upload_id, lock=lock)
    if upload.asset.status not in (*SHOWN, "uploading", "failed"):
        raise unknown_upload()
    return upload


def _any(scope: Scope, asset_id: str, upload_id: str | None, *, lock: bool) -> Upload:
    asset = scope.one(Asset, asset_id, lock=lock)
    arrival = scope.session.get(Arrival, asset_id)
    if arrival is None or not arrival.upload_id or upload_id not in (None, arrival.upload_id):
        raise unknown_upload()
    return Upload(asset, arrival)


def _note(scope: Scope, asset: Asset, upload_id: str, claims: Claims) -> Upload:
    asset.status, asset.sha256, asset.delivery_token = "uploading", "", entry.new_token()
    asset.delete_after = now() + UPLOAD_TIME
    scope.add(asset)
    scope.session.flush()
    said = {"mime": claims.mime} if claims.mime else {}
    return Upload(asset, scope.add(Arrival(id=asset.id, upload_id=upload_id, part_size=_part_size(asset.size), claims=said)))


def _hear(scope: Scope, asset_id: str, upload_id: str) -> Upload:
    """The upload, which lives for so long from now on."""
    upload = find(scope, asset_id, upload_id, lock=True)
    if upload.asset.status == "uploading":
        upload.asset.delete_after = now() + UPLOAD_TIME
    return upload


def _abort(scope: Scope, asset_id: str, upload_id: str | None) -> Upload:
    """The row stays for a day: whoever is completing it at this moment leaves nothing that is not known."""
    upload = _any(scope, asset_id, upload_id, lock=True)
    if upload.asset.status in SHOWN:
        raise _completed(upload)
    if upload.asset.status == "uploading":
        upload.asset.status, upload.asset.delete_after = "aborted", now() + UPLOAD_TIME
    return upload


def _refuse(scope: Scope, asset_id: str, error: InvalidRequest) -> Upload:
    upload = find(scope, asset_id, lock=True)
    if upload.asset.status == "uploading":
        upload.asset.status, upload.asset.delete_after = "failed", now() + UPLOAD_TIME
        upload.arrival.error_code, upload.arrival.error = error.code, error.message
    return upload


def _open(upload: Upload) -> Upload:
    """The same, unless its file was looked into and refused: that is said again."""
    if upload.asset.status == "failed":
        raise InvalidRequest(upload.arrival.error or "", code=upload.arrival.error_code)
    return upload


def _completed(upload: Upload) -> Conflict:
    return Conflict("This upload is completed: its asset is there", code="multipart_upload_completed", assetId=upload.asset.id)


async def _join(system: System, upload: Upload, said: Sequence[Part]) -> None:
    """Let the storage make the object, unless it has done so before."""
    try:
        await _join_parts(system.storage_of(upload.asset), upload, said)
    except (NotFound, InvalidRequest):  # what is under way elsewhere may look as if parts were missing
        if not await _is_joined(system, upload):
            raise


async def _join_parts(storage: Storage, upload: Upload, said: Sequence[Part]) -> None:
    key = upload.asset.object_key
    kept = await storage.parts(key, upload.id)
    for part in said:
        upload.length(part.number)
    wrong = [part for part in parts.check(kept, said, count=upload.count) if part.size != upload.length(part.number)]
    if wrong:
        message = f"Part {wrong[0].number} has {wrong[0].size} bytes, not {upload.length(wrong[0].number)}"
        raise InvalidRequest(message, code="multipart_part_size_mismatch", parts=[part.number for part in wrong[: parts.MOST_NAMED]])
    await storage.complete(key, upload.id, said)


async def _is_joined(system: System, upload: Upload) -> bool:
    return await system.storage_of(upload.asset).size(upload.asset.object_key) == upload.asset.size


async def _look_into(system: System, upload: Upload, claims: Claims, *, test: bool) -> Asset:
    """Find out what the object is, and enter it as ready, or as failed."""
    asset, storage = upload.asset, system.storage_of(upload.asset)
    async with at_hand(system, storage, asset.object_key, asset.size) as file:
        try:
            facts = await examine(system.settings, file.path, file.head, claims.mime, asset_id=asset.id)
        except InvalidRequest as error:
            found = await system.write(asset.workspace_id, _refuse, asset.id, error, test=test)
            if found.asset.status in SHOWN:  # its object went, because somebody else was quicker and its content is there already
                return found.asset
            with suppress(NotReady):  # the sweeper comes by as well
                await storage.delete(asset.object_key)
            raise
    values = described(claims, facts, file)
    return await system.write(asset.workspace_id, entry.finish, asset.id, None, values, status="uploading", test=test)


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


def _announced(claims: Claims) -> str:
    """The type that a file is said to have, or that its name says, until it can be looked into."""
    said = (claims.mime or "").partition(";")[0].strip().lower()
    plausible = re.fullmatch(r"[a-z]+/[a-z0-9.+_-]{1,80}", said)
    return said if plausible else mimetypes.guess_type(claims.filename)[0] or UNKNOWN


def _part_size(size: int) -> int:
    """In whole MiB."""
    return max(PART, -(-size // (MOST_PARTS * MIB)) * MIB)
