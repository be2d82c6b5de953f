"""Tools for posts: what became of each, and what can be done about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from socialclaw.mcp.answers import cut, quoted, there
from socialclaw.mcp.entry import TEXT, WHOLE, YES_NO, Answer, Asking, Tool, shaped, up_to
from socialclaw.mcp.reach import get, only, page, paged

FIRST_WORDS = 80  # characters of a post in a list
OF_POST = "publishAtUtc,description,name,providerUrl,errorCode"
STATUSES = "draft scheduled publishing published retry_pending failed canceled"


async def list_posts(asking: Asking, given: Mapping[str, Any]) -> Answer:
    where = page(given, 20)
    query = only(given, "runId", "status", "account", "provider", "campaignId", "from", "to")
    found = await get(asking, "/v1/posts", fields=OF_POST, **query, **where)
    return {"posts": [row(one) for one in found["posts"]], **paged(found["posts"], found["total"], where["offset"])}


def row(post: Mapping[str, Any]) -> dict[str, Any]:
    text = cut(post.get("description") or post.get("name") or "", FIRST_WORDS)
    facts = there(at=post.get("publishAtUtc"), url=post.get("providerUrl"), errorCode=post.get("errorCode"), text=text)
    return {"id": post["id"], "account": post["account"], "status": post["status"], **facts}


async def get_post(asking: Asking, given: Mapping[str, Any]) -> Answer:
    return told(await asking.api.post(given["postId"]))


def told(found: Mapping[str, Any]) -> Answer:
    """A post, what became of it and what to do."""
    post, leads = found["post"], found.get("next") or {}
    if post["status"] == "scheduled" and post.get("blockedBy"):
        leads = {"do": "Wait: it goes on by itself when what `blockedBy` names is over."}
    return {
        "id": post["id"],
        "account": post["account"],
        "status": post["status"],
        "attempts": post["attempts"],
        **there(
            runId=post["runId"],
            at=post["publishAtUtc"],
            publishedAt=post["publishedAt"],
            nextAttemptAt=post["nextAttemptAt"],
            url=post["providerUrl"],
            text=cut(post["description"] or post["name"] or "", 500),
            blockedBy=post["blockedBy"],
            errorCode=post["errorCode"],
            error=quoted(post["error"]),
            next=leads.get("do"),
            tool=leads.get("tool"),
        ),
    }


async def post_attempts(asking: Asking, given: Mapping[str, Any]) -> Answer:
    found = await asking.api.attempts(given["postId"])
    tries = []
    for one in found["attempts"]:
        said = (one.get("details") or {}).get("said")
        words = " · ".join(str(part) for part in (one["message"], said and json.dumps(said, ensure_ascii=False)) if part)
        facts = there(startedAt=one["startedAt"], finishedAt=one["finishedAt"], code=one["code"])
        tries.append({"no": one["attemptNo"], "stage": one["stage"], "ok": one["ok"], **facts, **quoted(words)})
    return {"postId": given["postId"], "status": found["post"]["status"], "attempts": tries[-20:], "total": len(tries)}


async def retry_post(asking: Asking, given: Mapping[str, Any]) -> Answer:
    return told(await asking.api.retry(given["postId"], force=bool(given.get("force"))))


async def cancel_post(asking: Asking, given: Mapping[str, Any]) -> Answer:
    return told(await asking.api.cancel(given["postId"]))


async def reconcile_post(asking: Asking, given: Mapping[str, Any]) -> Answer:
    return told(await asking.api.reconcile(given["postId"]))


async def delete_post(asking: Asking, given: Mapping[str, Any]) -> Answer:
    return told(await asking.api.delete_post(given["postId"]))


POST_ID = {"postId": TEXT}

TOOLS = (
    Tool(
        "list_posts",
        "List posts",
        "R",
        "GET /v1/posts",
        "read",
        f"Posts by publish time, a short row each; nextCursor leads on. status: {STATUSES.replace(' ', ', ')}.",
        list_posts,
        {
            **dict.fromkeys(("runId", "status", "account", "provider", "campaignId", "from", "to"), TEXT),
            "limit": up_to(100, 20),
            "cursor": TEXT,
        },
        usual=True,
    ),
    Tool(
        "get_post",
        "Look at a post",
        "R",
        "GET /v1/posts/{postId}",
        "read",
        "One post: status, link once it is published, why it failed, and next: what to do about it.",
        get_post,
        POST_ID,
        ("postId",),
        shaped(id=TEXT, account=TEXT, status=TEXT, attempts=WHOLE, url=TEXT, errorCode=TEXT, next=TEXT),
        usual=True,
    ),
    Tool(
        "post_attempts",
        "Attempts at a post",
        "R",
        "GET /v1/posts/{postId}/attempts",
        "read",
        "Every try at a post, with the network's own words where it refused.",
        post_attempts,
        POST_ID,
        ("postId",),
        usual=True,
    ),
    Tool(
        "retry_post",
        "Retry a post",
        "WDO",
        "POST /v1/posts/{postId}/retry",
        "publish",
        "Send a failed post again. force only if a person has looked and it is not live: with it, it may appear twice.",
        retry_post,
        {"postId": TEXT, "force": YES_NO},
        ("postId",),
        usual=True,
    ),
    Tool(
        "cancel_post",
        "Cancel a post",
        "WDI",
        "DELETE /v1/posts/{postId}",
        "cancel",
        "Take a post back before it is published, with the replies that wait for it.",
        cancel_post,
        POST_ID,
        ("postId",),
        usual=True,
    ),
)
TRUST = (
    Tool(
        "reconcile_post",
        "Is it live?",
        "WIO",
        "POST /v1/posts/{postId}/reconcile",
        "publish",
        "Ask the network what became of a post whose outcome is unknown. Sends nothing; may settle it as published or failed.",
        reconcile_post,
        POST_ID,
        ("postId",),
        usual=True,
    ),
)
OPS = (
    Tool(
        "delete_post",
        "Delete a published post",
        "WDIO",
        "POST /v1/posts/{postId}/delete",
        "delete",
        "Take a published post down at its network, for good.",
        delete_post,
        POST_ID,
        ("postId",),
    ),
)
