"""Health, usage and jobs: whether the service works, and what is to happen next."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.billing import counting
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Lane
from socialclaw.db.workspaces import Worker
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

Put = Callable[[Callable[[Scope], Any]], Any]
DUE = timedelta(minutes=2)
both = pytest.mark.usefixtures("both_databases")


@pytest.fixture
def put(system: System, workspace: Member) -> Put:
    """`await put(do)`: write rows for the workspace."""

    async def write(do: Callable[[Scope], Any]) -> Any:
        return await system.write(workspace.id, do, test=True)

    return write


def overdue(ago: timedelta) -> Callable[[Scope], str]:
    def make(scope: Scope) -> str:
        account = rows.account(scope)
        when = utc_now() - ago
        rows.post(scope, account, rows.run(scope), publish_at=when, next_at=when)
        return account.id

    return make


def beats(ago: timedelta, *, stopped: bool = False) -> Callable[[Scope], None]:
    def make(scope: Scope) -> None:
        seen = utc_now() - ago
        scope.session.add(Worker(id="w", started_at=seen, seen_at=seen, stopped_at=seen if stopped else None))

    return make


@both
async def test_an_idle_service_is_healthy_without_a_worker(anonymous: httpx2.AsyncClient, system: System) -> None:
    answer = await anonymous.get("/health")
    body = answer.json()
    assert (answer.status_code, body["ok"], body["service"]) == (200, True, "socialclaw-api")
    assert body["db"]["ok"]
    assert body["assetStorage"]["ok"]
    assert body["worker"] == {"lastHeartbeat": None, "alive": False, "overduePosts": 0, "heldSince": None}
    assert body["maxFormAssetBytes"] == system.settings.max_asset_bytes
    assert body["publicBaseUrl"] == "http://socialclaw.test"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["now"])
    assert body["version"]


@both
async def test_posts_that_nobody_publishes_make_it_unhealthy_even_with_a_live_worker(anonymous: httpx2.AsyncClient, put: Put) -> None:
    await put(beats(timedelta(seconds=1)))
    assert (await anonymous.get("/health")).json()["worker"]["alive"]
    await put(overdue(DUE))
    answer = await anonymous.get("/health")
    body = answer.json()
    assert (answer.status_code, body["ok"], body["code"]) == (503, False, "not_ready")
    assert "1 post has been due for over a minute" in body["message"]
    assert body["details"]["worker"]["overduePosts"] == 1
    assert body["details"]["db"]["ok"]


async def test_a_post_whose_account_somebody_works_on_is_not_neglected(anonymous: httpx2.AsyncClient, put: Put) -> None:
    account = await put(overdue(DUE))
    soon = utc_now() + timedelta(seconds=20)
    await put(lambda scope: scope.session.add(Lane(account_id=account, post_id="other", worker_id="w", until=soon)))
    await put(beats(timedelta(seconds=1)))
    assert (await anonymous.get("/health")).status_code == 200


@both
@pytest.mark.parametrize(
    ("ago", "stopped", "status"),
    [(timedelta(seconds=1), False, 200), (timedelta(seconds=30), False, 503), (timedelta(seconds=1), True, 503)],
)
async def test_due_posts_need_a_worker_that_is_alive(
    anonymous: httpx2.AsyncClient, put: Put, ago: timedelta, stopped: bool, status: int
) -> None:
    await put(overdue(timedelta(seconds=20)))
    await put(beats(ago, stopped=stopped))
    assert (await anonymous.get("/health")).status_code == status


async def test_a_database_that_does_not_answer_is_unhealthy(
    anonymous: httpx2.AsyncClient, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionError("secret host name")

    monkeypatch.setattr(system.database, "read", fail)
    answer = await anonymous.get("/health")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer.json()["details"]["db"]["ok"] is False
    assert "secret" not in answer.text


async def test_a_media_folder_that_cannot_be_written_is_unhealthy(anonymous: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socialclaw.storage.folder.os.access", lambda *_: False)
    answer = await anonymous.get("/health")
    assert (answer.status_code, answer.json()["details"]["assetStorage"]["ok"]) == (503, False)


@both
async def test_usage_counts_this_month_s_posts_and_what_is_kept(api: httpx2.AsyncClient, put: Put) -> None:
    def fill(scope: Scope) -> None:
        account = rows.account(scope)
        rows.account(scope, "gone", status="disconnected")
        start, _ = counting.period(utc_now())
        rows.post(scope, account, rows.run(scope), counted_at=start)
        rows.post(scope, account, rows.run(scope), counted_at=start - timedelta(milliseconds=1))
        rows.post(scope, account, rows.run(scope), status="draft")
        rows.asset(scope, size=3)
        rows.asset(scope, size=4)

    await put(fill)
    found = (await api.get("/v1/me/usage")).json()["usage"]
    assert (found["postsThisPeriod"], found["connectedAccounts"], found["assets"], found["storageBytes"]) == (1, 1, 2, 7)
    start, end = counting.period(utc_now())
    assert (found["periodStart"], found["periodEnd"]) == (iso(start), iso(end))


def test_a_period_is_a_calendar_month() -> None:
    assert counting.period(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )


def one_of_each(scope: Scope) -> dict[str, str]:
    """Posts in every state, by name."""
    account = rows.account(scope, refresh_status="ok")
    broken = rows.account(scope, "broken", status="reconnect_required")
    draft, run = rows.run(scope, mode="draft"), rows.run(scope, posts=12)
    past, soon = utc_now() - DUE, utc_now() + timedelta(minutes=1)
    kinds: dict[str, dict[str, Any]] = {
        "waits for its time": {},
        "is overdue": {"next_at": past},
        "is tried again": {"status": "retry_pending", "next_at": soon},
        "is worked on": {"status": "publishing", "next_at": soon},
        "is looked for": {"status": "publishing", "stage": "reconcile", "next_at": soon},
        "is accepted": {"status": "published", "stage": "confirm", "next_at": soon},
        "is published": {"status": "published", "next_at": None},
        "is canceled": {"status": "canceled", "next_at": None},
        "waits for its parent": {"blocked_by": "parent", "next_at": None},
        "failed": {"status": "failed", "next_at": None, "error_code": "x"},
        "is unknown": {"status": "failed", "next_at": None, "reconciliation_status": "unresolved"},
    }
    ids = {name: rows.post(scope, account, run, **changes).id for name, changes in kinds.items()}
    ids["waits for its account"] = rows.post(scope, broken, run, status="retry_pending", blocked_by="account", next_at=None).id
    drafted = rows.post(scope, account, draft, status="draft", next_at=None)
    rows.attempt(scope, drafted, 1, code="old")
    rows.attempt(scope, drafted, 2, code="new")
    return {**ids, "is a draft": drafted.id}


EXPECTED = {
    "waits for its time": ("ready", "publish"),
    "is overdue": ("stalled", "publish"),
    "is tried again": ("ready", "retry"),
    "is worked on": ("ready", "publish"),
    "is looked for": ("ready", "reconcile"),
    "is accepted": ("ready", "confirm"),
    "is published": ("done", "none"),
    "is canceled": ("done", "none"),
    "waits for its parent": ("blocked", "wait_parent"),
    "failed": ("failed", "retry"),
    "is unknown": ("failed", "reconcile"),
    "waits for its account": ("blocked", "reconnect"),
    "is a draft": ("draft", "publish_run"),
}


@both
async def test_each_post_is_a_job_with_a_state_and_a_next_action(api: httpx2.AsyncClient, put: Put) -> None:
    ids = await put(one_of_each)
    body = (await api.get("/v1/jobs")).json()
    jobs = {job["postId"]: job for job in body["jobs"]}
    assert {name: (jobs[i]["jobState"], jobs[i]["nextAction"]) for name, i in ids.items()} == EXPECTED
    assert body["total"] == len(EXPECTED)
    drafted = jobs[ids["is a draft"]]
    assert drafted["latestAttempt"]["code"] == "new"
    assert jobs[ids["failed"]]["latestAttempt"] is None
    assert (drafted["accountTokenHealth"], drafted["tokenRefreshStatus"]) == ("none", "ok")
    assert jobs[ids["waits for its account"]]["accountTokenHealth"] == "reconnect_required"


async def test_a_job_that_waits_says_for_what_and_one_that_is_over_does_not(api: httpx2.AsyncClient, put: Put) -> None:
    def make(scope: Scope) -> dict[str, str]:
        account, run = rows.account(scope, "acme"), rows.run(scope)
        waits, over = (rows.post(scope, account, run, status="publishing") for _ in range(2))
        still = {"finished_at": None, "ok": None, "code": None, "retryable": None}
        rows.attempt(scope, waits, message="The network is preparing the video", **still)
        rows.attempt(scope, over, message="The network was unreachable", ok=False)
        return {"waits": waits.id, "over": over.id}

    ids = await put(make)
    jobs = {job["postId"]: job for job in (await api.get("/v1/jobs")).json()["jobs"]}
    assert jobs[ids["waits"]]["waitReason"] == "The network is preparing the video"
    assert jobs[ids["waits"]]["latestAttempt"]["message"] == "The network is preparing the video"
    assert jobs[ids["over"]]["waitReason"] is None
    assert jobs[ids["over"]]["latestAttempt"]["message"] == "The network was unreachable"
    attempts = (await api.get(f"/v1/posts/{ids['waits']}/attempts")).json()["attempts"]
    assert [attempt["message"] for attempt in attempts] == ["The network is preparing the video"]


@both
async def test_jobs_are_narrowed_and_counted(api: httpx2.AsyncClient, put: Put) -> None:
    ids = await put(one_of_each)

    async def found(query: str) -> set[str]:
        body = (await api.get(f"/v1/jobs?{query}")).json()
        assert body["total"] == len(body["jobs"])
        return {name for name, i in ids.items() if i in {job["postId"] for job in body["jobs"]}}

    for state in ("ready", "blocked", "stalled", "failed", "done", "draft"):
        assert await found(f"status={state}") == {name for name, (expected, _) in EXPECTED.items() if expected == state}
    assert await found("status=retry_pending") == {"is tried again", "waits for its account"}
    job = (await api.get("/v1/jobs?status=draft")).json()["jobs"][0]
    for query in (f"runId={job['runId']}", f"run_id={job['runId']}"):
        assert await found(query) == {"is a draft"}
    assert "is a draft" in await found(f"account={job['accountId']}")
    assert await found(f"account={job['account']}") == ids.keys() - {"waits for its account"}
    assert await found(f"provider={job['provider']}") == ids.keys()
    page = (await api.get("/v1/jobs?limit=2")).json()
    assert (len(page["jobs"]), page["total"], page["limit"]) == (2, len(ids), 2)


@pytest.mark.parametrize(
    ("query", "code"), [("status=odd", "filter_invalid"), ("provider=odd", "provider_unsupported"), ("limit=501", "filter_invalid")]
)
async def test_an_unknown_filter_value_names_the_allowed_ones(api: httpx2.AsyncClient, query: str, code: str) -> None:
    answer = await api.get(f"/v1/jobs?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    if not query.startswith("limit"):
        assert len(answer.json()["details"]["allowed"]) > 3


@both
async def test_workspace_health_tells_everything_as_numbers(api: httpx2.AsyncClient, put: Put, workspace: Member) -> None:
    await put(one_of_each)
    await put(lambda scope: rows.asset(scope))
    found = (await api.get("/v1/workspace/health")).json()["health"]
    assert found["tenant"]["id"] == workspace.id
    assert found["tenant"]["subscriptionStatus"] == "active"
    assert (found["connectedAccounts"], found["failingAccounts"]) == (2, 1)
    assert (found["connections"]["total"], found["connections"]["revoked"]) == (2, 1)
    assert found["runs"] == {"total": 2, "byStatus": {"draft": 1, "processing": 1}}
    assert found["posts"]["total"] == len(EXPECTED)
    assert found["posts"]["byStatus"]["published"] == 2
    assert found["jobs"] == {"total": 13, "ready": 5, "blocked": 2, "stalled": 1, "failed": 2, "done": 2, "draft": 1}
    assert found["storage"]["assets"] == 1
    assert found["storage"]["analyticsSnapshots"] == 0
