"""Part of the simulator: files. Images that Pinterest fetches, and videos: registered, put into a storage like S3, processed.

The storage's rules: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html. Limits: Pinterest's product specifications.
"""

from __future__ import annotations

import email
import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx2

from socialclaw.networks.pinterest.sandbox import words as say
from socialclaw.simulation.files.looking import Look, look
from socialclaw.simulation.forms import parts
from socialclaw.simulation.simulator import Fetch
from socialclaw.simulation.store import Shelf

STORAGE = "pinterest-media-upload.s3-accelerate.amazonaws.com"
LEAVE_SECONDS = 3600.0  # how long the storage takes an upload after it was registered
MOST_IMAGE, MOST_VIDEO = 20 * 1024 * 1024, 2 * 1024**3
Document = dict[str, Any]


class Videos:
    """Registered videos, by their media id."""

    processing_seconds = 20.0

    def __init__(self, shelf: Shelf, clock: Callable[[], float]) -> None:
        self.shelf = shelf
        self.clock = clock

    def register(self, account: str, media_id: str) -> httpx2.Response:
        moment = datetime.fromtimestamp(self.clock(), UTC)
        fields = {
            "x-amz-date": f"{moment:%Y%m%dT%H%M%SZ}",
            "x-amz-signature": secrets.token_hex(32),
            "x-amz-security-token": secrets.token_urlsafe(48),
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "key": f"uploads/{media_id[-2:]}/3:video:{account}:{media_id}",
            "policy": secrets.token_urlsafe(64),
            "x-amz-credential": f"ASIASANDBOX/{moment:%Y%m%d}/us-east-1/s3/aws4_request",
            "Content-Type": "multipart/form-data",
        }
        doomed = bool(self.shelf.get("doom", account))
        self.shelf.drop("doom", account)
        self._keep({"id": media_id, "account": account, "fields": fields, "registered_at": self.clock(), "doomed": doomed})
        answer = {"media_id": media_id, "media_type": "video", "upload_url": f"https://{STORAGE}/", "upload_parameters": fields}
        return httpx2.Response(201, json=answer)

    def status(self, account: str, media_id: str) -> httpx2.Response:
        media = self.of(account, media_id)
        if media is None:
            raise say.missing("Media upload")
        return httpx2.Response(200, json={"media_id": media_id, "media_type": "video", "status": self.state(media)})

    def of(self, account: str, media_id: str) -> Document | None:
        media: Document | None = self.shelf.get("media", media_id)
        return media if media and media["account"] == account else None

    def state(self, media: Document) -> str:
        if "uploaded_at" not in media:
            return "registered"
        if self.clock() < media["uploaded_at"] + self.processing_seconds:
            return "processing"
        return "failed" if media["doomed"] or not media["playable"] else "succeeded"

    def doom(self, request: httpx2.Request, account: str | None) -> None:
        """The video that a request names fails, or, where it names none yet, the next that the account registers."""
        last = request.url.path.rpartition("/")[2]
        named = self.shelf.get("media", last) or next((m for m in self.shelf.all("media").values() if _names(request, m)), None)
        if named:
            self._keep({**named, "doomed": True})
        elif account:
            self.shelf.put("doom", account, True)

    def store(self, request: httpx2.Request) -> httpx2.Response:
        """An upload as S3 takes it: the fields of the policy unchanged, then the file; 204, and the same upload again is the same."""
        if "authorization" in request.headers:
            return _s3(400, "InvalidArgument", "Only one auth mechanism allowed")
        if not request.headers.get("content-length", "").isdigit():
            return _s3(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        parts = _form(request)
        if parts is None:
            return _s3(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
        fields, content = parts
        if content is None:
            return _s3(400, "InvalidArgument", "POST requires exactly one file upload per request.")
        media = next((m for m in self.shelf.all("media").values() if m["fields"]["key"] == fields.get("key")), None)
        if media is None or fields != media["fields"]:
            return _s3(403, "AccessDenied", "Invalid according to Policy: Policy Condition failed")
        if self.clock() > media["registered_at"] + LEAVE_SECONDS:
            return _s3(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        if len(content) > MOST_VIDEO:
            return _s3(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        found = look(content)
        file = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "playable": _is_playable(found)}
        mime = "video/quicktime" if found.mime == "video/quicktime" else "video/mp4"
        self._keep({**media, **file, "mime": mime, "uploaded_at": self.clock()})
        return httpx2.Response(204)

    def _keep(self, media: Document) -> None:
        self.shelf.put("media", media["id"], media)


def fetched(fetching: Fetch, url: str) -> tuple[bytes, str, int, int]:
    """An image by its address: bytes, type, width and height. Refused where there is none, or none that Pinterest takes."""
    try:
        answer = fetching(url)
    except httpx2.TransportError:
        raise say.broken_image("it could not be fetched") from None
    if answer.status_code != 200:
        raise say.broken_image(f"its address answers {answer.status_code}")
    if len(answer.content) > MOST_IMAGE:
        raise say.broken_image("it is larger than 20 MB")
    mime, width, height = examined(answer.content)
    return answer.content, mime, width, height


def examined(content: bytes) -> tuple[str, int, int]:
    found = look(content)
    if not found.sound or found.mime not in ("image/jpeg", "image/png"):
        raise say.broken_image("it is neither a JPEG nor a PNG")
    return found.mime, found.width, found.height


def _is_playable(found: Look) -> bool:
    """https://help.pinterest.com/en/business/article/pinterest-product-specs"""
    kind = found.sound and found.mime in ("video/mp4", "video/quicktime", "video/x-m4v") and found.plain
    return kind and found.judged(video=("h264", "hevc"), seconds=(4, 900)) and 0.5 <= found.width / found.height <= 1.91


def _names(request: httpx2.Request, media: Document) -> bool:
    return media["id"].encode() in request.content or media["fields"]["key"].encode() in request.content


def _form(request: httpx2.Request) -> tuple[dict[str, str], bytes | None] | None:
    """The fields before the file, and the file; fields behind it do not count. None where it is no form."""
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    boundary = rest.partition("boundary=")[2].strip().strip('"').encode()
    sections = (b"\r\n" + request.content).split(b"\r\n--" + boundary)
    if kind.strip().lower() != "multipart/form-data" or not boundary or len(sections) < 2 or not sections[-1].startswith(b"--"):
        return None
    fields: dict[str, str] = {}
    for head, body in parts(sections):
        headers = email.message_from_string(head.decode("utf-8", "replace"))
        name = str(headers.get_param("name", header="content-disposition"))
        if name == "file":
            return fields, body
        fields[name] = body.decode("utf-8", "replace")
    return fields, None


def _s3(status: int, code: str, message: str) -> httpx2.Response:
    """An error document of S3."""
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>'
    return httpx2.Response(status, headers={"content-type": "application/xml"}, content=xml.encode())
