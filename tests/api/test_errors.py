"""Every way to fail answers in one shape, says what is wrong, and gives nothing away."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel

from socialclaw.api import logs
from socialclaw.api.operation import Operation, large
from socialclaw.api.scan import DEEPEST, check_json
from socialclaw.app import build
from socialclaw.errors import InvalidRequest, Rejected, SocialClawError
from socialclaw.settings import Settings
from tests.conftest import Member, client, member, opened

SECRET = "sc_live_abcdefghijklmnopqrstuvwxyz012345"


class Body(BaseModel):
    name: str
    count: int
    parts: list[dict[str, int]] = []


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The service, with routes that fail in ways that no real one should."""

    @app.get("/test/crash")
    async def crash() -> None:
        raise RuntimeError(f"no {SECRET}")

    @app.get("/test/refused")
    async def refused() -> None:
        raise Rejected("The network refused", said=f"the token {SECRET} is bad")

    app.router.route_class = Operation

    @app.post("/test/body")
    @large
    async def body(body: Body) -> Body:
        return body

    @app.get("/test/items/{item}")
    async def read(item: int, limit: int = 1) -> None: ...

    @app.delete("/test/items/{item}")
    async def remove(item: int) -> None: ...

    @app.post("/test/raw")
    @large
    async def raw(request: Request) -> None:
        await request.body()

    return app


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Lines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def problem(answer: httpx2.Response, status: int, code: str) -> Any:
    """The details of a failure, after a look at its shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"ok", "code", "message", "details"}
    assert (body["ok"], body["code"]) == (False, code)
    assert body["message"]
    assert body["details"].pop("next")["do"]
    return body["details"]


async def test_an_unknown_route(anonymous: httpx2.AsyncClient) -> None:
    problem(await anonymous.get("/v1/nothing"), 404, "route_not_found")
    problem(await anonymous.get("/v1/keys/"), 404, "route_not_found")


async def test_a_wrong_method_names_all_allowed_ones(anonymous: httpx2.AsyncClient) -> None:
    answer = await anonymous.patch("/test/items/1")
    details = problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "DELETE, GET"
    assert details == {"allowed": ["DELETE", "GET"]}


@pytest.mark.parametrize(
    "content", [b"{", b"", b"nope", b"{'a': 1}", b"\xff\xfe", '{"name": 1}'.encode("utf-16"), b'{"name": "\xed\xa0\x80"}']
)
async def test_a_body_that_is_not_json(anonymous: httpx2.AsyncClient, content: bytes) -> None:
    answer = await anonymous.post("/test/body", content=content, headers={"content-type": "application/json"})
    if content:
        problem(answer, 400, "invalid_json")
    else:
        assert problem(answer, 422, "body_invalid")["issues"][0]["code"] == "body_invalid"


async def test_a_wrong_body_lists_every_problem_with_its_path_and_without_its_value(anonymous: httpx2.AsyncClient) -> None:
    details = problem(await anonymous.post("/test/body", json={"count": SECRET, "parts": [{}, {"a": "x"}]}), 422, "field_required")
    assert [(issue["path"], issue["in"]) for issue in details["issues"]] == [("name", "body"), ("count", "body"), ("parts[1].a", "body")]
    assert SECRET not in json.dumps(details)


async def test_wrong_parameters_are_told_from_wrong_bodies(anonymous: httpx2.AsyncClient) -> None:
    details = problem(await anonymous.get("/test/items/one?limit=many"), 422, "filter_invalid")
    assert [(issue["path"], issue["in"]) for issue in details["issues"]] == [("item", "path"), ("limit", "query")]


@pytest.mark.parametrize(
    "text", ['{"name": "a\\u0000b"}', '{"name": "\\ud83d"}', '{"name": "\\ude00\\ud83d"}', '{"a": {"\\u0000": 1}}', '[["\\uD800x"]]']
)
async def test_text_that_nothing_can_store_is_refused(anonymous: httpx2.AsyncClient, text: str) -> None:
    for path in ("/test/body", "/test/raw"):
        answer = await anonymous.post(path, content=text, headers={"content-type": "application/json"})
        assert problem(answer, 422, "text_unstorable")["issues"][0]["code"] == "text_unstorable"


@pytest.mark.parametrize("text", ['"\\ud83d\\ude00"', '"\\\\u0000"', '"\\\\ud83d"', '"\\u00e9"', '"😀"', '"\\uD83D\\uDE00\\uD83D\\uDE00"'])
def test_text_that_only_looks_like_it_is_taken(text: str) -> None:
    check_json(text.encode())


async def test_nul_in_a_path_or_a_query(anonymous: httpx2.AsyncClient) -> None:
    problem(await anonymous.get("/v1/posts/%00"), 404, "route_not_found")
    problem(await anonymous.get("/test/items/1?limit=%00"), 422, "text_unstorable")


@pytest.mark.parametrize("opener", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [DEEPEST + 1, 1_500, 200_000])
async def test_a_body_that_is_nested_too_deeply(anonymous: httpx2.AsyncClient, opener: str, depth: int) -> None:
    closer = "]" if opener == "[" else "}"
    text = opener * depth + "1" + closer * depth
    for path in ("/test/body", "/test/raw"):
        problem(await anonymous.post(path, content=text, headers={"content-type": "application/json"}), 400, "invalid_json")


@pytest.mark.parametrize("text", ["[" * 60 + "]" * 60, '{"a": [{"b": "[[[[}}"}]}', json.dumps("[" * 500), "[" + "{}," * 5000 + "{}]"])
def test_nesting_within_reason_and_brackets_in_text_are_taken(text: str) -> None:
    check_json(text.encode())


async def test_a_crash_gives_away_nothing_but_the_request_s_id(anonymous: httpx2.AsyncClient, lines: io.StringIO) -> None:
    answer = await anonymous.get("/test/crash")
    details = problem(answer, 500, "internal_error")
    assert details == {"requestId": answer.headers["x-request-id"]}
    assert "RuntimeError" not in answer.text
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    [crash] = [line for line in logged if "traceback" in line]
    assert crash["requestId"] == details["requestId"]
    assert "RuntimeError" in crash["traceback"]
    assert SECRET not in lines.getvalue()


async def test_what_a_network_said_is_told_without_secrets(anonymous: httpx2.AsyncClient) -> None:
    answer = await anonymous.get("/test/refused")
    assert problem(answer, 502, "provider_rejected")["said"].startswith("the token sc_live_[hidden]")
    assert SECRET not in answer.text


async def test_every_answer_has_an_id_of_its_own_or_the_client_s(anonymous: httpx2.AsyncClient) -> None:
    first, second = [(await anonymous.get("/v1/keys")).headers["x-request-id"] for _ in range(2)]
    assert first != second
    given = await anonymous.get("/v1/nothing", headers={"x-request-id": "trace-1.2_3"})
    assert given.headers["x-request-id"] == "trace-1.2_3"
    for odd in ("x" * 129, 'a"b', "a b"):
        assert (await anonymous.get("/v1/keys", headers={"x-request-id": odd})).headers["x-request-id"].startswith("req_")


async def test_answers_are_not_cached_and_not_guessed_at(anonymous: httpx2.AsyncClient) -> None:
    for path in ("/v1/keys", "/v1/nothing", "/openapi.json"):
        answer = await anonymous.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_request_is_one_log_line_without_its_query(anonymous: httpx2.AsyncClient, lines: io.StringIO) -> None:
    await anonymous.get("/v1/keys?token=abc", headers={"x-request-id": "mine"})
    [line] = [json.loads(line) for line in lines.getvalue().splitlines() if "socialclaw.http" in line]
    assert line["requestId"] == "mine"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/keys", 401)
    assert "abc" not in lines.getvalue()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"key {SECRET}", SECRET),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        ("https://a.example/cb?state=s3cr3t&x=1", "s3cr3t"),
        ('{"access_token": "tokentoken"}', "tokentoken"),
        ("https://bots.example/bot123456789:AAbbCCddEEffGGhhIIjjKK/send", "AAbbCCddEEffGGhhIIjjKK"),
        ("/media/asset_1/" + "aB3" * 12 + "/a.png", "aB3" * 12),
    ],
)
def test_logs_hold_no_secrets(text: str, hidden: str) -> None:
    assert hidden not in logs.scrub(text)
    assert "[hidden]" in logs.scrub(text)


def test_logs_keep_what_is_no_secret() -> None:
    text = (
        "post_mabcdefgh_0123456789ab of acct_mabcdefgh_0123456789ab was refused at /v1/posts/apply: a_very_long_name_of_a_function_is_kept"
    )
    assert logs.scrub(text) == text


async def stream(size: int, chunk: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, size, chunk):
        yield b"x" * min(chunk, size - start)


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
async def test_a_body_over_the_limit_is_refused_with_and_without_its_length(settings: Settings, kind: str) -> None:
    async with opened(settings.model_copy(update={"max_body_bytes": 2000, "max_asset_bytes": 5000})) as system:
        app = build(system)

        @app.post("/test/raw")
        async def raw(body: dict[str, Any]) -> None: ...

        async with client(app) as anonymous:
            for content in (b"x" * 2001, stream(2001)):
                answer = await anonymous.post("/test/raw", content=content, headers={"content-type": kind})
                assert problem(answer, 413, "payload_too_large") == {"maxBytes": 2000}
            answer = await anonymous.post("/test/raw", content=b"{", headers={"content-type": kind, "content-length": "9" * 30})
            problem(answer, 413, "payload_too_large")


async def test_a_key_that_calls_too_often_is_told_when_to_come_back(settings: Settings) -> None:
    async with opened(settings.model_copy(update={"rate_limit_per_minute": 2})) as system:
        ours: Member = await member(system, "Ours")
        theirs: Member = await member(system, "Theirs")
        app = build(system)
        async with client(app, ours.secret) as api, client(app, theirs.secret) as other, client(app) as anonymous:
            first = await api.get("/v1/keys")
            assert first.headers["ratelimit-policy"].startswith('"minute";q=2;w=60, ')
            assert first.headers["ratelimit"].startswith('"minute";r=1;t=')
            await api.get("/v1/keys")
            refused = await api.get("/v1/keys")
            problem(refused, 429, "rate_limited")
            assert 0 < int(refused.headers["retry-after"]) <= 60
            assert refused.headers["ratelimit"].startswith('"minute";r=0;t=')
            assert (await other.get("/v1/keys")).status_code == 200
            assert "ratelimit" not in (await anonymous.get("/health")).headers
        await app.state.keyring.close()


def test_an_error_without_details_says_what_leads_on_and_no_more() -> None:
    from socialclaw.api.errors import answer

    details = json.loads(answer(SocialClawError("No")).body)["details"]
    assert [*details] == ["next"]
    assert details["next"]["retryable"] is False


def test_one_thing_wrong_is_listed_like_many() -> None:
    from socialclaw.api.errors import answer

    one = {"path": "b", "code": "x_wrong", "message": "No", "details": {"path": "b", "allowed": [1]}}
    answered = json.loads(answer(InvalidRequest("No", code="x_wrong", path="b", allowed=[1])).body)
    assert {name: value for name, value in answered["details"].items() if name != "next"} == {"path": "b", "allowed": [1], "issues": [one]}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_is_not_said_to_be_json_is_looked_at_all_the_same(anonymous: httpx2.AsyncClient, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    problem(await anonymous.post("/test/raw", content=b'"\\u0000"', headers=headers), 422, "text_unstorable")
    problem(await anonymous.post("/test/raw", content=b"[" * 100 + b"]" * 100, headers=headers), 400, "invalid_json")
    problem(await anonymous.post("/test/raw", content=b"\xff", headers=headers), 400, "invalid_json")


async def test_a_body_that_breaks_off_is_not_taken_for_a_whole_one(app: FastAPI, lines: io.StringIO) -> None:
    taken, sent = [], []

    @app.post("/test/takes-anything")
    async def takes_anything(request: Request) -> None:
        taken.append(await request.body())

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": "/test/takes-anything", "query_string": b"", "headers": []}
    await app(scope, receive, send)
    assert not taken
    assert not sent
    assert json.loads(lines.getvalue())["status"] == 499
