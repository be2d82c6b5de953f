"""How an asset enters the tables: noted before its object is put into storage, ready once it is there.

Files of one content in one workspace are one object, which several assets name then; each has a life of its own. Two rules keep that safe:
who lets an asset name an object that is there already (or says that an object is elsewhere now) holds the workspace's row meanwhile, and
finds the object by an asset that is shown, locked; and the sweeper deletes an object only after it has marked an asset of it as
`deleting`, for good, and then finds none left that is not marked.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from socialclaw.db.assets import SHOWN, Arrival, Asset
from socialclaw.db.base import Scope, new_id
from socialclaw.db.workspaces import hold
from socialclaw.errors import Conflict, NotFound, SocialClawError
from socialclaw.events.facts import asset_changed
from socialclaw.settings import Settings
from socialclaw.storage.base import now
from socialclaw.workspaces import limits

UPLOAD_TIME = timedelta(days=1)  # after which an upload of which nothing more is heard is swept away
OF_OBJECT = ("storage", "object_key", "filename", "mime", "kind", "size", "sha256")

Values = Mapping[str, Any]


def begin(scope: Scope, settings: Settings, values: Values, delete_after: datetime | None) -> Asset:
    """Note an asset whose file has been looked into: `ready` where its content is an object already, else `storing` until `finish`.

    Noted before the object is put into storage, no crash leaves an object that nothing knows of. Conflict `workspace_limit_reached` where
    the workspace may not have so many bytes more.
    """
    asset = _new(values, status="storing", delivery_token=new_token(), delete_after=now() + UPLOAD_TIME)
    if other := _same_content(scope, values["storage"], values):
        asset.object_key = other.object_key
        _ready(scope, asset, delete_after)
    else:
        limits.check(scope, settings, limits.STORED_BYTES, adding=asset.size)
    return scope.add(asset)


def finish(scope: Scope, asset_id: str, delete_after: datetime | None, values: Values | None = None, *, status: str = "storing") -> Asset:
    """The object is in storage, and so the asset is ready. Where its content was an object already, it names that, and its own one goes.

    `values` are facts that were not known before. NotFound `asset_not_found` where the asset has not this `status` any more: it was given
    up, or took so long that it was swept away.
    """
    asset = _open(scope, asset_id, status)
    _describe(asset, values or {})
    if other := _same_content(scope, asset.storage, {"sha256": asset.sha256, "size": asset.size}, but=asset.object_key):
        unneeded = {name: getattr(asset, name) for name in OF_OBJECT}
        scope.add(Asset(id=new_id("asset"), status="deleting", delete_after=now(), **unneeded))
        asset.object_key = other.object_key
    return _ready(scope, asset, delete_after)


def share(scope: Scope, asset_id: str, delete_after: datetime | None, values: Values) -> Asset | None:
    """`finish` for an asset that is uploading and whose content is an object already; None, and nothing is changed, where it is not."""
    asset = _open(scope, asset_id, "uploading")
    other = _same_content(scope, asset.storage, values, but=asset.object_key)
    if other is None:
        return None
    _describe(asset, values)
    asset.object_key = other.object_key
    return _ready(scope, asset, delete_after)


def claim(scope: Scope, settings: Settings, values: Values, delete_after: datetime | None) -> Asset:
    """A ready asset of an object that a user put into storage: it stays under its key. Conflict `object_key_taken`."""
    limits.check(scope, settings, limits.STORED_BYTES, adding=values["size"])
    key = values["object_key"]
    if scope.session.scalar(select(Asset.id).where(Asset.object_key == key).limit(1)):
        raise Conflict("This object is already an asset", code="object_key_taken", objectKey=key)
    return _ready(scope, scope.add(_new(values, delivery_token=new_token())), delete_after)


def abandon(scope: Scope, asset_id: str) -> bool:
    """Give up an asset whose object could not be stored; False where it is stored after all. Then delete the object, and `forget`."""
    asset = scope.session.scalar(scope.all(Asset).where(Asset.id == asset_id, Asset.status == "storing").with_for_update())
    if asset is not None:
        asset.status, asset.delete_after = "deleting", now()
    return asset is not None


def forget(session: Session, asset_ids: Sequence[str]) -> int:
    """Drop the rows of assets whose objects are deleted."""
    gone = session.scalars(delete(Asset).where(Asset.id.in_(asset_ids), Asset.status == "deleting").returning(Asset.id))
    return len(gone.all())


def named(session: Session, asset: Asset) -> bool:
    """Whether an asset that is not marked for good names the object of this one, which is."""
    others = select(Asset.id).where(Asset.object_key == asset.object_key, Asset.storage == asset.storage, Asset.status != "deleting")
    return session.scalar(others.limit(1)) is not None


def new_token() -> str:
    """What opens an asset to all who have it: 192 random bits."""
    return secrets.token_urlsafe(24)


def _open(scope: Scope, asset_id: str, status: str) -> Asset:
    hold(scope)
    asset = scope.one(Asset, asset_id, lock=True)
    if asset.status != status:
        raise NotFound("The upload was aborted, or took too long", code="asset_not_found")
    return asset


def _same_content(scope: Scope, storage: str, content: Values, *, but: str = "") -> Asset | None:
    """An asset that names an object of this content, locked. One that is being marked at this moment is none any more."""
    hold(scope)
    same = (Asset.sha256 == content["sha256"], Asset.size == content["size"], Asset.storage == storage)
    query = scope.all(Asset).where(*same, Asset.status.in_(SHOWN), Asset.object_key != but)
    return scope.session.scalars(query.order_by(Asset.created_at, Asset.id).with_for_update()).first()


def _describe(asset: Asset, values: Values) -> None:
    for name, value in values.items():
        setattr(asset, name, value)


def _new(values: Values, **more: Any) -> Asset:
    return Asset(**{"id": new_id("asset"), **values, **more})


def _ready(scope: Scope, asset: Asset, delete_after: datetime | None) -> Asset:
    asset.status, asset.delete_after = "ready", delete_after
    asset.workspace_id = scope.workspace_id
    asset_changed(scope.session, "asset.ready", asset)
    return asset


def fail(scope: Scope, asset: Asset, arrival: Arrival, error: SocialClawError) -> None:
    """The file could not be taken, for good: told for a day."""
    asset.status, asset.delete_after = "failed", now() + UPLOAD_TIME
    arrival.error_code, arrival.error = error.code, error.message
    asset_changed(scope.session, "asset.failed", asset, code=error.code, error=error.message)
