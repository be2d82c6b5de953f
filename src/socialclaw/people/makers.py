"""Who is behind the id of a maker: runs and posts know a key or a person by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from socialclaw.db.base import Scope
from socialclaw.db.people import User
from socialclaw.db.workspaces import ApiKey

Maker = dict[str, Any]


def named(scope: Scope, ids: Iterable[str | None]) -> dict[str, Maker]:
    """Who these are, by id: a person by name, a key by its label and the beginning of its secret. Who is gone has an id alone."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    keys = scope.session.scalars(scope.all(ApiKey).where(ApiKey.id.in_(wanted)))
    people = scope.session.scalars(select(User).where(User.id.in_(wanted)))
    found: dict[str, Maker] = {key.id: _maker(key.id, "key", key.label, key.prefix, key.kind) for key in keys}
    found |= {user.id: _maker(user.id, "person", user.name or user.email) for user in people}
    return {one: found.get(one) or _maker(one, "person" if one.startswith("user_") else "key", None) for one in wanted}


def _maker(row_id: str, what: str, name: str | None, prefix: str | None = None, kind: str | None = None) -> Maker:
    return {"id": row_id, "what": what, "name": name, "keyPrefix": prefix, "keyKind": kind}
