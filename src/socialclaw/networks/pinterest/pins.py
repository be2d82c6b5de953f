"""A Pin as Pinterest is told of it, and as it is recognised among those of its board. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.spelling import nfc

MOST_ALT = 500  # PinCreate.alt_text in the official description
MEDIA_TYPES = {"image": "image", "video": "video"}


def body_of(draft: Draft, board: str, source: Mapping[str, Any]) -> dict[str, Any]:
    """The body of POST /pins. What is not given is left out."""
    settings = draft.settings
    colour = str(settings.get("dominantColor") or "")
    body = {
        "board_id": board,
        "board_section_id": settings.get("boardSectionId"),
        "title": draft.name,
        "description": draft.description,
        "alt_text": alt_of(draft),
        "link": settings.get("link"),
        "dominant_color": f"#{colour.removeprefix('#')}" if colour else None,
    }
    return {**{name: value for name, value in body.items() if value}, "media_source": dict(source)}


def alt_of(draft: Draft) -> str:
    """The one alt text of a Pin: its own, else those of its files, each once."""
    own = draft.settings.get("altText")
    return str(own) if own else "\n".join(dict.fromkeys(m.alt for m in draft.media if m.alt))


def image_source(media: Sequence[Media]) -> dict[str, Any]:
    """One image, or two to five as a carousel; Pinterest fetches them itself."""
    if len(media) == 1:
        return {"source_type": "image_url", "url": media[0].url}
    return {"source_type": "multiple_image_urls", "items": [{"url": m.url} for m in media]}


def video_source(draft: Draft, media_id: str) -> dict[str, Any]:
    """A video that was uploaded, with the cover that it must have: a picture, or a second of the video."""
    if url := draft.settings.get("coverImageUrl"):
        cover: dict[str, Any] = {"cover_image_url": url}
    else:
        cover = {"cover_image_key_frame_time": int(draft.settings.get("coverImageKeyFrameTime") or 0)}
    return {"source_type": "video_id", "media_id": media_id, **cover}


def made_at(pin: Mapping[str, Any]) -> datetime:
    """When a Pin was made, to the second. Pinterest writes UTC, often without saying so."""
    moment = datetime.fromisoformat(pin["created_at"])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_of(pin: Mapping[str, Any], draft: Draft) -> bool:
    """Whether a Pin may be this draft: its words, where it leads to, and what kind of files it has and how many."""
    words = [(pin.get("title"), draft.name), (pin.get("description"), draft.description)]
    if pin.get("is_owner") is False or any(_plain(found) != _plain(sent) for found, sent in words):
        return False
    return _host(pin.get("link")) == _host(draft.settings.get("link")) and _files(pin.get("media") or {}) == _sent(draft.media)


def _files(media: Mapping[str, Any]) -> tuple[str, int]:
    match media.get("media_type"):
        case "multiple_images":
            return "image", len(media.get("items") or ())
        case kind:
            return str(kind), 1


def _sent(media: Sequence[Media]) -> tuple[str, int]:
    return (MEDIA_TYPES.get(media[0].kind, ""), len(media)) if media else ("", 0)


def _plain(text: object) -> str:
    """Blanks at line ends and at both ends of a text do not tell two texts apart."""
    lines = nfc(str(text or "")).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _host(link: object) -> str:
    """Where a link leads to. No more of it is compared: Pinterest may add to a link, and a duplicate is worse than a second look."""
    try:
        return (urlsplit(str(link)).hostname or "").removeprefix("www.") if link else ""
    except ValueError:
        return ""
