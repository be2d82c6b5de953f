"""A scripted agent that errs on purpose: never two posts, never one at the wrong time, and every error leads on in one step.

It makes every call twice and loses every second answer, sends objects as text, invents fields, and calls again whatever `retryable` says.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mcp import Client

from tests.mcp.conftest import Server
from tests.mcp.playing import over_http

pytestmark = pytest.mark.xdist_group("mcp")
LATER = "2031-03-31T09:00:00.000Z"
Json = dict[str, Any]


class Clumsy:
    """Calls, answers lost, and calls again."""

    def __init__(self, client: Client) -> None:
        self.client, self.calls = client, 0

    async def once(self, tool: str, arguments: Json) -> tuple[bool, Json]:
        answer = await self.client.call_tool(tool, arguments)
        return bool(answer.is_error), json.loads(answer.content[0].text)

    async def call(self, tool: str, arguments: Json) -> tuple[bool, Json]:
        """Twice, and once more where the answer was lost; objects go as text every third time."""
        self.calls += 1
        if self.calls % 3 == 0:
            arguments = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in arguments.items()}
        await self.once(tool, arguments)
        found = await self.once(tool, arguments)
        return found if self.calls % 2 else await self.once(tool, arguments)

    async def led(self, tool: str, arguments: Json, *, code: str) -> Json:
        """A call that errs with this code, and what the step that it names leads to: that must go well."""
        failed, failure = await self.call(tool, arguments)
        assert failed, failure
        assert code in [failure["code"], *(issue["code"] for issue in failure.get("issues", ()))], failure
        assert failure["next"], failure
        await self.once(tool, arguments)  # again, although it may not help
        then = failure.get("tool")
        assert then, failure
        named = {name: value for name, value in arguments.items() if name in ("postId", "runId") and not then.startswith("list_")}
        mended = arguments if then == tool else named
        for issue in failure.get("issues", ()):
            mended = mend(mended, issue) if then == tool else mended
        failed, found = await self.once(then, mended)
        assert not failed, (failure, then, mended, found)
        return found


def mend(arguments: Json, issue: Json) -> Json:
    """What an agent makes of an issue: it goes by its path and its fix alone."""
    text, last = json.dumps(arguments), issue["path"].rpartition(".")[2]
    if said := re.fullmatch(r"Write (\w+)", issue.get("fix", "")):
        text = text.replace(f'"{last}":', f'"{said[1]}":')
    elif most := re.fullmatch(r"At most (\d+)", issue.get("fix", "")):
        text = re.sub(r'"description": "[^"]*"', lambda found: f'{found[0][: 16 + int(most[1])]}"', text)
    elif issue["code"] == "field_unknown":
        text = re.sub(rf'"{last}": "[^"]*", |, "{last}": "[^"]*"|, "{last}": (true|false)', "", text)
    elif issue["code"] == "publish_time_in_past":
        text = re.sub(r'"publish_at": "[^"]*"', f'"publish_at": "{LATER}"', text)
    mended: Json = json.loads(text)
    return mended


async def test_whatever_it_does_wrong_nothing_is_posted_twice_or_at_the_wrong_time(server: Server) -> None:
    mark = f"clumsy-{server.base.rpartition(':')[2]}"
    past = (datetime.now(UTC) - timedelta(days=2)).isoformat()

    def posts(text: str, **more: Any) -> Json:
        return {"schedule": {"posts": [{"account": "x:@sandbox", "description": f"{mark} {text}", **more}]}}

    async with over_http(server.url, server.key, "auto") as client:
        agent = Clumsy(client)
        await agent.led("apply_schedule", posts("misnamed", scheduled_at=LATER), code="field_misnamed")
        await agent.led("apply_schedule", posts("unknown", publish_at=LATER, colour="red"), code="field_unknown")
        await agent.led("apply_schedule", {**posts("argument", publish_at=LATER), "dryRun": True}, code="field_unknown")
        await agent.led("apply_schedule", posts("past", publish_at=past), code="publish_time_in_past")
        await agent.led("apply_schedule", posts("long " * 80, publish_at=LATER), code="x_text_too_long")
        await agent.led("validate_schedule", {"scheduel": posts("name")["schedule"]}, code="field_misnamed")
        accounts = await agent.led(
            "apply_schedule", {"schedule": {"posts": [{"account": "x:@nobody", "description": mark}]}}, code="account_not_found"
        )
        assert "x:@sandbox" in [account["handle"] for account in accounts["accounts"]]

        failed, applied = await agent.call("apply_schedule", posts("now"))
        assert not failed
        run, post = applied["runId"], applied["posts"][0]["id"]
        assert (await agent.once("run_status", {"runId": run, "waitSeconds": 50}))[1]["status"] == "completed"
        await agent.led("retry_post", {"postId": post}, code="post_not_retryable")
        await agent.led("cancel_post", {"postId": post}, code="post_not_cancelable")
        await agent.led("publish_draft", {"runId": run}, code="run_not_draft")
        await agent.led("get_post", {"post_id": post}, code="field_misnamed")
        for tool, missing in (("get_post", "postId"), ("run_status", "runId"), ("cancel_post", "postId")):
            listed = await agent.led(tool, {missing: "nowhere"}, code=f"{missing.removesuffix('Id')}_not_found")
            assert post in [row["id"] for row in listed["posts"]] or listed["nextCursor"]

        _, public = await agent.once("sandbox_feed", {"network": "x", "limit": 100})
        assert [row["quoted"] for row in public["posts"] if mark in row["quoted"]] == [f"{mark} now"]
        stored = (await agent.once("list_posts", {"account": "x:@sandbox", "limit": 100, "from": "2031-01-01T00:00:00Z"}))[1]["posts"]
        mine = sorted(row["text"].removeprefix(mark).split()[0] for row in stored if mark in row["text"])
        assert mine == ["argument", "long", "misnamed", "past", "unknown"], "each once, and each at its time"
        assert {row["at"] for row in stored if mark in row["text"]} == {LATER}
