"""Tools for how things stand: figures, usage, health, and who the caller is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialclaw.mcp.answers import there
from socialclaw.mcp.entry import TEXT, Answer, Asking, Tool, one_of
from socialclaw.mcp.reach import get, only, plain, send

WINDOWS = one_of("lifetime", "24h", "7d", "30d")
SNAPSHOT = ("status", "supported", "metricWindow", "collectedAt", "metrics", "message")


async def get_analytics(asking: Asking, given: Mapping[str, str]) -> Answer:
    scope = given["scope"]
    found = await get(asking, f"/v1/analytics/{scope}s/{{}}", given["id"], window=given.get("window"))
    latest = found.get("latest") or found.get("snapshot")
    summary = found.get("summary")
    return {
        "scope": scope,
        "id": given["id"],
        **there(summary=summary, **only(latest or {}, *SNAPSHOT)),
        "collected": bool(latest or summary),
    }


async def refresh_analytics(asking: Asking, given: Mapping[str, str]) -> Answer:
    found = await send(asking, "/v1/analytics/refresh", body=given)
    return {"postId": given["postId"], **there(**only(found.get("snapshot") or {}, *SNAPSHOT))}


async def workspace_usage(asking: Asking, given: Mapping[str, Any]) -> Answer:
    return dict((await asking.api.usage())["usage"])


async def workspace_health(asking: Asking, given: Mapping[str, str]) -> Answer:
    if "provider" not in given:
        health = dict((await asking.api.workspace_health())["health"])
        return {**health, "tenant": only(plain(health.get("tenant") or {}), "id", "name", "mode")}
    found = await asking.api.connections_health(given["provider"])
    kept = ("id", "provider", "handle", "publishable", "tokenHealth", "tokenRefreshStatus", "tokenRefreshFailureCode", "expiresAt")
    return {"summary": found["summary"], "accounts": [there(**only(one, *kept)) for one in found["connections"]]}


async def get_profile(asking: Asking, given: Mapping[str, Any]) -> Answer:
    found = await get(asking, "/v1/keys/validate")
    workspace = only(found["tenant"], "id", "name", "mode", "timezone", "plan")
    return {"workspace": workspace, "key": only(found["apiKey"], "id", "label", "kind"), "operations": found["operations"]}


TOOLS = (
    Tool(
        "get_analytics",
        "Figures",
        "R",
        "GET /v1/analytics/posts/{postId}",
        "read",
        "What a network reports of a post or an account, or a run's posts added up, as it was last collected.",
        get_analytics,
        {"scope": one_of("post", "account", "run"), "id": TEXT, "window": WINDOWS},
        ("scope", "id"),
        usual=True,
    ),
    Tool(
        "workspace_usage",
        "Usage",
        "R",
        "GET /v1/me/usage",
        "read",
        "What this month has used, and what the plan and the server allow.",
        workspace_usage,
        usual=True,
    ),
    Tool(
        "workspace_health",
        "Health",
        "R",
        "GET /v1/workspace/health",
        "read",
        "Accounts, posts and jobs as numbers; with a provider, how the access of each of its accounts is doing.",
        workspace_health,
        {"provider": TEXT},
        usual=True,
    ),
    Tool(
        "get_profile",
        "Who am I?",
        "R",
        "GET /v1/keys/validate",
        "read",
        "The workspace (mode live or test), its time zone, and what this key may do.",
        get_profile,
        usual=True,
    ),
    Tool(
        "refresh_analytics",
        "Collect figures now",
        "WIO",
        "POST /v1/analytics/refresh",
        "read",
        "Ask the network for a post's figures now, and keep them.",
        refresh_analytics,
        {"postId": TEXT, "window": WINDOWS},
        ("postId",),
    ),
)
