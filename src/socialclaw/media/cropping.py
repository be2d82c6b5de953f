"""A part of a picture as a file of its own: cut out apart, upright and in sRGB; the picture that it is of stays as it is."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import PurePath
from typing import Any

from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.media import assets, decoder_process, uploads
from socialclaw.storage.base import chunks_of
from socialclaw.system import System

WHOLE = ("image/gif",)  # may move, which a part of it would not
ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a picture as it is shown, in pixels from its upper left corner."""

    left: int
    top: int
    width: int
    height: int


async def crop(system: System, workspace_id: str, asset_id: str, area: Area, *, test: bool) -> Asset:
    """A new asset with this part of a picture, and what is said to be seen in that. InvalidRequest where there is no such part."""
    row = await system.read(workspace_id, _picture, asset_id, area, test=test)
    mime = "image/png" if row.mime == "image/png" else "image/jpeg"
    async with decoder_process.work_folder(system.settings) as folder:
        source, made = await decoder_process.copied(system, row, folder), folder / f"part.{ENDINGS[mime]}"
        job: dict[str, Any] = {"target": str(made), "as": mime, "area": astuple(area)}
        await decoder_process.run(system, workspace_id, "crop", source, row.mime, **job)
        async with uploads.intake(system) as file:
            async for chunk in chunks_of(made.open("rb"), 0, made.stat().st_size):
                await file.write(chunk)
            name = f"{PurePath(row.filename).stem} {area.width}x{area.height}{made.suffix}"
            part = await uploads.create(system, workspace_id, await file.finish(), uploads.Claims(name), test=test)
    return await system.write(workspace_id, assets.describe, part.id, row.alt_text, test=test) if row.alt_text else part


def _picture(scope: Scope, asset_id: str, area: Area) -> Asset:
    row = assets.shown(scope, asset_id)
    if row.kind != "image" or row.mime in WHOLE or row.frame_rate or not (row.width and row.height):
        raise Conflict("Only a picture that stands still can be cut", code="asset_not_cuttable")
    for begin, length, whole, names in (
        (area.left, area.width, row.width, ("left", "width")),
        (area.top, area.height, row.height, ("top", "height")),
    ):
        if begin < 0 or length < 1 or begin + length > whole:
            message = f"The part must lie within the picture, which is {row.width} pixels wide and {row.height} high"
            path = names[0] if begin < 0 or begin >= whole else names[1]
            raise InvalidRequest(message, code="crop_outside", path=path, width=row.width, height=row.height)
    return row
