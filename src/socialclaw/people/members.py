"""Members: the people of a workspace, and the part that each has in it. Every workspace that has people has an owner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from socialclaw.billing import granting
from socialclaw.db.base import Scope, iso
from socialclaw.db.mail import Mail
from socialclaw.db.people import Membership, User
from socialclaw.db.planning import ComposerDraft
from socialclaw.db.workspaces import Workspace, hold
from socialclaw.errors import Conflict, Forbidden, NotFound
from socialclaw.mail import outbox
from socialclaw.people.roles import ORDER, RoleRequired, at_least, known
from socialclaw.people.sessions import end_all
from socialclaw.settings import Settings
from socialclaw.workspaces import tenants

MOST_NAMED = 5  # people that a refusal names


class LastOwner(Conflict):
    """A workspace keeps an owner."""

    code = "last_owner"


def join(session: Session, user: User, workspace: Workspace, role: str) -> Membership:
    """Make somebody a member, or lift the role of one who is; nobody loses anything by it."""
    if user.realm == "test" and workspace.mode != "test":
        message = "Who signed in at a simulated identity provider comes into test workspaces only"
        raise Forbidden(message, code="simulated_person")
    row = session.get(Membership, (user.id, workspace.id), with_for_update=True)
    if row is None:
        row = Membership(user_id=user.id, workspace_id=workspace.id, role=role)
        session.add(row)
    elif at_least(role, row.role):
        row.role = role
    session.flush()
    if workspace.mode == "live":
        _as_in(session, workspace, user.id, row)
    return row


def _as_in(session: Session, workspace: Workspace, user_id: str, row: Membership | None) -> None:
    """What somebody is in a live workspace, they are in its twin; `row` None: no member any more."""
    twin = tenants.twin(session, workspace) if workspace.mode == "live" else None
    if twin is None:
        return
    there = session.get(Membership, (user_id, twin.id), with_for_update=True)
    if row is None:
        if there:
            session.delete(there)
    elif there:
        there.role = row.role
    else:
        session.add(Membership(user_id=user_id, workspace_id=twin.id, role=row.role))
    session.flush()


def new_twin(session: Session, settings: Settings, workspace_id: str) -> Workspace:
    """A test workspace for a live one, with the same people in the same parts."""
    _has_sandbox(settings)
    row = session.get_one(Workspace, workspace_id, with_for_update=True)
    made = tenants.make_twin(session, row)
    for member in session.scalars(select(Membership).where(Membership.workspace_id == row.id)).all():
        _as_in(session, row, member.user_id, member)
    return made


def _has_sandbox(settings: Settings) -> None:
    if settings.sandbox == "off":
        raise Conflict("A test workspace needs the simulated networks, and the operator has switched them off", code="sandbox_off")


def new_workspace(session: Session, settings: Settings, user_id: str, name: str, mode: str, *, twin: bool = False) -> Workspace:
    """A new workspace, of which they are the owner, as they are of its `twin`.

    Who owns one may make others; a server's first is made on the server.
    """
    user = session.get_one(User, user_id)
    owned = select(Membership.workspace_id).where(Membership.user_id == user_id, Membership.role == "owner").limit(1)
    if session.scalar(owned) is None:
        raise Forbidden("Who owns no workspace makes none: ask an owner, or the operator", code="workspace_not_yours_to_make")
    if mode == "test":
        _has_sandbox(settings)
    space = tenants.create(session, name, mode)
    join(session, user, space, "owner")
    granting.begin(session, settings, space, user)
    if twin:
        new_twin(session, settings, space.id)
    return space


def listed(scope: Scope) -> Sequence[tuple[Membership, User]]:
    """Every member, in the order in which they came."""
    query = select(Membership, User).join(User, User.id == Membership.user_id).where(Membership.workspace_id == scope.workspace_id)
    return [(row, user) for row, user in scope.session.execute(query.order_by(Membership.joined_at, Membership.user_id))]


def having(scope: Scope, least: str) -> list[str]:
    """Some people whose role is at least this: their names, or what else tells them."""
    named = [user.name or user.email or user.id for row, user in listed(scope) if at_least(row.role, least)]
    return named[:MOST_NAMED]


def change(scope: Scope, user_id: str, role: str, *, by: str, billing_admin: bool | None = None) -> tuple[Membership, User]:
    """Give a member another role; who has less than before is signed out.

    Nobody gives, or takes, more than they have themselves (`by`: their role).
    """
    row, user = _one(scope, user_id)
    was = row.role
    _within(by, known(role), was)
    if billing_admin is not None and by != "owner":
        raise RoleRequired("Only an owner says who may buy", role="owner", own=by, needs="pay")
    if row.role == "owner" != role:
        _not_the_last(scope)
    row.role = role
    if billing_admin is not None:
        row.billing_admin = billing_admin
    workspace = scope.session.get_one(Workspace, scope.workspace_id)
    _as_in(scope.session, workspace, user_id, row)
    if not at_least(role, was):
        end_all(scope.session, user_id)
        outbox.drop(scope.session, Mail.user_id == user_id, Mail.workspace_id.in_(_both(scope.session, workspace)))
    return row, user


def remove(scope: Scope, user_id: str, *, by: str | None) -> tuple[Membership, User]:
    """Take a member out, who is signed out by it; `by` None: they leave of their own accord.

    What they were writing and have not sent goes: it was theirs alone, and there is nobody left who could read or delete it.
    """
    row, user = _one(scope, user_id)
    if by is not None:
        _within(by, row.role)
    if row.role == "owner":
        _not_the_last(scope)
    workspace = scope.session.get_one(Workspace, scope.workspace_id)
    scope.session.delete(row)
    _as_in(scope.session, workspace, user_id, None)
    left = _both(scope.session, workspace)
    theirs = ComposerDraft.user_id == user_id, ComposerDraft.workspace_id.in_(left)
    scope.session.execute(delete(ComposerDraft).where(*theirs))
    outbox.drop(scope.session, Mail.user_id == user_id, Mail.workspace_id.in_(left))
    if by is not None:
        end_all(scope.session, user_id)
    return row, user


def _both(session: Session, workspace: Workspace) -> list[str]:
    """A workspace, and the twin in which its people are what they are in it."""
    twin = tenants.twin(session, workspace) if workspace.mode == "live" else None
    return [workspace.id, *([twin.id] if twin else [])]


def _one(scope: Scope, user_id: str) -> tuple[Membership, User]:
    """Of all changes to the members of one workspace, one is made at a time: of two owners who leave at once, one stays."""
    hold(scope)
    row = scope.session.get(Membership, (user_id, scope.workspace_id), populate_existing=True)
    if row is None:
        raise NotFound(f"There is no member {user_id!r} in this workspace", code="member_not_found")
    return row, scope.session.get_one(User, user_id)


def _within(by: str, *roles: str) -> None:
    highest = max(roles, key=ORDER.index)
    if not at_least(by, highest):
        message = f"This concerns the role {highest}, which is more than yours: ask somebody who has it"
        raise RoleRequired(message, role=highest, own=by, needs="members")


def _not_the_last(scope: Scope) -> None:
    owners = select(Membership).where(Membership.workspace_id == scope.workspace_id, Membership.role == "owner")
    if scope.count(owners) < 2:
        raise LastOwner("A workspace keeps an owner: make somebody else one first")


def wire(row: Membership, user: User) -> dict[str, Any]:
    """A member on the wire."""
    return {
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": row.role,
        "billingAdmin": row.billing_admin or row.role == "owner",
        "joinedAt": iso(row.joined_at),
    }
