"""A video's way onto YouTube: a resumable upload (https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol).

A session is opened once and takes the file in pieces. What it has stored, it says itself, so a broken upload goes on from there; the
request with the last bytes makes the video, and is the irreversible one. A session that YouTube has forgotten, or whose video it could
not process, is followed by another one, under the names of the next round.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2

from socialclaw.errors import Missing, Rejected, Unavailable
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Media
from socialclaw.providers.form_encoder import pieces
from socialclaw.providers.wire import malformed

Send = Callable[..., Awaitable[httpx2.Response]]
Video = Mapping[str, Any]

UPLOAD = "https://www.googleapis.com/upload/youtube/v3/videos"
PIECE = 8 * 1024 * 1024  # bytes; a multiple of 256 KiB, as every piece but the last must be
NOTED = 8 * PIECE  # bytes after which progress is written down
ROUNDS = 3
MORE = 308


class Upload:
    """One video. `send(method, url, ...)` speaks to YouTube as the channel; `body` and `params` are those of `videos.insert`."""

    def __init__(self, send: Send, media: Media, steps: Steps, *, body: Mapping[str, Any], params: Mapping[str, str]) -> None:
        self.send = send
        self.media = media
        self.steps = steps
        self.body = body
        self.params = params
        self.number = 0

    async def run(self) -> tuple[Video, bool]:
        """The video's `id` and `status`, and whether it was made just now: an earlier attempt's may have failed since."""
        for self.number in range(ROUNDS):
            if self.steps.known(named("over", self.number)):
                continue
            begun = self.steps.known(named("session", self.number))
            session = await self.steps.once(named("session", self.number), self._begin)
            try:
                return await self._complete(session["url"], begun)
            except Rejected as error:
                if isinstance(error, Missing):
                    await self.steps.give_time(error)
                if not is_gone(error) or not await self.give_up():
                    raise
        raise Rejected("Every upload of this video ended before it was complete", code="youtube_upload_expired")

    async def give_up(self) -> bool:
        """Remember that this round has come to nothing. False where no further round is left."""
        if self.number == ROUNDS - 1:
            return False
        return await self.steps.once(named("over", self.number), _true)

    async def _complete(self, url: str, begun: bool) -> tuple[Video, bool]:
        """`begun`: an earlier attempt may have sent something, or all of it."""
        name = named("video", self.number)
        if not begun:
            at: int | Video = 0
        else:
            try:
                at = await stored(self.send, url, self._size())
            except Rejected as error:
                if not is_gone(error):
                    raise
                return await self.steps.irreversible(name, _refuse, error), False  # unless the video was made before
        if isinstance(at, int):
            last = await self._send_most(url, at)
            return await self.steps.irreversible(name, self._finish, url, last), True
        return await self.steps.irreversible(name, _same, at), False

    async def _begin(self) -> dict[str, str]:
        headers = {"x-upload-content-length": str(self._size()), "x-upload-content-type": self._mime()}
        params = {"uploadType": "resumable", "part": ",".join(self.body), **self.params}
        response = await self.send("POST", UPLOAD, params=params, json=self.body, headers=headers)
        url = response.headers.get("location", "")
        if not re.match(r"https://[a-z0-9.-]+\.googleapis\.com/", url):  # the access token goes there
            raise malformed(response)
        return {"url": url}

    async def _send_most(self, url: str, at: int) -> int:
        """Send everything but the last piece, from `at` on; where that one begins."""
        noted = at // NOTED
        while self._size() - at > PIECE:
            response = await self._put(url, at, PIECE)
            if response.status_code != MORE:
                raise malformed(response)
            at = _onward(response, at, self._size())
            if at // NOTED > noted:
                noted = at // NOTED
                await self.steps.once(f"{named('stored', self.number)}-{noted}", _same, at)
        return at

    async def _finish(self, url: str, at: int) -> dict[str, Any]:
        """Send the last piece; what YouTube has not stored of it, again."""
        while True:
            response = await self._put(url, at, self._size() - at)
            if response.status_code != MORE:
                return read_video(response)
            at = _onward(response, at, self._size())

    async def _put(self, url: str, at: int, length: int) -> httpx2.Response:
        end = at + length
        headers = {
            "content-type": self._mime(),
            "content-length": str(length),
            "content-range": f"bytes {at}-{end - 1}/{self._size()}",
        }
        return await self.send("PUT", url, content=pieces(self.media, start=at, end=end), headers=headers, also=(MORE,))

    def _size(self) -> int:
        if not self.media.size:
            raise Rejected("The video file is empty", code="youtube_video_required")
        return self.media.size

    def _mime(self) -> str:
        mime = self.media.mime or ""
        return mime if mime.startswith("video/") else "application/octet-stream"


def named(step: str, number: int) -> str:
    """The name of a step in the `number`-th round."""
    return f"{step}-again-{number}" if number else step


def is_gone(error: Rejected) -> bool:
    """Whether a session is over: YouTube does not know it (any more)."""
    return error.details.get("httpStatus") in (404, 410)


async def stored(send: Send, url: str, size: int) -> int | Video:
    """Ask a session how far it is: the number of bytes that it has, or the video where it has them all. Rejected where it is gone."""
    response = await send("PUT", url, headers={"content-range": f"bytes */{size}", "content-length": "0"}, also=(MORE,))
    return _bytes_of(response, size) if response.status_code == MORE else read_video(response)


def read_video(response: httpx2.Response) -> dict[str, Any]:
    """`id` and `status` of the video in an answer; Unavailable where it has none, for then it may have been made."""
    try:
        body = response.json()
        return {"id": str(body["id"]), "status": dict(body.get("status") or {})}
    except (ValueError, KeyError, TypeError) as error:
        raise malformed(response) from error


def _onward(response: httpx2.Response, at: int, size: int) -> int:
    """Where to go on after a piece. Unavailable where nothing of it was stored: that gets better with time, if at all."""
    now_at = _bytes_of(response, size)
    if not at < now_at < size:
        raise Unavailable("YouTube did not store what it was sent", sent=True, code="youtube_upload_stuck")
    return now_at


def _bytes_of(response: httpx2.Response, size: int) -> int:
    """The bytes that a session has, by the Range of its answer; no Range means none."""
    header = response.headers.get("range", "")
    found = re.fullmatch(r"(?:bytes=)?0-([0-9]{1,18})", header)
    if header and (found is None or int(found[1]) >= size):
        raise malformed(response)
    return int(found[1]) + 1 if found else 0


async def _true() -> bool:
    return True


async def _same(value: Any) -> Any:
    return value


async def _refuse(error: Rejected) -> Video:
    raise error
