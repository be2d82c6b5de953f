"""What is sent again, what is not, and how long is waited before it: by both clients alike."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import httpx2
import pytest

from socialclaw.sdk import AsyncClient, Client, ClientError

BASE = "https://post.example.org"
GOOD = {"ok": True}
BROKEN = httpx2.ReadError("connection reset")
Answers = Sequence[httpx2.Response | Exception]


def later() -> httpx2.Response:
    return httpx2.Response(503, json={"ok": False, "code": "not_ready", "message": "Not now"})


class Talk:
    """A client of either kind, with a server that answers by a script; what was sent, and what was waited."""

    def __init__(self, kind: type[AsyncClient] | type[Client], answers: Answers, **options: Any) -> None:
        self.sent: list[httpx2.Request] = []
        self.waited: list[float] = []
        self._answers = iter(answers)
        http: Any = httpx2.AsyncClient if kind is AsyncClient else httpx2.Client
        self.client: Any = kind(BASE, "sc_test_key", http=http(transport=httpx2.MockTransport(self._answer)), **options)
        self.client._sleep = self._waits_async if kind is AsyncClient else self.waited.append

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _waits_async(self, seconds: float) -> None:
        self.waited.append(seconds)

    def do(self, call: Callable[[Any], Any]) -> Any:
        answer = call(self.client)
        return asyncio.run(answer) if inspect.iscoroutine(answer) else answer

    @property
    def keys(self) -> set[str]:
        return {request.headers.get("idempotency-key", "") for request in self.sent}


@pytest.fixture(params=[AsyncClient, Client])
def talk(request: pytest.FixtureRequest) -> Callable[..., Talk]:
    return lambda *answers, **options: Talk(request.param, answers, **options)


def test_a_get_is_sent_again(talk: Callable[..., Talk]) -> None:
    told = talk(BROKEN, later(), httpx2.Response(200, json=GOOD))
    assert told.do(lambda c: c.accounts()) == GOOD
    assert len(told.sent) == 3


def test_a_post_is_sent_again_with_the_key_of_its_first_try(talk: Callable[..., Talk]) -> None:
    told = talk(BROKEN, BROKEN, httpx2.Response(201, json=GOOD))
    told.do(lambda c: c.apply({"posts": []}))
    assert len(told.sent) == 3
    (key,) = told.keys
    assert key
    assert {request.content for request in told.sent} == {told.sent[0].content}
    assert key.encode() in told.sent[0].content


def test_two_calls_have_two_keys(talk: Callable[..., Talk]) -> None:
    told = talk(httpx2.Response(201, json=GOOD), httpx2.Response(201, json=GOOD))
    told.do(lambda c: c.create_key("a"))
    told.do(lambda c: c.create_key("a"))
    assert len(told.keys) == 2


def test_a_key_that_is_given_is_the_one(talk: Callable[..., Talk]) -> None:
    told = talk(later(), httpx2.Response(201, json=GOOD))
    told.do(lambda c: c.apply({"posts": []}, idempotency_key="mine"))
    assert told.keys == {"mine"}


def test_the_first_try_that_is_still_worked_on_is_waited_for(talk: Callable[..., Talk]) -> None:
    taken = httpx2.Response(409, json={"ok": False, "code": "idempotency_key_in_use", "message": "Being worked on"})
    told = talk(BROKEN, taken, httpx2.Response(201, json=GOOD))
    assert told.do(lambda c: c.upload("a.png", b"x", "image/png")) == GOOD


@pytest.mark.parametrize(
    "call",
    [lambda c: c.cancel("a"), lambda c: c.revoke_key("a"), lambda c: c.call("PATCH", "/v1/repeats/a", json={})],
    ids=["DELETE", "DELETE of a key", "PATCH"],
)
def test_what_no_key_protects_is_sent_once(talk: Callable[..., Talk], call: Callable[[Any], Any]) -> None:
    told = talk(BROKEN)
    with pytest.raises(ClientError) as caught:
        told.do(call)
    assert (caught.value.code, len(told.sent)) == ("network_error", 1)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 500])
def test_a_refusal_is_not_asked_for_again(talk: Callable[..., Talk], status: int) -> None:
    told = talk(httpx2.Response(status, json={"ok": False, "code": "no", "message": "No"}))
    with pytest.raises(ClientError):
        told.do(lambda c: c.apply({"posts": []}))
    assert told.waited == []


def test_a_networks_no_is_not_asked_for_again_and_a_proxys_is(talk: Callable[..., Talk]) -> None:
    told = talk(httpx2.Response(502, json={"ok": False, "code": "provider_rejected", "message": "No"}))
    with pytest.raises(ClientError, match="No"):
        told.do(lambda c: c.accounts())
    told = talk(httpx2.Response(502, text="<html>"), httpx2.Response(200, json=GOOD))
    assert told.do(lambda c: c.accounts()) == GOOD


def test_retry_after_is_honoured(talk: Callable[..., Talk]) -> None:
    busy = {"ok": False, "code": "rate_limited", "message": "Later"}
    told = talk(httpx2.Response(429, json=busy, headers={"retry-after": "7"}), httpx2.Response(200, json=GOOD))
    told.do(lambda c: c.accounts())
    assert told.waited == [7]


def test_who_is_told_to_come_back_in_an_hour_is_told_so(talk: Callable[..., Talk]) -> None:
    told = talk(httpx2.Response(429, json={"ok": False, "code": "rate_limited", "message": "Later"}, headers={"retry-after": "3600"}))
    with pytest.raises(ClientError) as caught:
        told.do(lambda c: c.accounts())
    assert (caught.value.code, caught.value.retryable, told.waited) == ("rate_limited", True, [])


def test_there_are_as_many_tries_as_asked_for(talk: Callable[..., Talk]) -> None:
    told = talk(*(later() for _ in range(9)), retries=4)
    with pytest.raises(ClientError, match="Not now"):
        told.do(lambda c: c.accounts())
    assert len(told.sent) == 5
    assert told.waited == sorted(told.waited), "each pause is longer than the one before it"


def test_an_address_that_is_none_is_told_at_once(talk: Callable[..., Talk]) -> None:
    told = talk(httpx2.UnsupportedProtocol("no scheme"))
    with pytest.raises(ClientError) as caught:
        told.do(lambda c: c.accounts())
    assert (caught.value.code, told.waited) == ("network_error", [])


def test_an_error_leads_on(talk: Callable[..., Talk]) -> None:
    details = {"next": {"do": "Reconnect the account", "operation": "POST /v1/connections/start", "retryable": False}}
    refusal = httpx2.Response(409, json={"ok": False, "code": "no", "message": "No", "details": details}, headers={"x-request-id": "req_1"})
    told = talk(refusal)
    with pytest.raises(ClientError) as caught:
        told.do(lambda c: c.accounts())
    error = caught.value
    assert (error.next["do"], error.retryable, error.request_id) == ("Reconnect the account", False, "req_1")
    assert error.body == {"ok": False, "code": "no", "message": "No", "details": details}


def test_all_pages_of_posts_are_gone_through() -> None:
    pages = [[{"id": f"post_{n}"} for n in range(start, start + size)] for start, size in ((0, 2), (2, 2), (4, 1))]
    told = Talk(Client, [httpx2.Response(200, json={"posts": page}) for page in pages])
    assert [post["id"] for post in told.client.iter_posts(limit=2, status="failed")] == [f"post_{n}" for n in range(5)]
    assert [dict(request.url.params)["offset"] for request in told.sent] == ["0", "2", "4"]
    assert {dict(request.url.params)["status"] for request in told.sent} == {"failed"}


def first(number: int, told: Talk, **asked: Any) -> list[Any]:
    """So many events of those that never end."""

    async def taken() -> list[Any]:
        found = []
        async for event in told.client.events(**asked):
            found.append(event)
            if len(found) == number:
                break
        return found

    if isinstance(told.client, AsyncClient):
        return asyncio.run(taken())
    return [event for _, event in zip(range(number), told.client.events(**asked), strict=False)]


def page(*numbers: int, cursor: str) -> httpx2.Response:
    events = [{"seq": number} for number in numbers]
    return httpx2.Response(200, json={"ok": True, "events": events, "nextCursor": cursor, "hasMore": False})


def test_events_are_read_on_from_the_last_one_also_when_the_server_was_away(talk: Callable[..., Talk]) -> None:
    told = talk(page(7, 8, cursor="8"), page(cursor="9"), BROKEN, later(), page(10, cursor="10"), retries=0)
    assert [event["seq"] for event in first(3, told, types="post.*")] == [7, 8, 10]
    asked = [dict(request.url.params) for request in told.sent]
    assert [one["cursor"] for one in asked] == ["latest", "8", "9", "9", "9"]
    assert {one["types"] for one in asked} == {"post.*"}
    assert told.waited == sorted(told.waited)


def test_a_cursor_that_is_too_old_is_told(talk: Callable[..., Talk]) -> None:
    told = talk(httpx2.Response(410, json={"ok": False, "code": "cursor_expired", "message": "Too old"}))
    with pytest.raises(ClientError, match="Too old"):
        first(1, told, cursor="1")


def test_a_run_is_waited_for_until_it_ends(talk: Callable[..., Talk]) -> None:
    told = talk(*(httpx2.Response(200, json={"run": {"id": "run_1", "status": word}}) for word in ("created", "processing", "completed")))
    assert told.do(lambda c: c.wait_for_run("run_1"))["run"]["status"] == "completed"
    assert [dict(request.url.params) for request in told.sent] == [{}, {"wait": "25"}, {"wait": "25"}], "the server holds its answer back"


def test_a_run_is_not_waited_for_longer_than_asked(talk: Callable[..., Talk]) -> None:
    told = talk(httpx2.Response(200, json={"run": {"id": "run_1", "status": "processing"}}))
    with pytest.raises(TimeoutError, match="still processing"):
        told.do(lambda c: c.wait_for_run("run_1", seconds=0.1))
