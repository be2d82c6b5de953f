"""Pictures as JPEG, for networks that take nothing else: made once, in a child process with limits, and kept in a cache."""

from __future__ import annotations

import asyncio
import secrets
import sys
from pathlib import Path
from weakref import WeakKeyDictionary

from socialclaw.db.assets import Asset
from socialclaw.errors import InvalidRequest, NotReady
from socialclaw.media import convert
from socialclaw.media.storage import cache_dir, storage_of, work_dir
from socialclaw.settings import Settings

CONVERTIBLE = ("image/png", "image/webp", "image/gif")
MOST_PIXELS = convert.MOST_PIXELS
AT_ONCE = 2
SECONDS = 60

_slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def check(asset: Asset) -> None:
    """Raises InvalidRequest where the asset is no picture that can be converted."""
    if asset.mime not in CONVERTIBLE or not asset.width or not asset.height:
        raise InvalidRequest(f"{asset.mime} cannot be converted to JPEG", code="media_not_convertible", mime=asset.mime)
    if asset.width * asset.height > MOST_PIXELS:
        message = f"The picture has {asset.width}x{asset.height} pixels; up to {MOST_PIXELS:,} in all can be converted"
        raise InvalidRequest(message, code="image_too_large", width=asset.width, height=asset.height, maxPixels=MOST_PIXELS)


def cached(settings: Settings, asset_id: str) -> Path:
    return cache_dir(settings) / f"{asset_id}.jpg"


async def as_jpeg(settings: Settings, asset: Asset) -> Path:
    """The file that holds the asset as JPEG. Not for what is JPEG already."""
    check(asset)
    target = cached(settings, asset.id)
    if target.exists():
        return target
    async with _slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)):
        if not target.exists():
            await _make(settings, asset, target)
    return target


async def _make(settings: Settings, asset: Asset, target: Path) -> None:
    name = secrets.token_hex(12)
    source, made = (work_dir(settings) / f"{side}-{name}" for side in ("from", "jpeg"))
    for folder in (source.parent, target.parent):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with source.open("xb") as file:
            async for chunk in storage_of(settings).read(asset.object_key):
                await asyncio.to_thread(file.write, chunk)
        await _run(source, made)
        made.replace(target)
    finally:
        source.unlink(missing_ok=True)
        made.unlink(missing_ok=True)


async def _run(source: Path, made: Path) -> None:
    """`-I` and a path: the child imports Pillow and nothing of ours."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        convert.__file__,
        str(source),
        str(made),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS):
            code = await child.wait()
    except TimeoutError as error:
        raise NotReady("Converting the picture took too long", code="media_conversion_failed") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if code:
        raise InvalidRequest("The picture is damaged and cannot be converted", code="media_not_convertible")
