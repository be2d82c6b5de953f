"""A post that was planned or stored, as rules and adapters see it: the one place that makes its text, its files and its draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.shapes import kind_of_url


class Written(Protocol):
    """What a planned post and a stored one have in common."""

    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def generated_name(self) -> bool: ...
    @property
    def interaction_type(self) -> str: ...
    @property
    def parent_step_id(self) -> str | None: ...
    @property
    def settings(self) -> dict[str, Any]: ...


def text_of(post: Written) -> str:
    """What the public reads: name, blank line, description; a generated name is left out."""
    description = _lines(post.description)
    if post.generated_name or not post.name:
        return description
    return f"{_lines(post.name)}\n\n{description}" if description else _lines(post.name)


def _lines(text: str) -> str:
    """One kind of line end: networks keep a carriage return, show it as nothing or as another line, and count it."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def kind_of(asset: Mapping[str, Any]) -> str:
    """image, video or other: what the asset says it is, else by the extension of its URL. Of a file that we keep it is known."""
    kind = asset.get("kind")
    if kind == "image" or kind == "video":
        return str(kind)
    return "other" if kind and asset.get("managed") else kind_of_url(asset.get("url") or "")


def media_of(asset: Mapping[str, Any]) -> Media:
    """A file as the post tells of it, not open. A number of 0 is unknown."""
    get = asset.get
    url = get("url") or ""
    return Media(
        get("id") or "",
        kind_of(asset),
        get("mime"),
        get("size") or None,
        url,
        get("originalFilename") or url.partition("?")[0].rpartition("/")[2] or "file",
        get("altText") or "",
        get("width") or None,
        get("height") or None,
        get("duration") or None,
        None,
        get("frameRate"),
        get("videoCodec"),
        get("audioCodec"),
        get("pixelFormat"),
    )


def draft_of(post: Written, media: Iterable[Media], *, target_type: str, reply_to: str | None = None) -> Draft:
    """The post with these files. A comment is judged as a post: that it is none is said elsewhere."""
    return Draft(
        text_of(post),
        "" if post.generated_name else _lines(post.name),
        _lines(post.description),
        tuple(media),
        post.settings,
        "reply" if post.interaction_type == "reply" else "post",
        post.parent_step_id,
        reply_to,
        target_type,
    )
