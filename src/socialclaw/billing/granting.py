"""What a workspace has without buying it: a trial once, or what the operator gives it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from socialclaw.billing import ledger, plans, terms
from socialclaw.billing.sources import realm_of
from socialclaw.billing.subscriptions import ENDED, GRANT, TRIAL, Row
from socialclaw.db.base import utc_now
from socialclaw.db.billing import Subscription
from socialclaw.db.people import User
from socialclaw.db.workspaces import Workspace
from socialclaw.settings import Settings


def begin(session: Session, settings: Settings, workspace: Workspace, user: User) -> None:
    """A person makes a live workspace where plans are sold: it may try one, unless they have tried one before. Elsewhere, nothing."""
    if workspace.mode != "live" or not terms.sold(settings, test=False):
        return
    now, days = utc_now(), settings.billing.trial_days
    first = user.trial_at is None and days > 0
    if first:
        user.trial_at = now
    _try(session, workspace, settings.billing.trial_plan, now, now + timedelta(days=days) if first else ENDED)


def _try(session: Session, workspace: Workspace, plan: str, now: datetime, until: datetime) -> None:
    ledger.put(session, Row(TRIAL, workspace.id, plan, "trialing", until, now, _realm(workspace)), workspace.id)


def grant(session: Session, workspace: Workspace, plan: str, until: datetime | None) -> None:
    """The operator gives it a plan, until then, or for good."""
    row = Row(GRANT, workspace.id, plans.known(plan).id, "active", until, utc_now(), _realm(workspace))
    ledger.put(session, row, workspace.id)


def withdraw(session: Session, workspace: Workspace) -> None:
    """It has what it pays for: nothing is given to it any more, and where nothing was bought either, or what was bought is another's some
    day, it needs a plan."""
    given = (Subscription.workspace_id == workspace.id, Subscription.source == GRANT)
    session.execute(delete(Subscription).where(*given))
    if not any(row.source == TRIAL for row in ledger.rows(session, workspace.id)):
        _try(session, workspace, plans.STARTER.id, utc_now(), ENDED)
    ledger.remember(session, workspace.id)


def _realm(workspace: Workspace) -> str:
    return realm_of(test=workspace.mode == "test")
