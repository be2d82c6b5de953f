"""The simulated networks over HTTP: what arrives and what comes back is what it would be in process, broken connections included."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from socialclaw.api.sandbox import routes, sandbox_app
from socialclaw.cli.connection import ServerConfig
from socialclaw.cli.http_server import Server
from socialclaw.settings import Settings
from socialclaw.simulation.sandbox import FAULT_HEADER, SECRET_HEADER, InProcess, OverHTTP, Sandbox
from socialclaw.simulation.simulator import Simulator, route
from socialclaw.simulation.store import Seen, Store

BASE = "http://127.0.0.1:8000"  # where only those come who sit at the machine
SECRET = "the-installations-own"
OWN = {SECRET_HEADER: SECRET}
NASTY = """<script>alert("x")</script><img src=x onerror='y'>"""


class Mirror(Simulator):
    """A network that answers with what it was asked."""

    network = "mirror"
    hosts = ("api.mirror.test", "mirror.test")
    creates = r"POST /posts"

    @route("GET", r"/mirror/.*")
    @route("POST", r"/mirror/.*")
    @route("PUT", r"/mirror/.*")
    def mirror(self, request: httpx2.Request) -> httpx2.Response:
        seen = {
            "method": request.method,
            "host": request.url.host,
            "raw": request.url.raw_path.decode(),
            "kind": request.headers.get("content-type"),
            "authorization": request.headers.get("authorization"),
            "named": request.headers.get("host"),
            "body": request.content.decode("latin-1"),
        }
        return httpx2.Response(207, headers=[("x-two", "a"), ("x-two", "b"), ("connection", "close")], json=seen)

    @route("GET", r"/away/(\w+)")
    def away(self, request: httpx2.Request, where: str) -> httpx2.Response:
        places = {
            "here": "/mirror/next?a=1",
            "sibling": "https://mirror.test/login#top",
            "home": "https://our.own.test/oauth/mirror/callback?code=%41",
        }
        return httpx2.Response(302, headers={"location": places[where]})

    @route("GET", r"/created")
    def created(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(201, headers={"location": "https://mirror.test/uploads/1"})

    @route("GET", r"/page")
    def page(self, request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, html="<h1>Hello</h1>")

    @route("POST", r"/posts")
    def post(self, request: httpx2.Request) -> httpx2.Response:
        number = str(self.shelf.count("posts"))
        self.shelf.add_post(Seen(number, "ada", request.content.decode(), self.clock()))
        return httpx2.Response(200, json={"id": number})


@pytest.fixture
def mirror() -> Mirror:
    return Mirror(Store(":memory:"), clock=lambda: 1_790_000_000.0)


@pytest.fixture
def sandbox(mirror: Mirror) -> Sandbox:
    return of(mirror)


def of(mirror: Mirror) -> Sandbox:
    return Sandbox([mirror], secrets=(SECRET,), home=BASE)


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=routes(sandbox))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
        yield client


@contextlib.asynccontextmanager
async def over_http(app: Starlette) -> AsyncIterator[str]:
    """A real server on a free port."""
    bound = socket.create_server(("127.0.0.1", 0))
    server = Server(ServerConfig(app, Settings(), loop="none", ws="none", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    await server.answering.wait()
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


REQUESTS = [
    ("GET", "https://api.mirror.test/mirror/", {}),
    ("GET", "https://mirror.test/mirror/a%2Fb/%E2%9C%93?q=1&q=2&empty=&plus=a+b%20c", {"headers": {"authorization": "Bearer t"}}),
    ("POST", "https://api.mirror.test/mirror/json", {"json": {"text": "é"}}),
    ("POST", "https://api.mirror.test/mirror/form", {"data": {"a": "1 2"}}),
    ("PUT", "https://api.mirror.test/mirror/bytes", {"content": bytes(range(256))}),
]


@pytest.mark.parametrize(("method", "url", "sent"), REQUESTS)
async def test_a_simulated_host_answers_over_http_as_it_does_in_process(
    sandbox: Sandbox, method: str, url: str, sent: dict[str, object]
) -> None:
    async with httpx2.AsyncClient(transport=InProcess(sandbox)) as inside:
        expected = await inside.request(method, url, **sent)
    async with over_http(sandbox_app(sandbox)) as base, httpx2.AsyncClient(transport=OverHTTP(base, SECRET)) as outside:
        found = await outside.request(method, url, **sent)
    assert found.json() == expected.json()
    assert found.status_code == expected.status_code == 207
    assert found.headers.get_list("x-two") == ["a", "b"]


async def test_a_streamed_body_arrives_whole(sandbox: Sandbox) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async with over_http(sandbox_app(sandbox)) as base, httpx2.AsyncClient(transport=OverHTTP(base, SECRET)) as outside:
        answer = await outside.post("https://api.mirror.test/mirror/stream", content=parts())
    assert answer.json()["body"] == "one two"


@pytest.mark.parametrize(
    ("fault", "error", "posted"),
    [
        ("refuse", httpx2.ConnectError, []),
        ("timeout", httpx2.ReadTimeout, []),
        ("timeout_after", httpx2.ReadTimeout, ["hello"]),
        ("reset", httpx2.ReadError, []),
        ("reset_after", httpx2.ReadError, ["hello"]),
    ],
)
async def test_a_lost_answer_is_lost_over_http_too(mirror: Mirror, fault: str, error: type[Exception], posted: list[str]) -> None:
    mirror.fail(fault)
    async with over_http(sandbox_app(of(mirror))) as base, httpx2.AsyncClient(transport=OverHTTP(base, SECRET)) as outside:
        with pytest.raises(error):
            await outside.post("https://api.mirror.test/posts", content=b"hello")
        assert [seen.text for seen in mirror.seen()] == posted
        assert (await outside.post("https://api.mirror.test/posts", content=b"again")).is_success, "a fault is spent once"


async def test_a_reset_is_a_reset_on_the_wire(mirror: Mirror) -> None:
    mirror.fail("reset_after")
    async with over_http(sandbox_app(of(mirror))) as base:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        head = f"POST /sandbox/hosts/api.mirror.test/posts HTTP/1.1\r\nhost: x\r\nx-sandbox-secret: {SECRET}\r\ncontent-length: 5\r\n\r\n"
        writer.write(head.encode() + b"hello")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()
    assert [seen.text for seen in mirror.seen()] == ["hello"]


async def test_where_the_connection_is_out_of_reach_the_reset_is_named(mirror: Mirror, browser: httpx2.AsyncClient) -> None:
    mirror.fail("reset")
    answer = await browser.post("/sandbox/hosts/api.mirror.test/posts", content=b"hello", headers=OWN)
    assert (answer.status_code, answer.headers[FAULT_HEADER]) == (599, "reset")


async def test_a_host_that_nobody_simulates_does_not_resolve(sandbox: Sandbox) -> None:
    async with over_http(sandbox_app(sandbox)) as base, httpx2.AsyncClient(transport=OverHTTP(base, SECRET)) as outside:
        with pytest.raises(httpx2.ConnectError):
            await outside.get("https://elsewhere.test/")


@pytest.mark.parametrize(
    ("where", "location"),
    [
        ("here", "/sandbox/hosts/api.mirror.test/mirror/next?a=1"),
        ("sibling", "/sandbox/hosts/mirror.test/login#top"),
        ("home", "https://our.own.test/oauth/mirror/callback?code=%41"),
    ],
)
async def test_a_redirect_stays_in_the_sandbox_and_finds_the_way_home(browser: httpx2.AsyncClient, where: str, location: str) -> None:
    answer = await browser.get(f"/sandbox/hosts/api.mirror.test/away/{where}", headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (302, location)


async def test_an_upload_address_that_is_no_redirect_is_left_as_the_network_gave_it(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/sandbox/hosts/api.mirror.test/created", headers=OWN)).headers["location"] == "https://mirror.test/uploads/1"


async def test_a_simulated_page_runs_no_scripts(browser: httpx2.AsyncClient) -> None:
    assert "script-src 'none'" in (await browser.get("/sandbox/hosts/mirror.test/page", headers=OWN)).headers["content-security-policy"]


async def test_a_host_that_is_no_host_is_nowhere(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/sandbox/hosts/a%20b:c/x", headers=OWN)).status_code == 404


async def test_the_feed_shows_threads_newest_first_and_strikes_what_is_gone(mirror: Mirror, browser: httpx2.AsyncClient) -> None:
    for seen in (
        Seen("1", "ada", "first", 1.0),
        Seen("2", "ada", "second", 2.0, media=({"kind": "image", "mime": "image/png", "size": 45_000, "sha256": "ab", "alt": "A cat"},)),
        Seen("3", "bob", "reply to first", 3.0, reply_to="1"),
        Seen("4", "ada", "regretted", 4.0),
    ):
        mirror.shelf.add_post(seen)
    mirror.shelf.remove_post("4", 5.0)
    page = (await browser.get("/sandbox/mirror/")).text
    order = [page.index(f'id="{number}"') for number in ("4", "2", "1", "3")]
    assert order == sorted(order)
    assert page.index('class="replies"') < page.index('id="3"')
    assert '<article id="4" class="gone">' in page
    assert "A cat<br>image/png · 45 kB" in page
    own = (await browser.get("/sandbox/mirror/bob/")).text
    assert "reply to first" in own
    assert "in reply to 1" in own
    assert "second" not in own


async def test_pictures_are_shown_only_from_our_own_server(mirror: Mirror, browser: httpx2.AsyncClient) -> None:
    ours, theirs = f"{BASE}/media/a/b/cat.png", "https://elsewhere.test/dog.png"
    media = tuple({"kind": "image", "mime": "image/png", "size": 1, "url": url} for url in (ours, theirs))
    mirror.shelf.add_post(Seen("1", "ada", "", 1.0, media=media))
    page = (await browser.get("/sandbox/mirror/")).text
    assert f'<img src="{ours}"' in page
    assert f'<a href="{theirs}">' in page
    assert f'src="{theirs}"' not in page


@pytest.mark.parametrize("path", ["/sandbox/", "/sandbox/mirror/", "/sandbox/mirror/%3Cscript%3E%22%2Fx/"])
async def test_nothing_that_was_posted_becomes_html(mirror: Mirror, browser: httpx2.AsyncClient, path: str) -> None:
    media = ({"kind": "image", "mime": NASTY, "url": f"https://x.test/{NASTY}", "alt": NASTY, "size": 1},)
    mirror.shelf.add_post(Seen(NASTY, '<script>"/x', NASTY, 1.0, media=media, reply_to=NASTY + "0", url=NASTY))
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "alert(" not in answer.text.replace("alert(&quot;", "")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_posts_that_reply_to_each_other_do_not_hang_the_page(mirror: Mirror, browser: httpx2.AsyncClient) -> None:
    mirror.shelf.add_post(Seen("1", "ada", "itself", 1.0, reply_to="1"))
    for number in range(2, 200):
        mirror.shelf.add_post(Seen(str(number), "ada", f"deep {number}", float(number), reply_to=str(number - 1)))
    page = (await browser.get("/sandbox/mirror/")).text
    assert page.count("<article") == 199


@pytest.mark.parametrize("path", ["/sandbox/nowhere/", "/sandbox/mirror/nobody/"])
async def test_what_is_not_there_is_404(browser: httpx2.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


async def test_paths_without_the_last_slash_lead_there(mirror: Mirror, browser: httpx2.AsyncClient) -> None:
    mirror.shelf.add_post(Seen("1", "ada", "hello", 1.0))
    for path in ("/sandbox", "/sandbox/mirror", "/sandbox/mirror/ada"):
        assert (await browser.get(path, follow_redirects=True)).status_code == 200


async def test_a_server_with_a_sandbox_takes_no_faults(browser: httpx2.AsyncClient) -> None:
    assert not (await browser.post("/sandbox/faults", json={"network": "mirror", "kind": "reset"})).is_success


class TestAlone:
    """The sandbox as a process of its own."""

    @pytest.fixture
    async def alone(self, sandbox: Sandbox) -> AsyncIterator[httpx2.AsyncClient]:
        transport = httpx2.ASGITransport(app=sandbox_app(sandbox, faults=True))
        async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
            yield client

    async def test_it_testifies_to_what_was_posted_and_what_is_gone(self, mirror: Mirror, alone: httpx2.AsyncClient) -> None:
        await alone.post("/sandbox/hosts/api.mirror.test/posts", content=b"one", headers=OWN)
        await alone.post("/sandbox/hosts/api.mirror.test/posts", content=b"two", headers=OWN)
        mirror.shelf.remove_post("1", 5.0)
        posts = (await alone.get("/sandbox/seen.json", params={"network": "mirror"})).json()["posts"]
        assert [(p["network"], p["id"], p["text"], p["deleted_at"]) for p in posts] == [
            ("mirror", "1", "one", 5.0),
            ("mirror", "2", "two", None),
        ]
        assert (await alone.get("/sandbox/seen.json")).json()["posts"] == posts

    async def test_it_takes_faults(self, alone: httpx2.AsyncClient) -> None:
        armed = {"network": "mirror", "kind": "rate_limit", "match": "POST", "times": 1, "seconds": 7}
        assert (await alone.post("/sandbox/faults", json=armed)).status_code == 201
        limited = await alone.post("/sandbox/hosts/api.mirror.test/posts", content=b"one", headers=OWN)
        assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"network": "mirror", "kind": "gremlin"}, 422),
            ({"network": "nowhere", "kind": "reset"}, 404),
            ({"network": "mirror"}, 422),
            ({"network": "mirror", "kind": "reset", "often": 3}, 422),
        ],
    )
    async def test_a_fault_it_does_not_know_is_refused_with_words(
        self, alone: httpx2.AsyncClient, body: dict[str, object], status: int
    ) -> None:
        answer = await alone.post("/sandbox/faults", json=body)
        assert answer.status_code == status
        assert answer.json()["message"]

    async def test_a_form_of_another_web_site_arms_nothing(self, alone: httpx2.AsyncClient) -> None:
        content = b'{"network": "mirror", "kind": "reset"}'
        answer = await alone.post("/sandbox/faults", content=content, headers={"content-type": "text/plain"})
        assert answer.status_code == 415

    async def test_it_gives_the_credentials_of_a_user(self, alone: httpx2.AsyncClient) -> None:
        answer = await alone.post("/sandbox/credentials", json={"network": "mirror", "name": "ada"})
        assert answer.json()["credentials"] == {"login": "ada"}

    async def test_on_an_open_address_it_takes_no_faults(self, sandbox: Sandbox) -> None:
        transport = httpx2.ASGITransport(app=sandbox_app(sandbox, faults=False))
        async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
            assert not (await client.post("/sandbox/faults", json={"network": "mirror", "kind": "reset"})).is_success
