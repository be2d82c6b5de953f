"""The times of a week at which posts usually go out, and which of them are still free.

A slot is a weekday and a time by the clock on the workspace's wall, so it stays where it is when the clocks change. Nothing is published by
it: it is what a composer offers. One is free for an account as long as no post of that account is to go out in that very minute; drafts
hold theirs too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import delete, select

from socialclaw.accounts import directory
from socialclaw.clock import zone
from socialclaw.db.base import Scope, iso, real_now, utc_now
from socialclaw.db.planning import Timetable
from socialclaw.db.posts import Post
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.scheduling import times

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 24 * 60  # minutes
EVERY = ""  # in the place of an account: all that have no slots of their own
MOST = 168  # in a week: one an hour
WEEKS = 53  # that are looked through for free ones
MOST_FREE = 50
MOST_ACCOUNTS = 100
OVER = ("canceled", "failed")  # posts that hold no slot


@dataclass(frozen=True, slots=True)
class Week:
    """The slots of an account, or of all that have none of their own (`account_id` None); minutes since Monday began."""

    account_id: str | None
    slots: Sequence[int]

    @property
    def wire(self) -> dict[str, Any]:
        return {"accountId": self.account_id, "times": [_wire(one) for one in self.slots]}


def minute_of(weekday: str, time: str, path: str) -> int:
    """When in the week that is. InvalidRequest `slot_invalid`."""
    hours, colon, minutes = time.partition(":")
    plain = len(time) == 5 and colon and (hours + minutes).isascii() and (hours + minutes).isdigit()
    if weekday not in WEEKDAYS or not plain or int(hours) > 23 or int(minutes) > 59:
        message = f"{path} must be a weekday (monday to sunday) and a time from 00:00 to 23:59"
        raise InvalidRequest(message, code="slot_invalid", path=path)
    return WEEKDAYS.index(weekday) * DAY + int(hours) * 60 + int(minutes)


def weeks(scope: Scope) -> tuple[str, list[Week]]:
    """The workspace's time zone and all slots: first those of all accounts, then each that has its own."""
    query = select(Timetable).where(Timetable.workspace_id == scope.workspace_id).order_by(Timetable.account_id)
    found = [Week(row.account_id or None, row.slots) for row in scope.session.scalars(query)]
    if not found or found[0].account_id:
        found.insert(0, Week(None, ()))
    return _workspace(scope).timezone, found


def keep(scope: Scope, account_id: str | None, slots: Sequence[int]) -> None:
    """Have these slots, and no others; of an account without any, those of all accounts count again."""
    if len(set(slots)) > MOST:
        raise InvalidRequest(f"A week has at most {MOST} slots", code="slots_too_many", path="times", maxItems=MOST)
    if account_id is not None:
        directory.account(scope, account_id)
    _workspace(scope, lock=True)  # of two who change them at once
    key = {"workspace_id": scope.workspace_id, "account_id": account_id or EVERY}
    scope.session.execute(delete(Timetable).where(*(getattr(Timetable, name) == value for name, value in key.items())))
    if slots:
        scope.session.add(Timetable(**key, slots=sorted(set(slots)), updated_at=real_now()))


def free(scope: Scope, account_ids: Sequence[str], *, count: int, after: datetime | None) -> tuple[str, list[dict[str, Any]]]:
    """The workspace's time zone, and the next slots that all of these accounts have and none of them has given away.

    Where none is named, those of all accounts, whatever goes out then.
    """
    if len(account_ids) > MOST_ACCOUNTS:
        raise InvalidRequest(f"Name at most {MOST_ACCOUNTS} accounts", code="slot_accounts_invalid", path="accounts")
    for one in account_ids:
        directory.account(scope, one)
    name, found = weeks(scope)
    by_account = {week.account_id: frozenset(week.slots) for week in found}
    common = frozenset.intersection(*(by_account.get(one, by_account[None]) for one in account_ids or (None,)))
    since = max(after or utc_now(), utc_now())
    open_ones = _open(scope, account_ids, sorted(common), since, zone(name)) if common else iter(())
    return name, [moment for _, moment in zip(range(count), open_ones, strict=False)]


def next_of(scope: Scope, named: Sequence[str | None]) -> datetime:
    """The next slot that is free for all of these, by their ids or handles. Conflict `slot_none_free`.

    Who is none of the workspace's accounts has no say: that is told where the post is judged.
    """
    ids = [row.id for row in directory.accounts(scope) if row.id in named or row.handle in named]
    _, found = free(scope, ids, count=1, after=None)
    if not found:
        message = "These accounts have no slot in common that is free: set slots, or say a time by publishAt"
        raise Conflict(message, code="slot_none_free", path="slot")
    return datetime.fromisoformat(found[0]["atUtc"])


def _open(scope: Scope, account_ids: Sequence[str], slots: Sequence[int], since: datetime, local: tzinfo) -> Iterator[dict[str, Any]]:
    today = since.astimezone(local).date()
    monday, told = today - timedelta(days=today.weekday()), since
    for number in range(WEEKS):
        coming = [(_moment(monday + timedelta(weeks=number), slot, local), slot) for slot in slots]
        taken = _taken(scope, account_ids, coming[0][0], coming[-1][0])
        for moment, slot in coming:
            if moment > told and moment not in taken:
                told = moment  # two slots that the clocks make one are told once
                yield {"atUtc": iso(moment), **_wire(slot)}


def _moment(monday: date, slot: int, local: tzinfo) -> datetime:
    day = monday + timedelta(days=slot // DAY)
    return times.resolve(f"{day.isoformat()}T{slot % DAY // 60:02}:{slot % 60:02}", local)


def _taken(scope: Scope, account_ids: Sequence[str], first: datetime, last: datetime) -> set[datetime]:
    """The minutes in which a post of one of them is to go out."""
    query = select(Post.publish_at).where(Post.workspace_id == scope.workspace_id, Post.account_id.in_(account_ids))
    within = Post.publish_at >= first, Post.publish_at < last + timedelta(minutes=1), Post.status.not_in(OVER)
    return {at.replace(second=0, microsecond=0).astimezone(UTC) for at in scope.session.scalars(query.where(*within))}


def _workspace(scope: Scope, *, lock: bool = False) -> Workspace:
    query = select(Workspace).where(Workspace.id == scope.workspace_id)
    return scope.session.scalars(query.with_for_update(key_share=True) if lock else query).one()


def _wire(slot: int) -> dict[str, str]:
    return {"weekday": WEEKDAYS[slot // DAY], "time": f"{slot % DAY // 60:02}:{slot % 60:02}"}
