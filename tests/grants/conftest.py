"""A program that asks to be let in, and somebody who answers it as a browser does."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.system import System
from tests.conftest import BASE_URL, Member, Person, browser, client, person

BACK = "https://client.example/back"
MCP = f"{BASE_URL}/mcp"
PAGE = {"accept": "text/html"}


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Program:
    """A client of OAuth, written here from the RFCs alone."""

    api: httpx2.AsyncClient
    id: str = ""
    secret: str | None = None
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    async def register(self, **changes: Any) -> dict[str, Any]:
        asked = {"client_name": "Acme Agent", "redirect_uris": [BACK], "token_endpoint_auth_method": "none", **changes}
        answer = await self.api.post("/oauth/register", json=asked)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        self.id, self.secret = made["client_id"], made.get("client_secret")
        return made

    def query(self, **changes: str | None) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": BACK,
            "state": self.state,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "resource": MCP,
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    async def token(self, **form: str | None) -> httpx2.Response:
        asked = {"client_id": self.id, "client_secret": self.secret, **form}
        return await self.api.post("/oauth/token", data={name: value for name, value in asked.items() if value is not None})

    async def redeem(self, code: str, **changes: str | None) -> httpx2.Response:
        usual = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": self.verifier, "resource": MCP}
        return await self.token(**{**usual, **changes})

    async def renew(self, token: str, **changes: str | None) -> httpx2.Response:
        return await self.token(grant_type="refresh_token", refresh_token=token, **changes)

    async def give_back(self, token: str, **more: str) -> httpx2.Response:
        form = {"client_id": self.id, "client_secret": self.secret or "", "token": token, **more}
        return await self.api.post("/oauth/revoke", data=form)


def came_back(answer: httpx2.Response, to: str = BACK) -> dict[str, str]:
    """What the program is told in the address that the browser is led to."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.partition("?")[0] == to.partition("?")[0], location
    return dict(parse_qsl(urlsplit(location).query))


def ticked(page: httpx2.Response) -> list[str]:
    """The operations that a page shows as allowed."""
    return re.findall(r'name="operation" value="(\w+)" checked', page.text)


def offered(page: httpx2.Response) -> list[str]:
    return re.findall(r'name="operation" value="(\w+)"', page.text)


def action(page: httpx2.Response) -> str:
    found = re.search(r'<form method="post" action="([^"]*)"', page.text)
    assert found, page.text
    return unescape(found[1])


async def consent(someone: httpx2.AsyncClient, query: dict[str, str], workspace: str, **form: Any) -> httpx2.Response:
    """Look at the page and press the button under it."""
    page = await someone.get("/oauth/authorize", params=query, headers=PAGE)
    assert page.status_code == 200, page.text
    filled = {"decision": "allow", "workspace": workspace, "life": "90", "operation": ticked(page), **form}
    return await someone.post(action(page), data=filled, headers=PAGE)


@dataclass
class Stage:
    """An app, a program, and the owner of a test workspace at a browser."""

    app: FastAPI
    system: System
    workspace: Member
    owner: Person
    program: Program
    person: httpx2.AsyncClient

    async def code(self, **form: Any) -> str:
        answer = await consent(self.person, self.program.query(), self.workspace.id, **form)
        return came_back(answer)["code"]

    async def tokens(self, **form: Any) -> dict[str, Any]:
        answer = await self.program.redeem(await self.code(**form))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def call(self, token: str, path: str = "/v1/accounts", method: str = "GET", **more: Any) -> httpx2.Response:
        async with client(self.app, token) as api:
            return await api.request(method, path, **more)

    async def opens(self, token: str) -> bool:
        self.app.state.granted.forget_all()  # what another process would say
        return (await self.call(token)).status_code == 200

    async def someone(self, role: str) -> httpx2.AsyncClient:
        """Another member at a browser of theirs."""
        return browser(self.app, await person(self.system, (self.workspace.id, role)))


@pytest.fixture
async def program(app: FastAPI) -> Any:
    async with client(app) as api:
        yield Program(api)


@pytest.fixture
async def stage(app: FastAPI, system: System, workspace: Member, owner: Person, program: Program) -> Any:
    await program.register()
    async with browser(app, owner) as someone:
        yield Stage(app, system, workspace, owner, program, someone)
