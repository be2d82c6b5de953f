"""Bodies that somebody sends to stop the server, at every operation that takes one: refused at once, in few words, in little memory."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from socialclaw.api.guard import MOST, USUAL
from socialclaw.api.scan import DEEPEST, MOST_VALUES
from socialclaw.app import ROUTERS
from socialclaw.providers.issues import MOST_ISSUES
from socialclaw.settings import Settings
from tests.api.operations import Operation, operations
from tests.api.test_every_operation import filled, is_problem

MEGABYTE = 1024 * 1024
WITH_BODY = [operation for operation in operations() if operation.spec.get("requestBody")]
LARGE = [operation for operation in WITH_BODY if operation.name in ("validate_schedule", "apply_schedule", "upload_asset", "create_repeat")]
KEYED = [operation for operation in WITH_BODY if operation.keyed]
every_body = pytest.mark.parametrize("operation", KEYED, ids=lambda operation: operation.name)
every_large_body = pytest.mark.parametrize("operation", LARGE, ids=lambda operation: operation.name)


def test_the_operations_that_are_attacked_are_all_there() -> None:
    assert len(KEYED) > 15
    assert len(LARGE) == 4


async def asked(app: FastAPI, operation: Operation, headers: list[tuple[bytes, bytes]]) -> tuple[list[Any], int]:
    """What is sent to a request of this operation, and how often its body was asked for. There is no end to that body."""
    sent, reads = list[Any](), 0

    async def receive() -> dict[str, Any]:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    path = filled(operation.path, "nobody")
    scope = {
        "type": "http", "http_version": "1.1", "method": operation.method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "scheme": "http", "server": ("a", 80), "client": ("192.0.2.1", 9), "headers": headers,
    }  # fmt: skip
    await app(scope, receive, send)
    return sent, reads


KINDS = (b"application/json", b"text/plain", b"multipart/form-data; boundary=b", b"application/x-www-form-urlencoded")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.decode())
@every_body
async def test_who_has_no_key_is_refused_without_a_look_at_the_body(app: FastAPI, operation: Operation, kind: bytes) -> None:
    for key in ([], [b"Bearer sc_live_wrong"], [b"Basic eDp5"], [b"Bearer a", b"Bearer b"]):
        for length in ([], [(b"content-length", b"2000000")], [(b"content-length", b"9" * 30)]):
            given = [(b"content-type", kind), *length, *((b"authorization", value) for value in key)]
            [start, *body], reads = await asked(app, operation, given)
            assert start["status"] == 401
            assert reads == 0
            assert sum(len(part.get("body", b"")) for part in body) < 1000


@every_body
async def test_a_body_without_end_is_read_up_to_its_limit(app: FastAPI, workspace: Any, operation: Operation) -> None:
    key = (b"authorization", f"Bearer {workspace.secret}".encode())
    [start, *_], reads = await asked(app, operation, [(b"content-type", kind_of(operation).encode()), key])
    assert start["status"] == 413 or (reads == 0 and start["status"] == 404)
    assert reads * 65_536 <= most(operation) + USUAL


DECLARED = {
    route.name: getattr(route.endpoint, MOST, USUAL) for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)
}


def most(operation: Operation) -> int:
    """Bytes that its body may have, as the operation says and the settings allow."""
    return min(DECLARED[operation.name], Settings.model_fields["max_body_bytes"].default)


def kind_of(operation: Operation) -> str:
    """The type of the bodies that it takes: JSON, where it takes others too."""
    kinds = list(operation.spec["requestBody"]["content"])
    return "application/json" if "application/json" in kinds else kinds[0]


@contextmanager
def memory(most: int) -> Iterator[None]:
    """At no moment within may Python hold so many bytes more than before."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most, f"{peak:,} bytes"


@contextmanager
def ticking() -> Iterator[list[float]]:
    """How long the event loop was kept from a task that only wants to go on, each time."""
    gaps: list[float] = []

    async def tick() -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.005)
            gaps.append(loop.time() - before)

    task = asyncio.create_task(tick())
    try:
        yield gaps
    finally:
        task.cancel()


HOSTILE: dict[str, Callable[[], str]] = {  # made when they are sent: together they are 300 MB
    "half a pair before eight million lists": lambda: '["\\ud800"' + ",[]" * 8_000_000 + "]",
    "a long key over two thousand bad values": lambda: '{"' + "k" * 10**6 + '":[' + '"\\u0000",' * 2000 + "1]}",
    "a long key over a million bad values": lambda: '{"' + "k" * 10**6 + '":[' + '"\\u0000",' * 1_000_000 + "1]}",
    "bad values at the end of long keys": lambda: "".join(f'{{"{"k" * 300_000}":' for _ in range(60)) + '["\\u0000"]' + "}" * 60,
    "too deep": lambda: "[" * 10_000_000 + "]" * 10_000_000,
    "deep in objects": lambda: '{"a":' * 4_000_000 + "1" + "}" * 4_000_000,
    "too many keys": lambda: "{" + ",".join(f'"{n}":1' for n in range(1_500_000)) + "}",
    "the same key": lambda: "{" + '"posts":[],' * 2_000_000 + '"posts":[]}',
    "long keys": lambda: "{" + ",".join(f'"{n}{"k" * 1_000_000}":1' for n in range(20)) + "}",
    "a great number": lambda: '{"posts":' + "9" * 20_000_000 + "}",
    "only quotes": lambda: '"' * 20_000_000,
    "only escapes": lambda: '"' + "\\n" * 10_000_000 + '"',
    "an open text": lambda: '["' + "a" * 20_000_000,
    "commas": lambda: "[" + "1," * 10_000_000 + "1]",
    "empty objects": lambda: "[" + "{}," * 6_000_000 + "{}]",
    "escapes of letters": lambda: '["' + "\\u0041" * 4_000_000 + '"]',
    "posts that are none": lambda: '{"posts":[' + "1," * 100_000 + "1]}",
    "a thousand wrong posts": lambda: json.dumps({"posts": [{str(n): n for n in range(200)}] * 1000}),
    "wrong settings": lambda: json.dumps(
        {"posts": [{"account": "x:@nobody", "settings": {f"{n}{'s' * 500}": 1 for n in range(40)}}] * 1000}
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
@every_large_body
async def test_a_hostile_body_is_refused_in_few_words_while_others_go_on(api: httpx2.AsyncClient, operation: Operation, name: str) -> None:
    content = HOSTILE[name]().encode()
    headers = {"content-type": "application/json"}
    with ticking() as gaps:
        answer = await api.request(operation.method, filled(operation.path, "nobody"), content=content, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text[:300]
    assert is_problem(answer)
    assert len(answer.content) < MEGABYTE
    assert max(gaps, default=0) < 5  # what took 17 s and more, on a quiet machine


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_body_takes_little_memory(api: httpx2.AsyncClient, name: str) -> None:
    content = HOSTILE[name]().encode()
    with memory(len(content) * 5 + 100 * MEGABYTE):
        answer = await api.post("/v1/posts/validate", content=content, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("name", ["half a pair before eight million lists", "too many keys", "a thousand wrong posts"])
async def test_other_operations_take_no_such_body_at_all(api: httpx2.AsyncClient, name: str) -> None:
    content = HOSTILE[name]().encode()
    for operation in KEYED:
        if most(operation) == USUAL:
            headers = {"content-type": "application/json"}
            answer = await api.request(operation.method, filled(operation.path, "nobody"), content=content, headers=headers)
            assert answer.status_code in (413, 404)
            assert len(answer.content) < 1000


@every_body
async def test_very_many_wrong_items_are_refused_in_few_words(api: httpx2.AsyncClient, operation: Operation) -> None:
    for content in (
        "{" + ",".join(f'"{n}":1' for n in range(8_000)) + "}",
        '{"uploadId": "a", "parts": [' + "{}," * 200_000 + "{}]}",
        '{"uploadId": "a", "parts": [' + "{}," * 9_000 + "{}]}",
        '{"' + "k" * 60_000 + '": "\\u0000"}',
    ):
        answer = await api.request(
            operation.method, filled(operation.path, "nobody"), content=content, headers={"content-type": "application/json"}
        )
        assert answer.status_code in (201, 404) or is_problem(answer)
        assert answer.status_code < 500
        assert len(answer.content) < MEGABYTE


async def test_of_very_many_problems_some_are_listed_and_all_counted(api: httpx2.AsyncClient) -> None:
    content = '{"' + "k" * 10**6 + '":[' + '"\\u0000",' * 2000 + "1]}"
    answer = await api.post("/v1/posts/validate", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    *listed, last = answer.json()["details"]["issues"]
    assert len(listed) == MOST_ISSUES
    assert all(len(issue["path"]) < 100 for issue in listed)
    assert (last["code"], last["details"]) == ("too_many_issues", {"more": 2000 - MOST_ISSUES})
    assert last["message"] == "More problems were found than are listed: 1,000"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[" * DEEPEST + "]" * DEEPEST, 200),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), 400),
        ("[" + "1," * (MOST_VALUES - 2) + "1]", 200),
        ("[" + "1," * MOST_VALUES + "1]", 413),
        (json.dumps(["," * 400_000]), 200),
        (json.dumps(["[" * 600_000]), 200),
        (json.dumps(['a"b\\,' * 100_000]), 200),
        ('"' + "\\\\u0000" * 100_000 + '"', 200),
        ('"' + "\\ud83d\\ude00" * 100_000 + '"', 200),
        ('"' + "x" * (256 * 1024 - 4) + "\\ud83d\\ude00" + '"', 200),
        ('"' + "x" * (256 * 1024 - 4) + "\\u0000" + '"', 422),
        ('"' + "x" * (256 * 1024 - 8) + "\\ud83d" + '"', 422),
        ('"' + "é" * 400_000 + '"', 200),
    ],
)
async def test_what_is_within_the_bounds_is_taken(api: httpx2.AsyncClient, body: str, status: int) -> None:
    """A document with nothing in it is what the route itself refuses."""
    answer = await api.post("/v1/posts/validate", content=body, headers={"content-type": "application/json"})
    taken = answer.json()["code"] == "schedule_invalid"
    assert taken == (status == 200), answer.text
    assert taken or answer.status_code == status


async def test_utf8_is_judged_across_the_pieces_of_a_large_body(api: httpx2.AsyncClient) -> None:
    for filling in range(256 * 1024 - 4, 256 * 1024 + 1):
        for character, taken in (("😀".encode(), True), (b"\xed\xa0\x80", False), (b"\xf0\x9f", False)):
            content = b'"' + b"x" * filling + character + b'"' + b" " * 200_000
            answer = await api.post("/v1/posts/validate", content=content, headers={"content-type": "application/json"})
            assert answer.json()["code"] == ("schedule_invalid" if taken else "invalid_json")


async def test_a_mark_of_the_byte_order_is_passed_over(api: httpx2.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    assert (await api.post("/v1/keys", content=b'\xef\xbb\xbf{"label": "x"}', headers=headers)).status_code == 201


async def test_what_was_not_found_does_not_repeat_a_key(api: httpx2.AsyncClient, workspace: Any) -> None:
    for path in ("/v1/posts/{}", "/v1/{}", "/{}", "/v1/runs/{}/status", "/v1/accounts/{}/actions", "/v1/assets/{}"):
        answer = await api.get(path.format(workspace.secret))
        assert answer.status_code == 404
        assert workspace.secret not in answer.text


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


@every_body
async def test_a_body_in_chunks_is_held_to_the_same_limit(api: httpx2.AsyncClient, operation: Operation) -> None:
    content = b'{"posts": "' + b"x" * most(operation) + b'"}'
    headers = {"content-type": kind_of(operation)}
    answer = await api.request(operation.method, filled(operation.path, "nobody"), content=chunks(content), headers=headers)
    assert answer.status_code in (413, 404)
