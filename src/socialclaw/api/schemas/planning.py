"""What a composer and a calendar need beside posts: drafts, slots, what networks make of a file, and what was gained."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictInt

from socialclaw.api.dialect import Inline, Object, ProviderName, Schema, Time, optional
from socialclaw.api.schemas.analytics import Measured, Metrics
from socialclaw.api.schemas.envelopes import OkResponse


class DraftCard(Schema):
    """A draft of the composer in a list. `text`: how it begins."""

    id: str
    revision: StrictInt
    text: str
    created_at: Time
    updated_at: Time


class ComposerDraft(DraftCard):
    """A draft of the composer, with what the composer keeps in it."""

    content: Object


class DraftsResponse(OkResponse):
    """Your drafts in this workspace, the last saved first."""

    drafts: list[DraftCard]


class DraftResponse(OkResponse):
    """A draft of yours."""

    draft: ComposerDraft


class DraftRequest(Inline):
    """What is to be kept: any object. Its `text`, where it has one, is shown in the list of drafts."""

    misses: ClassVar = {"draft": "content", "data": "content", "document": "content", "body": "content"}

    content: Object


class Slot(Schema):
    """A time of the week: a weekday in English, and a time by the clock of the workspace's zone, `HH:MM`."""

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    time: str


class SlotWeek(Schema):
    """The slots of an account; of all accounts that have none of their own, where `accountId` is null."""

    account_id: str | None
    times: list[Slot]


class SlotsResponse(OkResponse):
    """The workspace's slots, by account, in its time zone."""

    timezone: str
    slots: list[SlotWeek]


class SlotInput(Schema):
    """A time of the week."""

    inline: ClassVar[bool] = True

    weekday: str
    time: str


class SlotsRequest(Inline):
    """All slots of an account, or of all that have none of their own; an empty list takes them away."""

    misses: ClassVar = {"account": "accountId", "slots": "times"}

    account_id: str | None = None
    times: list[SlotInput]


class FreeSlot(Slot):
    """A slot that is free, as the instant that it is this time."""

    at_utc: Time


class FreeSlotsResponse(OkResponse):
    """The next free slots, in their order; fewer than were asked for where there are no more within a year."""

    timezone: str
    slots: list[FreeSlot]


class AssetChange(Inline):
    """What is to be said of a file. `altText` null: nothing any more."""

    misses: ClassVar = {"alt": "altText", "alttext": "altText", "description": "altText"}

    alt_text: str | None


class Fit(Schema):
    """What becomes of a file at an account.

    `as_it_is`; `changed`, where the media policy is `fit`, by what `changes` tells, to `width` x `height`; or `refused`, also with that
    policy. `reasons`: what the network would have against the file as it is.
    """

    account_id: str
    account: str
    provider: ProviderName
    fit: Literal["as_it_is", "changed", "refused"]
    reasons: list[str]
    changes: list[str]
    width: StrictInt | None
    height: StrictInt | None


class FitsResponse(OkResponse):
    """What becomes of a file at each account that publishes, or at the one that was named."""

    asset_id: str
    fits: list[Fit]


class GainedDay(Schema):
    """What was added on a day, by the workspace's time zone."""

    day: str
    metrics: Metrics


class GainedAccount(Schema):
    """What an account's posts have gained. A figure is null where its network does not tell it.

    `followers`: at the end; `followersGained`: since the first time in the span that they were counted.
    """

    account: Measured
    metrics: Metrics
    contributing_post_count: StrictInt
    followers: StrictInt | None
    followers_gained: StrictInt | None


class GainedPost(Schema):
    """What a post has gained in the span. `text`: how it begins."""

    id: str
    provider: ProviderName
    account: str
    account_id: str
    text: str
    published_at: Time | None
    metrics: Metrics


class GainedHour(Schema):
    """What the posts have gained that went out in the span on this weekday in this hour, by the workspace's time zone; and how many."""

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    hour: StrictInt
    posts: StrictInt
    metrics: Metrics


class OverviewResponse(OkResponse):
    """What was gained in a span of days: in all by figure, by day, by account, and by hour of the week.

    `posts` are those that gained most of some figure, the last published first.
    """

    since: Time = optional("from")
    until: Time = optional("to")
    timezone: str
    metrics: Metrics
    days: list[GainedDay]
    accounts: list[GainedAccount]
    posts: list[GainedPost]
    hours: list[GainedHour]
