"""What needs a person, runs as a list, and posts that are moved."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import Inline, Schema, Time, optional
from socialclaw.api.schemas.accounts import ConnectedAccount
from socialclaw.api.schemas.envelopes import OkResponse
from socialclaw.api.schemas.posts import Post, Run, RunSummary


class AttentionCounts(Schema):
    """How many posts need somebody, by why: nobody knows whether they are live; the network or we refused them; their account must be
    connected again; the operator holds them back; they are due and nobody has begun with them."""

    unresolved: StrictInt
    refused: StrictInt
    waiting_for_account: StrictInt
    held: StrictInt
    overdue: StrictInt


class AttentionPosts(Schema):
    """The first posts of each kind, as cards."""

    unresolved: list[Post]
    refused: list[Post]
    waiting_for_account: list[Post]
    held: list[Post]
    overdue: list[Post]


class AlertTold(Schema):
    """What people are told of when it comes to be so: `id` of the post or the account, and what it is in words."""

    id: str
    kind: Literal["unresolved", "refused", "overdue", "login"]
    text: str


class AttentionResponse(OkResponse):
    """What needs a person. `total` counts posts and accounts. `alerts`: the part of it that the page, and a mail, tells of by itself."""

    total: StrictInt
    counts: AttentionCounts
    posts: AttentionPosts
    accounts: list[ConnectedAccount]
    alerts: list[AlertTold]


class AlertsByMail(Schema):
    """Whether one is mailed what needs somebody. `address`: where to; null where no mail comes, and `reason` says why."""

    wanted: StrictBool
    address: str | None
    reason: Literal["no_mail_server", "address_not_proven", "role_too_low"] | None


class AlertsByMailResponse(OkResponse):
    """Whether one is mailed what needs somebody in this workspace."""

    alerts_by_mail: AlertsByMail


class AlertsByMailRequest(Inline):
    """Whether to be mailed."""

    misses: ClassVar = {"enabled": "wanted", "on": "wanted", "byMail": "wanted"}

    wanted: StrictBool


class AccountPosts(Schema):
    """What an account has before it and behind it. `waiting`: those of its posts that go out once it is connected again."""

    account_id: str
    upcoming: StrictInt
    waiting: StrictInt
    last_published_at: Time | None


class AccountPostsResponse(OkResponse):
    """The accounts that have posts."""

    accounts: list[AccountPosts]


class Maker(Schema):
    """Who made something: a key, by its label and the beginning of its secret, or a person. `name` is null of who is gone."""

    id: str
    what: Literal["key", "person"]
    name: str | None
    key_prefix: str | None
    key_kind: str | None


class ListedRun(Run):
    """A run in a list. `text`: how its first post begins; `firstAtUtc`, `lastAtUtc`: from when to when its posts are due."""

    maker: Maker | None
    text: str
    first_at_utc: Time | None
    last_at_utc: Time | None
    summary: RunSummary


class RunsResponse(OkResponse):
    """A page of runs, the newest first. `nextCursor` leads to the next one."""

    runs: list[ListedRun]
    next_cursor: str | None


class VerdictRequest(Inline):
    """What somebody found on the network: `published`, with its id or its address there, or `not_published`."""

    misses: ClassVar = {"url": "providerUrl", "id": "providerPostId", "verdict": "outcome", "result": "outcome", "status": "outcome"}

    outcome: str
    provider_post_id: str | None = None
    provider_url: str | None = None


class PostMove(Schema):
    """A post, and when it is to go out. `ifUpdatedAt`: only if it is as it was then."""

    inline: ClassVar[bool] = True

    id: str
    publish_at: Time
    if_updated_at: Time = optional()


class MoveRequest(Inline):
    """Posts and their new times."""

    misses: ClassVar = {"moves": "posts", "items": "posts"}

    posts: list[PostMove]


class MovedPost(Schema):
    """When a post goes out now, and its `updatedAt`."""

    id: str
    publish_at_utc: Time
    updated_at: Time


class MovedResponse(OkResponse):
    """The posts that were moved, in the order in which they were named."""

    posts: list[MovedPost]
