"""Who gets the next free place. Places are few and may be held for long; nobody who holds many may keep the others waiting.

The policy, `Turns`, knows no time and no tasks. A party (a workspace, and what it works with) takes a place at once while its share allows
that, and else waits in its line. Shares shrink with what is free (as in "dynamic thresholds" for switches that share a memory), so that
whoever holds on to places leaves some, which the next ones find free, however many there are before them:

* a party holds no more than twice as many as are free, and no more than `usual`; all lines of a workspace together three times as many;
  all workspaces with one provider four times as many: live ones and test ones apart, since a simulated network is another one;
* the last sixth is for live workspaces.

Half as many places as `usual` are there in addition, so that a party that is alone gets all of those. When a place becomes free, live
workspaces come before test ones, and who holds fewest before those who hold more; among equals each comes in its turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

W = TypeVar("W", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Party:
    """Who wants a place: a workspace, and the provider that it works with, where that matters."""

    workspace_id: str
    test: bool
    provider: str = ""


class Turns(Generic[W]):
    """`join` and `leave` as somebody who waits, `give_back` a place that was held. Those who wait are of any hashable kind."""

    def __init__(self, usual: int) -> None:
        self.usual = usual
        self.free = usual + -(-usual // 2)
        self._live_only = max(1, self.free // 6)
        self._held: Counter[Hashable] = Counter()
        # test? -> workspace -> party -> those who wait; all in the order of their turns
        self._lines: dict[bool, dict[str, dict[Party, dict[W, None]]]] = {False: {}, True: {}}

    def may(self, party: Party) -> bool:
        """Whether the party's share leaves it a place now."""
        free, held = self.free, self._held
        if free <= (self._live_only if party.test else 0):
            return False
        ours, network = held[party], (party.test, party.provider)
        fits = ours < self.usual and ours < 2 * free and held[party.workspace_id] < 3 * free
        return fits and (not party.provider or held[network] < 4 * free)

    def take(self, party: Party) -> bool:
        """Whether a place is theirs; else they do not wait for it."""
        if allowed := self.may(party):
            self._take(party)
        return allowed

    def join(self, party: Party, who: W) -> bool:
        """Whether a place is theirs at once; else they wait for it."""
        if self.take(party):
            return True
        self._lines[party.test].setdefault(party.workspace_id, {}).setdefault(party, {})[who] = None
        return False

    def leave(self, party: Party, who: W) -> None:
        """They wait no more."""
        if who in (line := self.waiting(party)):
            self._drop(party, line, who)

    def give_back(self, party: Party) -> list[tuple[Party, W]]:
        """A place is free again; those who get one now."""
        self.free += 1
        for name in _names(party):
            self._held[name] -= 1
            if not self._held[name]:
                del self._held[name]
        given = []
        while self.free and (following := self._next()):
            given.append(following)
        return given

    def owes(self, party: Party) -> bool:
        """Whether a workspace waits that holds so many fewer places than this one that it should have the next one of these."""
        ours = self._held[party.workspace_id] - 1
        lines = (self._lines[False], self._lines[True] if party.test else {})
        return any(self._held[other] < ours for each in lines for other in each)

    def waiting(self, party: Party) -> dict[W, None]:
        return self._lines[party.test].get(party.workspace_id, {}).get(party, {})

    def crowded(self, most: int) -> list[Party]:
        """The parties of whom so many or more wait."""
        every = (line for lines in self._lines.values() for parties in lines.values() for line in parties.items())
        return [party for party, waiting in every if len(waiting) >= most]

    def _next(self) -> tuple[Party, W] | None:
        for test in (False, True):
            if self.free <= (self._live_only if test else 0):
                return None
            best: Party | None = None
            least = float("inf")
            for workspace_id, parties in self._lines[test].items():
                held = self._held[workspace_id]
                if held < least and (party := next(filter(self.may, parties), None)):
                    best, least = party, held
                    if not held:
                        break
            if best:
                return self._begin(best, self.waiting(best))
        return None

    def _begin(self, party: Party, waiting: dict[W, None]) -> tuple[Party, W]:
        """The first of the line goes; its party, and its workspace, come last from now on."""
        who = next(iter(waiting))
        lines, parties = self._lines[party.test], self._lines[party.test][party.workspace_id]
        parties[party] = parties.pop(party)
        lines[party.workspace_id] = lines.pop(party.workspace_id)
        self._drop(party, waiting, who)
        self._take(party)
        return party, who

    def _take(self, party: Party) -> None:
        self.free -= 1
        for name in _names(party):
            self._held[name] += 1

    def _drop(self, party: Party, line: dict[W, None], who: W) -> None:
        del line[who]
        if not line:
            parties = self._lines[party.test][party.workspace_id]
            del parties[party]
            if not parties:
                del self._lines[party.test][party.workspace_id]


def _names(party: Party) -> tuple[Hashable, ...]:
    return party, party.workspace_id, (party.test, party.provider)


class Places:
    """The same for tasks: `async with places.of(party)` waits for a place and holds it."""

    def __init__(self, usual: int) -> None:
        self.turns: Turns[asyncio.Future[None]] = Turns(usual)

    def of(self, party: Party) -> Held:
        return Held(self, party)

    async def wait(self, party: Party) -> None:
        """Until a place is theirs, which is to be given back."""
        mine = asyncio.get_running_loop().create_future()
        if self.turns.join(party, mine):
            return
        try:
            await mine
        except asyncio.CancelledError:
            self.turns.leave(party, mine)
            if mine.done() and not mine.cancelled():  # it was ours in the very moment in which we were told to go
                self.give_back(party)
            raise

    def give_back(self, party: Party) -> None:
        given = self.turns.give_back(party)
        while given:
            following, future = given.pop()
            if future.done():  # who waited has just been told to go
                given += self.turns.give_back(following)
            else:
                future.set_result(None)


class Held:
    """A place, from when the block is entered until it ends. A class, because every request has some: it takes half the time."""

    __slots__ = ("_party", "_places")

    def __init__(self, places: Places, party: Party) -> None:
        self._places, self._party = places, party

    async def __aenter__(self) -> None:
        if not self._places.turns.take(self._party):
            await self._places.wait(self._party)

    async def __aexit__(self, *_: object) -> None:
        self._places.give_back(self._party)
