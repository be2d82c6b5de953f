"""A video's way onto a Page: begun, sent in the parts that Facebook asks for, finished (which publishes it), then processed.

https://developers.facebook.com/docs/graph-api/reference/page/videos. The video's id is known before it is published, so a lost answer is
decided by the video itself. Where Facebook fetches the file, or has a handle for it (`handles.py`), only the Page's posts can tell.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from socialclaw.errors import ProviderError, Rejected, Unavailable
from socialclaw.networks.meta.graph import Graph
from socialclaw.networks.meta.handles import NO_ROLE, Handle
from socialclaw.networks.meta.rounds import give_up, names, number_of, rounds
from socialclaw.networks.meta.rules import RESUMABLE
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Draft, Media, Published
from socialclaw.providers.form_encoder import form
from socialclaw.providers.polling import look_until

LARGEST_PART = 4 * 1024 * 1024  # bytes read at once, whatever Facebook asks for
BATCH = 8  # parts that one step remembers
LOOKS = 8
BROKEN = ("facebook_upload_failed", "facebook_not_found", "facebook_rejected", NO_ROLE)
# `facebookVideoUploadMode` -> the way of each round, the last one's for those after it
WAYS = {"native": ("parts",), "resumable": ("handle",), "remote_url": ("fetch",), "auto": ("parts", "handle", "fetch")}
READY, WORKING, WAITING = "ready", "processing", "waiting"


class Video:
    """The one video of a post."""

    def __init__(self, graph: Graph, page_id: str, draft: Draft, steps: Steps) -> None:
        self.graph = graph
        self.path = f"{page_id}/videos"
        self.page_id = page_id
        self.draft = draft
        self.steps = steps
        self.media: Media = draft.media[0]

    @staticmethod
    def begun(done: Mapping[str, Any]) -> str | None:
        """The id of the video that these steps have begun last, or have had made at once."""
        for name in names("video"):
            if f"{name}-gone" in done:
                continue
            if known := done.get(f"{name}-begin") or done.get(f"{name}-create"):
                return str(known["video_id"])
        return None

    async def publish(self) -> Published:
        """With `auto` each round tries another way, the last one to let Facebook fetch."""
        ways = WAYS[self.draft.settings.get("facebookVideoUploadMode") or "native"]
        ways = tuple(way for way in ways if way != "handle" or self.media.mime in RESUMABLE or len(ways) == 1)
        for name in rounds(self.steps, "video"):
            way = ways[min(number_of(name), len(ways) - 1)]
            try:
                video_id = await self._send(name, way)
            except Rejected as error:
                if error.code not in BROKEN:
                    raise
                await give_up(self.steps, name)
                if way != ways[-1]:
                    continue
                raise
            return await self._settle(name, video_id)
        raise Rejected("Every upload of this video came to nothing", code="facebook_video_failed")

    async def _send(self, name: str, way: str) -> str:
        """Publish the video in this way; its id."""
        if way != "parts":
            handle = await Handle(self.graph, self.media, self.steps, name=name).run() if way == "handle" else ""
            source = {"fbuploader_video_file_chunk": handle} if handle else {"file_url": self.media.url}
            made = await self.steps.irreversible(f"{name}-create", self._make, source)
            return str(made["video_id"])
        session = await self.steps.once(f"{name}-begin", self._begin)
        at = {"start": session["start"], "end": session["end"]}
        while at["start"] < at["end"]:
            at = await self.steps.once(f"{name}-from-{at['start']}", self._transfer, session["id"], at)
        await self.steps.irreversible(f"{name}-create", self._finish, session)
        return str(session["video_id"])

    async def _begin(self) -> dict[str, Any]:
        answer = await self.graph.post(self.path, {"upload_phase": "start", "file_size": str(self.media.size or 0)})
        return {"id": str(answer["upload_session_id"]), "video_id": str(answer["video_id"]), **_offsets(answer)}

    async def _transfer(self, session_id: str, at: Mapping[str, int]) -> dict[str, int]:
        """Some parts, from where Facebook wants the next; what it wants then. It says so itself if it wants another one."""
        wanted = dict(at)
        for _ in range(BATCH):
            if wanted["start"] >= wanted["end"]:
                break
            try:
                wanted = _offsets(await self._part(session_id, wanted["start"], wanted["end"]))
            except Rejected as error:
                expected = error.details.get("errorData")
                if error.code != "facebook_upload_offset" or not isinstance(expected, Mapping):
                    raise
                wanted = _offsets(expected)
        if wanted["start"] <= at["start"] and wanted["start"] < wanted["end"]:  # set back, it would repeat for ever
            raise Unavailable("Facebook keeps asking for the same part of the video", sent=False, code="facebook_upload_stuck")
        return wanted

    async def _part(self, session_id: str, start: int, end: int) -> Any:
        end = min(end, start + LARGEST_PART, self.media.size or end)
        fields = {"upload_phase": "transfer", "upload_session_id": session_id, "start_offset": str(start)}
        return await self.graph.send(self.path, *form(fields, _slice(self.media, start, end), part="video_file_chunk"))

    async def _finish(self, session: Mapping[str, Any]) -> dict[str, Any]:
        fields = {"upload_phase": "finish", "upload_session_id": session["id"], **self._words()}
        answer = await self.graph.post(self.path, fields)
        if not isinstance(answer, Mapping) or answer.get("success") is not True:
            raise Unavailable("Facebook did not say whether the video is published", sent=True, code="provider_malformed")
        return {"video_id": session["video_id"]}

    async def _make(self, source: Mapping[str, str]) -> dict[str, Any]:
        answer = await self.graph.post(self.path, {**source, **self._words()})
        try:
            return {"video_id": str(answer["id"])}
        except (KeyError, TypeError) as error:
            raise Unavailable("Facebook answered without the id of the video", sent=True, code="provider_malformed") from error

    def _words(self) -> dict[str, str]:
        return {"description": self.draft.text} if self.draft.text else {}

    async def _settle(self, name: str, video_id: str) -> Published:
        """Look until the video is processed, or leave it to the later confirmation; only Facebook's verdict is a failure now."""
        latest: dict[str, Any] = {"state": WORKING, "id": video_id, "url": None, "why": ""}

        def decided(seen: dict[str, Any]) -> bool:
            latest.update(seen)
            return seen["state"] not in (WORKING, WAITING)

        with contextlib.suppress(ProviderError):
            await look_until(
                *(decided, self.steps, name, self._look, video_id),
                most=LOOKS,
                pause=lambda number, _: min(60.0, 5.0 * 2**number),
                why="Facebook is processing the video",
            )
        if latest["state"] in (READY, WORKING, WAITING):
            return _published(latest, final=latest["state"] == READY)
        await give_up(self.steps, name)
        raise _failed(latest)

    async def _look(self, video_id: str) -> dict[str, Any]:
        return _told(await self.graph.get(video_id, fields="status,permalink_url,post_id"), self.page_id, video_id)


async def sighting(graph: Graph, page_id: str, video_id: str) -> Sequence[Published]:
    """The post of a video, if it was published: as final as its processing. Rejected where processing has failed."""
    try:
        latest = _told(await graph.get(video_id, fields="status,permalink_url,post_id"), page_id, video_id)
    except Rejected as error:
        if error.code == "facebook_not_found":
            return []
        raise
    if latest["state"] == READY:
        return [_published(latest, final=True)]
    if latest["state"] == WORKING:
        return [_published(latest, final=False)]
    if latest["state"] == WAITING:
        return []
    raise _failed(latest)


def _told(answer: Mapping[str, Any], page_id: str, video_id: str) -> dict[str, Any]:
    """state (ready | processing | waiting: not published | another: failed), the post's id and URL, and why it failed.

    The post's id comes with or without the Page's before it; until there is one, the video's stands for it.
    """
    status = answer["status"]
    phases = {name: status.get(f"{name}_phase") or {} for name in ("uploading", "processing", "publishing")}
    state = status.get("video_status") or WORKING
    if state in ("uploading", "upload_complete"):
        state = WORKING if phases["publishing"].get("status") in ("in_progress", "complete") else WAITING
    post_id = str(answer.get("post_id") or "")
    own = post_id if "_" in post_id or not post_id else f"{page_id}_{post_id}"
    path = str(answer.get("permalink_url") or "")
    url = f"https://www.facebook.com/{own}" if own else f"https://www.facebook.com{path}" if path.startswith("/") else path or None
    errors = [error for phase in phases.values() for error in phase.get("errors") or ()]
    why = " | ".join(str(error.get("message") or error.get("code")) for error in errors)
    return {"state": state, "id": own or video_id, "url": url, "why": why or f"the video is {state}"}


def _published(latest: Mapping[str, Any], *, final: bool) -> Published:
    return Published(str(latest["id"]), latest["url"], final=final)


def _failed(latest: Mapping[str, Any]) -> Rejected:
    return Rejected(f"Facebook could not process the video: {latest['why']}", code="facebook_video_failed", said=latest["why"])


def _offsets(answer: Mapping[str, Any]) -> dict[str, int]:
    return {"start": int(answer["start_offset"]), "end": int(answer["end_offset"])}


def _slice(media: Media, start: int, end: int) -> Media:
    """A part of a file, as a file of its own."""
    read = media.read

    async def read_part(offset: int, length: int) -> bytes:
        return await read(start + offset, min(length, end - start - offset)) if read else b""

    return replace(media, size=end - start, read=read_part if read else None, mime="application/octet-stream")
