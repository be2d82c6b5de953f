"""A 42-day plan of 500 posts over all providers, rehearsed by the test clock: every post ends as the plan says."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from socialclaw.db.base import iso
from socialclaw.networks import providers
from socialclaw.providers.base import Confirms, Measures
from socialclaw.system import System
from tests.conftest import Member, client
from tests.rehearsal import plan as plans
from tests.rehearsal.plan import DAY, DAYS, POSTS, Plan, Planned

FAULTS = {10: "refuse", 30: "rate_limit", 37: "timeout_after"}  # on which day of the plan each network meets which
LIMIT_SECONDS = 120
PATIENCE = timedelta(minutes=15)  # of the standing time: what a network may take to process a file, or to be looked up
Json = dict[str, Any]


@dataclass(frozen=True)
class Met:
    """A fault, and the post that meets it."""

    kind: str
    post: Planned


@contextmanager
def fetching(system: System, app: FastAPI) -> Iterator[None]:
    """Within, the simulators (in their threads) fetch media from the API of this process."""
    loop = asyncio.get_running_loop()
    public = client(app)

    def fetch(url: str) -> httpx2.Response:
        return asyncio.run_coroutine_threadsafe(public.get(url), loop).result()

    assert system.sandbox is not None
    for network in system.sandbox.networks.values():
        network.fetch = fetch
    yield


async def send(api: httpx2.AsyncClient, method: str, path: str, body: Json | None = None, *, answers: int = 200) -> Json:
    answer = await api.request(method, path, json=body)
    assert answer.status_code == answers, answer.text
    found: Json = answer.json()
    return found


async def advance(api: httpx2.AsyncClient, to: datetime) -> list[Json]:
    """Move the clock; what happened on the way, in order."""
    events: list[Json] = []
    while True:
        told = (await send(api, "POST", "/v1/sandbox/clock/advance", {"to": iso(to)}))["rehearsed"]
        events += told["events"]
        if told["complete"]:
            return events


async def fit(api: httpx2.AsyncClient, plan: Plan) -> None:
    """One post too many for each full quota: refused, with the instant at which it fits; there it is put."""
    for provider, quota, taken in plan.full:
        like = next(post for post in plan.posts if post.instant == taken[-1] and post.member.provider is provider)
        extra = like.member.post(f"One too many of {provider.key}", like.due + timedelta(minutes=2))
        posts = [post.row() for post in (*plan.posts, extra)]
        refused = await send(api, "POST", "/v1/posts/validate", {"schedule": {"timezone": plans.ZONE.key, "posts": posts}}, answers=422)
        issue, *more = refused["details"]["issues"]
        assert issue["code"].endswith("_quota_exceeded"), issue
        assert more == []
        fits = datetime.fromisoformat(issue["details"]["nextFitUtc"])
        assert fits == plans.next_fit(plan, quota, taken), provider.key
        moved = like.member.post(extra.text, fits.astimezone(plans.ZONE))
        plan.posts[next(n for n, post in enumerate(plan.posts) if post.text.startswith("Post "))] = moved


async def apply(api: httpx2.AsyncClient, plan: Plan) -> dict[str, str]:
    """Apply the plan; the post's id by its text."""
    found: dict[str, str] = {}
    for document in plans.documents(plan):
        applied = await send(api, "POST", "/v1/posts/apply", {"schedule": document}, answers=201)
        found |= {post["description"]: post["id"] for post in applied["posts"]}
    return found


async def rehearse(api: httpx2.AsyncClient, plan: Plan) -> tuple[list[Json], list[Met]]:
    """Six weeks, with faults armed on their days for the next post of each network."""
    events, met = [], []
    for day, kind in FAULTS.items():
        begin = plan.at(day, 0)
        events += await advance(api, begin)
        for network in sorted({p.network for p in providers().values()}):
            victim = next(post for post in plan.every if post.due >= begin and post.member.provider.network == network)
            body = {"kind": kind, "seconds": LIMIT_SECONDS if kind == "rate_limit" else 0}
            await send(api, "POST", f"/v1/sandbox/networks/{network}/faults", body, answers=201)
            met.append(Met(kind, victim))
    events += await advance(api, plan.at(DAYS + 1, 0))
    return events, met


async def test_six_weeks_of_every_network_end_as_planned(app: FastAPI, system: System, workspace: Member, api: httpx2.AsyncClient) -> None:
    now = datetime.fromisoformat((await send(api, "POST", "/v1/sandbox/clock/freeze"))["clock"]["now"])
    first = plans.change_of_clocks(now) - plans.CHANGE_ON * DAY
    begin = datetime.combine(first, datetime.min.time(), plans.ZONE).astimezone(UTC)
    await advance(api, begin)
    members = await plans.join_all(system, workspace.id, begin)
    assert {m.provider.key for m in members} == set(providers())
    plan = plans.make(first, members)
    with fetching(system, app):
        await fit(api, plan)
        ids = await apply(api, plan)
        assert len(ids) == POSTS
        started = time.monotonic()
        events, met = await rehearse(api, plan)
        took = time.monotonic() - started
    print(f"{len(members)} accounts, {POSTS} posts, {DAYS} days: {took:.1f} s; {Counter(event['code'] for event in events)}")
    posts = {text: (await send(api, "GET", f"/v1/posts/{post_id}"))["post"] for text, post_id in ids.items()}
    attempts = {text: (await send(api, "GET", f"/v1/posts/{post_id}/attempts"))["attempts"] for text, post_id in ids.items()}
    assert [event["at"] for event in events] == sorted(event["at"] for event in events), "everything in its order"
    check_posts(plan, posts, attempts, met)
    check_public(system, plan, posts)
    await check_afterwards(api, posts)


def check_posts(plan: Plan, posts: dict[str, Json], attempts: dict[str, list[Json]], met: Sequence[Met]) -> None:
    struck = {one.post.text: one.kind for one in met}
    for planned in plan.every:
        post, tries = posts[planned.text], sorted(attempts[planned.text], key=lambda attempt: attempt["attemptNo"])
        where = f"{planned.member.provider.key} {planned.text}: {post['status']} {post.get('error')} {[a['code'] for a in tries]}"
        assert post["publishAtUtc"] == iso(planned.instant), where
        kind = struck.get(planned.text)
        if kind == "timeout_after" and not planned.member.provider.can(Confirms):
            assert (post["status"], post["errorCode"]) == ("failed", "publish_outcome_unknown"), where
            continue
        assert post["status"] == "published", where
        assert post["providerStatus"] == "published", where
        assert tries[0]["startedAt"] == iso(planned.instant), where
        published = datetime.fromisoformat(post["publishedAt"])
        patience = DAY if kind == "rate_limit" else PATIENCE  # some say only that the day is over
        assert planned.instant <= published <= planned.instant + patience, where
        match kind:
            case "refuse":
                assert tries[0]["code"] == "provider_unavailable", where
                assert published >= planned.instant + timedelta(seconds=54), where
            case "rate_limit":
                assert (tries[0]["ok"], tries[0]["retryable"]) == (False, True), where
                assert published > planned.instant, where
            case "timeout_after":
                assert post["reconciliationStatus"] == "confirmed", where


def check_public(system: System, plan: Plan, posts: dict[str, Json]) -> None:
    """Everybody sees each post once, made when it was due, replies below what they reply to."""
    assert system.sandbox is not None
    seen = {network: simulator.seen() for network, simulator in system.sandbox.networks.items()}
    counts = Counter(post.text.partition("\n")[0] for shown in seen.values() for post in shown)
    assert counts == Counter(post.text for post in plan.every)
    times = {post.text.partition("\n")[0]: post for shown in seen.values() for post in shown}
    for planned in plan.every:
        made = datetime.fromtimestamp(times[planned.text].created_at, UTC)
        assert planned.instant <= made + timedelta(seconds=1), planned.text
        published = posts[planned.text]["publishedAt"]
        assert made <= (datetime.fromisoformat(published) if published else planned.instant + PATIENCE), planned.text
        if planned.reply_to:
            assert times[planned.text].reply_to == posts[planned.reply_to]["providerPostId"], planned.text


async def check_afterwards(api: httpx2.AsyncClient, posts: dict[str, Json]) -> None:
    """Tokens were renewed in time, and posts of the first days have been measured all four times."""
    accounts = (await send(api, "GET", "/v1/accounts"))["accounts"]
    assert {account["status"] for account in accounts} == {"connected"}
    early = {post["provider"]: post for post in sorted(posts.values(), key=lambda post: post["publishAtUtc"], reverse=True)}
    for key, post in early.items():
        history = (await send(api, "GET", f"/v1/analytics/posts/{post['id']}"))["history"]
        if providers()[key].can(Measures) and post["status"] == "published":
            assert len({snapshot["collectedAt"] for snapshot in history}) >= 4, key
