"""What the API takes and answers, by the names of its OpenAPI document. Written by `make sdk`; changes made here are lost.

An answer may hold more than is described here: a newer server's.
"""

from typing import Any, Literal, NotRequired, Required, TypedDict

Provider = Literal[
    "x",
    "meta",
    "facebook",
    "instagram_business",
    "instagram",
    "snapchat",
    "tiktok",
    "linkedin",
    "linkedin_page",
    "pinterest",
    "youtube",
    "reddit",
    "discord",
    "telegram",
    "wordpress",
]
PostStatus = Literal["draft", "scheduled", "publishing", "published", "retry_pending", "failed", "canceled"]
RunStatus = Literal["draft", "created", "processing", "completed", "partial_failed"]


class AccountHealth(TypedDict):
    """How the access of one account is doing. The words are those of the operation that lists them."""

    id: "str"
    provider: "Provider"
    handle: "str"
    displayName: "str | None"
    accountType: "str | None"
    status: "str"
    publishable: "bool"
    tokenHealth: "str"
    tokenRefreshStatus: "str"
    tokenRefreshFailureCode: "str | None"
    expiresAt: "str | None"
    supportedInteractionTypes: "list[str]"


class AccountOfPost(TypedDict):
    """The account of a post, as far as people want to see it there."""

    id: "str"
    handle: "str"
    displayName: "str | None"


class AccountsHealth(TypedDict):
    """A workspace's accounts, as numbers."""

    total: "int"
    publishable: "int"
    revoked: NotRequired["int"]
    byProvider: NotRequired["dict[str, int]"]
    tokenHealth: NotRequired["dict[str, int]"]
    tokenRefreshStatus: "dict[str, int]"
    connectedAccounts: NotRequired["int"]
    failingAccounts: NotRequired["int"]


class AccountsResponse(TypedDict):
    """The workspace's accounts."""

    ok: "Literal[True]"
    accounts: "list[ConnectedAccount]"


class ActionField(TypedDict):
    """A field of an action's input."""

    id: "str"
    type: "str"
    required: "bool"
    description: "str"


class ActionInput(TypedDict):
    """The fields of an action's input, for those that read no JSON Schema."""

    fields: "list[ActionField]"


class ActionResultResponse(TypedDict):
    """What the account answered."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    result: "dict[str, Any]"


class AnalyticsRefreshRequest(TypedDict):
    """Which post to measure now, and over which window: lifetime (the default), 24h, 7d or 30d."""

    postId: "str"
    window: NotRequired["str | None"]
    metricWindow: NotRequired["str | None"]


class AnalyticsResponse(TypedDict):
    """The figures of one window. `metrics` are null where there are none (yet). `metricWindow` is `window`."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    analytics: NotRequired["Figures | None"]
    metrics: NotRequired["dict[str, int | None] | None"]
    window: NotRequired["str | None"]
    metricWindow: NotRequired["str"]
    post: NotRequired["Measured"]
    account: NotRequired["Measured"]
    run: NotRequired["Run"]
    latest: NotRequired["Snapshot | None"]
    snapshot: NotRequired["Snapshot | None"]
    history: NotRequired["list[Snapshot]"]
    summary: NotRequired["Sums"]


class ApiKey(TypedDict):
    """An API key. `secret` is only there in the answer that made the key; `prefix` tells keys apart afterwards."""

    id: "str"
    prefix: NotRequired["str | None"]
    label: NotRequired["str | None"]
    kind: NotRequired["str | None"]
    secret: NotRequired["str | None"]
    createdAt: NotRequired["str | None"]
    revokedAt: NotRequired["str | None"]
    lastUsedAt: NotRequired["str | None"]


class AppRemovedResponse(TypedDict):
    """A user of a network has removed the app; `waiting`: how much of what this server is told of it was not taken yet."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    network: "str"
    waiting: "int"


class AppleNativeAuthRequest(TypedDict):
    """What an app got when somebody signed in with Apple there. The token says who it is; `email` is not used."""

    identityToken: "str"
    nonceSha256: NotRequired["str | None"]
    email: NotRequired["str | None"]
    givenName: NotRequired["str | None"]
    familyName: NotRequired["str | None"]
    name: NotRequired["str | None"]


class ArmedFault(TypedDict):
    """A fault that waits for so many calls yet."""

    id: "str"
    network: "str"
    kind: "str"
    match: "str"
    times: "int"
    seconds: "float"


class ArrivedPart(TypedDict):
    """A part that has arrived."""

    ETag: "str"
    PartNumber: "int"
    size: "int"


class Asset(TypedDict):
    """A media file that we keep. `publicUrl` is what a schedule names, and so is `useAsMediaLink`. Facts that are not known are null."""

    id: "str"
    tenantId: NotRequired["str | None"]
    storage: NotRequired["str | None"]
    objectKey: NotRequired["str | None"]
    originalFilename: NotRequired["str | None"]
    mime: "str"
    kind: "Literal['image', 'video', 'audio', 'other']"
    size: NotRequired["int"]
    status: NotRequired["str | None"]
    publicUrl: NotRequired["str | None"]
    useAsMediaLink: NotRequired["str | None"]
    preview: NotRequired["Previews | None"]
    width: NotRequired["int | None"]
    height: NotRequired["int | None"]
    duration: NotRequired["float | None"]
    videoCodec: NotRequired["str | None"]
    audioCodec: NotRequired["str | None"]
    frameRate: NotRequired["float | None"]
    bitRate: NotRequired["int | None"]
    pixelFormat: NotRequired["str | None"]
    sha256: NotRequired["str | None"]
    altText: NotRequired["str | None"]
    createdAt: NotRequired["str | None"]
    deleteAfter: NotRequired["str | None"]
    progress: NotRequired["ImportProgress | None"]
    error: NotRequired["AssetError | None"]
    uses: NotRequired["int"]


class AssetError(TypedDict):
    """Why a file has not come, or had to be tried again."""

    code: "str"
    message: "str | None"


class AssetInput(TypedDict):
    """A media file of a post: one of ours (`managed`), or any public URL."""

    id: NotRequired["str | None"]
    url: "str"
    managed: NotRequired["bool"]
    originalFilename: NotRequired["str | None"]
    mime: NotRequired["str | None"]
    kind: NotRequired["Literal['image', 'video', 'audio', 'other'] | None"]
    size: NotRequired["int | None"]
    duration: NotRequired["float | None"]
    width: NotRequired["int | None"]
    height: NotRequired["int | None"]
    altText: NotRequired["str | None"]


class AssetRegistrationRequest(TypedDict):
    """A file that is in our storage already."""

    objectKey: "str"
    originalFilename: NotRequired["str | None"]
    publicUrl: NotRequired["str | None"]
    mime: NotRequired["str | None"]
    kind: NotRequired["Literal['image', 'video', 'audio', 'other'] | None"]
    size: NotRequired["int | None"]
    status: NotRequired["str | None"]


class AssetResponse(TypedDict):
    """One asset."""

    ok: "Literal[True]"
    asset: "Asset"


class AssetUploadRequest(TypedDict):
    """A file in base64. `contentType` is accepted for `mime`."""

    filename: "str"
    name: NotRequired["str | None"]
    mime: NotRequired["str | None"]
    contentBase64: "str"
    content_base64: NotRequired["str | None"]
    duration: NotRequired["float | None"]
    width: NotRequired["int | None"]
    height: NotRequired["int | None"]
    deleteAfter: NotRequired["str | None"]


class AssetsResponse(TypedDict):
    """Some of the assets, and how many there are."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    total: NotRequired["int"]
    limit: NotRequired["int"]
    offset: NotRequired["int"]
    assets: "list[Asset]"


class Attempt(TypedDict):
    """One try at a post. While it is under way `finishedAt` and `ok` are null; `message` then says what it waits for, if it waits."""

    postId: "str"
    attemptNo: "int"
    stage: "str"
    workerId: "str | None"
    startedAt: "str"
    finishedAt: "str | None"
    ok: "bool | None"
    code: "str | None"
    message: "str | None"
    retryable: "bool | None"
    providerPostId: "str | None"
    details: "dict[str, Any] | None"
    steps: NotRequired["list[AttemptStep]"]


class AttemptStep(TypedDict):
    """A piece of an attempt. `irreversible`: the call that makes the post visible, `done` false where its answer is not known."""

    name: "str"
    startedAt: "str"
    finishedAt: "str | None"
    done: "bool"
    irreversible: "bool"


class AttemptsResponse(TypedDict):
    """Every try at a post, oldest first."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    post: NotRequired["Post"]
    attempts: NotRequired["list[Attempt]"]


class ByStatus(TypedDict):
    """How many there are, in all and by status."""

    total: "int"
    byStatus: "dict[str, int]"


class Campaign(TypedDict):
    """Targets that belong together."""

    id: "str"
    name: "str"
    campaignIndex: "int"
    targetCount: "int"
    postCount: "int"
    accounts: "list[str]"
    firstPublishAtUtc: "str"
    lastPublishAtUtc: "str"
    targets: "list[CampaignTarget]"


class CampaignGraph(TypedDict):
    """All campaigns of a schedule or run; `runId` and `runStatus` are null in a preview."""

    runId: "str | None"
    runStatus: "str | None"
    timezone: "str"
    mode: "str"
    sourceModel: "str"
    totalCampaigns: "int"
    totalTargets: "int"
    totalSteps: "int"
    campaigns: "list[Campaign]"


class CampaignInput(TypedDict):
    """Steps to several accounts that belong together."""

    id: NotRequired["str | None"]
    name: "str"
    targets: "list[dict[str, Any]]"


class CampaignStep(TypedDict):
    """One post of a target. What only a stored post has is null in a preview."""

    id: "str"
    postId: "str | None"
    provider: "Provider"
    account: "str"
    interactionType: "str"
    name: "str | None"
    description: "str | None"
    mediaLink: "str | None"
    mediaPolicy: NotRequired["str"]
    latestAtUtc: NotRequired["str"]
    assets: "list[PostAsset]"
    settings: "dict[str, Any]"
    labels: NotRequired["list[str]"]
    timezone: "str"
    publishAtUtc: "str"
    status: "str | None"
    providerPostId: "str | None"
    sequencePosition: "int"
    stepIndex: "int"
    targetIndex: "int"
    parentStepId: "str | None"
    stepDelayMs: "int"
    stepDelayMinutes: "float"


class CampaignTarget(TypedDict):
    """An account of a campaign, and what is published to it one after the other."""

    id: "str"
    targetIndex: "int"
    account: "str"
    provider: "Provider"
    timezone: "str"
    stepCount: "int"
    firstPublishAtUtc: "str"
    lastPublishAtUtc: "str"
    steps: "list[CampaignStep]"


class CapabilitiesResponse(TypedDict):
    """What may be published to each account."""

    ok: "Literal[True]"
    capabilities: "list[Capability]"


class Capability(TypedDict):
    """What may be published to an account. `publishable` is `canPublish`, and `input.media` is `media`."""

    provider: NotRequired["Provider"]
    accountId: NotRequired["str | None"]
    handle: NotRequired["str"]
    displayName: NotRequired["str | None"]
    accountType: NotRequired["str | None"]
    canPublish: NotRequired["bool"]
    publishable: NotRequired["bool"]
    summary: NotRequired["str"]
    media: NotRequired["MediaLimits | None"]
    settings: NotRequired["list[SettingField] | None"]
    workflow: NotRequired["Workflow"]
    input: NotRequired["PostLimits"]
    publishSettings: NotRequired["OfferedSettings"]
    discoveryActions: NotRequired["OfferedActions"]
    limitations: NotRequired["list[str]"]
    nextRecommendedActions: NotRequired["list[str]"]
    essentials: NotRequired["Essentials"]


class Clock(TypedDict):
    """Whether a workspace's time stands, and where."""

    state: "Literal['frozen', 'running']"
    now: "str"


class ClockResponse(TypedDict):
    """The clock, and what was done while it was advanced."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    clock: "Clock"
    rehearsed: NotRequired["Rehearsed"]


class ConnectedAccount(TypedDict):
    """A destination we may publish to. Schedules name it by `handle` or `id`."""

    id: "str"
    provider: "Provider"
    handle: "str"
    displayName: NotRequired["str | None"]
    accountType: NotRequired["str | None"]
    externalId: NotRequired["str | None"]
    status: NotRequired["str | None"]
    publishable: NotRequired["bool"]
    tokenHealth: NotRequired["str"]
    tokenRefreshStatus: NotRequired["str"]
    tokenRefreshFailureCode: NotRequired["str | None"]
    expiresAt: NotRequired["str | None"]
    scopeCount: NotRequired["int"]
    connectionId: NotRequired["str | None"]
    meta: NotRequired["dict[str, Any]"]
    createdAt: NotRequired["str | None"]
    updatedAt: NotRequired["str | None"]


class Connection(TypedDict):
    """A handshake with a network: `pending` until the user has consented, then `connected` or `failed`."""

    id: "str"
    provider: "Provider"
    status: NotRequired["str | None"]
    authorizeUrl: NotRequired["str | None"]
    authorizationUrl: NotRequired["str | None"]
    account: NotRequired["ConnectedAccount | None"]
    accounts: NotRequired["list[ConnectedAccount]"]
    error: NotRequired["str | None"]
    errorCode: NotRequired["str | None"]
    client: NotRequired["str | None"]
    createdAt: NotRequired["str | None"]
    expiresAt: NotRequired["str | None"]
    finishedAt: NotRequired["str | None"]


class ConnectionResponse(TypedDict):
    """A connection, and the accounts it led to; `account` is the first of them."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    connection: NotRequired["Connection"]
    account: NotRequired["ConnectedAccount"]
    accounts: NotRequired["list[ConnectedAccount]"]


class ConnectionStartRequest(TypedDict):
    """Which network to connect, with what a network without OAuth needs."""

    provider: "Provider"
    botToken: NotRequired["str | None"]
    chatId: NotRequired["str | None"]
    webhookUrl: NotRequired["str | None"]
    client: NotRequired["str | None"]
    callbackScheme: NotRequired["str | None"]


class ConnectionsResponse(TypedDict):
    """The workspace's connections, newest first."""

    ok: "Literal[True]"
    connections: "list[Connection]"


class CurrentSession(TypedDict):
    """The session that asks. `fresh`: they have signed in within the last minutes."""

    id: "str"
    kind: "Literal['web', 'mobile']"
    createdAt: "str"
    expiresAt: "str"
    fresh: "bool"


class DashboardSessionResponse(TypedDict):
    """Who is signed in, in which workspace, as what.

    Nobody is `authenticated: false`. `ways`: how one can sign in here. `billing`: whether the workspace needs a plan.
    """

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    authenticated: NotRequired["bool"]
    user: NotRequired["SignedInUser | None"]
    tenant: NotRequired["Tenant | None"]
    membership: NotRequired["OwnMembership | None"]
    workspaces: NotRequired["list[WorkspaceSeat]"]
    session: NotRequired["CurrentSession"]
    ways: NotRequired["list[str]"]
    billing: NotRequired["bool"]


class DatabaseHealth(TypedDict):
    """`error`: the code of what is wrong, where it is not ok."""

    ok: "bool"
    kind: "Literal['sqlite', 'postgresql']"
    error: NotRequired["str"]


class DeliveriesResponse(TypedDict):
    """Deliveries of an endpoint, the newest first."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    deliveries: "list[Delivery]"
    nextCursor: "str | None"


class Delivery(TypedDict):
    """An event on its way to an endpoint. `last…`: of the last try. `seq` is null of a test."""

    id: "str"
    webhookId: "str"
    eventId: "str"
    seq: "int | None"
    type: "str"
    status: "Literal['pending', 'retrying', 'delivered', 'exhausted', 'abandoned']"
    tries: "int"
    nextTryAt: "str | None"
    lastTryAt: "str | None"
    lastStatus: "int | None"
    lastMilliseconds: "int | None"
    lastError: "str | None"
    createdAt: "str"


class DeliveryRequest(TypedDict):
    """What is sent. `body` is null of an event that is no longer kept."""

    url: "str"
    headers: "dict[str, Any]"
    body: "str | None"


class DeliveryResponse(TypedDict):
    """A delivery."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    delivery: "Delivery"


class DeliveryTry(TypedDict):
    """One try that is over. `status` is null where there was no answer."""

    at: "str"
    status: "int | None"
    milliseconds: "int"
    error: "str | None"


class DestinationsResponse(TypedDict):
    """What a user of a network has now: so many of a kind."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    network: "str"
    login: "str"
    kind: "str"
    count: "int"


class DiscoveryAction(TypedDict):
    """Something that can be asked of an account, with the input it takes. `operation`: what the key needs for it, in addition to `read`."""

    id: "str"
    label: "str"
    description: NotRequired["str | None"]
    provider: NotRequired["Provider | None"]
    operation: NotRequired["str"]
    inputSchema: NotRequired["dict[str, Any] | None"]
    input: NotRequired["ActionInput"]


class DiscoveryActionsResponse(TypedDict):
    """What can be asked of one account."""

    ok: "Literal[True]"
    actions: "list[DiscoveryAction]"


class Entitlements(TypedDict):
    """What a plan allows; null is no limit."""

    plan: "str"
    postsPerMonth: "int | None"
    connectedAccounts: "int | None"
    storageBytes: "int | None"


class ErrorResponse(TypedDict):
    """Every failure. `code` is for programs, `message` for people; `details.issues` lists all problems of a request."""

    ok: "Literal[False]"
    code: NotRequired["str | None"]
    message: "str"
    details: NotRequired["dict[str, Any] | list[Any] | str | float | bool | None"]


class Essentials(TypedDict):
    """What matters to who writes a post to an account: each fact once, and none that says nothing. `quotas`: in sentences."""

    interactions: NotRequired["list[str]"]
    text: NotRequired["TextEssentials"]
    media: NotRequired["MediaEssentials"]
    settings: NotRequired["list[SettingEssentials]"]
    actions: NotRequired["list[str]"]
    quotas: NotRequired["list[str]"]


class Event(TypedDict):
    """Something that happened.

    `seq`: its number in the workspace; `actor`: the key or the user behind it, null where it is nobody; `subject`: the ids of what it
    is about; `data`: what became of that, by `type` (see `webhooks`).
    """

    id: "str"
    seq: "int"
    type: "str"
    timestamp: "str"
    workspace: "str"
    actor: "dict[str, Any] | None"
    subject: "dict[str, Any]"
    data: "dict[str, Any]"


class EventsResponse(TypedDict):
    """Events, the oldest first. `nextCursor`: what comes after them; `hasMore`: there is more of it already."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    events: "list[Event]"
    nextCursor: "str"
    hasMore: "bool"


class FaultKind(TypedDict):
    """A fault that can be armed."""

    kind: "str"
    meaning: "str"


class FaultsDisarmedResponse(TypedDict):
    """How many faults were forgotten."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    disarmed: "int"


class FaultsResponse(TypedDict):
    """The faults that wait for calls."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    faults: "list[ArmedFault]"


class FeedClearedResponse(TypedDict):
    """How many posts were taken down."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    removed: "int"


class FeedResponse(TypedDict):
    """The latest posts of a feed, and how many there are."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    posts: "list[SeenPost]"
    total: "int"


class Figures(TypedDict):
    """A snapshot, or the sums over a run."""

    id: NotRequired["str | None"]
    postId: NotRequired["str | None"]
    accountId: NotRequired["str"]
    status: NotRequired["str"]
    supported: NotRequired["bool"]
    metricWindow: NotRequired["str"]
    window: NotRequired["str"]
    collectedAt: NotRequired["str | None"]
    message: NotRequired["str | None"]
    contributingPostCount: NotRequired["int"]
    totalPosts: NotRequired["int"]
    metrics: NotRequired["dict[str, int | None] | None"]


class Growth(TypedDict):
    """How many times as fast as usual figures grow."""

    metrics: "float"
    followers: "float"


class GrowthResponse(TypedDict):
    """How fast figures grow on a network now."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    network: "str"
    growth: "Growth"


class Happened(TypedDict):
    """The outcome of an attempt at a post while the clock was advanced."""

    at: "str"
    postId: "str"
    provider: "Provider"
    attemptNo: "int"
    code: "str | None"
    message: "str | None"


class Health(TypedDict):
    """How a workspace is doing, as numbers; of its connections alone, only what is about accounts."""

    tenant: NotRequired["Tenant"]
    connections: NotRequired["AccountsHealth"]
    runs: NotRequired["ByStatus"]
    posts: NotRequired["ByStatus"]
    jobs: NotRequired["JobsHealth"]
    storage: NotRequired["StoredHealth"]
    total: NotRequired["int"]
    publishable: NotRequired["int"]
    byProvider: NotRequired["dict[str, int]"]
    tokenHealth: NotRequired["dict[str, int]"]
    tokenRefreshStatus: NotRequired["dict[str, int]"]
    connectedAccounts: "int"
    failingAccounts: "int"


class HealthResponse(TypedDict):
    """The service is able to work. Where it is not, the answer is a 503 with code `not_ready` and the same facts as details."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    service: "str"
    now: "str"
    version: NotRequired["str"]
    db: NotRequired["DatabaseHealth"]
    assetStorage: NotRequired["StorageHealth"]
    worker: NotRequired["WorkerHealth"]
    mail: NotRequired["MailHealth"]
    maxAssetBytes: NotRequired["int"]
    maxFormAssetBytes: NotRequired["int"]
    publicBaseUrl: NotRequired["str"]


class ImportProgress(TypedDict):
    """How far an import is; `nextTryAt` where it had to be put off."""

    receivedBytes: "int"
    totalBytes: "int | None"
    tries: "int"
    nextTryAt: "str | None"


class Issue(TypedDict):
    """Something about a request: `code` is for programs, `message` for people, `path` says where."""

    path: "str"
    code: "str"
    message: "str"
    details: "dict[str, Any]"


class Job(TypedDict):
    """A post as a piece of work. `waitReason`: what a post that is being published waits for."""

    id: "str"
    postId: "str"
    runId: "str"
    provider: "Provider"
    account: "str"
    accountId: "str"
    status: "str"
    jobState: "str"
    nextAction: "str"
    blockedBy: "str | None"
    waitReason: "str | None"
    accountTokenHealth: "str"
    tokenRefreshStatus: "str"
    latestAttempt: "LatestAttempt | None"
    attemptCount: "int"
    errorCode: "str | None"
    interactionType: "str"
    stepId: "str | None"
    parentStepId: "str | None"
    nextAttemptAt: "str | None"
    publishAtUtc: "str"


class JobsHealth(TypedDict):
    """How many jobs there are, in all and by state."""

    total: "int"
    draft: "int"
    ready: "int"
    blocked: "int"
    stalled: "int"
    failed: "int"
    done: "int"


class JobsResponse(TypedDict):
    """One job for each post: what is to happen next, and what is in the way."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    jobs: NotRequired["list[Job]"]
    total: NotRequired["int"]
    limit: NotRequired["int"]


class KeyClient(TypedDict):
    """A program that somebody has let in. `host` vouches for its `name`; where it is empty, nobody does."""

    id: "str"
    name: "str"
    host: "str"


class KeyCreateRequest(TypedDict):
    """A key to be made. `kind` is `personal` (the default) or `agent`; `operations` are words and presets; `expiresAt`: when it ends."""

    label: NotRequired["str | None"]
    kind: NotRequired["str | None"]
    operations: NotRequired["list[str] | None"]
    expiresAt: NotRequired["str | None"]


class KeyCreateResponse(TypedDict):
    """One key, by both of its names; `secret` is shown once, when it is made. `expiresAt` is null where it does not end by itself."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    key: NotRequired["ApiKey"]
    apiKey: NotRequired["ApiKey"]
    secret: NotRequired["str | None"]
    operations: NotRequired["list[str]"]
    expiresAt: NotRequired["str | None"]
    formerSecretUntil: NotRequired["str | None"]


class KeyDetails(TypedDict):
    """What a key may do, and when it ends: null where it does not by itself. `client`: of a grant, the program that has it."""

    id: "str"
    operations: "list[str]"
    expiresAt: "str | None"
    client: "KeyClient | None"


class KeyDetailsResponse(TypedDict):
    """Every key of the workspace, newest first."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    keys: "list[KeyDetails]"


class KeyValidationResponse(TypedDict):
    """Whose key this is, what it may do, and until when."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    tenant: "Tenant"
    apiKey: "ApiKey"
    operations: NotRequired["list[str]"]
    expiresAt: NotRequired["str | None"]


class KeysResponse(TypedDict):
    """The workspace's keys, newest first."""

    ok: "Literal[True]"
    keys: "list[ApiKey]"


class LabelInUse(TypedDict):
    """A label, and how many posts have it."""

    label: "str"
    posts: "int"


class LabelsResponse(TypedDict):
    """The labels that posts of the workspace have, in alphabetical order."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    labels: "list[LabelInUse]"


class LatestAttempt(TypedDict):
    """The latest try at a post. While it is under way `ok` is null, and `message` says what it waits for, if it waits."""

    attemptNo: "int"
    stage: "str"
    ok: "bool | None"
    code: "str | None"
    message: "str | None"
    retryable: "bool | None"


class LinkedIdentity(TypedDict):
    """A way in which somebody can sign in; `local` is the link that the server prints."""

    provider: "str"
    email: "str | None"
    linkedAt: "str"


class MailAskedResponse(TypedDict):
    """What happens next, whoever asks. `expiresAt`: until when a link that is on its way is good."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    message: "str"
    expiresAt: "str"


class MailHealth(TypedDict):
    """Whether mail goes out, where an SMTP server is set. `waitingSince`: how long the oldest mail has waited."""

    ok: "bool"
    configured: "bool"
    waiting: "int"
    waitingSince: "str | None"


class Measured(TypedDict):
    """The post or account whose figures they are."""

    id: "str"
    handle: NotRequired["str"]
    provider: NotRequired["Provider"]
    account: NotRequired["str"]
    status: NotRequired["str"]


class MediaEssentials(TypedDict):
    """As MediaLimits, without what says nothing."""

    required: NotRequired["bool"]
    maxItems: NotRequired["int"]
    mixed: NotRequired["bool"]
    combinations: NotRequired["list[MixLimits]"]
    maxAltTextLength: NotRequired["int"]
    shapes: NotRequired["list[ShapeEssentials]"]


class MediaLimits(TypedDict):
    """Which files a post may have."""

    supported: "bool"
    required: "bool"
    maxItems: "int"
    acceptsMultiple: "bool"
    acceptedKinds: "list[str]"
    transport: "str | None"
    nativeUpload: "bool"
    mixed: "bool"
    combinations: "list[MixLimits]"
    maxAltTextLength: "int | None"
    shapes: "list[ShapeLimits]"


class MixLimits(TypedDict):
    """Files that one post may have together: so many of each kind, and in all."""

    counts: "dict[str, int]"
    maxItems: "int"


class MultipartCompleteRequest(TypedDict):
    """Every part that was sent. What is said of the file counts where the file itself does not tell."""

    uploadId: "str"
    parts: "list[dict[str, Any]]"
    duration: NotRequired["float | None"]
    width: NotRequired["int | None"]
    height: NotRequired["int | None"]


class MultipartInitiateResponse(TypedDict):
    """An upload in parts that has begun. `mode` is always `multipart`."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    mode: "str"
    maxAssetBytes: NotRequired["int"]
    asset: NotRequired["Asset"]
    upload: NotRequired["dict[str, Any]"]


class MultipartPartRequest(TypedDict):
    """Which part of which upload."""

    uploadId: "str"
    partNumber: "int"


class MultipartPartResponse(TypedDict):
    """Where the part is to be PUT, as its bytes and nothing else; for `expiresIn` seconds."""

    ok: "Literal[True]"
    assetId: "str"
    uploadId: "str"
    partNumber: "int"
    url: "str"
    expiresIn: NotRequired["int"]


class MultipartUploadInitiateRequest(TypedDict):
    """A file that is going to be sent in parts: its name, its bytes, and its stated type."""

    filename: "str"
    size: "int"
    mime: NotRequired["str | None"]


class NextStep(TypedDict):
    """What leads on from a failure. `operation` and `tool`: that of this API and that of MCP by which it is done, null where it is none."""

    do: "str"
    operation: "str | None"
    tool: "str | None"
    retryable: "bool"


class Notice(TypedDict):
    """What keeps posts to a network waiting and is no account's fault: the developer app's credit there is used up."""

    code: "str"
    provider: "Provider"
    posts: "int"
    message: "str"


class OfferedAction(TypedDict):
    """An action by its name."""

    id: "str"
    label: "str"


class OfferedActions(TypedDict):
    """What can be asked of an account."""

    supported: "bool"
    actions: "list[OfferedAction]"


class OfferedSettings(TypedDict):
    """The options of a post to an account."""

    supported: "bool"
    fields: "list[SettingField]"


class OkResponse(TypedDict):
    """Success, with nothing more to say than perhaps `warnings`. As a body: any JSON object."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]


class OwnMembership(TypedDict):
    """One's part in a workspace. `permissions` are the rights that come with the role."""

    role: "Literal['viewer', 'contributor', 'editor', 'admin', 'owner']"
    billingAdmin: "bool"
    joinedAt: "str"
    permissions: "list[str]"


class PlannedPost(TypedDict):
    """A post of a schedule with every default filled in. What only a step of a campaign has is absent elsewhere."""

    provider: NotRequired["Provider | None"]
    account: "str"
    name: NotRequired["str | None"]
    title: NotRequired["str | None"]
    description: NotRequired["str | None"]
    text: NotRequired["str | None"]
    publish_at: NotRequired["str | None"]
    publishAt: NotRequired["str | None"]
    latest_at: NotRequired["str | None"]
    latestAt: NotRequired["str | None"]
    media_link: NotRequired["str | None"]
    mediaLink: NotRequired["str | None"]
    assets: NotRequired["list[PostAsset | str]"]
    settings: NotRequired["dict[str, Any]"]
    labels: NotRequired["list[str]"]
    first_comment: NotRequired["str | None"]
    firstComment: NotRequired["str | None"]
    interaction_type: NotRequired["Literal['post', 'reply', 'comment'] | None"]
    parent_step_id: NotRequired["str | None"]
    accountId: NotRequired["str | None"]
    generatedName: NotRequired["bool"]
    interactionType: NotRequired["str"]
    timezone: NotRequired["str"]
    publishAtUtc: NotRequired["str"]
    parentStepId: NotRequired["str | None"]
    stepId: NotRequired["str"]
    sourceModel: NotRequired["str"]
    targetIndex: NotRequired["int"]
    stepIndex: NotRequired["int"]
    parentIndex: NotRequired["int | None"]
    campaignId: NotRequired["str"]
    campaignName: NotRequired["str"]
    campaignIndex: NotRequired["int"]
    sequencePosition: NotRequired["int"]
    stepDelayMs: NotRequired["int"]
    mediaPolicy: NotRequired["str"]
    latestAtUtc: NotRequired["str"]


class Post(TypedDict):
    """One thing to publish, and what became of it. `lastError` is `error`, and `attemptCount` is `attempts`."""

    id: "str"
    runId: NotRequired["str | None"]
    provider: "Provider"
    account: "str"
    accountId: NotRequired["str | None"]
    status: "PostStatus"
    name: NotRequired["str | None"]
    description: NotRequired["str | None"]
    interactionType: NotRequired["str"]
    mediaLink: NotRequired["str | None"]
    mediaPolicy: NotRequired["str"]
    assets: NotRequired["list[PostAsset]"]
    settings: NotRequired["dict[str, Any]"]
    labels: NotRequired["list[str]"]
    timezone: NotRequired["str"]
    sourceModel: NotRequired["str"]
    campaignId: NotRequired["str | None"]
    campaignName: NotRequired["str | None"]
    campaignIndex: NotRequired["int | None"]
    targetIndex: NotRequired["int | None"]
    stepId: NotRequired["str | None"]
    stepIndex: NotRequired["int | None"]
    sequencePosition: NotRequired["int | None"]
    stepDelayMs: NotRequired["int | None"]
    parentStepId: NotRequired["str | None"]
    parentPostId: NotRequired["str | None"]
    resolvedParentProviderPostId: NotRequired["str | None"]
    publishAtUtc: NotRequired["str | None"]
    latestAtUtc: NotRequired["str | None"]
    publishedAt: NotRequired["str | None"]
    nextAttemptAt: NotRequired["str | None"]
    cancelRequestedAt: NotRequired["str | None"]
    createdAt: NotRequired["str"]
    updatedAt: NotRequired["str"]
    providerPostId: NotRequired["str | None"]
    providerUrl: NotRequired["str | None"]
    providerStatus: NotRequired["str | None"]
    reconciliationStatus: NotRequired["str | None"]
    blockedBy: NotRequired["str | None"]
    errorCode: NotRequired["str | None"]
    error: NotRequired["str | None"]
    lastError: NotRequired["str | None"]
    attempts: NotRequired["int"]
    attemptCount: NotRequired["int"]
    repeatId: NotRequired["str | None"]
    editedBy: NotRequired["str | None"]
    editedAt: NotRequired["str | None"]
    text: NotRequired["str"]
    thumb: NotRequired["str | None"]


class PostAsset(TypedDict):
    """A media file of a post, with what is known of it."""

    id: NotRequired["str | None"]
    url: "str"
    managed: NotRequired["bool"]
    originalFilename: NotRequired["str | None"]
    mime: NotRequired["str | None"]
    kind: NotRequired["Literal['image', 'video', 'audio', 'other'] | None"]
    size: NotRequired["int | None"]
    duration: NotRequired["float | None"]
    width: NotRequired["int | None"]
    height: NotRequired["int | None"]
    altText: NotRequired["str | None"]
    frameRate: NotRequired["float"]
    videoCodec: NotRequired["str"]
    audioCodec: NotRequired["str"]
    pixelFormat: NotRequired["str"]


class PostInput(TypedDict):
    """A post to be made. Without `publish_at` it is published at once."""

    provider: NotRequired["Provider | None"]
    account: "str"
    name: NotRequired["str | None"]
    title: NotRequired["str | None"]
    description: NotRequired["str | None"]
    text: NotRequired["str | None"]
    publish_at: NotRequired["str | None"]
    publishAt: NotRequired["str | None"]
    latest_at: NotRequired["str | None"]
    latestAt: NotRequired["str | None"]
    media_link: NotRequired["str | None"]
    mediaLink: NotRequired["str | None"]
    assets: NotRequired["list[AssetInput | str]"]
    settings: NotRequired["dict[str, Any]"]
    labels: NotRequired["list[str]"]
    first_comment: NotRequired["str | None"]
    firstComment: NotRequired["str | None"]
    interaction_type: NotRequired["Literal['post', 'reply', 'comment'] | None"]
    parent_step_id: NotRequired["str | None"]


class PostLimits(TypedDict):
    """What a post may hold."""

    text: "TextLimits"
    media: "MediaLimits"


class PostResponse(TypedDict):
    """One post, its account, and the latest try at it. `next`: what to do about it, where it failed."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    post: "Post"
    account: NotRequired["AccountOfPost | None"]
    latestAttempt: NotRequired["Attempt | None"]
    next: NotRequired["NextStep | None"]


class PostsResponse(TypedDict):
    """A page of posts by publish time. `total` counts all that fit the filters."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    posts: "list[Post]"
    total: NotRequired["int"]
    limit: NotRequired["int"]
    offset: NotRequired["int"]


class PreviewLink(TypedDict):
    """A link by which a run can be looked at, until `expiresAt`."""

    id: "str"
    runId: "str"
    madeBy: "str | None"
    createdAt: "str"
    expiresAt: "str"


class PreviewLinkResponse(TypedDict):
    """A link. `url`: where it leads, told once, where it is made."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    link: "PreviewLink"
    url: NotRequired["str"]


class PreviewLinksResponse(TypedDict):
    """The links that open a run now, the newest first."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    links: "list[PreviewLink]"


class Previews(TypedDict):
    """Small pictures of a file, by their size; of a video, its poster too."""

    small: NotRequired["str"]
    medium: NotRequired["str"]
    large: NotRequired["str"]
    poster: NotRequired["str"]


class PublishSettings(TypedDict):
    """The options of a post to an account, described so that a form can be drawn from them."""

    supported: NotRequired["bool"]
    target: NotRequired["SettingsTarget | None"]
    fields: NotRequired["list[SettingField]"]
    discovery: NotRequired["SettingsDiscovery | None"]


class PublishSettingsResponse(TypedDict):
    """The options of a post to one account."""

    ok: "Literal[True]"
    publishSettings: "PublishSettings"


class PurchasesForgottenResponse(TypedDict):
    """How many subscriptions were forgotten."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    forgotten: "int"


Rehearsed = TypedDict(
    "Rehearsed",
    {
        "from": Required["str"],
        "to": Required["str"],
        "complete": Required["bool"],
        "instants": Required["int"],
        "outcomes": Required["dict[str, int]"],
        "events": Required["list[Happened]"],
    },
)


class Repeat(TypedDict):
    """A post that is repeated: `rule`, from `startsAt` on, a time on the wall of `timezone`."""

    id: "str"
    rule: "str"
    startsAt: "str"
    timezone: "str"
    mode: "Literal['scheduled', 'draft']"
    post: "dict[str, Any]"
    occurrences: "int"
    nextAtUtc: "str | None"
    endsAtUtc: "str"
    ended: "bool"
    skipped: "list[Skipped]"
    madeBy: "str | None"
    createdAt: "str"
    updatedAt: "str"


class RepeatResponse(TypedDict):
    """A repeat, and the posts that it has become so far."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    repeat: "Repeat"
    posts: "list[Post]"


class RepeatsResponse(TypedDict):
    """The workspace's repeats, the newest first."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    repeats: "list[Repeat]"


class ReplayResponse(TypedDict):
    """How many events are sent again. `hasMore`: there are more than one call takes; go on from the last one's time."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    replayed: "int"
    hasMore: "bool"


class Run(TypedDict):
    """One applied schedule. `madeBy`: the id of the key or the person that handed it in."""

    id: "str"
    status: "RunStatus"
    mode: NotRequired["str | None"]
    source: NotRequired["str | None"]
    madeBy: NotRequired["str | None"]
    sourceModel: NotRequired["str"]
    timezone: NotRequired["str"]
    totalPosts: NotRequired["int"]
    createdAt: NotRequired["str | None"]
    updatedAt: NotRequired["str | None"]


class RunResponse(TypedDict):
    """A run and its posts. `duplicate`: the idempotency key had been used for the same content, and this is that run."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    duplicate: NotRequired["bool"]
    mode: NotRequired["str | None"]
    sourceModel: NotRequired["str | None"]
    run: NotRequired["Run"]
    posts: NotRequired["list[Post]"]
    summary: NotRequired["RunSummary | None"]
    attempts: NotRequired["list[Attempt]"]
    campaign: NotRequired["CampaignGraph"]
    schedule: NotRequired["dict[str, Any]"]


class RunRow(TypedDict):
    """A post of a run as a row for people."""

    time: "str"
    account: "str"
    campaign: "str | None"
    step: "int | None"
    postName: "str | None"
    description: "str | None"
    mediaLink: "str | None"
    timezone: "str"
    status: "PostStatus"
    postId: "str"


class RunStatusResponse(TypedDict):
    """How far a run has come. `summary` counts its posts by status."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    run: "Run"
    posts: "list[Post]"
    summary: NotRequired["RunSummary | None"]


class RunSummary(TypedDict):
    """How many posts a run has, in all and by status."""

    total: "int"
    draft: "int"
    scheduled: "int"
    publishing: "int"
    published: "int"
    retry_pending: "int"
    failed: "int"
    canceled: "int"


class RunTableResponse(TypedDict):
    """A run as rows of a table, by publish time."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    run: NotRequired["Run"]
    rows: "list[RunRow]"


class SandboxResponse(TypedDict):
    """The simulated networks, the faults that they know, and the clock."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    networks: "list[SimulatedNetwork]"
    faults: "list[FaultKind]"
    clock: "Clock"


class ScheduleEnvelope(TypedDict):
    """A schedule, itself or under `schedule`: either `posts` or `campaigns`."""

    timezone: NotRequired["str"]
    mode: NotRequired["Literal['scheduled', 'draft']"]
    idempotencyKey: NotRequired["str | None"]
    max_late_minutes: NotRequired["int"]
    posts: NotRequired["list[PostInput]"]
    campaigns: NotRequired["list[CampaignInput]"]
    schedule: NotRequired["dict[str, Any]"]


class SeenPost(TypedDict):
    """A post as the public sees it. `createdAt` is in seconds since 1970; no `url` where the network has none (a small Telegram group)."""

    network: "str"
    id: "str"
    account: "str"
    text: "str"
    media: "list[str]"
    replyTo: "str | None"
    url: "str | None"
    createdAt: "float"


class SettingEssentials(TypedDict):
    """As SettingField; described where there is no default."""

    id: "str"
    type: "str"
    required: NotRequired["bool"]
    description: NotRequired["str"]
    default: NotRequired["dict[str, Any] | list[Any] | str | float | bool | None"]
    example: NotRequired["dict[str, Any] | list[Any] | str | float | bool | None"]
    options: NotRequired["list[dict[str, Any] | list[Any] | str | float | bool | None]"]
    min: NotRequired["float"]


class SettingField(TypedDict):
    """An option of a post. `options` is absent where any value of the type will do."""

    id: "str"
    type: "str"
    required: "bool"
    description: "str"
    default: NotRequired["dict[str, Any] | list[Any] | str | float | bool | None"]
    example: NotRequired["dict[str, Any] | list[Any] | str | float | bool | None"]
    options: NotRequired["list[dict[str, Any] | list[Any] | str | float | bool | None]"]
    min: NotRequired["float"]


class SettingsDiscovery(TypedDict):
    """How a post is published there, and who carries its files; null where there is nothing to say."""

    publishShape: "str | None"
    mediaDelivery: "str | None"


class SettingsTarget(TypedDict):
    """Whose options they are."""

    provider: "Provider"
    accountType: "str | None"
    accountId: "str"
    handle: "str"


class ShapeEssentials(TypedDict):
    """The first of ShapeLimits, without what is not limited."""

    kind: "str"
    maxItems: NotRequired["int"]
    maxBytes: NotRequired["int"]
    mimes: NotRequired["list[str]"]
    aspect: NotRequired["list[float | None]"]
    seconds: NotRequired["list[float | None]"]
    maxTextLength: NotRequired["int"]
    maxTitleLength: NotRequired["int"]


class ShapeLimits(TypedDict):
    """What files of one kind must be. Pairs are the least and the most, null where there is no such bound."""

    kind: "str"
    minItems: "int"
    maxItems: "int"
    maxBytes: "int | None"
    mimes: "list[str]"
    width: "list[int | None]"
    height: "list[int | None]"
    aspect: "list[float | None]"
    seconds: "list[float | None]"
    longSide: "list[int | None]"
    shortSide: "list[int | None]"
    frameRate: "list[float | None]"
    videoCodecs: "list[str]"
    audioCodecs: "list[str]"
    pixelFormats: "list[str]"
    moving: "list[str] | None"
    maxTextLength: NotRequired["int"]
    maxTitleLength: NotRequired["int"]


class SignedInUser(TypedDict):
    """Who is signed in."""

    id: "str"
    email: "str | None"
    emailVerified: "bool"
    name: "str | None"
    picture: "str | None"
    identities: "list[LinkedIdentity]"
    createdAt: "str"


class SimulatedNetwork(TypedDict):
    """A network in miniature, how many posts of the workspace the public sees there, and how much faster than usual figures grow."""

    network: "str"
    label: "str"
    providers: "list[Provider]"
    posts: "int"
    growth: "Growth"
    feedUrl: "str"
    appsUrls: "list[str]"


class Skipped(TypedDict):
    """An occurrence that was not made, and why."""

    atUtc: "str"
    code: "str"
    message: "str"


class Snapshot(TypedDict):
    """What a network reported at one time. `supported` is false where it gives no figures at all; `message` says why there are none."""

    id: "str | None"
    postId: "str | None"
    accountId: "str"
    status: "str"
    supported: "bool"
    metricWindow: "str"
    window: "str"
    collectedAt: "str | None"
    metrics: "dict[str, int | None] | None"
    message: "str | None"


class StorageHealth(TypedDict):
    """`error`: the code of what is wrong, where it is not ok."""

    ok: "bool"
    driver: "str"
    freeBytes: "int"
    error: NotRequired["str"]


class StoredHealth(TypedDict):
    """What is kept of a workspace."""

    assets: "int"
    bytes: "int"
    analyticsSnapshots: "int"


class Sums(TypedDict):
    """The figures of a run: the sums over those of its posts that have any."""

    contributingPostCount: "int"
    totalPosts: "int"
    metrics: "dict[str, int | None]"


class SupportRequest(TypedDict):
    """What somebody asks the operator, and where they were when they did. `email` gets the answer, and no other mail."""

    message: "str"
    email: NotRequired["str | None"]
    pageUrl: NotRequired["str | None"]
    pageTitle: NotRequired["str | None"]
    source: NotRequired["str | None"]


class SupportResponse(TypedDict):
    """It is kept; `message` says what happens now."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    request: "dict[str, Any]"
    message: "str"


class Tenant(TypedDict):
    """A workspace. `mode` is `live`, or `test` where every network is the sandbox; `slug` is its name in addresses."""

    id: "str"
    name: NotRequired["str | None"]
    plan: NotRequired["str | None"]
    subscriptionStatus: NotRequired["str | None"]
    entitlements: NotRequired["Entitlements | None"]
    slug: NotRequired["str"]
    mode: NotRequired["Literal['live', 'test']"]
    timezone: NotRequired["str"]
    weekStart: NotRequired["Literal['monday', 'saturday', 'sunday']"]
    twinId: NotRequired["str | None"]
    mediaPolicy: NotRequired["Literal['strict', 'fit']"]
    maxLateMinutes: NotRequired["int | None"]
    createdAt: NotRequired["str"]


class TextEssentials(TypedDict):
    """As TextLimits, without what says nothing."""

    required: NotRequired["bool"]
    title: NotRequired["TitleEssentials"]
    maxLength: NotRequired["int"]
    maxCaptionLength: NotRequired["int"]
    unit: NotRequired["str"]


class TextLimits(TypedDict):
    """How long a text may be, in `unit`; null: no limit. `maxCaptionLength` is the limit with media."""

    supported: "bool"
    required: "bool"
    title: "TitleLimits"
    maxLength: "int | None"
    maxCaptionLength: "int | None"
    unit: "str"


class TitleEssentials(TypedDict):
    """As TitleLimits."""

    supported: NotRequired["bool"]
    required: NotRequired["bool"]
    maxLength: NotRequired["int"]


class TitleLimits(TypedDict):
    """Whether a post has a title of its own, and how long it may be; null: no limit."""

    supported: "bool"
    required: "bool"
    maxLength: "int | None"


class Usage(TypedDict):
    """What was used in this calendar month (UTC), and what there is.

    `postsThisPeriod` are those that are scheduled for it or went out in it: drafts, and what was canceled or failed, do not count.
    `connectedAccounts` are those that can be published to. `postsLimit`, `connectedAccountsLimit`: of the plan; null is no limit.
    `limits`, by what they limit, are those of the server.
    """

    periodStart: "str"
    periodEnd: "str"
    postsThisPeriod: "int"
    postsLimit: "int | None"
    connectedAccounts: "int"
    connectedAccountsLimit: "int | None"
    assets: "int"
    storageBytes: "int"
    limits: "dict[str, UsedOf]"
    entitlements: "Entitlements"


class UsageResponse(TypedDict):
    """What the workspace has used in this calendar month (UTC)."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    usage: "Usage"


class UsedOf(TypedDict):
    """How much there is of something, and how much there may be."""

    used: "int"
    allowed: "int"


class ValidateResponse(TypedDict):
    """What a schedule means: its posts with every default filled in, and the campaign graph where it has campaigns."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    tenantId: "str"
    timezone: "str"
    mode: "str"
    sourceModel: NotRequired["str"]
    maxLateMinutes: NotRequired["int"]
    totalCampaigns: NotRequired["int"]
    totalPosts: "int"
    posts: "list[PlannedPost]"
    campaign: NotRequired["dict[str, Any] | None"]
    schedule: NotRequired["dict[str, Any] | None"]


class WebhookEndpoint(TypedDict):
    """A URL that is sent events. `failing`: nothing was taken for half an hour; `disabled`: nothing is sent, `disabledBecause` says why."""

    id: "str"
    url: "str"
    description: "str | None"
    types: "list[str]"
    accounts: "list[str]"
    ordered: "bool"
    status: "Literal['enabled', 'failing', 'disabled']"
    failingSince: "str | None"
    disabledBecause: "str | None"
    createdAt: "str"
    updatedAt: "str"


class WebhookEndpointResponse(TypedDict):
    """An endpoint; `secret` where it has just been made."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    webhook: "WebhookEndpoint"
    secret: NotRequired["str"]


class WebhookEndpointsResponse(TypedDict):
    """The workspace's endpoints, the newest first."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    webhooks: "list[WebhookEndpoint]"


class WebhookResponse(TypedDict):
    """It was taken. `duplicate`: as it was before; `ignored`: there is nothing to do about it."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    duplicate: NotRequired["bool"]
    ignored: NotRequired["bool"]
    url: NotRequired["str"]
    confirmation_code: NotRequired["str"]


class WholeDelivery(TypedDict):
    """The same with what is sent, every try, and the first 2,048 bytes of the last answer."""

    id: "str"
    webhookId: "str"
    eventId: "str"
    seq: "int | None"
    type: "str"
    status: "Literal['pending', 'retrying', 'delivered', 'exhausted', 'abandoned']"
    tries: "int"
    nextTryAt: "str | None"
    lastTryAt: "str | None"
    lastStatus: "int | None"
    lastMilliseconds: "int | None"
    lastError: "str | None"
    createdAt: "str"
    request: "DeliveryRequest"
    answer: "str | None"
    log: "list[DeliveryTry]"


class WholeDeliveryResponse(TypedDict):
    """A delivery, with all that is known of it."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    delivery: "WholeDelivery"


class WorkerHealth(TypedDict):
    """`heldSince`: when the operator held everything back. `trouble`: what keeps a worker from publishing."""

    lastHeartbeat: "str | None"
    alive: "bool | None"
    overduePosts: "int | None"
    heldSince: "str | None"
    trouble: NotRequired["str"]


class Workflow(TypedDict):
    """What can be done with posts to an account."""

    currentPostModel: "str"
    executionModel: "str"
    supportedInteractionTypes: "list[str]"
    draftSupport: "bool"
    campaignSupport: "bool"
    deleteSupport: "bool"
    reconcileSupport: "bool"
    analyticsSupport: "bool"


class WorkspaceHealthResponse(TypedDict):
    """How a workspace, or its connections, are doing; of the latter, one by one too."""

    ok: "Literal[True]"
    warnings: NotRequired["list[Issue]"]
    health: "Health"
    tenant: NotRequired["Tenant"]
    summary: NotRequired["AccountsHealth"]
    connections: NotRequired["list[AccountHealth]"]
    notices: NotRequired["list[Notice]"]


class WorkspaceSeat(TypedDict):
    """A workspace that somebody is a member of. `twinId`: its test workspace, or the live one that it is for."""

    id: "str"
    name: "str"
    slug: "str"
    mode: "Literal['live', 'test']"
    twinId: "str | None"
    role: "Literal['viewer', 'contributor', 'editor', 'admin', 'owner']"
    deletesAt: NotRequired["str"]
