"""Files that we keep, and the ones a document may mean; and an asset of a post as rules and adapters see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec

from socialclaw.providers.draft import Media
from socialclaw.providers.shapes import kind_of_url
from socialclaw.scheduling.plan import MOST_POSTS

MOST_ASSETS = 100  # in one post; every network takes fewer
REFERENCES = ("url", "media_link", "mediaLink", "assetId", "asset_id", "id")


@dataclass(frozen=True, slots=True)
class StoredAsset:
    """A file that we keep. `url` is where it is delivered now; empty when it no longer is. `unready` says why it is not there yet."""

    id: str
    url: str
    kind: str
    mime: str | None = None
    size: int | None = None
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    filename: str | None = None
    frame_rate: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    unready: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """The workspace's files that a document may name, by id, where our media URLs begin, and the policy of posts that name none."""

    base_url: str
    stored: Mapping[str, StoredAsset] = field(default_factory=dict)
    policy: str = "strict"

    @property
    def start(self) -> str:
        """How our media URLs begin."""
        return f"{self.base_url}/media/"

    def id_in(self, url: str) -> str | None:
        """The asset id in one of our media URLs, or None for the URL of somebody else."""
        return url[len(self.start) :].partition("/")[0] if url.startswith(self.start) else None


def kind_of(asset: Mapping[str, Any]) -> str:
    """image, video or other: what the asset says it is, else by the extension of its URL. Of a file that we keep it is known."""
    kind = asset.get("kind")
    if kind in ("image", "video"):
        return str(kind)
    return "other" if kind and asset.get("managed") else kind_of_url(asset["url"])


def media_of(asset: Mapping[str, Any]) -> Media:
    """A stored asset as adapters and rules see it. A number of 0 is unknown."""
    return Media(
        id=asset["id"],
        kind=kind_of(asset),
        mime=asset.get("mime"),
        size=asset.get("size") or None,
        url=asset["url"],
        filename=asset.get("originalFilename") or asset["url"].partition("?")[0].rpartition("/")[2] or "file",
        alt=asset.get("altText") or "",
        width=asset.get("width") or None,
        height=asset.get("height") or None,
        duration=asset.get("duration") or None,
        frame_rate=asset.get("frameRate"),
        video_codec=asset.get("videoCodec"),
        audio_codec=asset.get("audioCodec"),
    )


_ESCAPED = re.compile(rb"\\u00(?:5[fF]|6[15]|7[34])")  # a letter of "asset_"


def asset_ids(document: object, base_url: str, body: bytes | None = None) -> set[str]:
    """What a document may mean as the id of a file we keep: for loading those files before it is parsed.

    `body` is the JSON it was made of, where that is at hand; it saves a pass over the document.
    """
    try:
        if body is None or (b"\\u00" in body and _ESCAPED.search(body)):
            body = msgspec.json.encode(document)
        if b"asset_" not in body:  # how all our ids begin
            return set()
    except (ValueError, TypeError, RecursionError, OverflowError):
        pass  # it cannot tell
    library, found = Library(base_url), set[str]()
    for raw in _mentioned(document):
        for value in (
            (raw,) if isinstance(raw, str) else (raw.get(name) for name in ("url", "media_link", "mediaLink", "assetId", "asset_id", "id"))
        ):
            if isinstance(value, str) and len(value) < 2000:
                value = value.strip()
                found.add(library.id_in(value) or value)
    return {one for one in found if one.startswith("asset_")}


def _mentioned(document: object) -> Iterator[str | dict[str, Any]]:
    """Every asset, in any form, of every post and step."""
    for post in _posts(document):
        for name in ("media_link", "mediaLink"):
            if isinstance(link := post.get(name), str):
                yield link
        yield from islice(_objects(post, "assets", of=(str, dict)), MOST_ASSETS)


def _posts(document: object) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    schedule = document.get("schedule")
    root = schedule if isinstance(schedule, dict) else document
    yield from _objects(root, "posts")
    for campaign in _objects(root, "campaigns"):
        for target in _objects(campaign, "targets"):
            yield from _objects(target, "steps")


def _objects(holder: Mapping[str, Any], name: str, *, of: tuple[type, ...] = (dict,)) -> Iterator[Any]:
    """As many as a run may have."""
    items = holder.get(name)
    return (item for item in items[:MOST_POSTS] if isinstance(item, of)) if isinstance(items, list) else iter(())
