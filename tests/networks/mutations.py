"""Adapters broken on purpose, and the duty of the conformance suite that notices: `python -m tests.networks.mutations [provider …]`.

Each mutation is an easy mistake. One that no duty notices would be a hole in the suite, for every network that is written after it.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from socialclaw.errors import RateLimited
from socialclaw.networks import providers
from socialclaw.providers.base import Provider, Steps
from socialclaw.providers.draft import Draft, Published
from tests.networks import test_conformance as suite
from tests.networks.edges import edges
from tests.networks.stage import Stage

Publish = Callable[[Any, Draft, Steps], Awaitable[Published]]


@dataclass(frozen=True)
class Mutation:
    """A mistake: what it makes of an adapter's `publish`, and the duties of which one must notice it."""

    name: str
    make: Callable[[Publish], Publish]
    duties: tuple[str, ...]

    def of(self, provider: Provider) -> Provider:
        """The provider with its adapter broken."""
        publish: Any = provider.adapter.publish
        broken = type(f"Broken{provider.adapter.__name__}", (provider.adapter,), {"publish": self.make(publish)})
        return replace(provider, adapter=broken)


def dropped_picture(publish: Publish) -> Publish:
    """The last file is forgotten."""

    async def broken(self: Any, draft: Draft, steps: Steps) -> Published:
        return await publish(self, replace(draft, media=draft.media[:-1]), steps)

    return broken


def once_for_irreversible(publish: Publish) -> Publish:
    """The call that makes the post visible is taken for one that may be repeated."""

    class Careless:
        def __init__(self, steps: Steps) -> None:
            self.once, self.irreversible, self.wait = steps.once, steps.once, steps.wait

    async def broken(self: Any, draft: Draft, steps: Steps) -> Published:
        return await publish(self, draft, Careless(steps))

    return broken


def swallowed_429(publish: Publish) -> Publish:
    """A refusal for now is taken for a success."""

    async def broken(self: Any, draft: Draft, steps: Steps) -> Published:
        try:
            return await publish(self, draft, steps)
        except RateLimited:
            return Published("0")

    return broken


MUTATIONS = (
    Mutation("a dropped picture", dropped_picture, ("publishes_every_mix_at_both_edges_exactly_once",)),
    Mutation("once in place of irreversible", once_for_irreversible, ("a_lost_answer_never_publishes_twice",)),
    Mutation(
        "a swallowed 429",
        swallowed_429,
        ("a_limit_says_when_to_come_back_and_the_post_is_sent_then", "a_lost_answer_in_an_earlier_call_is_only_a_delay"),
    ),
)


async def noticed(provider: Provider, duties: Sequence[str]) -> str | None:
    """The first of these duties that the provider fails; None where it fulfils them all."""
    for name in duties:
        if (name, provider.key) in suite.EXEMPT:
            continue
        test = getattr(suite, f"test_{name}")
        for more in _parameters(test, provider):
            stage = Stage(provider)
            at_hand = {"provider": provider, "stage": stage, "account": await stage.connect(), **more}
            try:
                await test(**{wanted: at_hand[wanted] for wanted in inspect.signature(test).parameters})
            except (Exception, pytest.fail.Exception):
                return name
    return None


def _parameters(test: Any, provider: Provider) -> Iterator[dict[str, Any]]:
    """What a duty is repeated with, beside providers."""
    marks = [mark for mark in test.pytestmark if mark.name == "parametrize" and mark.args[0] == "kind"]
    kinds = [{"kind": kind} for mark in marks for kind in mark.args[1]] or [{}]
    places = [{"edge": edge} for edge in edges(provider)] if "edge" in inspect.signature(test).parameters else [{}]
    yield from ({**kind, **place} for kind in kinds for place in places)


def main(keys: Sequence[str]) -> int:
    """Print the table; how many mutations were not noticed."""
    missed = 0
    for mutation in MUTATIONS:
        for provider in [p for p in providers().values() if not keys or p.key in keys]:
            by = asyncio.run(noticed(mutation.of(provider), mutation.duties))
            missed += by is None
            print(f"{mutation.name:<32}{provider.key:<22}{by or 'NOT NOTICED'}", flush=True)
    return missed


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
