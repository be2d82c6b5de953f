"""Schedules in files: every kind says the same, times stay as they were written, and what is wrong is told by file, line and column."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import openpyxl
import pytest

from socialclaw.cli.remote import exits, uploading
from socialclaw.cli.remote.command import Refused
from socialclaw.cli.remote.files import documents
from socialclaw.cli.remote.files.document import shown
from socialclaw.cli.remote.files.documents import load
from socialclaw.sdk import Client
from tests.cli.remote.conftest import Say, Scripted

WHEN = "2026-12-24T10:00:00"
SAID = {"posts": [{"account": "x:@a", "description": "NO", "publish_at": WHEN}, {"account": "x:@b", "description": "10:30"}]}
YAML = f"""\
posts:
  - account: x:@a
    description: NO
    publish_at: {WHEN}
  - account: x:@b
    description: 10:30
"""
CSV = f"account,text,publish_at\nx:@a,NO,{WHEN}\nx:@b,10:30,\n"


def written(name: str, content: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def workbook(name: str) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["account", "text", "publish_at"], ["x:@a", "NO", datetime.fromisoformat(WHEN)], [], ["x:@b", "10:30", None]):
        sheet.append(row)
    book.save(name)
    return Path(name)


def folder(name: str) -> Path:
    written(f"{name}/1.md", f"---\naccount: x:@a\npublish_at: {WHEN}\n---\nNO\n")
    return written(f"{name}/2.md", "---\naccount: x:@b\n---\n\n10:30\n").parent


def test_every_kind_of_file_says_the_same(home: Path) -> None:
    """Times stay text, in whose zone they are is the schedule's; and YAML 1.2 has no `NO`, and no numbers of base sixty."""
    files = [written("a.json", json.dumps(SAID)), written("a.yaml", YAML), written("a.yml", YAML), written("a.csv", CSV)]
    files += [written("none", YAML), workbook("a.xlsx"), folder("posts")]
    assert {str(path): load(str(path)).schedule for path in files} == {str(path): SAID for path in files}


@pytest.mark.parametrize(
    ("name", "path", "place"),
    [
        ("a.json", "posts[1].description", "a.json:6:5"),
        ("a.yaml", "posts[0].publish_at", "a.yaml:4:5"),
        ("a.yaml", "posts[1].settings.replyControl", "a.yaml:5:5"),
        ("a.yaml", "mode", "a.yaml:1:1"),
        ("a.csv", "posts[1].description", "a.csv:3:2"),
        ("a.xlsx", "posts[1].description", "a.xlsx:4:2"),
        ("posts", "posts[0].publish_at", "posts/1.md:3:1"),
        ("posts", "posts[1].description", "posts/2.md:4"),
    ],
)
def test_a_place_in_a_schedule_is_a_place_in_its_file(home: Path, name: str, path: str, place: str) -> None:
    written("a.json", '{"posts": [\n  {\n    "account": "x:@a"\n  },\n  {"account": "x:@b",\n    "description": "10:30"}\n]}')
    written("a.yaml", YAML)
    written("a.csv", CSV)
    workbook("a.xlsx")
    folder("posts")
    assert shown(load(name).spot(path)) == place


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", '{"posts": [\n}', r"a\.json:2:1: This is no JSON"),
        ("a.json", "[1]", r"a\.json: A schedule is an object"),
        ("a.yaml", "posts:\n  - a: [1\n", r"a\.yaml:3:1: This is no YAML"),
        ("a.yaml", "posts: []\nposts: []\n", r"a\.yaml:2:1: This is no YAML: found duplicate key"),
        ("a.csv", "text\nHello\n", r"a\.csv: line 1: No column is called account"),
        ("a.csv", "account,settings\nx:@a,{\n", r"a\.csv:2: settings must be a JSON object"),
        ("a.xlsx", "no workbook", r"a\.xlsx is no workbook"),
        ("a.md", "Hello", "is Markdown: name the folder"),
        ("d/a.md", "Hello", r"a\.md:1: A post begins with its fields"),
        ("d/a.md", "---\nlabels: [a]\n---\nHello", r"a\.md:1: It names no account"),
        ("d/a.md", "---\naccount: [x\n---\nHello", r"a\.md:\d:\d+: This is no YAML"),
        ("d/a.txt", "Hello", "holds no Markdown"),
    ],
)
def test_a_file_that_is_no_schedule_is_refused_with_the_place(home: Path, name: str, content: str, said: str) -> None:
    written(name, content)
    with pytest.raises(Refused, match=said):
        load("d" if name.startswith("d/") else name)


def test_a_thread_in_markdown_is_a_campaign_of_replies(home: Path) -> None:
    written(
        "posts/launch.md",
        f"---\naccounts: [x:@a, x:@b]\npublish_at: {WHEN}\nlabels: [launch]\n---\nFirst ![A cat](cat.png)\n\n---\nSecond\n",
    )
    first = {"labels": ["launch"], "description": "First", "assets": [{"url": "cat.png", "altText": "A cat"}]}
    steps = [first, {"labels": ["launch"], "description": "Second", "interaction_type": "reply"}]
    targets = [{"account": account, "steps": steps} for account in ("x:@a", "x:@b")]
    assert load("posts").schedule == {"campaigns": [{"id": "launch", "name": "launch", "publish_at": WHEN, "targets": targets}]}


def test_standard_input_is_read_as_what_it_looks_like(server: Scripted, say: Say) -> None:
    server.answers["POST /v1/posts/validate"] = (200, {"ok": True, "totalPosts": 2, "totalCampaigns": 0, "mode": "scheduled"})
    for text in (json.dumps(SAID), YAML):
        assert say("validate", "-f", "-", input=text).exit_code == 0
    assert server.bodies("POST /v1/posts/validate") == [{"schedule": SAID}] * 2


def test_what_the_server_finds_wrong_is_told_by_the_lines_of_the_file(server: Scripted, say: Say) -> None:
    issues = [
        {"path": "posts[0].publish_at", "code": "publish_time_past", "message": "It is past", "details": {}},
        {"path": "posts[1]", "code": "account_not_found", "message": "There is no x:@b", "details": {}},
    ]
    body = {"ok": False, "code": "publish_time_past", "message": "It is past", "details": {"issues": issues}}
    server.answers["POST /v1/posts/validate"] = (422, body)
    written("a.yaml", YAML)
    told = say("validate", "-f", "a.yaml")
    assert told.exit_code == 6
    assert told.stderr.splitlines()[:2] == [
        "socialclaw: a.yaml:4:5: It is past (publish_time_past)",
        "socialclaw: a.yaml:5:5: There is no x:@b (account_not_found)",
    ]
    assert json.loads(say("validate", "-f", "a.yaml", "--json").stdout) == body


def test_warnings_are_told_and_hold_up_nothing(server: Scripted, say: Say) -> None:
    warning = {"path": "posts[0].publish_at", "code": "publish_time_is_midnight", "message": "Midnight", "details": {}}
    answer = {"ok": True, "totalPosts": 2, "mode": "scheduled", "warnings": [warning]}
    server.answers["POST /v1/posts/validate"] = (200, answer)
    written("a.yaml", YAML)
    told = say("validate", "-f", "a.yaml")
    assert (told.exit_code, told.stderr) == (0, "socialclaw: a.yaml:4:5: Midnight (publish_time_is_midnight) (warning)\n")


def test_a_file_is_judged_whenever_it_is_saved_until_somebody_has_seen_enough(
    server: Scripted, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["POST /v1/posts/validate"] = (200, {"ok": True, "totalPosts": 2, "mode": "scheduled"})
    saved = iter([YAML, "posts: [", YAML])

    def save_or_stop(_: float) -> None:
        try:
            written("a.yaml", next(saved))
        except StopIteration:
            raise KeyboardInterrupt from None
        os.utime("a.yaml", (0, len(moments)))
        moments.append(1)

    moments: list[int] = []
    save_or_stop(0)
    monkeypatch.setattr("socialclaw.cli.remote.watch.time.sleep", save_or_stop)
    told = say("watch", "-f", "a.yaml")
    assert told.exit_code == exits.INTERRUPTED
    assert told.stdout.count("Valid: 2 posts") == 2
    assert "a.yaml:1:9: This is no YAML" in told.stderr


def uploads(server: Scripted) -> int:
    return len(server.bodies("POST /v1/assets/upload"))


def test_a_local_file_is_uploaded_once_and_named_by_its_url(server: Scripted, say: Say) -> None:
    """Once for all posts that have it, whatever it is called, and not again the next time."""
    asset = {"id": "asset_1", "publicUrl": "https://a.example/a.png", "status": "ready"}
    server.answers["POST /v1/assets/upload"] = (201, {"ok": True, "asset": asset})
    server.answers["GET /v1/assets/asset_1"] = (200, {"ok": True, "asset": asset})
    server.answers["POST /v1/posts/apply"] = (201, {"ok": True, "run": {"id": "run_1", "mode": "scheduled"}, "posts": []})
    for name in ("media/a.png", "media/b.png"):
        written(name, "the same bytes")
    posts = [
        {"account": "x:@a", "media_link": "a.png"},
        {"account": "x:@a", "assets": ["a.png", {"url": "./b.png", "altText": "B"}, "https://b.example/c.png"]},
    ]
    written("media/posts.json", json.dumps({"posts": posts}))
    assert say("apply", "-f", "media/posts.json").exit_code == 0
    assert uploads(server) == 1
    (sent,) = server.bodies("POST /v1/posts/apply")
    kept = {"id": "asset_1", "url": asset["publicUrl"], "managed": True}
    assert sent["schedule"]["posts"] == [
        {"account": "x:@a", "media_link": asset["publicUrl"]},
        {"account": "x:@a", "assets": [kept, kept | {"altText": "B"}, "https://b.example/c.png"]},
    ]
    assert say("apply", "-f", "media/posts.json").exit_code == 0
    assert uploads(server) == 1
    asset["deleteAfter"] = WHEN
    assert say("apply", "-f", "media/posts.json").exit_code == 0
    assert uploads(server) == 2, "what is about to be deleted is no good any more"


@pytest.mark.parametrize(("media", "said"), [("gone.png", "There is no file gone.png"), ("notes.txt", "no picture and no film")])
def test_a_path_that_leads_to_no_media_is_refused_with_its_place_and_nothing_is_sent(
    server: Scripted, say: Say, media: str, said: str
) -> None:
    written("notes.txt", "secret")
    written("a.yaml", f"posts:\n  - account: x:@a\n    media_link: {media}\n")
    told = say("validate", "-f", "a.yaml")
    assert (told.exit_code, server.seen) == (6, [])
    assert "a.yaml:3:5" in told.stderr
    assert said in told.stderr


def test_a_schedule_of_a_project_with_one_account_need_not_name_it(server: Scripted, say: Say) -> None:
    server.answers["POST /v1/posts/validate"] = (200, {"ok": True, "totalPosts": 1, "mode": "scheduled"})
    written(".socialclaw.toml", 'accounts = ["x:@brand"]')
    written("a.yaml", "posts:\n  - text: Hello\n")
    assert say("validate", "-f", "a.yaml").exit_code == 0
    assert server.bodies("POST /v1/posts/validate")[0]["schedule"]["posts"] == [{"text": "Hello", "account": "x:@brand"}]


def test_a_large_file_goes_in_parts(server: Scripted, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "LARGE", 4)
    Path("a.mp4").write_bytes(b"0123456789")
    upload = {"uploadId": "up_1", "partSize": 6, "totalParts": 2, "missing": [1, 2]}
    upload["parts"] = [{"PartNumber": 1, "ETag": "a"}, {"PartNumber": 2, "ETag": "b"}]
    begun = {"ok": True, "asset": {"id": "asset_1"}, "upload": upload}
    server.answers["POST /v1/assets/uploads"] = (201, begun)
    server.answers["GET /v1/assets/uploads/asset_1"] = (200, begun)
    server.answers["POST /v1/assets/uploads/asset_1/part"] = (200, {"ok": True, "url": f"{server.base}/put"})
    server.answers["POST /v1/assets/uploads/asset_1/complete"] = (200, {"ok": True, "asset": {"id": "asset_1"}})
    sent: list[bytes] = []
    monkeypatch.setattr(uploading, "_put", lambda client, url, content: sent.append(content))
    assert say("assets", "upload", "-f", "a.mp4", "-q").stdout == "asset_1\n"
    assert sent == [b"012345", b"6789"]
    assert server.bodies("POST /v1/assets/uploads") == [{"filename": "a.mp4", "size": 10, "mime": "video/mp4"}]


def test_a_part_that_gets_no_answer_is_sent_again_and_in_the_end_that_is_said() -> None:
    answers: list[httpx2.Response | Exception] = [httpx2.ReadError("reset"), httpx2.Response(503), httpx2.Response(200)]

    def answer(request: httpx2.Request) -> httpx2.Response:
        came = answers.pop(0)
        if isinstance(came, Exception):
            raise came
        return came

    client = Client("http://a.example", http=httpx2.Client(transport=httpx2.MockTransport(answer)))
    uploading._put(client, "http://a.example/part", b"1")
    assert answers == []
    answers += [httpx2.ReadError("reset") for _ in range(3)]
    with pytest.raises(Refused, match="not taken: reset"):
        uploading._put(client, "http://a.example/part", b"1")


def test_json_that_is_right_is_read_without_looking_for_places(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of ten thousand posts is read in a moment; where things are in it is looked for once somebody asks."""
    asked: list[str] = []
    monkeypatch.setattr(documents._Later, "__call__", lambda self, path: asked.append(path))
    load(str(written("a.json", json.dumps(SAID))))
    assert asked == []
