"""`?wait=` and `?fields=`: an answer that comes when it is another, and no more of it than was asked for."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from socialclaw.api import waiting
from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope
from socialclaw.db.posts import Post
from socialclaw.networks import providers
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.workspaces import keys
from tests.api import rows
from tests.conftest import Member

LONG = 40
LATER = "2030-01-31T09:00:00.000Z"
Make = Callable[..., Awaitable[str]]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_waits_per_caller": 2})


@pytest.fixture
def make(system: System, workspace: Member) -> Make:
    """Rows of the workspace, made by a function on a scope."""

    async def made(do: Callable[[Scope], str]) -> str:
        return await system.write(workspace.id, do, test=True)

    return made


@pytest.fixture
async def post_id(make: Make) -> str:
    return await make(lambda scope: rows.post(scope, rows.account(scope), rows.run(scope)).id)


@pytest.fixture
async def run_id(system: System, workspace: Member, post_id: str) -> str:
    return await system.read(workspace.id, lambda scope: scope.one(Post, post_id).run_id, test=True)


async def change(system: System, workspace: Member, post_id: str, **values: Any) -> None:
    def do(scope: Scope) -> None:
        scope.session.execute(update(Post).where(Post.id == post_id, Post.workspace_id == scope.workspace_id).values(**values))

    await system.write(workspace.id, do, test=True)


async def until(fits: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        for _ in itertools.takewhile(lambda _: not fits(), itertools.count()):
            await asyncio.sleep(0.01)


async def has_begun(app: FastAPI, count: int = 1) -> None:
    """Until so many requests wait."""
    await until(lambda: sum(watch.waiting for watch in app.state.waits._watches.values()) >= count)


@pytest.mark.usefixtures("both_databases")
async def test_who_waits_is_answered_by_the_change_and_not_by_the_clock(
    app: FastAPI, api: httpx2.AsyncClient, system: System, workspace: Member, run_id: str, post_id: str
) -> None:
    before = await api.get(f"/v1/runs/{run_id}/status")
    waits = asyncio.create_task(
        api.get(f"/v1/runs/{run_id}/status", params={"wait": 50}, headers={"if-none-match": before.headers["etag"]})
    )
    await has_begun(app)
    await change(system, workspace, post_id, status="published")
    async with asyncio.timeout(LONG):
        after = await waits
    assert after.json()["run"]["status"] == "completed"
    assert after.headers["etag"] != before.headers["etag"]
    assert app.state.waits._watches == {}


@pytest.mark.usefixtures("both_databases")
async def test_a_change_by_another_process_is_heard_too(
    app: FastAPI, api: httpx2.AsyncClient, settings: Settings, system: System, workspace: Member, run_id: str, post_id: str
) -> None:
    other = System.open(settings)
    try:
        await system.hub.open()
        await other.hub.open()
        waits = asyncio.create_task(api.get(f"/v1/runs/{run_id}/status", params={"wait": 50, "fields": "run"}))
        await has_begun(app)
        await until(other.hub.wanted)  # until it knows that somebody listens here
        await change(other, workspace, post_id, status="published")
        async with asyncio.timeout(LONG):
            assert (await waits).json()["run"]["status"] == "completed"
    finally:
        await system.hub.stop()
        await other.hub.stop()
        await other.close()


async def test_what_nobody_changes_is_told_when_the_time_is_up(api: httpx2.AsyncClient, run_id: str) -> None:
    before = await api.get(f"/v1/runs/{run_id}/status", params={"wait": 1})
    assert before.json()["run"]["status"] == "created"
    again = await api.get(f"/v1/runs/{run_id}/status", params={"wait": 1}, headers={"if-none-match": before.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_what_is_over_is_told_at_once_and_so_is_what_the_caller_does_not_know(
    api: httpx2.AsyncClient, system: System, workspace: Member, run_id: str, post_id: str
) -> None:
    async with asyncio.timeout(LONG):
        unknown = await api.get(f"/v1/posts/{post_id}", params={"wait": 50}, headers={"if-none-match": 'W/"0"'})
        assert unknown.json()["post"]["status"] == "scheduled"
        await change(system, workspace, post_id, status="failed", error_code="publish_outcome_unknown")
        assert (await api.get(f"/v1/runs/{run_id}/status", params={"wait": 50})).json()["run"]["status"] == "partial_failed"
        failed = (await api.get(f"/v1/posts/{post_id}", params={"wait": 50})).json()
    assert failed["next"]["tool"] == "reconcile_post"


async def test_all_that_wait_for_one_thing_share_its_looks(
    app: FastAPI, api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, system: System, workspace: Member, run_id: str, post_id: str
) -> None:
    waits = [asyncio.create_task(api.get(f"/v1/runs/{run_id}/status", params={"wait": 50})) for _ in range(2)]
    await has_begun(app, 2)
    assert len(app.state.waits._watches) == 1
    third = await api.get(f"/v1/runs/{run_id}/status", params={"wait": 50})
    assert (third.status_code, third.json()["code"]) == (429, "too_many_waits")
    assert (await other_api.get(f"/v1/runs/{run_id}/status", params={"wait": 50})).status_code == 404
    await change(system, workspace, post_id, status="published")
    async with asyncio.timeout(LONG):
        assert {answer.json()["run"]["status"] for answer in await asyncio.gather(*waits)} == {"completed"}


async def test_who_hangs_up_leaves_nothing_behind(app: FastAPI, api: httpx2.AsyncClient, system: System, run_id: str) -> None:
    waits = asyncio.create_task(api.get(f"/v1/runs/{run_id}/status", params={"wait": 50}))
    await has_begun(app)
    waits.cancel()
    await asyncio.gather(waits, return_exceptions=True)
    assert app.state.waits._watches == {}
    assert not app.state.waits._callers
    assert system.hub._count == 0


async def test_a_server_that_stops_answers_who_waits(app: FastAPI, api: httpx2.AsyncClient, system: System, run_id: str) -> None:
    waits = asyncio.create_task(api.get(f"/v1/runs/{run_id}/status", params={"wait": 50}))
    await has_begun(app)
    system.hub.close()
    async with asyncio.timeout(LONG):
        assert (await waits).json()["run"]["status"] == "created"


async def test_a_key_that_was_revoked_meanwhile_is_told_nothing(
    app: FastAPI, api: httpx2.AsyncClient, system: System, workspace: Member, run_id: str, post_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "TRUSTED_SECONDS", 0.0)
    waits = asyncio.create_task(api.get(f"/v1/runs/{run_id}/status", params={"wait": 50}))
    await has_begun(app)
    await system.write(workspace.id, keys.revoke, workspace.key_id, test=True)
    app.state.keyring.forget(workspace.key_id)
    await change(system, workspace, post_id, status="published")
    async with asyncio.timeout(LONG):
        assert (await waits).status_code == 401


async def test_a_file_that_arrives_is_waited_for(
    app: FastAPI, api: httpx2.AsyncClient, system: System, workspace: Member, make: Make
) -> None:
    asset_id = await make(lambda scope: rows.asset(scope, status="uploading").id)
    waits = asyncio.create_task(api.get(f"/v1/assets/{asset_id}", params={"wait": 50}))
    await has_begun(app)
    ready = update(Asset).where(Asset.id == asset_id, Asset.workspace_id == workspace.id).values(status="ready")
    await system.write(workspace.id, lambda scope: scope.session.execute(ready), test=True)
    async with asyncio.timeout(LONG):
        assert (await waits).json()["asset"]["status"] == "ready"


async def test_a_wait_is_no_longer_than_a_proxy_endures(api: httpx2.AsyncClient, run_id: str) -> None:
    for seconds in ("51", "-1", "long"):
        refused = await api.get(f"/v1/runs/{run_id}/status", params={"wait": seconds})
        assert (refused.status_code, refused.json()["code"]) == (422, "filter_invalid"), seconds


class TestFields:
    async def test_a_status_has_only_the_parts_that_were_asked_for(self, api: httpx2.AsyncClient, run_id: str) -> None:
        found = (await api.get(f"/v1/runs/{run_id}/status", params={"fields": "summary"})).json()
        assert (found["posts"], found["summary"]["total"], found["run"]["id"]) == ([], 1, run_id)

    async def test_a_post_has_what_was_asked_for_and_what_each_has(self, api: httpx2.AsyncClient, post_id: str) -> None:
        found = (await api.get("/v1/posts", params={"fields": "publishAtUtc, errorCode"})).json()
        assert [set(post) for post in found["posts"]] == [{"id", "provider", "account", "status", "publishAtUtc", "errorCode"}]
        assert found["total"] == 1

    @pytest.mark.parametrize("path", ["/v1/posts", "/v1/accounts/capabilities"])
    async def test_a_member_that_there_is_not_is_refused_with_the_nearest_one(self, api: httpx2.AsyncClient, path: str) -> None:
        refused = await api.get(path, params={"fields": "acount_id"})
        assert (refused.status_code, refused.json()["code"]) == (422, "filter_invalid")
        assert "did you mean accountId?" in refused.json()["message"]

    async def test_what_matters_of_an_account_is_under_two_kilobytes(self, api: httpx2.AsyncClient, make: Make) -> None:
        kinds = [(provider.key, target.name) for provider in providers().values() for target in provider.targets]

        def accounts(scope: Scope) -> str:
            return " ".join(rows.account(scope, f"{key}-{kind}", provider=key, account_type=kind).id for key, kind in kinds)

        for account_id in (await make(accounts)).split():
            found = (await api.get(f"/v1/accounts/{account_id}/capabilities", params={"view": "brief"})).json()["capabilities"][0]
            assert len(json.dumps(found, separators=(",", ":"))) < 2_000
            full = (await api.get(f"/v1/accounts/{account_id}/capabilities")).json()["capabilities"][0]
            assert found["essentials"]["text"]["unit"] == full["input"]["text"]["unit"]
            assert [setting["id"] for setting in found["essentials"].get("settings", ())] == [one["id"] for one in full["settings"]]
            for brief, whole in zip(found["essentials"].get("settings", ()), full["settings"], strict=True):
                assert brief.get("default") == whole.get("default")
                assert bool(brief.get("required")) == whole["required"]
