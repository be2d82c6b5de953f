"""A file's way onto X: begin, append in pieces, finish, wait while X processes it, describe it.

Every stage is a remembered step, so a broken upload goes on where it was. An upload lives for a day: one that has ended, that X does
not know any more or that it could not process is begun again under new step names, the last one by whoever tries the post again.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from socialclaw import clock
from socialclaw.errors import Rejected
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Media
from socialclaw.providers.polling import look_until

Call = Callable[..., Awaitable[Any]]

CHUNK = 2 * 1024 * 1024
BATCH = 8  # chunks remembered at a time: 16 MiB
LOOKS = 15
PROCESSING = "X is processing the video"
ROUNDS = 3
MARGIN = 600.0  # seconds that an upload should still live when its post is made
LIFE = 86_400.0
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff")
MIMES = frozenset([*IMAGES, "video/mp4", "video/webm", "video/quicktime", "video/mp2t"])
UNKNOWN = {"image": "image/jpeg", "video": "video/mp4"}  # what a file is declared as of which nobody knows what it is
SAME = {"video/x-m4v": "video/mp4"}  # X has no word for it, and it is no different
GONE = re.compile(r"media.?ids?\b|\bexpired\b|not found", re.IGNORECASE)


class Upload:
    """One file, the `index`-th of its post. `call(method, path, ...)` speaks to X as the account."""

    def __init__(self, call: Call, media: Media, steps: Steps, *, index: int) -> None:
        self.call = call
        self.media = media
        self.steps = steps
        self.index = index
        self.number = 0

    async def run(self) -> str:
        """The media id, ready to be posted. May give the worker back while X processes the file."""
        for self.number in range(ROUNDS):
            if self.steps.known(f"{self.round}-gone"):
                continue
            begun = await self.steps.once(f"{self.round}-begin", self._begin)
            if begun["expires_at"] - MARGIN < clock.now().timestamp():
                continue
            try:
                return await self._complete(begun["id"])
            except Rejected as error:
                if not _is_gone(error) or not await self.give_up():
                    raise
        raise Rejected("Every upload of this file ended before it could be posted", code="x_media_expired")

    @property
    def round(self) -> str:
        """What the names of this round's steps begin with."""
        return f"media-{self.index}" + (f"-again-{self.number}" if self.number else "")

    async def give_up(self) -> bool:
        """Remember that X does not know this round's upload (any more). False where no further round is left."""
        if self.number == ROUNDS - 1:
            return False
        return await self.steps.once(f"{self.round}-gone", _true)

    async def _complete(self, media_id: str) -> str:
        size = self.media.size or 0
        for number, start in enumerate(range(0, size, CHUNK * BATCH)):
            await self.steps.once(f"{self.round}-part-{number}", self._append, media_id, start, min(size, start + CHUNK * BATCH))
        await self._settle(media_id)
        if self.media.alt and self.media.kind == "image":
            await self.steps.once(f"{self.round}-alt", self._describe, media_id)
        return media_id

    async def _settle(self, media_id: str) -> None:
        """Finish, then look as often and as far apart as X says; patience grows after the first looks."""
        known = self.steps.known(f"{self.round}-end")
        progress = await self.steps.once(f"{self.round}-end", self._finish, media_id)
        if not _is_over(progress):
            if not known:
                self.steps.wait(progress["wait"], PROCESSING)
            progress = await look_until(
                *(_is_over, self.steps, self.round, self._look, media_id),
                most=LOOKS,
                pause=lambda number, seen: max(seen["wait"], 5.0 * (number - 3)),
                why=PROCESSING,
            )
        if progress["state"] != "succeeded":
            await self.give_up()  # nothing is posted yet: whoever tries the post again has the file uploaded again
        if progress["state"] == "failed":
            raise Rejected(f"X could not process the file: {progress['why']}", code="x_media_processing_failed", said=progress["why"])
        if progress["state"] != "succeeded":
            raise Rejected(f"X was still processing the file after {LOOKS} looks", code="x_media_processing_timeout")

    async def _begin(self) -> dict[str, Any]:
        media = self.media
        mime = SAME.get(media.mime or "", media.mime) or UNKNOWN[media.kind]
        if mime not in MIMES:
            code = "x_image_type_unsupported" if media.kind == "image" else "x_video_type_unsupported"
            raise Rejected(f"{media.filename} is {mime}, which X does not take", code=code, mime=mime)
        category = "tweet_gif" if mime == "image/gif" else f"tweet_{media.kind}"
        body = {"media_type": mime, "total_bytes": media.size, "media_category": category}
        data = (await self.call("POST", "/2/media/upload/initialize", json=body))["data"]
        return {"id": str(data["id"]), "expires_at": clock.now().timestamp() + float(data.get("expires_after_secs") or LIFE)}

    async def _append(self, media_id: str, start: int, end: int) -> bool:
        if self.media.read is None:
            raise ValueError("the file cannot be read")
        for offset in range(start, end, CHUNK):
            chunk = await self.media.read(offset, min(CHUNK, end - offset))
            if len(chunk) != min(CHUNK, end - offset):
                raise Rejected("The file is shorter than it was when it was uploaded here", code="asset_changed")
            files = {"media": ("chunk", chunk, "application/octet-stream")}
            await self.call("POST", f"/2/media/upload/{media_id}/append", data={"segment_index": str(offset // CHUNK)}, files=files)
        return True

    async def _finish(self, media_id: str) -> dict[str, Any]:
        """Finish the upload; where X refuses, an earlier try may have finished it already."""
        try:
            answer = await self.call("POST", f"/2/media/upload/{media_id}/finalize")
        except Rejected as error:
            try:
                return await self._look(media_id)
            except Rejected:
                raise error from None
        return _progress(answer)

    async def _look(self, media_id: str) -> dict[str, Any]:
        return _progress(await self.call("GET", "/2/media/upload", params={"command": "STATUS", "media_id": media_id}))

    async def _describe(self, media_id: str) -> bool:
        body = {"id": media_id, "metadata": {"alt_text": {"text": self.media.alt}}}
        await self.call("POST", "/2/media/metadata", json=body)
        return True


def _progress(answer: Any) -> dict[str, Any]:
    """state (succeeded | failed | another), seconds to wait, and why it failed."""
    info = answer["data"].get("processing_info") or {"state": "succeeded"}
    error = info.get("error") or {}
    why = " ".join(str(error[name]) for name in ("name", "message") if error.get(name))
    return {"state": info["state"], "wait": float(info.get("check_after_secs") or 5), "why": why or "no reason given"}


def _is_over(progress: dict[str, Any]) -> bool:
    return progress["state"] in ("succeeded", "failed")


def _is_gone(error: Rejected) -> bool:
    return error.details.get("httpStatus") == 404 or (
        error.code != "x_media_processing_failed" and bool(GONE.search(error.details.get("said", "")))
    )


async def _true() -> bool:
    return True
