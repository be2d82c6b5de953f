"""A post that its network has accepted is published: what happens here afterwards does not make it a failed one."""

from __future__ import annotations

import pytest

from socialclaw.media.sweep import sweep
from socialclaw.networks import providers
from socialclaw.publishing.claims import Wanted, claim
from tests.crash import users
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")

DAYS = 86_400
ACCEPTED = ("published", "accepted", None)


async def accepted(desk: Desk) -> tuple[str, str, str]:
    """A post with a picture that Reddit has accepted and may still take away; its account and its picture."""
    account = await desk.connect("reddit")
    provider = providers()["reddit"]
    picture = await users.upload(desk.system, desk.workspace.id, next(s for s in provider.rules.shapes if s.kind == "image"), 1)
    row = await desk.account(account)
    settings = users.required(provider, row.account_type) | {"subreddit": "pictures"}
    [post] = await desk.publish(account, "P", name="Title", assets=[picture], settings=settings)
    await desk.work()
    assert await state(desk, post) == ACCEPTED
    return post, account, picture["id"]


async def state(desk: Desk, post: str) -> tuple[str, str, str | None]:
    found = await desk.post(post)
    return found["status"], found["providerStatus"], found["errorCode"]


@both
async def test_it_stays_published_when_its_account_is_disconnected(desk: Desk) -> None:
    post, account, _ = await accepted(desk)
    assert (await desk.api.delete(f"/v1/accounts/{account}")).status_code == 200
    await desk.wait(DAYS)
    assert await state(desk, post) == ("published", "accepted", "account_disconnected")
    assert (await desk.row(post)).next_at is None, "nobody can ask any more"
    assert await desk.connect("reddit") == account
    await desk.work()
    assert await state(desk, post) == ("published", "published", None)


@both
async def test_it_is_confirmed_without_the_files_that_it_was_made_of(desk: Desk) -> None:
    post, _, picture = await accepted(desk)
    assert (await desk.api.request("DELETE", f"/v1/assets/{picture}", json={"retentionDays": 0})).status_code == 200
    await sweep(desk.system)
    await desk.wait(DAYS)
    assert await state(desk, post) == ("published", "published", None)


@both
async def test_once_deleted_it_is_not_looked_at_any_more(desk: Desk) -> None:
    post, *_ = await accepted(desk)
    assert (await desk.do(post, "delete")).status_code == 200
    calls = len(desk.network("reddit").requests)
    await desk.wait(3 * DAYS)
    assert (await state(desk, post))[1] == "deleted"
    assert len(desk.network("reddit").requests) == calls
    assert all(attempt["finishedAt"] for attempt in await desk.attempts(post))


@both
async def test_a_look_that_was_under_way_does_not_bring_a_deleted_one_back(desk: Desk) -> None:
    post, account, _ = await accepted(desk)
    await desk.pass_time(DAYS)
    [held] = await desk.system.database.write(claim, [Wanted(account, desk.worker.id, 30.0)])
    assert held
    outcome = await desk.worker.engine.attempt(held)
    assert outcome
    assert (await desk.do(post, "delete")).status_code == 200
    await desk.worker.engine.record(outcome, more=False)
    await desk.wait(DAYS)
    assert (await state(desk, post))[1] == "deleted"
