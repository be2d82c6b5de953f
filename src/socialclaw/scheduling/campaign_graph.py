"""A run of campaigns as a graph of campaigns, targets and steps; and the schedule that would make a copy of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from socialclaw.db.posts import Run
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.scheduling.plan import CAMPAIGNS, MODES, POLICIES, Plan
from socialclaw.scheduling.times import stamp

ASSET_FIELDS = ("id", "url", "managed", "originalFilename", "mime", "kind", "size", "altText")

Graph = dict[str, Any]


def graph_of_plan(plan: Plan) -> Graph:
    """What a plan without issues would make. Conflict `campaign_graph_requires_campaigns` where it has no campaigns."""
    return _graph(plan.posts, timezone=plan.timezone, mode=plan.mode, source_model=plan.source_model)


def graph_of_run(run: Run, posts: Iterable[Any], *, status: str) -> Graph:
    """What became of a run: `posts` are its rows, in any order; `status` is the run's. Conflict as above."""
    graph = _graph(posts, timezone=run.timezone, mode=run.mode, source_model=run.source_model)
    return {**graph, "runId": run.id, "runStatus": status}


def clone(graph: object, *, mode: str = "draft") -> dict[str, Any]:
    """The schedule that makes the same campaigns again, at the same instants; its delays are written as times."""
    if not isinstance(graph, Mapping) or not isinstance(graph.get("campaigns"), list):
        raise InvalidRequest("Send the campaign graph to copy", code="campaign_graph_required")
    if mode not in MODES:
        raise InvalidRequest(f"mode must be one of {', '.join(MODES)}", code="schedule_mode_invalid", supportedValues=list(MODES))
    campaigns = [{"id": c["id"], "name": c["name"], "targets": [_target_again(t) for t in c["targets"]]} for c in graph["campaigns"]]
    return {"timezone": graph["timezone"], "mode": mode, "campaigns": campaigns}


def _graph(posts: Iterable[Any], *, timezone: str, mode: str, source_model: str) -> Graph:
    if source_model != CAMPAIGNS:
        message = "Only a schedule of campaigns has a campaign graph; this one is a flat list of posts"
        raise Conflict(message, code="campaign_graph_requires_campaigns")
    ordered = sorted(posts, key=_place)
    campaigns = [_campaign(list(of)) for _, of in groupby(ordered, key=lambda p: p.campaign_index or 0)]
    return {
        "runId": None,
        "runStatus": None,
        "timezone": timezone,
        "mode": mode,
        "sourceModel": source_model,
        "totalCampaigns": len(campaigns),
        "totalTargets": sum(c["targetCount"] for c in campaigns),
        "totalSteps": len(ordered),
        "campaigns": campaigns,
    }


def _place(post: Any) -> tuple[int, int, int, Any]:
    if post.campaign_id is None:
        raise InvalidRequest("A post of this run is in no campaign", code="campaign_graph_post_invalid", stepId=post.step_id)
    return post.campaign_index or 0, post.target_index or 0, post.sequence_position or 0, post.publish_at


def _campaign(posts: Sequence[Any]) -> dict[str, Any]:
    first = posts[0]
    targets = [_target(first.campaign_id, list(of)) for _, of in groupby(posts, key=lambda p: p.target_index or 0)]
    return {
        "id": first.campaign_id,
        "name": first.campaign_name,
        "campaignIndex": first.campaign_index or 0,
        "targetCount": len(targets),
        "postCount": len(posts),
        "accounts": list(dict.fromkeys(t["account"] for t in targets)),
        "firstPublishAtUtc": targets[0]["firstPublishAtUtc"],
        "lastPublishAtUtc": targets[-1]["lastPublishAtUtc"],
        "targets": targets,
    }


def _target(campaign_id: str, posts: Sequence[Any]) -> dict[str, Any]:
    index = posts[0].target_index or 0
    steps = [_step(post, before, i) for i, (before, post) in enumerate(zip([None, *posts], posts, strict=False))]
    return {
        "id": f"{campaign_id}_target_{index + 1}",
        "targetIndex": index,
        "account": posts[0].account,
        "provider": posts[0].provider,
        "timezone": posts[0].timezone,
        "stepCount": len(steps),
        "firstPublishAtUtc": steps[0]["publishAtUtc"],
        "lastPublishAtUtc": steps[-1]["publishAtUtc"],
        "steps": steps,
    }


def _step(post: Any, before: Any, index: int) -> dict[str, Any]:
    """One post; what only a stored one has is null in a plan."""
    delay = post.step_delay_ms
    if delay is None:
        delay = max(0, round((post.publish_at - before.publish_at).total_seconds() * 1000)) if before else 0
    return {
        "id": post.step_id or post.id,
        "postId": getattr(post, "id", None),
        "provider": post.provider,
        "account": post.account,
        "interactionType": post.interaction_type,
        "name": post.name,
        "description": post.description,
        "mediaLink": post.media_link,
        "assets": post.assets,
        **({"mediaPolicy": post.media_policy} if post.media_policy != POLICIES[0] else {}),
        **({"latestAtUtc": latest} if (latest := getattr(post, "latest_at_utc", None)) else {}),  # of a plan: where the document says it
        "settings": post.settings,
        **({"labels": post.labels} if post.labels else {}),
        "timezone": post.timezone,
        "publishAtUtc": stamp(post.publish_at),
        "status": getattr(post, "status", None),
        "providerPostId": getattr(post, "provider_post_id", None),
        "sequencePosition": post.sequence_position or index + 1,
        "stepIndex": index if post.step_index is None else post.step_index,
        "targetIndex": post.target_index or 0,
        "parentStepId": post.parent_step_id,
        "stepDelayMs": delay,
        "stepDelayMinutes": round(delay / 60_000, 3),
    }


def _target_again(target: Mapping[str, Any]) -> dict[str, Any]:
    return {"account": target["account"], "timezone": target["timezone"], "steps": [_step_again(s) for s in target["steps"]]}


def _step_again(step: Mapping[str, Any]) -> dict[str, Any]:
    again = {"id": step["id"], "provider": step["provider"], "name": step["name"], "description": step["description"]}
    again["publish_at"] = step["publishAtUtc"]
    if step["interactionType"] != "post":
        again["interaction_type"] = step["interactionType"]
    if step["parentStepId"]:
        again["reply_to_step_id"] = step["parentStepId"]
    if step["settings"]:
        again["settings"] = step["settings"]
    if latest := step.get("latestAtUtc"):
        again["latest_at"] = latest
    if labels := step.get("labels"):
        again["labels"] = labels
    if policy := step.get("mediaPolicy"):
        again["media_policy"] = policy
    assets = [_asset_again(a) for a in step["assets"]]
    if len(assets) > 1 or any(a.keys() > {"url"} for a in assets):
        again["assets"] = assets
    elif step["mediaLink"]:
        again["media_link"] = step["mediaLink"]
    return again


def _asset_again(asset: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asset[name] for name in ASSET_FIELDS if asset.get(name) not in (None, False, "")}
