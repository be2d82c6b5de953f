"""Reaching the simulated internet, in this process and in another: the same answers, the same failures."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.simulation.sandbox import FAULT_HEADER, LOST, InProcess, OverHTTP, Sandbox, route
from socialclaw.simulation.store import Store
from tests.simulation.demo import Demo, request

BASE = "http://127.0.0.1:9/base"


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return Demo(Store(tmp_path / "sandbox.db"))


@pytest.fixture
async def client(demo: Demo) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=InProcess(Sandbox([demo]))) as client:
        yield client


class Remote:
    """An ASGI application in the place of another process: it answers as told and keeps what it was asked."""

    def __init__(self, *, status: int = 200, headers: dict[str, str] | None = None, parts: tuple[bytes, ...] = (b"ok",)) -> None:
        self.status, self.headers, self.parts = status, headers or {}, parts
        self.scope: dict[str, Any] = {}
        self.received: list[bytes] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope = scope
        more = True
        while more:
            message = await receive()
            self.received += [message["body"]] if message.get("body") else []
            more = message.get("more_body", False)
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for part in self.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    @property
    def asked(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.scope["headers"]}


def over(remote: Remote, base: str = BASE) -> httpx2.AsyncClient:
    transport = OverHTTP(base)
    transport.inner = httpx2.ASGITransport(app=remote)  # type: ignore[assignment]
    return httpx2.AsyncClient(transport=transport, trust_env=False)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://api.demo.example/posts", "api.demo.example/posts"),
        ("https://api.demo.example/", "api.demo.example/"),
        ("https://api.demo.example/a%2Fb%20c?x=1&y=a%26b", "api.demo.example/a%2Fb%20c?x=1&y=a%26b"),
        ("https://demo.example/bot1:AAA/send?q=%C3%BC", "demo.example/bot1:AAA/send?q=%C3%BC"),
    ],
)
def test_a_networks_url_has_one_place_in_the_sandbox(url: str, path: str) -> None:
    assert route(url, "http://here:8000") == route(url, "http://here:8000/") == f"http://here:8000/sandbox/hosts/{path}"


async def test_in_process_a_host_finds_its_simulator(client: httpx2.AsyncClient, demo: Demo) -> None:
    response = await client.post("https://api.demo.example/posts", content="hello", headers={"authorization": "Bearer t"})
    assert (response.status_code, response.json()) == (201, {"id": "1"})
    assert response.request.url == "https://api.demo.example/posts"
    assert [seen.text for seen in demo.seen()] == ["hello"]
    assert (await client.get("https://demo.example/where")).text == "site"


async def test_in_process_the_body_may_be_a_stream(client: httpx2.AsyncClient, demo: Demo) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"hel"
        yield b"lo"

    await client.post("https://api.demo.example/posts", content=parts())
    assert [seen.text for seen in demo.seen()] == ["hello"]


async def test_there_is_no_other_internet(client: httpx2.AsyncClient) -> None:
    for url in ("https://api.x.com/2/tweets", "https://evil.example/", "http://127.0.0.1/"):
        with pytest.raises(httpx2.ConnectError, match="not a simulated host"):
            await client.get(url)


async def test_in_process_faults_are_what_they_would_be_on_a_wire(client: httpx2.AsyncClient, demo: Demo) -> None:
    for kind, expected in (("refuse", httpx2.ConnectError), ("timeout_after", httpx2.ReadTimeout), ("reset", httpx2.ReadError)):
        demo.fail(kind)
        with pytest.raises(expected):
            await client.post("https://api.demo.example/posts", content=kind)
    assert [seen.text for seen in demo.seen()] == ["timeout_after"]


async def test_simulators_that_wait_for_our_server_leave_it_the_threads_it_needs(tmp_path: Path) -> None:
    """A network that pulls media is answered by this very process, which reads the file in a thread."""
    loop, waiting = asyncio.get_running_loop(), threading.Semaphore(0)

    def fetch(url: str) -> httpx2.Response:
        waiting.release()
        content = asyncio.run_coroutine_threadsafe(asyncio.to_thread(lambda: b"pixels"), loop).result(10)
        return httpx2.Response(200, content=content, headers={"content-type": "image/png"})

    demo = Demo(Store(tmp_path / "sandbox.db"), fetch=fetch)
    async with httpx2.AsyncClient(transport=InProcess(Sandbox([demo]))) as client:
        answers = await asyncio.gather(*(client.post("https://api.demo.example/pulls", content="u") for _ in range(30)))
    assert [answer.status_code for answer in answers] == [201] * 30


async def test_over_http_a_request_arrives_as_it_was_made() -> None:
    remote = Remote(status=201, headers={"x-limit": "5", "content-type": "text/plain"})
    async with over(remote) as client:
        response = await client.put(
            "https://api.demo.example/a%2Fb?x=1&y=%20", content=b"body", headers={"authorization": "Bearer t", "host": "api.demo.example"}
        )
    assert (remote.scope["method"], remote.scope["raw_path"], remote.scope["query_string"]) == (
        "PUT",
        b"/base/sandbox/hosts/api.demo.example/a%2Fb",
        b"x=1&y=%20",
    )
    assert b"".join(remote.received) == b"body"
    assert (remote.asked["authorization"], remote.asked["host"], remote.asked["content-length"]) == ("Bearer t", "127.0.0.1:9", "4")
    assert [name for name, _ in remote.scope["headers"]].count(b"host") == 1
    assert (response.status_code, response.text, response.headers["x-limit"]) == (201, "ok", "5")
    assert response.request.url.host == "api.demo.example"


async def test_over_http_bodies_stream_in_both_directions() -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b"one", b"two", b"three"):
            yield part

    remote = Remote(parts=(b"four", b"five"))
    async with over(remote) as client:
        response = await client.post("https://api.demo.example/posts", content=parts())
    assert remote.received == [b"one", b"two", b"three"]
    assert response.content == b"fourfive"


@pytest.mark.parametrize("kind", LOST)
async def test_over_http_a_lost_answer_is_lost(kind: str) -> None:
    async with over(Remote(status=502, headers={FAULT_HEADER: kind})) as client:
        with pytest.raises(LOST[kind]) as told:
            await client.post("https://api.demo.example/posts")
    assert told.value.request.url.host == "api.demo.example"


async def test_over_http_answers_equal_those_in_process(client: httpx2.AsyncClient, demo: Demo, tmp_path: Path) -> None:
    """What a server has to do: hand the request on, and name a fault that is no answer in a header."""
    twin = Demo(Store(tmp_path / "twin.db"))

    class Server(Remote):
        async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
            body = (await receive()).get("body", b"")
            host, _, path = scope["raw_path"].decode().removeprefix("/base/sandbox/hosts/").partition("/")
            try:
                answer = twin.answer(httpx2.Request(scope["method"], f"https://{host}/{path}", headers=scope["headers"], content=body))
                self.status, self.headers, self.parts = answer.status_code, dict(answer.headers), (answer.content,)
            except httpx2.TransportError as error:
                self.status, self.headers, self.parts = 502, {FAULT_HEADER: next(k for k, v in LOST.items() if type(error) is v)}, ()
            await super().__call__(scope, _nothing, send)

    async with over(Server()) as remote:
        for kind in ("", "refuse", "reset", "timeout_after", "rate_limit", "error_after", "malformed", "expire_token", ""):
            told = []
            for network, way in ((demo, client), (twin, remote)):
                if kind:
                    network.fail(kind, seconds=3)
                sent = request(content=kind)
                try:
                    answer = await way.send(sent)
                    told.append((answer.status_code, answer.content, answer.headers.get("retry-after")))
                except httpx2.TransportError as error:
                    told.append((type(error),))
            assert told[0] == told[1]
    assert [seen.text for seen in demo.seen()] == [seen.text for seen in twin.seen()]


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request"}
