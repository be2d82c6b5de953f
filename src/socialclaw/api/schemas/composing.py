"""What the dashboard's composer sends: a post for several accounts, and a post that is changed."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import StrictBool

from socialclaw.api.dialect import Body, Object, Schema, Time, known_as, optional
from socialclaw.api.schemas.schedules import AssetInput


class ComposeTarget(Schema):
    """An account that it goes to, with settings of its own; and with a title, a text and a first comment of its own, where it is
    to have others."""

    inline: ClassVar[bool] = True

    account: str = known_as("account", listed=["accountHandle"])
    title: str | None = known_as("title", "name")
    text: str | None = known_as("text", "description")
    first_comment: str | None = None
    settings: Object = optional()


class DashboardComposeRequest(Body):
    """A post for one account or several (`targets`). It goes out at `publishAt`, with `publishNow`, or at the next free `slot`,
    or is kept as a `draft`."""

    misses: ClassVar = {"accounts": "targets", "publishat": "publishAt", "scheduledat": "publishAt", "time": "publishAt"} | {
        "body": "text",
        "content": "text",
        "media": "assets",
        "now": "publishNow",
        "label": "labels",
        "comment": "firstComment",
    }

    title: str | None = known_as("title", "name")
    text: str | None = known_as("text", "description")
    account: str | None = known_as("account", listed=["accountHandle"])
    targets: list[ComposeTarget] = optional()
    assets: list[AssetInput] = optional()
    settings: Object = optional()
    labels: list[str] = optional()
    first_comment: str | None = None
    timezone: str | None = None
    publish_at: Time | None = None
    publish_now: StrictBool = optional()
    slot: Literal["next"] = optional()
    campaign_name: str | None = None
    draft: StrictBool = optional()
    idempotency_key: str | None = None


class DashboardPostUpdateRequest(Body):
    """A post as it is to be; what is left out stays. `ifUpdatedAt`: only if it is as it was then. `moveReplies`: they follow its time."""

    misses: ClassVar = {
        "name": "title",
        "description": "text",
        "scheduledat": "publishAt",
        "media": "assets",
        "updatedat": "ifUpdatedAt",
    } | {"label": "labels"}

    title: str | None = None
    text: str | None = None
    account: str
    assets: list[AssetInput] = optional()
    settings: Object = optional()
    labels: list[str] = optional()
    timezone: str | None = None
    publish_at: Time
    if_updated_at: Time = optional()
    move_replies: StrictBool = optional()
