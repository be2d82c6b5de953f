"""Every billing state and every operation that needs a plan: as the page in the documentation says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest
from docs.generators import billing as page_of_states
from docs.generators.billing import NOW, STATES
from fastapi import FastAPI

from socialclaw.api.operation import NEEDS_PLAN
from socialclaw.billing.subscriptions import ENDED
from socialclaw.db.base import iso, utc_now
from socialclaw.db.planning import Repeat
from socialclaw.publishing import occurrences
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.api.operations import Operation, operations
from tests.billing.conftest import Has, paid
from tests.conftest import Member, browser, client, person
from tests.publishing.desk import Desk, composed

GATED = [operation for operation in operations() if operation.spec.get(NEEDS_PLAN)]
ALWAYS = [
    operation
    for operation in operations()
    if operation.guarded
    and not operation.spec.get(NEEDS_PLAN)
    and operation.name not in ("dashboard_events",)
    and operation.method != "HEAD"
]


@pytest.fixture
async def callers(app: FastAPI, workspace: Member, system: System) -> AsyncIterator[tuple[httpx2.AsyncClient, httpx2.AsyncClient]]:
    """By key, and by session."""
    async with client(app, workspace.secret) as key, browser(app, await person(system, (workspace.id, "owner"))) as session:
        yield key, session


async def call(callers: tuple[httpx2.AsyncClient, httpx2.AsyncClient], operation: Operation) -> httpx2.Response:
    by = callers[0] if operation.keyed else callers[1]
    path = operation.path
    for slot in operation.slots:
        path = path.replace(f"{{{slot}}}", "nobody")
    body = {"json": operation.least} if operation.least is not None else {}
    return await by.request(operation.method, path, **body)


def test_the_operations_that_add_something_need_a_plan() -> None:
    assert {operation.name for operation in GATED} == {
        "apply_schedule",
        "change_repeat",
        "create_repeat",
        "crop_asset",
        "dashboard_compose",
        "dashboard_initiate_upload",
        "dashboard_move_posts",
        "dashboard_start_connection",
        "dashboard_upload_asset",
        "import_table",
        "initiate_upload",
        "preview_campaign",
        "publish_run",
        "refresh_analytics",
        "register_asset",
        "retry_post",
        "run_action",
        "start_connection",
        "upload_asset",
        "validate_schedule",
        "validate_table",
    }


@pytest.mark.parametrize("letter", STATES)
async def test_a_state_refuses_what_the_page_says(
    callers: tuple[httpx2.AsyncClient, httpx2.AsyncClient], workspace: Member, has: Has, letter: str
) -> None:
    shift = utc_now() - NOW  # the states of the page are those of one instant
    rows = [replace(row, until=row.until + shift) if row.until not in (None, ENDED) else row for row in STATES[letter][1]]
    await has(*rows)
    expected = page_of_states.standing(letter)
    for operation in GATED:
        answer = await call(callers, operation)
        if expected.entitled:
            assert answer.status_code != 402, (operation.name, answer.text)
        else:
            assert (answer.status_code, answer.json()["code"]) == (402, expected.code), (operation.name, answer.text)
            path = "/pricing" if expected.code == "plan_required" else "/dashboard/billing"
            assert answer.json()["details"]["upgradePath"] == path
            assert answer.json()["details"]["upgradeUrl"] == f"http://socialclaw.test/dashboard/w/{workspace.id}/billing"


async def test_everything_else_needs_none(callers: tuple[httpx2.AsyncClient, httpx2.AsyncClient], has: Has) -> None:
    await has(paid("pro", "canceled", ENDED))
    ending = {"sign_out", "sign_out_everywhere", "delete_workspace", "delete_me", "end_session", "remove_member"}
    for operation in ALWAYS:
        if operation.name in ending:
            continue
        answer = await call(callers, operation)
        assert answer.status_code != 402, operation.name


async def test_an_edit_needs_a_plan_only_where_it_moves_a_post_that_counts(desk: Desk, has: Has, page: httpx2.AsyncClient) -> None:
    account = await desk.connect()
    year = utc_now().year + 1
    waiting = (await composed(page, account=account, text="Waits", publishAt=f"{year}-06-01T10:00:00Z"))["posts"][0]["id"]
    draft = (await composed(page, account=account, text="Draft", publishAt=f"{year}-06-01T10:00:00Z", draft=True))["posts"][0]["id"]
    await has(paid("pro", "paused", ENDED))
    moved = {"account": account, "publishAt": f"{year}-06-02T10:00:00Z"}
    refused = await page.patch(f"/v1/dashboard/posts/{waiting}", json=moved)
    assert (refused.status_code, refused.json()["code"]) == (402, "subscription_paused")
    assert (
        await page.patch(
            f"/v1/dashboard/posts/{waiting}", json={"account": account, "publishAt": f"{year}-06-01T10:00:00Z", "text": "Waits on"}
        )
    ).status_code == 200
    assert (await page.patch(f"/v1/dashboard/posts/{draft}", json=moved)).status_code == 200
    assert (await desk.do(waiting, "cancel")).status_code == 200


async def test_a_post_that_is_due_without_a_plan_fails_and_is_retried_with_one(desk: Desk, has: Has) -> None:
    account = await desk.connect()
    [post, other] = await desk.publish(account, "One", "Two")
    await has(paid("pro", "canceled", ENDED))
    await desk.work()
    row = await desk.row(post)
    assert (row.status, row.error_code, row.counted_at) == ("failed", "subscription_canceled", None)
    assert desk.seen() == []
    refused = await desk.do(post, "retry")
    assert (refused.status_code, refused.json()["code"]) == (402, "subscription_canceled")
    await has(paid("pro"))
    assert (await desk.row(other)).status == "failed"  # nothing bursts out by itself
    assert (await desk.do(post, "retry")).status_code == 200
    await desk.work()
    assert desk.seen() == ["One"]


@pytest.mark.parametrize("status", ["past_due", "canceled", "trialing"])
async def test_what_still_runs_goes_on_publishing(desk: Desk, has: Has, status: str) -> None:
    account = await desk.connect()
    await has(paid("pro", status, utc_now() + timedelta(days=3)))
    await desk.publish(account, "One")
    await desk.work()
    assert desk.seen() == ["One"]


async def test_a_repeat_waits_for_a_plan_and_skips_nothing(desk: Desk, has: Has) -> None:
    await has(paid("pro"))
    account = await desk.connect()
    start = utc_now() + timedelta(days=40)
    body = {"rule": "FREQ=DAILY;COUNT=2", "startsAt": iso(start), "timezone": "UTC", "post": {"account": account, "description": "Again"}}
    made = await desk.api.post("/v1/repeats", json=body)
    assert made.status_code == 201, made.text
    repeat = made.json()["repeat"]["id"]
    start_at = utc_now() + timedelta(days=10)
    await desk.system.database.write(lambda session: setattr(session.get_one(Repeat, repeat), "following_at", start_at))
    await has(paid("pro", "past_due", ENDED))
    assert await occurrences.make(desk.system, desk.workspace.id, repeat, test=True) == 0
    found = (await desk.api.get(f"/v1/repeats/{repeat}")).json()["repeat"]
    assert found["skipped"] == []
    await has(paid("pro"))
    assert await occurrences.make(desk.system, desk.workspace.id, repeat, test=True) >= 1


async def test_where_nothing_is_sold_nothing_is_asked(
    callers: tuple[httpx2.AsyncClient, httpx2.AsyncClient], has: Has, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    await has(paid("pro", "canceled", ENDED))
    monkeypatch.setattr(system, "settings", system.settings.model_copy(update={"billing": Settings().billing}))
    for operation in GATED:
        assert (await call(callers, operation)).status_code != 402
    found = (await callers[1].get("/v1/billing/state")).json()
    assert (found["billing"]["enabled"], found["billing"]["plan"], found["billing"]["entitled"], found["plans"]) == (
        False,
        "self_hosted",
        True,
        [],
    )
