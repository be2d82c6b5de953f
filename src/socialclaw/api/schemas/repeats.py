"""Posts that are repeated."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, StrictBool, StrictInt

from socialclaw.api.dialect import Inline, Object, OpenObject, Schema, Time, optional
from socialclaw.api.schemas.envelopes import OkResponse
from socialclaw.api.schemas.posts import Post


class RepeatRequest(Inline):
    """A post, and the rule by which it goes out."""

    misses: ClassVar = {"rrule": "rule", "recurrence": "rule", "start": "startsAt", "dtstart": "startsAt", "publishat": "startsAt"} | {
        "content": "post",
        "posts": "post",
    }

    rule: str
    starts_at: Time
    timezone: str | None = None
    mode: str | None = None
    post: Object


class RepeatChange(Inline):
    """What is to be otherwise, from an occurrence on."""

    misses: ClassVar = RepeatRequest.misses | {"since": "from"}

    rule: str | None = None
    starts_at: Time | None = None
    timezone: str | None = None
    post: Object = optional()
    since: str | None = Field(None, alias="from")


class Skipped(Schema):
    """An occurrence that was not made, and why."""

    at_utc: Time
    code: str
    message: str


class Repeat(Schema):
    """A post that is repeated: `rule`, from `startsAt` on, a time on the wall of `timezone`.

    `occurrences`: in all; `nextAtUtc`: the one that is made next, null once it has `ended`; `endsAtUtc`: until when it goes.
    """

    id: str
    rule: str
    starts_at: str
    timezone: str
    mode: Literal["scheduled", "draft"]
    post: OpenObject
    occurrences: StrictInt
    next_at_utc: Time | None
    ends_at_utc: Time
    ended: StrictBool
    skipped: list[Skipped]
    made_by: str | None
    created_at: Time
    updated_at: Time


class RepeatResponse(OkResponse):
    """A repeat, and the posts that it has become so far."""

    repeat: Repeat
    posts: list[Post]


class RepeatsResponse(OkResponse):
    """The workspace's repeats, the newest first."""

    repeats: list[Repeat]
