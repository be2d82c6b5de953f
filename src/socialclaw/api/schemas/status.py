"""Health, keys, usage, jobs."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import ProviderName, Schema, Time, Uri, optional
from socialclaw.api.schemas.accounts import Notice
from socialclaw.api.schemas.envelopes import OkResponse


class Entitlements(Schema):
    """What a plan allows; null is no limit."""

    plan: str
    posts_per_month: StrictInt | None
    connected_accounts: StrictInt | None
    storage_bytes: StrictInt | None


class Tenant(Schema):
    """A workspace. `mode` is `live`, or `test` where every network is the sandbox; `slug` is its name in addresses.

    `timezone` and `weekStart` are how its people reckon. `twinId`: the test workspace of a live one, and the live one of that.
    `maxLateMinutes`: how late its posts may go out; null: as the server is set.
    """

    id: str
    name: str | None = None
    plan: str | None = None
    subscription_status: str | None = None
    entitlements: Entitlements | None = None
    slug: str = optional()
    mode: Literal["live", "test"] = optional()
    timezone: str = optional()
    week_start: Literal["monday", "saturday", "sunday"] = optional()
    twin_id: str | None = None
    media_policy: Literal["strict", "fit"] = optional()
    max_late_minutes: StrictInt | None = None
    created_at: Time = optional()


class DoctorCheck(Schema):
    """What the doctor found of one thing, in a sentence; where it is not `ok`, with what to do."""

    name: str
    state: Literal["ok", "note", "failed", "unknown"]
    message: str


class DoctorResponse(OkResponse):
    """What the doctor found of the installation. `well`: nothing failed."""

    well: StrictBool
    checked_at: Time
    checks: list[DoctorCheck]


class DatabaseHealth(Schema):
    """`error`: the code of what is wrong, where it is not ok."""

    ok: StrictBool
    kind: Literal["sqlite", "postgresql"]
    error: str = optional()


class StorageHealth(Schema):
    """`error`: the code of what is wrong, where it is not ok."""

    ok: StrictBool
    driver: str
    free_bytes: StrictInt
    error: str = optional()


class WorkerHealth(Schema):
    """`heldSince`: when the operator held everything back. `trouble`: what keeps a worker from publishing."""

    last_heartbeat: Time | None
    alive: StrictBool | None
    overdue_posts: StrictInt | None
    held_since: Time | None
    trouble: str = optional()


class MailHealth(Schema):
    """Whether mail goes out, where an SMTP server is set. `waitingSince`: how long the oldest mail has waited."""

    ok: StrictBool
    configured: StrictBool
    waiting: StrictInt
    waiting_since: Time | None


class HealthResponse(OkResponse):
    """The service is able to work. Where it is not, the answer is a 503 with code `not_ready` and the same facts as details.

    `maxAssetBytes`: the largest file of a base64 upload; `maxFormAssetBytes`: of a form upload.
    """

    service: str
    now: Time
    version: str = optional()
    db: DatabaseHealth = optional()
    asset_storage: StorageHealth = optional()
    worker: WorkerHealth = optional()
    mail: MailHealth = optional()
    max_asset_bytes: StrictInt = optional()
    max_form_asset_bytes: StrictInt = optional()
    public_base_url: Uri = optional()


class UsedOf(Schema):
    """How much there is of something, and how much there may be."""

    used: StrictInt
    allowed: StrictInt


class Usage(Schema):
    """What was used in this calendar month (UTC), and what there is. `postsThisPeriod` are those that are scheduled for it or went out in
    it: drafts, and what was canceled or failed, do not count. `connectedAccounts` are those that can be published to. `postsLimit`,
    `connectedAccountsLimit`: of the plan; null is no limit. `limits`, by what they limit, are those of the server."""

    period_start: Time
    period_end: Time
    posts_this_period: StrictInt
    posts_limit: StrictInt | None
    connected_accounts: StrictInt
    connected_accounts_limit: StrictInt | None
    assets: StrictInt
    storage_bytes: StrictInt
    limits: dict[str, UsedOf]
    entitlements: Entitlements


class UsageResponse(OkResponse):
    """What the workspace has used in this calendar month (UTC)."""

    usage: Usage


Counts = dict[str, StrictInt]
"""Numbers by a word: a status, a provider."""


class AccountsHealth(Schema):
    """A workspace's accounts, as numbers."""

    total: StrictInt
    publishable: StrictInt
    revoked: StrictInt = optional()
    by_provider: Counts = optional()
    token_health: Counts = optional()
    token_refresh_status: Counts
    connected_accounts: StrictInt = optional()
    failing_accounts: StrictInt = optional()


class ByStatus(Schema):
    """How many there are, in all and by status."""

    total: StrictInt
    by_status: Counts


class JobsHealth(Schema):
    """How many jobs there are, in all and by state."""

    total: StrictInt
    draft: StrictInt
    ready: StrictInt
    blocked: StrictInt
    stalled: StrictInt
    failed: StrictInt
    done: StrictInt


class StoredHealth(Schema):
    """What is kept of a workspace."""

    assets: StrictInt
    bytes: StrictInt
    analytics_snapshots: StrictInt


class Health(Schema):
    """How a workspace is doing, as numbers; of its connections alone, only what is about accounts."""

    tenant: Tenant = optional()
    connections: AccountsHealth = optional()
    runs: ByStatus = optional()
    posts: ByStatus = optional()
    jobs: JobsHealth = optional()
    storage: StoredHealth = optional()
    total: StrictInt = optional()
    publishable: StrictInt = optional()
    by_provider: Counts = optional()
    token_health: Counts = optional()
    token_refresh_status: Counts = optional()
    connected_accounts: StrictInt
    failing_accounts: StrictInt


class AccountHealth(Schema):
    """How the access of one account is doing. The words are those of the operation that lists them."""

    id: str
    provider: ProviderName
    handle: str
    display_name: str | None
    account_type: str | None
    status: str
    publishable: StrictBool
    token_health: str
    token_refresh_status: str
    token_refresh_failure_code: str | None
    expires_at: Time | None
    supported_interaction_types: list[str]


class WorkspaceHealthResponse(OkResponse):
    """How a workspace, or its connections, are doing; of the latter, one by one too."""

    health: Health
    tenant: Tenant = optional()
    summary: AccountsHealth = optional()
    connections: list[AccountHealth] = optional()
    notices: list[Notice] = optional()


class LatestAttempt(Schema):
    """The latest try at a post. While it is under way `ok` is null, and `message` says what it waits for, if it waits."""

    attempt_no: StrictInt
    stage: str
    ok: StrictBool | None
    code: str | None
    message: str | None
    retryable: StrictBool | None


class Job(Schema):
    """A post as a piece of work. `waitReason`: what a post that is being published waits for."""

    id: str
    post_id: str
    run_id: str
    provider: ProviderName
    account: str
    account_id: str
    status: str
    job_state: str
    next_action: str
    blocked_by: str | None
    wait_reason: str | None
    account_token_health: str
    token_refresh_status: str
    latest_attempt: LatestAttempt | None
    attempt_count: StrictInt
    error_code: str | None
    interaction_type: str
    step_id: str | None
    parent_step_id: str | None
    next_attempt_at: Time | None
    publish_at_utc: Time


class JobsResponse(OkResponse):
    """One job for each post: what is to happen next, and what is in the way."""

    jobs: list[Job] = optional()
    total: StrictInt = optional()
    limit: StrictInt = optional()
