"""What a transaction has touched is read off its statements, however it was written; and nothing is looked at while nobody listens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update

from socialclaw.billing import ledger
from socialclaw.billing.subscriptions import Row
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.people import UserSession
from socialclaw.db.posts import Attempt, Post, Run, Step
from socialclaw.db.touches import EVERYWHERE, PEOPLE, Touch
from socialclaw.db.workspaces import ApiKey
from socialclaw.lifecycle.changes import Change
from socialclaw.lifecycle.writing import store
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

pytestmark = pytest.mark.usefixtures("both_databases")


class Somebody:
    """Who listens, or does not."""

    def __init__(self, system: System, *, wants: bool = True) -> None:
        self.wants, self.found = wants, set[Touch]()
        system.database.touches.watcher = self

    def wanted(self) -> bool:
        return self.wants

    def touched(self, touches: Iterable[Touch]) -> None:
        self.found.update(touches)

    def taken(self) -> set[Touch]:
        found, self.found = self.found, set()
        return found


async def a_post(system: System, workspace: Member, handle: str = "acme") -> str:
    def make(scope: Scope) -> str:
        account = rows.account(scope, handle)
        return str(rows.post(scope, account, rows.run(scope)).id)

    return await system.write(workspace.id, make, test=True)


async def test_new_rows_are_of_their_workspace(system: System, workspace: Member) -> None:
    somebody = Somebody(system)
    await a_post(system, workspace)
    assert somebody.taken() == {Touch(workspace.id, kind) for kind in ("accounts", "runs", "posts")}


async def test_a_row_that_is_nobody_s_yet_is_told_to_all(system: System, workspace: Member) -> None:
    """A subscription whose workspace is found later, say."""
    row = Row("lemonsqueezy", "7", "pro", "active", None, utc_now(), "test")
    somebody = Somebody(system)
    await system.database.write(ledger.put, row, None)
    assert somebody.taken() == {Touch(EVERYWHERE, "workspace")}
    await system.database.write(ledger.put, row, workspace.id)
    assert somebody.taken() == {Touch(EVERYWHERE, "workspace"), Touch(workspace.id, "workspace")}
    await system.database.write(ledger.put, replace(row, plan="plus"), workspace.id)
    assert somebody.taken() == {Touch(workspace.id, "workspace")}


async def test_changes_are_found_however_they_are_written(system: System, workspace: Member, other_workspace: Member) -> None:
    await system.sequencer.close()
    ours, theirs = await a_post(system, workspace), await a_post(system, other_workspace)
    somebody, both = Somebody(system), {Touch(workspace.id, "posts"), Touch(other_workspace.id, "posts")}

    def one(session: Any) -> None:
        session.get_one(Post, ours).name = "by the row"

    def by_change(session: Any) -> None:
        posts = session.scalars(select(Post).order_by(Post.id)).all()
        store(session, [(post, Change(next_at=utc_now())) for post in posts], utc_now())

    def by_ids(session: Any) -> None:
        session.execute(update(Post).where(Post.id.in_([theirs, "nobody"])).values(name="by ids"))

    def by_id(session: Any) -> None:
        session.execute(update(ApiKey).where(ApiKey.id == workspace.key_id).values(label="x"))

    def by_anything(session: Any) -> None:
        session.execute(update(Post).where(Post.name == "by ids", Post.status == "scheduled").values(name="by what they are"))

    def by_a_query(session: Any) -> None:
        session.execute(update(Post).where(Post.run_id.in_(select(Run.id).where(Run.workspace_id == workspace.id))).values(name="deep"))

    for do, touched in (
        (one, {Touch(workspace.id, "posts")}),
        (by_change, both),
        (by_ids, {Touch(other_workspace.id, "posts")}),
        (by_anything, {Touch(other_workspace.id, "posts")}),
        (by_a_query, {Touch(workspace.id, "posts")}),
        (lambda session: session.add(Attempt(post_id=ours, attempt_no=1, stage="publish", worker_id="w")), {Touch(workspace.id, "posts")}),
        (lambda session: session.execute(update(Attempt).values(ok=True)), {Touch(workspace.id, "posts")}),
        (lambda session: session.add(Step(post_id=theirs, name="s", done=True, fence=1)), {Touch(other_workspace.id, "posts")}),
        (lambda session: session.execute(delete(Step).where(Step.post_id == theirs)), {Touch(other_workspace.id, "posts")}),
        (
            lambda session: session.execute(update(ApiKey).where(ApiKey.id == workspace.key_id).values(label="x")),
            {Touch(workspace.id, "keys")},
        ),
        (lambda session: session.execute(delete(UserSession)), {Touch(EVERYWHERE, PEOPLE)}),
        (lambda session: session.scalars(select(Post)).all(), set()),
        (lambda session: session.execute(delete(Post).where(Post.id == ours)), {Touch(workspace.id, "posts")}),
    ):
        await system.database.write(do)
        assert somebody.taken() == touched, do


async def test_while_nobody_listens_no_statement_is_added_and_none_looked_at(system: System, workspace: Member) -> None:
    Somebody(system, wants=False)
    engine = system.database._writer.engine if system.database.is_sqlite else system.database.async_engine.sync_engine
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: said.append(statement))
    post = await a_post(system, workspace)
    quiet = len(said)
    assert not engine.dispatch.before_execute, "the hook is not there at all"
    somebody = Somebody(system)
    await a_post(system, workspace, "other")
    assert len(said) == 2 * quiet, "what is inserted says itself whose it is"
    said.clear()
    await system.database.write(lambda session: session.execute(update(Post).where(Post.id == post).values(name="x")))
    assert len([one for one in said if one.startswith("SELECT")]) == 1
    somebody.wants = False
    said.clear()
    await system.database.write(lambda session: session.execute(update(Post).where(Post.id == post).values(name="y")))
    assert not [one for one in said if one.startswith("SELECT")]
