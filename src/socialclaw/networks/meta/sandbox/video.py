"""Videos of the simulated Page: sent in parts, by their handle, fetched or sent whole; published when they are complete, then processed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.networks.meta.sandbox import words as say
from socialclaw.networks.meta.sandbox.base import Caller, graph
from socialclaw.networks.meta.sandbox.facebook import LATER, ON_FACEBOOK, moment
from socialclaw.networks.meta.sandbox.files import fetched
from socialclaw.networks.meta.sandbox.uploads import UploadEdges
from socialclaw.simulation.files.looking import Look, look
from socialclaw.simulation.files.pieces import look_at_pieces
from socialclaw.simulation.simulator import outside

GB = 1024 * 1024 * 1024
MOST_VIDEO = 10 * GB
PART = 4 * 1024 * 1024
SESSION_LIFE = 86_400.0
SOURCES = ("source", "file_url", "fbuploader_video_file_chunk")
WORDS = ("title", "description", "thumb", "targeting", "feed_targeting", "content_category", "content_tags", "no_story", *LATER)
VIDEO_FIELDS = (
    *("id", "status", "permalink_url", "post_id", "published", "length", "description", "title", "created_time", "updated_time"),
    *("source", "picture", "from", "views"),
)


class VideoEdges(UploadEdges):
    processing_seconds: float = 4.0

    @outside
    @graph("POST", r"/(\d+)/videos", *ON_FACEBOOK)
    def videos(self, request: httpx2.Request, page_id: str) -> httpx2.Response:
        with self.store.transaction():
            caller = self.page_caller(request, page_id, "pages_manage_posts", "pages_read_engagement", "publish_video")
            phase = say.given(request).get("upload_phase", "").lower()
            match phase:
                case "start":
                    return self._start(page_id, say.only(request, "upload_phase", "file_size"))
                case "transfer":
                    known = ("upload_phase", "upload_session_id", "start_offset", "video_file_chunk")
                    return self._transfer(page_id, say.only(request, *known), say.files_of(request).get("video_file_chunk"))
                case "finish":
                    return self._finish(page_id, say.only(request, "upload_phase", "upload_session_id", *WORDS))
            if phase:
                raise say.invalid("Param upload_phase must be one of {cancel, finish, start, transfer}")
            asked = say.only(request, *SOURCES, *WORDS)
            if sum(name in (*asked, *say.files_of(request)) for name in SOURCES) != 1:
                raise say.invalid(f"You must provide exactly one of {', '.join(SOURCES)}")
            if handle := asked.get("fbuploader_video_file_chunk"):
                return self._made_of(handle, caller, asked)
        return self._whole(page_id, asked, say.files_of(request).get("source"))

    def shown_video(self, video: Mapping[str, Any], wanted: say.Fields) -> dict[str, Any]:
        state, post = self._state(video), video.get("post")
        node = {
            "id": video["id"],
            "status": _phases(video, state),
            "permalink_url": f"/{video['page']}/videos/{video['id']}/" if post else None,
            "post_id": post.partition("_")[2] if post else None,
            "published": state == "ready",
            "description": video.get("description") or None,
            "title": video.get("title") or None,
            "created_time": moment(video["at"]),
            "updated_time": moment(video["at"]),
            "from": {"id": video["page"]},
        }
        return say.shown(node, wanted, kind="Video", known=VIDEO_FIELDS, default=("updated_time", "description"))

    def doom_video(self, request: httpx2.Request) -> None:
        """Let the video that this request uploads or names fail to process."""
        asked = say.given(request)
        session = self.shelf.get("sessions", asked.get("upload_session_id", "")) or {}
        named = session.get("video") or request.url.path.rpartition("/")[2]
        if video := self.shelf.get("videos", named):
            self.shelf.put("videos", video["id"], {**video, "doomed": True})
            if video.get("post"):
                self.shelf.remove_post(video["post"], self.clock())
        else:
            self.shelf.put("options", "doomed", True)

    # Behind the routes.

    def _start(self, page_id: str, asked: Mapping[str, str]) -> httpx2.Response:
        size = say.number(asked, "file_size")
        if not 1 <= size <= MOST_VIDEO:
            raise say.no(382, "(#382) The video file you tried to upload is too small, or larger than 10 GB")
        video = self._new_video(page_id)
        part = min(PART, max(1024, math.ceil(size / 3)))
        session = {"video": video["id"], "page": page_id, "size": size, "part": part, "at": 0, "head": "", "since": self.clock()}
        session_id = self.new_id("15")
        self.shelf.put("sessions", session_id, session)
        return httpx2.Response(200, json={"video_id": video["id"], "upload_session_id": session_id, **_offsets(session)})

    def _transfer(self, page_id: str, asked: Mapping[str, str], chunk: bytes | None) -> httpx2.Response:
        session_id = asked.get("upload_session_id", "")
        session = self._session(session_id, page_id)
        wanted = _offsets(session)
        if say.number(asked, "start_offset") != session["at"] or session["at"] == session["size"]:
            raise say.no(6000, "(#6000) There was a problem uploading your video file.", subcode=1363037, error_data=wanted)
        if not chunk or len(chunk) > session["size"] - session["at"] or len(chunk) > 2 * PART:
            raise say.no(6001, "(#6001) There was a problem uploading your video file.", subcode=1363031)
        self.spool.write(session_id, session["at"], chunk)
        session |= {"at": session["at"] + len(chunk), "head": session["head"] or chunk[:16].hex()}
        self.shelf.put("sessions", session_id, session)
        return httpx2.Response(200, json=_offsets(session))

    def _finish(self, page_id: str, asked: Mapping[str, str]) -> httpx2.Response:
        session_id = asked.get("upload_session_id", "")
        session = self._session(session_id, page_id)
        if session["at"] < session["size"]:
            raise say.no(6000, "(#6000) There was a problem uploading your video file.", subcode=1363030)
        found, digest = look_at_pieces(self.spool, [session_id]), self.spool.sha256(session_id, session["size"])
        file = {**self.describe(b"", found.mime), "size": session["size"], "sha256": digest, "alt": ""}
        self.shelf.drop("sessions", session_id)
        self._publish(self.shelf.get("videos", session["video"]), file, found, asked)
        self.spool.drop(session_id)
        return httpx2.Response(200, json={"success": True})

    def _whole(self, page_id: str, asked: Mapping[str, str], source: bytes | None) -> httpx2.Response:
        """A video in one request: sent, or fetched from a URL. `outside`: fetching takes its time."""
        content = source if source is not None else fetched(self.fetch, asked["file_url"])
        if content is None:
            raise say.no(389, "(#389) Unable to fetch video file from URL.")
        with self.store.transaction():
            video = self._new_video(page_id)
            found = look(content)
            file = self.describe(content, found.mime, alt="", url=asked.get("file_url", ""))
            self._publish(video, file, found, asked)
            return httpx2.Response(200, json={"id": video["id"]})

    def _made_of(self, handle: str, caller: Caller, asked: Mapping[str, str]) -> httpx2.Response:
        """The video of a handle, which is good for one."""
        upload = self.uploaded(handle, caller.person)
        key, video = upload["session"], self._new_video(caller.id)
        found, digest = look_at_pieces(self.spool, [key]), self.spool.sha256(key, upload["size"])
        self._publish(video, {**self.describe(b"", found.mime), "size": upload["size"], "sha256": digest, "alt": ""}, found, asked)
        self.shelf.drop("handles", handle)
        self.spool.drop(key)
        return httpx2.Response(200, json={"id": video["id"]})

    def _new_video(self, page_id: str) -> dict[str, Any]:
        doomed = self.shelf.get("options", "doomed") is not None
        self.shelf.drop("options", "doomed")
        video: dict[str, Any] = {"id": self.new_id("14"), "page": page_id, "at": self.clock(), "doomed": doomed}
        self.shelf.put("videos", video["id"], video)
        return video

    def _publish(self, video: dict[str, Any], file: dict[str, Any], found: Look, asked: Mapping[str, str]) -> None:
        """What is a film, and cannot be shown, fails in processing."""
        if found.kind != "video":
            raise say.no(352, "(#352) The video file you selected is in a format that we don't support.")
        video = {**video, "doomed": video["doomed"] or not (found.sound and found.plain)}
        now = self.clock()
        words = {"title": asked.get("title"), "description": asked.get("description")}
        video = {**video, **words, "finished_at": now, "size": file["size"]}
        if not video["doomed"] and say.truth(asked.get("published", "true")):
            text = asked.get("description", "")
            live_at = now + self.processing_seconds
            video["post"] = self.publish_post(video["page"], text, [{"id": video["id"], "file": file}], live_at=live_at, video=video["id"])
        self.shelf.put("videos", video["id"], video)

    def _session(self, session_id: str, page_id: str) -> dict[str, Any]:
        session: dict[str, Any] | None = self.shelf.get("sessions", session_id)
        if session is None or session["page"] != page_id or session["since"] + SESSION_LIFE < self.clock():
            raise say.absent(session_id, "post")
        return session

    def _state(self, video: Mapping[str, Any]) -> str:
        if "finished_at" not in video:
            return "uploading"
        if self.clock() < video["finished_at"] + self.processing_seconds:
            return "processing"
        return "error" if video["doomed"] else "ready"


def _offsets(session: Mapping[str, Any]) -> dict[str, str]:
    """Where the next part begins and ends; both at the file's end where nothing is missing."""
    end = min(session["size"], session["at"] + session["part"])
    return {"start_offset": str(session["at"]), "end_offset": str(end)}


def _phases(video: Mapping[str, Any], state: str) -> dict[str, Any]:
    sent = state != "uploading"
    uploading = {"status": "complete" if sent else "in_progress", "bytes_transferred": video.get("size", 0)}
    processing: dict[str, Any] = {
        "status": {"uploading": "not_started", "processing": "in_progress", "error": "error"}.get(state, "complete")
    }
    if state == "error":
        processing["errors"] = [{"code": 1363006, "message": "The video could not be read"}]
    publishing: dict[str, Any] = {"status": {"processing": "in_progress", "ready": "complete"}.get(state, "not_started")}
    if state == "ready":
        publishing |= {"publish_status": "published", "publish_time": moment(video["finished_at"])}
    phases = {"uploading_phase": uploading, "processing_phase": processing, "publishing_phase": publishing}
    return {"video_status": state, **phases}
