"""Quotas: what still fits, when the next post does, what validation says of it, and that a worker waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Attempt, Post
from socialclaw.networks import providers
from socialclaw.providers.base import Quota
from socialclaw.scheduling.quotas import Book
from socialclaw.system import System
from tests.accounts.world import connect_x, network
from tests.conftest import Member

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROLLING = Quota(2, "a page", seconds=86_400)
DAILY = Quota(2, "a page", resets="America/Los_Angeles")


def test_a_rolling_window_lets_go_of_its_oldest() -> None:
    book = Book(ROLLING, [NOON, NOON + HOUR])
    assert not book.fits(NOON + 2 * HOUR)
    assert book.next_fit(NOON + 2 * HOUR) == NOON + DAY
    assert book.fits(NOON + DAY)
    assert not book.fits(NOON + DAY - timedelta(milliseconds=1))


def test_a_post_before_others_may_not_crowd_them_out() -> None:
    book = Book(ROLLING, [NOON, NOON + HOUR])
    assert not book.fits(NOON - HOUR), "three within a day"
    assert book.fits(NOON + HOUR - DAY), "it has left the window when the second one comes"


def test_a_day_begins_at_midnight_of_the_networks_zone_also_when_clocks_change() -> None:
    evening = datetime(2030, 3, 10, 7, 59, tzinfo=UTC)  # 23:59 on the 9th in California; clocks go forward in that night
    book = Book(DAILY, [evening - HOUR, evening])
    assert not book.fits(evening)
    midnight = evening + timedelta(minutes=1)
    assert book.next_fit(evening) == midnight
    book.add(midnight)
    book.add(midnight + HOUR)
    assert book.next_fit(midnight + HOUR) == midnight + timedelta(hours=23), "a day of 23 hours"


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """X takes two posts a day of an account."""
    known = providers()
    monkeypatch.setitem(known, "x", replace(known["x"], quotas=(ROLLING,)))


def schedule(account: str, *times: datetime) -> dict[str, Any]:
    posts = [{"account": account, "description": f"No. {n}", "publish_at": iso(at)} for n, at in enumerate(times)]
    return {"schedule": {"posts": posts}}


@pytest.mark.usefixtures("limited", "both_databases")
async def test_validation_names_every_post_too_many_and_when_it_fits(api: httpx2.AsyncClient, system: System, workspace: Member) -> None:
    account = await connect_x(system, workspace.id)
    start = utc_now() + DAY
    fine = await api.post("/v1/posts/apply", json=schedule(account, start))
    assert fine.status_code == 201, fine.text
    answer = await api.post("/v1/posts/validate", json=schedule(account, start + 2 * HOUR, start + HOUR, start + 3 * DAY))
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert told["code"] == "x_quota_exceeded"
    [issue] = told["details"]["issues"]
    assert issue["path"] == "posts[0].publish_at", "the later one, although it stands first"
    assert issue["details"]["nextFitUtc"] == iso(start + DAY)
    assert issue["details"]["limit"] == 2
    assert "takes 2 posts in 1 day of " in issue["message"]
    refused = await api.post("/v1/posts/apply", json=schedule(account, start + 2 * HOUR, start + HOUR))
    assert refused.status_code == 422
    assert (await api.get("/v1/posts")).json()["total"] == 1, "nothing was stored"


@pytest.mark.usefixtures("limited", "both_databases")
async def test_a_worker_waits_until_a_post_fits(
    api: httpx2.AsyncClient, system: System, workspace: Member, monkeypatch: pytest.MonkeyPatch, scope: Callable[[object], Scope]
) -> None:
    account = await connect_x(system, workspace.id)
    await api.post("/v1/sandbox/clock/freeze")
    start = datetime.fromisoformat((await api.get("/v1/sandbox/clock")).json()["clock"]["now"])
    known = providers()
    limited_x = known["x"]
    monkeypatch.setitem(known, "x", replace(limited_x, quotas=()))  # applied before the limit was known
    await api.post("/v1/posts/apply", json=schedule(account, *(start + n * HOUR for n in (1, 2, 3))))
    monkeypatch.setitem(known, "x", limited_x)
    await api.post("/v1/sandbox/clock/advance", json={"hours": 10})
    assert len(network(system, "x").seen()) == 2
    attempts = await system.database.read(lambda session: list(session.scalars(select(Attempt).where(Attempt.ok.is_(False)))))
    assert {a.code for a in attempts} == {"provider_quota_reached"}
    assert [a.retryable for a in attempts] == [True]
    await api.post("/v1/sandbox/clock/advance", json={"hours": 20})
    posts = await system.database.read(lambda session: list(session.scalars(select(Post).order_by(Post.publish_at))))
    assert [p.status for p in posts] == ["published"] * 3
    assert posts[2].published_at == start + HOUR + DAY, "the moment that it fits"
    assert posts[2].tries == 0, "waiting for a quota uses up no try"


@pytest.mark.usefixtures("limited", "both_databases")
async def test_a_draft_counts_when_it_is_published_and_is_refused_where_it_is_too_much_by_then(
    api: httpx2.AsyncClient, system: System, workspace: Member
) -> None:
    account, start = await connect_x(system, workspace.id), utc_now() + DAY

    async def drafted(*times: datetime) -> str:
        answer = await api.post("/v1/posts/apply", json=schedule(account, *times) | {"mode": "draft"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["run"]["id"])

    first, second = await drafted(start, start + HOUR), await drafted(start + 2 * HOUR, start + 3 * DAY)
    assert (await api.post(f"/v1/runs/{first}/publish")).status_code == 200
    refused = await api.post(f"/v1/runs/{second}/publish")
    assert refused.status_code == 422, refused.text
    [issue] = refused.json()["details"]["issues"]
    assert (issue["code"], issue["path"]) == ("x_quota_exceeded", "posts[0].publish_at")
    assert issue["details"]["nextFitUtc"] == iso(start + DAY)
    assert (await api.get(f"/v1/runs/{second}")).json()["run"]["status"] == "draft", "nothing was changed"
    moved = await api.post(f"/v1/runs/{second}/publish", json={"startAt": iso(start + DAY)})
    assert moved.status_code == 200, moved.text
