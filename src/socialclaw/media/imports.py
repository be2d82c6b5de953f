"""Imports: assets whose file a worker fetches from a URL, however often the source or the worker breaks off.

Whoever takes an import raises its `tries`, which is the fence: who holds an older number writes nothing and puts nothing under a key that
is still of use, since each try has a key of its own. `next_at` is the end of its lease, so that the import of a worker that died is taken
up by the next one.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from socialclaw.db.assets import Arrival, Asset
from socialclaw.db.base import Scope, iso, new_id
from socialclaw.db.workspaces import Workspace, hold
from socialclaw.errors import InvalidRequest, SocialClawError
from socialclaw.media import ingest
from socialclaw.media.ingest import UPLOAD_TIME
from socialclaw.media.naming import display_name, object_key, safe_name
from socialclaw.media.sniff import UNKNOWN, kind_of
from socialclaw.media.uploads import Claims, check
from socialclaw.settings import Settings
from socialclaw.storage.base import now
from socialclaw.system import System
from socialclaw.turns import Party
from socialclaw.workspaces import limits

LEASE = timedelta(seconds=60)
LONGEST_URL = 2048
MOST_DUE = 1000  # looked at, of all workspaces


@dataclass(frozen=True, slots=True)
class Job:
    """An import that is ours to work on: `tries` is the number of this try."""

    asset_id: str
    workspace_id: str
    url: str
    tries: int
    claims: Claims


class Lost(Exception):
    """The import is not ours any more: its asset was deleted, or somebody else has taken it."""


async def begin(system: System, workspace_id: str, url: str, claims: Claims, *, test: bool = False) -> tuple[Asset, Arrival]:
    """Note an asset that is to be fetched from `url`. InvalidRequest `source_url_invalid`, Conflict
    `workspace_limit_reached`, and what the claims are refused with.

    Without a filename it is called as the path of the URL ends.
    """
    url, path = _checked(url)
    named = claims.filename or display_name(unquote(path)) or "file"
    claims = check(replace(claims, filename=named))
    return await system.write(workspace_id, _note, system.settings, url, claims, system.storage.name, test=test)


def _checked(url: str) -> tuple[str, str]:
    """The URL and its path."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # brackets that hold no address
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > LONGEST_URL:
        message = f"sourceUrl must be an http(s) URL that can be reached from outside, of at most {LONGEST_URL} characters"
        raise InvalidRequest(message, code="source_url_invalid")
    return url.strip(), parts.path


def _note(scope: Scope, settings: Settings, url: str, claims: Claims, storage: str) -> tuple[Asset, Arrival]:
    limits.check(scope, settings, limits.PENDING_IMPORTS)
    limits.check(scope, settings, limits.STORED_BYTES)
    asset_id = new_id("asset")
    mime = mimetypes.guess_type(claims.filename)[0] or UNKNOWN
    asset = Asset(id=asset_id, storage=storage, filename=claims.filename, mime=mime, kind=kind_of(mime), size=0, sha256="")
    asset.object_key = _key(scope.workspace_id, asset_id, 0, claims.filename, mime)
    asset.status, asset.delivery_token, asset.delete_after = "uploading", ingest.new_token(), now() + UPLOAD_TIME
    scope.add(asset)
    scope.session.flush()
    said = {name: value for name, value in asdict(claims).items() if value is not None and name != "filename"}
    if claims.delete_after:
        said["delete_after"] = iso(claims.delete_after)
    return asset, scope.add(Arrival(id=asset_id, source_url=url, claims=said, next_at=now()))


def _key(workspace_id: str, asset_id: str, tries: int, filename: str, mime: str) -> str:
    return object_key(workspace_id, asset_id, f"{tries}-{safe_name(filename, mime)}")


def due(session: Session, at: datetime, most: int) -> list[tuple[str, Party]]:
    """The imports that are due: first the one of each workspace that has waited longest, then the second ones, up to so many of each."""
    turn = func.row_number().over(partition_by=Arrival.workspace_id, order_by=(Arrival.next_at, Arrival.id)).label("turn")
    each = _due(at).with_only_columns(Arrival.id, Arrival.workspace_id, Arrival.next_at, turn).subquery()
    query = select(each.c.id, each.c.workspace_id, Workspace.mode).join(Workspace, Workspace.id == each.c.workspace_id)
    rows = session.execute(query.where(each.c.turn <= most).order_by(Workspace.mode, each.c.turn, each.c.next_at).limit(MOST_DUE))
    return [(row.id, Party(row.workspace_id, row.mode == "test")) for row in rows]


def take(session: Session, *, most: int, only: Sequence[str] | None = None) -> list[Job]:
    """The next imports (of `only` these) that are due by the machine's clock, ours from now on for the time of a lease."""
    at = now()
    wanted = _due(at) if only is None else _due(at).where(Arrival.id.in_(only))
    query = wanted.order_by(Arrival.next_at).limit(most).with_for_update(skip_locked=True, of=Arrival)
    jobs = []
    for arrival, asset in session.execute(query).all():
        arrival.tries += 1
        arrival.next_at, arrival.received, arrival.total = at + LEASE, 0, None
        said = dict(arrival.claims)
        if "delete_after" in said:
            said["delete_after"] = datetime.fromisoformat(said["delete_after"])
        claims = Claims(asset.filename, **said)
        jobs.append(Job(asset.id, asset.workspace_id, arrival.source_url, arrival.tries, claims))
    return jobs


def take_named(session: Session, at: datetime, names: Sequence[str]) -> dict[str, Job]:
    """Of these, what nobody else has taken."""
    return {job.asset_id: job for job in take(session, most=len(names), only=names)}


def object_of_try(job: Job, mime: str) -> str:
    """The key of the object that this try makes."""
    return _key(job.workspace_id, job.asset_id, job.tries, job.claims.filename, mime)


def _due(at: datetime) -> Any:
    with_asset = select(Arrival, Asset).join(Asset, Asset.id == Arrival.id)
    return with_asset.where(Arrival.next_at <= at, Arrival.source_url.is_not(None), Asset.status == "uploading")


def _ours(scope: Scope, job: Job) -> tuple[Asset, Arrival]:
    hold(scope)
    asset = scope.session.get(Asset, job.asset_id, with_for_update=True)
    arrival = scope.session.get(Arrival, job.asset_id)
    if asset is None or arrival is None or asset.status != "uploading" or arrival.tries != job.tries:
        raise Lost
    return asset, arrival


def heard(scope: Scope, job: Job, received: int, total: int | None) -> None:
    _, arrival = _ours(scope, job)
    arrival.received, arrival.total, arrival.next_at = received, total, now() + LEASE


def share(scope: Scope, job: Job, values: dict[str, Any]) -> bool:
    """Make the asset ready where its content is an object already."""
    asset, arrival = _ours(scope, job)
    left = _object_of(asset)
    if ingest.share(scope, job.asset_id, job.claims.delete_after, values) is None:
        return False
    _sweep(scope, job, left)
    _arrived(arrival)
    return True


def claim_key(scope: Scope, settings: Settings, job: Job, key: str, size: int) -> Asset:
    """The object is going to be under `key`; what an earlier try may have left under another one is swept away.

    Conflict `workspace_limit_reached`, where the workspace may not have so many bytes.
    """
    asset, _ = _ours(scope, job)
    limits.check(scope, settings, limits.STORED_BYTES, adding=size - asset.size)
    _sweep(scope, job, _object_of(asset))
    asset.object_key, asset.size = key, size
    return asset


def _object_of(asset: Asset) -> dict[str, Any]:
    return {name: getattr(asset, name) for name in ingest.OF_OBJECT}


def _sweep(scope: Scope, job: Job, left: dict[str, Any]) -> None:
    """An earlier try may have put this object into storage before it ended."""
    if job.tries > 1:
        scope.add(Asset(id=new_id("asset"), status="deleting", delete_after=now(), **left))


def finish(scope: Scope, job: Job, values: dict[str, Any]) -> None:
    _, arrival = _ours(scope, job)
    ingest.finish(scope, job.asset_id, job.claims.delete_after, values, status="uploading")
    _arrived(arrival)


def _arrived(arrival: Arrival) -> None:
    arrival.next_at = arrival.source_url = arrival.error_code = arrival.error = None


def later(scope: Scope, job: Job, error: SocialClawError | None, at: datetime) -> None:
    """Try again then."""
    with suppress(Lost):
        _, arrival = _ours(scope, job)
        arrival.next_at = at
        if error is not None:
            arrival.error_code, arrival.error = error.code, error.message


def fail(scope: Scope, job: Job, error: SocialClawError) -> None:
    """For good: told for a day."""
    with suppress(Lost):
        asset, arrival = _ours(scope, job)
        ingest.fail(scope, asset, arrival, error)
        arrival.next_at = arrival.source_url = None
