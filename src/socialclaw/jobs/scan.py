"""The scan: work that the tables say is due, whether or not a hint announced it.

Two questions, both answered by an index: which accounts have a post overdue (a hint was lost, or a worker), and which have one
due within the horizon (handed to the queue for its exact instant; the queue keeps one hint where several workers hand it over).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.base import Hint
from socialclaw.db.holds import held, nothing_held
from socialclaw.db.posts import Lane, Post
from socialclaw.db.workspaces import Workspace
from socialclaw.turns import Party

MOST_HINTS = 20_000
MOST_REFRESHES = 1000  # looked at, of all workspaces


def _lane_is_free(now: datetime) -> ColumnElement[bool]:
    return ~exists().where(Lane.account_id == Post.account_id, Lane.until > now)


def _runs() -> ColumnElement[bool]:
    """The time of the post's workspace runs: where it stands, whoever moves it does the work."""
    return Post.account_id.not_in(select(Account.id).where(Account.clocked))


def overdue(session: Session, now: datetime, *, most: int, skip: Sequence[str] = (), crowded: Sequence[Party] = ()) -> list[str]:
    """Accounts with a due post and a free lane, the longest waiting first; none to `skip`, and none of parties of whom enough wait.

    Of what has waited longest only a page is looked at: with a million posts due on one account, the next account's would be far behind
    them. Where that page is full, and has not enough in it, each account is asked for.
    """
    if held(session):
        return []
    page = select(Post.account_id, Post.workspace_id, Post.provider).where(Post.next_at.is_not(None), Post.next_at <= now)
    rows = session.execute(page.order_by(Post.next_at).limit(most * 4)).all()
    full = {(party.workspace_id, party.provider) for party in crowded}
    known = set(skip)
    seen = (row.account_id for row in rows if (row.workspace_id, row.provider) not in full)
    found = [account for account in dict.fromkeys(seen) if account not in known]
    if found:
        free = set(session.scalars(_to_work_on(now).where(Account.id.in_(found))))
        found = [account for account in found if account in free][:most]
    if len(rows) < most * 4 or len(found) == most:
        return found
    others = _to_work_on(now).where(Account.id.not_in([*skip, *found]), _has_due(now))
    if full:
        others = others.where(tuple_(Account.workspace_id, Account.provider).not_in(full))
    return [*found, *session.scalars(others.limit(most - len(found)))]


def _to_work_on(now: datetime) -> Select[str]:
    """Accounts whose lane is free, and where time runs."""
    return select(Account.id).where(Account.clocked.is_(False), ~exists().where(Lane.account_id == Account.id, Lane.until > now))


def _has_due(now: datetime) -> ColumnElement[bool]:
    return exists().where(Post.account_id == Account.id, Post.next_at.is_not(None), Post.next_at <= now)


def parties(session: Session, accounts: Sequence[str]) -> list[Party | None]:
    """Whose turn each of these accounts takes; None where it is gone."""
    query = select(Account.id, Account.workspace_id, Workspace.mode, Account.provider).join(Workspace, Workspace.id == Account.workspace_id)
    found = {
        row.id: Party(row.workspace_id, row.mode == "test", row.provider) for row in session.execute(query.where(Account.id.in_(accounts)))
    }
    return [found.get(account) for account in accounts]


def upcoming(session: Session, after: datetime, until: datetime) -> list[Hint]:
    """What becomes due in (after, until]."""
    query = (
        select(Post.account_id, Post.next_at)
        .where(Post.next_at.is_not(None), Post.next_at > after, Post.next_at <= until, _runs())
        .distinct()
        .order_by(Post.next_at)
        .limit(MOST_HINTS)
    )
    return [Hint("publish", account, at) for account, at in session.execute(query) if at]


def refreshes(session: Session, now: datetime, most: int) -> list[tuple[str, Party]]:
    """Accounts whose token is to be refreshed: the first one of each workspace, then the second ones, and so on up to so many of each."""
    due = (Account.refresh_at.is_not(None), Account.refresh_at <= now, Account.status == "connected", Account.clocked.is_(False))
    turn = func.row_number().over(partition_by=Account.workspace_id, order_by=Account.refresh_at).label("turn")
    each = select(Account.id, Account.workspace_id, Account.refresh_at, turn).where(*due).subquery()
    query = select(each.c.id, each.c.workspace_id, Workspace.mode).join(Workspace, Workspace.id == each.c.workspace_id)
    rows = session.execute(query.where(each.c.turn <= most).order_by(each.c.turn, each.c.refresh_at).limit(MOST_REFRESHES))
    return [(row.id, Party(row.workspace_id, row.mode == "test")) for row in rows]


def stuck(session: Session, now: datetime) -> int:
    """How many posts have been due for over a minute while nobody holds their account's lane: nobody is draining them."""
    due = select(Post.id).where(
        Post.next_at.is_not(None), Post.next_at <= now - timedelta(minutes=1), _lane_is_free(now), _runs(), nothing_held()
    )
    return len(session.scalars(due.limit(1000)).all())
