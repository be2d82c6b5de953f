"""A clock that is wrong publishes nothing: on SQLite there is no second clock, so what counts is that it was set, or runs behind itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from socialclaw import clock
from socialclaw.db.base import iso, utc_now
from socialclaw.db.workspaces import Worker as Row
from socialclaw.jobs import clock_trust, presence
from socialclaw.work import Worker
from tests.publishing.desk import Desk

HOUR = 3600.0
Set = Callable[[float], None]


@pytest.fixture(autouse=True)
def no_ntp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "synchronized", lambda: False)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Set:
    """`set_clock(seconds)`: this machine's clock is so far ahead of what it was when the test began. Every reader of it sees that."""
    real, ahead = time.time, 0.0

    def now() -> datetime:
        return datetime.fromtimestamp(time.time(), UTC)

    def put(seconds: float) -> None:
        nonlocal ahead
        ahead = seconds

    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    monkeypatch.setattr(clock, "now", now)
    return put


async def begun(desk: Desk, worker: Worker | None = None) -> Worker:
    worker = worker or desk.worker
    await desk.system.database.write(worker._presence.sign_in)
    await worker._presence.beat()
    return worker


async def scheduled(desk: Desk, seconds: float) -> tuple[str, str]:
    account = await desk.connect()
    run = await desk.apply({"account": account, "description": "In an hour", "publish_at": iso(utc_now() + timedelta(seconds=seconds))})
    return account, run["posts"][0]["id"]


async def test_a_clock_that_jumps_two_hours_publishes_nothing_of_the_next_hour(
    desk: Desk, set_clock: Set, caplog: pytest.LogCaptureFixture
) -> None:
    account, post = await scheduled(desk, HOUR)
    worker = await begun(desk)
    set_clock(2 * HOUR)
    await worker.work(account)  # at once, before anybody has looked at the clock
    await worker._start_overdue(utc_now())
    assert (await desk.post(post))["status"] == "scheduled"
    assert desk.seen() == []
    caplog.set_level(logging.WARNING, presence.__name__)
    for _ in range(3):
        await worker._presence.beat()
    assert [r.getMessage()[:51] for r in caplog.records] == ["This machine's clock is 7200 s ahead of where it wa"], "once"
    ill = await desk.api.get("/health")
    assert ill.status_code == 503
    assert "7200 s ahead" in ill.json()["message"]
    assert "7200 s ahead" in ill.json()["details"]["worker"]["trouble"]
    set_clock(0)
    await worker._presence.beat()
    assert (await desk.api.get("/health")).status_code == 200
    await worker.work(account)
    assert (await desk.post(post))["status"] == "scheduled", "its hour has not come"


async def test_a_clock_that_was_put_back_publishes_nothing_either(desk: Desk, set_clock: Set) -> None:
    account = await desk.connect()
    worker = await begun(desk)
    set_clock(-2 * HOUR)
    [post] = await desk.publish(account, "Now, by that clock")
    await worker.work(account)
    assert (await desk.post(post))["status"] == "scheduled"


async def test_what_ntp_has_set_is_believed_and_so_is_a_little(desk: Desk, set_clock: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual machine that was paused comes back late, and NTP sets its clock."""
    account, post = await scheduled(desk, HOUR)
    worker = await begun(desk)
    set_clock(50)
    assert not worker._presence.astray
    set_clock(2 * HOUR)
    assert worker._presence.astray, "nobody vouches for it yet"
    monkeypatch.setattr(presence, "synchronized", lambda: True)
    await worker._presence.beat()
    await worker.work(account)
    assert (await desk.post(post))["status"] == "published"


async def test_a_restart_does_not_make_a_wrong_clock_right(desk: Desk, set_clock: Set) -> None:
    account, post = await scheduled(desk, HOUR)
    await begun(desk)
    set_clock(2 * HOUR)
    successor = await begun(desk, desk.new_worker())
    await successor.work(account)
    assert (await desk.post(post))["status"] == "scheduled"
    trusting = desk.new_worker()
    trusting._presence._trusted = True
    await begun(desk, trusting)
    await trusting.work(account)
    assert (await desk.post(post))["status"] == "published", "the operator has vouched for it"


async def test_a_machine_that_comes_up_behind_what_was_seen_waits_until_its_clock_is_set(
    desk: Desk, set_clock: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.connect()
    await begun(desk)
    monkeypatch.setattr(presence, "boot_id", lambda: "another boot")
    monkeypatch.setattr(clock_trust, "boot_id", lambda: "another boot")
    set_clock(-HOUR)
    [post] = await desk.publish(account, "Early in the morning")
    worker = await begun(desk, desk.new_worker())
    await worker.work(account)
    assert (await desk.post(post))["status"] == "scheduled"
    assert "3600 s behind" in (await desk.api.get("/health")).json()["message"]
    set_clock(30 * 60 + HOUR)  # set right, half an hour later
    await worker._presence.beat()
    await worker.work(account)
    assert (await desk.post(post))["status"] == "published"


async def test_a_long_pause_after_a_boot_is_no_jump(desk: Desk, set_clock: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    account, post = await scheduled(desk, HOUR)
    await begun(desk)
    monkeypatch.setattr(clock_trust, "boot_id", lambda: "another boot")
    await desk.system.database.write(lambda session: session.execute(update(Row).values(boot_id="an earlier boot")))
    set_clock(2 * HOUR)
    worker = await begun(desk, desk.new_worker())
    await worker.work(account)
    assert (await desk.post(post))["status"] == "published"


def test_sleep_is_no_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both clocks go on."""
    now, gone = time.time(), clock.elapsed()
    known = clock_trust.Timekeeping(clock_trust.MOST_JUMP)
    monkeypatch.setattr(time, "time", lambda: now + 9 * HOUR)
    monkeypatch.setattr(clock_trust, "elapsed", lambda: gone + 9 * HOUR)
    assert known.off == 0


def test_the_system_can_be_asked_whether_ntp_keeps_the_clock() -> None:
    assert clock_trust.synchronized() in (True, False, None)
