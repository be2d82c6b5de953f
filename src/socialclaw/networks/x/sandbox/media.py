"""The media half of the simulated X: chunked uploads that belong to one account, end after a day, and process for a while."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx2

from socialclaw.networks.x.sandbox import one_shot
from socialclaw.networks.x.sandbox import words as say
from socialclaw.networks.x.sandbox.words import bad, invalid
from socialclaw.providers.incoming import json_of
from socialclaw.simulation.files.looking import Look, look
from socialclaw.simulation.files.pieces import look_at_pieces
from socialclaw.simulation.grants import Refused
from socialclaw.simulation.spool import Spool
from socialclaw.simulation.store import Shelf

MB = 1024 * 1024
LONGEST, UNVERIFIED_SECONDS = 14_400.0, 140.0  # seconds of a video: of accounts that are verified, and that are not
MAX_CHUNK = 5 * MB
SHOWN = ("image/jpeg", "image/png", "image/webp", "image/gif")
IMAGES = ("image/jpeg", "image/png", "image/webp", "image/bmp", "image/pjpeg", "image/tiff")
VIDEOS = ("video/mp4", "video/webm", "video/mp2t", "video/quicktime")
# category -> (media types, most bytes, prefix of the media key)
CATEGORIES: dict[str, tuple[tuple[str, ...], int, str]] = {
    "tweet_image": ((*IMAGES, "image/gif"), 5 * MB, "3"),
    "tweet_gif": (("image/gif",), 15 * MB, "16"),
    "tweet_video": (VIDEOS, 512 * MB, "7"),
    "amplify_video": (VIDEOS, 512 * MB, "13"),
}
# Files that one post may have together: so many of each category.
TOGETHER: tuple[dict[str, int], ...] = ({"tweet_image": 4}, {"tweet_gif": 1}, {"tweet_video": 1}, {"amplify_video": 1})
MOST_FILES = max(sum(counts.values()) for counts in TOGETHER)
INITIALIZE: say.Shape = {
    "media_type!": say.one_of(*IMAGES, "image/gif", *VIDEOS, "text/srt", "text/vtt", "model/gltf-binary", "model/vnd.usdz+zip"),
    "total_bytes!": say.integer(0, 17_179_869_184),
    "media_category!": say.one_of(*CATEGORIES, "dm_image", "dm_gif", "dm_video", "subtitles"),
    "shared": say.a_boolean,
    "additional_owners": say.ids(100),
}
APPEND: say.Shape = {"media!": say.text(8 * MB), "segment_index!": say.integer(0, 999)}
METADATA: say.Shape = {"id!": say.an_id, "metadata": {"alt_text": {"text!": say.text(1000)}}}
LIFE = 86_400


class Uploads:
    """The uploads of one simulated X. An upload is a document; its chunks are on disk until it is finished."""

    processing_seconds: float = 2.0

    def __init__(self, shelf: Shelf, clock: Callable[[], float], new_id: Callable[[], str]) -> None:
        self.shelf = shelf
        self.spool = Spool(shelf.store, shelf.network)
        self.clock = clock
        self.new_id = new_id

    def initialize(self, request: httpx2.Request, account: str) -> httpx2.Response:
        body = say.body_of(request, INITIALIZE)
        types, most, prefix = CATEGORIES.get(body["media_category"], ((), 0, ""))
        if body["media_type"] not in types:
            raise bad(f"{body['media_type']} does not go with the category {body['media_category']}")
        if not 1 <= body["total_bytes"] <= most:
            raise bad(f"File size exceeds {most} bytes." if body["total_bytes"] else "The file is empty.")
        self._sweep()
        media_id = self.new_id()
        upload = {
            "owners": [account, *body.get("additional_owners", ())],
            "mime": body["media_type"],
            "category": body["media_category"],
            "total": body["total_bytes"],
            "expires_at": self.clock() + LIFE,
            "key": f"{prefix}_{media_id}",
            "segments": {},
            "doomed": self.shelf.get("options", "doomed") is not None,
        }
        self.shelf.drop("options", "doomed")
        self.shelf.put("uploads", media_id, upload)
        return _data(id=media_id, media_key=upload["key"], expires_after_secs=LIFE)

    def append(self, request: httpx2.Request, account: str, media_id: str) -> httpx2.Response:
        """Segments may come in any order, and again."""
        upload = self._open(media_id, account)
        index, content = _segment(request)
        if not 1 <= len(content) <= MAX_CHUNK:
            raise bad(f"A segment has 1 to {MAX_CHUNK} bytes.")
        upload["segments"][str(index)] = len(content)
        if sum(upload["segments"].values()) > upload["total"]:
            raise bad("Segments do not add up to provided total file size.")
        self.spool.write(f"{media_id}-{index}", 0, content)
        self.shelf.put("uploads", media_id, upload)
        return _data(expires_at=int(upload["expires_at"]))

    def finalize(self, request: httpx2.Request, account: str, media_id: str) -> httpx2.Response:
        if request.content:  # the description has none; X minds only what is in one
            say.body_of(request, {})
        upload = self._open(media_id, account)
        count = len(upload["segments"])
        if set(upload["segments"]) != {str(i) for i in range(count)} or sum(upload["segments"].values()) != upload["total"]:
            raise bad("Segments do not add up to provided total file size.")
        content, names = hashlib.sha256(), [f"{media_id}-{index}" for index in range(count)]
        for name in names:
            content.update(self.spool.read(name))
        found = look_at_pieces(self.spool, names)
        if upload["category"] == "tweet_image" and (upload["doomed"] or not _is_image(found, upload["mime"])):
            raise bad("Media type unrecognized.")
        upload |= self._judged(found, upload, upload["doomed"])
        for name in names:
            self.spool.drop(name)
        upload |= {"segments": {}, "sha256": content.hexdigest(), "finished_at": self.clock(), "frames": found.frames}
        self.shelf.put("uploads", media_id, upload)
        return self._shown(media_id, upload)

    def at_once(self, request: httpx2.Request, account: str) -> httpx2.Response:
        """A whole file in one call. What it is, is told by its bytes."""
        content, category, owners = one_shot.read(request)
        types, most, prefix = CATEGORIES.get(category, ((), 0, ""))
        found = look(content)
        mime = "video/mp4" if found.mime == "video/x-m4v" else found.mime
        if mime not in types or (category == "tweet_image" and not _is_image(found, mime)):
            raise bad("Media type unrecognized.")
        if len(content) > most:
            raise bad(f"File size exceeds {most} bytes.")
        media_id = self.new_id()
        upload = {
            **{"owners": [account, *owners], "mime": mime, "category": category, "total": len(content), "key": f"{prefix}_{media_id}"},
            **{"expires_at": self.clock() + LIFE, "segments": {}, "frames": found.frames},
            **{"sha256": hashlib.sha256(content).hexdigest(), "finished_at": self.clock()},
        }
        self.shelf.put("uploads", media_id, upload | self._judged(found, upload, False))
        return self._shown(media_id, self.shelf.get("uploads", media_id))

    def status(self, request: httpx2.Request, account: str) -> httpx2.Response:
        given = say.query(request, "command", "media_id")
        if given.get("command", "STATUS") != "STATUS" or not say.ID.fullmatch(given.get("media_id", "")):
            raise invalid("The query parameters [command,media_id] must be STATUS and a media id")
        upload = self._owned(given["media_id"], account)
        if "finished_at" not in upload:
            raise bad("Invalid MediaId: the upload is not finalized.")
        return self._shown(given["media_id"], upload)

    def describe(self, request: httpx2.Request, account: str) -> httpx2.Response:
        body = say.body_of(request, METADATA)
        upload = self._owned(body["id"], account)
        if upload["category"] not in ("tweet_image", "tweet_gif"):
            raise bad("Alt text is for images and GIFs.")
        upload["alt"] = body.get("metadata", {}).get("alt_text", {}).get("text", "")
        self.shelf.put("uploads", body["id"], upload)
        return _data(id=body["id"], associated_metadata=body.get("metadata", {}))

    def attached(self, media_ids: list[str], account: str) -> list[dict[str, Any]]:
        """The uploads behind a post's files; refused unless all may be posted now, together."""
        found = []
        for media_id in media_ids:
            upload = self.shelf.get("uploads", media_id)
            ready = upload is not None and "finished_at" in upload and account in upload["owners"] and upload["expires_at"] > self.clock()
            if not ready or self._state(upload)[0] != "succeeded" or media_ids.count(media_id) > 1:
                raise bad("Your media IDs are invalid.")
            found.append(upload)
        categories = Counter(upload["category"] for upload in found)
        if not any(all(count <= counts.get(name, 0) for name, count in categories.items()) for counts in TOGETHER):
            raise bad("A post takes up to 4 photos, or 1 animated GIF, or 1 video.")
        return found

    def doom(self, request: httpx2.Request) -> None:
        """Let the media of this request fail: the upload it names, the files of its post, or the upload it begins."""
        named = re.findall(r"/2/media/upload/(\d+)/", request.url.path) or [request.url.params.get("media_id", "")]
        if request.url.path == "/2/tweets":
            try:
                named = json_of(request.content)["media"]["media_ids"]
            except (ValueError, KeyError, TypeError):
                named = []
        for media_id in named:
            if upload := self.shelf.get("uploads", media_id):
                self.shelf.put("uploads", media_id, {**upload, "doomed": True})
        if request.url.path.endswith("/initialize"):
            self.shelf.put("options", "doomed", True)

    def _owned(self, media_id: str, account: str) -> dict[str, Any]:
        upload: dict[str, Any] | None = self.shelf.get("uploads", media_id)
        if upload is None or account not in upload["owners"] or upload["expires_at"] <= self.clock():
            raise Refused(say.problem(404, "Not Found", f"The media id {media_id} was not found or has expired."))
        return upload

    def _open(self, media_id: str, account: str) -> dict[str, Any]:
        upload = self._owned(media_id, account)
        if "finished_at" in upload:
            raise bad(f"The media id {media_id} is finalized already.")
        return upload

    def _judged(self, found: Look, upload: dict[str, Any], doomed: bool) -> dict[str, Any]:
        """Whether processing will fail; and why, where it is that who is not verified posts so long a film."""
        person = self.shelf.get("people", upload["owners"][0]) or {}
        seconds = found.film.seconds if found.film and upload["category"] == "tweet_video" else 0.0
        if seconds > UNVERIFIED_SECONDS and person.get("verified_type", "none") == "none":
            return {"doomed": True, "why": f"Duration {_lasting(seconds)} exceeds max duration of {_lasting(UNVERIFIED_SECONDS)}"}
        return {"doomed": doomed or not _is_playable(found, upload)}

    def _state(self, upload: dict[str, Any]) -> tuple[str, float]:
        """Where processing stands, and the seconds it still takes."""
        left = 0.0 if upload["category"] == "tweet_image" else upload["finished_at"] + self.processing_seconds - self.clock()
        if left > 0:
            return ("pending" if left > 0.7 * self.processing_seconds else "in_progress"), left
        return ("failed" if upload["doomed"] else "succeeded"), 0.0

    def _shown(self, media_id: str, upload: dict[str, Any]) -> httpx2.Response:
        left = max(0, int(upload["expires_at"] - self.clock()))
        data: dict[str, Any] = {"id": media_id, "media_key": upload["key"], "size": upload["total"], "expires_after_secs": left}
        state, seconds = self._state(upload)
        if upload["category"] == "tweet_image":
            data["image"] = {"image_type": upload["mime"], "w": 1200, "h": 675}
            return _data(**data)
        info: dict[str, Any] = {"state": state}
        if seconds:
            info |= {
                "check_after_secs": min(30, max(1, math.ceil(seconds / 2))),
                "progress_percent": int(100 - 100 * seconds / self.processing_seconds),
            }
        elif state == "failed":
            long = {"code": 3, "name": "UnsupportedMedia", "message": upload.get("why")}
            info["error"] = long if upload.get("why") else {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}
        else:
            info["progress_percent"] = 100
        return _data(**data, processing_info=info, video={"video_type": upload["mime"]})

    def _sweep(self) -> None:
        """Now and then, forget the uploads that ended long ago."""
        if self.shelf.count("uploads") % 50:
            return
        for media_id, upload in self.shelf.all("uploads").items():
            if upload["expires_at"] + LIFE < self.clock():
                for index in upload["segments"]:
                    self.spool.drop(f"{media_id}-{index}")
                self.shelf.drop("uploads", media_id)


def _is_image(found: Look, declared: str) -> bool:
    """A picture that X shows, and what it was declared as."""
    return found.sound and found.mime in SHOWN and found.mime == declared.replace("pjpeg", "jpeg")


def _is_playable(found: Look, upload: dict[str, Any]) -> bool:
    """https://docs.x.com/x-api/media/quickstart/best-practices, and the type that was declared."""
    if upload["category"] == "tweet_image":
        return True
    if upload["category"] == "tweet_gif":
        pixels = found.frames * found.width * found.height
        return found.mime == "image/gif" and found.width <= 1280 and found.height <= 1080 and found.frames <= 350 and pixels <= 300_000_000
    mime = "video/mp4" if found.mime == "video/x-m4v" else found.mime
    codecs = found.sound and found.plain and found.judged(video=("h264",), audio=("aac",), seconds=(0.5, LONGEST), frames=(0, 60))
    sides = not found.width or (min(found.size) >= 32 and 1 / 3 <= found.width / found.height <= 3)
    return bool(mime == upload["mime"] and codecs and sides)


def _lasting(seconds: float) -> str:
    """As X writes it: 2.minutes+29.seconds+350.milliseconds."""
    thousandths = round(seconds * 1000)
    parts = {"minutes": thousandths // 60_000, "seconds": thousandths // 1000 % 60, "milliseconds": thousandths % 1000}
    return "+".join(f"{count}.{unit}" for unit, count in parts.items() if count)


def _segment(request: httpx2.Request) -> tuple[int, bytes]:
    """A chunk, sent as a form with a file or as JSON with base64."""
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        body = say.body_of(request, APPEND)
        try:
            return body["segment_index"], base64.b64decode(body["media"], validate=True)
        except binascii.Error:
            raise invalid("$.media: is not base64") from None
    parts = one_shot.parts_of(request.content, kind)
    if set(parts) != {"media", "segment_index"}:
        raise invalid("The form must hold media and segment_index, and nothing else")
    index = parts["segment_index"].decode("ascii", "replace")
    if not re.fullmatch(r"[0-9]{1,3}", index):
        raise invalid("$.segment_index: must have a minimum value of 0 and a maximum value of 999")
    return int(index), parts["media"]


def _data(**data: Any) -> httpx2.Response:
    return httpx2.Response(200, json={"data": data})
