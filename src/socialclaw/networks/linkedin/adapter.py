"""Posting to LinkedIn, for a member and for a Page alike (https://learn.microsoft.com/en-us/linkedin/marketing/community-management).

`member.py` and `page.py` add what the two can do beyond that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import httpx2

from socialclaw import clock
from socialclaw.errors import Rejected
from socialclaw.networks.linkedin.content import body_of, web_url
from socialclaw.networks.linkedin.refusals import DUPLICATE, NOT_FOUND, NOT_READY
from socialclaw.networks.linkedin.rest import Rest, encoded
from socialclaw.networks.linkedin.upload import Upload
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Published
from socialclaw.providers.polling import pause_once

EARLY = 12  # times that a post may come too early for its files
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0  # seconds after each


class Author:
    """A member or a Page: whoever a post is by. `confirms`: a post with files is looked at again after it was accepted."""

    urn_kind: ClassVar[str]
    confirms: ClassVar[bool] = False

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.account = account
        self.rest = Rest(http, account.secrets["access_token"])

    @property
    def urn(self) -> str:
        return f"urn:li:{self.urn_kind}:{self.account.id}"

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """Upload the files, then post. What LinkedIn finds too early is sent again a little later."""
        upload = Upload(self.rest, self.urn, draft, steps)
        urns = await upload.run() if draft.media else []
        try:
            first = await steps.once("first-send", _now)
            post_id = await steps.irreversible("create", self._create, draft, urns, datetime.fromisoformat(first))
        except Rejected as error:
            if error.code == NOT_READY and urns:
                await _pause(steps)
            elif error.code != DUPLICATE and urns:
                await upload.give_up()  # where files may not be looked at, this is how LinkedIn says that it could not process one
            raise
        silent = [m.filename for m in draft.media if m.alt and m.kind != "image"]
        note = f"LinkedIn takes alt text for images only; left out for {', '.join(silent)}" if silent else None
        return Published(post_id, web_url(post_id), final=not (self.confirms and draft.media), note=note)

    async def delete(self, post_id: str) -> None:
        try:
            await self.rest.delete(f"/posts/{encoded(post_id)}")
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise

    async def earlier(self, urn: str, draft: Draft, since: datetime) -> bool:
        """Whether a post that LinkedIn names as the original of a duplicate is this draft, sent before and its answer lost."""
        return False

    async def _create(self, draft: Draft, urns: Sequence[str], since: datetime) -> str:
        try:
            return await self.rest.create("posts", body_of(draft, self.urn, urns))
        except Rejected as error:
            urn = str(error.details.get("urn") or "")
            if error.code != DUPLICATE or not urn or not await self.earlier(urn, draft, since):
                raise
            return urn


async def _pause(steps: Steps) -> None:
    """Give the worker back, a little longer each time; returns when that has been done often enough."""
    for number in range(EARLY):
        pause = min(FIRST_PAUSE * 1.5**number, LONGEST_PAUSE)
        await pause_once(steps, f"early-{number}", pause, "LinkedIn is still processing the files")


async def _now() -> str:
    return clock.now().isoformat()
