"""Files that we keep, and the ones a document may mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

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
    pixel_format: str | None = None
    unready: str = ""
    alt: str = ""  # of a post that does not say itself what is to be seen


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


def asset_ids(document: object, base_url: str) -> set[str]:
    """What a document may mean as the id of a file we keep: for loading those files before it is parsed."""
    library, found = Library(base_url), set[str]()
    for value in _mentioned(document):
        if type(value) is str and "asset_" in value and len(value) < 2000:
            value = value.strip()
            found.add(library.id_in(value) or value)
    return {one for one in found if one.startswith("asset_")}


def _mentioned(document: object) -> Iterator[object]:
    """What every asset of every post and step, in any form, is named by."""
    for post in _posts(document):
        yield post.get("media_link")
        yield post.get("mediaLink")
        listed = post.get("assets")
        for one in listed[:MOST_ASSETS] if isinstance(listed, list) else ():
            if isinstance(one, dict):
                yield from map(one.get, REFERENCES)
            else:
                yield one


def _posts(document: object) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    schedule = document.get("schedule")
    root = schedule if isinstance(schedule, dict) else document
    yield from _objects(root, "posts")
    for campaign in _objects(root, "campaigns"):
        for target in _objects(campaign, "targets"):
            yield from _objects(target, "steps")


def _objects(holder: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """As many as a run may have."""
    items = holder.get(name)
    return (item for item in items[:MOST_POSTS] if isinstance(item, dict)) if isinstance(items, list) else iter(())
