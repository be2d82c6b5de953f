"""The upload half of the simulated YouTube: resumable sessions that belong to one channel, and end after a week.

https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from socialclaw.networks.youtube.sandbox import words as say
from socialclaw.simulation.files.pieces import look_at_pieces
from socialclaw.simulation.grants import Refused
from socialclaw.simulation.spool import Spool
from socialclaw.simulation.store import Store

UNIT = 256 * 1024  # every piece but the last is a multiple of it
LARGEST = 274_877_906_944
LIFE = 7 * 86_400
RANGE = re.compile(r"bytes (?:([0-9]{1,18})-([0-9]{1,18})|\*)/([0-9]{1,18}|\*)")
Session = dict[str, Any]
Finish = Callable[[Session, str], str]
"""`finish(session, sha256)` makes the video and returns its id."""


class Uploads:
    """The sessions of one simulated YouTube. What arrived is on disk until the video is made."""

    def __init__(self, store: Store, network: str, clock: Callable[[], float]) -> None:
        self.shelf = store.of(network)
        self.clock = clock
        self.spool = Spool(store, network)

    def open(self, request: httpx2.Request, account: str, body: Mapping[str, Any], given: Mapping[str, str]) -> httpx2.Response:
        size, mime = (
            request.headers.get("x-upload-content-length"),
            request.headers.get("x-upload-content-type", "application/octet-stream"),
        )
        if size is not None and not re.fullmatch(r"\d{1,15}", size):
            raise say.bad("Invalid X-Upload-Content-Length")
        if size and int(size) > LARGEST:
            raise say.refused(413, "uploadTooLarge", "The uploaded file is too large.", domain="global")
        self._sweep()
        key = secrets.token_urlsafe(24)
        session = self._session(account, body, given, mime, int(size) if size else None)
        self.shelf.put("sessions", key, session)
        params = [(name, value) for name, value in request.url.params.multi_items() if name != "upload_id"]
        where = httpx2.URL(f"https://{request.url.host}{request.url.path}", params=[*params, ("upload_id", key)])
        return httpx2.Response(200, headers={"location": str(where), "x-guploader-uploadid": key, "content-length": "0"})

    def whole(self, account: str, body: Mapping[str, Any], given: Mapping[str, str], mime: str, content: bytes) -> Session:
        """What a session would be that has all of its file."""
        return self._session(account, body, given, mime or "application/octet-stream", len(content))

    def _session(self, account: str, body: Mapping[str, Any], given: Mapping[str, str], mime: str, size: int | None) -> Session:
        if not mime.startswith("video/") and mime != "application/octet-stream":
            raise say.bad(f"Media type '{mime}' is not supported. Valid media types: [video/*, application/octet-stream]")
        verdict = self.shelf.get("options", "verdict")
        self.shelf.drop("options", "verdict")
        return {
            "account": account,
            "body": body,
            "part": given["part"],
            "notify": given.get("notifySubscribers", "true") == "true",
            "mime": mime,
            "size": size,
            "stored": 0,
            "verdict": verdict,
            "ends_at": self.clock() + LIFE,
        }

    def take(self, request: httpx2.Request, account: str, finish: Finish) -> str | httpx2.Response:
        """Bytes, or the question how far it is: the id of the finished video, or 308 with what is stored."""
        key = request.url.params.get("upload_id", "")
        session: Session | None = self.shelf.get("sessions", key)
        if session is None or session["account"] != account or session["ends_at"] <= self.clock():
            raise Refused(httpx2.Response(404, text="Not Found"))
        if video := session.get("video"):
            return str(video)
        first, end, size = _range(request, session)
        if first is None:
            return _more(session["stored"])
        if first > session["stored"]:
            raise say.bad(f"Invalid Content-Range: there are {session['stored']} bytes so far")
        if end < size and (end - first) % UNIT:
            raise say.bad(f"Every piece but the last must have a multiple of {UNIT} bytes")
        fresh = request.content[session["stored"] - first :]
        if (keep := self.shelf.get("options", "store_only")) is not None:
            self.shelf.drop("options", "store_only")
            fresh = fresh[:keep]
        self.spool.write(key, session["stored"], fresh)
        session |= {"stored": session["stored"] + len(fresh), "size": size}
        if session["stored"] < size:
            self.shelf.put("sessions", key, session)
            return _more(session["stored"])
        found = look_at_pieces(self.spool, [key])
        if session["verdict"] is None and not (found.kind == "video" and found.sound):
            session["verdict"] = ("failed", "invalidFile")
        session["video"] = finish(session, self.spool.sha256(key, size))
        self.shelf.put("sessions", key, {**session, "body": {}})
        self.spool.drop(key)
        return str(session["video"])

    def doom(self, request: httpx2.Request, verdict: tuple[str, str]) -> None:
        """Let the video of this session come to nothing: the one that the request names, or the one that it opens."""
        key = request.url.params.get("upload_id", "")
        if session := self.shelf.get("sessions", key):
            self.shelf.put("sessions", key, {**session, "verdict": verdict})
        elif request.method == "POST" and "/upload/" in request.url.path:
            self.shelf.put("options", "verdict", verdict)

    def _sweep(self) -> None:
        """Now and then, forget the sessions that have ended."""
        if self.shelf.count("sessions") % 50:
            return
        for key, session in self.shelf.all("sessions").items():
            if session["ends_at"] <= self.clock():
                self.shelf.drop("sessions", key)
                self.spool.drop(key)


def kind_of(request: httpx2.Request) -> str:
    """What an upload request is, for faults to tell apart: "query", "piece", or "last", which can make the video."""
    found = RANGE.fullmatch(request.headers.get("content-range", ""))
    if found is None:
        return "last"
    if found[2] is None:
        return "query"
    return "last" if found[3] == str(int(found[2]) + 1) else "piece"


def _range(request: httpx2.Request, session: Session) -> tuple[int | None, int, int]:
    """(first byte, or None where it is a question; the byte behind the last; the size of the file)."""
    header, length, known = request.headers.get("content-range"), len(request.content), session["size"]
    if header is None:
        first, end, size = 0, length, length
    else:
        found = RANGE.fullmatch(header)
        if found is None:
            raise say.bad("Failed to parse Content-Range header.")
        size = known or 0 if found[3] == "*" else int(found[3])
        if found[1] is None:
            if length:
                raise say.bad("A request for the status of an upload takes no body.")
            first, end = None, 0
        else:
            first, end = int(found[1]), int(found[2]) + 1
    if known is not None and size != known:
        raise say.bad(f"Invalid request. According to the upload's metadata it has {known} bytes, not {size}.")
    if first is not None and (end - first != length or end > size):
        raise say.bad(f"Invalid request. There were {length} byte(s) in the request body. There should have been {end - first} byte(s).")
    return first, end, size


def _more(stored: int) -> httpx2.Response:
    headers = {"content-length": "0", **({"range": f"bytes=0-{stored - 1}"} if stored else {})}
    return httpx2.Response(308, headers=headers)
