"""Who works on which post: lanes, order, leases and fences, on both databases."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialclaw import clock
from socialclaw.clock import elapsed
from socialclaw.db.base import utc_now
from socialclaw.db.database import Database
from socialclaw.db.posts import Lane, Post
from socialclaw.errors import Uncertain
from socialclaw.providers.draft import Published
from socialclaw.publishing import outcomes
from socialclaw.publishing.claims import Claim, Wanted, claim, renew
from socialclaw.publishing.record import record
from socialclaw.publishing.steps import DurableSteps, Superseded
from socialclaw.sending import look
from tests.publishing.desk import Desk

pytestmark = pytest.mark.usefixtures("both_databases")

LEASE = 30.0


async def take(desk: Desk, *accounts: str, worker: str = "first", database: Database | None = None) -> list[Claim | None]:
    return await (database or desk.system.database).write(claim, [Wanted(account, worker, LEASE) for account in accounts])


async def one(desk: Desk, account: str, worker: str = "first") -> Claim:
    [held] = await take(desk, account, worker=worker)
    assert held is not None
    return held


async def end(desk: Desk, held: Claim) -> None:
    await desk.system.database.write(record, [outcomes.unknown(held, "over")])


async def lanes(desk: Desk) -> Sequence[Lane]:
    return await desk.system.database.read(lambda session: list(session.scalars(select(Lane))))


async def test_due_posts_of_an_account_are_taken_one_at_a_time_and_in_order(desk: Desk) -> None:
    account = await desk.connect()
    posts = await desk.publish(account, "First", "Second", "Third")
    taken = []
    for _ in posts:
        held = await one(desk, account)
        assert await take(desk, account, worker="second") == [None], "its lane is taken"
        taken.append(held.post.id)
        await end(desk, held)
    assert taken == posts
    assert await take(desk, account) == [None]
    assert await lanes(desk) == []


async def test_an_earlier_post_goes_first_whatever_was_applied_first(desk: Desk) -> None:
    account = await desk.connect()
    [later] = await desk.publish(account, "Applied first")
    await desk.pass_time(5)
    run = await desk.apply({"account": account, "description": "Due before", "publish_at": utc_now().isoformat()})
    await desk.pass_time(60)
    first, second = await one(desk, account), None
    assert first.post.id == later
    await end(desk, first)
    second = await one(desk, account)
    assert second.post.id == run["posts"][0]["id"]


async def test_what_is_not_due_is_not_taken(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "Far away", publish_at="2035-01-01T00:00:00Z")
    assert await take(desk, account) == [None]
    assert await lanes(desk) == []


async def test_accounts_do_not_wait_for_each_other(desk: Desk) -> None:
    ada, grace = await desk.connect(), await desk.connect(who="grace")
    await desk.publish(ada, "Ada")
    await desk.publish(grace, "Grace")
    await one(desk, ada)
    [held] = await take(desk, grace, worker="second")
    assert held
    assert held.post.description == "Grace"


async def test_two_hints_for_one_account_in_one_group_give_one_claim(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "Once", "Twice")
    first, second = await take(desk, account, account)
    assert first is not None
    assert second is None


async def test_workers_that_race_never_get_the_same_account(desk: Desk) -> None:
    accounts = [await desk.connect("telegram", f"user{n}") for n in range(8)]
    for account in accounts:
        await desk.publish(account, f"For {account}")
    others = [Database(desk.system.settings.database) for _ in range(3)]
    try:
        taken = await asyncio.gather(
            *(take(desk, *accounts, worker=f"worker {n}", database=database) for n, database in enumerate(others)),
            *(take(desk, account, worker="apart") for account in accounts),
        )
    finally:
        for database in others:
            await database.close()
    held = [c.post.id for claims in taken for c in claims if c]
    assert sorted(held) == sorted(set(held))
    assert len(held) == len(accounts)


async def test_a_dead_workers_post_is_taken_when_its_lease_ends_and_before_all_others(desk: Desk) -> None:
    account = await desk.connect()
    first, *_ = await desk.publish(account, "First", "Second", "Third")
    await one(desk, account)
    await desk.pass_time(LEASE - 5)
    assert await take(desk, account, worker="second") == [None]
    await desk.pass_time(6)
    held = await one(desk, account, worker="second")
    assert (held.post.id, held.fence, held.attempt_no) == (first, 2, 2)
    died, now = await desk.attempts(first)
    assert (died["code"], died["ok"], died["retryable"]) == ("worker_lost", False, True)
    assert (now["finishedAt"], now["workerId"]) == (None, "second")


async def test_what_a_dead_worker_left_keeps_its_place_even_where_it_is_freed_during_a_claim(desk: Desk) -> None:
    """Whoever claims looks while the lane is taken, and gets to it once it has been freed: the next post must not slip in."""
    account = await desk.connect()
    first, *_ = await desk.publish(account, "First", "Second")
    await one(desk, account, worker="dead")
    freed, looked = threading.Event(), threading.Event()

    def free(session: Session) -> None:
        now = utc_now()
        session.execute(update(Post).where(Post.id == first).values(next_at=now))
        session.execute(update(Lane).values(until=now))
        freed.set()
        looked.wait(10)

    async def meanwhile() -> None:
        other = Database(desk.system.settings.database)
        try:
            await other.write(free)
        finally:
            await other.close()

    freeing = asyncio.create_task(asyncio.to_thread(asyncio.run, meanwhile()))
    await asyncio.to_thread(freed.wait)
    claiming = asyncio.create_task(take(desk, account, worker="second"))
    await asyncio.sleep(0.5)
    looked.set()
    await freeing
    [held] = await claiming
    held = held or await one(desk, account, worker="second")
    assert held.post.id == first


async def test_a_restart_frees_what_a_dead_process_of_this_machine_held(desk: Desk) -> None:
    account = await desk.connect()
    dead = desk.worker.id.replace(f":{desk.worker.id.split(':')[1]}:", ":4194305:")  # beyond the largest process id of Linux
    first, _ = await desk.publish(account, "First", "Second")
    await one(desk, account, worker=dead)
    await desk.system.database.write(desk.worker._presence.sign_in)
    assert (await one(desk, account, worker="second")).post.id == first


async def test_a_worker_that_lives_keeps_what_it_holds(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "First")
    await one(desk, account, worker=desk.worker.id.rpartition(":")[0].replace(desk.worker.id.split(":")[1], "1") + ":other")
    await desk.system.database.write(desk.worker._presence.sign_in)
    assert await take(desk, account, worker="second") == [None]


async def test_a_renewed_lease_lasts_longer(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "Slow")
    held = await one(desk, account)
    await desk.pass_time(LEASE - 5)
    mine = [(held.post.id, account, held.fence)]
    assert await desk.system.database.write(renew, mine, worker_id="first", lease=LEASE) == set()
    await desk.pass_time(LEASE - 5)
    assert await take(desk, account, worker="second") == [None]
    await desk.pass_time(6)
    await one(desk, account, worker="second")
    assert await desk.system.database.write(renew, mine, worker_id="first", lease=LEASE) == {(held.post.id, held.fence)}
    assert [lane.worker_id for lane in await lanes(desk)] == ["second"]


@pytest.mark.parametrize("outcome", ["published", "failed", "later"])
async def test_a_renewal_that_comes_after_the_outcome_changes_nothing(desk: Desk, outcome: str) -> None:
    """It was asked for while the post was held, and waited behind what wrote the outcome."""
    account = await desk.connect()
    [post] = await desk.publish(account, "Just in time")
    held, now = await one(desk, account), utc_now()
    written = {
        "published": lambda: outcomes.published(held, Published("1", "https://x.com/1"), now=now, confirm=3600),
        "failed": lambda: outcomes.unknown(held, "over"),
        "later": lambda: outcomes.waiting(held, seconds=5, why="It takes a while", now=now),
    }[outcome]()
    await desk.system.database.write(record, [written])
    before = await desk.post(post)
    stale = [(post, account, held.fence)]
    assert await desk.system.database.write(renew, stale, worker_id="first", lease=LEASE) == {(post, held.fence)}
    assert await desk.post(post) == before
    assert await lanes(desk) == []


async def test_a_renewal_of_an_older_claim_leaves_a_newer_one_of_the_same_worker_alone(desk: Desk) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "In two parts")
    first = await one(desk, account)
    await desk.system.database.write(record, [outcomes.waiting(first, seconds=0, why="It takes a while", now=utc_now())])
    second, ended = await one(desk, account), asyncio.Event()
    under_way = asyncio.create_task(ended.wait())
    desk.worker._held[post] = (first, under_way)  # type: ignore[assignment]
    renewal = asyncio.create_task(desk.worker._renew())
    await asyncio.sleep(0)  # it has looked at what is held
    desk.worker._held[post] = (second, under_way)  # type: ignore[assignment]
    await renewal
    assert not under_way.cancelling(), "the claim that is held now goes on"
    ended.set()
    await under_way


async def test_a_late_worker_writes_nothing(desk: Desk) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "Contested")
    late = await one(desk, account)
    await desk.pass_time(LEASE + 1)
    now = await one(desk, account, worker="second")
    sent: list[str] = []

    async def send() -> str:
        sent.append("by the late one")
        return "1"

    steps = DurableSteps(late, desk.worker.engine.attempts.steps)
    with pytest.raises(Superseded):
        await steps.irreversible("create", send)
    with pytest.raises(Superseded):
        await steps.once("upload", send)
    await end(desk, late)
    found = await desk.post(post)
    assert (found["status"], found["errorCode"]) == ("publishing", None)
    assert [lane.worker_id for lane in await lanes(desk)] == ["second"]
    assert await desk.steps(post) == {}
    await end(desk, now)
    assert (await desk.post(post))["errorCode"] == "publish_outcome_unknown"
    assert sent == ["by the late one"], "the step that may be repeated ran; the irreversible one did not"


async def test_a_pause_between_mark_and_call_as_long_as_half_a_lease_gives_up(desk: Desk) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "Asleep")
    held = await one(desk, account)
    held.lease.until -= LEASE / 2
    sent: list[bool] = []

    async def send() -> None:
        look()
        sent.append(True)

    with pytest.raises(Superseded):
        await DurableSteps(held, desk.worker.engine.attempts.steps).irreversible("create", send)
    assert (sent, await desk.steps(post)) == ([], {})


async def test_a_pause_in_the_middle_of_the_call_leaves_its_outcome_open(desk: Desk) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "Half asleep")
    held = await one(desk, account)

    async def send() -> None:
        look()
        held.lease.until -= LEASE / 2
        look()

    with pytest.raises(Uncertain):
        await DurableSteps(held, desk.worker.engine.attempts.steps).irreversible("create", send)
    assert await desk.steps(post) == {"create": False}


async def test_a_renewed_lease_lets_a_long_call_go_on_and_a_lost_one_does_not(desk: Desk) -> None:
    """Whoever wakes up may write again only once the tables have said that the post is still theirs."""
    account = await desk.connect()
    [post] = await desk.publish(account, "Long")
    held, ended = await one(desk, account, worker=desk.worker.id), asyncio.Event()
    under_way = asyncio.create_task(ended.wait())
    desk.worker._held[post] = (held, under_way)  # type: ignore[assignment]
    held.lease.until = asleep = elapsed() - 1
    await desk.worker._renew()
    assert held.lease.until > elapsed()
    held.lease.until = asleep
    await desk.pass_time(LEASE + desk.system.settings.lease_seconds)
    assert (await one(desk, account, worker="another")).fence > held.fence
    await desk.worker._renew()
    assert held.lease.until == asleep
    with pytest.raises(asyncio.CancelledError):
        await under_way


@pytest.mark.parametrize("hours", [-48, 48])
async def test_a_clock_that_is_set_in_the_middle_neither_ends_a_lease_nor_prolongs_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "Set")
    held, log = await one(desk, account), desk.worker.engine.attempts.steps

    async def send() -> str:
        moved = clock.now() + timedelta(hours=hours)
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now", lambda: moved)
            look()
        return "sent"

    assert await DurableSteps(held, log).irreversible("first", send) == "sent"
    held.lease.until -= LEASE
    with pytest.raises(Superseded):
        await DurableSteps(held, log).irreversible("second", send)
    assert await desk.steps(post) == {"first": True}


async def test_what_is_remembered_is_not_done_again(desk: Desk) -> None:
    account = await desk.connect()
    await desk.publish(account, "Halfway")
    done: list[str] = []

    async def do(what: str) -> dict[str, Any]:
        done.append(what)
        return {"id": what}

    for worker in ("first", "second"):
        held = await one(desk, account, worker=worker)
        steps = DurableSteps(held, desk.worker.engine.attempts.steps)
        assert await steps.once("upload", do, "upload") == {"id": "upload"}
        assert await steps.irreversible("create", do, "create") == {"id": "create"}
        await desk.pass_time(LEASE + 1)
    assert done == ["upload", "create"]


async def test_an_outcome_takes_the_accounts_next_due_post_with_it(desk: Desk) -> None:
    account = await desk.connect()
    _, second = await desk.publish(account, "First", "Second")
    outcome = outcomes.unknown(await one(desk, account), "over")
    outcome.wanted = Wanted(account, "first", LEASE)
    [following] = await desk.system.database.write(record, [outcome])
    assert following.claim
    assert following.claim.post.id == second
    assert [lane.post_id for lane in await lanes(desk)] == [second]
