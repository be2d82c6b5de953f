"""What the tables know of the objects that assets name: how many there are and where, and that one is moving from there to elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialclaw.db.assets import SHOWN, Asset
from socialclaw.db.base import Scope, new_id
from socialclaw.db.workspaces import hold
from socialclaw.media import ingest
from socialclaw.media.ingest import UPLOAD_TIME
from socialclaw.storage.base import now

GRACE = timedelta(days=1)  # that an old object is kept for who is reading it: a post that is being published may take hours
MARGIN = timedelta(hours=1)  # before the sweeper may come for a copy, it is too late to name it
PAGE = 500
UNDER_WAY = ("uploading", "storing")

Ended = Literal["moved", "gone", "missing", "wrong", "late"]
"""`gone`: deleted meanwhile; `missing`: not in its storage; `wrong`: not the bytes that once came in; `late`: the sweeper was first."""
ENDS: tuple[Ended, ...] = get_args(Ended)


class Kept(NamedTuple):
    """An object that assets name, and what they know of it."""

    workspace_id: str
    storage: str
    key: str
    mime: str
    size: int
    sha256: str


class Amount(NamedTuple):
    """What is kept: objects and their bytes; and the uploads under way, which stay where they began."""

    storage: str
    objects: int
    bytes: int
    under_way: int


def amounts(session: Session) -> list[Amount]:
    """Of each storage that has something."""
    objects = _objects(select(Asset.storage.label("storage"), func.max(Asset.size).label("size"))).subquery()
    kept = session.execute(select(objects.c.storage, func.count(), func.sum(objects.c.size)).group_by(objects.c.storage)).all()
    on_the_way = session.execute(select(Asset.storage, func.count()).where(Asset.status.in_(UNDER_WAY)).group_by(Asset.storage))
    coming = {storage: count for storage, count in on_the_way}
    found = {storage: Amount(storage, count, int(size or 0), coming.pop(storage, 0)) for storage, count, size in kept}
    found |= {storage: Amount(storage, 0, 0, count) for storage, count in coming.items()}
    return sorted(found.values())


def out_of_reach(session: Session, storages: Collection[str]) -> list[str]:
    """The storages that have files and are none of these."""
    found = session.scalars(select(Asset.storage).where(Asset.status.in_(SHOWN), Asset.storage.not_in(storages)).distinct())
    return sorted(found)


def elsewhere(session: Session, target: str, after: tuple[str, str]) -> list[Kept]:
    """The next objects that are not in this storage, after this (key, storage)."""
    facts = (func.max(column) for column in (Asset.mime, Asset.size, Asset.sha256))
    key, storage = after
    later = (Asset.object_key > key) | ((Asset.object_key == key) & (Asset.storage > storage))
    query = _objects(select(func.max(Asset.workspace_id), Asset.storage, Asset.object_key, *facts)).where(Asset.storage != target, later)
    return [Kept(*row) for row in session.execute(query.order_by(Asset.object_key, Asset.storage).limit(PAGE))]


def _objects(query: Any) -> Any:
    """A row for each object that is to be had."""
    return query.where(Asset.status.in_(SHOWN)).group_by(Asset.storage, Asset.object_key)


def mark(scope: Scope, kept: Kept, target: str) -> Asset | None:
    """Note where the copy is going to be: under the same key, unless that is taken there; None where nothing needs the object any more."""
    hold(scope)
    named = _naming(scope, kept)
    if not named:
        return None
    taken = scope.session.scalar(select(Asset.id).where(Asset.storage == target, Asset.object_key == kept.key).limit(1))
    folder, _, name = kept.key.rpartition("/")
    values = {column: getattr(named[0], column) for column in ingest.OF_OBJECT}
    values |= {"storage": target, "object_key": f"{folder}/{secrets.token_hex(6)}/{name}" if taken else kept.key}
    return scope.add(Asset(id=new_id("asset"), status="deleting", delete_after=now() + UPLOAD_TIME, **values))


def settle(scope: Scope, kept: Kept, mark_id: str, ended: Ended, *, keep: bool) -> Ended:
    """The assets name a good copy from now on, and the mark the old object; else the sweeper may come for the copy at once.

    An object that was deleted meanwhile is `gone`, whatever else was found; a copy that the sweeper may have found already is `late`.
    """
    hold(scope)
    marked = scope.session.get(Asset, mark_id, with_for_update=True)
    named = _naming(scope, kept, lock=True)
    if not named:
        ended = "gone"
    elif marked is None or (marked.delete_after or now()) < now() + MARGIN:
        ended = "late"
    if marked is None:
        return ended
    if ended != "moved":
        marked.delete_after = now()
        return ended
    for asset in named:
        asset.storage, asset.object_key = marked.storage, marked.object_key
    if keep:
        scope.session.delete(marked)
    else:
        marked.storage, marked.object_key, marked.delete_after = kept.storage, kept.key, now() + GRACE
    return ended


def _naming(scope: Scope, kept: Kept, *, lock: bool = False) -> list[Asset]:
    """The assets of which this is the file."""
    same = (Asset.storage == kept.storage, Asset.object_key == kept.key, Asset.status.in_(SHOWN))
    query = scope.all(Asset).where(*same).order_by(Asset.id)
    return list(scope.session.scalars(query.with_for_update() if lock else query))
