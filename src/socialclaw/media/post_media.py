"""The media of a stored post, opened for publishing: our own files from storage, others from where they are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from socialclaw.db.assets import SHOWN, Asset
from socialclaw.media.assets import known
from socialclaw.media.jpeg import as_jpeg
from socialclaw.media.naming import public_url, reference, safe_name
from socialclaw.media.remote_file import RemoteFile
from socialclaw.providers.draft import Media, ReadRange
from socialclaw.providers.drafting import media_of
from socialclaw.storage.base import Gone, chunks_of, read_range, work_dir
from socialclaw.system import System

KINDS = ("image", "video")


@asynccontextmanager
async def opened(
    system: System, workspace_id: str, assets: Sequence[Mapping[str, Any]], *, test: bool = False
) -> AsyncIterator[tuple[Media, ...]]:
    """`assets` as posts store them (id, url, managed, kind, mime, size, altText, …) -> Media, readable until the block ends.

    Every Media has its `size`, found out by asking the server where the file is not ours; the bytes of such a file are only
    fetched when they are first read. Raises Gone `media_missing` where a file of ours is no longer there, and for the others what
    `RemoteFile` does: also where a network would fetch the file itself, since it could not either.
    """
    base_url = system.settings.base_url
    named = [str(asset[field]) for asset in assets for field in ("url", "id") if asset.get(field)]
    rows = await system.read(workspace_id, known, named, base_url=base_url, statuses=SHOWN, test=test)
    async with AsyncExitStack() as files:
        media: list[Media] = []
        for given in assets:
            url = str(given.get("url") or "")
            row = rows.get(url) or (rows.get(str(given.get("id"))) if given.get("managed") or not url else None)
            if row is not None:
                media.append(await _own(system, row, given))
            elif given.get("managed") or reference(url, base_url):
                raise Gone("A media file of this post no longer exists", assetId=given.get("id"), url=url)
            else:
                file = await files.enter_async_context(_elsewhere(system, url))
                media.append(await _remote(file, given, url))
        yield tuple(media)


def _elsewhere(system: System, url: str) -> RemoteFile:
    settings = system.settings
    pace = {"least": settings.import_least_bytes_per_second, "slow": settings.import_slow_seconds}
    return RemoteFile(system.outbound.guarded, url, folder=work_dir(settings), most=settings.max_asset_bytes, **pace)


async def _own(system: System, row: Asset, given: Mapping[str, Any]) -> Media:
    settings = system.settings
    name = safe_name(row.filename, row.mime)
    url = str(given.get("url") or public_url(settings.base_url, row.id, row.delivery_token or "", name))
    mime, size = row.mime, row.size
    read: ReadRange = partial(read_range, system.storage_of(row), row.object_key)
    if row.mime != "image/jpeg" and parse_qs(urlsplit(url).query).get("format") == ["jpeg"]:
        path = await as_jpeg(system, row)
        mime, size, name = "image/jpeg", path.stat().st_size, f"{name.rpartition('.')[0]}.jpg"
        read = partial(_read_file, path)
    told = media_of(given)
    return replace(
        told,
        id=row.id,
        kind=row.kind if row.kind in KINDS else "other",
        mime=mime,
        size=size,
        url=url,
        filename=name,
        width=row.width or told.width,
        height=row.height or told.height,
        duration=row.duration or told.duration,
        frame_rate=row.frame_rate,
        video_codec=row.video_codec,
        audio_codec=row.audio_codec,
        pixel_format=row.pixel_format,
        plain=row.plain if mime == row.mime else True,
        read=read,
    )


async def _remote(file: RemoteFile, given: Mapping[str, Any], url: str) -> Media:
    """What was found out counts, not what the post says of it."""
    told = media_of(given)
    facts = await file.look(expect=told.kind)
    mime = facts.mime if facts.kind != "other" else told.mime
    return replace(
        told,
        kind=facts.kind if facts.kind in KINDS else told.kind,
        mime=mime,
        size=file.size,
        filename=safe_name(str(given.get("originalFilename") or urlsplit(url).path), mime or ""),
        width=facts.width or told.width,
        height=facts.height or told.height,
        read=file.read,
    )


async def _read_file(path: Path, offset: int, length: int) -> bytes:
    return b"".join([chunk async for chunk in chunks_of(path.open("rb"), offset, length)])
