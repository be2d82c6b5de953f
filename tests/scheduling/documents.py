"""A workspace with a few accounts, for reading documents against."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from socialclaw.scheduling.document import parse
from socialclaw.scheduling.library import Library, StoredAsset
from socialclaw.scheduling.plan import Destination, Directory, Plan, PlannedPost

NOW = datetime(2030, 1, 15, 12, 0, tzinfo=UTC)
SOON = "2030-01-15T13:00:00Z"
BASE_URL = "https://post.example.org"

X = Destination("acct_x", "x", "x:@Example", "x_user")
OTHER_X = Destination("acct_x2", "x", "x:@second", "x_user")
TELEGRAM = Destination("acct_t", "telegram", "telegram:-100123", "telegram_channel")
DISCORD = Destination("acct_d", "discord", "discord:42", "discord_webhook")
TIRED = Destination("acct_tired", "discord", "discord:43", "discord_webhook", status="reconnect_required")
GONE = Destination("acct_gone", "discord", "discord:44", "discord_webhook", status="disconnected")
IDENTITY = Destination("acct_i", "x", "x:@identity", "x_user", publishes=False)
ACCOUNTS = Directory([X, OTHER_X, TELEGRAM, DISCORD, TIRED, GONE, IDENTITY])

PICTURE = StoredAsset(
    "asset_p", f"{BASE_URL}/media/asset_p/token/p.png", "image", "image/png", 1000, width=640, height=480, filename="p.png"
)
HUGE = StoredAsset("asset_h", f"{BASE_URL}/media/asset_h/token/h.png", "image", "image/png", 6 * 1024 * 1024, filename="h.png")
REVOKED = StoredAsset("asset_r", "", "image", "image/png", 1000)
LIBRARY = Library(BASE_URL, {asset.id: asset for asset in (PICTURE, HUGE, REVOKED)})


def plan_of(document: object) -> Plan:
    return parse(document, now=NOW, accounts=ACCOUNTS, library=LIBRARY)


def plan_of_posts(*posts: object, **root: Any) -> Plan:
    return plan_of({"posts": list(posts), **root})


def post_of(**post: Any) -> PlannedPost:
    """The planned post of a document with one right post."""
    plan = plan_of_posts({"account": "x:@example", "name": "Hello", **post})
    assert plan.issues == ()
    return plan.posts[0]


def step_of(**step: Any) -> dict[str, Any]:
    return {"name": "Hello", **step}


def campaign_of(*steps: object, account: str = "x:@example", **more: Any) -> dict[str, Any]:
    """A campaign with one target, an hour from now."""
    return {"id": "c", "name": "Launch", "publish_at": SOON, "targets": [{"account": account, "steps": list(steps)}], **more}


def codes(plan: Plan) -> list[str]:
    return [issue.code for issue in plan.issues]


def found(plan: Plan) -> list[tuple[str, str]]:
    return [(issue.path, issue.code) for issue in plan.issues]
