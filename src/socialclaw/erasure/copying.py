"""A copy of everything of a workspace, or of a person, as one zip file: JSON lines for each table, and the files. No secret is in it."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import inspect, select, tuple_
from sqlalchemy.orm import Session

from socialclaw.db.assets import SHOWN, Asset
from socialclaw.db.base import iso, real_now
from socialclaw.db.people import Membership, User
from socialclaw.erasure.holdings import HOLDINGS, Holding, Mine, key
from socialclaw.media.naming import safe_name
from socialclaw.storage.base import Gone
from socialclaw.system import System

PAGE = 500
LEVEL = 6
STORED = zipfile.ZIP_STORED  # pictures and films are packed already
README = """A copy of everything that SocialClaw keeps of this {what}, made at {at}.

{tables}: one JSON object a line, one file a table, named as the tables are.
{media}Secrets (tokens of networks, keys, sessions, links) are in none of them.
"""


async def copy_workspace(system: System, workspace_id: str, to: Path) -> int:
    """Write everything of a workspace into a zip file; its size."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as packed:
        for holding in HOLDINGS:
            if holding.of_workspace and not holding.private:
                await _table(system, packed, holding, holding.of_workspace, workspace_id)
        await _lines(system, packed, "people", _people(workspace_id))
        await _files(system, packed, workspace_id)
        _readme(packed, "workspace", "files/: what was uploaded, each below the id of its asset.\n")
    return (await asyncio.to_thread(to.stat)).st_size


async def copy_person(system: System, user_id: str, to: Path) -> int:
    """Write everything of a person into a zip file; its size. What they did in workspaces is the workspaces'."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as packed:
        for holding in HOLDINGS:
            if holding.of_person:
                await _table(system, packed, holding, holding.of_person, user_id)
        _readme(packed, "person", "")
    return (await asyncio.to_thread(to.stat)).st_size


async def _table(system: System, packed: zipfile.ZipFile, holding: Holding, mine: Mine, whose: str) -> None:
    columns = [column for column in inspect(holding.table).columns if column.key not in holding.hidden]
    names = [column.key for column in columns]
    keys = key(holding.table)

    def page(session: Session, after: tuple[Any, ...] | None) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        query = select(*keys, *columns).where(mine(whose)).order_by(*keys).limit(PAGE)
        if after is not None:
            query = query.where(tuple_(*keys) > after)
        return [(tuple(row[: len(keys)]), dict(zip(names, row[len(keys) :], strict=True))) for row in session.execute(query)]

    await _lines(system, packed, holding.table.__tablename__, page)


def _people(workspace_id: str) -> Any:
    """The members as people, which no table of the workspace's own tells."""

    def page(session: Session, after: tuple[Any, ...] | None) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        columns = (User.id, User.name, User.email, Membership.role)
        query = select(*columns).join(Membership, Membership.user_id == User.id).where(Membership.workspace_id == workspace_id)
        found = session.execute(query.where(User.id > (after[0] if after else "")).order_by(User.id).limit(PAGE))
        return [((row.id,), dict(row._mapping)) for row in found]

    return page


async def _lines(system: System, packed: zipfile.ZipFile, name: str, page: Any) -> None:
    """A page at a time: a reader does not hold the database up, and no table is held whole."""
    after: tuple[Any, ...] | None = None
    with packed.open(f"{name}.jsonl", "w", force_zip64=True) as file:
        while found := await system.database.read(page, after):
            await asyncio.to_thread(_write, file, [row for _, row in found])
            after = found[-1][0]
            if len(found) < PAGE:
                break


def _write(file: IO[bytes], rows: list[dict[str, Any]]) -> None:
    for row in rows:
        file.write(json.dumps(row, default=_plain, ensure_ascii=False).encode() + b"\n")


def _plain(value: object) -> str:
    return iso(value) if isinstance(value, datetime) else str(value)


async def _files(system: System, packed: zipfile.ZipFile, workspace_id: str) -> None:
    """Each file once, however many assets name it."""
    seen: set[tuple[str, str]] = set()
    after = ""
    while assets := await system.database.read(_assets, workspace_id, after):
        for asset in assets:
            if (asset.storage, asset.object_key) in seen:
                continue
            seen.add((asset.storage, asset.object_key))
            await _file(system, packed, asset)
        after = assets[-1].id


def _assets(session: Session, workspace_id: str, after: str) -> list[Asset]:
    mine = (Asset.workspace_id == workspace_id, Asset.status.in_(SHOWN), Asset.id > after)
    return list(session.scalars(select(Asset).where(*mine).order_by(Asset.id).limit(PAGE)))


async def _file(system: System, packed: zipfile.ZipFile, asset: Asset) -> None:
    entry = zipfile.ZipInfo(f"files/{asset.id}/{safe_name(asset.filename, asset.mime)}", asset.created_at.timetuple()[:6])
    entry.compress_type = STORED
    try:
        with packed.open(entry, "w", force_zip64=True) as file:
            async for chunk in system.storage_of(asset).read(asset.object_key):
                await asyncio.to_thread(file.write, chunk)
    except Gone:  # it is as missing here as it is there
        return


def _readme(packed: zipfile.ZipFile, what: str, media: str) -> None:
    tables = ", ".join(sorted(name for name in _names(packed)))
    packed.writestr("README.txt", README.format(what=what, at=iso(real_now()), tables=tables, media=media))


def _names(packed: zipfile.ZipFile) -> Iterator[str]:
    return (name for name in packed.namelist() if name.endswith(".jsonl"))
