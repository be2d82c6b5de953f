"""From what happened to what is written: the outcomes an attempt can have. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx2

from socialclaw.errors import SocialClawError, Uncertain
from socialclaw.networks import providers
from socialclaw.providers.base import Measures, Provider
from socialclaw.providers.draft import Published
from socialclaw.publishing.claims import Claim
from socialclaw.publishing.outcomes import Outcome
from socialclaw.publishing.ownership import network_key
from socialclaw.publishing.policy import LONGEST_HOLD, LONGEST_LOOK, Decision, Fail, Limits, Look, Park, RetryAt, again, next_look

UNKNOWN = "publish_outcome_unknown"
TAKEN = "provider_post_taken"
SILENT = "provider_never_answered"
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
    changes: dict[str, Any] = {
        "status": "published",
        "stage": "publish" if post.final else "confirm",
        "next_at": None if post.final else _next_confirm(now, looks, confirm),
        "looks": 0 if post.final else looks + 1,
        "blocked_by": None,
        "waiting": False,
        "provider_post_id": post.id,
        "network_key": network_key(claim, post.id),
        "provider_url": post.url,
        "provider_status": "published" if post.final else "accepted",
        "reconciliation_status": how or ("confirmed" if claim.post.reconciliation_status else None),
        "published_at": claim.post.published_at or now,
        "collect_at": claim.post.collect_at or (now + FIRST_FIGURES if providers()[claim.post.provider].can(Measures) else None),
        "error_code": None,
        "error": None,
    }
    details = {"note": post.note} if post.note else {}
    return Outcome(
        claim, changes, ok=True, code="published" if post.final else "accepted", retryable=False, details=details, published=True
    )


def rest(provider: Provider, heard: Sequence[httpx2.Headers], *, now: datetime) -> datetime | None:
    """Until when the account is left alone, because the network says that it has had enough of it for now."""
    if provider.rest is None or not heard:
        return None
    seconds = min(provider.rest(heard[-1]), LONGEST_HOLD)
    return now + timedelta(seconds=seconds) if seconds > 0 else None


def waiting(claim: Claim, *, seconds: float, now: datetime) -> Outcome:
    """The network needs time; the attempt stays open."""
    return Outcome(claim, {"next_at": now + timedelta(seconds=seconds), "waiting": True}, ended=False)


def stopped(claim: Claim, *, now: datetime, settle: float) -> Outcome:
    """The worker stops before the end: anybody may go on at once; what may have been sent is looked for."""
    if claim.undone:
        return decided(claim, Uncertain(f"The worker was stopped in {claim.undone[0]!r}"), Look(), now=now, settle=settle)
    changes = {"next_at": now, "status": _until_again(claim)}
    return Outcome(
        claim, changes, ok=False, code="worker_stopped", message="The worker was stopped; the post goes on elsewhere", retryable=True
    )


def decided(claim: Claim, error: Exception, decision: Decision, *, now: datetime, settle: float) -> Outcome:
    """A failure, and what policy made of it. `settle`: the network's settle time in seconds."""
    code, message, details = told(error)
    post = claim.post
    changes: dict[str, Any] = {"error_code": code, "error": message, "waiting": False}
    outcome = Outcome(claim, changes, ok=False, code=code, message=message, details=details)
    match decision:
        case RetryAt() | Park() if post.cancel_requested_at and claim.undone:
            return unknown(claim, f"The post was canceled when it may have been sent already, and it could not be looked for: {message}")
        case RetryAt(at, counts, hold):
            changes |= {"status": _until_again(claim), "next_at": at}
            changes["tries"] = post.tries + counts
            outcome.retryable, outcome.hold_until = True, at if hold else None
        case Park():
            changes |= {"status": _until_again(claim), "next_at": None, "blocked_by": "account"}
            outcome.retryable, outcome.reconnect = True, True
        case Look():
            # The settle time counts from now: a call may have been sent until its worker was gone, however long ago it was marked.
            first = next_look(now, looks=0, now=now, settle=settle)
            changes |= {"stage": "reconcile", "next_at": first, "marked_at": now, "looks": 0, "reconciliation_status": "pending"}
            outcome.retryable = False
        case Fail():
            changes |= {"status": "failed", "next_at": None, "tries": post.tries + 1}
            outcome.retryable, outcome.failed = False, True
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
        following = _next_confirm(now, post.looks, confirm)
    else:
        marked = post.marked_at or now
        if now - marked > LONGEST_LOOK:
            return unknown(claim, "The network could not be read for so long that a person must decide whether the post is live")
        if post.cancel_requested_at and (now - marked).total_seconds() >= settle:
            return unknown(claim, "The post was canceled when it may have been sent already, and the network cannot be read: look there")
        following = next_look(marked, looks=looks, now=now, settle=settle)
    changes: dict[str, Any] = {"next_at": following, "looks": looks, "waiting": True}
    if error is not None:
        changes["error_code"], changes["error"], _ = told(error)
    return Outcome(claim, changes, ended=False)


def _next_confirm(now: datetime, looks: int, first: float) -> datetime:
    """When to look at an accepted post again: ever more seldom."""
    return now + timedelta(seconds=min(first * 2 ** min(looks, 20), LONGEST_TO_CONFIRM))


def refused(claim: Claim, error: Exception, *, now: datetime, settle: float) -> Outcome:
    """The network refused to be asked about a lost post, which says nothing of the post; or took back one that it had accepted."""
    code, message, details = told(error)
    if claim.post.stage == "reconcile":
        outcome = unknown(claim, f"The post could not be looked for, and a person must decide whether it is live: {message}")
        outcome.details = details | {"cause": code}
        return outcome
    outcome = decided(claim, error, Fail(), now=now, settle=settle)
    outcome.changes["provider_status"] = "failed"
    return outcome


def taken(claim: Claim, post_id: str) -> Outcome:
    """The network answered with a post that another post of ours is already."""
    message = f"The network did not make a new post, but named one that was there before: {post_id}"
    changes = {"status": "failed", "next_at": None, "waiting": False, "error_code": TAKEN, "error": message}
    return Outcome(claim, changes, ok=False, code=TAKEN, message=message, retryable=False, failed=True)


def _left(claim: Claim) -> Outcome:
    """The network accepted it, and has said no more for so long that it is not asked any more."""
    message = "The network accepted the post and never said whether it is visible"
    return Outcome(claim, {"next_at": None, "waiting": False}, ok=True, code="accepted", message=message, retryable=False)


def absent(claim: Claim, *, now: datetime, limits: Limits, jitter: float) -> Outcome:
    """Evidence of absence: the network has no such post, so it may be sent again, unless that was its last try.

    The time between two tries is counted from the call that was lost: most of it has passed with looking.
    """
    post, tries = claim.post, claim.post.tries + (not claim.restored)
    found_out: dict[str, Any] = {"stage": "publish", "reconciliation_status": "not_found", "waiting": False, "looks": 0, "marked_at": None}
    outcome = Outcome(claim, found_out | {"tries": tries}, ok=True, code="not_found", retryable=True, erase_marks=True)
    outcome.message = "The network has no such post: it was not published"
    match RetryAt(now) if claim.restored else again(post.marked_at or now, tries=tries, limits=limits, jitter=jitter):
        case RetryAt(at):
            outcome.changes |= {"status": "retry_pending", "next_at": max(at, now)}
        case Fail():
            label = providers()[post.provider].label
            why = f"{label} gave no usable answer in {tries} {'try' if tries == 1 else 'tries'}, and has no such post: it was not published"
            message = f"{why}. The attempts tell what was answered; retry the post when {label} works again"
            outcome.changes |= {"status": "failed", "next_at": None, "error_code": SILENT, "error": message}
            outcome.ok, outcome.code, outcome.message, outcome.retryable, outcome.failed = False, SILENT, message, False, True
    return outcome


def unknown(claim: Claim, why: str) -> Outcome:
    """It cannot be known whether the post is live; only a person may send it again."""
    changes = {
        "status": "failed",
        "next_at": None,
        "waiting": False,
        "error_code": UNKNOWN,
        "error": why,
        "reconciliation_status": "unresolved",
    }
    return Outcome(claim, changes, ok=False, code=UNKNOWN, message=why, retryable=False, failed=True)


def _until_again(claim: Claim) -> str:
    """The status until the next try: one that may be canceled only if nothing can have been sent."""
    return "retry_pending" if claim.post.stage == "publish" and not claim.undone else claim.post.status


def told(error: Exception) -> tuple[str, str, dict[str, Any]]:
    """Code, message and details of an error as they may be shown. What we did not foresee keeps its type and nothing else."""
    if isinstance(error, SocialClawError):
        details = {key: value for key, value in error.details.items() if isinstance(value, (str, int, float, bool, list, dict))}
        code = "provider_uncertain" if isinstance(error, Uncertain) else error.code
        return code, error.message, details
    return "internal_error", f"Unexpected {type(error).__name__}", {}
