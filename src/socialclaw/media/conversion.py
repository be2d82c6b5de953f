"""Files of a post made to satisfy their network: written anew apart, kept in the cache under what they are; originals stay as they are."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from socialclaw.db.assets import SHOWN, Asset
from socialclaw.errors import InvalidRequest, Rejected
from socialclaw.media import cache, decoder_process
from socialclaw.media.assets import known
from socialclaw.media.naming import public_url
from socialclaw.providers.draft import Media
from socialclaw.providers.fitting import Change, handed_over
from socialclaw.providers.shapes import Shape
from socialclaw.storage.base import chunks_of
from socialclaw.system import System

CPU_SECONDS = {"image": decoder_process.CPU_SECONDS, "video": 1800}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "video/mp4": "mp4"}


async def fitted(
    system: System, workspace_id: str, media: Sequence[Media], shapes: Mapping[str, Shape], *, fit: bool, test: bool
) -> tuple[tuple[Media, ...], list[dict[str, Any]]]:
    """The files as their network takes them, by the shape of their kind; and what was changed: `assetId`, `changes`, and both sizes.

    Without `fit` they are only made plain. Only files of ours are changed. Raises Rejected `media_fit_failed` where one could not be
    changed as was planned.
    """
    wanted = {m.id: change for m in media if (shape := shapes.get(m.kind)) and (change := handed_over(m, shape, fit=fit))}
    rows = await system.read(workspace_id, known, wanted, base_url=system.settings.base_url, statuses=SHOWN, test=test) if wanted else {}
    made: list[Media] = []
    told: list[dict[str, Any]] = []
    for m in media:
        row, change = rows.get(m.id), wanted.get(m.id)
        if row is None or change is None or not m.url.startswith(f"{system.settings.base_url}/media/{row.id}/"):
            made.append(m)
            continue
        made.append(await _changed(system, row, m, change))
        told.append({"assetId": m.id, "changes": change.told(m), "bytesBefore": m.size, "bytesAfter": made[-1].size})
    return tuple(made), told


async def _changed(system: System, row: Asset, m: Media, change: Change) -> Media:
    settings = system.settings
    digest = hashlib.sha256(json.dumps([row.sha256, asdict(change)]).encode()).hexdigest()[:16]
    name = f"fit-{digest}.{ENDINGS[change.mime]}"
    path, facts = cache.place(settings, row.id, name), cache.place(settings, row.id, f"fit-{digest}.json")
    if not (path.exists() and facts.exists()):
        await _make(system, row, change, path, facts)
    found = json.loads(await asyncio.to_thread(facts.read_text))
    return replace(
        change.of(m),
        size=found["size"],
        width=found["width"],
        height=found["height"],
        url=public_url(settings.base_url, row.id, row.delivery_token or "", f"previews/{name}"),
        filename=f"{m.filename.rpartition('.')[0] or m.filename}.{ENDINGS[change.mime]}",
        read=partial(_read, path),
    )


async def _make(system: System, row: Asset, change: Change, path: Path, facts: Path) -> None:
    async with decoder_process.work_folder(system.settings) as folder:
        source, made, said = await decoder_process.copied(system, row, folder), folder / path.name, folder / facts.name
        try:
            job = {"target": str(made), "change": asdict(change)}
            found = await decoder_process.run(
                system, row.workspace_id, "change", source, row.mime, cpu_seconds=CPU_SECONDS[change.kind], **job
            )
        except InvalidRequest as error:
            message = f"The {change.kind} could not be converted to what the network accepts: {error.message}"
            raise Rejected(message, code="media_fit_failed", cause=error.code, assetId=row.id) from error
        said.write_text(json.dumps(found))
        cache.keep(system.settings, row.id, made, path.name)
        cache.keep(system.settings, row.id, said, facts.name)


async def _read(path: Path, offset: int, length: int) -> bytes:
    return b"".join([chunk async for chunk in chunks_of(path.open("rb"), offset, length)])
