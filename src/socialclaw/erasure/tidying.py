"""What is kept for a while only: events, what networks told us, requests to delete that are done, figures of accounts with no access, and
what nobody uses any more of what programs were allowed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.analytics import Snapshot
from socialclaw.db.base import real_now
from socialclaw.db.billing import BillingEvent
from socialclaw.db.erasure import Callback, DeletionRequest
from socialclaw.erasure.holdings import BATCH
from socialclaw.events import feed
from socialclaw.grants import clients, tokens
from socialclaw.networks import providers
from socialclaw.system import System

CALLBACKS_KEPT = NEWS_KEPT = timedelta(days=90)
REQUESTS_KEPT = timedelta(days=365)
GRANTS: tuple[Callable[[Session], int], ...] = (
    partial(tokens.forget_ended, most=BATCH),
    partial(tokens.end_unused, most=BATCH),
    partial(clients.forget_unused, most=BATCH),
)


async def tidy(system: System) -> None:
    """Forget what is over, some rows at a time."""
    for what in (_callbacks, _requests, _news, _events, *_figures(), *GRANTS):
        while await system.database.write(what) == BATCH:
            pass


def _callbacks(session: Session) -> int:
    over = select(Callback.digest).where(Callback.received_at < real_now() - CALLBACKS_KEPT).limit(BATCH)
    found = session.scalars(over).all()
    session.execute(delete(Callback).where(Callback.digest.in_(found)))
    return len(found)


def _requests(session: Session) -> int:
    over = (DeletionRequest.received_at < real_now() - REQUESTS_KEPT, DeletionRequest.completed_at.is_not(None))
    found = session.scalars(select(DeletionRequest.id).where(*over).limit(BATCH)).all()
    session.execute(delete(DeletionRequest).where(DeletionRequest.id.in_(found)))
    return len(found)


def _news(session: Session) -> int:
    found = session.scalars(select(BillingEvent.id).where(BillingEvent.created_at < real_now() - NEWS_KEPT).limit(BATCH)).all()
    session.execute(delete(BillingEvent).where(BillingEvent.id.in_(found)))
    return len(found)


def _events(session: Session) -> int:
    return feed.sweep(session, BATCH)


def _figures() -> list[Callable[[Session], int]]:
    """One for each provider whose network wants figures deleted some days after the access has ended."""
    return [_figures_of(one.key, timedelta(days=one.figures_days)) for one in providers().values() if one.figures_days is not None]


def _figures_of(provider: str, kept: timedelta) -> Callable[[Session], int]:
    def forget(session: Session) -> int:
        lost = select(Account.id).where(Account.provider == provider, Account.status != "connected", Account.ended_at < real_now() - kept)
        found = session.scalars(select(Snapshot.id).where(Snapshot.account_id.in_(lost)).limit(BATCH)).all()
        session.execute(delete(Snapshot).where(Snapshot.id.in_(found)))
        return len(found)

    return forget
