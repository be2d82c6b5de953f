"""Looking for a post whose answer was lost, or that the network is still deciding about; evidence decides.

A time line lags, so *not found* is evidence of absence only after the network's settle time. And two posts may look alike, so a
post of the network is adopted only if no other post of ours has its id.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from socialclaw.accounts import credentials
from socialclaw.backoff import Backoff
from socialclaw.db.base import utc_now
from socialclaw.errors import NotFound, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks import providers
from socialclaw.providers.base import Confirms
from socialclaw.providers.draft import Account, Mark, Published
from socialclaw.publishing import outcomes
from socialclaw.publishing.claims import Claim
from socialclaw.publishing.drafts import drafted, remembered
from socialclaw.publishing.ownership import owned
from socialclaw.publishing.policy import Park
from socialclaw.publishing.record import Outcome
from socialclaw.system import System

SKEW = timedelta(seconds=5)  # how far a network's clock may be behind ours


async def look(system: System, claim: Claim) -> Outcome:
    """One look for the post of this claim."""
    post = claim.post
    provider = providers()[post.provider]
    now = utc_now()
    if not provider.can(Confirms):
        lost = "The post may have gone out before the hold" if claim.restored else f"{provider.label} gave no usable answer"
        way_out = "look there, and retry with force if it is not there"
        return outcomes.unknown(claim, f"{lost}, and {provider.label} offers no way to look the post up: {way_out}")
    settle = settle_seconds(system, post.provider)
    settled = (now - (post.marked_at or now)).total_seconds() >= settle
    try:
        found = await candidates(system, claim)
    except Uncertain as error:
        if post.stage == "reconcile" and settled:
            return outcomes.unknown(claim, error.message)
        return outcomes.look_again(claim, now=utc_now(), settle=settle, confirm=system.settings.confirm_seconds, error=error)
    except Unauthorized as error:
        return outcomes.decided(claim, error, Park(), now=now, settle=settle)
    except (RateLimited, Unavailable) as error:
        return outcomes.look_again(claim, now=utc_now(), settle=settle, confirm=system.settings.confirm_seconds, error=error)
    except Rejected as error:
        return outcomes.refused(claim, error, now=now, settle=settle)
    free = [p for p in found if p.id not in await system.database.read(owned, claim, [p.id for p in found])]
    if free:
        return outcomes.published(claim, free[0], now=utc_now(), confirm=system.settings.confirm_seconds, how="confirmed")
    if post.stage == "reconcile" and settled:
        return outcomes.absent(claim, now=utc_now(), backoff=backoff(system), jitter=random.random())
    return outcomes.look_again(claim, now=utc_now(), settle=settle, confirm=system.settings.confirm_seconds)


def backoff(system: System) -> Backoff:
    """How patient the operator lets us be."""
    settings = system.settings
    return Backoff((settings.retry_first_seconds,), settings.retry_most_seconds, settings.retry_tries)


def settle_seconds(system: System, provider: str) -> float:
    """How long a post may be missing from its own time line: the network's figure, or the operator's."""
    return system.settings.settle_seconds or providers()[provider].settle_seconds


async def candidates(system: System, claim: Claim) -> Sequence[Published]:
    """What the network has that may be this post."""
    post = claim.post
    marked = min((when for done, _, when, _ in claim.steps.values() if not done), default=post.published_at or post.publish_at)
    done = {name: result for name, (is_done, result, *_) in claim.steps.items() if is_done and not claim.restored}
    mark = Mark(since=marked - SKEW, done=done, post_id=post.provider_post_id)
    async with AsyncExitStack() as files:
        try:
            draft = await files.enter_async_context(drafted(system, post, test=claim.test))
        except (NotFound, Rejected):
            if not post.provider_post_id:
                raise
            draft = remembered(post)  # its files are gone since; it is known by its id

        async def find(account: Account) -> Sequence[Published]:
            adapter = providers()[post.provider].adapter(system.outbound.network(test=claim.test), account)
            assert isinstance(adapter, Confirms)
            return await adapter.find(draft, mark)

        return await credentials.using(system, claim.account, find)
