"""The workspace's assets as a list, and one of them with how far its upload is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from socialclaw.db.assets import SHOWN, Arrival, Asset
from socialclaw.db.base import Scope
from socialclaw.media import uses
from socialclaw.media.assets import ARRIVING, find, wire

ORDERS = ("created_desc", "created_asc")


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """Which assets; None: any. `mime` is how their type begins, `query` a part of their name in whatever case; `used`: whether posts
    show them."""

    kind: str | None = None
    status: str | None = None
    mime: str | None = None
    query: str | None = None
    used: bool | None = None


def one(scope: Scope, asset_id: str, *, base_url: str) -> dict[str, Any]:
    """The asset as clients read it. NotFound `asset_not_found`."""
    return wire(find(scope, asset_id), base_url, scope.session.get(Arrival, asset_id))


def page(
    scope: Scope, only: AssetFilter, *, base_url: str, order: str = ORDERS[0], limit: int, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """So many of them, by when they came (newest first unless the order is `created_asc`); and how many there are."""
    wanted, by = _wanted(scope, only), (Asset.created_at, Asset.id)
    query = select(Asset, Arrival).outerjoin(Arrival, Arrival.id == Asset.id).where(*wanted)
    query = query.order_by(*(by if order == ORDERS[1] else (column.desc() for column in by)))
    found = scope.session.execute(query.limit(limit).offset(offset))
    return [wire(asset, base_url, arrival) for asset, arrival in found], scope.count(select(Asset.id).where(*wanted))


def _wanted(scope: Scope, only: AssetFilter) -> Sequence[ColumnElement[bool]]:
    statuses = (only.status,) if only.status else (*SHOWN, *ARRIVING)
    wanted = [Asset.workspace_id == scope.workspace_id, Asset.status.in_(statuses)]
    if only.kind:
        wanted.append(Asset.kind == only.kind)
    if only.mime:
        wanted.append(Asset.mime.istartswith(only.mime, autoescape=True))
    if only.query:
        wanted.append(Asset.filename.icontains(only.query, autoescape=True))
    if only.used is not None:
        shown = Asset.id.in_(uses.shown(scope.workspace_id))
        wanted.append(shown if only.used else ~shown)
    return wanted


def with_uses(scope: Scope, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, each with how many posts show it."""
    counted = uses.counts(scope, [one["id"] for one in found])
    return [{**one, "uses": counted.get(one["id"], 0)} for one in found]
