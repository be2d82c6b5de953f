"""Part of the simulator: the files of messages: where they come from, what they are, what Telegram refuses."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from typing import Any

import httpx2

from socialclaw.networks.telegram.sandbox.parameters import File, Parameters, Refused
from socialclaw.providers.incoming import url_of
from socialclaw.simulation.simulator import Fetch

MB = 1024 * 1024
BY_URL, BY_UPLOAD = {"photo": 5 * MB, "video": 20 * MB}, {"photo": 10 * MB, "video": 50 * MB}
MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"GIF8", "image/gif"), (b"\x1aE\xdf\xa3", "video/webm"))


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
    if not (mime.startswith("image/") if kind == "photo" else mime == "video/mp4"):
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
    """What the file really is: mime, width and height (0 where they cannot be read). Refuses what is no picture."""
    mime = _mime(file.content)
    if kind == "video":
        return {"mime": mime or file.mime, "width": 0, "height": 0}
    if mime is None or not mime.startswith("image/"):
        raise Refused("IMAGE_PROCESS_FAILED")
    width, height = _sides(file.content)
    if width + height > 10_000 or (width and height and max(width, height) > 20 * min(width, height)):
        raise Refused("PHOTO_INVALID_DIMENSIONS")
    return {"mime": mime, "width": width, "height": height}


def file_id(content: bytes, kind: str) -> tuple[str, str]:
    """A file_id and a file_unique_id."""
    digest = hashlib.sha256(content).hexdigest()
    return f"{'AgAC' if kind == 'photo' else 'BAAC'}{digest}", f"AQAD{digest[:12]}"


def _mime(content: bytes) -> str | None:
    if content[4:8] == b"ftyp":
        return "video/quicktime" if content[8:10] == b"qt" else "video/mp4"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in MAGIC if content.startswith(magic)), None)


def _sides(content: bytes) -> tuple[int, int]:
    from PIL import Image  # not at the top: most processes never look at a picture

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "GIF", "WEBP")).size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 0, 0
