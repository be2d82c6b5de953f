"""The kinds of events: one table, which the documentation, the OpenAPI document, the samples and the tests are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TIME = "2026-12-24T09:03:10.000Z"
HANDLE = "x:@brand"
PROVIDER, _, _ = HANDLE.partition(":")


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of what an event tells: what it is, and what it may be like. `null`: it may be nothing."""

    says: str
    sample: Any
    null: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        kinds = {bool: "boolean", int: "integer", str: "string", dict: "object"}
        kind = kinds[type(self.sample)]
        found: dict[str, Any] = {"type": [kind, "null"] if self.null else kind, "description": self.says}
        if isinstance(self.sample, str) and self.sample == TIME:
            found["format"] = "date-time"
        return found


POST = {
    "id": Fact("The post", "post_mr2n3k5q_5f0c1d2e3a4b"),
    "runId": Fact("Its run", "run_mr2n3k5p_0a1b2c3d4e5f"),
    "accountId": Fact("Its account", "acct_mr2n0000_a1b2c3d4e5f6"),
    "account": Fact("The account's handle", HANDLE),
    "provider": Fact("The provider", PROVIDER),
    "status": Fact("As in `GET /v1/posts/{postId}`", "published"),
    "publishAtUtc": Fact("When it was to go out", TIME),
    "publishedAt": Fact("When its network had it", TIME, null=True),
    "nextAttemptAt": Fact("When something is done about it next", TIME, null=True),
    "blockedBy": Fact("What it waits for", "account", null=True),
    "providerPostId": Fact("The network's id of it", "2127000000000000001", null=True),
    "providerUrl": Fact("Where it is to be seen", "https://x.com/i/web/status/2127000000000000001", null=True),
    "providerStatus": Fact("What the network has made of it: accepted, published, deleted or failed", "published", null=True),
    "reconciliationStatus": Fact("Where its answer was lost: pending, confirmed, not_found or unresolved", "confirmed", null=True),
    "errorCode": Fact("What was wrong, as a code", "x_text_too_long", null=True),
    "error": Fact("The same in words", "The text is too long", null=True),
    "attemptCount": Fact("How often it was tried", 1),
}
RUN = {
    "id": Fact("The run", "run_mr2n3k5p_0a1b2c3d4e5f"),
    "status": Fact("As in `GET /v1/runs/{runId}`", "completed"),
    "mode": Fact("scheduled, or draft", "scheduled"),
    "totalPosts": Fact("How many posts it has", 3),
    "published": Fact("How many of them are published", 3),
    "failed": Fact("How many have failed", 0),
    "canceled": Fact("How many were canceled", 0),
}
ACCOUNT = {
    "id": Fact("The account", "acct_mr2n0000_a1b2c3d4e5f6"),
    "provider": Fact("The provider", PROVIDER),
    "handle": Fact("Its handle", HANDLE),
    "displayName": Fact("What it is called", "Brand", null=True),
    "accountType": Fact("Which kind of account it is there", "user", null=True),
    "status": Fact("connected, reconnect_required or disconnected", "connected"),
}
ASSET = {
    "id": Fact("The asset", "asset_mr2n1111_b1b2c3d4e5f6"),
    "originalFilename": Fact("What the file is called", "launch.mp4"),
    "mime": Fact("Its media type", "video/mp4"),
    "size": Fact("Its bytes; 0 where they are not known", 5_242_880),
    "status": Fact("ready, or failed", "ready"),
    "errorCode": Fact("Why it failed, as a code", "media_unreachable", null=True),
    "error": Fact("The same in words", "files.example.com could not be reached", null=True),
}
KEY = {
    "id": Fact("The key", "key_mr2n2222_c1b2c3d4e5f6"),
    "label": Fact("What it is called", "Calendar agent", null=True),
    "kind": Fact("personal, or agent", "agent"),
    "prefix": Fact("How its secret begins", "sc_live_Ab3d"),
    "operations": Fact("What it may do, with blanks between", "read validate draft"),
}
QUOTA = {
    "account": Fact("The account's handle", HANDLE),
    "provider": Fact("The provider", PROVIDER),
    "until": Fact("When the account is used again", TIME),
    "code": Fact("What the network said, as a code", "provider_rate_limited", null=True),
}
WEBHOOK = {
    "id": Fact("The endpoint", "hook_mr2n4444_d1b2c3d4e5f6"),
    "url": Fact("Where events are sent", "https://hooks.example.com/socialclaw"),
    "description": Fact("What it is for", "Calendar", null=True),
    "status": Fact("enabled, failing or disabled", "failing"),
    "failingSince": Fact("Since when nothing was taken", TIME, null=True),
    "because": Fact("Why it was disabled", "It answered 410 Gone: it wants no more events", null=True),
}
PING = {"message": Fact("What was asked for", "Hello")}

IDS = {"post": POST, "run": RUN, "account": ACCOUNT, "asset": ASSET, "key": KEY, "webhook": WEBHOOK}
OBJECTS = {**IDS, "quota": QUOTA, "ping": PING}


@dataclass(frozen=True, slots=True)
class Kind:
    """`subject`: the names of the ids of what it is about; `tells`: the object in its data; `sample`: of that, what differs."""

    type: str
    says: str
    subject: tuple[str, ...]
    tells: str
    sample: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        """A sample of what it tells."""
        said: dict[str, Any] = {name: None if fact.null else fact.sample for name, fact in OBJECTS[self.tells].items()}
        return {self.tells: said | self.sample}

    @property
    def schema(self) -> dict[str, Any]:
        """What it tells, as JSON Schema. Fields may be added; nothing is left of an account that was deleted on a network's behalf."""
        told = _object({name: fact.schema for name, fact in OBJECTS[self.tells].items()})
        return {"type": "object", "properties": {self.tells: told}}

    def event(self) -> dict[str, Any]:
        """A sample of the whole event."""
        ids = {name: IDS[name]["id"].sample for name in self.subject}
        said = {"id": "evt_mr2n3k60_6a5b4c3d2e1f", "seq": 4711, "type": self.type, "timestamp": TIME}
        return {**said, "workspace": "tenant_mr1z0000_001122334455", "actor": None, "subject": ids, "data": self.data}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": [*properties]}


_OF_POST, _OF_RUN = ("post", "run", "account"), ("run",)
_LIVE = {name: POST[name].sample for name in ("publishedAt", "providerPostId", "providerUrl", "providerStatus")}
_WRONG = {name: POST[name].sample for name in ("errorCode", "error")}

KINDS: Mapping[str, Kind] = {
    kind.type: kind
    for kind in (
        Kind("post.published", "A post is live on its network", _OF_POST, "post", _LIVE),
        Kind("post.accepted", "Its network has a post, and does not show it yet", _OF_POST, "post", _LIVE | {"providerStatus": "accepted"}),
        Kind("post.confirmed", "A post that was accepted is to be seen", _OF_POST, "post", _LIVE),
        Kind("post.failed", "A post was not published, and is not tried again by itself", _OF_POST, "post", _WRONG | {"status": "failed"}),
        Kind(
            "post.unknown",
            "Nobody can tell whether a post is live: somebody has to look",
            _OF_POST,
            "post",
            {"status": "failed", "errorCode": "publish_outcome_unknown", "reconciliationStatus": "unresolved"},
        ),
        Kind(
            "post.retrying",
            "A try at a post failed, or somebody wants another one: it is tried again at `nextAttemptAt`",
            _OF_POST,
            "post",
            _WRONG | {"status": "retry_pending", "nextAttemptAt": TIME},
        ),
        Kind("post.canceled", "A post was taken back before it was published", _OF_POST, "post", {"status": "canceled"}),
        Kind("post.deleted", "A post was taken down on its network", _OF_POST, "post", _LIVE | {"providerStatus": "deleted"}),
        Kind("run.applied", "A schedule was applied", _OF_RUN, "run", {"status": "created", "published": 0}),
        Kind(
            "run.scheduled",
            "A draft run was published: its posts go out at their times",
            _OF_RUN,
            "run",
            {"status": "created", "published": 0},
        ),
        Kind("run.completed", "All posts of a run are published or canceled", _OF_RUN, "run"),
        Kind(
            "run.partial_failed",
            "A run is over, and posts of it have failed",
            _OF_RUN,
            "run",
            {"status": "partial_failed", "published": 2, "failed": 1},
        ),
        Kind("account.connected", "An account was connected, or connected again", ("account",), "account"),
        Kind(
            "account.reconnect_required",
            "A network no longer grants access to an account: its posts wait until it is connected again",
            ("account",),
            "account",
            {"status": "reconnect_required"},
        ),
        Kind("account.disconnected", "An account was disconnected", ("account",), "account", {"status": "disconnected"}),
        Kind("asset.ready", "A file is there, and may be used in posts", ("asset",), "asset"),
        Kind(
            "asset.failed",
            "A file could not be taken",
            ("asset",),
            "asset",
            {"status": "failed", "errorCode": "media_unreachable", "error": ASSET["error"].sample},
        ),
        Kind("key.created", "An API key was made", ("key",), "key"),
        Kind("key.revoked", "An API key was revoked", ("key",), "key"),
        Kind(
            "quota.reached",
            "A network takes no more of an account for now: its posts wait",
            ("account",),
            "quota",
            {"code": "provider_rate_limited"},
        ),
        Kind(
            "webhook.failing",
            "Nothing was taken by an endpoint for half an hour",
            ("webhook",),
            "webhook",
            {"failingSince": TIME},
        ),
        Kind(
            "webhook.disabled",
            "Nothing more is sent to an endpoint until somebody enables it",
            ("webhook",),
            "webhook",
            {"status": "disabled", "failingSince": TIME, "because": WEBHOOK["because"].sample},
        ),
        Kind(
            "test.ping",
            "Somebody tries out an endpoint: it is sent there, and is in no feed",
            (),
            "ping",
        ),
    )
}
ENDING = ("post.published", "post.accepted", "post.failed", "post.unknown", "post.canceled")  # after which a run may be over


def families() -> Sequence[str]:
    """`post.*` and its like."""
    return [*dict.fromkeys(f"{name.partition('.')[0]}.*" for name in KINDS)]
