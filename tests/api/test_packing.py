"""Answers are packed for who asks, hold the same, and are never packed where they tell a secret."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from typing import Any

import brotli
import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.api.packing import LEAST, chosen, may_be_packed
from socialclaw.db.base import Scope
from socialclaw.system import System
from tests.api import rows
from tests.api.operations import blueprint, operations
from tests.api.test_every_operation import filled
from tests.conftest import BASE_URL, Member, Person, cookie

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}
# Where a shown secret stands: names of members of answers, and schemas whose `url` is one.
SECRETS = {"secret", "authorizationUrl", "authorizeUrl", "token"}
LINKS = {"InviteResponse", "ExportOut", "MultipartPartResponse"}


@pytest.fixture
async def posts(system: System, workspace: Member) -> None:
    def make(scope: Scope) -> None:
        account, run = rows.account(scope), rows.run(scope)
        for number in range(60):
            rows.post(scope, account, run, name=f"Number {number}")

    await system.write(workspace.id, make, test=True)


async def raw(app: FastAPI, path: str, **headers: str) -> tuple[httpx2.Response, bytes]:
    """An answer, and what came over the wire."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE_URL) as anybody:
        del anybody.headers["accept-encoding"]
        async with anybody.stream("GET", path, headers=headers) as answer:
            return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize(
    ("asked", "coding"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br", "br"),
        ("GZIP;q=1, br;q=0.2", "gzip"),
        ("*", "br"),
        ("br;q=0, *;q=0.1", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=0", None),
        ("identity", None),
        ("deflate, zstd, compress", None),
        ("", None),
        ("gzip;q=nonsense", None),
        (None, None),
    ],
)
async def test_a_list_is_packed_as_its_client_likes_best(app: FastAPI, workspace: Member, asked: str | None, coding: str | None) -> None:
    who = {"authorization": f"Bearer {workspace.secret}"}
    plain, whole = await raw(app, "/v1/posts", **who)
    answer, sent = await raw(app, "/v1/posts", **who, **({"accept-encoding": asked} if asked is not None else {}))
    assert answer.headers.get("content-encoding") == coding
    assert UNPACK[coding](sent) == whole
    assert int(answer.headers["content-length"]) == len(sent)
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert coding is None or len(sent) * 5 < len(whole)


@pytest.mark.usefixtures("posts")
async def test_what_is_short_stays_as_it_is(app: FastAPI, workspace: Member) -> None:
    who = {"authorization": f"Bearer {workspace.secret}", "accept-encoding": "br, gzip"}
    answer, sent = await raw(app, "/v1/posts?limit=1&view=card", **who)
    assert len(sent) < LEAST
    assert "content-encoding" not in answer.headers


async def test_an_error_of_some_length_is_packed_too(app: FastAPI, workspace: Member) -> None:
    who = {"authorization": f"Bearer {workspace.secret}", "accept-encoding": "gzip"}
    answer, _ = await raw(app, f"/v1/posts?provider={'x' * 3000}", **who)
    assert (answer.status_code, answer.headers["content-encoding"]) == (422, "gzip")


async def test_secrets_of_keys_are_told_in_so_many_bytes(app: FastAPI, owner: Person, workspace: Member) -> None:
    """However much of it, and whatever the client would like."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE_URL, headers=cookie(owner.secret)) as page:
        for number in range(12):
            assert (await page.post("/v1/dashboard/keys", json={"label": f"{number} {'x' * 100}"})).status_code == 201
    answer, sent = await raw(app, "/v1/dashboard/keys", **cookie(owner.secret), **{"accept-encoding": "br, gzip"})
    assert len(sent) > LEAST
    assert "content-encoding" not in answer.headers
    assert workspace.secret.encode() in sent


async def test_pages_and_files_are_left_alone(app: FastAPI) -> None:
    for path in ("/auth/ticket/nobody", "/dashboard", "/media/a/b/c.png", "/sandbox/"):
        answer, _ = await raw(app, path, **{"accept-encoding": "br, gzip", "accept": "text/html"})
        assert "content-encoding" not in answer.headers, path


def secrets_in(schemas: dict[str, Any], node: Any, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The members of an answer that may hold a secret."""
    if isinstance(node, list):
        for item in node:
            yield from secrets_in(schemas, item, seen)
    elif isinstance(node, dict):
        name = node.get("$ref", "").rpartition("/")[2]
        if name and name not in seen:
            yield from ([f"{name}.url"] if name in LINKS else ())
            yield from secrets_in(schemas, schemas[name], seen | {name})
        yield from SECRETS & node.get("properties", {}).keys()
        for value in node.values():
            yield from secrets_in(schemas, value, seen)


def test_no_operation_that_tells_a_secret_may_be_packed() -> None:
    schemas, told = blueprint().openapi()["components"]["schemas"], set[str]()
    for operation in operations():
        answers = [answer.get("content", {}) for status, answer in operation.spec["responses"].items() if status.startswith("2")]
        if found := {*secrets_in(schemas, answers)}:
            told.add(operation.name)
            gone = operation.name in ("disconnect_account", "dashboard_disconnect_account")  # of these the handshake is over
            assert gone or not may_be_packed(filled(operation.path, "x")), f"{operation.name} may tell {found}"
    assert {"dashboard_keys", "dashboard_rotate_key", "create_key", "create_invite", "start_connection"} <= told


@pytest.mark.parametrize("path", ["/v1/posts", "/v1/dashboard/posts", "/v1/dashboard/runs", "/v1/assets", "/openapi.json", "/v1/keysmith"])
def test_what_lists_tell_may_be(path: str) -> None:
    assert may_be_packed(path)


def test_a_long_wish_is_read_in_no_time() -> None:
    assert chosen([(b"accept-encoding", b"gzip;q=0.000" + b" " * 100_000 + b",br" * 100_000)]) is None
    assert re.fullmatch("br|gzip", chosen([(b"accept-encoding", b"deflate"), (b"accept-encoding", b"gzip")]) or "")
