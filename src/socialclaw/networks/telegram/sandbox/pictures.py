"""Part of the simulator: the files of messages: where they come from, what they are, what Telegram refuses."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import httpx2

from socialclaw.networks.telegram.sandbox.parameters import File, Parameters, Refused
from socialclaw.providers.incoming import url_of
from socialclaw.simulation.files.looking import look
from socialclaw.simulation.simulator import Fetch

MB = 1024 * 1024
BY_URL, BY_UPLOAD = {"photo": 5 * MB, "video": 20 * MB}, {"photo": 10 * MB, "video": 50 * MB}
for limits in (BY_URL, BY_UPLOAD):
    limits["animation"] = limits["document"] = limits["video"]
PHOTOS = ("image/jpeg", "image/png", "image/webp", "image/gif")
FILMS = ("video/mp4", "video/quicktime", "video/x-m4v")
FETCHED = {  # by URL, the beginnings of types
    **{"photo": ("image/",), "video": ("video/mp4",), "animation": ("image/gif", "video/mp4")},
    "document": ("application/pdf", "application/zip", "image/gif"),
}


def fetch(fetching: Fetch, url: str, kind: str) -> File:
    """A file by its address, as Telegram gets it."""
    parts = url_of(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in url:
        raise Refused("wrong HTTP URL specified")
    try:
        answer = fetching(url)
    except httpx2.TransportError:
        raise Refused("failed to get HTTP URL content") from None
    if answer.status_code != 200:
        raise Refused("failed to get HTTP URL content")
    mime = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not mime.startswith(FETCHED[kind]):
        raise Refused("wrong type of the web page content")
    if len(answer.content) > BY_URL[kind]:
        raise Refused("file is too big")
    return File(parts.path.rpartition("/")[2] or "file", mime, answer.content)


def is_url(given: str) -> bool:
    return bool(re.match(r"[a-z][a-z0-9+.-]*://", given, re.IGNORECASE)) and not given.startswith("attach://")


def uploaded(parameters: Parameters, given: str, kind: str, *, part: str) -> File | None:
    """The uploaded file meant by a part of that name or by attach://name; None where the value names something else."""
    name = given.removeprefix("attach://") if given.startswith("attach://") else part
    file = parameters.files.get(name)
    if file is None:
        if given.startswith("attach://") or not given:
            raise Refused(f"there is no {kind} in the request")
        return None
    if len(file.content) > BY_UPLOAD[kind]:
        raise Refused("file is too big")
    return file


def examine(file: File, kind: str) -> dict[str, Any]:
    """What the file really is: kind, mime, width and height (0 where they are not known). Refuses what is no picture.

    A picture that is sent as a photo stands still; as an animation, what is no GIF and no silent MP4 arrives as a plain file, and so does
    a video that is not what every app plays.
    """
    found = look(file.content)
    about = {"mime": found.mime or file.mime, "width": found.width, "height": found.height}
    if kind == "document":
        return {**about, "kind": kind, "frames": found.frames}
    if kind == "photo":
        if found.mime not in PHOTOS or not found.sound:
            raise Refused("IMAGE_PROCESS_FAILED")
        if sum(found.size) > 10_000 or max(found.size) > 20 * min(found.size):
            raise Refused("PHOTO_INVALID_DIMENSIONS")
        return {**about, "kind": kind, "frames": 1}
    plays = found.sound and found.plain and found.mime in FILMS and found.judged(video=("h264", "hevc"))
    if kind == "animation" and found.mime == "image/gif" and found.sound:
        return {**about, "kind": kind, "frames": found.frames}
    return {**about, "kind": kind if plays else "document", "frames": found.frames}


def file_id(content: bytes, kind: str) -> tuple[str, str]:
    """A file_id and a file_unique_id."""
    digest = hashlib.sha256(content).hexdigest()
    return f"{'AgAC' if kind == 'photo' else 'BAAC'}{digest}", f"AQAD{digest[:12]}"
