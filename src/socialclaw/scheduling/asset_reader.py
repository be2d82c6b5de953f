"""Reads the media of a post as a document names it: by URL, as an object, or as a file that we keep."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from socialclaw.providers.issues import shown
from socialclaw.scheduling.library import MOST_ASSETS, Library, StoredAsset
from socialclaw.scheduling.problems import Notes
from socialclaw.scheduling.unknown_fields import ASSET

MOST_NUMBER = 2**53
KINDS = frozenset({"image", "video", "audio", "other"})
NUMBERS = ("size", "duration", "width", "height")
_NAMED = re.compile(r"https?://[^\s/?#\[\]<>\"\\^`{|}\x00-\x1f\x80-\U0010ffff]+(?:[/?#]|\Z)")  # a host of ASCII, and no address in brackets
_NO_HOST = re.compile(r"[\s\x00-\x1f<>\"\\^`{|}]")  # what no host is written with


class AssetReader:
    """Reads `assets` and `media_link` of a post. Without a library every URL is somebody else's."""

    def __init__(self, notes: Notes, library: Library | None = None) -> None:
        self._notes = notes
        self._library = library

    def read(self, listed: object, link: object, base: str) -> list[dict[str, Any]]:
        """The assets as they are stored, and as every answer shows them."""
        if link is not None and link != "":
            link = self._notes.text(link, base, "media_link").strip()
        if listed is None or listed == "" or listed == []:
            return [self._named(link, "asset_1", f"{base}.media_link")] if isinstance(link, str) and link else []
        if not isinstance(listed, list):
            self._notes.wrong(listed, f"{base}.assets", "a list")
            return []
        if len(listed) > MOST_ASSETS:
            self._notes.add("assets_too_many", f"A post takes at most {MOST_ASSETS} assets", f"{base}.assets", {"maxItems": MOST_ASSETS})
            return []
        found = [self._one(raw, n, base) for n, raw in enumerate(listed, 1)]
        first = found[0]["url"]
        if link and first and link != first and not (found[0]["managed"] and link.partition("?")[0] == first):
            self._notes.add("asset_media_conflict", "media_link must be the URL of the first asset, or left out", f"{base}.media_link")
        return [one for one in found if one["url"]]

    def _one(self, raw: object, number: int, base: str) -> dict[str, Any]:
        default_id, path = f"asset_{number}", f"{base}.assets[{number - 1}]"
        if isinstance(raw, str):
            return self._named(self._notes.text(raw, path).strip(), default_id, path)
        if isinstance(raw, dict):
            return self._described(raw, default_id, path)
        self._notes.add("asset_invalid", f"{path} must be a URL or an object with a url", path)
        return {"url": "", "managed": False}

    def _named(self, url: str, default_id: str, path: str) -> dict[str, Any]:
        """An asset of which only the URL (or the id of a file we keep) is known."""
        if stored := self._stored(url, "", path):
            return _kept(stored, "")
        return {"id": default_id, "url": self._checked(url, path), "managed": False}

    def _described(self, raw: Mapping[str, Any], default_id: str, path: str) -> dict[str, Any]:
        if not ASSET.knows(raw):
            ASSET.look(raw, path, self._notes)
        text = self._notes.text
        url = next((text(raw[name], path, name).strip() for name in ("url", "media_link", "mediaLink") if raw.get(name)), "")
        own = text(raw.get("id"), path, "id").strip()
        named = text(raw.get("assetId") or raw.get("asset_id"), path, "assetId").strip()
        managed = raw.get("managed") is True
        alt = text(raw.get("altText"), path, "altText")
        if self._library is not None and (stored := self._stored(url, named or own, path, must=bool(named) or managed)):
            return _kept(stored, alt)
        kind = text(raw.get("kind"), path, "kind").strip().lower()
        return {
            "id": own or default_id,
            "url": self._checked(url, f"{path}.url"),
            "managed": managed,
            "originalFilename": text(raw.get("originalFilename"), path, "originalFilename") or None,
            "mime": text(raw.get("mime"), path, "mime") or None,
            "kind": kind if kind in KINDS else None,
            **{name: self._number(raw, name, path) if name in raw else None for name in NUMBERS},
            "altText": alt or None,
        }

    def _stored(self, url: str, asset_id: str, path: str, *, must: bool = False) -> StoredAsset | None:
        """The file of ours that is meant, if one is; notes a problem where it must be ours and is not."""
        if self._library is None:
            return None
        ours = self._library.id_in(url)
        stored = self._library.stored.get(ours or asset_id or url)
        if stored and stored.unready:
            message = f"There is no file for the asset {stored.id}: it {stored.unready}"
            self._notes.add("asset_not_ready", message, path, {"assetId": stored.id})
            return StoredAsset("", "", "")
        if ours is None:
            must = must and stored is None
        elif stored is None or _place(url) != _place(stored.url):
            must, stored = True, None
        if stored and stored.url:
            return stored
        if must or stored:
            named = ours or asset_id or url
            self._notes.add(
                "asset_not_found", f"There is no asset {shown(named)} in this workspace that can be used", path, {"assetId": shown(named)}
            )
            return StoredAsset("", "", "")
        return None

    def _checked(self, url: str, path: str) -> str:
        if not url:
            self._notes.add("asset_url_required", f"{path} needs a URL", path)
        elif not _is_web(url):
            self._notes.add(
                "asset_url_invalid", f"{path} must be an http(s) URL that can be reached from outside", path, {"url": shown(url)}
            )
            return ""
        return url

    def _number(self, raw: Mapping[str, Any], name: str, path: str) -> float | None:
        """Absent is None; null and empty text are 0, which means unknown."""
        value = raw.get(name, self)
        if value is self:
            return None
        if value is None or value == "":
            return 0
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and 0 <= value <= MOST_NUMBER and math.isfinite(value) and (name == "duration" or value == int(value)):
            return value if name == "duration" else int(value)
        self._notes.wrong(value, f"{path}.{name}", "a number, 0 or more" if name == "duration" else "a whole number, 0 or more")
        return None


def _place(url: str) -> str:
    """A media URL of ours without the name at its end, which may have been another one before."""
    return url.partition("?")[0].rpartition("/")[0]


def _is_web(url: str) -> bool:
    """Whether this is the URL of something on the web: what reads it later need not fear that it cannot be taken apart."""
    if _NAMED.match(url):
        return True
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that hold no address, or a host that turns into another one when it is normalised
        return False
    return url.startswith(("https://", "http://")) and bool(parts.netloc) and not _NO_HOST.search(parts.netloc)


def _kept(stored: StoredAsset, alt: str) -> dict[str, Any]:
    """What we found out about a file counts, not what a document says of it. What only films have is left out of other files."""
    film = {"frameRate": stored.frame_rate, "videoCodec": stored.video_codec, "audioCodec": stored.audio_codec}
    film["pixelFormat"] = stored.pixel_format
    return {
        "id": stored.id,
        "url": stored.url,
        "managed": True,
        "originalFilename": stored.filename,
        "mime": stored.mime,
        "kind": stored.kind,
        "size": stored.size,
        "duration": stored.duration,
        "width": stored.width,
        "height": stored.height,
        "altText": alt or stored.alt or None,
        **{name: value for name, value in film.items() if value},
    }
