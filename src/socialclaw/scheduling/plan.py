"""What a schedule document means: a plan of posts, and everything that is wrong with it. Values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from socialclaw.providers.issues import Issue
from socialclaw.spelling import bare, nearest

POSTS, CAMPAIGNS = "posts_v1", "campaigns_v2"
MODES = ("scheduled", "draft")
MOST_POSTS = 1000  # in one run
MOST_NEAR = 5  # handles that are named beside a wrong one
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
    about: Mapping[str, Any] | None = None  # what its network judges posts by


class Directory:
    """The connected accounts. `accounts(text, provider)`: the one behind an id, or a handle in any case; of that provider if given."""

    def __init__(self, destinations: Iterable[Destination]) -> None:
        self._by_id: dict[str, Destination] = {}
        self._by_handle: dict[str, list[Destination]] = {}
        for one in destinations:
            self._by_id[one.id] = one
            self._by_handle.setdefault(one.handle.lower(), []).append(one)

    def __call__(self, text: str, provider: str | None = None) -> Destination | None:
        found = self._by_id.get(text)
        candidates = [found] if found else self._by_handle.get(text.lower(), [])
        return next((d for d in candidates if provider is None or d.provider == provider), None)

    def near(self, text: str) -> list[str]:
        """Handles that somebody may have meant: nearly this one, or of this name on whatever network."""
        slip = nearest(text, self._handles)
        return list(dict.fromkeys(([slip] if slip else []) + self._named.get(_name(text), [])))[:MOST_NEAR]

    @cached_property
    def _handles(self) -> tuple[str, ...]:
        return tuple(one.handle for one in self._by_id.values() if one.status != "disconnected")

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        """Handles by the name in them."""
        found: dict[str, list[str]] = {}
        for handle in self._handles:
            found.setdefault(_name(handle), []).append(handle)
        return found


def _name(handle: str) -> str:
    """`x:@acme`, `@Acme` and `acme` are one name."""
    return bare(handle.rpartition(":")[2].lstrip("@"))


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
    latest_at_utc: str | None = None  # shown only where the post says it: later it does not go out
    labels: list[str] | None = None  # shown only where it has some

    @property
    def publish_at(self) -> datetime:
        return datetime.fromisoformat(self.publish_at_utc)

    @property
    def latest_at(self) -> datetime | None:
        return datetime.fromisoformat(self.latest_at_utc) if self.latest_at_utc else None

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
    max_late_minutes: int | None = None  # how late its posts may go out, where they do not say; None: as the workspace has it
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
        **({"maxLateMinutes": plan.max_late_minutes} if plan.max_late_minutes else {}),
    }


def wire_issues(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    return [{"path": i.path, "code": i.code, "message": i.message, "details": dict(i.details)} for i in issues]
