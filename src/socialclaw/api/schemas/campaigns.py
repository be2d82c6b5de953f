"""The graph of campaigns, targets and steps that a schedule means, or that a run has become."""

from __future__ import annotations

from pydantic import StrictInt

from socialclaw.api.dialect import OpenObject, ProviderName, Schema, Time, optional
from socialclaw.api.schemas.schedules import PostAsset


class CampaignStep(Schema):
    """One post of a target. What only a stored post has is null in a preview."""

    id: str
    post_id: str | None
    provider: ProviderName
    account: str
    interaction_type: str
    name: str | None
    description: str | None
    media_link: str | None
    media_policy: str = optional()
    latest_at_utc: Time = optional()
    assets: list[PostAsset]
    settings: OpenObject
    labels: list[str] = optional()
    timezone: str
    publish_at_utc: Time
    status: str | None
    provider_post_id: str | None
    sequence_position: StrictInt
    step_index: StrictInt
    target_index: StrictInt
    parent_step_id: str | None
    step_delay_ms: StrictInt
    step_delay_minutes: float


class CampaignTarget(Schema):
    """An account of a campaign, and what is published to it one after the other."""

    id: str
    target_index: StrictInt
    account: str
    provider: ProviderName
    timezone: str
    step_count: StrictInt
    first_publish_at_utc: Time
    last_publish_at_utc: Time
    steps: list[CampaignStep]


class Campaign(Schema):
    """Targets that belong together."""

    id: str
    name: str
    campaign_index: StrictInt
    target_count: StrictInt
    post_count: StrictInt
    accounts: list[str]
    first_publish_at_utc: Time
    last_publish_at_utc: Time
    targets: list[CampaignTarget]


class CampaignGraph(Schema):
    """All campaigns of a schedule or run; `runId` and `runStatus` are null in a preview."""

    run_id: str | None
    run_status: str | None
    timezone: str
    mode: str
    source_model: str
    total_campaigns: StrictInt
    total_targets: StrictInt
    total_steps: StrictInt
    campaigns: list[Campaign]
