"""The newer way of a video onto a Page: sent to the developer app, which gives a handle for it that the Page then publishes.

https://developers.facebook.com/docs/video-api/guides/publishing and https://developers.facebook.com/docs/graph-api/guides/upload. How far
an upload is, Facebook says itself, so a broken one goes on from there. The reference of the edge lets only people upload who have a role
on the app: whoever has none is told so, and the account is not blamed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from socialclaw.errors import Rejected, Unauthorized, Unavailable
from socialclaw.networks.meta.graph import Graph
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Media
from socialclaw.providers.form_encoder import filename, pieces

TYPE = "video/mp4"  # the one kind of film that is taken
PART = 4 * 1024 * 1024
BATCH = 8  # parts that one step remembers
SESSIONS = 3
AGAIN = 4  # times that an upload may be set back before its session is given up
NO_ROLE = "facebook_upload_role_missing"
SESSION = re.compile(r"upload:[^\s/#]{1,1000}")


class Handle:
    """The upload of one video. `name` is what its steps begin with."""

    def __init__(self, graph: Graph, media: Media, steps: Steps, *, name: str) -> None:
        self.graph = graph
        self.media = media
        self.steps = steps
        self.name = name

    async def run(self) -> str:
        """The handle of the whole file."""
        for number in range(SESSIONS):
            if handle := await self._sent(f"{self.name}-upload-{number}"):
                return handle
        raise Rejected("Facebook did not come to an end with the upload, or did not say its handle", code="facebook_upload_failed")

    async def _sent(self, name: str) -> str:
        """The handle; empty where Facebook has all of the file and its answer with the handle was lost, or does not get on with it."""
        session = await self.steps.once(f"{name}-session", self._open)
        for number in range(AGAIN + -(-(self.media.size or 0) // (BATCH * PART))):
            sent = await self.steps.once(f"{name}-sent-{number}", self._send, session)
            if sent["over"]:
                return str(sent["handle"])
        return ""

    async def _open(self) -> str:
        app = await self.graph.get("app", fields="id")
        asked = {"file_name": filename(self.media), "file_length": str(self.media.size or 0), "file_type": TYPE}
        try:
            answer = await self.graph.post(f"{app['id']}/uploads", asked)
        except Unauthorized as error:
            if not error.code.endswith("permission_missing"):
                raise
            message = "Facebook lets only people upload in this way who have a role on the developer app"
            raise Rejected(message, code=NO_ROLE, **error.details) from error
        session = str(answer["id"])
        if not SESSION.fullmatch(session):
            raise _malformed()
        return session

    async def _send(self, session: str) -> dict[str, Any]:
        """Some parts, from where Facebook says that it is."""
        at, size = int((await self.graph.get(session))["file_offset"]), self.media.size or 0
        if at >= size:
            return {"over": True, "handle": ""}
        for _ in range(BATCH):
            end = min(at + PART, size)
            headers = {"authorization": self.graph.headers["authorization"].replace("Bearer", "OAuth"), "file_offset": str(at)}
            about = {"content-type": "application/octet-stream", "content-length": str(end - at)}
            answer = await self.graph.send(session, {**headers, **about}, pieces(self.media, start=at, end=end))
            if (at := end) == size:
                return {"over": True, "handle": _handle(answer)}
        return {"over": False, "handle": ""}


def _handle(answer: Any) -> str:
    handle = answer.get("h") if isinstance(answer, Mapping) else None
    if not handle:
        raise _malformed()
    return str(handle)


def _malformed() -> Unavailable:
    return Unavailable("Facebook's answer to an upload could not be read", sent=False, code="provider_malformed")
