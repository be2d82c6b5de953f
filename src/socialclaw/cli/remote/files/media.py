"""Local files that a schedule names as its media: each is uploaded once, by what it holds, and its URL put in the place of its path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from socialclaw.cli.remote.command import Api, Refused
from socialclaw.cli.remote.files.document import Document, shown
from socialclaw.cli.remote.profiles import FOLDER
from socialclaw.cli.remote.uploading import mime_of, upload
from socialclaw.sdk import ClientError

LINKS = ("media_link", "mediaLink")
MEDIA = ("image/", "video/")


def uploaded(api: Api, document: Document) -> dict[str, Any]:
    """The schedule with URLs in the place of paths. Refused, with the place, for a path that leads to no picture and no film."""
    known = _Known(api)
    for where, holder, key in [*_named(document.schedule, "")]:
        value = holder[key]
        url = value["url"] if isinstance(value, dict) else value
        path = (document.folder / Path(url).expanduser()).resolve()
        place = shown(document.spot(where))
        if not path.is_file():
            raise Refused(f"{place}: There is no file {url}: media is a URL, or a path from {document.folder}")
        if not mime_of(path.name).startswith(MEDIA):
            raise Refused(f"{place}: {url} is no picture and no film, so it is not uploaded")
        asset = known.asset(path)
        if isinstance(key, int):
            alt = {"altText": value["altText"]} if isinstance(value, dict) and value.get("altText") else {}
            holder[key] = {"id": asset["id"], "url": asset["publicUrl"], "managed": True, **alt}
        else:
            holder[key] = asset["publicUrl"]
    known.keep()
    return document.schedule


def _named(value: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Every place that names a local file: its path in the schedule, and what holds it under which key."""
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _named(inner, f"{where}[{number}]")
        return
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        here = f"{where}.{key}" if where else key
        if key in LINKS and _local(inner):
            yield here, value, key
        elif key == "assets" and isinstance(inner, list):
            for number, one in enumerate(inner):
                if _local(one.get("url") if isinstance(one, dict) else one):
                    yield f"{here}[{number}]", inner, number
        elif key != "settings":
            yield from _named(inner, here)


def _local(url: Any) -> bool:
    return isinstance(url, str) and bool(url.strip()) and "://" not in url and not url.startswith("data:")


class _Known:
    """Which files this workspace has already, by their checksums: of this run and of earlier ones."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._file = Path.home() / FOLDER / "uploads.json"
        self._place = f"{api.target.base_url} {hashlib.sha256(api.target.key.encode()).hexdigest()[:16]}"
        self._all: dict[str, dict[str, str]] = self._read()
        self._ids = self._all.setdefault(self._place, {})
        self._assets: dict[str, Any] = {}

    def asset(self, path: Path) -> Any:
        with path.open("rb") as file:
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
        if checksum not in self._assets:
            self._assets[checksum] = self._there(checksum) or upload(self._api, path)["asset"]
            self._ids[checksum] = self._assets[checksum]["id"]
        return self._assets[checksum]

    def keep(self) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self._all), encoding="utf-8")

    def _there(self, checksum: str) -> Any:
        """The asset, if it is still there to be used."""
        if checksum not in self._ids:
            return None
        try:
            found: Any = self._api.client.asset(self._ids[checksum])["asset"]
        except ClientError:
            return None
        return found if found.get("status") == "ready" and not found.get("deleteAfter") else None

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
