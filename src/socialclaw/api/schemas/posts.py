"""Runs, posts, and what became of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool, StrictInt

from socialclaw.api.dialect import OpenObject, ProviderName, Schema, Time, Uri, optional
from socialclaw.api.schemas.campaigns import CampaignGraph
from socialclaw.api.schemas.envelopes import NextStep, OkResponse
from socialclaw.api.schemas.schedules import PostAsset

PostStatus = Literal["draft", "scheduled", "publishing", "published", "retry_pending", "failed", "canceled"]
RunStatus = Literal["draft", "created", "processing", "completed", "partial_failed"]


class Run(Schema):
    """One applied schedule. `madeBy`: the id of the key or the person that handed it in."""

    id: str
    status: RunStatus
    mode: str | None = None
    source: str | None = None
    made_by: str | None = None
    source_model: str = optional()
    timezone: str = optional()
    total_posts: StrictInt = optional()
    created_at: Time | None = None
    updated_at: Time | None = None


class Post(Schema):
    """One thing to publish, and what became of it. `lastError` is `error`, and `attemptCount` is `attempts`.

    `editedBy` (a person's id), `editedAt` and `repeatId` are on a post that is read alone; `text` and `thumb` on a card (`view=card`),
    which has beside them only `id`, `runId`, `accountId`, `account`, `provider`, `status`, `publishAtUtc`, `blockedBy`,
    `reconciliationStatus`, `labels`, `repeatId`, `updatedAt`.
    """

    id: str
    run_id: str | None = None
    provider: ProviderName
    account: str
    account_id: str | None = None
    status: PostStatus
    name: str | None = None
    description: str | None = None
    interaction_type: str = optional()
    media_link: str | None = None
    media_policy: str = optional()
    assets: list[PostAsset] = optional()
    settings: OpenObject = optional()
    labels: list[str] = optional()
    timezone: str = optional()
    source_model: str = optional()
    campaign_id: str | None = None
    campaign_name: str | None = None
    campaign_index: StrictInt | None = None
    target_index: StrictInt | None = None
    step_id: str | None = None
    step_index: StrictInt | None = None
    sequence_position: StrictInt | None = None
    step_delay_ms: StrictInt | None = None
    parent_step_id: str | None = None
    parent_post_id: str | None = None
    resolved_parent_provider_post_id: str | None = None
    publish_at_utc: Time | None = None
    latest_at_utc: Time | None = None
    published_at: Time | None = None
    next_attempt_at: Time | None = None
    cancel_requested_at: Time | None = None
    created_at: Time = optional()
    updated_at: Time = optional()
    provider_post_id: str | None = None
    provider_url: Uri | None = None
    provider_status: str | None = None
    reconciliation_status: str | None = None
    blocked_by: str | None = None
    error_code: str | None = None
    error: str | None = None
    last_error: str | None = None
    attempts: StrictInt = optional()
    attempt_count: StrictInt = optional()
    repeat_id: str | None = None
    edited_by: str | None = None
    edited_at: Time | None = None
    text: str = optional()
    thumb: Uri | None = None


class AttemptStep(Schema):
    """A piece of an attempt. `irreversible`: the call that makes the post visible, `done` false where its answer is not known."""

    name: str
    started_at: Time
    finished_at: Time | None
    done: StrictBool
    irreversible: StrictBool


class Attempt(Schema):
    """One try at a post. While it is under way `finishedAt` and `ok` are null; `message` then says what it waits for, if it waits.

    `details.said`: the network's own words, where it refused. `steps`: what was begun in it, where attempts are listed.
    """

    post_id: str
    attempt_no: StrictInt
    stage: str
    worker_id: str | None
    started_at: Time
    finished_at: Time | None
    ok: StrictBool | None
    code: str | None
    message: str | None
    retryable: StrictBool | None
    provider_post_id: str | None
    details: OpenObject | None
    steps: list[AttemptStep] = optional()


class AccountOfPost(Schema):
    """The account of a post, as far as people want to see it there."""

    id: str
    handle: str
    display_name: str | None


class RunSummary(Schema):
    """How many posts a run has, in all and by status."""

    total: StrictInt
    draft: StrictInt
    scheduled: StrictInt
    publishing: StrictInt
    published: StrictInt
    retry_pending: StrictInt = Field(alias="retry_pending")
    failed: StrictInt
    canceled: StrictInt


class RunRow(Schema):
    """A post of a run as a row for people."""

    time: Time
    account: str
    campaign: str | None
    step: StrictInt | None
    post_name: str | None
    description: str | None
    media_link: str | None
    timezone: str
    status: PostStatus
    post_id: str


class LabelInUse(Schema):
    """A label, and how many posts have it."""

    label: str
    posts: StrictInt


class LabelsResponse(OkResponse):
    """The labels that posts of the workspace have, in alphabetical order."""

    labels: list[LabelInUse]


class RunResponse(OkResponse):
    """A run and its posts. `duplicate`: the idempotency key had been used for the same content, and this is that run."""

    duplicate: StrictBool = optional()
    mode: str | None = None
    source_model: str | None = None
    run: Run = optional()
    posts: list[Post] = optional()
    summary: RunSummary | None = None
    attempts: list[Attempt] = optional()
    campaign: CampaignGraph = optional()
    schedule: OpenObject = optional()


class RunStatusResponse(OkResponse):
    """How far a run has come. `summary` counts its posts by status."""

    run: Run
    posts: list[Post]
    summary: RunSummary | None = None


class RunTableResponse(OkResponse):
    """A run as rows of a table, by publish time."""

    run: Run = optional()
    rows: list[RunRow]


class PostsResponse(OkResponse):
    """A page of posts by publish time. `total` counts all that fit the filters."""

    posts: list[Post]
    total: StrictInt = optional()
    limit: StrictInt = optional()
    offset: StrictInt = optional()


class PostResponse(OkResponse):
    """One post, its account, and the latest try at it. `next`: what to do about it, where it failed."""

    post: Post
    account: AccountOfPost | None = None
    latest_attempt: Attempt | None = None
    next: NextStep | None = None


class AttemptsResponse(OkResponse):
    """Every try at a post, oldest first."""

    post: Post = optional()
    attempts: list[Attempt] = optional()
