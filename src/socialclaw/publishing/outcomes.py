"""From what happened to what is written: the outcomes an attempt can have. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx2

from socialclaw.backoff import Backoff
from socialclaw.clock import spoken
from socialclaw.db.base import iso
from socialclaw.errors import SocialClawError, Uncertain
from socialclaw.lifecycle import changes as life
from socialclaw.networks import providers
from socialclaw.providers.base import Measures, Provider
from socialclaw.providers.draft import Published
from socialclaw.publishing.claims import Claim
from socialclaw.publishing.ownership import network_key
from socialclaw.publishing.policy import LONGEST_HOLD, LONGEST_LOOK, Decision, Fail, Look, Park, RetryAt, again, next_look
from socialclaw.publishing.record import Outcome

UNKNOWN = "publish_outcome_unknown"
TAKEN = "provider_post_taken"
SILENT = "provider_never_answered"
LATE = "publish_too_late"
LOOKED = {
    "reconcile": "{label} does not show the post (yet), and the answer to it was lost",
    "confirm": "{label} has accepted the post, but does not show it yet",
}
LONGEST_TO_CONFIRM = 86_400  # seconds between two looks at an accepted post
LONGEST_REVIEW = timedelta(days=30)  # after which an accepted post is not looked at any more: somebody has forgotten it
FIRST_FIGURES = timedelta(hours=1)  # after publishing


def published(claim: Claim, post: Published, *, now: datetime, confirm: float, how: str | None = None) -> Outcome:
    """It is live; or accepted, and looked at in `confirm` seconds, doubled after every look.

    The network may be waiting for a person there: after LONGEST_REVIEW it is left as it is.
    `how`: the reconciliation status, where evidence and not an answer says so.
    """
    looks = claim.post.looks if claim.post.stage == "confirm" else 0
    if not post.final and now - (claim.post.published_at or now) > LONGEST_REVIEW:
        return _left(claim)
    change = life.published(
        claim.post,
        id=post.id,
        key=network_key(claim, post.id),
        url=post.url,
        next_look=None if post.final else next_confirm(now, looks, confirm),
        figures_at=now + FIRST_FIGURES if providers()[claim.post.provider].can(Measures) else None,
        now=now,
        how=how,
    )
    details = {"note": post.note} if post.note else {}
    return Outcome(claim, change, ok=True, code="published" if post.final else "accepted", retryable=False, details=details)


def too_late(claim: Claim, *, now: datetime) -> Outcome:
    """Its latest time has passed: what was for tonight must not appear on Thursday."""
    post = claim.post
    latest, late = post.latest_at or post.publish_at, spoken(now - post.publish_at)
    last = f" The last error was: {post.error}." if post.error else ""
    message = f"The post was not published by {iso(latest)}, and is now {late} late.{last} Retry it to publish it anyway"
    return Outcome(claim, life.failed(LATE, message), ok=False, code=LATE, message=message, retryable=False)


def rest(provider: Provider, heard: Sequence[httpx2.Headers], *, now: datetime) -> datetime | None:
    """Until when the account is left alone, because the network says that it has had enough of it for now."""
    if provider.rest is None or not heard:
        return None
    seconds = min(provider.rest(heard[-1]), LONGEST_HOLD)
    return now + timedelta(seconds=seconds) if seconds > 0 else None


def waiting(claim: Claim, *, seconds: float, why: str, now: datetime) -> Outcome:
    """The network needs time; the attempt stays open."""
    return Outcome(claim, life.unfinished(now + timedelta(seconds=seconds)), ended=False, message=why)


def stopped(claim: Claim, *, now: datetime, settle: float) -> Outcome:
    """The worker stops before the end: anybody may go on at once; what may have been sent is looked for."""
    if claim.undone:
        return decided(claim, Uncertain(f"The worker was stopped during {claim.undone[0]!r}"), Look(), now=now, settle=settle)
    message = "The worker was stopped; another one continues with the post"
    return Outcome(claim, life.put_off(claim.post, now, sent=False), ok=False, code="worker_stopped", message=message, retryable=True)


def decided(claim: Claim, error: Exception, decision: Decision, *, now: datetime, settle: float) -> Outcome:
    """A failure, and what policy made of it. `settle`: the network's settle time in seconds."""
    code, message, details = told(error)
    post, sent = claim.post, bool(claim.undone)
    outcome = Outcome(claim, life.NOTHING, ok=False, code=code, message=message, details=details)
    match decision:
        case RetryAt() | Park() if post.cancel_requested_at and claim.undone:
            return unknown(claim, f"The post was canceled when it may already have been sent, and it could not be looked for: {message}")
        case RetryAt(at, counts, hold):
            outcome.change = life.put_off(post, at, sent=sent, tries=post.tries + counts, told=(code, message))
            outcome.retryable, outcome.hold_until = True, at if hold else None
        case Park():
            outcome.change = life.parked(post, sent=sent, code=code, message=message)
            outcome.retryable, outcome.reconnect = True, True
        case Look():
            # The settle time counts from now: a call may have been sent until its worker was gone, however long ago it was marked.
            first = next_look(now, looks=0, now=now, settle=settle)
            outcome.change, outcome.retryable = life.lost(first, marked_at=now, code=code, message=message), False
        case Fail():
            outcome.change, outcome.retryable = life.failed(code, message, tries=post.tries + 1), False
        case _:
            raise AssertionError(f"{decision} is not an outcome")
    return outcome


def look_again(claim: Claim, *, now: datetime, settle: float, confirm: float, error: Exception | None = None) -> Outcome:
    """A lost or accepted post was not found, or the network could not be read: the attempt stays open until the next look."""
    post = claim.post
    looks = post.looks + 1
    if post.stage == "confirm":
        if now - (post.published_at or now) > LONGEST_REVIEW:
            return _left(claim)
        following = next_confirm(now, post.looks, confirm)
    else:
        marked = post.marked_at or now
        if now - marked > LONGEST_LOOK:
            return unknown(claim, "The network could not be read for so long that a person must decide whether the post is live")
        if post.cancel_requested_at and (now - marked).total_seconds() >= settle:
            return unknown(claim, "The post was canceled when it may already have been sent, and the network cannot be read: look there")
        following = next_look(marked, looks=looks, now=now, settle=settle)
    said = told(error)[:2] if error is not None else None
    why = said[1] if said else LOOKED[post.stage].format(label=providers()[post.provider].label)
    return Outcome(claim, life.unfinished(following, looks=looks, told=said), ended=False, message=why)


def next_confirm(now: datetime, looks: int, first: float) -> datetime:
    """When to look at an accepted post again: ever more seldom."""
    return now + timedelta(seconds=Backoff((first,), LONGEST_TO_CONFIRM).pause(looks + 1) or 0)


def refused(claim: Claim, error: Exception, *, now: datetime, settle: float) -> Outcome:
    """The network refused to be asked about a lost post, which says nothing of the post; or took back one that it had accepted."""
    code, message, details = told(error)
    if claim.post.stage == "reconcile":
        outcome = unknown(claim, f"The post could not be looked for, and a person must decide whether it is live: {message}")
        outcome.details = details | {"cause": code}
        return outcome
    outcome = decided(claim, error, Fail(), now=now, settle=settle)
    outcome.change = replace(outcome.change, provider_status="failed")
    return outcome


def taken(claim: Claim, post_id: str) -> Outcome:
    """The network answered with a post that another post of ours is already."""
    message = f"The network did not create a new post, but named an existing one: {post_id}"
    return Outcome(claim, life.failed(TAKEN, message), ok=False, code=TAKEN, message=message, retryable=False)


def _left(claim: Claim) -> Outcome:
    """The network accepted it, and has said no more for so long that it is not asked any more."""
    message = "The network accepted the post and never said whether it is visible"
    return Outcome(claim, life.DONE, ok=True, code="accepted", message=message, retryable=False)


def absent(claim: Claim, *, now: datetime, backoff: Backoff, jitter: float) -> Outcome:
    """Evidence of absence: the network has no such post, so it may be sent again, unless that was its last try.

    The time between two tries is counted from the call that was lost: most of it has passed with looking.
    """
    post, tries = claim.post, claim.post.tries + (not claim.restored)
    change = life.absent(tries=tries)
    outcome = Outcome(claim, change, ok=True, code="not_found", retryable=True, erase_marks=True)
    outcome.message = "The network has no such post: it was not published"
    match RetryAt(now) if claim.restored else again(post.marked_at or now, tries=tries, backoff=backoff, jitter=jitter):
        case RetryAt(at):
            outcome.change = replace(change, status="retry_pending", next_at=max(at, now))
        case Fail():
            label = providers()[post.provider].label
            why = f"{label} gave no usable answer in {tries} {'try' if tries == 1 else 'tries'}, and has no such post: it was not published"
            message = f"{why}. The attempts show what was answered; retry the post when {label} works again"
            outcome.change = replace(change, status="failed", next_at=None, error_code=SILENT, error=message, counted_at=None)
            outcome.ok, outcome.code, outcome.message, outcome.retryable = False, SILENT, message, False
    return outcome


def unknown(claim: Claim, why: str) -> Outcome:
    """It cannot be known whether the post is live; only a person may send it again."""
    return Outcome(claim, life.unknown(UNKNOWN, why), ok=False, code=UNKNOWN, message=why, retryable=False)


def told(error: Exception) -> tuple[str, str, dict[str, Any]]:
    """Code, message and details of an error as they may be shown. What we did not foresee keeps its type and nothing else."""
    if isinstance(error, SocialClawError):
        details = {key: value for key, value in error.details.items() if isinstance(value, (str, int, float, bool, list, dict))}
        code = "provider_uncertain" if isinstance(error, Uncertain) else error.code
        return code, error.message, details
    return "internal_error", f"Unexpected {type(error).__name__}", {}
