"""Members: nobody gives or takes more than they have, who loses something is signed out, and an owner always remains."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from sqlalchemy import func, select

from socialclaw.db.base import Scope
from socialclaw.db.people import Membership, User, UserSession
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Forbidden, NotFound, SocialClawError
from socialclaw.people import members
from socialclaw.people.members import LastOwner
from socialclaw.people.roles import ORDER, RoleRequired, at_least
from socialclaw.system import System
from tests.conftest import Member, Person, member, person

pytestmark = pytest.mark.usefixtures("both_databases")


async def role_of(system: System, workspace: Member, someone: Person) -> str | None:
    return await system.database.read(
        lambda session: session.scalar(
            select(Membership.role).where(Membership.user_id == someone.id, Membership.workspace_id == workspace.id)
        )
    )


async def test_nobody_gives_or_takes_more_than_they_have(system: System, workspace: Member, owner: Person) -> None:
    for by, was, to in itertools.product(ORDER, repeat=3):
        someone = await person(system, (workspace.id, was))
        refused = None
        try:
            await system.write(workspace.id, members.change, someone.id, to, by=by, test=True)
        except RoleRequired as error:
            refused = error.details["role"]
        allowed = at_least(by, was) and at_least(by, to)
        assert refused in ((None,) if allowed else (was, to)), (by, was, to)
        assert await role_of(system, workspace, someone) == (to if allowed else was)


async def test_who_loses_something_is_signed_out_and_who_gains_is_not(system: System, workspace: Member, owner: Person) -> None:
    someone = await person(system, (workspace.id, "editor"))

    async def signed_in() -> bool:
        query = select(func.count()).select_from(UserSession).where(UserSession.user_id == someone.id)
        return bool(await system.database.read(lambda session: session.scalar(query)))

    await system.write(workspace.id, members.change, someone.id, "admin", by="owner", test=True)
    assert await signed_in()
    await system.write(workspace.id, members.change, someone.id, "viewer", by="owner", test=True)
    assert not await signed_in()


async def test_the_last_owner_neither_leaves_nor_becomes_less(system: System, workspace: Member, owner: Person) -> None:
    for do, more in ((members.change, ("admin",)), (members.remove, ())):
        with pytest.raises(LastOwner):
            await system.write(workspace.id, do, owner.id, *more, by="owner", test=True)
    assert await role_of(system, workspace, owner) == "owner"


async def test_of_two_owners_who_leave_at_once_one_stays(system: System, workspace: Member, owner: Person) -> None:
    other = await person(system, (workspace.id, "owner"))

    async def leave(someone: Person) -> bool:
        try:
            await system.write(workspace.id, members.remove, someone.id, by=None, test=True)
        except LastOwner:
            return False
        return True

    assert sorted(await asyncio.gather(leave(owner), leave(other))) == [False, True]


async def test_a_member_of_another_workspace_is_none_of_this_one(system: System, workspace: Member, other_owner: Person) -> None:
    for do, more in ((members.change, ("viewer",)), (members.remove, ())):
        with pytest.raises(NotFound) as refused:
            await system.write(workspace.id, do, other_owner.id, *more, by="owner", test=True)
        assert refused.value.code == "member_not_found"


async def test_only_an_owner_says_who_may_buy(system: System, workspace: Member, owner: Person) -> None:
    someone = await person(system, (workspace.id, "admin"))
    with pytest.raises(RoleRequired):
        await system.write(workspace.id, members.change, someone.id, "admin", by="admin", billing_admin=True, test=True)
    row, _ = await system.write(workspace.id, members.change, someone.id, "admin", by="owner", billing_admin=True, test=True)
    assert row.billing_admin


async def test_joining_again_takes_nothing_away(system: System, workspace: Member, owner: Person) -> None:
    def again(scope: Scope) -> None:
        members.join(scope.session, scope.session.get_one(User, owner.id), scope.session.get_one(Workspace, scope.workspace_id), "viewer")

    await system.write(workspace.id, again, test=True)
    assert await role_of(system, workspace, owner) == "owner"


async def test_a_person_of_a_simulated_provider_joins_no_live_workspace(system: System) -> None:
    live = await member(system, "Live", "live")
    someone = await person(system, realm="test")

    def into(scope: Scope) -> None:
        members.join(scope.session, scope.session.get_one(User, someone.id), scope.session.get_one(Workspace, scope.workspace_id), "viewer")

    with pytest.raises(Forbidden) as refused:
        await system.write(live.id, into)
    assert refused.value.code == "simulated_person"


async def test_a_role_that_is_nearly_right_is_named(system: System, workspace: Member, owner: Person) -> None:
    with pytest.raises(SocialClawError) as refused:
        await system.write(workspace.id, members.change, owner.id, "contributr", by="owner", test=True)
    assert refused.value.code == "role_unknown"
    assert "did you mean contributor?" in refused.value.message
