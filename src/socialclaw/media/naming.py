"""What a file is called: by people, in a URL, and in storage. Nothing a user writes can leave its place."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

from socialclaw.errors import InvalidRequest
from socialclaw.providers.spelling import nfc

LONGEST_NAME = 120
LONGEST_KEY = 400
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-m4v": ".m4v",
    "video/x-matroska": ".mkv",
    "video/3gpp": ".3gp",
    "video/mp2t": ".ts",
    "video/x-msvideo": ".avi",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "image/avif": ".avif",
    "image/tiff": ".tif",
    "image/bmp": ".bmp",
    "audio/mp4": ".m4a",
    "audio/x-m4a": ".m4a",
    "application/octet-stream": "",
}
ALSO = {
    "image/jpeg": (".jpeg", ".jpe"),
    "image/tiff": (".tiff",),
    "image/heic": (".heif", ".hif"),
    "image/heif": (".heic", ".hif"),
    "video/quicktime": (".qt",),
    "video/mp2t": (".mts", ".m2ts"),
    "video/3gpp": (".3g2", ".3gpp"),
    "text/plain": (".log", ".md", ".csv"),
}  # extensions that are as good


class Reference(NamedTuple):
    """What a public URL of ours names."""

    asset_id: str
    token: str


def display_name(given: str) -> str:
    """The last part of a path as its user wrote it, without anything that does not print; empty if nothing is left."""
    last = given.replace("\\", "/").rpartition("/")[2]
    printable = "".join(c for c in nfc(last) if unicodedata.category(c)[0] != "C")
    name = " ".join(printable.split()).lstrip(".")
    if len(name) <= LONGEST_NAME:
        return name
    suffix = PurePosixPath(name).suffix[:12]
    return name[: LONGEST_NAME - len(suffix)].rstrip() + suffix


def safe_name(name: str, mime: str) -> str:
    """The same in letters that every URL, file system and network takes, with the extension of what the file is, where that has one."""
    stem, suffix = _parts(name)
    own = EXTENSIONS.get(mime, mimetypes.guess_extension(mime) or "")
    told = mime.startswith(("image/", "video/", "audio/")) and own and suffix not in (own, *ALSO.get(mime, ()), "")
    return f"{stem or 'file'}{own if told else suffix or own}"


def name_as_given(name: str, mime: str) -> str:
    """How `safe_name` called a file before, by which it may still be known to somebody: by the extension that it came with."""
    stem, suffix = _parts(name)
    return f"{stem or 'file'}{suffix or EXTENSIONS.get(mime, mimetypes.guess_extension(mime) or '')}"


def _parts(name: str) -> tuple[str, str]:
    path = PurePosixPath(display_name(name))
    stem, suffix = (_plain(part) for part in (path.stem, path.suffix.lstrip(".")))
    return stem, f".{suffix.lower()}" if suffix else ""


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", ascii_only).strip("-")


def check_key(key: str, workspace_id: str) -> str:
    """The key of an object of this workspace, or `object_key_invalid`."""
    parts = key.split("/")
    fits = len(parts) > 1 and all(part and not part.startswith(".") and re.fullmatch(r"[\w .+@=()-]+", part) for part in parts)
    if not fits or len(key.encode(errors="replace")) > LONGEST_KEY or parts[0] != workspace_id:
        message = f"objectKey must begin with {workspace_id}/ and consist of plain names separated by slashes"
        raise InvalidRequest(message, code="object_key_invalid", prefix=f"{workspace_id}/")
    return key


def object_key(workspace_id: str, asset_id: str, name: str) -> str:
    return f"{workspace_id}/assets/{asset_id}/{name}"


def public_url(base_url: str, asset_id: str, token: str, name: str) -> str:
    return f"{base_url}/media/{asset_id}/{token}/{name}"


def reference(url: str, base_url: str) -> Reference | None:
    """What a URL of ours names, whatever its query; None for any other URL."""
    if not url.startswith(f"{base_url}/media/"):
        return None
    parts = urlsplit(url[len(base_url) :]).path.split("/")
    return Reference(parts[2], parts[3]) if len(parts) == 5 else None
