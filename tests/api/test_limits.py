"""How often somebody may call, and how much of the memory large bodies may take: by key, by workspace, by address."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.api import rate_limits
from socialclaw.api.rate_limits import MOST_WINDOWS, Rates, Windows, site
from socialclaw.app import build
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.workspaces import keys
from tests.conftest import BASE_URL, Member, client, member, opened

MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def unsaid(monkeypatch: pytest.MonkeyPatch) -> None:
    """No warning was given before."""
    monkeypatch.setattr(rate_limits, "seldom", rate_limits.Seldom(logging.getLogger("socialclaw.http")))


@asynccontextmanager
async def served(settings: Settings, **limits: int) -> AsyncIterator[tuple[System, FastAPI]]:
    async with opened(settings.model_copy(update=limits)) as system:
        app = build(system)
        yield system, app
        await app.state.keyring.close()


async def another_key(system: System, whose: Member) -> str:
    _, secret = await system.write(whose.id, keys.create, system.vault, "more", test=True)
    return str(secret)


async def test_many_keys_of_one_workspace_share_its_limit(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async with served(settings, rate_limit_per_minute=4, workspace_rate_limit_per_minute=10) as (system, app):
        ours, theirs = await member(system, "Ours"), await member(system, "Theirs")
        statuses = []
        for secret in [await another_key(system, ours) for _ in range(5)]:
            async with client(app, secret) as api:
                for _ in range(4):
                    answer = await api.get("/v1/keys")
                    statuses.append(answer.status_code)
        assert statuses == [200] * 10 + [429] * 10
        assert answer.headers["ratelimit-policy"] == '"minute";q=4;w=60, "workspace";q=10;w=60'
        assert answer.headers["ratelimit"].startswith('"minute";r=4;t=60, "workspace";r=0;t=')  # what was refused costs no key anything
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert "all keys of this workspace" in answer.json()["message"]
        async with client(app, theirs.secret) as other:
            assert (await other.get("/v1/keys")).status_code == 200
    [line] = [record.getMessage() for record in caplog.records if ours.id in record.getMessage()]
    assert line == f"the keys of workspace {ours.id} have made their 10 requests of this minute"


async def test_wrong_keys_are_counted_by_address_and_shut_out_no_valid_one(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    async with served(settings, refused_per_minute=5) as (system, app):
        ours = await member(system, "Ours")

        async def status(address: str, secret: str | None) -> int:
            headers = {"authorization": f"Bearer {secret}", "x-forwarded-for": f"198.51.100.{len(statuses)}"} if secret else {}
            transport = httpx2.ASGITransport(app=app, client=(address, 1))
            async with httpx2.AsyncClient(transport=transport, base_url=BASE_URL) as one:
                return (await one.post("/v1/keys", headers=headers, json={})).status_code

        statuses: list[int] = []
        for n in range(8):
            statuses.append(await status("192.0.2.7", f"sc_live_{n}" if n % 2 else None))
        assert statuses == [401] * 5 + [429] * 3
        assert await status("192.0.2.7", ours.secret) == 201
        assert await status("192.0.2.8", "sc_live_wrong") == 401
        for n in range(5):
            assert await status(f"2001:db8::{n}", None) == 401
        assert await status("2001:db8::ffff:1", None) == 429  # of the same network
        assert await status("2001:db8:0:1::1", None) == 401
    lines = [record.getMessage() for record in caplog.records if "without a valid key" in record.getMessage()]
    assert lines == ["192.0.2.7 has sent 5 requests without a valid key in this minute"]  # and no second one within the minute


async def test_ways_back_from_a_consent_page_that_lead_nowhere_are_counted_too(settings: Settings) -> None:
    async with served(settings, refused_per_minute=3) as (_, app), client(app) as anonymous:
        statuses = [(await anonymous.get("/oauth/x/callback?state=made-up&code=a")).status_code for _ in range(5)]
    assert statuses == [400, 400, 400, 429, 429]


def test_what_is_remembered_of_addresses_is_bounded() -> None:
    windows = Windows("address", 3)
    for n in range(MOST_WINDOWS * 2 + 10):
        windows.of(str(n), 0.0)
    assert len(windows._all) <= MOST_WINDOWS


def test_an_ipv6_site_is_one_client() -> None:
    assert site("2001:db8::1") == site("2001:db8::ffff:2") != site("2001:db8:0:1::1")
    assert site("192.0.2.1") != site("192.0.2.2")
    assert site("unix") == "unix"


async def test_large_bodies_held_at_a_time_have_a_bound_of_which_one_workspace_has_a_half(settings: Settings) -> None:
    async with served(settings, max_bodies_bytes=10 * MEGABYTE) as (system, app):
        ours, theirs = await member(system, "Ours"), await member(system, "Theirs")
        end = asyncio.Event()
        held = asyncio.Semaphore(0)

        async def slowly(size: int) -> AsyncIterator[bytes]:
            yield b'["' + b"x" * size
            held.release()
            await end.wait()
            yield b'"]'

        async with AsyncExitStack() as stack:
            api, other = [await stack.enter_async_context(client(app, who.secret)) for who in (ours, theirs)]
            first = asyncio.create_task(api.post("/v1/posts/validate", content=slowly(3 * MEGABYTE)))
            await held.acquire()
            refused = await api.post("/v1/posts/validate", content=b'["' + b"x" * 3 * MEGABYTE + b'"]')
            assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
            assert refused.headers["retry-after"] == "5"
            small = await api.post("/v1/posts/validate", content=b'["' + b"x" * 100_000 + b'"]')
            assert small.json()["code"] == "schedule_invalid"
            fits = await other.post("/v1/posts/validate", content=b'["' + b"x" * 3 * MEGABYTE + b'"]')
            assert fits.json()["code"] == "schedule_invalid"
            end.set()
            assert (await first).json()["code"] == "schedule_invalid"
            again = await api.post("/v1/posts/validate", content=b'["' + b"x" * 4 * MEGABYTE + b'"]')
            assert again.json()["code"] == "schedule_invalid"


async def test_a_name_that_every_step_repeats_is_short(api: httpx2.AsyncClient) -> None:
    """A name of 200 kB in a campaign of a thousand steps would be an answer of 400 MB."""
    steps = [{"description": "Hi", "delay_minutes": 1}] * 1000
    for field in ("id", "name"):
        campaign = {field: "n" * 200_000, "targets": [{"account": "x:@nobody", "publish_at": "2030-01-01T00:00:00Z", "steps": steps}]}
        answer = await api.post("/v1/posts/validate", content=json.dumps({"campaigns": [campaign]}))
        assert answer.status_code == 422
        assert len(answer.content) < MEGABYTE
        assert "campaign_name_too_long" in {issue["code"] for issue in answer.json()["details"]["issues"]}


@pytest.mark.usefixtures("both_databases")
async def test_a_large_schedule_is_judged_the_same_on_both_databases(api: httpx2.AsyncClient) -> None:
    posts = [{"account": "x:@nobody", "description": "x" * 250} for _ in range(1000)]
    answer = await api.post("/v1/posts/validate", json={"posts": posts})
    assert {issue["code"] for issue in answer.json()["details"]["issues"]} == {"account_not_found"}
    assert len(answer.json()["details"]["issues"]) == 1000


def test_rates_follow_the_settings() -> None:
    rates = Rates(Settings(rate_limit_per_minute=7, workspace_rate_limit_per_minute=9))
    assert rates._policy[1] == b'"minute";q=7;w=60, "workspace";q=9;w=60'
