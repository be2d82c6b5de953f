"""Every fault that a network can meet a post with, on every network; and what must come of it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from socialclaw.accounts.tokens import REFRESH, unseal
from socialclaw.db.accounts import Account
from socialclaw.db.base import utc_now
from socialclaw.db.posts import Attempt, Post
from socialclaw.networks import providers
from socialclaw.providers.base import Confirms
from socialclaw.providers.connect import OAuth2
from socialclaw.publishing.posts import cancel, retry
from tests.accounts.world import add_workspace
from tests.crash import users
from tests.crash.lab import Lab, Member
from tests.crash.report import settled

# What the public may see before anybody does anything about it.
CREDENTIALS = ("expire_token", "revoke_token")
NOTHING_HAPPENED = ("rate_limit", "refuse", *CREDENTIALS)  # first what may hold an account for a minute
ANSWER_LOST = ("reset", "reset_after", "timeout", "timeout_after", "error", "error_after", "malformed", "malformed_after")
KINDS = (*NOTHING_HAPPENED, *ANSWER_LOST)
WITHIN = 240.0  # seconds for one case to come to an end
LONG = 20.0  # seconds of waiting beyond which a user loses patience: some limits last until midnight, and others do not say how long
LOOK_SECONDS = 0.3  # of forty at once, while workers want the machine
AT_ONCE = 40  # cases
# No worker dies here, so none may be taken for dead: one that stalls for longer than its lease leaves a call that nobody can judge.
LAB: dict[str, Any] = {"lease_seconds": 15.0}


@dataclass(frozen=True)
class Case:
    """One post that met one fault. `parked`: it waited for its account to be connected again, which was then done.

    `gone`: the network had nothing to connect again, only another destination; so the user took the post back.
    """

    key: str
    kind: str
    post: Post
    parked: bool
    gone: bool
    refreshable: bool  # whether a token that ends is replaced without the user
    seen: int  # how often the public saw it
    attempts: list[Attempt]

    @property
    def named(self) -> bool:
        post = self.post
        known = (post.status, post.error_code, post.reconciliation_status)
        return known == ("failed", "publish_outcome_unknown", "unresolved")

    @property
    def wrong(self) -> str:
        """What is wrong with it; empty where nothing is."""
        post, tries = self.post, [(attempt.code, attempt.message, attempt.details) for attempt in self.attempts]
        told = f"{self.key}, {self.kind}: {post.status} {post.error_code} ({post.error}), seen {self.seen} times, after {tries}"
        if self.seen > 1:
            return f"posted twice: {told}"
        if self.post.status == "published":
            return "" if self.seen == 1 else f"never seen: {told}"
        if self.post.status == "canceled":
            return "" if self.gone and not self.seen else f"lost: {told}"
        may_be_unknown = self.kind in ANSWER_LOST and not providers()[self.post.provider].can(Confirms)
        return "" if self.named and may_be_unknown else f"lost: {told}"


async def meet_every_fault(
    lab: Lab, *, keys: Sequence[str] = (), kinds: Sequence[str] = KINDS, told: Callable[[int, int], object] = lambda met, of: None
) -> list[Case]:
    """One post for each provider and each fault, many at once. Workers must be running. `told` hears how many have been met."""
    places = asyncio.Semaphore(AT_ONCE)
    met = itertools.count(1)

    async def one(number: int, key: str, kind: str) -> Case:
        async with places:
            workspace = await add_workspace(lab.system, f"Case {number}")  # of its own, because so are its faults
            case = await meet(lab, await lab.connect(key, f"user{number}", workspace=workspace), kind)
            told(next(met), len(pairs))
            return case

    pairs = list(itertools.product(kinds, keys or providers()))
    return list(await asyncio.gather(*(one(number, key, kind) for number, (kind, key) in enumerate(pairs))))


async def meet(lab: Lab, member: Member, kind: str) -> Case:
    """Arm the fault, and follow one post to its end, connecting again if need be.

    It strikes the call that makes the post visible; where it is about credentials, the first call, as that other one may need none.
    """
    network = lab.networks[member.provider.network]
    text = f"{member.key} meets {kind}"

    def arm() -> None:
        network.fail(kind, "*" if kind in CREDENTIALS else "", seconds=1, workspace=member.workspace)

    # Not sooner: who collects the account's figures would meet the fault, and then nothing can be scheduled for it.
    run = await lab.schedule([(member, text)], between=arm)
    [post] = await _until(lab, run)
    if _waits_long(post):  # as the network wants it; the user does not
        assert lab.seen()[text] == 0, f"{text}: seen before its time"
        await lab.system.write(member.workspace, retry, post.id, test=True)
        [post] = await _until(lab, run)
    parked, gone = post.blocked_by == "account", False
    if parked:
        assert lab.seen()[text] == 0, f"{text}: seen before the account was connected again"
        row = await lab.system.database.read(_account, member.id)
        assert row.status == "reconnect_required", f"{text}: parked, but the account is {row.status}"
        gone = (await users.join(lab.system, member.workspace, member.key, member.who)).id != member.id
        if gone:
            await lab.system.write(member.workspace, cancel, post.id, test=True)
        [post] = await _until(lab, run)
    assert network.shelf.armed(member.workspace) == [], f"{text}: the fault was never met; {post.status} {post.error_code} {post.error}"
    kept = unseal(lab.system.vault, await lab.system.database.read(_account, member.id))
    spec = member.provider.connect
    refreshable = REFRESH in kept and isinstance(spec, OAuth2) and spec.renew is None  # what has ended cannot be traded
    return Case(member.key, kind, post, parked, gone, refreshable, lab.seen()[text], await lab.attempts(post.id))


async def _until(lab: Lab, run: str) -> list[Post]:
    """The run's posts once each has ended or waits for a person."""
    until = time.monotonic() + WITHIN
    while True:
        posts = await lab.posts(run)
        if all(settled(post) or post.blocked_by == "account" or _waits_long(post) for post in posts):
            return posts
        assert time.monotonic() < until, f"never came to an end: {await lab.unfinished()}"
        await asyncio.sleep(LOOK_SECONDS)


def _waits_long(post: Post) -> bool:
    return post.status == "retry_pending" and post.next_at is not None and post.next_at > utc_now() + timedelta(seconds=LONG)


def _account(session: Session, account_id: str) -> Account:
    return session.get_one(Account, account_id)
