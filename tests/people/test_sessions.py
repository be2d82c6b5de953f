"""Sessions begin anew at each sign-in, end when they are unused, old or ended by hand, and follow real time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from socialclaw.clock import act_for
from socialclaw.db.base import real_now
from socialclaw.db.people import Membership, User, UserSession
from socialclaw.people import sessions
from socialclaw.people.sessions import FRESH, Sessions, SignedIn, SignInAgain, require_fresh
from socialclaw.system import System
from tests.conftest import Member, Person, member, person

pytestmark = pytest.mark.usefixtures("both_databases")


async def found(system: System, someone: Person) -> SignedIn | None:
    """Who a fresh process finds behind somebody's cookie."""
    there = Sessions(system.database, system.settings)
    try:
        return await there.find(someone.secret)
    finally:
        await there.close()


async def aged(system: System, **columns: datetime) -> None:
    await system.database.write(lambda session: session.execute(update(UserSession).values(**columns)))


async def test_a_session_leads_to_its_person_and_their_workspaces(system: System, workspace: Member, other_workspace: Member) -> None:
    someone = await person(system, (workspace.id, "editor"), (other_workspace.id, "owner"))
    who = await found(system, someone)
    assert who is not None
    assert (who.user_id, who.kind, who.last) == (someone.id, "web", workspace.id)
    assert {seat.workspace_id: seat.role for seat in who.seats} == {workspace.id: "editor", other_workspace.id: "owner"}
    assert (who.seat() or who.seats[1]).workspace_id == workspace.id
    assert (asked := who.seat(other_workspace.id)) is not None
    assert asked.role == "owner"
    assert who.seat("tenant_unknown") is None


@pytest.mark.parametrize(("kind", "idle", "life"), [("web", 14, 90), ("mobile", 60, 365)])
async def test_a_session_ends_unused_or_old(system: System, workspace: Member, kind: str, idle: int, life: int) -> None:
    someone, now = await person(system, (workspace.id, "owner"), kind=kind), real_now()
    soon = timedelta(minutes=5)
    await aged(system, seen_at=now - timedelta(days=idle) + soon)
    assert await found(system, someone)
    await aged(system, seen_at=now - timedelta(days=idle) - soon)
    assert await found(system, someone) is None
    assert await system.database.read(sessions.listed, system.settings.sign_in, someone.id) == []
    await aged(system, seen_at=now, expires_at=now - soon)
    assert await found(system, someone) is None
    row = await system.database.read(lambda session: session.scalars(select(UserSession)).one())
    assert row.created_at + timedelta(days=life) > now, "it was to last so long"


async def test_a_session_that_is_used_lives_on_to_the_minute(system: System, workspace: Member) -> None:
    someone = await person(system, (workspace.id, "owner"))
    await aged(system, seen_at=real_now() - timedelta(days=10))
    assert await found(system, someone)
    seen = await system.database.read(lambda session: session.scalar(select(UserSession.seen_at)))
    assert real_now() - seen < timedelta(minutes=1)


async def test_rehearsed_time_moves_no_session(system: System, workspace: Member) -> None:
    with act_for(workspace.id, datetime(2044, 1, 1, tzinfo=UTC)):
        someone = await person(system, (workspace.id, "owner"))
        who = await found(system, someone)
        assert who is not None
        assert who.fresh
        assert who.since.year < 2044


async def test_only_who_has_just_signed_in_is_fresh(system: System, workspace: Member) -> None:
    someone, now = await person(system, (workspace.id, "owner")), real_now()
    await aged(system, created_at=now - FRESH + timedelta(seconds=30))
    who = await found(system, someone)
    assert who is not None
    require_fresh(who)
    await aged(system, created_at=now - FRESH - timedelta(seconds=30))
    who = await found(system, someone)
    assert who is not None
    with pytest.raises(SignInAgain) as refused:
        require_fresh(who)
    assert refused.value.details == {"minutes": 15}


async def test_ended_is_ended_and_another_ones_cannot_be_ended(system: System, workspace: Member) -> None:
    one, two = await person(system, (workspace.id, "owner")), await person(system, (workspace.id, "owner"))
    with pytest.raises(Exception, match="no session"):
        await system.database.write(sessions.end, two.id, one.session_id)
    await system.database.write(sessions.end, one.id, one.session_id)
    assert await found(system, one) is None
    assert await found(system, two)


async def test_sessions_past_their_end_are_forgotten_when_somebody_signs_in(system: System, workspace: Member) -> None:
    await person(system, (workspace.id, "owner"))
    await aged(system, expires_at=real_now() - timedelta(seconds=1))
    await person(system, (workspace.id, "owner"))
    assert await system.database.read(lambda session: session.scalar(select(func.count()).select_from(UserSession))) == 1


async def test_who_is_known_by_a_simulated_provider_alone_comes_into_no_live_workspace(system: System, workspace: Member) -> None:
    live = await member(system, "Live", "live")
    someone = await person(system, (live.id, "owner"), (workspace.id, "owner"), realm="test")
    who = await found(system, someone)
    assert who is not None
    assert [seat.workspace_id for seat in who.seats] == [workspace.id]


async def test_the_secret_is_in_no_column(system: System, owner: Person) -> None:
    [row] = await system.database.read(lambda session: session.execute(select(UserSession.__table__)).all())
    assert owner.secret not in repr(row)


async def test_a_deleted_person_has_no_session_and_no_membership(system: System, owner: Person) -> None:
    await system.database.write(lambda session: session.delete(session.get_one(User, owner.id)))
    left = await system.database.read(lambda session: [*session.scalars(select(UserSession)), *session.scalars(select(Membership))])
    assert left == []
