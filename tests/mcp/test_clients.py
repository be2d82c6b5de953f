"""Official clients, unchanged, of both eras and on both ways: every tool called well and badly, and all that is listed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx2
import pytest

from socialclaw.mcp.answers import MOST_BYTES
from socialclaw.mcp.guide import GUIDE, INSTRUCTIONS
from socialclaw.mcp.prompts import PROMPTS
from socialclaw.mcp.resources import RESOURCES, TEMPLATES
from socialclaw.mcp.table import TABLE
from tests.mcp.conftest import Server
from tests.mcp.playing import COMMAND, Told, by_node, by_python, environment, over_http, over_stdio
from tests.mcp.scenario import BAD, steps

pytestmark = pytest.mark.xdist_group("mcp")
FIRST, SECOND = "2025-11-25", "2026-07-28"


def judged(told: Told, version: str) -> None:
    """What every client must have been told."""
    good = steps("x")
    for answer in told["answers"]:
        assert "thrown" not in answer, answer
        assert len(answer["text"].encode()) <= MOST_BYTES, answer["tool"]
    for answer, (name, _, _) in zip(told["answers"][: len(good)], good, strict=True):
        assert (answer["tool"], answer["isError"]) == (name, False), answer
        assert json.loads(answer["text"]) == answer["structured"], name
    for answer, (name, arguments, _) in zip(told["answers"][len(good) :], BAD, strict=True):
        assert answer["isError"], (name, arguments, answer)
        assert answer["structured"] is None, name
        failure = json.loads(answer["text"])
        assert {"code", "message", "next", "retryable"} <= set(failure), failure
        assert failure.get("tool", "get_post") in TABLE
    by_tool = {answer["tool"]: answer["structured"] for answer in told["answers"][: len(good)]}
    assert by_tool["run_status"]["status"] == "completed"
    assert by_tool["get_post"]["status"] == "published"
    assert by_tool["get_post"]["url"].startswith("http")
    assert by_tool["validate_schedule"]["valid"] is True
    assert {name for name, _, _ in good} >= {name for name in TABLE if name != "retry_post"}, "a tool that is never called well"
    assert {name for name, _, _ in BAD} >= set(TABLE), "a tool that is never called badly"
    assert [tool["name"] for tool in told["tools"]] == [*TABLE]
    assert told["resources"] == [one.uri for one in (*RESOURCES, *TEMPLATES)]
    assert told["prompts"] == [*PROMPTS]
    assert told["guide"] == GUIDE
    assert told["instructions"] == INSTRUCTIONS
    assert "post_1" in told["prompt"]
    assert told["version"] in (version, None), "SDK 1 does not tell it over stdio"


@pytest.mark.parametrize(("mode", "version"), [("legacy", FIRST), ("auto", SECOND)])
async def test_the_python_client_over_http(server: Server, mode: str, version: str) -> None:
    async with over_http(server.url, server.key, mode) as client:
        judged(await by_python(client, [*steps(f"python-http-{mode}"), *BAD]), version)


async def test_the_python_client_over_stdio(server: Server) -> None:
    async with over_stdio(server.base, server.key, "auto") as client:
        judged(await by_python(client, [*steps("python-stdio"), *BAD]), SECOND)


@pytest.mark.parametrize(("era", "version"), [("first", FIRST), ("second", SECOND)])
def test_the_typescript_clients_over_http(server: Server, era: str, version: str) -> None:
    where = {"era": era, "url": server.url, "key": server.key}
    judged(by_node({**where, "steps": [*steps(f"node-http-{era}"), *BAD]}), version)


def test_the_typescript_client_over_stdio(server: Server) -> None:
    command = {"command": COMMAND[0], "args": COMMAND[1:], "env": environment(server.base, server.key)}
    judged(by_node({"era": "first", "command": command, "steps": [*steps("node-stdio"), *BAD]}), FIRST)


async def test_both_ways_list_the_same_tools_but_for_files_of_ones_own_machine(server: Server) -> None:
    async with over_http(server.url, server.key, "auto") as client:
        remote = (await client.list_tools()).tools
    async with over_stdio(server.base, server.key, "auto") as client:
        local = (await client.list_tools()).tools
    upload = next(tool for tool in local if tool.name == "upload_asset")
    assert upload.input_schema["properties"].pop("filePath")
    assert local == remote


async def test_a_file_below_the_root_is_uploaded_and_none_above_it(server: Server, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "note.txt").write_text("kept")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    async with over_stdio(server.base, server.key, "auto", "--root", str(root)) as client:
        for outside in ("../secret.txt", "link.txt", str(tmp_path / "secret.txt"), "none.txt"):
            refused = await client.call_tool("upload_asset", {"filePath": outside})
            assert refused.is_error, outside
            assert "filePath" in refused.content[0].text
        kept = await client.call_tool("upload_asset", {"filePath": "note.txt"})
    assert httpx2.get(kept.structured_content["publicUrl"]).text == "kept"


async def test_a_key_that_is_missing_is_told_at_the_first_call(server: Server, tmp_path: Path) -> None:
    async with over_stdio(server.base, "", "auto") as client:
        refused = await client.call_tool("list_accounts", {})
    assert json.loads(refused.content[0].text)["code"] == "auth_missing"


def test_who_has_no_key_is_told_where_to_get_one(server: Server) -> None:
    refused = httpx2.post(f"{server.base}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
    assert (refused.status_code, refused.json()["code"]) == (401, "auth_missing")
    where = re.search(r'resource_metadata="([^"]+)"', refused.headers["www-authenticate"])
    assert where
    assert httpx2.get(where[1]).json()["resource"] == f"{server.base}/mcp"
