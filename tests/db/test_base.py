"""Ids, time and ownership, on both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import literal, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from socialclaw.db.base import Base, Scope, UtcTime, iso, new_id, utc_now
from socialclaw.db.database import Database
from socialclaw.db.migrations import metadata
from socialclaw.db.workspaces import ApiKey, Worker, Workspace
from socialclaw.errors import NotFound

NEW_YORK = timezone(timedelta(hours=-5))
MOMENTS = [
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=UTC),  # less than a millisecond
    datetime(2026, 3, 1, 12, 0, 0, 1000, tzinfo=UTC),
    datetime(2026, 3, 1, 7, 0, 0, 2999, tzinfo=NEW_YORK),
    datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]


@pytest.fixture
async def database(database: Database) -> Database:
    await database.write(lambda session: metadata().create_all(session.connection()))
    return database


def test_an_id_says_what_it_is_of_and_when_it_was_made() -> None:
    before, made = new_id("post"), [new_id("post") for _ in range(1000)]
    assert re.fullmatch(r"post_[0-9a-z]{8,}_[0-9a-f]{12}", before)
    assert len(set(made)) == 1000
    stamps = [int(one.split("_")[1], 36) for one in (before, *made)]
    assert stamps == sorted(stamps)
    assert abs(stamps[-1] / 1000 - datetime.now(UTC).timestamp()) < 60


def test_time_on_the_wire_is_utc_with_milliseconds_and_z() -> None:
    assert iso(datetime(2026, 3, 1, 7, 0, 0, 2999, tzinfo=NEW_YORK)) == "2026-03-01T12:00:00.002Z"


def test_now_is_in_whole_milliseconds() -> None:
    assert utc_now().microsecond % 1000 == 0
    assert utc_now().tzinfo is UTC


async def test_times_come_back_the_same_from_both_databases_and_sort(database: Database) -> None:
    def keep(session: Session) -> None:
        for number, moment in enumerate(reversed(MOMENTS)):
            session.add(Worker(id=str(number), started_at=moment, seen_at=moment))

    await database.write(keep)
    found = await database.read(lambda s: list(s.scalars(select(Worker.seen_at).order_by(Worker.seen_at))))
    assert [iso(moment) for moment in found] == [iso(moment) for moment in MOMENTS]
    assert {moment.utcoffset() for moment in found} == {timedelta(0)}
    assert {moment.microsecond % 1000 for moment in found} == {0}


@pytest.mark.parametrize("moment", MOMENTS, ids=iso)
async def test_a_time_is_found_by_itself_and_lies_between_its_neighbours(database: Database, moment: datetime) -> None:
    await database.write(lambda s: s.add(Worker(id="w", started_at=moment, seen_at=moment)))

    def count(session: Session, condition: object) -> int:
        return len(session.scalars(select(Worker).where(condition)).all())  # type: ignore[arg-type]

    assert await database.read(count, Worker.seen_at == moment) == 1
    assert await database.read(count, Worker.seen_at < moment) == 0
    assert await database.read(count, Worker.seen_at > moment - timedelta(seconds=1)) == (1 if moment.year > 1 else 0)


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 1)  # noqa: DTZ001
    with pytest.raises(StatementError, match="no time zone"):
        await database.read(lambda s: s.scalar(select(literal(naive, UtcTime()))))


async def test_documents_come_back_as_they_were(database: Database) -> None:
    from socialclaw.db.accounts import Account

    meta = {"a": [1, 2.5, None, True], "ü": {"nested": "😀"}, "": ""}

    def keep(session: Session) -> None:
        session.add(Workspace(id="tenant_1", name="one"))
        session.flush()
        session.add(Account(id="acct_1", workspace_id="tenant_1", provider="p", handle="h", account_type="t", external_id="1", meta=meta))

    await database.write(keep)
    assert await database.read(lambda s: s.scalar(select(Account.meta))) == meta


async def test_a_workspace_sees_only_its_own_rows(database: Database) -> None:
    def keep(session: Session) -> None:
        for name in ("one", "two"):
            session.add(Workspace(id=f"tenant_{name}", name=name))
            session.flush()
            Scope(session, f"tenant_{name}").add(ApiKey(id=f"key_{name}", operations="*", prefix="p", digest=name, sealed="s"))

    await database.write(keep)

    def look(session: Session) -> tuple[list[str], int]:
        scope = Scope(session, "tenant_one")
        query = scope.all(ApiKey).order_by(ApiKey.id)
        return [key.id for key in session.scalars(query)], scope.count(query)

    assert await database.read(look) == (["key_one"], 1)

    def steal(session: Session, *, lock: bool) -> object:
        return Scope(session, "tenant_one").one(ApiKey, "key_two", lock=lock)

    for lock in (False, True):
        with pytest.raises(NotFound) as told:
            await database.write(steal, lock=lock)
        assert (told.value.code, told.value.status) == ("apikey_not_found", 404)
    assert (await database.read(lambda s: Scope(s, "tenant_two").one(ApiKey, "key_two"))).workspace_id == "tenant_two"


async def test_a_workspace_takes_its_rows_with_it(database: Database) -> None:
    def keep(session: Session) -> None:
        session.add(Workspace(id="tenant_1", name="one"))
        session.flush()
        session.add(ApiKey(workspace_id="tenant_1", operations="*", prefix="p", digest="d", sealed="s"))

    await database.write(keep)
    await database.write(lambda s: s.delete(s.get_one(Workspace, "tenant_1")))
    assert await database.read(lambda s: s.scalars(select(ApiKey)).all()) == []


def test_every_constraint_has_a_name() -> None:
    metadata()
    nameless = [f"{table.name}: {c}" for table in Base.metadata.tables.values() for c in table.constraints if not c.name]
    assert nameless == []
