"""What a user may do to a post here: look at it, cancel it, send it again. What is done on the network: `network_actions.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, or_, select, update
from sqlalchemy import delete as delete_rows

from socialclaw.billing import counting, terms
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Attempt, Lane, Post, Step
from socialclaw.errors import Conflict, InvalidRequest, Unauthorized
from socialclaw.lifecycle import changes as life
from socialclaw.lifecycle.changes import UNSENT
from socialclaw.lifecycle.writing import act, cancel_replies
from socialclaw.publishing import outcomes
from socialclaw.publishing.record import CANCELED, NOBODY, TAKEN_BACK
from socialclaw.publishing.returning import following
from socialclaw.scheduling import labels
from socialclaw.settings import Settings

STATUSES = ("draft", "scheduled", "publishing", "published", "retry_pending", "failed", "canceled")


NARROWING: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "run_id": lambda value: Post.run_id == value,
    "status": lambda value: Post.status == value,
    "account": lambda value: (Post.account == value) | (Post.account_id == value),
    "provider": lambda value: Post.provider == value,
    "campaign_id": lambda value: Post.campaign_id == value,
    "since": lambda value: Post.publish_at >= value,
    "until": lambda value: Post.publish_at <= value,
    "repeat_id": lambda value: Post.repeat_id == value,
    "label": lambda value: cast(Post.labels, Text).like(value, escape="/"),
    "pattern": lambda value: or_(*(column.ilike(value, escape="/") for column in (Post.name, Post.description, Post.account))),
}
LONGEST_WORDS = 200  # of a text that is looked for


@dataclass(frozen=True, slots=True)
class PostFilter:
    """What a list of posts is narrowed to; None means all. `account` is a handle or an account id, `label` and `pattern` see
    `label_of` and `pattern_of`."""

    run_id: str | None = None
    status: str | None = None
    account: str | None = None
    provider: str | None = None
    campaign_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    repeat_id: str | None = None
    label: str | None = None
    pattern: str | None = None

    def given(self) -> dict[str, Any]:
        """What is not None: keys of NARROWING, with their values."""
        return {name: value for name in NARROWING if (value := getattr(self, name)) is not None}

    def apply(self, query: Any) -> Any:
        return query.where(*(NARROWING[name](value) for name, value in self.given().items()))


def check_status(status: str | None) -> str | None:
    """A status filter, or InvalidRequest that names the allowed words."""
    if status and status not in STATUSES:
        message = f"Unknown status {status[:40]!r}; allowed: {', '.join(STATUSES)}"
        raise InvalidRequest(message, code="filter_invalid", path="status", allowed=list(STATUSES))
    return status or None


def pattern_of(words: str | None) -> str | None:
    """What a text of a post is held against, in whatever case, to find the ones that have these words in one piece."""
    if not (words := (words or "").strip()):
        return None
    if len(words) > LONGEST_WORDS:
        raise InvalidRequest(f"Look for {LONGEST_WORDS} characters at most", code="filter_invalid", path="q", maxLength=LONGEST_WORDS)
    return f"%{_escaped(words)}%"


def label_of(text: str | None) -> str | None:
    """What the labels of a post are held against, as JSON, to find the ones that have this one. InvalidRequest where that can be none."""
    if not text:
        return None
    if (label := labels.plain(text)) is None:
        raise InvalidRequest(f"{text[:40]!r} is no label", code="filter_invalid", path="label", maxLength=labels.LONGEST)
    return f'%"{_escaped(label)}"%'


def _escaped(words: str) -> str:
    for special in "/%_":
        words = words.replace(special, f"/{special}")
    return words


def labels_in_use(scope: Scope) -> list[tuple[str, int]]:
    """Every label that a post of the workspace has, with how many have it, in alphabetical order."""
    rows = scope.session.scalars(select(Post.labels).where(Post.workspace_id == scope.workspace_id, cast(Post.labels, Text) != "[]"))
    return sorted(Counter(label for row in rows for label in row).items())


@dataclass(frozen=True, slots=True)
class Detail:
    """A post with its account and attempts, newest attempt last."""

    post: Post
    account: Account | None
    attempts: list[Attempt] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def steps_of(self, attempt: Attempt) -> list[Step]:
        """What was begun in this try, the first first: the steps of an earlier one are remembered, and not begun again."""
        later = [one.started_at for one in self.attempts if one.attempt_no > attempt.attempt_no]
        until = min(later, default=None)
        begun = [(step.started_at or step.at, step) for step in self.steps]
        return [step for at, step in begun if at >= attempt.started_at and (until is None or at < until)]


def detail(scope: Scope, post_id: str) -> Detail:
    post = scope.one(Post, post_id)
    rows = scope.session.scalars(select(Attempt).where(Attempt.post_id == post.id).order_by(Attempt.attempt_no))
    return Detail(post, scope.session.get(Account, post.account_id), list(rows))


def told(scope: Scope, post_id: str) -> Detail:
    """The same, with all that is remembered of what was done."""
    found = detail(scope, post_id)
    steps = scope.session.scalars(select(Step).where(Step.post_id == post_id).order_by(Step.started_at, Step.at, Step.name))
    return replace(found, steps=list(steps))


def cancel(scope: Scope, post_id: str) -> Post:
    """Cancel a post before it is published, and the replies that wait for it."""
    post = scope.one(Post, post_id, lock=True)
    if post.status == "canceled":
        return post
    if post.status == "publishing":
        return _take_back(scope, post)
    if post.status not in UNSENT:
        raise Conflict(
            f"Only a post that is not published yet can be canceled; this one is {post.status}",
            code="post_not_cancelable",
            postStatus=post.status,
        )
    act(scope, [(post, life.canceled(post))], utc_now())
    return post


def _take_back(scope: Scope, post: Post) -> Post:
    """Cancel a post that is being worked on: at once where nothing of it can have been sent; else it is wanted back.

    Whoever works on it comes too late to send anything: a mark is only written under the fence, and for a post that nobody wants back.
    """
    now, steps = utc_now(), scope.session.scalars(select(Step).where(Step.post_id == post.id)).all()
    if any(not step.done or step.result.get("sent") for step in steps):
        idle = post.blocked_by == "account" or (post.waiting and post.stage == "reconcile")
        act(scope, [(post, life.wanted_back(post, now, idle=idle))], now)
        cancel_replies(scope.session, post, now)
        return post
    close_attempt(scope, post, ok=False, code=CANCELED, message=TAKEN_BACK)
    scope.session.execute(delete_rows(Lane).where(Lane.post_id == post.id, Lane.worker_id != NOBODY))
    act(scope, [(post, life.canceled(post))], now)
    return post


def close_attempt(scope: Scope, post: Post, **how: Any) -> None:
    """End the open attempt, if there is one."""
    open_attempts = update(Attempt).where(Attempt.post_id == post.id, Attempt.finished_at.is_(None))
    scope.session.execute(open_attempts.values(finished_at=utc_now(), retryable=False, **how))


def retry(scope: Scope, post_id: str, *, force: bool = False, sells: Settings | None = None) -> Post:
    """Send a failed post again, or one that waits for its next try at once.

    A post whose outcome is unknown may be live: sending it again needs `force`. `sells`: see `apply`; the replies that failed with it
    come back at once to wait for it, and there has to be room for them too.
    """
    paid = terms.held(scope, sells)
    post = scope.one(Post, post_id, lock=True)
    if post.status not in ("failed", "retry_pending"):
        raise Conflict(f"Only a failed post can be retried; this one is {post.status}", code="post_not_retryable", postStatus=post.status)
    if post.error_code == outcomes.UNKNOWN and not force:
        message = 'This post may be live: look on the network first. Send {"force": true} to publish it anyway'
        raise Conflict(message, code=outcomes.UNKNOWN, providerUrl=post.provider_url)
    connected(Detail(post, scope.session.get(Account, post.account_id)))
    now = utc_now()
    anew = post.error_code in (outcomes.UNKNOWN, outcomes.TAKEN) or post.provider_status == "failed"
    if anew:
        scope.session.execute(delete_rows(Step).where(Step.post_id == post.id))
    parent = scope.session.get(Post, post.parent_post_id, with_for_update=True) if post.parent_post_id else None
    waits = parent is not None and parent.provider_post_id is None
    changes = [(post, life.resent(post, now, waits=waits, anew=anew)), *following(scope, post, now)]
    if paid:
        counting.check_changes(scope, paid, changes)
    act(scope, changes, now)
    return post


def connected(found: Detail) -> Account:
    """The account, if the network can be asked for it."""
    if found.account is None or found.account.status != "connected":
        raise reconnect(found.post)
    return found.account


def reconnect(post: Post, cause: Unauthorized | None = None) -> Conflict:
    """What is answered where the account's access is gone."""
    said: dict[str, Any] = {"cause": cause.code} if cause else {}
    return Conflict("The account must be connected again first", code="account_reconnect_required", account=post.account, **said)
