"""Moving several posts to other times: all of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from socialclaw.db.base import Scope, iso
from socialclaw.db.posts import Post
from socialclaw.errors import InvalidRequest, SocialClawError
from socialclaw.publishing import editing
from socialclaw.publishing.editing import Ready, Wanted
from socialclaw.settings import Settings
from socialclaw.system import System

MOST = 100  # posts at a time


@dataclass(frozen=True, slots=True)
class Move:
    """One post, and when it is to go out; only if it is as it was at `if_updated_at`, where that is said."""

    post_id: str
    publish_at: datetime
    if_updated_at: datetime | None = None


async def move(system: System, workspace_id: str, moves: Sequence[Move], *, by: str | None, test: bool) -> None:
    """Move these posts; each is judged as if it were edited alone. An error says which of them it is about."""
    if not 1 <= len(moves) <= MOST:
        raise InvalidRequest(f"Name 1 to {MOST} posts", code="moves_invalid", path="posts", maxItems=MOST)
    if len({one.post_id for one in moves}) < len(moves):
        raise InvalidRequest("A post is named twice", code="moves_invalid", path="posts")
    ready = []
    for number, one in enumerate(moves):
        since = iso(one.if_updated_at) if one.if_updated_at else None
        wanted = Wanted({"publish_at": iso(one.publish_at)}, since, with_replies=False, by=by)
        with _of(number, one):
            ready.append(await editing.ready(system, workspace_id, one.post_id, wanted, test=test))
    await system.write(workspace_id, _all, moves, ready, system.settings, test=test)


def _all(scope: Scope, moves: Sequence[Move], ready: Sequence[Ready], settings: Settings) -> None:
    for number in sorted(range(len(moves)), key=lambda place: moves[place].post_id):  # rows are locked in the order of their ids
        with _of(number, moves[number]):
            editing.change(scope, ready[number], settings)


def updated(scope: Scope, post_ids: Sequence[str]) -> list[dict[str, Any]]:
    """When each of these goes out now, and the `updatedAt` by which it is moved again."""
    rows = {row.id: row for row in scope.session.scalars(scope.all(Post).where(Post.id.in_(post_ids)))}
    found = [rows[one] for one in post_ids if one in rows]
    return [{"id": row.id, "publishAtUtc": iso(row.publish_at), "updatedAt": iso(row.updated_at)} for row in found]


class _of:
    """Errors of one of several posts say which."""

    def __init__(self, number: int, one: Move) -> None:
        self.where, self.post_id = f"posts[{number}]", one.post_id

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, SocialClawError):
            path = error.details.get("path")
            error.details |= {"path": f"{self.where}.{path}" if path else self.where, "postId": self.post_id}
            for issue in error.details.get("issues", ()):
                issue["path"] = f"{self.where}.{issue['path']}".rstrip(".")
