"""How fast a plan becomes rows: the transaction that stores a run, and the whole request around it."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import msgspec
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench import rows
from bench.figures import Figure, Result, Told, ms
from bench.ground import Ground, Installation
from bench.processes import AS_IT_IS, free_port, started
from socialclaw.db.base import Scope, iso, new_id, utc_now
from socialclaw.db.people import Membership, User
from socialclaw.db.posts import Post
from socialclaw.people import sessions
from socialclaw.scheduling.apply import apply, fingerprint
from socialclaw.scheduling.context import destinations, library
from socialclaw.scheduling.document import parse
from socialclaw.scheduling.plan import Plan

LEAST = 5000.0  # posts a second

LATE = timedelta(days=1)


@dataclass(frozen=True)
class Size:
    posts: int = 1000
    rounds: int = 9


async def measure(ground: Ground, size: Size, told: Told) -> list[Result]:
    results = []
    for kind in ground.kinds:
        async with ground.installation(kind) as installation:
            await rows.connect(installation, 10)
            plain, ours, requests, by_session = [], [], [], []
            session = await _signed_in(installation)
            async with (
                started("serve", installation, port=free_port()) as server,
                httpx2.AsyncClient(headers=AS_IT_IS, trust_env=False, timeout=60) as http,
            ):
                key = {"authorization": f"Bearer {installation.key}"}
                for turn in range(size.rounds):
                    told(f"{kind}: applying {size.posts:,} posts", turn, size.rounds)
                    content = document(installation, size.posts, f"{turn}")
                    plan = await _plan(installation, content)
                    gc.collect()
                    ours.append(await _seconds(installation, plan, content))
                    plain.append(await _inserting(installation, plan))
                    both = [(key, requests), (session, by_session)]
                    for who, taken in both if turn % 2 else reversed(both):  # in turns, so that both meet the same machine
                        schedule = document(installation, size.posts, f"{turn} over HTTP, {len(by_session)} {len(requests)}")
                        taken.append(await _request(http, server.base_url, schedule, who))
        results += _results(kind, size, min(ours), min(plain), min(requests), min(by_session))
    return results


async def _signed_in(installation: Installation) -> dict[str, str]:
    """The headers of somebody who may publish here, by a session, as a browser sends them."""

    def make(session: Session) -> str:
        user = User(name="Somebody")
        session.add(user)
        session.flush()
        session.add(Membership(user_id=user.id, workspace_id=installation.workspace, role="editor"))
        settings = installation.system.settings.sign_in
        _, secret = sessions.begin(session, settings, user.id, workspace_id=installation.workspace)
        return secret

    secret = await installation.system.database.write(make)
    return {"cookie": f"sc_session={secret}", "sec-fetch-site": "same-origin"}


def _results(kind: str, size: Size, ours: float, plain: float, request: float, by_session: float) -> list[Result]:
    what = f"apply of {size.posts:,} posts"
    whole = {"the transaction": ms(ours), "the same rows, inserted bare": ms(plain), "so it takes": f"{ours / plain:.2f} x as long"}
    return [
        Result(f"{what}: the transaction", kind, size.posts / ours, "posts/s", LEAST, "more", whole),
        Result(f"{what}: the whole request", kind, size.posts / request, "posts/s", details={"request": ms(request)}),
        Result(
            f"{what}: the whole request by a session",
            kind,
            size.posts / by_session,
            "posts/s",
            details={"request": ms(by_session), "by a key": ms(request), "so it takes": f"{by_session / request:.2f} x as long"},
        ),
    ]


def document(installation: Installation, count: int, name: str) -> dict[str, Any]:
    """A schedule as a client sends it."""
    accounts, first = installation.accounts, utc_now() + timedelta(days=2)
    posts = [
        {
            "account": accounts[n % len(accounts)],
            "description": f"No. {n} of {name}: one schedule, every channel, and a log of what was really published.",
            "publish_at": iso(first + timedelta(minutes=n)),
        }
        for n in range(count)
    ]
    return {"schedule": {"timezone": "UTC", "posts": posts}, "idempotencyKey": name}


async def _plan(installation: Installation, content: dict[str, Any]) -> Plan:
    def read(scope: Scope) -> Plan:
        base_url = installation.system.settings.base_url
        return parse(content, now=utc_now(), accounts=destinations(scope), library=library(scope, content, base_url=base_url))

    plan = await installation.system.read(installation.workspace, read, test=True)
    if plan.issues:
        raise SystemExit(f"the document is meant to be right: {plan.issues[0]}")
    return plan


async def _seconds(installation: Installation, plan: Plan, content: dict[str, Any]) -> float:
    """From the plan to the commit."""
    system, started_at = installation.system, time.perf_counter()
    await system.write(
        installation.workspace, apply, plan, fingerprint(content), base_url=system.settings.base_url, max_late=LATE, test=True
    )
    return time.perf_counter() - started_at


async def _inserting(installation: Installation, plan: Plan) -> float:
    """The same rows once more, by nothing but one prepared INSERT in one transaction."""
    columns = [column.name for column in Post.__table__.columns]
    statement = insert(Post)

    def read(session: Session) -> list[dict[str, Any]]:
        run = session.execute(text("SELECT max(run_id) FROM posts")).scalar()
        found = session.execute(Post.__table__.select().where(Post.run_id == run)).mappings()
        return [{**{name: row[name] for name in columns}, "id": new_id("post")} for row in found]

    again = await installation.system.database.read(read)
    if len(again) != len(plan.posts):
        raise SystemExit(f"{len(again)} rows of {len(plan.posts)} posts were stored")
    started_at = time.perf_counter()
    await installation.system.database.write(lambda session: session.connection().execute(statement, again))
    return time.perf_counter() - started_at


async def _request(http: httpx2.AsyncClient, base_url: str, content: dict[str, Any], who: dict[str, str]) -> float:
    body, headers = msgspec.json.encode(content), {"content-type": "application/json", **who}
    started_at = time.perf_counter()
    answer = await http.post(f"{base_url}/v1/posts/apply", content=body, headers=headers)
    taken = time.perf_counter() - started_at
    if answer.status_code != 201:
        raise SystemExit(f"apply answered {answer.status_code}: {answer.text[:500]}")
    return taken


FIGURE = Figure(
    "apply",
    "How many posts a second does one transaction of apply store?",
    "From the plan to the commit, in process; beside it a bare INSERT of the same rows in one transaction, and `POST /v1/posts/apply`"
    " over HTTP with decoding, checking and the answer. Best of the rounds, taken in turns.",
    measure,
    full=Size(),
    tiny=Size(posts=20, rounds=2),
)
