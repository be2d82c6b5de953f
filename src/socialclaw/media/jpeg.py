"""Pictures as JPEG, for networks that take nothing else: made once, in a child process with limits, and kept in a cache."""

from __future__ import annotations

import asyncio
from pathlib import Path
from weakref import WeakValueDictionary

from socialclaw.db.assets import Asset
from socialclaw.errors import InvalidRequest
from socialclaw.media import cache, decoder_process
from socialclaw.media.decoder.limits import MOST_PIXELS
from socialclaw.system import System

CONVERTIBLE = ("image/png", "image/webp", "image/gif", "image/avif", "image/heic", "image/heif")
NAME = "picture.jpg"

_making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


def check(asset: Asset) -> None:
    """Raises InvalidRequest where the asset is no picture that can be converted."""
    if asset.mime not in CONVERTIBLE or not asset.width or not asset.height:
        raise InvalidRequest(f"{asset.mime} cannot be converted to JPEG", code="media_not_convertible", mime=asset.mime)
    if asset.width * asset.height > MOST_PIXELS:
        message = f"The picture has {asset.width}x{asset.height} pixels; up to {MOST_PIXELS:,} in all can be converted"
        raise InvalidRequest(message, code="image_too_large", width=asset.width, height=asset.height, maxPixels=MOST_PIXELS)


async def as_jpeg(system: System, asset: Asset) -> Path:
    """The file that holds the asset as JPEG. Not for what is JPEG already."""
    check(asset)
    target = cache.place(system.settings, asset.id, NAME)
    async with _making.setdefault(f"{asyncio.get_running_loop()}{asset.id}", asyncio.Lock()):
        if not target.exists():
            await _make(system, asset)
    return target


async def _make(system: System, asset: Asset) -> None:
    async with decoder_process.work_folder(system.settings) as folder:
        source, made = await decoder_process.copied(system, asset, folder), folder / NAME
        try:
            await decoder_process.run(system, asset.workspace_id, "jpeg", source, asset.mime, target=str(made))
        except InvalidRequest as error:
            message = f"The picture cannot be converted: {error.message}"
            raise InvalidRequest(message, code="media_not_convertible", cause=error.code) from error
        cache.keep(system.settings, asset.id, made, NAME)
