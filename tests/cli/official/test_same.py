"""Ours and the official command line, with the same words, against one server: the same JSON, and the same number at the end.

Two servers' worth of words in two starts of Node: first what only looks, by both, then what changes something, by both. What differs on
purpose is in DIFFERENT, each with its reason.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.cli.remote import exits
from tests.cli import processes
from tests.cli.official import client

BASE, KEY = r"Base URL +(http://127\.0\.0\.1:\d+)$", r"(sc_test_[\w-]{32})$"
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
FAR = "2027-03-01T10:00:00Z"
CODES = {
    "plan_required": 402,
    "subscription_past_due": 402,
    "subscription_canceled": 402,
    "api_key_invalid": 401,
    "auth_missing": 401,
    "other": 418,
}

pytestmark = pytest.mark.xdist_group("official")

# Words, and where they are said: `key`: logged in; `none`: not; `bad`: with a key that is unknown; `away`: to a server that is not there;
# `says_…`: to a server that answers everything with this code.
LOOKING = """
accounts list --json
accounts --json
accounts list --provider x --json
accounts list --provider nobody --json
accounts capabilities --json
accounts capabilities --provider x --json
accounts capabilities --account-id {account} --json
accounts capabilities --account-id acct_none --json
accounts settings --account-id {account} --json
accounts settings --account-id acct_none --json
accounts actions --account-id {account} --json
accounts actions --account-id acct_none --json
accounts action --account-id {account} --action publish-preview --body {preview} --json
accounts action --account-id {account} --action publish-preview --input {folder}/preview.json --json
accounts action --account-id {account} --action nothing --json
accounts action --account-id {account} --action publish-preview --body nonsense --json
accounts action --account-id {account} --action publish-preview --body {} --input {folder}/preview.json --json
accounts action --account-id {account} --action publish-preview --input {folder}/nowhere.json --json
accounts status --connection-id {connection} --json
accounts status --connection-id conn_none --json
posts list --json
posts --json
posts list --run-id {run} --json
posts list --run-id run_none --json
posts list --status published --json
posts list --status nonsense --json
posts list --account x:@sandbox --json
posts list --provider x --limit 1 --json
posts list --limit nonsense --json
posts list --campaign-id launch --json
posts get --post-id {post} --json
posts get --post-id post_none --json
posts attempts --post-id {post} --json
posts attempts --post-id {later} --json
posts attempts --post-id post_none --json
status --run-id {run} --json
status --run-id run_none --json
runs inspect --run-id {run} --json
runs inspect --run-id run_none --json
view --run-id {run} --json
view --run-id {run} --format html --json
view --run-id {run} --format pdf --json
view --run-id run_none --json
campaigns inspect --run-id {campaign} --json
campaigns inspect --run-id {run} --json
campaigns inspect --run-id run_none --json
campaigns clone --run-id {campaign} --json
campaigns clone --run-id run_none --json
campaigns preview -f {folder}/campaign.json --json
campaigns preview -f {folder}/posts.json --json
validate -f {folder}/posts.json --json
validate --file {folder}/posts.json --json
validate -f {folder}/campaign.json --json
validate -f {folder}/posts.yaml --json
validate -f {folder}/stranger.json --json
validate -f {folder}/nowhere.json --json
validate -f {folder}/broken.json --json
usage --json
workspace health --json
connections health --json
connections health --provider x --json
connections health --provider nobody --json
jobs list --json
jobs --json
jobs list --status scheduled --json
jobs list --run-id {campaign} --limit 1 --json
jobs list --provider x --account x:@sandbox --json
jobs list --limit nonsense --json
analytics post --post-id {post} --json
analytics post --post-id {post} --window 7d --json
analytics post --post-id {post} --window nonsense --json
analytics post --post-id post_none --json
analytics account --account-id {account} --json
analytics account --account-id acct_none --json
analytics run --run-id {run} --json
analytics run --run-id run_none --json
login --json
posts get --json
posts attempts --json
posts delete --json
posts reconcile --json
status --json
retry --json
cancel --json
delete --json
validate --json
apply --json
view --json
publish-draft --json
runs inspect --json
campaigns preview --json
campaigns inspect --json
campaigns clone --json
accounts settings --json
accounts actions --json
accounts action --account-id a --json
accounts connect --json
accounts connect --provider telegram --json
accounts connect --provider telegram --bot-token t --json
accounts connect --provider discord --json
accounts status --json
accounts disconnect --json
assets upload --json
assets delete --json
analytics post --json
analytics account --json
analytics run --json
analytics refresh --json
nothing-like-it
none: accounts list --json
none: posts --json
none: validate -f {folder}/posts.json --json
none: apply -f {folder}/posts.json
none: usage
bad: accounts list --json
bad: apply -f {folder}/posts.json --json
bad: status --run-id {run}
away: accounts list --json
away: validate -f {folder}/posts.json --json
away: usage
says_plan_required: apply -f {folder}/posts.json --json
says_subscription_past_due: usage --json
says_subscription_canceled: usage
says_api_key_invalid: usage --json
says_auth_missing: usage
says_other: usage --json
says_page: usage --json
""".strip().splitlines()
CHANGING = """
apply -f {folder}/later.json --json
apply --file {folder}/later.json --idempotency-key {fresh} --json
apply -f {folder}/later.json --idempotency-key used --json
apply -f {folder}/campaign.json --idempotency-key used --json
apply -f {folder}/draft.json --json
apply -f {folder}/stranger.json --json
publish-draft --run-id {draft} --json
publish-draft --run-id {draft_too} --start-at 2027-04-01T10:00:00Z --json
publish-draft --run-id {run} --json
publish-draft --run-id run_none --json
cancel --post-id {waiting} --json
cancel --post-id {post} --json
cancel --post-id post_none --json
retry --post-id {post} --json
retry --post-id post_none --json
posts reconcile --post-id {post} --json
posts reconcile --post-id {later} --json
posts reconcile --post-id post_none --json
delete --post-id {later} --json
delete --post-id {public} --json
posts delete --post-id {public_too} --json
posts delete --post-id post_none --json
analytics refresh --post-id {post} --json
analytics refresh --post-id post_none --json
assets upload --file {folder}/dot.png --json
assets upload -f {folder}/posts.json --json
assets upload --file {folder}/nowhere.png --json
assets delete --asset-id {asset} --json
assets delete --asset-id {asset_too} --retention-days 3 --json
assets delete --asset-id asset_none --json
accounts connect --provider x --json
accounts connect --provider nobody --json
accounts connect --provider discord --webhook-url https://nowhere.example/ --json
accounts disconnect --account-id acct_none --json
login --api-key {key} --base-url {base} --json
login --api-key sc_live_nobody --base-url {base} --json
""".strip().splitlines()
OWN_WORDS = "what the program itself finds wrong, each says in words of its own"
DIFFERENT = {
    "view --run-id {run} --json": "the official one prints a table before its JSON",
    "view --run-id {run} --format html --json": "the official one prints a page before its JSON",
    "validate -f {folder}/broken.json --json": OWN_WORDS,
}
SAME_SAVE_WORDS = {"cli_error", "network_error", "invalid_response", "open_dashboard"}


@dataclass
class Told:
    """Both, for the same words."""

    theirs: client.Ran
    ours: client.Ran


@dataclass
class World:
    """The server, what is on it to be spoken of, and what has been said by both."""

    base: str
    key: str
    folder: Path
    known: dict[str, Any] = field(default_factory=dict)
    pools: dict[str, list[str]] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)

    def said_by_both(self, lines: list[str], nowhere: str) -> None:
        filled = [[(line, self._words(line), self._environment(line, who, nowhere)) for line in lines] for who in ("theirs", "ours")]
        theirs = client.run([(words, environment) for _, words, environment in filled[0]])
        for (line, words, environment), ran in zip(filled[1], theirs, strict=True):
            done = processes.run(*words, **environment)
            self.told[line] = Told(ran, client.Ran(done.returncode, done.stdout, done.stderr))

    def _words(self, line: str) -> list[str]:
        plain = line.partition(": ")[2] if re.match(r"\w+: ", line) else line
        return [self._filled(word) for word in plain.split()]

    def _filled(self, word: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1]
            return self.pools[name].pop() if name in self.pools else str(self.known[name])

        return re.sub(r"\{(\w+)\}", value, word)

    def _environment(self, line: str, who: str, nowhere: str) -> dict[str, str]:
        where = re.match(r"(\w+): ", line)
        kind = where[1] if where else "key"
        base = {"away": nowhere, "key": self.base, "bad": self.base, "none": self.base}.get(kind) or f"{self.known['fake']}/{kind}"
        home = self.folder / who / kind
        if not home.exists():
            (home / ".socialclaw").mkdir(parents=True)
            if kind != "none":
                key = "sc_test_nobody" if kind == "bad" else self.key
                (home / ".socialclaw" / "config.json").write_text(json.dumps({"apiKey": key, "baseUrl": base}))
        return {"HOME": str(home), "SC_BASE_URL": base}


class Saying(BaseHTTPRequestHandler):
    """A server that says what its address asks for."""

    def do_GET(self) -> None:
        code = self.path.split("/")[1].removeprefix("says_")
        body = {"ok": False, "code": code, "message": f"It is {code}", "details": {"upgradePath": "/pricing"}}
        content = b"<html>" if code == "page" else json.dumps(body).encode()
        self.send_response(CODES.get(code, 500))
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def fake() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Saying)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def world(fake: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    client.needed()
    folder = tmp_path_factory.mktemp("official")
    with processes.started("up", "--no-tour", "--port", "0", "--data-dir", folder / "data") as up:
        found = World(up.until(BASE)[1], up.until(KEY)[1], folder)
        up.until(r"^Running")
        found.known |= {"fake": fake, "folder": folder, "base": found.base, "key": found.key}
        with httpx2.Client(base_url=found.base, headers={"authorization": f"Bearer {found.key}"}, timeout=60) as api:
            prepare(found, lambda method, path, body=None: called(api, method, path, body))
        nowhere = "http://127.0.0.1:9"  # the port of discard, where nobody listens
        found.said_by_both(LOOKING, nowhere)
        found.said_by_both(CHANGING, nowhere)
        assert up.stop() == 0
    return found


def called(api: httpx2.Client, method: str, path: str, body: Any = None) -> Any:
    answer = api.request(method, path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def prepare(world: World, call: Callable[..., Any]) -> None:
    """A run that is published, a campaign that waits, drafts, files: what the words speak of."""

    def applied(text: str, **fields: Any) -> Any:
        return call("POST", "/v1/posts/apply", {"posts": [{"account": "x:@sandbox", "description": text, **fields}]})

    account = next(one for one in call("GET", "/v1/accounts")["accounts"] if one["handle"] == "x:@sandbox")
    connection = call("GET", "/v1/connections")["connections"][0]["id"]
    public = [applied(f"Public {n}") for n in range(5)]
    waiting = [applied(f"Waiting {n}", publish_at=FAR)["posts"][0]["id"] for n in range(3)]
    files = {
        "posts.json": {"posts": [{"account": "x:@sandbox", "description": "Hello", "publish_at": FAR}]},
        "later.json": {"timezone": "Europe/Berlin", "posts": [{"account": "x:@sandbox", "description": "Later", "publish_at": FAR}]},
        "draft.json": {"mode": "draft", "posts": [{"account": "x:@sandbox", "description": "Perhaps", "publish_at": FAR}]},
        "stranger.json": {"posts": [{"account": "x:@nobody-here", "description": "Hello", "publish_at": FAR}]},
        "campaign.json": {"campaigns": [{"id": "launch", "name": "Launch", "targets": [{"account": "x:@sandbox", "steps": STEPS}]}]},
        "preview.json": {"description": "Hello", "interactionType": "post"},
    }
    for name, content in files.items():
        (world.folder / name).write_text(json.dumps(content))
    (world.folder / "posts.yaml").write_text(f"posts:\n  - account: x:@sandbox\n    description: Hello\n    publish_at: {FAR}\n")
    (world.folder / "broken.json").write_text('{"posts": [')
    (world.folder / "dot.png").write_bytes(PNG)
    campaign = call("POST", "/v1/posts/apply", files["campaign.json"])["run"]["id"]
    call("POST", "/v1/posts/apply", {"schedule": files["later.json"], "idempotencyKey": "used"})
    drafts = [call("POST", "/v1/posts/apply", files["draft.json"])["run"]["id"] for _ in range(4)]
    file = {"filename": "dot.png", "mime": "image/png", "contentBase64": base64.b64encode(PNG).decode()}
    assets = [call("POST", "/v1/assets/upload", file)["asset"]["id"] for _ in range(4)]
    for one in public:
        while call("GET", f"/v1/runs/{one['run']['id']}/status")["run"]["status"] != "completed":
            time.sleep(0.1)
    runs, posts = [one["run"]["id"] for one in public], [one["posts"][0]["id"] for one in public]
    world.known |= {"account": account["id"], "connection": connection, "run": runs[0], "campaign": campaign, "post": posts[0]}
    world.known |= {"later": waiting[2], "preview": '{"description":"Hello"}'}
    world.pools |= {"waiting": waiting[:2], "public": posts[1:3], "public_too": posts[3:], "draft": drafts[:2], "draft_too": drafts[2:]}
    world.pools |= {"asset": assets[:2], "asset_too": assets[2:], "fresh": ["one", "two"]}


STEPS = [
    {"id": "first", "description": "First", "publish_at": FAR},
    {
        "id": "second",
        "description": "Second",
        "publish_at": "2027-03-01T11:00:00Z",
        "interaction_type": "reply",
        "reply_to_step_id": "first",
    },
]


@pytest.mark.parametrize("line", [*LOOKING, *CHANGING])
def test_both_print_the_same_and_end_alike(world: World, line: str) -> None:
    told = world.told[line]
    assert told.theirs.crash == ""
    assert told.ours.exit == told.theirs.exit, f"{told.ours.stdout}{told.ours.stderr}\n--\n{told.theirs.stdout}{told.theirs.stderr}"
    if "--json" not in line or not told.theirs.stdout.strip():
        assert bool(told.ours.stderr) == bool(told.theirs.stderr)
        return
    theirs, ours = answer(told.theirs.stdout), answer(told.ours.stdout)
    if line in DIFFERENT or theirs.get("code") in SAME_SAVE_WORDS or theirs.get("action") in SAME_SAVE_WORDS:
        theirs, ours = ({name: one[name] for name in one if name not in ("message", "details")} for one in (theirs, ours))
    assert [*differences(plain(ours), plain(theirs))] == []


def differences(ours: Any, theirs: Any, where: str = "") -> Iterator[str]:
    """By their places: answers are long."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in ours.keys() | theirs.keys():
            yield from differences(ours.get(name, "nothing"), theirs.get(name, "nothing"), f"{where}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{where}[{number}]")
    elif ours != theirs:
        yield f"{where}: ours is {ours!r}, theirs {theirs!r}"


def answer(printed: str) -> Any:
    """The JSON that a command ends with; indented as JSON.stringify does it."""
    begin = re.search(r"^\{$", printed, re.MULTILINE)
    assert begin, printed
    text = printed[begin.start() :]
    found = json.loads(text)
    assert text == json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    return found


def plain(value: Any) -> Any:
    """Without what no two calls have in common: ids by the order they come in, times, secrets in addresses."""
    text = json.dumps(value, sort_keys=True)
    seen: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"{found[1]}-{len(seen)}")

    text = re.sub(r"\b([a-z]+)_[0-9a-z]{6,10}_[0-9a-f]{12}\b", named, text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "time", text)
    text = re.sub(r"(/media/[^/\"]+/)[\w-]+/", r"\1token/", text)
    text = re.sub(r"/sandbox/at/[^/\"]+/", "/sandbox/at/somebody/", text)
    text = re.sub(r"\b(Public|Waiting) \d", r"\1", text)
    text = re.sub(r'(?<=[/"])\d{15,}\b', "number", text)  # that a network gave
    text = re.sub(r'"analyticsSnapshots": \d+', '"analyticsSnapshots": "some"', text)  # they are collected meanwhile
    text = re.sub(r'"objectKey": "[^"]*"', '"objectKey": "somewhere"', text)  # of the first file that held the same
    return json.loads(re.sub(r"(/authorize\?)[^\"]+", r"\1…", text))


def test_there_are_enough_words_to_tell(world: World) -> None:
    assert len({*LOOKING, *CHANGING}) >= 80
    assert {told.theirs.exit for told in world.told.values()} == {0, exits.USAGE, exits.NO_ACCESS, exits.NO_PLAN, exits.FAILED}
    assert not any(pool for pool in world.pools.values()), "each of the two has used what was made for it"


def test_a_login_is_kept_where_the_official_one_looks_and_for_nobody_else(world: World) -> None:
    written = world.folder / "ours" / "key" / ".socialclaw" / "config.json"
    assert json.loads(written.read_text()) == {"apiKey": world.key, "baseUrl": world.base}
    assert written.stat().st_mode & 0o777 == 0o600
