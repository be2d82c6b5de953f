"""Links to look at a run by."""

from __future__ import annotations

from typing import ClassVar

from pydantic import StrictInt

from socialclaw.api.dialect import Inline, Schema, Time, Uri, optional
from socialclaw.api.schemas.envelopes import OkResponse


class PreviewLinkRequest(Inline):
    """For how many days the link is to be good."""

    misses: ClassVar = {"expires": "days", "expiresin": "days", "expiresindays": "days", "ttl": "days", "duration": "days"}

    days: StrictInt | None = None


class PreviewLink(Schema):
    """A link by which a run can be looked at, until `expiresAt`."""

    id: str
    run_id: str
    made_by: str | None
    created_at: Time
    expires_at: Time


class PreviewLinkResponse(OkResponse):
    """A link. `url`: where it leads, told once, where it is made."""

    link: PreviewLink
    url: Uri = optional()


class PreviewLinksResponse(OkResponse):
    """The links that open a run now, the newest first."""

    links: list[PreviewLink]
