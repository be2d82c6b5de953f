"""Uploads in parts: begun, sent part by part to signed URLs, taken up again after an interruption, aborted.

The parts go straight to where they are kept (our own server, or the bucket); what is here only says where. `media/completion.py` makes
an asset of them. A crash at any instant leaves an upload that can be completed, or one that the sweeper ends (`media/sweep.py`).
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from socialclaw.db.assets import SHOWN, Arrival, Asset
from socialclaw.db.base import Scope, new_id
from socialclaw.errors import Conflict, InvalidRequest, NotFound, NotReady
from socialclaw.media import ingest
from socialclaw.media.incoming import empty, too_large
from socialclaw.media.ingest import UPLOAD_TIME
from socialclaw.media.naming import object_key, safe_name
from socialclaw.media.sniff import UNKNOWN, kind_of
from socialclaw.media.uploads import Claims, check
from socialclaw.settings import Settings
from socialclaw.storage.base import now
from socialclaw.storage.parts import MOST_PARTS, Part, unknown_upload
from socialclaw.system import System
from socialclaw.workspaces import limits

MIB = 1024**2
PART = 8 * MIB  # bytes; more where a file would need too many of them
URL_SECONDS = 900
HEARD = UPLOAD_TIME / 24  # what is heard of an upload more often than this is not written down


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
            message = f"This upload has parts 1 to {self.count}"
            raise InvalidRequest(message, code="multipart_part_number_invalid", min=1, max=self.count)
        return min(self.part_size, self.asset.size - (number - 1) * self.part_size)


async def initiate(system: System, workspace_id: str, claims: Claims, size: int, *, test: bool = False) -> Upload:
    """Begin an upload of a file of `size` bytes. Raises InvalidRequest, PayloadTooLarge `asset_too_large`,
    Conflict `workspace_limit_reached`, and NotReady."""
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
        return await system.write(workspace_id, _note, system.settings, asset, upload_id, claims, test=test)
    except Exception:
        with suppress(NotReady):  # what went wrong first is what counts; the sweeper comes by as well
            await storage.abort(key, upload_id)
        raise


async def part_url(system: System, workspace_id: str, asset_id: str, upload_id: str, number: int, *, test: bool = False) -> str:
    """Where this part may be PUT, for URL_SECONDS. Raises InvalidRequest `multipart_part_number_invalid`, and what `find` does."""
    upload = await system.read(workspace_id, find, asset_id, upload_id, test=test)
    if upload.asset.status in SHOWN:
        raise _completed(upload)
    size = still_open(upload).length(number)
    if upload.asset.delete_after is None or upload.asset.delete_after < now() + UPLOAD_TIME - HEARD:
        await system.write(workspace_id, hear, asset_id, upload_id, test=test)
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
        if await is_joined(system, upload):
            return upload
        upload = await system.read(workspace_id, find, asset_id, test=test)
        if upload.asset.status == "uploading":
            raise
        return upload
    sound = {part.number for part in kept if part.number <= upload.count and part.size == upload.length(part.number)}
    missing = [number for number in range(1, upload.count + 1) if number not in sound]
    return replace(upload, parts=[part for part in kept if part.number in sound], missing=missing)


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


def _note(scope: Scope, settings: Settings, asset: Asset, upload_id: str, claims: Claims) -> Upload:
    limits.check(scope, settings, limits.OPEN_UPLOADS)
    limits.check(scope, settings, limits.STORED_BYTES, adding=asset.size)
    asset.status, asset.sha256, asset.delivery_token = "uploading", "", ingest.new_token()
    asset.delete_after = now() + UPLOAD_TIME
    scope.add(asset)
    scope.session.flush()
    said = {"mime": claims.mime} if claims.mime else {}
    return Upload(asset, scope.add(Arrival(id=asset.id, upload_id=upload_id, part_size=_part_size(asset.size), claims=said)))


def hear(scope: Scope, asset_id: str, upload_id: str) -> Upload:
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


def still_open(upload: Upload) -> Upload:
    """The same, unless its file was looked into and refused: that is said again."""
    if upload.asset.status == "failed":
        raise InvalidRequest(upload.arrival.error or "", code=upload.arrival.error_code)
    return upload


def _completed(upload: Upload) -> Conflict:
    return Conflict("This upload is complete: its asset exists", code="multipart_upload_completed", assetId=upload.asset.id)


async def is_joined(system: System, upload: Upload) -> bool:
    """Whether the storage has made the object of all parts."""
    return await system.storage_of(upload.asset).size(upload.asset.object_key) == upload.asset.size


def _announced(claims: Claims) -> str:
    """The type that a file is said to have, or that its name says, until it can be looked into."""
    said = (claims.mime or "").partition(";")[0].strip().lower()
    plausible = re.fullmatch(r"[a-z]+/[a-z0-9.+_-]{1,80}", said)
    return said if plausible else mimetypes.guess_type(claims.filename)[0] or UNKNOWN


def _part_size(size: int) -> int:
    """In whole MiB."""
    return max(PART, -(-size // (MOST_PARTS * MIB)) * MIB)
