"""Every tool, called well and badly, as data: the same steps are played by each client, in Python and in Node.

A step is `[tool, arguments, kept]`. `"$name"` in arguments is what an earlier step has kept; `kept` says where in its answer a name is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Step = tuple[str, dict[str, Any], dict[str, str]]
LATER = "2030-01-31T09:00:00Z"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # a picture of one dot


def steps(mark: str) -> list[Step]:
    """`mark`: by which what one client makes is told from what others make."""
    post = {"account": "x:@sandbox", "description": f"From a client: {mark}"}
    campaign = {"name": mark, "targets": [{"account": "x:@sandbox", "steps": [{"id": "a", "description": mark, "publish_at": LATER}]}]}
    return [
        ("get_profile", {}, {}),
        ("list_accounts", {"provider": "x"}, {"account": "accounts.0.id"}),
        ("account_capabilities", {"accountId": "$account"}, {}),
        ("account_capabilities", {}, {}),
        ("account_actions", {"accountId": "$account"}, {"action": "actions.0.id"}),
        ("run_account_action", {"accountId": "$account", "action": "publish-preview", "body": {"description": mark}}, {}),
        ("upload_asset", {"filename": f"{mark}.png", "contentBase64": PIXEL}, {"asset": "assetId"}),
        ("get_asset", {"assetId": "$asset", "waitSeconds": 1}, {}),
        ("list_assets", {"kind": "image", "limit": 2}, {}),
        ("validate_schedule", {"schedule": {"posts": [post]}}, {}),
        ("preview_campaign", {"schedule": {"campaigns": [campaign]}}, {}),
        ("apply_schedule", {"schedule": {"posts": [post]}}, {"run": "runId", "post": "posts.0.id"}),
        ("run_status", {"runId": "$run", "waitSeconds": 50}, {}),
        ("get_post", {"postId": "$post"}, {}),
        ("post_attempts", {"postId": "$post"}, {}),
        ("list_posts", {"runId": "$run", "limit": 1}, {}),
        ("reconcile_post", {"postId": "$post"}, {}),
        ("get_analytics", {"scope": "run", "id": "$run"}, {}),
        ("refresh_analytics", {"postId": "$post"}, {}),
        ("sandbox_feed", {"network": "x", "limit": 3}, {}),
        ("delete_post", {"postId": "$post"}, {}),
        ("apply_schedule", {"schedule": {"mode": "draft", "posts": [{**post, "publish_at": LATER}]}}, {"draft": "runId"}),
        ("publish_draft", {"runId": "$draft", "startAt": LATER}, {"waiting": "posts.0.id"}),
        ("cancel_post", {"postId": "$waiting"}, {}),
        ("sandbox_fault", {"network": "reddit", "kind": "error", "match": f"/{mark}"}, {}),
        ("sandbox_clock", {}, {}),
        ("connect_account", {"provider": "youtube"}, {}),
        ("workspace_usage", {}, {}),
        ("workspace_health", {}, {}),
        ("workspace_health", {"provider": "x"}, {}),
    ]


BAD: list[Step] = [
    *((name, {"postId": "post_nowhere"}, {}) for name in ("get_post", "post_attempts", "retry_post", "cancel_post", "reconcile_post")),
    *((name, {"postId": "post_nowhere"}, {}) for name in ("delete_post", "refresh_analytics")),
    ("get_post", {"post_id": "post_1"}, {}),
    ("list_accounts", {"provider": "myspace"}, {}),
    ("account_capabilities", {"accountId": "acct_nowhere"}, {}),
    ("upload_asset", {"filename": "a.png"}, {}),
    ("upload_asset", {"filename": "a.png", "contentBase64": "!!!"}, {}),
    ("validate_schedule", {}, {}),
    ("validate_schedule", {"schedule": "nothing that is JSON"}, {}),
    ("preview_campaign", {"schedule": {"posts": [{"account": "x:@sandbox", "description": "Hello"}]}}, {}),
    ("apply_schedule", {"schedule": {"posts": [{"account": "x:@sandbox", "description": "Hello", "scheduled_at": LATER}]}}, {}),
    ("apply_schedule", {"schedule": {"posts": [{"account": "x:@sandbox", "description": "Hello", "colour": "red"}]}}, {}),
    ("apply_schedule", {"schedule": {"posts": []}, "dryRun": True}, {}),
    ("publish_draft", {"runId": "run_nowhere"}, {}),
    ("list_posts", {"status": "gone"}, {}),
    ("list_posts", {"limit": 1000}, {}),
    ("run_status", {"runId": "run_nowhere", "waitSeconds": 5}, {}),
    ("run_status", {"runId": "run_nowhere", "waitSeconds": 500}, {}),
    ("connect_account", {"provider": "myspace"}, {}),
    ("account_actions", {"accountId": "acct_nowhere"}, {}),
    ("run_account_action", {"accountId": "acct_nowhere", "action": "anything"}, {}),
    ("list_assets", {"kind": "smell"}, {}),
    ("get_asset", {"assetId": "asset_nowhere"}, {}),
    ("get_analytics", {"scope": "universe", "id": "1"}, {}),
    ("workspace_usage", {"month": "May"}, {}),
    ("workspace_health", {"provider": "myspace"}, {}),
    ("get_profile", {"verbose": True}, {}),
    ("sandbox_clock", {"action": "advance", "days": 1}, {}),
    ("sandbox_fault", {"network": "myspace"}, {}),
    ("sandbox_feed", {"network": "myspace"}, {}),
    ("no_such_tool", {}, {}),
]


def filled(arguments: Any, kept: Mapping[str, Any]) -> Any:
    if isinstance(arguments, dict):
        return {name: filled(value, kept) for name, value in arguments.items()}
    if isinstance(arguments, str) and arguments.startswith("$"):
        return kept[arguments[1:]]
    return arguments


def found(answer: Any, place: str) -> Any:
    for part in place.split("."):
        answer = answer[int(part)] if part.isdigit() else answer[part]
    return answer
