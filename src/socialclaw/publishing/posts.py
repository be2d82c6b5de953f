"""What a user may do to a post: look at it, cancel, retry, delete it on the network, have it looked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from socialclaw.accounts import credentials
from socialclaw.accounts.tokens import scrub, unseal
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Attempt, Lane, Post, Step
from socialclaw.errors import Conflict, InvalidRequest, Rejected, Unauthorized
from socialclaw.networks import providers
from socialclaw.providers import draft
from socialclaw.providers.base import Confirms, Deletes
from socialclaw.publishing import verdicts
from socialclaw.publishing.claims import Claim
from socialclaw.publishing.outcomes import CANCELED, NOBODY, TAKEN_BACK, record
from socialclaw.publishing.ownership import network_key, owned
from socialclaw.publishing.reconcile import candidates, settle_seconds
from socialclaw.system import System

STATUSES = ("draft", "scheduled", "publishing", "published", "retry_pending", "failed", "canceled")
UNSENT = ("draft", "scheduled", "retry_pending")  # nothing of these can be on the network


NARROWING: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "run_id": lambda value: Post.run_id == value,
    "status": lambda value: Post.status == value,
    "account": lambda value: (Post.account == value) | (Post.account_id == value),
    "provider": lambda value: Post.provider == value,
    "campaign_id": lambda value: Post.campaign_id == value,
    "since": lambda value: Post.publish_at >= value,
    "until": lambda value: Post.publish_at <= value,
}


@dataclass(frozen=True, slots=True)
class PostFilter:
    """What a list of posts is narrowed to; None means all. `account` is a handle or an account id."""

    run_id: str | None = None
    status: str | None = None
    account: str | None = None
    provider: str | None = None
    campaign_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

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


@dataclass(frozen=True, slots=True)
class Detail:
    """A post with its account and attempts, newest attempt last."""

    post: Post
    account: Account | None
    attempts: list[Attempt] = field(default_factory=list)


def detail(scope: Scope, post_id: str) -> Detail:
    post = scope.one(Post, post_id)
    rows = scope.session.scalars(select(Attempt).where(Attempt.post_id == post.id).order_by(Attempt.attempt_no))
    return Detail(post, scope.session.get(Account, post.account_id), list(rows))


def cancel(scope: Scope, post_id: str) -> Post:
    """Take a post back before it is published, and the replies that wait for it."""
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
    _cancel_with_replies(scope, [post])
    return post


def _take_back(scope: Scope, post: Post) -> Post:
    """Cancel a post that is being worked on: at once where nothing of it can have been sent; else it is wanted back.

    Whoever works on it comes too late to send anything: a mark is only written under the fence, and for a post that nobody wants back.
    """
    now, steps = utc_now(), scope.session.scalars(select(Step).where(Step.post_id == post.id)).all()
    if any(not step.done or step.result.get("sent") for step in steps):
        post.cancel_requested_at, post.updated_at = post.cancel_requested_at or now, now
        if post.blocked_by == "account" or (post.waiting and post.stage == "reconcile"):  # nobody is on it: somebody shall be
            post.next_at, post.blocked_by = now, None
            scope.hint("publish", post.account_id, now)
        _cancel_with_replies(scope, _replies(scope, [post]))
        return post
    post.fence, post.waiting = post.fence + 1, False
    _close(scope, post, ok=False, code=CANCELED, message=TAKEN_BACK)
    scope.session.execute(delete_rows(Lane).where(Lane.post_id == post.id, Lane.worker_id != NOBODY))
    _cancel_with_replies(scope, [post])
    return post


def _close(scope: Scope, post: Post, **how: Any) -> None:
    """End the open attempt, if there is one."""
    open_attempts = update(Attempt).where(Attempt.post_id == post.id, Attempt.finished_at.is_(None))
    scope.session.execute(open_attempts.values(finished_at=utc_now(), retryable=False, **how))


def _cancel_with_replies(scope: Scope, posts: list[Post]) -> None:
    while posts:
        for post in posts:
            post.status, post.next_at, post.updated_at = "canceled", None, utc_now()
        posts = _replies(scope, posts)


def _replies(scope: Scope, posts: list[Post]) -> list[Post]:
    query = scope.all(Post).where(Post.parent_post_id.in_([p.id for p in posts]), Post.status.in_(UNSENT))
    return list(scope.session.scalars(query.with_for_update()))


def retry(scope: Scope, post_id: str, *, force: bool = False) -> Post:
    """Send a failed post again, or one that waits for its next try at once.

    A post whose outcome is unknown may be live: sending it again needs `force`.
    """
    post = scope.one(Post, post_id, lock=True)
    if post.status not in ("failed", "retry_pending"):
        raise Conflict(f"Only a failed post can be retried; this one is {post.status}", code="post_not_retryable", postStatus=post.status)
    if post.error_code == verdicts.UNKNOWN and not force:
        message = 'This post may be live: look on the network first. Send {"force": true} to publish it all the same'
        raise Conflict(message, code=verdicts.UNKNOWN, providerUrl=post.provider_url)
    _connected(Detail(post, scope.session.get(Account, post.account_id)))
    if post.error_code in (verdicts.UNKNOWN, verdicts.TAKEN) or post.provider_status == "failed":
        _forget(scope, post)
    now = utc_now()
    post.tries, post.looks, post.waiting, post.stage = 0, 0, False, "publish"
    post.error_code = post.error = post.reconciliation_status = post.marked_at = post.cancel_requested_at = None
    parent = scope.session.get(Post, post.parent_post_id, with_for_update=True) if post.parent_post_id else None
    if parent is not None and parent.provider_post_id is None:
        post.status, post.next_at, post.blocked_by = "scheduled", None, "parent"
    else:
        post.status, post.next_at, post.blocked_by = "retry_pending", now, None
        scope.hint("publish", post.account_id, now)
    post.updated_at = now
    return post


def _forget(scope: Scope, post: Post) -> None:
    """Nothing that was done counts any more: the post is made anew."""
    scope.session.execute(delete_rows(Step).where(Step.post_id == post.id))
    post.provider_post_id = post.network_key = post.provider_url = post.provider_status = post.published_at = None


async def delete(system: System, workspace_id: str, post_id: str, *, test: bool) -> Post:
    """Take a published post down on its network. The post stays `published` with provider status `deleted`."""
    found = await system.read(workspace_id, detail, post_id)
    post, provider = found.post, providers()[found.post.provider]
    if post.provider_status == "deleted":
        return post
    if post.status != "published" or not post.provider_post_id:
        raise Conflict(
            f"Only a published post can be deleted on its network; this one is {post.status}",
            code="post_not_published",
            postStatus=post.status,
        )
    if not provider.can(Deletes):
        raise Conflict(f"{provider.label} offers no way to delete a post", code="provider_delete_unsupported", provider=provider.key)
    account, post_id_there = _connected(found), post.provider_post_id

    async def take_down(opened: draft.Account) -> None:
        adapter = provider.adapter(system.outbound.network(test=test), opened)
        assert isinstance(adapter, Deletes)
        await adapter.delete(post_id_there)

    try:
        async with system.acting(workspace_id, test=test):
            await credentials.using(system, account, take_down)
    except Unauthorized as error:
        raise _reconnect(post, error) from None
    return await system.write(workspace_id, _set_deleted, post_id)


def _connected(found: Detail) -> Account:
    """The account, if the network can be asked for it."""
    if found.account is None or found.account.status != "connected":
        raise _reconnect(found.post)
    return found.account


def _reconnect(post: Post, cause: Unauthorized | None = None) -> Conflict:
    said: dict[str, Any] = {"cause": cause.code} if cause else {}
    return Conflict("The account must be connected again first", code="account_reconnect_required", account=post.account, **said)


def _set_deleted(scope: Scope, post_id: str) -> Post:
    """Nothing more is done about it; a worker that looks at it just now comes too late with what it sees."""
    post, now = scope.one(Post, post_id, lock=True), utc_now()
    post.provider_status, post.updated_at = "deleted", now
    post.stage, post.next_at, post.blocked_by, post.waiting, post.fence = "publish", None, None, False, post.fence + 1
    post.collect_at = None
    _close(scope, post, ok=True, code="deleted", message="The post was deleted")
    return post


async def reconcile(system: System, workspace_id: str, post_id: str, *, test: bool) -> Post:
    """Compare with the network now: confirm a published post, or resolve one whose outcome is unknown."""
    found = await system.read(workspace_id, detail, post_id)
    post, provider = found.post, providers()[found.post.provider]
    if post.status != "published" and post.error_code != verdicts.UNKNOWN and post.stage != "reconcile":
        raise Conflict(f"There is nothing to reconcile: this post is {post.status}", code="post_not_reconcilable", postStatus=post.status)
    if not provider.can(Confirms):
        raise Conflict(f"{provider.label} offers no way to look a post up", code="provider_reconcile_unsupported", provider=provider.key)
    account, steps = _connected(found), await system.database.read(_steps, post.id)
    claim = Claim(post, account, test, "api", post.fence, post.attempt_count, steps)
    try:
        seen = await candidates(system, claim)
    except Unauthorized as error:
        raise _reconnect(post, error) from None
    except Rejected as error:
        if post.stage != "confirm":
            raise
        secrets, settle = unseal(system.vault, account).values(), settle_seconds(system, post.provider)
        return await system.write(workspace_id, _taken_back, post_id, scrub(error.message, secrets), error.code, settle)
    try:
        return await system.write(workspace_id, _reconciled, claim, seen)
    except IntegrityError:  # another post of ours became what was found, between the look and the writing
        return await system.write(workspace_id, _reconciled, claim, seen)


def _taken_back(scope: Scope, post_id: str, message: str, code: str, settle: float) -> Post:
    """The network has refused after all what it had accepted; a worker that looks at it just now comes too late with what it sees."""
    post = scope.one(Post, post_id, lock=True)
    if post.stage != "confirm" or post.status != "published":
        return post
    post.fence += 1
    scope.session.flush()
    claim = Claim(post, scope.session.get_one(Account, post.account_id), False, "api", post.fence, post.attempt_count, {})
    record(scope.session, [verdicts.refused(claim, Rejected(message, code=code), now=utc_now(), settle=settle)])
    scope.session.refresh(post)
    return post


def _steps(session: Session, post_id: str) -> dict[str, tuple[bool, Any, datetime, int]]:
    rows = session.scalars(select(Step).where(Step.post_id == post_id))
    return {row.name: (row.done, row.result.get("value"), row.at, row.fence) for row in rows}


def _reconciled(scope: Scope, claim: Claim, found: Sequence[draft.Published]) -> Post:
    """Write down what the look showed. Only a failed or published post is changed: a worker looks for the others itself."""
    post = scope.one(Post, claim.post.id, lock=True)
    others = owned(scope.session, claim, [p.id for p in found])
    seen = next((p for p in found if p.id not in others), None)
    now = utc_now()
    if post.status == "published":
        post.reconciliation_status = "confirmed" if seen else "not_found"
        post.provider_status = ("published" if seen.final else "accepted") if seen else post.provider_status
    elif post.status == "failed" and seen:
        post.status, post.published_at, post.error_code, post.error = "published", now, None, None
        post.provider_post_id, post.provider_url, post.provider_status = seen.id, seen.url, "published"
        post.network_key = network_key(claim, seen.id)
        post.reconciliation_status = "confirmed"
        failed_with_it = scope.all(Post).where(Post.parent_post_id == post.id, Post.error_code == "parent_post_failed").order_by(Post.id)
        for reply in scope.session.scalars(failed_with_it.with_for_update()):
            reply.status, reply.error_code, reply.error, reply.blocked_by = "scheduled", None, None, None
            reply.resolved_parent_id, reply.next_at = seen.id, now
            scope.hint("publish", reply.account_id, now)
    elif post.status == "publishing" and post.waiting:
        post.next_at = now  # the worker looks now
        scope.hint("publish", post.account_id, now)
    post.updated_at = now
    return post
