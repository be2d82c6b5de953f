"""One request out: whatever happens is one of our failures, and says rightly whether the request may have arrived."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

from socialclaw.errors import InvalidRequest, Missing, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable, Unpaid
from socialclaw.providers.wire import DEFAULT_RETRY_AFTER, MOST_RETRY_AFTER, body_of, call, listening, retry_after, send

URL = "https://api.demo.example/posts?access_token=hidden"
DEEP = b"[" * 100_000


def network(answer: httpx2.Response | Exception) -> httpx2.AsyncClient:
    """A client whose other end always answers (or fails) like this."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx2.AsyncClient(transport=httpx2.MockTransport(handle))


async def failure(answer: httpx2.Response | Exception, way: Callable[..., Any] = call, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as told:
        await way(network(answer), "POST", URL, **options)
    return told.value


async def test_a_yes_is_its_json() -> None:
    assert await call(network(httpx2.Response(201, json={"id": 1})), "POST", URL) == {"id": 1}


async def test_a_yes_without_a_body_is_nothing() -> None:
    assert await call(network(httpx2.Response(204)), "DELETE", URL) is None


async def test_a_network_may_mean_yes_with_another_status() -> None:
    assert (await send(network(httpx2.Response(308)), "PUT", URL, also=(308,))).status_code == 308
    assert isinstance(await failure(httpx2.Response(308), send), Rejected)
    assert isinstance(await failure(httpx2.Response(404), send, also=(308,)), Rejected)


async def test_the_request_goes_out_as_told() -> None:
    asked: list[httpx2.Request] = []
    transport = httpx2.MockTransport(lambda request: asked.append(request) or httpx2.Response(200))
    response = await send(httpx2.AsyncClient(transport=transport), "PUT", URL, json={"a": 1}, headers={"x-y": "z"})
    assert response.status_code == 200
    [request] = asked
    assert (request.method, str(request.url), request.content, request.headers["x-y"]) == ("PUT", URL, b'{"a":1}', "z")


NEVER_LEFT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
MAY_HAVE_ARRIVED = (
    httpx2.ReadError, httpx2.ReadTimeout, httpx2.WriteError, httpx2.WriteTimeout, httpx2.CloseError, httpx2.RemoteProtocolError,
    httpx2.LocalProtocolError, httpx2.ProxyError, httpx2.DecodingError, httpx2.TooManyRedirects, httpx2.SSEError,
)  # fmt: skip


@pytest.mark.parametrize("kind", NEVER_LEFT)
async def test_what_never_left_may_be_sent_again(kind: type[Exception]) -> None:
    error = await failure(kind("boom"))
    assert isinstance(error, Unavailable)
    assert error.sent is False


@pytest.mark.parametrize("kind", MAY_HAVE_ARRIVED)
async def test_what_may_have_arrived_says_so(kind: type[Exception]) -> None:
    error = await failure(kind("boom"))
    assert isinstance(error, Unavailable)
    assert error.sent is True
    assert error.details["said"] == kind.__name__


def test_no_failure_of_the_client_is_forgotten_here() -> None:
    """A new version of it may have new ones."""

    def kinds(kind: type[Exception]) -> set[type[Exception]]:
        return {kind}.union(*(kinds(k) for k in kind.__subclasses__()))

    families = (httpx2.RequestError, httpx2.TransportError, httpx2.TimeoutException, httpx2.NetworkError, httpx2.ProtocolError)
    official = {k for k in kinds(httpx2.RequestError) if k.__module__.startswith("httpx2")}
    assert official - set(families) == {*NEVER_LEFT, *MAY_HAVE_ARRIVED}


async def test_where_the_guard_stops_it_nothing_was_sent() -> None:
    error = await failure(InvalidRequest("not public"))
    assert isinstance(error, Unavailable)
    assert error.sent is False


STATUSES = {
    400: Rejected, 401: Unauthorized, 403: Rejected, 402: Unpaid, 404: Missing, 409: Rejected, 413: Rejected, 422: Rejected, 302: Rejected,
    408: Unavailable, 425: Unavailable, 429: RateLimited, 500: Unavailable, 502: Unavailable, 503: Unavailable, 599: Unavailable,
}  # fmt: skip


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
async def test_the_status_decides_where_the_network_says_no_more(status: int, kind: type[ProviderError]) -> None:
    error = await failure(httpx2.Response(status, text="because"))
    assert type(error) is kind
    assert str(status) in error.message
    assert error.details["said"] == "because"
    assert getattr(error, "sent", True)
    assert "hidden" not in f"{error.message} {error.details}"  # the query may hold a token


async def test_a_long_answer_is_cut_short() -> None:
    assert len((await failure(httpx2.Response(400, text="x" * 100_000))).details["said"]) <= 500


@pytest.mark.parametrize("body", [b"{", b"<html>", b"\xff\xfe", DEEP, b'{"id": "12'])
async def test_a_yes_that_cannot_be_read_may_have_happened(body: bytes) -> None:
    error = await failure(httpx2.Response(200, content=body))
    assert isinstance(error, Unavailable)
    assert (error.sent, error.code) == (True, "provider_malformed")


async def test_the_networks_own_words_come_first() -> None:
    def explain(response: httpx2.Response) -> ProviderError | None:
        return Rejected(response.json()["why"]) if not response.json()["ok"] else None

    assert (await failure(httpx2.Response(200, json={"ok": False, "why": "no"}), explain=explain)).message == "no"
    assert isinstance(await failure(httpx2.Response(500, json={"ok": False, "why": "no"}), explain=explain), Rejected)
    assert isinstance(await failure(httpx2.Response(503, json={"ok": True}), explain=explain), Unavailable)
    assert await call(network(httpx2.Response(200, json={"ok": True})), "GET", URL, explain=explain) == {"ok": True}


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}", b'{"ok": 1', b'"text"', b'{"ok": {}}'])
async def test_words_that_make_no_sense_are_not_a_crash(body: bytes) -> None:
    def explain(response: httpx2.Response) -> ProviderError | None:
        raise Rejected(response.json()["ok"]["why"][0])

    told = await failure(httpx2.Response(200, content=body), explain=explain)
    assert (type(told), getattr(told, "sent", None)) == (Unavailable, True)
    assert type(await failure(httpx2.Response(403, content=body), explain=explain)) is Rejected
    assert type(await failure(httpx2.Response(429, content=body), explain=explain)) is RateLimited


def limited(value: str | None) -> httpx2.Response:
    return httpx2.Response(429, headers={"retry-after": value} if value is not None else {})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7), ("0", 0), ("1.5", 1.5), ("-3", 0), ("999999999999", MOST_RETRY_AFTER),
        (None, DEFAULT_RETRY_AFTER), ("", DEFAULT_RETRY_AFTER), ("soon", DEFAULT_RETRY_AFTER), ("nan", DEFAULT_RETRY_AFTER),
        ("inf", DEFAULT_RETRY_AFTER), ("1e999", DEFAULT_RETRY_AFTER), ("Mon, 99 Foo 0000 00:00:00 GMT", DEFAULT_RETRY_AFTER),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", MOST_RETRY_AFTER),
    ],
)  # fmt: skip
def test_a_limit_says_when_to_come_back(value: str | None, seconds: float) -> None:
    assert retry_after(limited(value)) == seconds


def test_a_limit_may_name_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    before = time.time()
    assert 98 - (time.time() - before) <= retry_after(limited(date)) <= 100


def test_a_limit_reaches_the_caller() -> None:
    assert RateLimited("slow down", retry_after=7).details == {"retryAfter": 7}


@pytest.mark.parametrize(("body", "value"), [(b'{"a": 1}', {"a": 1}), (b"{", None), (b"", None), (b"\xff", None), (DEEP, None)])
def test_a_body_is_json_or_nothing(body: bytes, value: object) -> None:
    assert body_of(httpx2.Response(200, content=body)) == value


async def test_who_listens_hears_the_headers_of_every_answer_in_order() -> None:
    answers = iter([httpx2.Response(200, headers={"x-left": "2"}), httpx2.Response(429, headers={"x-left": "0"})])
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: next(answers)))
    with listening() as heard:
        await send(http, "GET", "https://n.example/a")
        with pytest.raises(RateLimited):
            await send(http, "GET", "https://n.example/b")
    assert [headers["x-left"] for headers in heard] == ["2", "0"]
    with listening() as apart:
        pass
    assert apart == []
