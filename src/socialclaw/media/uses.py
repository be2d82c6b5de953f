"""Which posts show a file. A post that was taken back shows nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true

from socialclaw.db.base import Scope
from socialclaw.db.elements import elements
from socialclaw.db.posts import Post


def counts(scope: Scope, asset_ids: Collection[str]) -> dict[str, int]:
    """How many posts show each of these files; those that none shows are left out."""
    query, asset_id = _showing(scope.workspace_id)
    counted = query.with_only_columns(asset_id, func.count(Post.id.distinct())).where(asset_id.in_(asset_ids)).group_by(asset_id)
    return {found: count for found, count in scope.session.execute(counted)}


def shown(workspace_id: str) -> Select[Any]:
    """The ids of all files that posts show."""
    query, asset_id = _showing(workspace_id)
    return query.where(asset_id.is_not(None))


def showing(workspace_id: str, asset_id: str) -> ColumnElement[bool]:
    """Whether a post is one that shows this file."""
    query, shown_id = _showing(workspace_id)
    return Post.id.in_(query.with_only_columns(Post.id).where(shown_id == asset_id))


def _showing(workspace_id: str) -> tuple[Select[Any], ColumnElement[str]]:
    part = elements(Post.assets)
    asset_id = part.c.value["id"].as_string()
    query = select(asset_id).select_from(Post).join(part, true())
    return query.where(Post.workspace_id == workspace_id, Post.status != "canceled"), asset_id
