"""What honest clients notice while hostile ones attack the same server with all they have."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2

from bench.attackers import SLOW_FILES, drip
from bench.figures import Figure, Result, Told, ms, percentile
from bench.ground import Ground, Installation
from bench.processes import Running, free_port, started
from socialclaw.cli import first_run
from socialclaw.client import Client, ClientError
from socialclaw.networks import providers
from socialclaw.workspaces import keys, tenants

PROVIDER = "telegram"  # an account on it needs no consent page
HEALTH_APART, CALLS_APART = 0.05, 0.06  # seconds: enough calls of each kind that a p99 is not the one slowest of them
SLOW_POSTS = 100
LONGEST = 30.0  # seconds that an answer or a post may take before it counts as lost
WORSE, MORE_MEMORY = 3.0, 64  # what may become of a p99; MB above what the server has alone
FLOOR = 0.002  # seconds: below that a p99 says more about the machine's scheduler than about the server


@dataclass(frozen=True)
class Size:
    alone: float = 30.0  # seconds of each round
    attacked: float = 30.0
    rounds: int = 3


@dataclass
class Noticed:
    """What honest clients saw: seconds of each answer by what was asked, and by which each post was late."""

    answers: dict[str, list[float]] = field(default_factory=dict)
    late: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    memory: int = 0  # bytes at most

    def p99(self, what: str) -> float:
        return percentile(self.late if what == "post" else self.answers[what], 0.99)


@dataclass(frozen=True)
class Round:
    """Honest clients alone, then attacked: what else the machine does changes between rounds more than within one."""

    alone: Noticed
    attacked: Noticed
    met: Mapping[str, Mapping[str, int]]  # how many answers of which status each attack had

    def worse(self, what: str) -> float:
        return self.attacked.p99(what) / max(self.alone.p99(what), FLOOR)


@dataclass(frozen=True)
class Member:
    key: str
    account: str


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    """Each round has a server of its own: what an attack leaves behind would slow down those who are alone in the next one."""
    results = []
    for kind in ground.kinds:
        rounds = []
        for n in range(1, size.rounds + 1):
            async with (
                drips() as source,
                ground.installation(kind, rate_limit_per_minute=1200) as installation,
                started("serve", installation, port=free_port(), before=("bench.reachable", str(source))) as server,
            ):
                honest = await _member(installation, server, "Honest")
                hostile = await _member(installation, server, "Hostile")
                rounds.append(
                    await _round(server, honest, hostile, size, lambda *a, n=n, kind=kind: told(f"{kind}, round {n}: {a[0]}", *a[1:]))
                )  # type: ignore[misc]
        results += _results(kind, rounds)
    return results


async def _round(server: Running, honest: Member, hostile: Member, size: Size, told: Told) -> Round:
    await _honest(server, honest, size.alone / 10, lambda _: told("warming up"))
    alone = await _honest(server, honest, size.alone, lambda s: told("alone", s, size.alone))
    await _held_up(server, hostile)
    attackers = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.attackers", str(server.port), hostile.key, str(size.attacked)),
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=_when_nobody_else_runs,  # an attacker has a machine of its own; here it must share ours
    )
    attacked = await _honest(server, honest, size.attacked, lambda s: told("attacked", s, size.attacked))
    said, _ = await asyncio.wait_for(attackers.communicate(), LONGEST)
    return Round(alone, attacked, json.loads(said))


def _when_nobody_else_runs() -> None:
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _results(kind: str, rounds: list[Round]) -> list[Result]:
    results = []
    for what in (*rounds[0].alone.answers, "post"):
        *_, middle = sorted(rounds, key=lambda each: each.worse(what))[: len(rounds) // 2 + 1]
        details = {"alone": ms(middle.alone.p99(what)), "attacked": ms(middle.attacked.p99(what))}
        if len(rounds) > 1:
            details["rounds"] = ", ".join(f"{each.worse(what):.1f}" for each in rounds)
        results.append(Result(f"attacked, against alone: p99 of {what}", kind, middle.worse(what), "x", target=WORSE, details=details))
    met: dict[str, Counter[str]] = {}
    for name, seen in (pair for each in rounds for pair in each.met.items()):
        met.setdefault(name, Counter()).update(seen)
    answered = {
        name: ", ".join(f"{n} x {status if status != '0' else 'closed'}" for status, n in seen.items()) for name, seen in met.items()
    }
    more = (max(each.attacked.memory for each in rounds) - rounds[0].alone.memory) / 1_000_000
    results.append(Result("attacked, against alone: memory", kind, more, "MB", target=MORE_MEMORY, details=answered))
    refused = [case for each in rounds for case in (*each.alone.refused, *each.attacked.refused)]
    wrong, details = len(refused), {"seen": "; ".join(sorted(set(refused))[:5])} if refused else {}
    results.append(Result("honest calls refused, and honest posts not published", kind, wrong, "cases", target=0, details=details))
    return results


async def _honest(server: Running, member: Member, seconds: float, told: Callable[[float], object]) -> Noticed:
    """Ask for health, validate, apply and read, at a steady pace; every post must be published."""
    seen, began, runs = Noticed(), time.monotonic(), set[str]()
    async with Client(server.base_url, member.key, seconds=LONGEST) as client, httpx2.AsyncClient(trust_env=False, timeout=LONGEST) as http:

        async def health() -> None:
            (await http.get(f"{server.base_url}/health")).raise_for_status()

        async def apply() -> None:
            answer = await client.apply(_document(member, f"Hello at {time.monotonic()}"))
            runs.add(answer["run"]["id"])

        calls: list[tuple[str, Callable[[], Awaitable[object]]]] = [
            ("validate", lambda: client.validate(_document(member, "Would this do?"))),
            ("apply", apply),
            ("read", lambda: client.call("GET", "/v1/posts", query={"limit": 20})),
        ]
        watching = [
            asyncio.create_task(_paced(seen, [("health", health)], HEALTH_APART, seconds)),
            asyncio.create_task(_paced(seen, calls, CALLS_APART, seconds)),
        ]
        while not all(task.done() for task in watching):
            told(time.monotonic() - began)
            seen.memory = max(seen.memory, server.rss)
            await asyncio.sleep(0.1)
        await asyncio.gather(*watching)
        await _published(client, runs, seen)
    return seen


async def _paced(seen: Noticed, calls: list[tuple[str, Callable[[], Awaitable[object]]]], apart: float, seconds: float) -> None:
    """These calls in turn, each begun when it is its time, however long the others take."""
    began, under_way = time.monotonic(), []

    async def timed(what: str, call: Callable[[], Awaitable[object]], due: float) -> None:
        try:
            await call()
            seen.answers.setdefault(what, []).append(time.monotonic() - due)
        except (ClientError, httpx2.HTTPError) as error:
            seen.refused.append(f"{what}: {getattr(error, 'code', type(error).__name__)}")

    for turn in range(int(seconds / apart)):
        due = began + turn * apart
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        under_way.append(asyncio.create_task(timed(*calls[turn % len(calls)], due)))
    await asyncio.gather(*under_way)


async def _published(client: Client, runs: set[str], seen: Noticed) -> None:
    """How late each post came, once all have."""
    until = time.monotonic() + LONGEST
    for run in runs:
        while True:
            [post] = (await client.call("GET", "/v1/posts", query={"runId": run}))["posts"]
            if post["status"] == "published":
                seen.late.append((_moment(post["publishedAt"]) - _moment(post["createdAt"])).total_seconds())
                break
            if time.monotonic() > until or post["status"] == "failed":
                seen.refused.append(f"a post: {post['status']}")
                break
            await asyncio.sleep(0.5)


async def _held_up(server: Running, member: Member) -> None:
    """Everything of this workspace's that can be slow: its network answers in an hour, its files come a byte a second."""
    async with Client(server.base_url, member.key) as client:
        fault = {"kind": "slow", "seconds": 3600, "times": SLOW_POSTS}
        for sent in [
            ("/v1/sandbox/networks/telegram/faults", fault),
            ("/v1/posts/apply", {"schedule": _document(member, "Slow", SLOW_POSTS)}),
        ] + [("/v1/assets/upload", {"sourceUrl": f"https://slow.example/{n}.png"}) for n in range(SLOW_FILES)]:
            try:
                await client.call("POST", sent[0], json=sent[1])
            except ClientError as error:
                if error.status >= 500 or not error.status:  # to be refused is right as well
                    raise


def _document(member: Member, words: str, posts: int = 1) -> dict[str, Any]:
    return {"timezone": "UTC", "posts": [{"account": member.account, "description": f"{words} {n}"} for n in range(posts)]}


async def _member(installation: Installation, server: Running, name: str) -> Member:
    """A test workspace with a key and one simulated account."""
    system = installation.system
    workspace = (await system.database.write(tenants.create, name, "test")).id
    _, key = await system.write(workspace, keys.create, system.vault, name, test=True)
    async with Client(server.base_url, key) as client:
        [handle, *_] = await first_run.connect(system, client, providers()[PROVIDER])
    return Member(key, handle)


@asynccontextmanager
async def drips() -> AsyncIterator[int]:
    """The port of a source that sends a byte a second."""
    source = await asyncio.start_server(drip, "127.0.0.1", 0)
    try:
        yield source.sockets[0].getsockname()[1]
    finally:
        source.close()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


FIGURE = Figure(
    "hostile",
    "What do honest clients notice of an attack?",
    "`socialclaw serve`, honest clients at a steady pace, alone and then while hostile ones send large and deep bodies with a key and"
    " without, texts and expressions made to be slow, endless headers and pipelines, idle and half-sent requests, files that come a byte"
    " a second, and posts to a network that does not answer. The attackers are another process, with an address and a workspace of their"
    " own, and have what processor time the others leave. Ratios of p99, of the middle one of three rounds;"
    f" below {FLOOR * 1000:g} ms one is taken for {FLOOR * 1000:g} ms.",
    measure,
    full=Size(),
    tiny=Size(alone=3, attacked=3, rounds=1),
)
