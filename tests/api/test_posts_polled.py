"""A list that is asked for again and again is as new as at the first time, whoever has changed it, and is made anew only then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.db.database import Database
from socialclaw.db.posts import Post
from socialclaw.publishing import listing, page_cache
from socialclaw.publishing.page_cache import Pages
from socialclaw.publishing.posts import PostFilter
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

pytestmark = pytest.mark.usefixtures("both_databases")
NOW = utc_now()


async def store(system: System, workspace: Member, count: int) -> list[str]:
    def make(scope: Scope) -> list[str]:
        account, run, due = rows.account(scope, new_id("name")), rows.run(scope), utc_now() + timedelta(days=1)
        return [rows.post(scope, account, run, publish_at=due + timedelta(minutes=n), position=n).id for n in range(count)]

    return await system.write(workspace.id, make, test=True)


CHANGES: dict[str, Callable[[Session, str], Any]] = {
    "a status": lambda session, post: session.execute(update(Post).where(Post.id == post).values(status="failed")),
    "back to what it was": lambda session, post: session.execute(update(Post).where(Post.id == post).values(status="scheduled")),
    "the order": lambda session, post: session.execute(update(Post).where(Post.id == post).values(publish_at=NOW + timedelta(days=9))),
    "the number": lambda session, post: session.execute(delete(Post).where(Post.id == post)),
}


async def test_what_another_process_changes_is_seen_at_once(system: System, workspace: Member, api: httpx2.AsyncClient) -> None:
    ids = await store(system, workspace, 3)
    other = Database(system.settings.database)  # no connection of it is known to the service
    try:
        for what, change in CHANGES.items():
            before = [(await api.get("/v1/posts")).json() for _ in range(3)]
            assert before[0] == before[1] == before[2]
            await other.write(change, ids[1])
            after = (await api.get("/v1/posts")).json()
            made = await system.read(
                workspace.id, listing.page, PostFilter(), limit=100, links=system.links(workspace.id, test=True), test=True
            )
            assert after != before[2], what
            assert ([post["id"] for post in after["posts"]], after["total"]) == (_ids(made[0]), made[1]), what
    finally:
        await other.close()


def _ids(made: listing.Rows) -> list[str]:
    import msgspec

    return [post["id"] for post in msgspec.json.decode(made)]


async def test_it_is_made_anew_only_where_something_has_changed(
    system: System, workspace: Member, other_workspace: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(system, workspace, 2)
    await store(system, other_workspace, 1)
    made: list[str] = []
    page = listing.page

    def counted(scope: Scope, *args: Any, **kwargs: Any) -> Any:
        made.append(scope.workspace_id)
        return page(scope, *args, **kwargs)

    monkeypatch.setattr(listing, "page", counted)
    kept = Pages(system)
    totals = [(await kept.page(workspace.id, PostFilter(), limit=10, offset=0, test=True))[1] for _ in range(5)]
    assert (totals, made) == ([2] * 5, [workspace.id] * 2), "once, once more to keep it, and then no more"
    totals = [(await kept.page(other_workspace.id, PostFilter(), limit=10, offset=0, test=True))[1] for _ in range(5)]
    assert (totals, made[2:]) == ([1] * 5, [other_workspace.id] * 2), "nobody is given another one's page"
    await kept.page(workspace.id, PostFilter(), limit=1, offset=0, test=True)
    await kept.page(workspace.id, PostFilter(), limit=1, offset=1, test=True)
    await kept.page(workspace.id, PostFilter(status="failed"), limit=1, offset=0, test=True)
    assert len(made) == 7, "another question is another page"


async def test_it_keeps_as_much_as_it_may(system: System, workspace: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    await store(system, workspace, 3)
    kept = Pages(system)
    one = len(bytes((await kept.page(workspace.id, PostFilter(), limit=1, offset=0, test=True))[0]))
    monkeypatch.setattr(page_cache, "MOST_BYTES", one * 2 + 10)
    for _ in range(3):
        for offset in range(3):
            await kept.page(workspace.id, PostFilter(), limit=1, offset=offset, test=True)
            assert kept._bytes <= one * 2 + 10
    assert kept._bytes > one
