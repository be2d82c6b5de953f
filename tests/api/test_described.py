"""That answers are held against their description: what is served and not described, or described otherwise, is noticed."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from socialclaw.publishing.listing import CARD, EDITED, MEMBERS
from tests import described

POST = {"id": "post_1", "provider": "x", "account": "x:@acme", "status": "draft"}


def found(post: dict[str, Any], method: str = "GET", path: str = "/v1/posts/post_1", status: int = 200) -> list[str]:
    return [*described.problems(method, path, status, json.dumps({"ok": True, "post": post}).encode())]


def test_what_is_described_is_let_through() -> None:
    assert found(POST) == []


@pytest.mark.parametrize(
    "change",
    [{"colour": "red"}, {"status": "gone"}, {"id": None}, {"attempts": "3"}, {"assets": [{"url": "https://a.example/a", "colour": "red"}]}],
)
def test_what_is_not_as_described_is_noticed(change: dict[str, Any]) -> None:
    assert found({**POST, **change})


def test_a_status_that_is_not_described_is_noticed() -> None:
    with pytest.raises(AssertionError, match="not said to answer 418"):
        found(POST, status=418)


def test_every_field_of_a_post_is_described() -> None:
    assert described.document()["components"]["schemas"]["Post"]["properties"].keys() == (MEMBERS | EDITED | CARD).keys()


async def test_the_tests_own_client_notices(app: FastAPI, api: httpx2.AsyncClient) -> None:
    async def odd(request: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "jobs": [], "colour": "red"})

    app.router.add_route("/v1/jobs", odd)
    app.router.routes.insert(0, app.router.routes.pop())
    with pytest.raises(AssertionError, match="colour"):
        await api.get("/v1/jobs")
