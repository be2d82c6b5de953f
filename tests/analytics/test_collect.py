"""Figures through the API and the worker: collected from a simulated network, kept, added up; and what happens when it says no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from socialclaw.analytics import collect
from socialclaw.clock import act_for
from socialclaw.db.accounts import Account
from socialclaw.db.analytics import Snapshot
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Post
from socialclaw.networks import providers
from socialclaw.providers.base import METRICS, Measures
from socialclaw.simulation.worlds import Caller, within
from socialclaw.system import System
from tests.accounts.world import connect_form, connect_x, network, row_of
from tests.api import rows
from tests.conftest import Member

DAY = timedelta(days=1)
MakeScope = Callable[[object], Scope]

pytestmark = pytest.mark.usefixtures("both_databases")


async def published(system: System, workspace: Member, scope: MakeScope, *, age: timedelta = timedelta(0), who: str = "ada") -> str:
    """Our id of a post that is live on the simulated X for so long."""
    account_id = await connect_x(system, workspace.id, who=who)
    account = await row_of(system, account_id)
    simulator = network(system, "x")
    clock = simulator.clock
    simulator.clock = lambda: clock() - age.total_seconds()
    http = system.outbound.test
    with act_for(workspace.id), within(Caller(workspace.id)):
        token = simulator.admit(who)["access_token"]  # type: ignore[attr-defined]
        answer = await http.post("https://api.x.com/2/tweets", json={"text": f"Hello {age}"}, headers={"authorization": f"Bearer {token}"})
    simulator.clock = clock

    def add(session: Any) -> str:
        view = scope(session)
        at = utc_now() - age
        row = session.get_one(Account, account.id)
        run = rows.run(view)
        changes = {"status": "published", "published_at": at, "next_at": None, "provider_post_id": answer.json()["data"]["id"]}
        return rows.post(view, row, run, collect_at=at + timedelta(hours=1), **changes).id

    return await system.database.write(add)


async def snapshots(system: System) -> list[Snapshot]:
    return await system.database.read(lambda session: list(session.scalars(select(Snapshot).order_by(Snapshot.collected_at))))


async def test_a_refresh_is_a_new_snapshot(api: httpx2.AsyncClient, system: System, workspace: Member, scope: MakeScope) -> None:
    post_id = await published(system, workspace, scope, age=timedelta(hours=3))
    assert (await api.get(f"/v1/analytics/posts/{post_id}")).json()["latest"] is None
    first = await api.post("/v1/analytics/refresh", json={"postId": post_id})
    assert first.status_code == 200, first.text
    told = first.json()
    assert told["post"]["id"] == post_id
    assert told["snapshot"]["supported"] is True
    assert told["snapshot"]["status"] == "ok"
    assert list(told["metrics"]) == list(METRICS)
    assert told["metrics"]["likes"] > 0
    assert told["metrics"]["reach"] is None, "X does not tell it"
    assert (told["window"], told["metricWindow"]) == ("lifetime", "lifetime")
    await api.post("/v1/analytics/refresh", json={"post_id": post_id, "metricWindow": None})
    known = (await api.get(f"/v1/analytics/posts/{post_id}")).json()
    assert len(known["history"]) == 2
    assert known["latest"] == known["history"][0]
    assert known["latest"]["metrics"] == told["metrics"]


async def test_a_window_is_the_total_while_the_post_is_young(
    api: httpx2.AsyncClient, system: System, workspace: Member, scope: MakeScope
) -> None:
    post_id = await published(system, workspace, scope, age=timedelta(hours=3))
    total = (await api.post("/v1/analytics/refresh", json={"postId": post_id})).json()["metrics"]
    assert (await api.post("/v1/analytics/refresh", json={"postId": post_id, "window": "7d"})).json()["metrics"] == total


async def test_a_window_of_an_old_post_is_counted_from_a_kept_total_or_said_to_be_unknown(
    api: httpx2.AsyncClient, system: System, workspace: Member, scope: MakeScope
) -> None:
    post_id = await published(system, workspace, scope, age=3 * DAY)
    unknown = (await api.post("/v1/analytics/refresh", json={"postId": post_id, "window": "24h"})).json()
    assert unknown["snapshot"]["status"] == "unavailable"
    assert unknown["snapshot"]["supported"] is True
    assert unknown["metrics"] is None

    def yesterday(session: Any) -> None:
        view = scope(session)
        post = view.one(Post, post_id)
        view.add(Snapshot(account_id=post.account_id, post_id=post.id, window="lifetime", status="ok", metrics={"likes": 2}))
        session.flush()
        session.scalars(view.all(Snapshot).where(Snapshot.window == "lifetime")).one().collected_at = utc_now() - DAY

    await system.database.write(yesterday)
    total = (await api.post("/v1/analytics/refresh", json={"postId": post_id})).json()["metrics"]["likes"]
    since = (await api.post("/v1/analytics/refresh", json={"postId": post_id, "window": "24h"})).json()
    assert since["metrics"]["likes"] == total - 2
    assert "Counted from the total of" in since["snapshot"]["message"]


async def test_a_network_without_figures_says_so(api: httpx2.AsyncClient, system: System, workspace: Member, scope: MakeScope) -> None:
    silent = next(key for key, p in providers().items() if not p.can(Measures) and network(system, p.network).credentials("ann"))
    account_id = await connect_form(system, workspace.id, silent)

    def add(session: Any) -> str:
        view = scope(session)
        changes = {"status": "published", "published_at": utc_now(), "next_at": None, "provider_post_id": "1"}
        return rows.post(view, session.get_one(Account, account_id), rows.run(view), **changes).id

    post_id = await system.database.write(add)
    before = (await api.get(f"/v1/analytics/posts/{post_id}")).json()["latest"]
    assert (before["status"], before["supported"], before["metrics"]) == ("unsupported", False, None)
    kept = (await api.post("/v1/analytics/refresh", json={"postId": post_id})).json()["snapshot"]
    assert (kept["status"], kept["supported"]) == ("unsupported", False)
    assert providers()[silent].label in kept["message"]
    account = (await api.get(f"/v1/analytics/accounts/{account_id}")).json()
    assert account["account"]["id"] == account_id
    assert account["snapshot"]["supported"] is False


async def test_a_run_adds_up_the_newest_figures_of_its_posts(
    api: httpx2.AsyncClient, system: System, workspace: Member, scope: MakeScope
) -> None:
    def add(session: Any) -> str:
        view = scope(session)
        account, run = rows.account(view), rows.run(view, posts=3)
        for number, likes in enumerate(([1, 10], [5], [])):
            post = rows.post(view, account, run, status="published", next_at=None, step_id=f"post_{number}")
            for days, count in zip((2, 1), likes, strict=False):
                row = Snapshot(account_id=account.id, post_id=post.id, window="lifetime", status="ok", metrics={"likes": count, "views": 1})
                row.collected_at = utc_now() - days * DAY
                view.add(row)
        return run.id

    run_id = await system.database.write(add)
    told = (await api.get(f"/v1/analytics/runs/{run_id}")).json()
    assert told["run"]["id"] == run_id
    assert (told["summary"]["contributingPostCount"], told["summary"]["totalPosts"]) == (2, 3)
    assert (told["summary"]["metrics"]["likes"], told["metrics"]["views"], told["metrics"]["clicks"]) == (15, 2, None)
    other = (await api.get(f"/v1/analytics/runs/{run_id}?window=24h")).json()
    assert (other["summary"]["contributingPostCount"], other["metrics"]) == (0, None)


async def test_the_worker_collects_what_is_due_and_knows_when_to_come_back(system: System, workspace: Member, scope: MakeScope) -> None:
    post_id = await published(system, workspace, scope, age=DAY + timedelta(minutes=1))
    now = utc_now()
    subjects = await system.database.write(collect.take, now, most=10)
    assert [s.post.id for s in subjects if s.post] == [post_id]
    assert await system.database.write(collect.take, now, most=10) == [], "taken once"
    for subject in subjects:
        await collect.collect_due(system, subject)
    assert sorted(s.window for s in await snapshots(system)) == ["24h", "lifetime"]
    post = await system.database.read(lambda session: session.get_one(Post, post_id))
    assert post.published_at is not None
    assert post.collect_at == post.published_at + 7 * DAY


async def test_a_network_that_cannot_be_asked_is_asked_again_and_nothing_is_kept(
    api: httpx2.AsyncClient, system: System, workspace: Member, scope: MakeScope
) -> None:
    post_id = await published(system, workspace, scope, age=timedelta(hours=2))
    network(system, "x").fail("timeout", "GET /2/tweets", times=2)
    answer = await api.post("/v1/analytics/refresh", json={"postId": post_id})
    assert answer.status_code == 503
    [subject] = await system.database.write(collect.take, utc_now(), most=10)
    await collect.collect_due(system, subject)
    assert await snapshots(system) == []
    post = await system.database.read(lambda session: session.get_one(Post, post_id))
    assert post.collect_at is not None
    assert post.collect_at > utc_now()


async def test_an_expired_token_is_refreshed_on_the_way(
    api: httpx2.AsyncClient, system: System, workspace: Member, scope: MakeScope
) -> None:
    post_id = await published(system, workspace, scope, age=timedelta(hours=2))
    network(system, "x").fail("expire_token", "GET /2/tweets")
    answer = await api.post("/v1/analytics/refresh", json={"postId": post_id})
    assert answer.status_code == 200, answer.text


async def test_only_a_published_post_is_measured(api: httpx2.AsyncClient, system: System, scope: MakeScope) -> None:
    def add(session: Any) -> str:
        view = scope(session)
        return rows.post(view, rows.account(view), rows.run(view)).id

    post_id = await system.database.write(add)
    answer = await api.post("/v1/analytics/refresh", json={"postId": post_id})
    assert (answer.status_code, answer.json()["code"]) == (409, "post_not_published")
    wrong = await api.post("/v1/analytics/refresh", json={"postId": post_id, "window": "1y"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "metric_window_invalid")


def test_an_account_is_asked_for_the_windows_of_accounts_and_an_identity_for_nothing() -> None:
    page = Account(provider="facebook", account_type="facebook_page", handle="facebook:page:1")
    person = Account(provider="facebook", account_type="facebook_user", handle="facebook:user:1")
    assert collect.Subject(page, test=True).supported
    assert collect.Subject(page, test=True).windows == ("lifetime", "24h", "7d", "30d")
    assert collect.Subject(page, test=True, post=Post()).windows == ("lifetime",)
    assert not collect.Subject(person, test=True).supported
