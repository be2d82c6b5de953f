"""The sandbox attacked from outside, and by one test workspace against another. Each simulator, where it concerns all."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.accounts import callback, connect
from socialclaw.clock import act_for
from socialclaw.issuers.apple.sandbox.simulator import AppleSandbox
from socialclaw.issuers.google.sandbox.simulator import GoogleSandbox
from socialclaw.networks import providers
from socialclaw.outbound import Outbound
from socialclaw.providers.connect import OAuth2
from socialclaw.simulation import spool as spools
from socialclaw.simulation.passes import Doorkeeper
from socialclaw.simulation.sandbox import THREADS_OF_ONE, InProcess, Sandbox
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.spool import Gone, Spool
from socialclaw.simulation.store import Full, Limits, Seen, Store
from socialclaw.simulation.worlds import Caller, within
from socialclaw.system import System
from tests.accounts.world import add_workspace, consent, network
from tests.conftest import BASE_URL, Member, opened
from tests.crash.users import consent as consented
from tests.simulation.demo import Demo, request

ISSUERS: tuple[type[Simulator], ...] = (GoogleSandbox, AppleSandbox)
NETWORKS = sorted({s.network: s for s in (*(p.simulator for p in providers().values()), *ISSUERS)}.items())
HOSTS = [(name, host) for name, kind in NETWORKS for host in kind.hosts]
CONSENTING = [p for p in providers().values() if isinstance(p.connect, OAuth2)]
EVIL = "https://evil.example"


# Strangers.


@pytest.mark.parametrize(("name", "host"), HOSTS)
async def test_a_stranger_finds_nothing_at_a_simulated_host_and_is_not_read(anonymous: httpx2.AsyncClient, name: str, host: str) -> None:
    read: list[bytes] = []

    async def body() -> AsyncIterator[bytes]:
        for _ in range(1000):
            read.append(b"x" * 65_536)
            yield read[-1]

    for headers in ({}, {"x-sandbox-secret": ""}, {"x-sandbox-secret": "guessed"}, {"x-sandbox-secret": b"\xff"}):
        answer = await anonymous.post(f"/sandbox/hosts/{host}/", content=body(), headers=headers)
        assert (answer.status_code, answer.json()["code"], answer.json()["ok"]) == (404, "route_not_found", False)
        assert (await anonymous.get(f"/sandbox/hosts/{host}/", headers=headers)).status_code == 404
    assert read == []


@pytest.mark.parametrize("path", ["/sandbox/", "/sandbox/x/", "/sandbox/x/1/", "/sandbox/at/a.0." + "0" * 40 + "/", "/sandbox/at/x/x/"])
async def test_a_stranger_sees_no_feed(anonymous: httpx2.AsyncClient, path: str) -> None:
    answer = await anonymous.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "route_not_found")


@pytest.mark.parametrize("now", ["abc", "nan", "inf", "-1e999", "\xff", ""])
async def test_headers_that_are_made_up_do_nothing(system: System, workspace: Member, anonymous: httpx2.AsyncClient, now: str) -> None:
    """Neither from outside, where they are not believed, nor with the secret and malformed: no answer is a 500."""
    told = {"x-sandbox-workspace": workspace.id, "x-sandbox-now": now.encode("latin-1")}
    assert (await anonymous.get("/sandbox/hosts/api.x.com/2/users/me", headers=told)).status_code == 404
    own = {**told, "x-sandbox-secret": system.door.secret}
    assert (await anonymous.get("/sandbox/hosts/api.x.com/2/users/me", headers=own)).status_code == 401
    odd = {**own, "x-sandbox-workspace": "../../etc"}
    assert (await anonymous.get("/sandbox/hosts/api.x.com/2/users/me", headers=odd)).status_code == 401


async def test_the_name_that_a_caller_gives_us_is_not_where_we_send_it(anonymous: httpx2.AsyncClient) -> None:
    for path in ("/sandbox", "/sandbox/x", "/sandbox/x/1"):
        answer = await anonymous.get(path, headers={"host": "evil.example"})
        assert "evil.example" not in answer.headers.get("location", "")


@pytest.mark.parametrize(
    "told",
    [
        {"host": "evil.example"},
        {"host": "evil.example@127.0.0.1"},
        {"host": "127.0.0.1/?"},
        {"x-forwarded-for": "203.0.113.5"},
        {"forwarded": "for=203.0.113.5"},
        {"via": "1.1 proxy"},
    ],
)
async def test_only_who_sits_at_the_machine_needs_no_pass(tmp_path: Path, told: dict[str, str]) -> None:
    from socialclaw.api.sandbox import sandbox_app

    here = Sandbox([Demo(Store(tmp_path / "s.db"))], secrets=("s",), home="http://127.0.0.1:8000")
    transport = httpx2.ASGITransport(app=sandbox_app(here))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as browser:
        assert (await browser.get("/sandbox/demo/")).status_code == 200
        for path in ("/sandbox/demo/", "/sandbox/seen.json"):
            assert (await browser.get(path, headers=told)).status_code == 404
        for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE"):
            refused = await browser.request(method, "/sandbox/demo/")
            assert (refused.status_code, refused.json()["code"], refused.headers["allow"]) == (405, "method_not_allowed", "GET, HEAD")
            assert (await browser.request(method, "/sandbox/demo/", headers=told)).status_code == 404
    public = Sandbox([Demo(Store(tmp_path / "p.db"))], secrets=("s",), home="https://post.example.org")
    transport = httpx2.ASGITransport(app=sandbox_app(public))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as browser:
        assert (await browser.get("/sandbox/demo/")).status_code == 404, "a proxy on this machine may not say who sent it"


# Consent.


@pytest.mark.parametrize("provider", CONSENTING, ids=lambda p: p.key)
@pytest.mark.parametrize(
    "elsewhere",
    [f"{EVIL}/oauth/{{key}}/callback", f"{BASE_URL}.evil.example/oauth/{{key}}/callback", f"{BASE_URL}/x/oauth/{{key}}/callback"],
)
async def test_consent_leads_back_to_us_alone(
    system: System, workspace: Member, anonymous: httpx2.AsyncClient, provider: object, elsewhere: str
) -> None:
    key = provider.key  # type: ignore[attr-defined]
    started = await connect.start(system, workspace.id, key, test=True)
    parts = urlsplit(started["authorizeUrl"])
    assert (await anonymous.get(started["authorizeUrl"])).status_code == 200, "the link opens in a browser, without a key"
    changed = dict(parse_qsl(parts.query)) | {"redirect_uri": elsewhere.format(key=key)}
    url = parts._replace(query=urlencode(changed)).geturl()
    form = network(system, providers()[key].network).credentials("ada") | {"decision": "allow"}
    for answer in (await anonymous.get(url), await anonymous.post(url, data=form)):
        assert answer.status_code >= 400
        assert "location" not in answer.headers


async def test_a_form_counts_only_from_its_own_page_and_while_the_link_is_good(
    system: System, workspace: Member, anonymous: httpx2.AsyncClient
) -> None:
    url = (await connect.start(system, workspace.id, "x", test=True))["authorizeUrl"]
    form = {"login": "ada", "decision": "allow"}
    for foreign in ({"origin": EVIL}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        assert (await anonymous.post(url, data=form, headers=foreign)).status_code == 403
    shown = url.split("/sandbox/at/")[1].split("/")[0]
    for old in (system.door.sign(workspace.id, time.time() - 1), system.door.sign(workspace.id)):
        assert (await anonymous.post(url.replace(shown, old), data=form)).status_code == 403
    assert (await anonymous.post(url.replace(shown, shown[:-1] + "0" if shown[-1] != "0" else "1"), data=form)).status_code == 404
    assert (await anonymous.post(url, content=b"login=" + b"a" * 100_000)).status_code == 413
    assert (await anonymous.post(url, data=form, headers={"origin": BASE_URL})).status_code == 302


async def test_with_a_pass_one_sees_pages_and_calls_nothing(system: System, workspace: Member, anonymous: httpx2.AsyncClient) -> None:
    """Not even with what would be a token, and nothing of it takes effect."""
    with within(Caller(workspace.id)):
        token = network(system, "x").admit("ada")["access_token"]  # type: ignore[attr-defined]
    ticket = system.door.sign(workspace.id, time.time() + 600)
    base, bearer = f"/sandbox/at/{ticket}/hosts/api.x.com", {"authorization": f"Bearer {token}"}
    assert (await anonymous.get(f"{base}/2/users/me", headers=bearer)).status_code == 404
    assert (await anonymous.post(f"{base}/2/tweets", json={"text": "hello"}, headers=bearer)).status_code == 404
    assert (await anonymous.delete(f"{base}/2/tweets/1", headers=bearer)).status_code == 404
    secret = {"x-sandbox-secret": "guessed", "x-sandbox-workspace": workspace.id}
    assert (await anonymous.get(f"{base}/2/users/me", headers={**bearer, **secret})).status_code == 404
    assert network(system, "x").seen() == []


# One workspace and another.


@pytest.mark.parametrize("provider", CONSENTING, ids=lambda p: p.key)
async def test_a_code_of_one_workspaces_consent_is_unknown_in_another(
    system: System, workspace: Member, other_workspace: Member, provider: object
) -> None:
    key = provider.key  # type: ignore[attr-defined]
    theirs = await connect.start(system, other_workspace.id, key, test=True)
    typed = network(system, providers()[key].network).credentials("ada")
    stolen = (await consented(system, theirs["authorizeUrl"], typed))["code"]
    mine = await connect.start(system, workspace.id, key, test=True)
    state = parse_qs(urlsplit(mine["authorizeUrl"]).query)["state"][0]
    done = await callback.finish(system, key, {"state": state, "code": stolen})
    assert done.error
    assert done.accounts == ()


@pytest.mark.parametrize(("name", "kind"), NETWORKS)
def test_two_worlds_of_a_network_are_apart(tmp_path: Path, name: str, kind: type[Simulator]) -> None:
    """Whatever is remembered: posts, documents, people; and what is numbered in both has one number once."""
    store = Store(tmp_path / "sandbox.db")
    simulator = kind(store)
    mine, theirs = Caller("mine"), Caller("theirs")
    with within(mine):
        simulator.shelf.add_post(Seen("1", "ada", "my own", 1.0))
        simulator.shelf.put("tokens", "t", {"of": "mine"})
        first = simulator.shelf.count("ids")
    with within(theirs):
        assert simulator.shelf.posts() == simulator.shelf.posts(account="ada", gone=True) == []
        assert simulator.shelf.accounts() == []
        assert simulator.shelf.get("tokens", "t") is None
        assert simulator.shelf.all("tokens") == {}
        assert not simulator.shelf.remove_post("1", 2.0)
        simulator.shelf.change_post(Seen("1", "ada", "changed", 1.0))
        simulator.shelf.drop("tokens", "t")
        simulator.shelf.put("tokens", "t", {"of": "theirs"})
        simulator.shelf.add_post(Seen("1", "ada", "their own", 1.0))
        assert simulator.shelf.count("ids") == first + 1
    with within(mine):
        assert [post.text for post in simulator.shelf.posts()] == ["my own"]
        assert simulator.shelf.get("tokens", "t") == {"of": "mine"}
    assert sorted(post.text for post in simulator.shelf.posts()) == ["my own", "their own"], "a witness sees both"


async def test_two_workspaces_with_the_same_user_do_not_see_each_others_feed(
    system: System,
    workspace: Member,
    other_workspace: Member,
    api: httpx2.AsyncClient,
    other_api: httpx2.AsyncClient,
    anonymous: httpx2.AsyncClient,
) -> None:
    for member in (workspace, other_workspace):
        started = await connect.start(system, member.id, "x", test=True)
        await callback.finish(system, "x", await consent(system, started["authorizeUrl"], who="ada"))
        with within(Caller(member.id)):
            account = network(system, "x").person("ada")["id"]  # type: ignore[attr-defined]
            network(system, "x").shelf.add_post(Seen(f"1{member.id}", account, f"of {member.name}", 1.0))
    told = (await api.get("/v1/sandbox")).json()["networks"]
    feed = next(one["feedUrl"] for one in told if one["network"] == "x")
    page = (await anonymous.get(feed)).text
    assert f"of {workspace.name}" in page
    assert f"of {other_workspace.name}" not in page
    assert [p["text"] for p in (await api.get("/v1/sandbox/networks/x/posts")).json()["posts"]] == [f"of {workspace.name}"]
    assert (await other_api.delete("/v1/sandbox/networks/x/posts")).json()["removed"] == 1
    assert (await api.get("/v1/sandbox/networks/x/posts")).json()["total"] == 1


# Faults.


async def test_a_fault_that_is_a_regular_expression_is_refused(api: httpx2.AsyncClient) -> None:
    for bomb in ("(?:.|.|.|.|.|.|.|.|.)*!", "(a+)+$", ".*.*.*.*x"):
        answer = await api.post("/v1/sandbox/networks/x/faults", json={"kind": "error", "match": bomb})
        assert (answer.status_code, answer.json()["code"]) == (422, "fault_invalid")
        assert '"POST /2/tweets"' in answer.json()["message"]
    taken = await api.post("/v1/sandbox/networks/x/faults", json={"kind": "error", "match": "POST /2/tweets"})
    assert taken.status_code == 201


async def test_so_many_faults_can_be_armed_and_no_more(api: httpx2.AsyncClient) -> None:
    for _ in range(100):
        assert (await api.post("/v1/sandbox/networks/x/faults", json={"kind": "error"})).status_code == 201
    answer = await api.post("/v1/sandbox/networks/x/faults", json={"kind": "error"})
    assert (answer.status_code, answer.json()["code"]) == (422, "fault_invalid")


async def test_slow_answers_hold_no_threads_and_nobody_else(tmp_path: Path) -> None:
    demo = Demo(Store(tmp_path / "sandbox.db"))
    demo.fail("slow", "*", times=200, seconds=3600, workspace="slow")
    async with httpx2.AsyncClient(transport=InProcess(Sandbox([demo])), timeout=None) as client:
        with act_for("slow"):
            waiting = [asyncio.create_task(client.post("https://api.demo.example/posts", content="late")) for _ in range(200)]
        while demo.shelf.armed("slow"):  # noqa: ASYNC110  the simulator sets no event
            await asyncio.sleep(0.01)
        async with asyncio.timeout(20):
            with act_for("other"):
                assert (await client.post("https://api.demo.example/posts", content="mine")).status_code == 201
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
    assert Counter(seen.text for seen in demo.seen()) == {"late": 200, "mine": 1}, "what was received took effect, whoever hangs up"


async def test_a_simulated_answer_that_takes_too_long_ends_as_it_would_over_http(tmp_path: Path) -> None:
    demo = Demo(Store(tmp_path / "sandbox.db"))
    demo.fail("slow", seconds=3600)
    ways = Outbound(sandbox=InProcess(Sandbox([demo])), answer_seconds=0.05)
    with pytest.raises(httpx2.ReadTimeout):
        await ways.test.post("https://api.demo.example/posts", content="late")
    await ways.close()
    assert [seen.text for seen in demo.seen()] == ["late"], "the network had it, as a real one would"


# Memory and disk.


@pytest.mark.parametrize(("name", "kind"), NETWORKS)
async def test_a_body_larger_than_the_network_takes_is_not_read_to_its_end(tmp_path: Path, name: str, kind: type[Simulator]) -> None:
    simulator = kind(Store(tmp_path / "sandbox.db"))
    simulator.most_body = 1_000_000  # type: ignore[misc]  the rule, not the figure
    given = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(1000):
            given += 100_000
            yield b"x" * 100_000

    async with httpx2.AsyncClient(transport=InProcess(Sandbox([simulator]))) as client:
        answer = await client.post(f"https://{kind.hosts[0]}/", content=body())
    assert answer.status_code == 413
    assert given <= 1_100_000
    assert kind.most_body <= 3 * 1024**3


def test_unfinished_uploads_have_so_much_room_and_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "sandbox.db", Limits(uploads=2_000_000, all_uploads=3_000_000))
    spool = Spool(store, "demo")
    with within(Caller("greedy")):
        spool.write("one", 0, b"x" * 1_500_000)
        with pytest.raises(Full):
            spool.write("two", 0, b"x" * 1_500_000)
    with within(Caller("modest")):
        spool.write("one", 0, b"y" * 1_000_000)
        with pytest.raises(Full):
            spool.write("two", 0, b"x" * 900_000)
    monkeypatch.setattr(spools, "LEFT_SECONDS", -1.0)
    monkeypatch.setattr(spools, "SWEEP_SECONDS", 0.0)
    with within(Caller("modest")):
        spool.write("three", 0, b"z")
        with pytest.raises(Gone):
            spool.write("one", 1_000_000, b"the rest")
    assert [path.name for path in spool.root.glob("**/*") if path.is_file()] == ["three"]


def test_a_world_that_is_full_takes_no_more_until_it_is_cleared(tmp_path: Path) -> None:
    demo = Demo(Store(tmp_path / "sandbox.db", Limits(kept=20_000)))
    full, other = Caller("full"), Caller("other")
    answers = [demo.answer(request(content=f"{number}" + "x" * 1000), full).status_code for number in range(40)]
    assert set(answers) == {201, 507}
    assert answers.index(507) < 25
    assert demo.answer(request("GET", "/ping", ""), full).status_code == 200, "what is there can be looked at"
    assert demo.answer(request(), other).status_code == 201
    with within(full):
        for seen in demo.shelf.posts():
            demo.shelf.remove_post(seen.id, 5.0)
    assert demo.answer(request(), full).status_code == 201


# Where there is none.


async def test_an_installation_with_live_workspaces_alone_serves_no_sandbox(system: System, app: FastAPI) -> None:
    assert not await system.rehearses()
    await add_workspace(system, "Live", mode="live")
    system._tested = 0.0
    assert not await system.rehearses()
    own = {"x-sandbox-secret": system.door.secret}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE_URL) as browser:
        assert (await browser.get("/sandbox/hosts/api.x.com/2/users/me", headers=own)).status_code == 404
        await add_workspace(system, "Test", mode="test")
        system._tested = 0.0
        assert (await browser.get("/sandbox/hosts/api.x.com/2/users/me", headers=own)).status_code == 401


async def test_where_it_is_off_nothing_is_there_and_test_workspaces_reach_nothing(settings: object) -> None:
    async with opened(settings.model_copy(update={"sandbox": "off"})) as system:  # type: ignore[attr-defined]
        assert system.sandbox is None
        with pytest.raises(httpx2.ConnectError):
            await system.outbound.test.get("https://api.x.com/2/users/me")


# From one version to the next.


def test_what_was_kept_before_belongs_to_nobody_until_it_is_given(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "sandbox.db"
    with sqlite3.connect(path) as old:
        old.executescript(
            """CREATE TABLE documents (
                network TEXT, kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (network, kind, key)) WITHOUT ROWID;
            CREATE TABLE posts (number INTEGER PRIMARY KEY, network TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL,
                text TEXT NOT NULL, media TEXT NOT NULL, reply_to TEXT, url TEXT, created_at REAL NOT NULL, deleted_at REAL,
                extra TEXT NOT NULL, UNIQUE (network, account, id));
            CREATE INDEX posts_of_account ON posts (network, account, number);
            CREATE INDEX posts_by_id ON posts (network, id);
            CREATE TABLE faults (number INTEGER PRIMARY KEY, network TEXT, kind TEXT, match TEXT,
                times INTEGER, seconds REAL, workspace TEXT);
            CREATE TABLE counters (network TEXT, name TEXT, value INTEGER NOT NULL, PRIMARY KEY (network, name)) WITHOUT ROWID;
            INSERT INTO documents VALUES ('demo', 'tokens', 't', '1');
            INSERT INTO posts VALUES (7, 'demo', '1', 'ada', 'hello', '[]', NULL, NULL, 1.0, NULL, '{}');
            INSERT INTO faults VALUES (1, 'demo', 'error', '(.*)*', 1, 0, '');
            INSERT INTO counters VALUES ('demo', 'ids', 41);"""
        )
    store = Store(path)
    shelf = store.of("demo")
    with within(Caller("mine")):
        assert (shelf.get("tokens", "t"), shelf.posts(), shelf.armed("mine"), shelf.count("ids")) == (None, [], [], 42)
    store.adopt("mine")
    with within(Caller("mine")):
        assert (shelf.get("tokens", "t"), [seen.text for seen in shelf.posts()]) == (1, ["hello"])
    with within(Caller("theirs")):
        assert (shelf.get("tokens", "t"), shelf.posts()) == (None, [])


def test_a_pass_of_another_installation_opens_nothing() -> None:
    ours, theirs = Doorkeeper(("ours", "before")), Doorkeeper(("theirs",))
    assert ours.read(ours.sign("w"))
    assert ours.read(Doorkeeper(("before",)).sign("w")), "the ring was turned"
    assert ours.read(theirs.sign("w")) is None
    assert Doorkeeper(()).read(Doorkeeper(()).sign("w")) is None
    assert not Doorkeeper(()).knows("")


async def test_calls_that_compute_take_not_all_threads_from_other_workspaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer may take a while in its thread: a file that is fetched from our own server, say."""
    simulator, ended = Demo(Store(tmp_path / "sandbox.db")), threading.Event()
    begun = Counter[str | None]()

    def begin(_: httpx2.Request, who: Caller) -> httpx2.Response:
        begun[who.workspace] += 1
        assert who.workspace == "other" or ended.wait(60)
        return httpx2.Response(200)

    monkeypatch.setattr(simulator, "begin", begin)
    sandbox = Sandbox([simulator])
    call = httpx2.Request("GET", "https://api.demo.example/posts")
    hog = [asyncio.create_task(sandbox.respond(call, Caller("hog"))) for _ in range(100)]
    try:
        async with asyncio.timeout(60):
            while begun["hog"] < THREADS_OF_ONE:  # noqa: ASYNC110  a thread tells nobody here
                await asyncio.sleep(0.01)
            assert (await sandbox.respond(call, Caller("other"))).status_code == 200
        assert begun == {"hog": THREADS_OF_ONE, "other": 1}
    finally:
        ended.set()
        await asyncio.gather(*hog)
        sandbox.close()
