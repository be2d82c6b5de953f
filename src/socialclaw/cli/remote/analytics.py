"""The commands for figures: of a post, an account, a run."""

from __future__ import annotations

from typing import Any

from socialclaw.cli.remote.command import Api, remote
from socialclaw.cli.remote.groups import group
from socialclaw.cli.remote.options import AccountId, PostId, RunId, Window

analytics = group("What networks report of posts and accounts.")
METRICS = ("impressions", "reach", "views", "likes", "comments", "shares", "saves", "clicks")


@analytics.command("post")
@remote
def post(api: Api, post_id: PostId, window: Window = "lifetime") -> None:
    """Show the latest figures of a post."""
    answer = api.client.post_analytics(post_id, window=window)
    _snapshot(api, answer, "Post", post_id, answer.get("latest"))


@analytics.command("account")
@remote
def account(api: Api, account_id: AccountId, window: Window = "lifetime") -> None:
    """Show the latest figures of an account."""
    answer = api.client.account_analytics(account_id, window=window)
    _snapshot(api, answer, "Account", account_id, answer.get("snapshot"))


@analytics.command("run")
@remote
def run(api: Api, run_id: RunId, window: Window = "lifetime") -> None:
    """Show the figures of a run's posts, summed."""
    answer: Any = api.client.run_analytics(run_id, window=window)
    summary = answer["summary"]
    told = [("Run", run_id), ("Window", answer["metricWindow"]), ("Posts with figures", summary["contributingPostCount"])]
    api.facts(answer, [*told, ("Posts", summary["totalPosts"]), *_metrics(summary["metrics"])], id=run_id)


@analytics.command("refresh")
@remote
def refresh(api: Api, post_id: PostId, window: Window = "lifetime") -> None:
    """Ask the network for a post's figures now."""
    answer = api.client.refresh_analytics(post_id, window=window)
    _snapshot(api, answer, "Post", post_id, answer.get("snapshot"))


def _snapshot(api: Api, answer: Any, kind: str, id: str, found: Any) -> None:
    if found is None:
        api.sentence(answer, f"{kind} {id}: no figures yet.", id=id)
        return
    told = [(kind, id), ("Status", found["status"]), ("Window", found["metricWindow"]), ("Collected", found["collectedAt"])]
    api.facts(answer, [*told, ("Message", found.get("message")), *_metrics(found.get("metrics"))], id=id)


def _metrics(found: Any) -> list[tuple[str, Any]]:
    known = found or {}
    return [(name.capitalize(), known.get(name)) for name in (*METRICS, *(name for name in known if name not in METRICS))]
