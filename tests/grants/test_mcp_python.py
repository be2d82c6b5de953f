"""The MCP SDK's own OAuth client for Python, unchanged: from a 401 of `/mcp` to tokens that are renewed in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from socialclaw.api.well_known import challenge
from socialclaw.app import build
from socialclaw.mcp.http import mount
from socialclaw.system import System
from tests.conftest import BASE_URL
from tests.grants.conftest import BACK, MCP, Stage, consent
from tests.grants.test_documents import URL, House


@pytest.fixture
async def app(system: System) -> AsyncIterator[FastAPI]:
    """With the protocol mounted, as it is served."""
    app = build(system)
    mount(app, BASE_URL, lambda code: challenge(system.settings, code))
    async with app.router.lifespan_context(app):
        yield app


class Kept:
    """What the SDK keeps between two starts of a program."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Process:
    """A program of somebody's that speaks MCP. `asked`: how often it had to ask them."""

    def __init__(self, stage: Stage, kept: Kept, **options: Any) -> None:
        self.stage, self.kept, self.asked, self.answer = stage, kept, 0, httpx2.URL()
        metadata = OAuthClientMetadata(client_name="SDK", redirect_uris=[AnyUrl(BACK)])
        self.provider = OAuthClientProvider(MCP, metadata, kept, self._open, self._wait, **options)
        transport = httpx2.ASGITransport(app=stage.app)
        self.http = httpx2.AsyncClient(transport=transport, base_url=BASE_URL, auth=self.provider)

    async def _open(self, url: str) -> None:
        self.asked += 1
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        self.answer = httpx2.URL((await consent(self.stage.person, query, self.stage.workspace.id)).headers["location"])

    async def _wait(self) -> AuthorizationCodeResult:
        told = self.answer.params
        return AuthorizationCodeResult(code=told["code"], state=told["state"], iss=told["iss"])

    async def reads(self) -> int:
        """It calls MCP, as far as that is to know who calls."""
        headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        return (await self.http.post("/mcp", json=body, headers=headers)).status_code


async def test_from_a_401_to_tokens_that_are_renewed_in_silence(stage: Stage) -> None:
    kept = Kept()
    program = Process(stage, kept)
    assert await program.reads() == 200
    first = kept.tokens
    assert first is not None
    assert kept.client is not None
    assert program.asked == 1
    program.provider.context.token_expiry_time = 1.0  # its clock says that the token is over
    assert await program.reads() == 200
    assert program.asked == 1, "nobody was asked again"
    assert kept.tokens is not None
    assert kept.tokens.access_token != first.access_token


async def test_two_processes_that_share_what_is_kept_and_renew_at_once_both_live(stage: Stage) -> None:
    kept = Kept()
    assert await Process(stage, kept).reads() == 200
    both = [Process(stage, kept), Process(stage, kept)]
    for one in both:
        await one.provider._initialize()
        one.provider.context.token_expiry_time = 1.0
    assert await asyncio.gather(*(one.reads() for one in both)) == [200, 200]
    assert [one.asked for one in both] == [0, 0]
    for one in both:
        one.provider.context.token_expiry_time = 1.0
        assert await one.reads() == 200
    assert [one.asked for one in both] == [0, 0]


async def test_a_grant_that_was_revoked_is_asked_for_again(stage: Stage, api: httpx2.AsyncClient) -> None:
    kept = Kept()
    program = Process(stage, kept)
    assert await program.reads() == 200
    [grant] = [key for key in (await api.get("/v1/keys")).json()["keys"] if key["kind"] == "oauth"]
    await api.delete(f"/v1/keys/{grant['id']}")
    assert await program.reads() == 200
    assert program.asked == 2


async def test_a_client_with_a_document_registers_nowhere(stage: Stage) -> None:
    house, kept = House(stage.system), Kept()
    program = Process(stage, kept, client_metadata_url=URL)
    assert await program.reads() == 200
    assert kept.client is not None
    assert (kept.client.client_id, len(house.asked)) == (URL, 1)


async def test_an_answer_of_another_issuer_is_not_taken(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mix-up: the SDK compares `iss`, which this server announces, so that a code is never sent to the wrong one."""
    program = Process(stage, Kept())
    wait = program._wait

    async def from_elsewhere() -> AuthorizationCodeResult:
        return (await wait()).model_copy(update={"iss": "https://evil.example"})

    program.provider.context.callback_handler = from_elsewhere
    with pytest.raises(Exception, match="iss"):
        await program.reads()
