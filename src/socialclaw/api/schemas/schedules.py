"""Schedules, as they are handed in. These bodies are read by `scheduling/document.py`, which takes more spellings than are listed."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, StrictBool, StrictInt

from socialclaw.api.dialect import MaybeObject, Object, OpenObject, ProviderName, Schema, Time, Uri, known_as, optional
from socialclaw.api.schemas.assets import Kind
from socialclaw.api.schemas.envelopes import OkResponse


class AssetInput(Schema):
    """A media file of a post: one of ours (`managed`), or any public URL."""

    id: str | None = None
    url: str
    managed: StrictBool = optional()
    original_filename: str | None = None
    mime: str | None = None
    kind: Kind | None = None
    size: StrictInt | None = None
    duration: float | None = None
    width: StrictInt | None = None
    height: StrictInt | None = None
    alt_text: str | None = None


class PostAsset(AssetInput):
    """A media file of a post, with what is known of it."""

    frame_rate: float = optional()
    video_codec: str = optional()
    audio_codec: str = optional()
    pixel_format: str = optional()


class PostInput(Schema):
    """A post to be made. Without `publish_at` it is published at once."""

    model_config = ConfigDict(alias_generator=None)
    provider: ProviderName | None = None
    account: str
    name: str | None = known_as("name", listed=["title"])
    description: str | None = known_as("description", listed=["text"])
    publish_at: Time | None = known_as("publish_at", listed=["publishAt"])
    latest_at: Time | None = known_as("latest_at", listed=["latestAt"])
    media_link: str | None = known_as("media_link", listed=["mediaLink"])
    assets: list[AssetInput | Uri] = optional()
    settings: Object = optional()
    labels: list[str] = optional()
    first_comment: str | None = known_as("first_comment", listed=["firstComment"])
    interaction_type: Literal["post", "reply", "comment"] | None = None
    parent_step_id: str | None = None


class TargetInput(Schema):
    """An account, and the steps to be published to it one after the other."""

    model_config = ConfigDict(alias_generator=None)
    inline = True
    account: str = optional()
    publish_at: Time | None = None
    steps: list[PostInput] = optional()


class CampaignInput(Schema):
    """Steps to several accounts that belong together."""

    id: str | None = None
    name: str
    targets: list[TargetInput]


class ScheduleEnvelope(Schema):
    """A schedule, itself or under `schedule`: either `posts` or `campaigns`."""

    timezone: str = optional()
    mode: Literal["scheduled", "draft"] = optional()
    idempotency_key: str | None = known_as("idempotencyKey", "idempotency_key")
    max_late_minutes: StrictInt = optional("max_late_minutes")
    posts: list[PostInput] = optional()
    campaigns: list[CampaignInput] = optional()
    schedule: OpenObject = optional()


class PlannedPost(PostInput):
    """A post of a schedule with every default filled in. What only a step of a campaign has is absent elsewhere."""

    model_config = ConfigDict(alias_generator=None)
    assets: list[PostAsset | Uri] = optional()  # type: ignore[assignment]  # narrower, and only ever read
    account_id: str | None = optional("accountId")
    generated_name: StrictBool = optional("generatedName")
    interaction: str = optional("interactionType")
    timezone: str = optional()
    publish_at_utc: Time = optional("publishAtUtc")
    parent_step: str | None = optional("parentStepId")
    step_id: str = optional("stepId")
    source_model: str = optional("sourceModel")
    target_index: StrictInt = optional("targetIndex")
    step_index: StrictInt = optional("stepIndex")
    parent_index: StrictInt | None = optional("parentIndex")
    campaign_id: str = optional("campaignId")
    campaign_name: str = optional("campaignName")
    campaign_index: StrictInt = optional("campaignIndex")
    sequence_position: StrictInt = optional("sequencePosition")
    step_delay_ms: StrictInt = optional("stepDelayMs")
    media_policy: str = optional("mediaPolicy")
    latest_at_utc: Time = optional("latestAtUtc")


class ValidateResponse(OkResponse):
    """What a schedule means: its posts with every default filled in, and the campaign graph where it has campaigns."""

    tenant_id: str
    timezone: str
    mode: str
    source_model: str = optional()
    max_late_minutes: StrictInt = optional()
    total_campaigns: StrictInt = optional()
    total_posts: StrictInt
    posts: list[PlannedPost]
    campaign: MaybeObject = None
    schedule: MaybeObject = None
