"""Jobs: each post as a piece of work. What is to happen next, and what is in the way.

`jobState` is one of
    draft     belongs to a draft run that nobody has published
    ready     waits for its time, or is being worked on
    blocked   waits for its parent to be published, for its account to be connected again, or for the operator to release it
    stalled   has been due for over a minute, and nobody has taken it
    failed    failed for good, or its outcome cannot be known
    done      published or canceled
`nextAction` is one of
    none           nothing more
    publish_run    the draft run is to be published by somebody
    publish        it is to be published at `nextAttemptAt`
    retry          it is tried again at `nextAttemptAt`; where it failed for good, somebody may retry it
    wait_parent    it goes on once the post it replies to is published
    release        the operator holds it back, and is to release it
    reconnect      somebody is to connect the account again
    reconcile      an answer was lost, and the network is asked at `nextAttemptAt`; where it failed, somebody is to look
    confirm        the network accepted it, and is asked at `nextAttemptAt` whether it is visible
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from socialclaw.accounts.health import token_health
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Attempt, Post, Run
from socialclaw.db.run_status import status_of
from socialclaw.errors import InvalidRequest
from socialclaw.publishing.posts import STATUSES, PostFilter

STATES = ("draft", "ready", "blocked", "stalled", "failed", "done")
STALLED = timedelta(minutes=1)
UNSTARTED = ("draft", "scheduled", "canceled")


def state(now: datetime) -> ColumnElement[str]:
    """The job state of a post, as a column."""
    return case(
        (Post.status.in_(("draft", "failed")), Post.status),
        (and_(Post.status.in_(("published", "canceled")), Post.next_at.is_(None)), "done"),
        (Post.blocked_by.is_not(None), "blocked"),
        (Post.next_at < now - STALLED, "stalled"),
        else_="ready",
    )


def page(scope: Scope, only: PostFilter, *, status: str | None, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Jobs by publish time and id, and how many there are in all. `status` is a post's status or a job's state."""
    now = utc_now()
    query = only.apply(scope.all(Post))
    if status in STATES:
        query = query.where(state(now) == status)
    elif status in STATUSES:
        query = query.where(Post.status == status)
    elif status:
        allowed = list(dict.fromkeys((*STATES, *STATUSES)))
        message = f"Unknown status {status[:40]!r}; allowed: {', '.join(allowed)}"
        raise InvalidRequest(message, code="filter_invalid", path="status", allowed=allowed)
    latest = and_(Attempt.post_id == Post.id, Attempt.attempt_no == Post.attempt_count)
    rows = scope.session.execute(
        query.add_columns(state(now), Account, Attempt)
        .join(Account, Account.id == Post.account_id)
        .outerjoin(Attempt, latest)
        .order_by(Post.publish_at, Post.id)
        .limit(limit)
    ).all()
    jobs = [_job(post, job_state, account, attempt, now) for post, job_state, account, attempt in rows]
    return jobs, len(jobs) if len(jobs) < limit else scope.count(query)


def counts(scope: Scope) -> dict[str, Any]:
    """The parts of a workspace's health that are about its runs, posts and jobs."""
    states, statuses, runs = Counter[str](), Counter[str](), Counter[str]()
    for mode, groups in _by_run(scope):
        summary = dict.fromkeys(("total", *STATUSES), 0)
        for status, job_state, number in groups:
            states[job_state] += number
            statuses[status] += number
            summary[status] += number
            summary["total"] += number
        runs[status_of(mode, summary, started=any(summary[s] for s in STATUSES if s not in UNSTARTED))] += 1
    return {
        "runs": {"total": runs.total(), "byStatus": dict(runs)},
        "posts": {"total": statuses.total(), "byStatus": dict(statuses)},
        "jobs": {"total": states.total(), **{name: states[name] for name in STATES}},
    }


def _by_run(scope: Scope) -> Iterator[tuple[str, list[tuple[str, str, int]]]]:
    """Each run's mode, with the number of its posts by status and job state."""
    query = select(Post.run_id, Run.mode, Post.status, state(utc_now()).label("job_state"), func.count()).join(Run, Run.id == Post.run_id)
    query = query.where(Post.workspace_id == scope.workspace_id).group_by(Post.run_id, Run.mode, Post.status, "job_state")
    rows = scope.session.execute(query.order_by(Post.run_id))
    for (_, mode), groups in groupby(rows, key=lambda row: row[:2]):
        yield mode, [(status, name, number) for *_, status, name, number in groups]


def _job(post: Post, job_state: str, account: Account, attempt: Attempt | None, now: datetime) -> dict[str, Any]:
    return {
        "id": post.id,
        "postId": post.id,
        "runId": post.run_id,
        "provider": post.provider,
        "account": post.account,
        "accountId": post.account_id,
        "status": post.status,
        "jobState": job_state,
        "nextAction": next_action(post, account),
        "blockedBy": post.blocked_by,
        "waitReason": attempt.message if attempt and attempt.finished_at is None else None,
        "accountTokenHealth": token_health(account, now),
        "tokenRefreshStatus": account.refresh_status,
        "latestAttempt": _attempt(attempt) if attempt else None,
        "attemptCount": post.attempt_count,
        "errorCode": post.error_code,
        "interactionType": post.interaction_type,
        "stepId": post.step_id,
        "parentStepId": post.parent_step_id,
        "nextAttemptAt": iso(post.next_at) if post.next_at else None,
        "publishAtUtc": iso(post.publish_at),
    }


def _attempt(row: Attempt) -> dict[str, Any]:
    return {
        "attemptNo": row.attempt_no,
        "stage": row.stage,
        "ok": row.ok,
        "code": row.code,
        "message": row.message,
        "retryable": row.retryable,
    }


def next_action(post: Post, account: Account) -> str:
    """What the module's docstring says of this post."""
    if post.status == "failed":
        return "reconcile" if post.reconciliation_status == "unresolved" else "retry"
    if post.status == "draft":
        return "publish_run"
    if post.blocked_by == "hold":
        return "release"
    if post.blocked_by == "account" or (post.next_at and account.status != "connected"):
        return "reconnect"
    if post.blocked_by == "parent":
        return "wait_parent"
    if post.next_at is None:
        return "none"
    if post.stage != "publish":
        return post.stage
    return "retry" if post.status == "retry_pending" else "publish"
