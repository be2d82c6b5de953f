"""The curl lines of README and quickstart, pasted one after another into a server that is really running."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from string import Template
from typing import Any

import httpx2
import pytest
from docs.generate import HOME
from PIL import Image

from socialclaw.cli.remote import exits
from tests.cli.processes import BOUND_SECONDS, run, started
from tests.cli.test_up import published

ROOT = HOME.parent
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
YAML = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^printf '(.*?)' > (\S+)$", re.MULTILINE)
PRINTED = "http://127.0.0.1:8000"  # where a server is that was told nothing

pytestmark = pytest.mark.xdist_group("up")


@dataclass(frozen=True)
class Server:
    """A first start, and what its user knows: the base URL, the key that was printed, and what answers have brought since."""

    base: str
    key: str
    known: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def paste(self, command: str) -> httpx2.Response:
        """What a shell and curl would make of a command."""
        names = {"BASE": self.base, "KEY": self.key, **self.known}
        program, *words = shlex.split(Template(command.replace(PRINTED, self.base)).substitute(names))
        assert program == "curl"
        options = argparse.ArgumentParser()
        options.add_argument("-s", action="store_true")
        options.add_argument("-X", dest="method")
        options.add_argument("-H", dest="headers", action="append", default=[])
        options.add_argument("-d", dest="body")
        options.add_argument("--data-binary", dest="body", type=lambda name: self.files[name.removeprefix("@")])
        options.add_argument("url")
        given = options.parse_args(words)
        method = given.method or ("POST" if given.body else "GET")
        headers = dict(header.split(": ", 1) for header in given.headers)
        return httpx2.request(method, given.url, headers=headers, content=given.body, timeout=BOUND_SECONDS)

    def learn(self, answer: dict[str, Any]) -> None:
        if "run" in answer and answer.get("posts"):
            self.known.update(RUN=answer["run"]["id"], POST=answer["posts"][0]["id"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with started("up", "--port", "0", "--no-tour", "--data-dir", tmp_path_factory.mktemp("examples") / "data") as up:
        base = up.until(r"Base URL +(http://127\.0\.0\.1:\d+)$")[1]
        key = up.until(r"(sc_test_[\w-]{32})$")[1]
        up.until("^Running")
        yield Server(base, key)
        assert up.stop() == 0


def commands(name: str) -> list[str]:
    """The curl commands of a page, each on one line."""
    found = []
    for block in BLOCK.findall((ROOT / name).read_text(encoding="utf-8")):
        found += re.findall(r"^curl .*?(?=^curl |\Z)", block.replace("\\\n", " "), re.MULTILINE | re.DOTALL)
    return found


@pytest.mark.parametrize("name", ["README.md", "docs/quickstart.md", "docs/howto/plan-posts.md"])
def test_every_curl_line_of_a_page_works_when_pasted_in_order(name: str, server: Server) -> None:
    server.files.update({file: text.replace("\\n", "\n") for text, file in FILE.findall((ROOT / name).read_text(encoding="utf-8"))})
    pasted = commands(name)
    assert len(pasted) > 1
    for command in pasted:
        response = server.paste(command)
        assert response.is_success, f"{command}\n{response.text}"
        answer = response.json() if response.headers["content-type"] == "application/json" else {"ok": bool(response.text)}
        assert answer["ok"] is True
        server.learn(answer)


def test_the_sdks_example_publishes_a_post_with_a_picture(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [program] = PYTHON.findall((ROOT / "sdk" / "python" / "README.md").read_text(encoding="utf-8"))
    Image.new("RGB", (600, 400), "teal").save(tmp_path / "hello.png")
    monkeypatch.chdir(tmp_path)
    exec(program.replace("socialclaw_client", "socialclaw.sdk").replace(PRINTED, server.base).replace("sc_test_…", server.key), {})
    status, post = capsys.readouterr().out.splitlines()
    assert status == "completed"
    assert re.fullmatch(r"x:@sandbox published http\S+", post)


def test_the_command_lines_example_is_applied_with_its_picture(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the how-to has it: log in, judge, apply; the account is the sandbox's."""
    [written] = YAML.findall((ROOT / "docs" / "howto" / "command-line.md").read_text(encoding="utf-8"))
    (tmp_path / "pictures").mkdir()
    (tmp_path / "posts.yaml").write_text(written.replace("x:@brand", "x:@sandbox").replace("2026-12-24", "2027-12-24"))
    Image.new("RGB", (600, 400), "tomato").save(tmp_path / "pictures" / "door.jpg")
    monkeypatch.chdir(tmp_path)
    said = partial(run, HOME=str(tmp_path))
    assert said("login", "--api-key", server.key, "--base-url", server.base).returncode == 0
    assert said("validate", "-f", "posts.yaml").stdout == "Valid: 1 post, scheduled.\n"
    run_id = said("apply", "-f", "posts.yaml", "-q").stdout.strip()
    [post] = json.loads(said("runs", "inspect", "--run-id", run_id, "--json").stdout)["posts"]
    assert (post["publishAtUtc"], post["assets"][0]["managed"]) == ("2027-12-24T09:00:00.000Z", True)
    assert said("watch", "--run-id", run_id, "--timeout", "0").returncode == exits.IN_VAIN
    assert said("cancel", "--post-id", post["id"]).returncode == 0
    assert said("watch", "--run-id", run_id).returncode == 0


def test_the_first_post_is_seen_by_the_public_where_the_readme_says(server: Server) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [page] = re.findall(rf"<{PRINTED}(/sandbox/\w+/)>", readme)
    first = next(command for command in commands("README.md") if "/v1/posts/apply" in command)
    run_id = server.paste(first.replace("Hello, world", "Hello, reader")).json()["run"]["id"]
    published(server.base, server.key, run_id)
    assert "Hello, reader" in httpx2.get(f"{server.base}{page}").text
