"""What a schedule document means: a plan of posts, and everything that is wrong with it. Values only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from socialclaw.providers.issues import Issue

POSTS, CAMPAIGNS = "posts_v1", "campaigns_v2"
MODES = ("scheduled", "draft")
MOST_POSTS = 1000  # in one run
POLICIES = ("strict", "fit")  # what is done about files that a network does not take as they are: refuse them, or change them


@dataclass(frozen=True, slots=True)
class Destination:
    """A connected account, as far as planning needs it. `status` as in the accounts table."""

    id: str
    provider: str
    handle: str
    account_type: str = ""
    publishes: bool = True
    status: str = "connected"  # "connected" | "reconnect_required" | "disconnected"


Resolve = Callable[[str, str | None], Destination | None]
"""`resolve(text, provider)`: the account behind an id or a handle; with a provider, one of that provider."""


def directory(destinations: Iterable[Destination]) -> Resolve:
    """Finds destinations by id, or by handle in any case."""
    by_id: dict[str, Destination] = {}
    by_handle: dict[str, list[Destination]] = {}
    for one in destinations:
        by_id[one.id] = one
        by_handle.setdefault(one.handle.lower(), []).append(one)

    def resolve(text: str, provider: str | None = None) -> Destination | None:
        found = by_id.get(text)
        candidates = [found] if found else by_handle.get(text.lower(), [])
        return next((d for d in candidates if provider is None or d.provider == provider), None)

    return resolve


class PlannedPost(msgspec.Struct, frozen=True, rename="camel", gc=False, omit_defaults=True):
    """One post of a plan, normalised. Its JSON is what answers show of it. Made with positions: by name it takes ten times as long.

    `settings` are the effective ones, shared between posts, so never change them. `parent_index` is the position in the
    plan of the post that a reply follows.
    """

    provider: str
    account: str  # the handle, where the account is known
    account_id: str | None
    name: str
    description: str
    generated_name: bool  # a name that is not part of the text
    interaction_type: str
    assets: list[dict[str, Any]]
    media_link: str | None
    settings: dict[str, Any]
    timezone: str
    publish_at_utc: str  # as the wire writes it
    parent_step_id: str | None
    step_id: str
    source_model: str
    target_index: int
    step_index: int
    parent_index: int | None = None
    campaign_id: str | None = None  # from here on: of a step in a campaign only, and shown only then
    campaign_name: str | None = None
    campaign_index: int | None = None
    sequence_position: int | None = None
    step_delay_ms: int | None = None
    media_policy: str = "strict"  # shown only where it is "fit"

    @property
    def publish_at(self) -> datetime:
        return datetime.fromisoformat(self.publish_at_utc)

    @property
    def path(self) -> str:
        """Where it stands in its document."""
        if self.source_model == CAMPAIGNS:
            return f"campaigns[{self.campaign_index}].targets[{self.target_index}].steps[{self.step_index}]"
        return f"posts[{self.target_index}]"


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """`accounts` has one entry a target, so an account that is a target twice is there twice."""

    id: str
    name: str
    target_count: int
    post_count: int
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A document, understood. With issues, the posts are only what could be made of it, and not to be published.

    `warnings` are what may yet go wrong and does not forbid anything.
    """

    timezone: str = "UTC"
    mode: str = "scheduled"
    source_model: str = POSTS
    idempotency_key: str | None = None
    posts: tuple[PlannedPost, ...] = ()
    campaigns: tuple[CampaignSummary, ...] = ()
    issues: tuple[Issue, ...] = ()
    warnings: tuple[Issue, ...] = ()


def wire_posts(plan: Plan) -> Sequence[PlannedPost]:
    """The posts of a plan as an answer shows them: they are written as they are."""
    return plan.posts


def wire_plan(plan: Plan) -> dict[str, Any]:
    """What an answer about a plan holds, beside `ok` and the workspace."""
    return {
        "timezone": plan.timezone,
        "mode": plan.mode,
        "sourceModel": plan.source_model,
        "totalCampaigns": len(plan.campaigns),
        "totalPosts": len(plan.posts),
        "posts": wire_posts(plan),
        "warnings": wire_issues(plan.warnings),
    }


def wire_issues(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    return [{"path": i.path, "code": i.code, "message": i.message, "details": dict(i.details)} for i in issues]
