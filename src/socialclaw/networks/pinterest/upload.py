"""A video's way onto Pinterest: register it, send it to the storage that Pinterest names, wait while it is processed.

Every stage is a remembered step. Leave to upload ends, and an upload may be forgotten: then the video is sent anew under new names, as by
whoever tries a post again whose video Pinterest could not process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from socialclaw.errors import Rejected, Unavailable
from socialclaw.networks.pinterest.refusals import explain_upload
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Media
from socialclaw.providers.form_encoder import form
from socialclaw.providers.polling import look_until
from socialclaw.providers.wire import send

Call = Callable[..., Awaitable[Any]]

ROUNDS = 3
LOOKS = 40
FIRST_WAIT, LONGEST_WAIT = 5.0, 60.0  # seconds between two looks, half as long again each time
GONE = frozenset({"pinterest_upload_ended", "pinterest_media_not_found"})
UNPROCESSED = frozenset({"pinterest_media_processing_failed", "pinterest_media_processing_timeout"})


class Upload:
    """The video of one post. `call(method, path, ...)` speaks to Pinterest as the account."""

    def __init__(self, http: httpx2.AsyncClient, call: Call, media: Media, steps: Steps) -> None:
        self.http = http
        self.call = call
        self.media = media
        self.steps = steps
        self.number = 0

    async def run(self) -> str:
        """The media id, ready for a Pin. May give the worker back while Pinterest processes the video."""
        for number in range(self.number, ROUNDS):
            self.number = number
            try:
                return await self._round()
            except _Gone:
                continue
        raise Rejected("Pinterest has forgotten every upload of this video before it could be used", code="pinterest_media_expired")

    async def again(self) -> str:
        """The same after Pinterest has refused the upload that was ready: it is remembered as gone, and another one made."""
        await self.steps.once(f"{self.name}-gone", _true)
        self.number += 1
        return await self.run()

    @property
    def name(self) -> str:
        """What the names of this round's steps begin with."""
        return "video" + (f"-again-{self.number}" if self.number else "")

    async def _round(self) -> str:
        if self.steps.known(f"{self.name}-gone"):
            raise _Gone
        try:
            leave = await self.steps.once(f"{self.name}-register", self._register)
            await self.steps.once(f"{self.name}-upload", self._upload, leave)
            await self._settle(str(leave["media_id"]))
        except Rejected as error:
            if error.code in GONE or (error.code in UNPROCESSED and self.number < ROUNDS - 1):
                await self.steps.once(f"{self.name}-gone", _true)
            if error.code not in GONE:
                raise
            raise _Gone from error
        return str(leave["media_id"])

    async def _register(self) -> dict[str, Any]:
        answer = await self.call("POST", "/media", json={"media_type": "video"})
        try:
            fields = {str(name): str(value) for name, value in answer["upload_parameters"].items()}
            return {"media_id": str(answer["media_id"]), "url": str(answer["upload_url"]), "fields": fields}
        except (KeyError, TypeError, AttributeError) as error:
            raise Unavailable("Pinterest did not say where to upload the video", sent=True, code="provider_malformed") from error

    async def _upload(self, leave: dict[str, Any]) -> bool:
        """The fields as they were given, the file last; the storage takes the same upload again and again."""
        headers, content = form(leave["fields"], self.media, part="file")
        await send(self.http, "POST", leave["url"], headers=headers, content=content, explain=explain_upload)
        return True

    async def _settle(self, media_id: str) -> None:
        status = await look_until(
            *(lambda seen: seen in ("succeeded", "failed"), self.steps, self.name, self._look, media_id),
            most=LOOKS,
            pause=lambda number, _: min(FIRST_WAIT * 1.5**number, LONGEST_WAIT),
            why="Pinterest is processing the video",
        )
        if status == "failed":
            raise Rejected("Pinterest could not process the video", code="pinterest_media_processing_failed", said=status)
        if status != "succeeded":
            raise Rejected(f"Pinterest was still processing the video after {LOOKS} looks", code="pinterest_media_processing_timeout")

    async def _look(self, media_id: str) -> str:
        return str((await self.call("GET", f"/media/{media_id}"))["status"])


class _Gone(Exception):
    """Pinterest does not know this round's upload (any more)."""


async def _true() -> bool:
    return True
