"""Every body and answer of the API, as the contract names them. Times are ISO 8601 in UTC with milliseconds and `Z`."""

from __future__ import annotations

from socialclaw.api.dialect import Schema
from socialclaw.api.schemas.accounts import (
    AccountsResponse,
    ActionResultResponse,
    ConnectedAccount,
    Connection,
    ConnectionResponse,
    ConnectionsResponse,
    ConnectionStartRequest,
    DiscoveryAction,
    DiscoveryActionsResponse,
)
from socialclaw.api.schemas.analytics import AnalyticsRefreshRequest, AnalyticsResponse
from socialclaw.api.schemas.assets import (
    Asset,
    AssetImportRequest,
    AssetRegistrationRequest,
    AssetResponse,
    AssetsResponse,
    AssetUploadRequest,
    MultipartCompleteRequest,
    MultipartInitiateResponse,
    MultipartPartRequest,
    MultipartPartResponse,
    MultipartUploadInitiateRequest,
    SentPart,
    Upload,
)
from socialclaw.api.schemas.capabilities import CapabilitiesResponse, Capability, PublishSettings, PublishSettingsResponse
from socialclaw.api.schemas.envelopes import ErrorResponse, OkResponse
from socialclaw.api.schemas.posts import (
    AttemptsResponse,
    Post,
    PostResponse,
    PostsResponse,
    Run,
    RunResponse,
    RunStatusResponse,
    RunTableResponse,
)
from socialclaw.api.schemas.sandbox import (
    ClockResponse,
    FaultsDisarmedResponse,
    FaultsResponse,
    FeedClearedResponse,
    FeedResponse,
    GrowthResponse,
    SandboxResponse,
)
from socialclaw.api.schemas.schedules import AssetInput, CampaignInput, PostInput, ScheduleEnvelope, TargetInput, ValidateResponse
from socialclaw.api.schemas.status import (
    ApiKey,
    HealthResponse,
    JobsResponse,
    KeyCreateRequest,
    KeyCreateResponse,
    KeysResponse,
    KeyValidationResponse,
    Tenant,
    UsageResponse,
    WorkspaceHealthResponse,
)

__all__ = [
    "AccountsResponse",
    "ActionResultResponse",
    "AnalyticsRefreshRequest",
    "AnalyticsResponse",
    "ApiKey",
    "Asset",
    "AssetImportRequest",
    "AssetInput",
    "AssetRegistrationRequest",
    "AssetResponse",
    "AssetUploadRequest",
    "AssetsResponse",
    "AttemptsResponse",
    "CampaignInput",
    "CapabilitiesResponse",
    "Capability",
    "ClockResponse",
    "ConnectedAccount",
    "Connection",
    "ConnectionResponse",
    "ConnectionStartRequest",
    "ConnectionsResponse",
    "DiscoveryAction",
    "DiscoveryActionsResponse",
    "ErrorResponse",
    "FaultsDisarmedResponse",
    "FaultsResponse",
    "FeedClearedResponse",
    "FeedResponse",
    "GrowthResponse",
    "HealthResponse",
    "JobsResponse",
    "KeyCreateRequest",
    "KeyCreateResponse",
    "KeyValidationResponse",
    "KeysResponse",
    "MultipartCompleteRequest",
    "MultipartInitiateResponse",
    "MultipartPartRequest",
    "MultipartPartResponse",
    "MultipartUploadInitiateRequest",
    "OkResponse",
    "Post",
    "PostInput",
    "PostResponse",
    "PostsResponse",
    "PublishSettings",
    "PublishSettingsResponse",
    "Run",
    "RunResponse",
    "RunStatusResponse",
    "RunTableResponse",
    "SandboxResponse",
    "ScheduleEnvelope",
    "SentPart",
    "TargetInput",
    "Tenant",
    "Upload",
    "UsageResponse",
    "ValidateResponse",
    "WorkspaceHealthResponse",
    "models",
]


def models() -> list[type[Schema]]:
    """Every schema of the API."""
    return [found for name in __all__ if isinstance(found := globals()[name], type) and issubclass(found, Schema)]
