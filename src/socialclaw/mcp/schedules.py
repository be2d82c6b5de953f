"""Tools for schedules: checked, applied, followed until their run is over."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from socialclaw.client import ClientError
from socialclaw.mcp.answers import cut, failure, quoted, there
from socialclaw.mcp.entry import OBJECT, TEXT, WHOLE, YES_NO, Answer, Asking, Tool, shaped
from socialclaw.mcp.posts import FIRST_WORDS, OF_POST, row
from socialclaw.mcp.reach import get, only, plain, send

LONGEST_WAIT = 50  # seconds
LIFE = timedelta(hours=24)  # for which the same schedule without a key of its own is the same run
MOST_APPLIED = 50  # runs of the same schedule that are followed up, one after the other
SCHEDULE = {
    "type": "object",
    "description": (
        'As {"timezone":"Europe/Berlin","posts":[{"account":"x:@name","description":"Text",'
        '"publish_at":"2030-01-31T09:00:00+01:00","assets":["<url>"],"settings":{}}]}; without publish_at it goes out at once. '
        'Threads: "campaigns":[{"targets":[{"account":"…","steps":[{"id":"a","description":"…"}]}]}]. "mode":"draft" holds it back.'
    ),
}


async def validate_schedule(asking: Asking, given: Mapping[str, Any]) -> Answer:
    try:
        found = await asking.api.validate(given["schedule"])
    except ClientError as error:
        if error.status != 422:
            raise
        told = failure(error, "validate_schedule", "POST /v1/posts/validate", ())
        return {"valid": False, **only(told, "issues", "moreIssues", "next")}
    posts = [there(path=one.get("path"), account=one.get("account"), at=one.get("publishAtUtc")) for one in found["posts"]]
    return {"valid": True, "mode": found["mode"], "totalPosts": found["totalPosts"], "posts": posts, **_warnings(found)}


def _warnings(found: Mapping[str, Any]) -> dict[str, Any]:
    return there(warnings=[{name: one[name] for name in ("path", "code", "message")} for one in found.get("warnings", ())])


async def preview_campaign(asking: Asking, given: Mapping[str, Any]) -> Answer:
    graph = plain(await asking.api.preview(given["schedule"]))["campaign"]
    lines = []
    for campaign in graph["campaigns"]:
        for target in campaign["targets"]:
            for step in target["steps"]:
                what = cut(step.get("description") or step.get("name") or "", FIRST_WORDS)
                at, how = step.get("publishAtUtc"), step.get("interactionType") or "post"
                lines.append(f"{at} {target['account']} {how} {step.get('stepId') or step.get('id')}: {what}")
    return {"mode": graph["mode"], "totalSteps": graph["totalSteps"], "steps": lines}


async def apply_schedule(asking: Asking, given: Mapping[str, Any]) -> Answer:
    schedule = given["schedule"]
    if key := given.get("idempotencyKey") or schedule.get("idempotencyKey"):
        return _applied(await asking.api.apply(schedule, idempotency_key=key), chosen=True)
    key = await content_key(asking, schedule)
    for _ in range(MOST_APPLIED):
        found = plain(await asking.api.apply(schedule, idempotency_key=key))
        if not found.get("duplicate") or not await _is_old(asking, found["run"]["createdAt"]):
            break
        key = f"mcp:{_hash(key, found['run']['id'])}"  # that one is long over, so this is meant anew: the next key of the row
    return _applied(found, chosen=False)


async def content_key(asking: Asking, schedule: Mapping[str, Any]) -> str:
    """The key of a schedule that comes without one, by what it says and who sends it."""
    who = (await get(asking, "/v1/keys/validate"))["apiKey"]["id"]
    return f"mcp:{_hash(who, json.dumps(schedule, sort_keys=True, ensure_ascii=False))}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


async def _is_old(asking: Asking, made: str) -> bool:
    """By the clock that it was made by: a test workspace may have its own."""
    then = datetime.fromisoformat(made)
    if datetime.now(UTC) - then < LIFE:
        return False
    try:
        clock = (await get(asking, "/v1/sandbox/clock"))["clock"]
    except ClientError as error:
        if error.status not in (403, 404):
            raise
        return True
    return datetime.fromisoformat(clock["now"]) - then >= LIFE


def _applied(found: Mapping[str, Any], *, chosen: bool) -> Answer:
    posts = [{"id": one["id"], "account": one["account"], "at": one["publishAtUtc"], "status": one["status"]} for one in found["posts"]]
    duplicate = bool(found.get("duplicate"))
    say = "This was applied before; nothing was made. To publish it once more, pass another idempotencyKey." if duplicate else None
    return {
        "runId": found["run"]["id"],
        "status": found["run"]["status"],
        "mode": found["run"]["mode"],
        "duplicate": duplicate,
        "totalPosts": len(posts),
        "posts": posts,
        **there(say=None if chosen else say),
        **_warnings(found),
    }


async def publish_draft(asking: Asking, given: Mapping[str, Any]) -> Answer:
    body = only(given, "startAt")
    return _applied(await send(asking, "/v1/runs/{}/publish", given["runId"], body=body), chosen=True)


async def run_status(asking: Asking, given: Mapping[str, Any]) -> Answer:
    """Waits until the run is over, or so long."""
    loop, over = asyncio.get_running_loop(), ("draft", "completed", "partial_failed")
    until, wait = loop.time() + int(given.get("waitSeconds", 0)), 0
    while True:
        found = await get(asking, "/v1/runs/{}/status", given["runId"], fields="run,summary", wait=wait or None)
        wait = int(min(LONGEST_WAIT, until - loop.time()))
        if wait < 1 or found["run"]["status"] in over:
            break
    failed = await get(asking, "/v1/posts", runId=given["runId"], status="failed", limit=20, fields=f"{OF_POST},error")
    rows = [{**row(one), **quoted(one.get("error"))} for one in failed["posts"]]
    return {"runId": given["runId"], "status": found["run"]["status"], "summary": found["summary"], "failed": rows}


APPLIED = shaped(runId=TEXT, status=TEXT, mode=TEXT, duplicate=YES_NO, totalPosts=WHOLE, posts={"type": "array"}, say=TEXT)

TOOLS = (
    Tool(
        "validate_schedule",
        "Validate a schedule",
        "R",
        "POST /v1/posts/validate",
        "validate",
        "Check a schedule without publishing anything. Answers valid, or issues with path, message and fix. Always before apply_schedule.",
        validate_schedule,
        {"schedule": SCHEDULE},
        ("schedule",),
        shaped(
            valid=YES_NO,
            mode=TEXT,
            totalPosts=WHOLE,
            posts={"type": "array"},
            issues={"type": "array"},
            warnings={"type": "array"},
            next=TEXT,
        ),
        usual=True,
    ),
    Tool(
        "preview_campaign",
        "Preview a campaign",
        "R",
        "POST /v1/campaigns/preview",
        "validate",
        "The steps of a schedule of campaigns in order, a line each. Publishes nothing; a flat list of posts has no preview.",
        preview_campaign,
        {"schedule": OBJECT},
        ("schedule",),
        usual=True,
    ),
    Tool(
        "apply_schedule",
        "Publish a schedule",
        "WDIO",
        "POST /v1/posts/apply",
        "draft",
        "Publish or schedule it. Safe to repeat: the same schedule within 24 h answers the first run. Answers runId and the posts.",
        apply_schedule,
        {"schedule": OBJECT, "idempotencyKey": TEXT},
        ("schedule",),
        APPLIED,
        usual=True,
    ),
    Tool(
        "publish_draft",
        "Publish a draft",
        "WDO",
        "POST /v1/runs/{runId}/publish",
        "publish",
        'Schedule a run that was applied with "mode":"draft". startAt moves its first post there and keeps the distances.',
        publish_draft,
        {"runId": TEXT, "startAt": TEXT},
        ("runId",),
        usual=True,
    ),
)
STATUS = (
    Tool(
        "run_status",
        "How far a run is",
        "R",
        "GET /v1/runs/{runId}/status",
        "read",
        "Counts of a run's posts by status, and the failed ones. waitSeconds waits until it is over, at most so long.",
        run_status,
        {"runId": TEXT, "waitSeconds": {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT}},
        ("runId",),
        shaped(runId=TEXT, status=TEXT, summary=OBJECT, failed={"type": "array"}),
        usual=True,
    ),
)
