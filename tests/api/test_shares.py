"""The database is shared between workspaces: hundreds of heavy requests of one, sent at once, keep nobody else's small one waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.api import shares
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, iso, new_id, utc_now
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member, client

pytestmark = pytest.mark.usefixtures("both_databases")

AT_ONCE = 120  # heavy requests
SOON = AT_ONCE // 4  # of them may be answered before the small one


def telegram(scope: Scope, handle: str) -> Account:
    return rows.account(scope, handle, provider="telegram", handle=handle, account_type="telegram_channel")


@pytest.fixture
async def hog(system: System, app: FastAPI, workspace: Member) -> AsyncIterator[httpx2.AsyncClient]:
    """A workspace with an account and 400 posts."""

    def fill(scope: Scope) -> None:
        run, account = rows.run(scope), telegram(scope, "telegram:@hog")
        for n in range(400):
            rows.post(scope, account, run, description=f"{n} " * 200, next_at=None, publish_at=utc_now() + timedelta(minutes=n))

    await system.write(workspace.id, fill, test=True)
    async with client(app, workspace.secret) as api:
        yield api


@pytest.fixture
async def small(system: System, app: FastAPI, other_workspace: Member) -> AsyncIterator[httpx2.AsyncClient]:
    await system.write(other_workspace.id, telegram, "telegram:@o", test=True)
    async with client(app, other_workspace.secret) as api:
        assert (await api.get("/v1/keys")).status_code == 200
        yield api


def schedule(account: str, posts: int) -> dict[str, Any]:
    later = utc_now() + timedelta(days=1)
    each = [{"account": account, "description": f"Post {n} " * 20, "publish_at": iso(later + timedelta(hours=n))} for n in range(posts)]
    return {"posts": each}


async def before(heavy: Callable[[int], Awaitable[httpx2.Response]], asked: Callable[[], Awaitable[httpx2.Response]]) -> int:
    """How many heavy requests were answered when the small one was, which was sent after the first of them was answered."""
    tasks = [asyncio.ensure_future(heavy(n)) for n in range(AT_ONCE)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    answer = await asked()
    answered = sum(task.done() for task in tasks)
    for each in (answer, *await asyncio.gather(*tasks)):
        assert each.status_code < 300, each.text[:1000]
    return answered


async def test_validates_of_long_schedules_keep_no_other_workspace_waiting(hog: httpx2.AsyncClient, small: httpx2.AsyncClient) -> None:
    body = schedule("telegram:@hog", 60)
    found = await before(
        lambda _: hog.post("/v1/posts/validate", json=body), lambda: small.post("/v1/posts/validate", json=schedule("telegram:@o", 1))
    )
    assert found <= SOON


async def test_long_lists_keep_no_other_workspace_waiting(hog: httpx2.AsyncClient, small: httpx2.AsyncClient) -> None:
    found = await before(lambda n: hog.get("/v1/posts", params={"limit": 400, "offset": n}), lambda: small.get("/v1/posts"))
    assert found <= SOON


async def test_long_schedules_that_are_applied_keep_no_other_workspaces_from_being_applied(
    hog: httpx2.AsyncClient, small: httpx2.AsyncClient
) -> None:
    body = schedule("telegram:@hog", 60)
    found = await before(
        lambda _: hog.post("/v1/posts/apply", json=body), lambda: small.post("/v1/posts/apply", json=schedule("telegram:@o", 1))
    )
    assert found <= SOON


async def test_a_workspace_of_which_too_many_wait_is_told_to_come_back_and_no_other_one(
    hog: httpx2.AsyncClient, small: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "MOST_WAITING", 10)
    asked = [hog.get("/v1/posts", params={"limit": 400, "offset": n}) for n in range(60)]
    *answers, other = await asyncio.gather(*asked, small.get("/v1/posts"))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert {(answer.json()["code"], answer.headers["retry-after"]) for answer in refused} == {("rate_limited", "5")}
    assert other.status_code == 200
    assert (await hog.get("/v1/posts", params={"runId": new_id("run")})).status_code == 200
