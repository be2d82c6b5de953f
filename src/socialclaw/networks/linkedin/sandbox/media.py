"""The files of the simulated LinkedIn: registered, sent (a video in parts), finished, processed, and only then fit for a post.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api and .../videos-api
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import httpx2

from socialclaw.networks.linkedin.sandbox import words as say
from socialclaw.simulation.files.looking import Look, look
from socialclaw.simulation.files.pieces import look_at_pieces
from socialclaw.simulation.spool import Spool
from socialclaw.simulation.store import Shelf

HOST = "https://www.linkedin.com"
PART = 4 * 1024 * 1024
MOST_PIXELS = 36_152_320
MOST_VIDEO, LEAST_VIDEO = 5 * 1024**3, 75 * 1024
PICTURES, FILMS = ("image/jpeg", "image/png", "image/gif"), ("video/mp4", "video/quicktime", "video/x-m4v")
LEAVE_SECONDS = 86_400.0
OWNER = say.urn("person", "organization")
INITIALIZE_IMAGE: say.Shape = {"initializeUploadRequest!": {"owner!": OWNER}}
INITIALIZE_VIDEO: say.Shape = {
    "initializeUploadRequest!": {
        "owner!": OWNER,
        "fileSizeBytes!": say.an_integer,
        "uploadCaptions": say.a_boolean,
        "uploadThumbnail": say.a_boolean,
    }
}
FINALIZE: say.Shape = {
    "finalizeUploadRequest!": {"video!": say.urn("video"), "uploadToken!": say.text(), "uploadedPartIds!": say.several(say.text(), 1)}
}
Document = dict[str, Any]


class Files:
    """Images and videos, by their URN."""

    processing_seconds = {"image": 2.0, "video": 12.0}  # noqa: RUF012

    def __init__(self, shelf: Shelf, clock: Callable[[], float]) -> None:
        self.shelf = shelf
        self.clock = clock
        self.spool = Spool(shelf.store, shelf.network)

    def register(self, kind: str, owner: str, number: str, size: int | None = None) -> httpx2.Response:
        """Leave to upload. A video comes in parts, each to an address of its own."""
        urn, token = f"urn:li:{kind}:{'C4E' if kind == 'image' else 'C5F'}{number}", secrets.token_urlsafe(12)
        ends = self.clock() + LEAVE_SECONDS
        doomed = bool(self.shelf.get("doom", owner))
        self.shelf.drop("doom", owner)
        file = {"urn": urn, "kind": kind, "owner": owner, "number": number, "token": token, "ends": ends, "size": size, "doomed": doomed}
        self._keep({**file, "etags": {}})
        expires = int(ends * 1000)
        if size is None:
            url = f"{HOST}/dms-uploads/{number}/uploaded-image/0?ca=vector_feedshare&ut={token}"
            return _value({"uploadUrlExpiresAt": expires, "uploadUrl": url, "image": urn})
        if size > MOST_VIDEO:
            raise say.invalid(f"/fileSizeBytes :: {size} is more than {MOST_VIDEO}")
        parts = [
            {
                "uploadUrl": f"{HOST}/dms-uploads/{number}/uploadedVideo/{index}?sau=aHR0cHM&ut={token}",
                "firstByte": start,
                "lastByte": min(start + PART, size) - 1,
            }
            for index, start in enumerate(range(0, size, PART))
        ]
        return _value({"uploadUrlsExpireAt": expires, "video": urn, "uploadInstructions": parts, "uploadToken": ""})

    def receive(self, request: httpx2.Request, number: str, index: int, may: Callable[[Document], None]) -> httpx2.Response:
        """The bytes of an image (with a token of its owner), or one part of a video; the same again is the same."""
        file = self.of(f"urn:li:image:C4E{number}") or self.of(f"urn:li:video:C5F{number}")
        if file is None or request.url.params.get("ut") != file["token"]:
            return httpx2.Response(404, text="Unknown upload")
        if file["ends"] <= self.clock():
            return httpx2.Response(403, text="The upload URL has expired")
        if not request.headers.get("content-length", "").isdigit():
            return httpx2.Response(411, text="Content-Length is required")
        if file["kind"] == "image":
            if "authorization" in request.headers:  # the address alone opens it as well
                may(file)
            return self._receive_image(file, request.content)
        return self._receive_part(file, request, index)

    def finish(self, owner_may: Callable[[Document], None], asked: Document) -> httpx2.Response:
        """All parts, by their ETags, in order."""
        file = self.of(asked["video"])
        if file is None:
            raise say.missing(asked["video"])
        owner_may(file)
        size = int(file["size"])
        count = -(-size // PART)
        expected = [file["etags"].get(str(index)) for index in range(count)]
        if asked["uploadToken"] != "" or asked["uploadedPartIds"] != expected:
            raise say.invalid("/uploadedPartIds :: do not match the parts that were uploaded")
        if "uploaded_at" not in file:
            names, digest = [f"{file['number']}-{index}" for index in range(count)], hashlib.sha256()
            for name in names:
                digest.update(self.spool.read(name))
            sound = size >= LEAST_VIDEO and _is_playable(look_at_pieces(self.spool, names))
            for name in names:
                self.spool.drop(name)
            about = {"kind": "video", "mime": "video/mp4", "size": size, "sha256": digest.hexdigest()}
            self._keep({**file, "uploaded_at": self.clock(), "sound": sound, "shown": about})
        return httpx2.Response(200)

    def told(self, file: Document) -> httpx2.Response:
        """What its owner's people may read of it."""
        status = self.state(file)
        body = {"id": file["urn"], "owner": file["owner"], "status": status}
        if status == "PROCESSING_FAILED":
            body["processingFailureReason"] = "The file could not be processed"
        if status == "AVAILABLE":
            body |= {"downloadUrl": f"https://media.licdn.com/dms/{file['number']}", "downloadUrlExpiresAt": int(file["ends"] * 1000)}
        return httpx2.Response(200, json=body)

    def of(self, urn: str) -> Document | None:
        found: Document | None = self.shelf.get("files", urn)
        return found

    def state(self, file: Document) -> str:
        if "uploaded_at" not in file:
            return "WAITING_UPLOAD"
        if self.clock() < file["uploaded_at"] + self.processing_seconds[file["kind"]]:
            return "PROCESSING"
        return "PROCESSING_FAILED" if file["doomed"] or not file["sound"] else "AVAILABLE"

    def fit(self, urn: str, author: str) -> Document:
        """A file as a post shows it: the author's own, and processed."""
        file = self.of(urn)
        if file is None:
            raise say.invalid(f"/content :: {urn} does not exist")
        if file["owner"] != author:
            raise say.refused(403, "ACCESS_DENIED", f"{author} is not the owner of {urn}", service=100)
        match self.state(file):
            case "PROCESSING":
                raise say.refused(403, "ACCESS_DENIED", f"Accessing this {file['kind']} resource is forbidden", service=100)
            case "AVAILABLE":
                return dict(file["shown"])
        raise say.invalid(f"/content :: {urn} is {self.state(file)}")

    def doom(self, request: httpx2.Request, owner: str | None) -> None:
        """The file that a request names fails, or, where it names none yet, the next that this owner registers."""
        named = [file for file in self.shelf.all("files").values() if file["number"].encode() in request.url.raw_path + request.content]
        for file in named:
            self._keep({**file, "doomed": True})
        if not named and owner:
            self.shelf.put("doom", owner, True)

    def _receive_image(self, file: Document, content: bytes) -> httpx2.Response:
        found = look(content)
        about = {"kind": "image", "mime": found.mime or "image/x-unknown", "size": len(content)}
        about |= {"sha256": hashlib.sha256(content).hexdigest(), "frames": found.frames if found.mime == "image/gif" else 1}
        sound = found.sound and found.mime in PICTURES and found.width * found.height < MOST_PIXELS
        self._keep({**file, "uploaded_at": self.clock(), "sound": sound, "shown": about})
        return httpx2.Response(201)

    def _receive_part(self, file: Document, request: httpx2.Request, index: int) -> httpx2.Response:
        if request.headers.get("content-type") != "application/octet-stream":
            return httpx2.Response(400, text="Content-Type must be application/octet-stream")
        start, content = index * PART, request.content
        if start >= file["size"] or len(content) != min(PART, file["size"] - start):
            return httpx2.Response(400, text="The part does not have the size of its instruction")
        self.spool.write(f"{file['number']}-{index}", 0, content)
        etag = f"/ambry-video/signedId/{hashlib.sha256(content).hexdigest()[:24]}-{index}"
        self._keep({**file, "etags": {**file["etags"], str(index): etag}})
        return httpx2.Response(200, headers={"etag": etag})

    def _keep(self, file: Document) -> None:
        self.shelf.put("files", file["urn"], file)


def _is_playable(found: Look) -> bool:
    """https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api: MP4, 3 seconds to 30 minutes."""
    return found.sound and found.mime in FILMS and found.plain and found.judged(video=("h264", "hevc"), seconds=(3, 1800))


def _value(value: Document) -> httpx2.Response:
    return httpx2.Response(200, json={"value": value})
