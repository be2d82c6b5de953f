"""The command line lets itself in by a code that somebody types: against a server that runs, with a clock that does not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx2
import pytest

from socialclaw.cli.remote import device_login
from socialclaw.errors import Problem
from tests.cli.processes import run, started

SAME = {"sec-fetch-site": "same-origin", "accept": "text/html"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where one is, and a key of its test workspace."""
    folder = tmp_path_factory.mktemp("device") / "data"
    assert run("workspaces", "create", "Test one", "--mode", "test", "--data-dir", folder).returncode == 0
    key = run("keys", "create", "--workspace", "Test one", "--data-dir", folder).stdout.splitlines()[0]
    with started("serve", "--port", "0", "--no-worker", "--data-dir", folder) as process:
        yield process.until(r"on (http://127\.0\.0\.1:\d+)")[1], key
        assert process.stop() == 0


class Clock:
    """Pauses take no time, and somebody answers in one of them."""

    def __init__(self, *then: object) -> None:
        self.paused, self.now, self._then = list[float](), 0.0, list(then)

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += seconds
        if self._then and callable(answer := self._then.pop(0)):
            answer()


def answer(url: str, begun: device_login.Begun, key: str, decision: str = "allow") -> None:
    """What somebody does in a browser, on a server where they paste a key."""
    page = httpx2.post(f"{url}/device", data={"user_code": begun.user_code}, headers=SAME)
    words = re.findall(r'name="operation" value="(\w+)" checked', page.text)
    action = unescape(re.findall(r'action="([^"]*)"', page.text)[0])
    form = {"user_code": begun.user_code, "decision": decision, "life": "90", "operation": words, "key": key}
    done = httpx2.post(f"{url}{action}", data=form, headers=SAME)
    assert done.status_code == 200, done.text


def test_it_waits_gets_in_renews_and_leaves(server: tuple[str, str]) -> None:
    url, key = server
    with httpx2.Client() as http:
        begun = device_login.begin(http, url)
        assert begun.url == f"{url}/device"
        clock = Clock(lambda: answer(url, begun, key))
        with pytest.raises(Problem, match="in time"):
            device_login.wait(http, url, begun, pause=Clock().pause, clock=iter([0.0, begun.seconds + 1]).__next__)
        tokens = device_login.wait(http, url, begun, pause=clock.pause, clock=clock)
        assert clock.paused == [5.0]
        assert not tokens.ending
        bearer = {"authorization": f"Bearer {tokens.access}"}
        mine = httpx2.get(f"{url}/v1/keys/validate", headers=bearer).json()
        assert (mine["tenant"]["name"], mine["apiKey"]["label"]) == ("Test one", "SocialClaw command line")
        again = device_login.renew(http, url, tokens.refresh)
        assert again is not None
        assert again.access != tokens.access
        httpx2.delete(f"{url}/v1/keys/{mine['apiKey']['id']}", headers={"authorization": f"Bearer {key}"})
        assert httpx2.get(f"{url}/v1/keys/validate", headers=bearer).status_code == 401
        assert device_login.renew(http, url, again.refresh) is None


def test_it_asks_as_often_as_it_is_told_to() -> None:
    told = iter([{"error": "authorization_pending"}, {"error": "slow_down"}, {"access_token": "a", "refresh_token": "r", "expires_in": 60}])
    with httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(400, json=next(told)))) as http:
        clock, begun = Clock(), device_login.Begun("code", "BBBB-CCCC", "u", "u", 5.0, 900.0)
        tokens = device_login.wait(http, "https://post.example", begun, pause=clock.pause, clock=clock)
    assert clock.paused == [5.0, 5.0, 10.0]
    assert tokens.ending, "a minute is so little that it is renewed before it is used"


def test_who_says_no_is_heard(server: tuple[str, str]) -> None:
    url, key = server
    with httpx2.Client() as http:
        begun = device_login.begin(http, url)
        clock = Clock(lambda: answer(url, begun, key, "deny"))
        with pytest.raises(Problem, match="has not allowed it"):
            device_login.wait(http, url, begun, pause=clock.pause, clock=clock)


def test_where_there_is_no_such_server_the_way_with_a_key_is_named() -> None:
    nowhere = httpx2.MockTransport(lambda request: httpx2.Response(404, text="not here"))
    with httpx2.Client(transport=nowhere) as http, pytest.raises(Problem, match="--api-key"):
        device_login.begin(http, "https://old.example")


def test_the_command_logs_in_is_used_and_renews_what_it_kept(server: tuple[str, str], tmp_path: Path) -> None:
    url, key = server
    home = {"HOME": str(tmp_path)}
    with started("login", "--device", "--base-url", url, **home) as login:
        shown = login.until(r"type ([B-Z]{4}-[B-Z]{4})")[1]
        answer(url, device_login.Begun("", shown, url, url, 5.0, 900.0), key)
        login.until(r"Logged in to Test one")
    kept = json.loads((tmp_path / ".socialclaw" / "config.json").read_text())
    assert kept["apiKey"].startswith("sca_")
    assert kept["baseUrl"] == url
    assert "Test one" in run("whoami", **home).stdout
    (tmp_path / ".socialclaw" / "config.json").write_text(json.dumps(kept | {"expiresAt": 1}))
    assert "Test one" in run("whoami", **home).stdout
    renewed = json.loads((tmp_path / ".socialclaw" / "config.json").read_text())
    assert renewed["apiKey"] != kept["apiKey"]
    assert renewed["refreshToken"] != kept["refreshToken"]
    assert run("login", "--api-key", key, "--base-url", url, **home).returncode == 0
    by_key = json.loads((tmp_path / ".socialclaw" / "config.json").read_text())
    assert by_key == {"apiKey": key, "baseUrl": url}, "nothing of the tokens is left"
