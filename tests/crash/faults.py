"""Every fault that a network can meet a post with, one after another, on every network at once; and what must come of it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from socialclaw.accounts.tokens import REFRESH, unseal
from socialclaw.db.accounts import Account
from socialclaw.db.posts import Post
from socialclaw.networks import providers
from socialclaw.providers.base import Confirms
from socialclaw.publishing.posts import cancel
from tests.crash import users
from tests.crash.lab import Lab, Member
from tests.crash.report import settled

# What the public may see before anybody does anything about it.
NOTHING_HAPPENED = ("refuse", "rate_limit", "expire_token", "revoke_token")
ANSWER_LOST = ("reset", "reset_after", "timeout", "timeout_after", "error", "error_after", "malformed", "malformed_after")
KINDS = (*NOTHING_HAPPENED, *ANSWER_LOST)
WITHIN = 120.0  # seconds for one case to come to an end; some networks do not say when a limit is over, and a minute is waited
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Case:
    """One post that met one fault. `parked`: it waited for its account to be connected again, which was then done.

    `gone`: the network had nothing to connect again, only another destination; so the user took the post back.
    """

    key: str
    kind: str
    text: str
    post: Post
    parked: bool
    gone: bool
    seen: int  # how often the public saw it

    @property
    def named(self) -> bool:
        post = self.post
        known = (post.status, post.error_code, post.reconciliation_status)
        return known == ("failed", "publish_outcome_unknown", "unresolved")

    @property
    def wrong(self) -> str:
        """What is wrong with it; empty where nothing is."""
        told = f"{self.key}, {self.kind}: {self.post.status} {self.post.error_code} ({self.post.error}), seen {self.seen} times"
        if self.seen > 1:
            return f"posted twice: {told}"
        if self.post.status == "published":
            return "" if self.seen == 1 else f"never seen: {told}"
        if self.post.status == "canceled":
            return "" if self.gone and not self.seen else f"lost: {told}"
        may_be_unknown = self.kind in ANSWER_LOST and not providers()[self.key].can(Confirms)
        return "" if self.named and may_be_unknown else f"lost: {told}"


async def meet_every_fault(lab: Lab, *, keys: Sequence[str] = (), kinds: Sequence[str] = KINDS) -> list[Case]:
    """One post for each provider and each fault. Workers must be running. Networks go side by side, as faults are a network's."""
    members = [await lab.connect(key, "faulty") for key in keys or providers()]
    of_network: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        of_network[member.provider.network].append(member)
    ends = [_on_network(lab, group, kinds) for group in of_network.values()]
    return list(itertools.chain.from_iterable(await asyncio.gather(*ends)))


async def _on_network(lab: Lab, members: Sequence[Member], kinds: Sequence[str]) -> list[Case]:
    return [await meet(lab, member, kind) for member in members for kind in kinds]


async def meet(lab: Lab, member: Member, kind: str) -> Case:
    """Arm the fault for the next call that makes a post visible, and follow one post to its end, connecting again if need be.

    What concerns the access is armed for the last call that looks at it.
    """
    network = lab.networks[member.provider.network]
    network.fail(kind, network.guarded if kind in ("expire_token", "revoke_token") else "", seconds=1)
    text = f"{member.provider.key} meets {kind}"
    run = await lab.schedule([(member, text)])
    [post] = await _until(lab, run)
    parked, gone = post.blocked_by == "account", False
    if parked:
        assert lab.seen()[text] == 0, f"{text}: seen before the account was connected again"
        row = await lab.system.database.read(_account, member.id)
        assert row.status == "reconnect_required", f"{text}: parked, but the account is {row.status}"
        gone = not await _connect_again(lab, member)
        if gone:
            await lab.system.write(lab.workspace, cancel, post.id, test=True)
        [post] = await _until(lab, run)
    assert network.shelf.armed() == [], f"{text}: the fault was never met"
    return Case(member.provider.key, kind, text, post, parked, gone, lab.seen()[text])


async def _connect_again(lab: Lab, member: Member) -> bool:
    """Whether the user who connects again gets the same account; else the member stands for the other one from now on."""
    before = member.id
    member.id = (await users.join(lab.system, lab.workspace, member.provider.key, member.who)).id
    return member.id == before


async def _until(lab: Lab, run: str) -> list[Post]:
    """The run's posts once each has ended or waits for a person."""
    until = time.monotonic() + WITHIN
    while True:
        posts = await lab.posts(run)
        if all(settled(post) or post.blocked_by == "account" for post in posts):
            return posts
        assert time.monotonic() < until, f"never came to an end: {await lab.unfinished()}"
        await asyncio.sleep(LOOK_SECONDS)


async def refreshable(lab: Lab, key: str) -> bool:
    """Whether the account of this provider can be refreshed without a person."""
    member = next(m for m in lab.members.values() if m.provider.key == key)
    return REFRESH in unseal(lab.system.vault, await lab.system.database.read(_account, member.id))


def _account(session: Session, account_id: str) -> Account:
    return session.get_one(Account, account_id)
