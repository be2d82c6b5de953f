"""No text in any call makes a simulated network break, or keeps it for longer than the text is long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.simulator import route
from tests.bombs.calls import Place, ProbedStage, play
from tests.bombs.growth import Bomb, explosive

HOSTILE = (
    "9" * 5000,  # more digits than Python makes a number of
    "NaN",
    "\u00b2",  # a digit, and no number
    "",
    "\0",
    '"\ud800"',  # half of a character
    "[" * 3000,  # nested too deeply
    "{",
    "null",
    "http://[",  # no URL
    "9999-12-31T23:59:59-23:59",  # no time in UTC
)
BOMBS = tuple(Bomb("", sign, "!") for sign in ("<", "](,a.com/", "\u0315\u03009,"))
SHORT = 5_000


class Probe:
    """What goes wrong where any of these stands in a call."""

    def __init__(self, provider: Provider, known: set[str]) -> None:
        self.broken: list[str] = []
        self.slow: list[str] = []
        self.stage = ProbedStage(provider, probe=self, known=known)

    def __call__(self, name: str, place: Place) -> None:
        for text in HOSTILE[:4] if place.name.startswith("segment") else HOSTILE:
            if call := _call(place, text):
                try:
                    self.stage.tried(call)
                except Exception as error:
                    self.broken.append(f"{name} = {text[:20]!r}: {error!r}"[:300])

        def judge(text: str) -> Any:
            return (call := _call(place, text)) and self.stage.tried(call)

        if not place.name.endswith("bare"):
            those = BOMBS[:1] if place.name.startswith("segment") else BOMBS  # a path is matched by few patterns, and long to write
            self.slow += [f"{name} = {bomb.text(20)!r}" for bomb in explosive(judge, those, short=SHORT, lengths=())]


def _call(place: Place, text: str) -> httpx2.Request | None:
    """The call, or None where no client could make it: the URL would be too long, for one."""
    try:
        return place.make(text)
    except (httpx2.InvalidURL, ValueError):
        return None


SIMULATORS = {provider.simulator.network: provider.simulator for provider in providers().values()}


@pytest.mark.parametrize("network", SIMULATORS)
async def test_a_simulated_network_answers_whatever_stands_in_a_call_and_soon(network: str) -> None:
    known = set[str]()
    for provider in [provider for provider in providers().values() if provider.simulator is SIMULATORS[network]]:
        probe = Probe(provider, known)
        await play(probe.stage)
        assert probe.broken == []
        assert probe.slow == []
    routes = {name for *_, name in probe.stage.routes}
    assert routes <= {name.split()[1].removesuffix(":") for name in known}


@pytest.mark.parametrize(
    ("handler", "what"),
    [
        (lambda text: int(text or 1), "broken"),
        (lambda text: sum(1 for i in range(0, len(text), 16) for _ in text[i:]), "slow"),
    ],
)
async def test_a_simulator_that_breaks_or_is_slow_is_noticed(handler: Callable[[str], Any], what: str) -> None:
    provider = providers()["discord"]

    class Careless(provider.simulator):  # type: ignore[name-defined, misc]
        @route("GET", r"/careless")
        def careless(self, request: httpx2.Request) -> httpx2.Response:
            handler(request.url.params["q"])
            return httpx2.Response(200)

    def noticed() -> list[str]:
        probe = Probe(provider, set())
        probe.stage.sandbox = Sandbox([Careless(probe.stage.network.store)])
        probe.stage.look_at(httpx2.Request("GET", "https://discord.com/careless?q=1"))
        found: list[str] = getattr(probe, what)
        return found

    assert any(noticed() for _ in range(5)), "one look in five is enough: the machine may be busy with other tests"
