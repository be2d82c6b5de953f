"""Through kills of whoever records, numbers, sends and notes: each event that was committed is delivered, under its own id."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import utc_now
from socialclaw.db.webhooks import Delivery
from socialclaw.events import sequencer
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.crash.processes import run_worker
from tests.events.followed import happened
from tests.forked import context
from tests.webhooks.post_office import PostOffice
from tests.webhooks.receiver import Receiver

# At which of a worker's writes it dies, right before the commit or right after it. The first are its signing in; then come the numbering of
# events, the taking of lanes, the notes of what was sent, and the leaving of lanes, between those of its other duties.
KILLS = [(number, moment) for number in range(2, 9) for moment in ("before", "after")]
PATIENCE = 60.0


@pytest.mark.usefixtures("both_databases")
async def test_each_committed_event_is_delivered_whoever_is_killed_between_its_commit_and_the_note_of_its_delivery(
    office: PostOffice, receiver: Receiver, settings: Settings, system: System
) -> None:
    hook = await office.add(receiver.url, types=["key.*"])
    await system.sequencer.settle()
    system.database.recording.told = None  # the API dies right after each commit: it numbers nothing
    given: dict[str, Any] = {"data_dir": str(settings.data_dir), "database_url": str(settings.database), "sandbox": "off"}
    for number, kill in enumerate(KILLS):
        await office.happen(f"event {number}")
        await worked(system, given, *kill)
    await worked(system, given)
    labels = [event["data"]["key"]["label"] for event in receiver.events if event["data"]["key"]["label"].startswith("event ")]
    assert set(labels) == {f"event {number}" for number in range(len(KILLS))}
    ids = {(event["id"], event["data"]["key"]["label"]) for event in receiver.events}
    assert len(ids) == len(set(labels)), "an event that comes twice is the same one"
    assert len(labels) <= 3 * len(KILLS), "each kill costs one repetition at most, and so does the end of whoever is left"
    told = {event["id"]: event for event in await happened(system, office.api, types="key.*")}
    assert all(told[event["id"]] == event for event in receiver.events)
    assert {each["status"] for each in await office.deliveries(hook, limit=200)} == {"delivered"}


async def worked(system: System, given: dict[str, Any], *kill: Any) -> None:
    """A worker of its own process, until it dies or there is nothing left to be done."""
    process = context.Process(target=run_worker, args=(given, *kill))
    process.start()
    until = time.monotonic() + PATIENCE
    try:
        while process.exitcode is None and await waits(system):
            assert time.monotonic() < until, "it neither dies nor comes to an end"
            await asyncio.sleep(0.05)
    finally:
        process.kill()
        process.join()


async def waits(system: System) -> bool:
    """Whether an event is to be numbered, or to be sent now."""
    read = system.database.read
    return bool(await read(sequencer.due, utc_now(), 1)) or await read(_undelivered)


def _undelivered(session: Session) -> bool:
    return session.scalar(select(Delivery.id).where(Delivery.next_at.is_not(None)).limit(1)) is not None
