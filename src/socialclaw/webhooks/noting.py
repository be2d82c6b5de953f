"""Writing down what came of tries: of the deliveries, and of their endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import iso, utc_now
from socialclaw.db.webhooks import Delivery, Endpoint
from socialclaw.webhooks import endpoints
from socialclaw.webhooks.lanes import Job
from socialclaw.webhooks.verdict import Answer, health, next_try

_TABLE: Table = Delivery.__table__  # type: ignore[assignment]
COLUMNS = ("status", "tries", "next_at", "last_at", "last_status", "last_ms", "last_error", "last_answer", "log")
# Who has it tried again by hand meanwhile begins to count anew, and is not written over.
_NOTE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("b_id"), _TABLE.c.tries == bindparam("b_before"), _TABLE.c.next_at.is_not(None))
    .values({name: bindparam(f"b_{name}") for name in COLUMNS})
)
Notice = Callable[[Session, Endpoint], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """One try that is over."""

    endpoint_id: str
    job: Job
    answer: Answer


def note(session: Session, tried: Sequence[Tried], *, notice: Notice) -> list[datetime | None]:
    """Write these down; when each is tried again. `notice`: tell people of an endpoint that is disabled now."""
    now = utc_now()
    following = [None if one.answer.taken else next_try(one.answer, one.job.tries + 1, now) for one in tried]
    session.connection().execute(_NOTE, [_values(one, at, now) for one, at in zip(tried, following, strict=True)])
    for endpoint_id in sorted({one.endpoint_id for one in tried}):
        mine = [(one.answer, at) for one, at in zip(tried, following, strict=True) if one.endpoint_id == endpoint_id]
        _judge(session, endpoint_id, mine, now, notice)
    return following


def _values(one: Tried, at: datetime | None, now: datetime) -> dict[str, Any]:
    answer, job = one.answer, one.job
    status = "delivered" if answer.taken else "retrying" if at else "exhausted"
    said = {"at": iso(now), "status": answer.status, "milliseconds": answer.ms, "error": answer.error}
    return {
        "b_id": job.id,
        "b_before": job.tries,
        "b_status": status,
        "b_tries": job.tries + 1,
        "b_next_at": at,
        "b_last_at": now,
        "b_last_status": answer.status,
        "b_last_ms": answer.ms,
        "b_last_error": answer.error,
        "b_last_answer": answer.text or None,
        "b_log": [*job.log, said],
    }


def _judge(session: Session, endpoint_id: str, answers: Sequence[tuple[Answer, datetime | None]], now: datetime, notice: Notice) -> None:
    """What an endpoint is after these. One that was taken makes good all that failed."""
    failed = [answer for answer, _ in answers if not answer.taken]
    gone = next((answer for answer in failed if answer.status == 410), None)
    known = select(Endpoint.status, Endpoint.failing_since).where(Endpoint.id == endpoint_id)
    found = session.execute(known).one_or_none()
    if found is None or found.status == "disabled" or (not failed and found.failing_since is None):
        return
    row = session.scalars(
        select(Endpoint).where(Endpoint.id == endpoint_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if row.status == "disabled":
        return
    if gone is None and len(failed) < len(answers):
        row.failing_since, row.exhausted, row.status = None, 0, "enabled"
        return
    row.failing_since = row.failing_since or now
    row.exhausted += sum(at is None for answer, at in answers if not answer.taken)
    status, because = health(row.status, row.failing_since, row.exhausted, gone or failed[-1], now)
    if because is not None:
        endpoints.disable(session, row, because)
        notice(session, row)
    elif status != row.status:
        row.status = status
        endpoints.tell(session, row, "webhook.failing")
