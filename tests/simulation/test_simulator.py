"""The frame of every simulated network: its routes, its faults, and what is left after each."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

import httpx2
import pytest

from socialclaw.simulation import hiding
from socialclaw.simulation.faults import FAULTS
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.store import Store
from tests.simulation.demo import Demo, request


class Phased(Demo):
    """Has one path for what makes a post and for what does not."""

    creates = r"^POST /posts hello$"

    def line(self, request: httpx2.Request) -> str:
        return f"{super().line(request)} {request.content.decode()}"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "sandbox.db")


@pytest.fixture
def demo(store: Store) -> Demo:
    return Demo(store, clock=lambda: 1_000.0)


# Routes.


def test_a_route_is_found_by_method_and_whole_path_and_gets_the_parts(demo: Demo) -> None:
    assert demo.answer(request("GET", "/posts/12/title")).json() == {"number": "12", "part": "title"}
    assert demo.answer(request("GET", "/posts/12/")).json() == {"number": "12", "part": None}
    assert demo.answer(request("PUT", "/ping", "x")).json() == {"said": "x"}
    for method, path in (("GET", "/posts"), ("GET", "/posts/12/title/more"), ("DELETE", "/ping"), ("GET", "/"), ("GET", "/xping")):
        assert demo.answer(request(method, path)).status_code == 404


def test_a_fault_can_tell_calls_of_one_path_apart(store: Store) -> None:
    phased = Phased(store)
    phased.fail("error")
    assert phased.answer(request(content="begin")).status_code == 201
    assert phased.answer(request(content="hello")).status_code == 500
    assert phased.requests == ["POST /posts begin", "POST /posts hello"]


def test_the_query_is_not_part_of_the_path(demo: Demo) -> None:
    assert demo.answer(request("GET", "/ping?path=/elsewhere", "")).status_code == 200


def test_a_route_of_one_host_is_not_open_on_another(demo: Demo) -> None:
    assert demo.answer(request("GET", "/where", host="demo.example")).text == "site"
    assert demo.answer(request("GET", "/where")).text == "api"


def test_a_subclass_may_change_a_handler_and_keeps_the_others(store: Store) -> None:
    class Louder(Demo):
        def unknown(self, request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(418)

    assert Louder(store).answer(request("GET", "/nothing")).status_code == 418
    assert Louder(store).answer(request("GET", "/ping")).status_code == 200


def test_the_latest_requests_are_remembered(demo: Demo) -> None:
    for _ in range(1_500):
        demo.answer(request("GET", "/nothing"))
    demo.answer(request())
    assert demo.requests[-1] == "POST /posts"
    assert len(demo.requests) == 1_000


# What the public sees.


def test_an_answer_is_given_only_when_the_effect_is_kept(demo: Demo, tmp_path: Path) -> None:
    assert demo.answer(request()).json() == {"id": "1"}
    [seen] = Store(tmp_path / "sandbox.db").of("demo").posts()
    assert (seen.id, seen.text, seen.account, seen.created_at) == ("1", "hello", "me", 1_000.0)
    assert demo.seen() == [seen]
    assert demo.seen(account="somebody else") == []


def test_a_handler_that_crashes_leaves_nothing(demo: Demo) -> None:
    with pytest.raises(KeyError):
        demo.answer(request(content="bug"))
    assert demo.seen() == []
    assert demo.answer(request()).json() == {"id": "1"}  # not even the number is used up


def test_a_crash_behind_a_fault_leaves_nothing_either(demo: Demo) -> None:
    demo.fail("timeout_after")
    with pytest.raises(KeyError):
        demo.answer(request(content="bug"))
    assert demo.seen() == []


def test_media_is_pulled_outside_of_the_transaction(store: Store) -> None:
    free: list[bool] = []

    def fetch(url: str) -> httpx2.Response:
        other = threading.Thread(target=lambda: free.append(bool(Demo(store).answer(request("GET", "/ping")))))
        other.start()
        other.join(5)
        return httpx2.Response(200, content=b"pixels", headers={"content-type": "image/png"})

    demo = Demo(store, fetch=fetch)
    assert demo.answer(request(path="/pulls", content="https://media.example/1.png")).status_code == 201
    assert free == [True]
    [seen] = demo.seen()
    assert seen.media == ({"kind": "image", "mime": "image/png", "size": 6, "sha256": hashlib.sha256(b"pixels").hexdigest(), "alt": "a"},)


def test_a_simulator_without_a_way_to_fetch_reaches_nothing(demo: Demo) -> None:
    with pytest.raises(httpx2.ConnectError):
        demo.answer(request(path="/pulls", content="https://media.example/1.png"))


# Faults: kind -> (what comes back, how many posts there are then).

EFFECTS: dict[str, tuple[type[Exception] | int, int]] = {
    "refuse": (httpx2.ConnectError, 0),
    "reset": (httpx2.ReadError, 0),
    "reset_after": (httpx2.ReadError, 1),
    "timeout": (httpx2.ReadTimeout, 0),
    "timeout_after": (httpx2.ReadTimeout, 1),
    "rate_limit": (429, 0),
    "error": (500, 0),
    "error_after": (500, 1),
    "malformed": (200, 0),
    "malformed_after": (200, 1),
    "expire_token": (401, 0),
    "revoke_token": (401, 0),
    "fail_processing": (201, 1),
    "not_yet_visible": (201, 1),
    "unpaid": (402, 0),
    "slow": (201, 1),
}


def test_every_fault_is_tested_here() -> None:
    assert set(EFFECTS) == set(FAULTS)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_does_what_its_description_says_and_once(kind: str, demo: Demo, tmp_path: Path) -> None:
    outcome, posts = EFFECTS[kind]
    demo.fail(kind, seconds=7 if kind == "rate_limit" else 0)
    if isinstance(outcome, int):
        response = demo.answer(request())
        assert response.status_code == outcome
    else:
        with pytest.raises(outcome) as told:
            demo.answer(request())
        assert told.value.request.url.path == "/posts"  # type: ignore[attr-defined]
    assert len(Store(tmp_path / "sandbox.db").of("demo").posts()) == posts
    assert demo.shelf.armed() == []
    again = demo.answer(request())
    assert again.status_code == (401 if kind in ("expire_token", "revoke_token") else 201)


def test_what_is_not_visible_yet_is_there_for_the_public_and_for_nobody_who_names_it(store: Store) -> None:
    now = [1_000.0]
    demo = Demo(store, clock=lambda: now[0])
    demo.fail("not_yet_visible", seconds=30)
    assert demo.answer(request()).json() == {"id": "1"}
    assert [seen.id for seen in demo.seen()] == ["1"]
    assert demo.answer(request("GET", "/posts/1/title")).json() == {"message": "there is no 1"}
    assert demo.answer(request("GET", "/ping")).status_code == 200
    assert demo.shelf.faults_of("") == [], "nobody has armed that"
    now[0] += 30
    assert demo.answer(request("GET", "/posts/1/title")).json() == {"number": "1", "part": "title"}
    assert demo.shelf.armed() == []


@pytest.mark.parametrize(
    ("url", "content", "named"),
    [
        ("https://a.example/posts/12", "", True),
        ("https://a.example/posts/urn%3A12", "", True),
        ("https://a.example/posts/123", "", False),
        ("https://a.example/posts?id=112", "", False),
        ("https://a.example/posts", '{"parent": "12"}', True),
        ("https://a.example/posts", "ids=11%2C12", True),
        ("https://a.example/posts", "a12b 312", False),
    ],
)
def test_a_call_names_an_id_that_stands_by_itself(url: str, content: str, named: bool) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"} if "=" in content else {}
    asked = httpx2.Request("POST", url, content=content.encode(), headers=form)
    assert hiding.names(asked, "12") is named


def test_only_the_outermost_ids_of_an_answer_are_what_was_made() -> None:
    answer = httpx2.Response(200, json={"data": {"id": "7", "author": {"id": "8"}}}, headers={"x-made": "9"})
    assert hiding.made_by(answer, ("x-made", "id")) == ["9", "7"]


def test_a_limit_says_when_to_come_back(demo: Demo) -> None:
    demo.fail("rate_limit", seconds=7)
    assert demo.answer(request()).headers["retry-after"] == "7"


@pytest.mark.parametrize("kind", ["malformed", "malformed_after"])
def test_a_malformed_answer_cannot_be_read(kind: str, demo: Demo) -> None:
    demo.fail(kind)
    response = demo.answer(request())
    assert response.headers["content-type"] == "application/json"
    with pytest.raises(ValueError):
        response.json()


@pytest.mark.parametrize(("kind", "words"), [("expire_token", "expired"), ("revoke_token", "revoked")])
def test_credentials_are_spoiled_for_good(kind: str, words: str, demo: Demo) -> None:
    demo.fail(kind)
    assert [demo.answer(request()).json()["message"] for _ in range(2)] == [words, words]


def test_media_is_spoiled(demo: Demo) -> None:
    demo.fail("fail_processing")
    demo.answer(request())
    assert demo.seen()[0].media == ({"state": "failed"},)


def test_slow_is_slow_and_stops_nobody_else(demo: Demo) -> None:
    demo.fail("slow", seconds=0.15)
    begun, answered = time.monotonic(), threading.Event()
    slow = threading.Thread(target=lambda: (demo.answer(request()), answered.set()))
    slow.start()
    while demo.shelf.armed():
        time.sleep(0.001)
    demo.answer(request("GET", "/ping"))
    assert not answered.is_set()
    slow.join(5)
    assert time.monotonic() - begun >= 0.15
    assert len(demo.seen()) == 1


def test_a_fault_waits_for_the_calls_it_is_meant_for(demo: Demo) -> None:
    demo.fail("error", r"^GET /posts/", times=2)
    assert demo.answer(request()).status_code == 201
    assert [demo.answer(request("GET", "/posts/1/")).status_code for _ in range(3)] == [500, 500, 200]


def test_without_a_pattern_a_fault_is_meant_for_the_call_that_creates(demo: Demo) -> None:
    demo.fail("error")
    assert demo.answer(request("GET", "/ping")).status_code == 200
    assert demo.answer(request()).status_code == 500


def test_faults_come_in_the_order_in_which_they_were_armed(demo: Demo) -> None:
    demo.fail("error")
    demo.fail("rate_limit")
    assert [demo.answer(request()).status_code for _ in range(3)] == [500, 429, 201]


def test_faults_are_armed_for_other_processes_and_taken_back(demo: Demo, tmp_path: Path) -> None:
    Demo(Store(tmp_path / "sandbox.db")).fail("error", times=5)
    assert demo.answer(request()).status_code == 500
    demo.shelf.disarm()
    assert demo.answer(request()).status_code == 201


def test_an_unknown_fault_or_a_bad_pattern_is_refused(demo: Demo) -> None:
    with pytest.raises(ValueError, match="unknown fault 'meteor'; known: refuse"):
        demo.fail("meteor")
    with pytest.raises(ValueError, match="plain text, no regular expression"):
        demo.fail("error", "(")
    assert demo.shelf.armed() == []


def test_a_bare_simulator_speaks_plain_http(store: Store) -> None:
    class Bare(Simulator):
        network, hosts, creates = "bare", ("bare.example",), "."

    bare = Bare(store)
    assert bare.answer(request("GET", "/x")).status_code == 404
    assert bare.credentials("ann") == {"login": "ann"}
    for kind, outcome in (("expire_token", 404), ("fail_processing", 404), ("error", 500)):
        bare.fail(kind)
        assert bare.answer(request("GET", "/x")).status_code == outcome
