"""Every request that an adapter makes: while it connects, posts at every edge, replies, looks back, counts and deletes."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

from socialclaw.errors import ProviderError
from socialclaw.providers.base import Checks, Confirms, Deletes, Measures, MeasuresAccount, Provider
from socialclaw.providers.draft import Account, Draft, Mark, Published
from tests.networks.edges import edges, plain, worded
from tests.networks.recorded import Call, RecordedStage
from tests.networks.stage import InMemorySteps


async def record(provider: Provider) -> list[Call]:
    """All that passed between this provider's adapter and its simulated network."""
    stage = RecordedStage(provider)
    stage.network.lift_quotas()
    stage.network.review_at_once()
    account = await stage.connect()
    for edge in edges(provider):
        await _life(stage, account, edge.draft(stage, account))
    first = await _life(stage, account, worded(plain(stage, account), "The first one"), keep=True)
    if "reply" in provider.rules.interactions:
        reply = replace(worded(plain(stage, account), "A reply"), interaction="reply", parent="s", reply_to=first.id)
        await _life(stage, account, reply)
    await _counted(stage, account, first)
    return stage.calls


async def _life(stage: RecordedStage, account: Account, draft: Draft, *, keep: bool = False) -> Published:
    """A post from its first byte to its deletion, looked for by its id and without."""
    steps, adapter = InMemorySteps(), stage.adapter(account)
    published = await stage.publish(account, draft, steps)
    if isinstance(adapter, Confirms):
        since = steps.marked_at or datetime.now(UTC)
        for post_id in (published.id, None):
            await adapter.find(draft, Mark(since, dict(steps.done), post_id))
    if isinstance(adapter, Deletes) and not keep:
        await adapter.delete(published.id)
    stage.ahead += 400  # so that the next of the same words is no repetition
    return published


async def _counted(stage: RecordedStage, account: Account, post: Published) -> None:
    adapter, provider = stage.adapter(account), stage.provider
    if isinstance(adapter, Checks):
        await adapter.check()
    for window in provider.windows if isinstance(adapter, Measures) else ():
        await adapter.metrics(post.id, window)
    for window in (provider.account_windows or provider.windows) if isinstance(adapter, MeasuresAccount) else ():
        with contextlib.suppress(ProviderError):  # a window that this type of account has no figures for
            await adapter.account_metrics(window)
