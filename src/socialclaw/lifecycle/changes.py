"""The life of a post: every change that its state can take.

    draft → scheduled → publishing → published
                ↑  ↓         ↓  ↑
             canceled    retry_pending, failed

`stage` says what is to be done at `next_at`: publish; reconcile (an answer was lost, and the network is asked); confirm (the network
accepted it, and is asked whether it is visible). `blocked_by` parent, account or hold: it waits for that, with no `next_at`.

`counted_at` says in which month it counts as one of a plan's posts: null exactly while it is a draft, canceled, or failed for good (one
whose outcome is unknown may be live, and counts).

A function here is named after what happened, and makes the `Change`; `lifecycle/writing.py` writes it. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from operator import attrgetter
from typing import Any

from socialclaw.db.posts import Post

PARENT_FAILED = "parent_post_failed"
UNSENT = ("draft", "scheduled", "retry_pending")  # nothing of it can have been sent: it may be canceled
GOING = ("scheduled", "retry_pending", "publishing", "published")  # something may still be done about it


class Keep(Enum):
    """What a change does not touch."""

    KEEP = 0


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Change:
    """New values of a post's state."""

    status: str | Keep = KEEP
    stage: str | Keep = KEEP
    next_at: datetime | Keep | None = KEEP
    blocked_by: str | Keep | None = KEEP
    waiting: bool | Keep = KEEP
    fence: int | Keep = KEEP
    attempt_count: int | Keep = KEEP
    tries: int | Keep = KEEP
    looks: int | Keep = KEEP
    marked_at: datetime | Keep | None = KEEP
    provider_post_id: str | Keep | None = KEEP
    network_key: str | Keep | None = KEEP
    provider_url: str | Keep | None = KEEP
    provider_status: str | Keep | None = KEEP
    reconciliation_status: str | Keep | None = KEEP
    resolved_parent_id: str | Keep | None = KEEP
    published_at: datetime | Keep | None = KEEP
    collect_at: datetime | Keep | None = KEEP
    cancel_requested_at: datetime | Keep | None = KEEP
    error_code: str | Keep | None = KEEP
    error: str | Keep | None = KEEP
    publish_at: datetime | Keep = KEEP
    latest_at: datetime | Keep | None = KEEP
    counted_at: datetime | Keep | None = KEEP

    def values(self) -> dict[str, Any]:
        """Column -> new value."""
        return {name: value for name, value in zip(self.__slots__, _state(self), strict=True) if value is not KEEP}


_state = attrgetter(*Change.__slots__)
NOTHING = Change()
DONE = Change(next_at=None, blocked_by=None, waiting=False)  # nothing more is done about it


# Its way out.


def planned(publish_at: datetime, now: datetime, *, draft: bool, replies: bool) -> Change:
    """It is applied: as a draft, or to go out at its time; a reply once its parent is published."""
    return Change(
        status="draft" if draft else "scheduled",
        next_at=None if draft or replies else publish_at,
        blocked_by="parent" if replies else None,
        counted_at=None if draft else max(publish_at, now),
    )


def scheduled(post: Post, now: datetime, *, publish_at: datetime) -> Change:
    """A draft is published: with this time, or as soon as its parent is."""
    going = max(publish_at, now)
    due = None if post.blocked_by else going
    return Change(status="scheduled", next_at=due, publish_at=publish_at, latest_at=later(post, publish_at, now), counted_at=going)


def edited(post: Post, now: datetime, *, publish_at: datetime) -> Change:
    """It says something else now, or at another time: as if it were new, but for what it waits for.

    It counts in another month only if it is moved: one that is late was accepted for the month that it was for.
    """
    draft, latest = post.status == "draft", later(post, publish_at, now)
    moved = Change(status="draft" if draft else "scheduled", publish_at=publish_at, latest_at=latest, tries=0, error_code=None, error=None)
    if not draft and (publish_at != post.publish_at or post.counted_at is None):
        moved = replace(moved, counted_at=max(publish_at, now))
    return replace(moved, next_at=None if draft or post.blocked_by else max(publish_at, now))


def claimed(post: Post, *, until: datetime, undone: bool) -> Change:
    """A worker has it until then. An attempt that waited goes on; else another one begins.

    Not `undone`: nothing is unknown of it (any more); the answer that was looked for came after all, to a worker thought to be gone.
    """
    return Change(
        status=post.status if post.stage == "confirm" else "publishing",
        stage="publish" if post.stage == "reconcile" and not undone else post.stage,
        next_at=until,
        fence=post.fence + 1,
        attempt_count=post.attempt_count + (not post.waiting),
        waiting=False,
    )


def published(
    post: Post,
    *,
    id: str,
    key: str,
    url: str | None,
    next_look: datetime | None,
    figures_at: datetime | None,
    now: datetime,
    how: str | None = None,
) -> Change:
    """It is live; or the network has accepted it, and is asked at `next_look` whether it is visible.

    `figures_at`: when its figures are first collected. `how`: the reconciliation status, where evidence and not an answer says so.
    """
    looks = post.looks if post.stage == "confirm" else 0
    return Change(
        status="published",
        stage="confirm" if next_look else "publish",
        next_at=next_look,
        blocked_by=None,
        waiting=False,
        looks=looks + 1 if next_look else 0,
        provider_post_id=id,
        network_key=key,
        provider_url=url,
        provider_status="accepted" if next_look else "published",
        reconciliation_status=how or ("confirmed" if post.reconciliation_status else None),
        published_at=post.published_at or now,
        collect_at=post.collect_at or figures_at,
        error_code=None,
        error=None,
        counted_at=KEEP if post.counted_at else now,
    )


def unfinished(at: datetime, *, looks: int | Keep = KEEP, told: tuple[str, str] | None = None) -> Change:
    """The attempt stays open and goes on then. `told`: code and message of what went wrong on the way."""
    return _because(Change(next_at=at, waiting=True, looks=looks), told)


def lost(first_look: datetime, *, marked_at: datetime, code: str, message: str) -> Change:
    """An answer was lost: it is looked for on the network."""
    return Change(
        stage="reconcile",
        next_at=first_look,
        waiting=False,
        marked_at=marked_at,
        looks=0,
        reconciliation_status="pending",
        error_code=code,
        error=message,
    )


def put_off(post: Post, at: datetime, *, sent: bool, tries: int | Keep = KEEP, told: tuple[str, str] | None = None) -> Change:
    """Tried again then. `sent`: something may have been sent, so it may not be taken for one that was not."""
    return _because(Change(status=_until_again(post, sent), next_at=at, waiting=False, tries=tries), told)


def parked(post: Post, *, sent: bool, code: str, message: str) -> Change:
    """It waits until its account is connected again."""
    return Change(status=_until_again(post, sent), next_at=None, blocked_by="account", waiting=False, error_code=code, error=message)


def absent(*, tries: int) -> Change:
    """Evidence says that the network does not have it."""
    return Change(stage="publish", waiting=False, looks=0, marked_at=None, reconciliation_status="not_found", tries=tries)


def _because(change: Change, told: tuple[str, str] | None) -> Change:
    return replace(change, error_code=told[0], error=told[1]) if told else change


def _until_again(post: Post, sent: bool) -> str:
    """The status until the next try: one that may be canceled only if nothing can have been sent."""
    return "retry_pending" if post.stage == "publish" and not sent else post.status


# Its end.


def failed(code: str, message: str, *, tries: int | Keep = KEEP) -> Change:
    """For good: its replies fail too."""
    return replace(DONE, status="failed", error_code=code, error=message, tries=tries, counted_at=None)


def failed_with_parent() -> Change:
    """The post that it replies to failed. It stays blocked by it, so that it comes back with it."""
    message = "The post that this one replies to failed"
    return Change(status="failed", next_at=None, error_code=PARENT_FAILED, error=message, counted_at=None)


def unknown(code: str, message: str) -> Change:
    """It cannot be known whether it is live; only a person may send it again."""
    return replace(failed(code, message), reconciliation_status="unresolved", counted_at=KEEP)


CALLED_OFF = replace(DONE, status="canceled", counted_at=None)


def canceled(post: Post) -> Change:
    """Taken back, and its replies with it. Whoever works on it may write nothing more."""
    return replace(CALLED_OFF, stage="publish", fence=post.fence + 1)


def wanted_back(post: Post, now: datetime, *, idle: bool) -> Change:
    """Taken back where it may have been sent already: nothing more is sent. `idle`: nobody is looking for it, and somebody shall."""
    asked = Change(cancel_requested_at=post.cancel_requested_at or now)
    return replace(asked, next_at=now, blocked_by=None) if idle else asked


def deleted(post: Post) -> Change:
    """Taken down on its network; a worker that looks at it just now comes too late with what it sees."""
    return replace(DONE, stage="publish", provider_status="deleted", fence=post.fence + 1, collect_at=None)


# What happens to it besides.


def resent(post: Post, now: datetime, *, waits: bool, anew: bool) -> Change:
    """A person sends it again: at once, or once its parent is published (`waits`). `anew`: nothing that was done counts any more."""
    begun = Change(
        status="scheduled" if waits else "retry_pending",
        stage="publish",
        next_at=None if waits else now,
        blocked_by="parent" if waits else None,
        waiting=False,
        tries=0,
        looks=0,
        marked_at=None,
        reconciliation_status=None,
        cancel_requested_at=None,
        error_code=None,
        error=None,
        latest_at=later(post, now, now),
        counted_at=KEEP if post.status == "retry_pending" else max(post.publish_at, now) if waits else now,
    )
    if not anew:
        return begun
    return replace(begun, provider_post_id=None, network_key=None, provider_url=None, provider_status=None, published_at=None)


def confirmed(*, visible: bool, accepted: bool) -> Change:
    """A person had a published post looked at: it is there (`accepted`: not for everybody yet), or it is not."""
    there = Change(reconciliation_status="confirmed", provider_status="accepted" if accepted else "published")
    return there if visible else Change(reconciliation_status="not_found")


def brought_forward(now: datetime) -> Change:
    """What is to be done about it is done now."""
    return Change(next_at=now)


def back(reply: Post, now: datetime) -> Change:
    """It failed with its parent, which somebody sends again or has found: it waits for it as at first."""
    return Change(status="scheduled", error_code=None, error=None, counted_at=max(reply.publish_at, now))


def left_behind(code: str, message: str) -> Change:
    """It failed with its parent, which is published after all, and may not come back: it stays failed, for this reason."""
    return Change(error_code=code, error=message)


def freed(reply: Post, now: datetime, parent_id: str) -> Change:
    """Its parent is published: it goes at its time, or now if that is past. One that has failed can be sent again, and is not by itself."""
    change = Change(blocked_by=None, resolved_parent_id=parent_id, latest_at=later(reply, reply.publish_at, now))
    return replace(change, next_at=max(reply.publish_at, now)) if reply.status in ("scheduled", "retry_pending") else change


def later(post: Post, publish_at: datetime, now: datetime) -> datetime | None:
    """Its latest time, as far behind the instant at which it may go as it was behind its time."""
    return max(publish_at, now) + (post.latest_at - post.publish_at) if post.latest_at else None
