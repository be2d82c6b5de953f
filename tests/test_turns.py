"""Who gets the next free place: however many one holds and for however long, the next one finds some."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import pytest

from socialclaw.turns import Party, Places, Turns

USUAL = 64


def live(name: str, provider: str = "x") -> Party:
    return Party(name, False, provider)


def sandboxed(name: str, provider: str = "x") -> Party:
    return Party(name, True, provider)


def wants(turns: Turns[str], party: Party, many: int) -> int:
    """So many of a party come; how many places they get at once."""
    return sum(turns.join(party, f"{party}{n}") for n in range(many))


@pytest.mark.parametrize("usual", [1, 2, 3, 4, 5, 10, 64, 1000])
@pytest.mark.parametrize("who", [live, sandboxed])
def test_who_is_alone_gets_all_of_the_usual_places_and_no_more(usual: int, who: Callable[[str], Party]) -> None:
    assert wants(Turns(usual), who("A"), 5000) == usual


@pytest.mark.parametrize("usual", [1, 2, 3, 4, 8, 64])
def test_a_test_workspace_that_never_lets_go_leaves_places_for_live_ones(usual: int) -> None:
    turns: Turns[str] = Turns(usual)
    for provider in ("x", "telegram", "youtube", "reddit"):
        wants(turns, sandboxed("A", provider), 1000)
    assert wants(turns, live("B"), 1) == 1


def test_however_many_hold_on_the_next_workspaces_find_some() -> None:
    turns: Turns[str] = Turns(USUAL)
    got = [wants(turns, live(name, provider), 1000) for name, provider in zip("ABCDE", "vwxyz", strict=True)]
    assert got[0] == USUAL
    assert all(got)
    assert sorted(got, reverse=True) == got


def test_a_network_that_never_answers_leaves_places_for_the_others_of_the_same_workspace() -> None:
    turns: Turns[str] = Turns(USUAL)
    wants(turns, live("A", "slow"), 1000)
    assert wants(turns, live("A", "quick"), 1000) >= USUAL // 8


def test_a_network_that_never_answers_leaves_places_whoever_uses_it() -> None:
    turns: Turns[str] = Turns(USUAL)
    for name in "ABCDEFGHIJ":
        wants(turns, live(name, "slow"), 1000)
    assert wants(turns, live("K", "quick"), 1000) >= USUAL // 16


def test_a_simulated_network_that_never_answers_is_not_the_network() -> None:
    turns: Turns[str] = Turns(USUAL)
    wants(turns, sandboxed("A"), 1000)
    wants(turns, sandboxed("B"), 1000)
    assert wants(turns, live("C"), 1000) > USUAL // 16


def test_one_post_comes_before_the_thousands_of_another_workspace() -> None:
    turns: Turns[str] = Turns(2)
    wants(turns, live("A"), 5000)
    wants(turns, live("B"), 1)  # takes the last one
    assert not turns.join(live("C"), "the one")
    assert turns.give_back(live("A")) == [(live("C"), "the one")]


def test_live_workspaces_come_before_test_ones_and_each_in_its_turn() -> None:
    turns: Turns[str] = Turns(4)
    for name in "UVWXYZ":
        assert turns.join(live(name, name), "holds")
    for party in (sandboxed("T"), live("A", "a"), live("B", "b")):
        for n in range(2):
            assert not turns.join(party, f"{n}")
    order = [(party.workspace_id, who) for name in "UVWX" for party, who in turns.give_back(live(name, name))]
    assert order == [("A", "0"), ("B", "0"), ("A", "1"), ("B", "1")]
    assert turns.give_back(live("Y", "Y")) == []  # the last one is for live workspaces
    assert turns.give_back(live("Z", "Z")) == [(sandboxed("T"), "0")]


def test_who_holds_many_places_owes_one_to_a_workspace_that_waits_with_none() -> None:
    turns: Turns[str] = Turns(2)
    assert wants(turns, live("A", "a"), 5) == 2
    assert not turns.owes(live("A", "a"))  # its own line is no reason
    assert wants(turns, live("B", "b"), 2) == 1
    assert not turns.owes(live("A", "a"))  # B holds one too: nothing would be won
    turns.join(live("C", "c"), "waits")
    assert turns.owes(live("A", "a"))
    assert not turns.owes(live("B", "b"))


def test_nothing_is_lost_whoever_comes_and_goes() -> None:
    """Ten thousand random moves: held and free always make the whole, nobody waits who may go, and in the end all is free again."""
    chance = random.Random(9)
    turns: Turns[int] = Turns(8)
    whole, held, waiting = turns.free, Counter[Party](), dict[int, Party]()
    parties = [Party(name, name in "AB", provider) for name in "ABCD" for provider in ("x", "y")]
    for number in range(10_000):
        what = chance.random()
        party = chance.choice(parties)
        if what < 0.5:
            if turns.join(party, number):
                held[party] += 1
            else:
                waiting[number] = party
        elif what < 0.6 and waiting:
            gone = chance.choice(list(waiting))
            turns.leave(waiting.pop(gone), gone)
        elif held[party]:
            held[party] -= 1
            for given, who in turns.give_back(party):
                assert waiting.pop(who) == given
                held[given] += 1
        assert turns.free + held.total() == whole
        assert not any(turns.may(other) for other in set(waiting.values()))
    while any(held.values()) and waiting:
        party = next(p for p in parties if held[p])
        held[party] -= 1
        for given, who in turns.give_back(party):
            held[given] += 1
            del waiting[who]
    assert waiting == {}


async def test_a_task_that_is_told_to_go_while_it_waits_or_gets_a_place_leaves_none_behind() -> None:
    places, party = Places(1), live("A")
    whole = places.turns.free
    for told_after_the_place_came in (False, True):
        let_go = asyncio.Event()

        async def hold(until: asyncio.Event) -> None:
            async with places.of(party):
                await until.wait()

        first = asyncio.create_task(hold(let_go))
        await asyncio.sleep(0)
        second, third = asyncio.create_task(hold(let_go)), asyncio.create_task(hold(let_go))
        await asyncio.sleep(0)
        if told_after_the_place_came:
            first.cancel()
            await asyncio.sleep(0)
        second.cancel()
        let_go.set()
        await asyncio.gather(first, second, third, return_exceptions=True)
        assert third.exception() is None
        assert places.turns.free == whole
