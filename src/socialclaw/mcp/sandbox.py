"""Tools of test workspaces: their clock, faults of the simulated networks, what the public sees there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialclaw.mcp.answers import quoted, there
from socialclaw.mcp.entry import NUMBER, TEXT, Answer, Asking, Tool, one_of, up_to
from socialclaw.mcp.reach import get, only, send


async def sandbox_clock(asking: Asking, given: Mapping[str, Any]) -> Answer:
    action = given.get("action", "read")
    if action == "read":
        found = await get(asking, "/v1/sandbox/clock")
    else:
        body = only(given, "to", "days", "hours", "minutes") if action == "advance" else None
        found = await send(asking, f"/v1/sandbox/clock/{action}", body=body)
    done = found.get("rehearsed", {})
    return {**found["clock"], **there(**only(done, "complete", "outcomes", "instants"))}


async def sandbox_fault(asking: Asking, given: Mapping[str, Any]) -> Answer:
    found = await send(asking, "/v1/sandbox/networks/{}/faults", given["network"], body=only(given, "kind", "match", "times", "seconds"))
    return {name: value for name, value in found.items() if name != "ok"}


async def sandbox_feed(asking: Asking, given: Mapping[str, Any]) -> Answer:
    found = await get(asking, "/v1/sandbox/networks/{}/posts", given["network"], limit=given.get("limit", 20))
    return {"posts": [{**there(**only(one, "id", "account", "media", "url", "replyTo")), **quoted(one["text"])} for one in found["posts"]]}


TOOLS = (
    Tool(
        "sandbox_clock",
        "The test clock",
        "W",
        "POST /v1/sandbox/clock/advance",
        "rehearse",
        "A test workspace's own time: read it, freeze it, advance it (what is due on the way happens at once), or resume it.",
        sandbox_clock,
        {"action": one_of("read", "freeze", "advance", "resume"), "to": TEXT, "days": NUMBER, "hours": NUMBER, "minutes": NUMBER},
        of_test=True,
    ),
    Tool(
        "sandbox_fault",
        "Arm a fault",
        "W",
        "POST /v1/sandbox/networks/{network}/faults",
        "rehearse",
        "Make the next calls to a simulated network fail: kind error, timeout_after, rate_limit …; an unknown kind lists them.",
        sandbox_fault,
        {"network": TEXT, "kind": TEXT, "match": TEXT, "times": up_to(100), "seconds": NUMBER},
        ("network",),
        of_test=True,
    ),
    Tool(
        "sandbox_feed",
        "What the public sees",
        "R",
        "GET /v1/sandbox/networks/{network}/posts",
        "read",
        "The posts of this test workspace on a simulated network, newest first.",
        sandbox_feed,
        {"network": TEXT, "limit": up_to(100, 20)},
        ("network",),
        of_test=True,
    ),
)
