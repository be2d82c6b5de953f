"""A video's way onto TikTok: pieces in order to the address that the init call gave, which is open for an hour.

A piece that TikTok has already is recognised by its answer (416 with what is stored), so a lost answer is only a delay. With the
last piece TikTok has what it needs: the post is on its way. https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide
"""

from __future__ import annotations

from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import Rejected
from socialclaw.networks.tiktok.refusals import explain_upload
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Media
from socialclaw.providers.form_encoder import pieces
from socialclaw.providers.wire import malformed, send

MB = 1024 * 1024
CHUNK = 16 * MB  # TikTok: 5 to 64 MB, the last one up to 128 MB, at most 1,000
PIECE = MB  # read and sent at a time
MIMES = ("video/mp4", "video/quicktime", "video/webm")
GONE = ("tiktok_upload_expired", "tiktok_upload_out_of_step")


def source_of(media: Media) -> dict[str, Any]:
    """How the video will come: the last chunk takes the remainder, and what is no longer than two chunks is one."""
    size = media.size or 0
    chunk = size if size < 2 * CHUNK else CHUNK
    return {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": chunk, "total_chunk_count": max(1, size // max(1, chunk))}


class Upload:
    """One video to one address. `number` is that of the try, which names the steps."""

    def __init__(self, http: httpx2.AsyncClient, media: Media, steps: Steps, *, number: int, url: str) -> None:
        self.http = http
        self.media = media
        self.steps = steps
        self.number = number
        self.url = url

    async def run(self) -> float:
        """All pieces; returns when TikTok had the whole. Rejected with one of `GONE` where this upload can go on no more."""
        source = source_of(self.media)
        chunk, count, size = source["chunk_size"], source["total_chunk_count"], source["video_size"]
        for index in range(count - 1):
            await self.steps.once(f"part-{self.number}-{index}", self._send, index * chunk, (index + 1) * chunk)
        return await self.steps.irreversible(f"finish-{self.number}", self._finish, (count - 1) * chunk, size)

    async def _finish(self, start: int, end: int) -> float:
        return await self._send(start, end, last=True)

    async def _send(self, start: int, end: int, *, last: bool = False) -> float:
        """One chunk; returns when it was there."""
        size = self.media.size or 0
        headers = {
            "content-type": self.media.mime if self.media.mime in MIMES else MIMES[0],
            "content-length": str(end - start),
            "content-range": f"bytes {start}-{end - 1}/{size}",
        }
        content = pieces(self.media, size=PIECE, start=start, end=end)
        try:
            response = await send(self.http, "PUT", self.url, content=content, headers=headers, explain=explain_upload)
        except Rejected as error:
            if error.details.get("stored", -1) < end:
                raise
            return clock.now().timestamp()
        if last and response.status_code != 201:
            raise malformed(response)
        return clock.now().timestamp()
