"""Files that the simulated Meta is sent for the developer app: sessions that say how far they are, and handles for what is whole.

https://developers.facebook.com/docs/graph-api/guides/upload and https://developers.facebook.com/docs/graph-api/reference/application/uploads
"""

from __future__ import annotations

import secrets
from typing import Any

import httpx2

from socialclaw.networks.meta.sandbox import words as say
from socialclaw.networks.meta.sandbox.base import GRAPH, graph
from socialclaw.networks.meta.sandbox.facebook import PageEdges
from socialclaw.simulation import faults
from socialclaw.simulation.spool import Spool

APP = {"id": "900000000000001", "name": "Sandbox", "link": "https://www.facebook.com/games/?app_id=900000000000001", "category": "Business"}
TYPES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")
LIFE = 86_400.0
MOST = 10 * 1024**3
SESSION = r"/upload:([\w-]+)"


class UploadEdges(PageEdges):
    own_faults = {"no_app_role": "403: who uploads has no role on the developer app, without effect"}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spool = Spool(self.store, self.network)

    @graph("GET", r"/(?:app|900000000000001)", GRAPH)
    def app(self, request: httpx2.Request) -> httpx2.Response:
        self.caller(request)
        wanted = say.fields_of(say.only(request, "fields").get("fields", ""))
        return httpx2.Response(200, json=say.shown(APP, wanted, kind="Application", known=tuple(APP), default=tuple(APP)))

    @graph("POST", r"/(?:app|900000000000001)/uploads", GRAPH)
    def upload_begins(self, request: httpx2.Request) -> httpx2.Response:
        caller = self.caller(request)
        if faults.met() == "no_app_role":
            raise say.no(200, "(#200) You do not have permission to upload files to this app", status=403)
        asked = say.only(request, "file_name", "file_length", "file_type", "session_type")
        size = say.number(asked, "file_length")
        if asked.get("file_type") not in TYPES or not 1 <= size <= MOST:
            raise say.invalid(f"Param file_type must be one of {{{', '.join(TYPES)}}}, and the file must not be empty")
        session = secrets.token_urlsafe(24)
        record = {"person": caller.person, "type": asked["file_type"], "size": size, "at": 0, "since": self.clock()}
        signature = secrets.token_urlsafe(12)
        self.shelf.put("uploads", session, {**record, "signature": signature})
        return httpx2.Response(200, json={"id": f"upload:{session}?sig={signature}"})

    @graph("GET", SESSION, GRAPH)
    def upload_status(self, request: httpx2.Request, session: str) -> httpx2.Response:
        return httpx2.Response(200, json={"id": f"upload:{session}", "file_offset": self._upload(request, session)["at"]})

    @graph("POST", SESSION, GRAPH)
    def upload_goes_on(self, request: httpx2.Request, session: str) -> httpx2.Response:
        """Bytes from where it is. Who has sent the last ones is given the handle, and nobody else."""
        upload = self._upload(request, session)
        left, offset = upload["size"] - upload["at"], request.headers.get("file_offset", "")
        if not request.headers.get("authorization", "").startswith("OAuth "):
            raise say.no(190, "The access token must be given in the header", status=401)
        if offset != str(upload["at"]) or not 0 < len(request.content) <= left:
            raise say.invalid(f"Invalid file_offset: the upload is at {upload['at']} of {upload['size']} bytes")
        self.spool.write(session, upload["at"], request.content)
        upload["at"] += len(request.content)
        if upload["at"] < upload["size"]:
            self.shelf.put("uploads", session, upload)
            return httpx2.Response(200, json={"id": f"upload:{session}", "file_offset": upload["at"]})
        handle = f"4:{secrets.token_urlsafe(48)}"
        self.shelf.put("uploads", session, upload)
        self.shelf.put("handles", handle, {**upload, "session": session})
        return httpx2.Response(200, json={"h": handle})

    def uploaded(self, handle: str, person: str) -> dict[str, Any]:
        """What a handle stands for: `session` is the name under which the spool has it."""
        found: dict[str, Any] | None = self.shelf.get("handles", handle)
        if found is None or found["person"] != person or found["since"] + LIFE < self.clock():
            raise say.no(6000, "(#6000) There was a problem uploading your video file.", subcode=1363030)
        return found

    def _upload(self, request: httpx2.Request, session: str) -> dict[str, Any]:
        caller = self.caller(request)
        upload: dict[str, Any] | None = self.shelf.get("uploads", session)
        known = upload is not None and upload["person"] == caller.person and upload["since"] + LIFE >= self.clock()
        if not known or upload is None or upload["signature"] != request.url.params.get("sig"):
            raise say.absent(f"upload:{session}", request.method.lower())
        return upload
