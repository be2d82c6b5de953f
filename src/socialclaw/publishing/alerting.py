"""Telling people by mail what needs one of them: each thing once, together with what comes soon after it, those who may act on it.

A bad night is one mail. After the first thing of it is seen, others may join for a while; and as long as something that was told still
stands, what comes after it waits for hours. Who has dealt with all of it hears of the next thing soon. What was told, and the mails that
tell it, are written in one transaction: a worker that dies has told all of it or nothing, and the outbox sends each mail once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, literal, select, union
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.alerts import ToldAlert
from socialclaw.db.base import Scope, real_now
from socialclaw.db.mail import Mail
from socialclaw.db.people import Membership, User
from socialclaw.db.posts import Post
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.db.workspaces import Workspace, hold
from socialclaw.mail import outbox, templates
from socialclaw.mail_settings import mailbox
from socialclaw.people.roles import rights
from socialclaw.publishing import attention
from socialclaw.publishing.attention import Alert
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import Vault

GATHERED = timedelta(minutes=3)  # that the first of them waits for others
APART = timedelta(hours=1)  # between two mails to the people of a workspace
QUIET = timedelta(hours=8)  # the same, where something that was told still stands
NEWS = timedelta(days=1)  # what has stood for longer when it is first seen is none
GOOD_FOR = timedelta(hours=12)  # a mail that could not be sent by then says what may not be so any more
MOST_IN_ONE = 20  # that a mail names; it counts the others

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be written down of a workspace's alerts, and those that are to be mailed now."""

    new: Sequence[Alert]
    over: Sequence[ToldAlert]  # that somebody has dealt with
    ripe: Sequence[Alert]

    def __bool__(self) -> bool:
        return bool(self.new or self.over or self.ripe)


async def tell(system: System) -> None:
    """What the worker does: look at every workspace in which something needs somebody, or did."""
    for workspace_id, test in await system.database.read(_concerned, real_now()):
        try:
            if await system.read(workspace_id, _step, real_now(), test=test):
                await system.write(workspace_id, _take, system.settings, system.vault, test=test)
        except DatabaseTrouble:
            raise
        except Exception:  # others are to be told all the same
            log.exception("workspace %s: what needs somebody there is looked at again later", workspace_id)


def _concerned(session: Session, now: datetime) -> list[tuple[str, bool]]:
    """The workspaces with alerts, or that had some, and whether each is a test one: where time runs and nothing is being closed."""
    failed = literal("failed", literal_execute=True)  # a value that is bound would not find the index of those
    found = union(
        select(Post.workspace_id).where(Post.status == failed, Post.updated_at > now - attention.RECENT),
        select(Post.workspace_id).where(Post.next_at.is_not(None), attention.overdue(now)),
        select(Account.workspace_id).where(Account.status == attention.LOST),
        select(ToldAlert.workspace_id),
    ).subquery()
    query = select(Workspace.id, Workspace.mode).join(found, found.c.workspace_id == Workspace.id)
    rows = session.execute(query.where(Workspace.clock_at.is_(None), Workspace.erase_at.is_(None)).order_by(Workspace.id))
    return [(row.id, row.mode == "test") for row in rows]


def _step(scope: Scope, now: datetime) -> Step:
    standing = {(one.about, one.kind): one for one in attention.alerts(scope)}
    rows = scope.session.scalars(select(ToldAlert).where(ToldAlert.workspace_id == scope.workspace_id)).all()
    known = {(row.about, row.kind): row for row in rows}
    waiting = [(row, standing[key]) for key, row in known.items() if key in standing and row.mailed_at is None]
    told = any(key in standing and row.mailed_at for key, row in known.items())
    ripe = waiting and min(row.seen_at for row, _ in waiting) <= now - GATHERED and _rested(scope, now - (QUIET if told else APART))
    return Step(
        new=[one for key, one in standing.items() if key not in known],
        over=[row for key, row in known.items() if key not in standing],
        ripe=[one for _, one in waiting] if ripe else [],
    )


def _rested(scope: Scope, since: datetime) -> bool:
    last = select(func.max(Mail.created_at)).where(Mail.workspace_id == scope.workspace_id, Mail.kind == templates.ALERTS)
    at = scope.session.scalar(last)
    return at is None or at <= since


def _take(scope: Scope, settings: Settings, vault: Vault) -> None:
    """Once more, and now nobody else does: of several workers, one tells it."""
    hold(scope)
    now = real_now()
    step = _step(scope, now)
    for row in step.over:
        scope.session.delete(row)
    for one in step.new:
        old = now if one.since < now - NEWS else None
        scope.session.add(ToldAlert(workspace_id=scope.workspace_id, about=one.about, kind=one.kind, seen_at=now, mailed_at=old))
    for one in step.ripe:
        scope.session.get_one(ToldAlert, (scope.workspace_id, one.about, one.kind)).mailed_at = now
    if step.ripe:
        _mail(scope, settings, vault, sorted(step.ripe, key=lambda one: one.since, reverse=True))


def _mail(scope: Scope, settings: Settings, vault: Vault, alerts: Sequence[Alert]) -> None:
    space = scope.session.get_one(Workspace, scope.workspace_id)
    for membership, user in _to_tell(scope, space):
        mine = [one for one in alerts if one.right in rights(membership.role)]
        if mine:
            facts, about = _facts(settings, space, mine), {"workspace_id": space.id, "user_id": user.id}
            outbox.put(scope.session, vault, templates.ALERTS, user.email or "", facts, ends=real_now() + GOOD_FOR, **about)


def _to_tell(scope: Scope, space: Workspace) -> list[tuple[Membership, User]]:
    query = select(Membership, User).join(User, User.id == Membership.user_id).where(Membership.workspace_id == scope.workspace_id)
    found = scope.session.execute(query.order_by(Membership.user_id)).all()
    return [(row, user) for row, user in found if wants(row, space) and reached(user)]


def _facts(settings: Settings, space: Workspace, alerts: Sequence[Alert]) -> dict[str, Any]:
    home = f"{settings.base_url}/dashboard/w/{space.slug}"
    return {
        "workspace": space.name,
        "server": urlsplit(settings.base_url).netloc,
        "alerts": [{"what": one.what, "which": one.which, "why": one.why, "link": _link(home, one)} for one in alerts[:MOST_IN_ONE]],
        "more": max(0, len(alerts) - MOST_IN_ONE),
        "all": f"{home}/posts?show=attention",
        "settings": f"{home}/settings/me",
    }


def _link(home: str, one: Alert) -> str:
    """Where somebody sees what has become of it, and can act."""
    return f"{home}/accounts?account={one.about}" if one.kind == "login" else f"{home}/posts/{one.about}"


def wants(row: Membership, space: Workspace) -> bool:
    """Whether a member is to be told: as they have said, or else in a live workspace."""
    return space.mode == "live" if row.alerts_by_mail is None else row.alerts_by_mail


def reached(user: User) -> bool:
    """Whether somebody has an address that is proven to be theirs, in the real world."""
    return user.realm == "live" and user.email_verified and mailbox(user.email or "") is not None


def preference(scope: Scope, settings: Settings, user_id: str) -> dict[str, Any]:
    """Whether a member is mailed, and why not, on the wire."""
    row = scope.session.get_one(Membership, (user_id, scope.workspace_id))
    user, space = scope.session.get_one(User, user_id), scope.session.get_one(Workspace, scope.workspace_id)
    reasons = (
        ("no_mail_server", not settings.smtp.ready),
        ("role_too_low", "publish" not in rights(row.role)),
        ("address_not_proven", not reached(user)),
    )
    reason = next((why for why, so in reasons if so), None)
    return {"wanted": wants(row, space), "address": None if reason else user.email, "reason": reason}


def prefer(scope: Scope, settings: Settings, user_id: str, *, wanted: bool) -> dict[str, Any]:
    """Write down whether a member wants to be mailed; what waits for one who does not is sent no more."""
    scope.session.get_one(Membership, (user_id, scope.workspace_id)).alerts_by_mail = wanted
    scope.session.flush()
    if not wanted:
        outbox.drop(scope.session, Mail.user_id == user_id, Mail.workspace_id == scope.workspace_id)
    return preference(scope, settings, user_id)
