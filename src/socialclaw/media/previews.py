"""Small pictures to show an asset by: made when it arrives, and made again when they are asked for after the cache forgot them."""

from __future__ import annotations

import re
from pathlib import Path

from socialclaw.db.assets import Asset
from socialclaw.errors import NotFound
from socialclaw.media import cache, decoder_process
from socialclaw.media.decoder.previews import POSTER, SIZES
from socialclaw.media.inspection import OPENED
from socialclaw.system import System

MIMES = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".mp4": "video/mp4"}
FITTED = re.compile(r"fit-[0-9a-f]{16}\.(?:jpg|png|webp|gif|mp4)")  # what was made for a network; never made because it is asked for


def names(asset: Asset) -> tuple[str, ...]:
    """The file names of an asset's previews; none where it is nothing that can be shown, or was never opened."""
    if asset.kind not in ("image", "video") or asset.mime not in OPENED or not asset.width:
        return ()
    return (*(f"{name}.webp" for name in reversed(SIZES)), *([POSTER] if asset.kind == "video" else []))


async def preview(system: System, asset: Asset, name: str) -> Path:
    """The file of a preview. NotFound `media_not_found` where the asset has none of that name."""
    path = cache.place(system.settings, asset.id, name)
    if FITTED.fullmatch(name) and path.exists():
        return path
    if name not in names(asset):
        raise NotFound("There is no such file", code="media_not_found")
    if not path.exists():
        async with decoder_process.work_folder(system.settings) as folder:
            source = await decoder_process.copied(system, asset, folder)
            found = await decoder_process.run(system, asset.workspace_id, "probe", source, asset.mime, folder=str(folder))
            for made in found.get("previews", ()):
                cache.keep(system.settings, asset.id, folder / made, made)
    if not path.exists():
        raise NotFound("There is no such file", code="media_not_found")
    return path
