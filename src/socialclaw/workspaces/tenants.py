"""Workspaces: made, found, listed, shown (as `tenant`, which is their name on the wire)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.billing.plans import NO_PLAN, PLANS
from socialclaw.db.base import Scope, iso, new_id
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, InvalidRequest, NotFound
from socialclaw.workspaces import reckoning

MODES = ("live", "test")
MEDIA_POLICIES = ("strict", "fit")
MOST_LATE_MINUTES = 365 * 24 * 60
LONGEST_NAME = 100  # characters


def create(session: Session, name: str, mode: str = "live") -> Workspace:
    """A new workspace; in mode `test` its networks are the sandbox. Conflict `workspace_exists` where the name is taken."""
    name = _free_name(session, name)
    if mode not in MODES:
        raise InvalidRequest(f"Unknown mode {mode!r}; allowed: {', '.join(MODES)}", code="workspace_mode_invalid", allowed=list(MODES))
    row_id = new_id("tenant")
    row = Workspace(id=row_id, name=name, mode=mode, slug=reckoning.free_slug(session, name) or row_id)
    session.add(row)
    session.flush()
    return row


def twin(session: Session, row: Workspace) -> Workspace | None:
    """The test workspace that belongs to a live one, or the other way round, if there is one."""
    return session.get(Workspace, row.twin_id) if row.twin_id else None


def with_twin(session: Session, workspace_id: str) -> dict[str, Any]:
    """A workspace on the wire, and the other one that belongs to it."""
    row = session.get_one(Workspace, workspace_id)
    other = twin(session, row)
    return {"tenant": tenant(row), "twin": tenant(other) if other else None}


def make_twin(session: Session, row: Workspace) -> Workspace:
    """A test workspace for a live one, that reckons time as it does. Conflict where it has one, or is one itself."""
    if row.mode != "live":
        raise Conflict("Only a live workspace gets a twin; this one is for tests itself", code="workspace_not_live")
    if there := twin(session, row):
        raise Conflict(f"This workspace has a twin already: {there.name!r}", code="twin_exists", twinId=there.id)
    made = create(session, _twin_name(session, row.name), "test")
    for said in ("timezone", "week_start", "media_policy", "max_late_minutes"):
        setattr(made, said, getattr(row, said))
    made.twin_id, row.twin_id = row.id, made.id
    session.flush()
    return made


def _twin_name(session: Session, name: str) -> str:
    """`Acme (test)`, or with a number where that is taken."""
    for number in range(1, 100):
        ending = " (test)" if number == 1 else f" (test {number})"
        found = name[: LONGEST_NAME - len(ending)].rstrip() + ending
        if session.scalar(select(Workspace.id).where(Workspace.name == found)) is None:
            return found
    raise Conflict(f"There are workspaces for tests of {name!r} by every name: rename one", code="workspace_exists")


def rename(session: Session, row: Workspace, name: str) -> None:
    """Give a workspace another name, which nobody else has."""
    if name.strip() != row.name:
        row.name = _free_name(session, name)


def _free_name(session: Session, name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(f"A workspace needs a name of 1 to {LONGEST_NAME} printable characters", code="workspace_name_invalid")
    if session.scalar(select(Workspace).where(Workspace.name == name)) is not None:
        raise Conflict(f"There is a workspace {name!r} already", code="workspace_exists")
    return name


def set_media_policy(session: Session, name: str, policy: str) -> Workspace:
    """What is done, in posts that do not say it, about files that a network does not take as they are."""
    row = by_name(session, name)
    row.media_policy = _policy(policy)
    return row


def _policy(policy: str) -> str:
    if policy not in MEDIA_POLICIES:
        message = f"Unknown media policy {policy!r}; allowed: {', '.join(MEDIA_POLICIES)}"
        raise InvalidRequest(message, code="media_policy_invalid", allowed=list(MEDIA_POLICIES))
    return policy


def set_max_late(session: Session, name: str, minutes: int) -> Workspace:
    """How late its posts may go out, where neither they nor their schedule say."""
    row = by_name(session, name)
    row.max_late_minutes = _minutes(minutes)
    return row


def _minutes(minutes: int) -> int:
    if not 1 <= minutes <= MOST_LATE_MINUTES:
        message = f"Say a number of minutes from 1 to {MOST_LATE_MINUTES:,}, not {minutes:,}"
        raise InvalidRequest(message, code="max_late_minutes_invalid", minimum=1, maximum=MOST_LATE_MINUTES)
    return minutes


@dataclass(frozen=True, slots=True)
class Changed:
    """What is to be said of a workspace; what is None stays."""

    name: str | None = None
    slug: str | None = None
    timezone: str | None = None
    week_start: str | None = None
    media_policy: str | None = None
    max_late_minutes: int | None = None


def change(scope: Scope, new: Changed) -> Workspace:
    """Change what is said of the caller's workspace."""
    row = scope.session.get_one(Workspace, scope.workspace_id)
    if new.name is not None:
        rename(scope.session, row, new.name)
    if new.slug is not None:
        reckoning.set_slug(scope.session, row, new.slug)
    if new.timezone is not None:
        row.timezone = reckoning.zone_name(new.timezone)
    if new.week_start is not None:
        row.week_start = reckoning.week_start(new.week_start)
    if new.media_policy is not None:
        row.media_policy = _policy(new.media_policy)
    if new.max_late_minutes is not None:
        row.max_late_minutes = _minutes(new.max_late_minutes)
    return row


def by_name(session: Session, name: str) -> Workspace:
    """The workspace, or NotFound `workspace_not_found`."""
    row = session.scalar(select(Workspace).where(Workspace.name == name.strip()))
    if row is None:
        raise NotFound(
            f"There is no workspace {name!r}: `socialclaw workspaces list` names those that there are", code="workspace_not_found"
        )
    return row


def any_live(session: Session) -> bool:
    """Whether there is a live workspace."""
    return session.scalar(select(Workspace.id).where(Workspace.mode == "live").limit(1)) is not None


def only_test(session: Session) -> str | None:
    """The id of the test workspace, if there is just one."""
    found = session.scalars(select(Workspace.id).where(Workspace.mode == "test").limit(2)).all()
    return found[0] if len(found) == 1 else None


def listed(session: Session) -> Sequence[Workspace]:
    """Every workspace, oldest first."""
    return session.scalars(select(Workspace).order_by(Workspace.created_at, Workspace.id)).all()


def entitlements(plan_id: str) -> dict[str, Any]:
    """What a plan allows; null is no limit."""
    plan = PLANS.get(plan_id, NO_PLAN)
    return {"plan": plan_id, **plan.limits, "storageBytes": None}


def tenant(row: Workspace) -> dict[str, Any]:
    """A workspace on the wire."""
    return {
        "id": row.id,
        "name": row.name,
        "slug": row.slug,
        "mode": row.mode,
        "timezone": row.timezone,
        "weekStart": row.week_start,
        "twinId": row.twin_id,
        "mediaPolicy": row.media_policy,
        "maxLateMinutes": row.max_late_minutes,
        "plan": row.plan,
        "subscriptionStatus": row.subscription_status,
        "entitlements": entitlements(row.plan),
        "createdAt": iso(row.created_at),
    }


def card(scope: Scope) -> dict[str, Any]:
    """The caller's workspace on the wire."""
    return tenant(scope.session.get_one(Workspace, scope.workspace_id))
