"""Recognising a post in the account's list of public videos (https://developers.tiktok.com/doc/tiktok-api-v2-video-object)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialclaw.networks.tiktok.posts import is_video
from socialclaw.providers.draft import Draft

FIELDS = "id,title,video_description,create_time,share_url"
LISTED = 150  # characters that the list shows of a title or description


def is_photo(video: Mapping[str, Any]) -> bool:
    return "/photo/" in str(video.get("share_url") or "")


def matches(video: Mapping[str, Any], draft: Draft, since: float) -> bool:
    """Whether an entry of the list may be this draft."""
    if not draft.media or int(video["create_time"]) < int(since) or is_photo(video) == is_video(draft):
        return False
    title, description = (str(video.get(name) or "").strip() for name in ("title", "video_description"))
    if not is_video(draft) and (_is(title, draft.name) and _is(description, draft.description)):
        return True
    return ((title or description) != "" and all(_is(shown, draft.text) for shown in (title, description) if shown)) or (
        not title and not description and not draft.text
    )


def _is(shown: str, written: str) -> bool:
    """Whether what the list shows is this text, which it may have cut."""
    shown, written = shown.strip(), written.strip()
    return shown == written or (len(shown) >= LISTED - 3 and written.startswith(shown.rstrip("….")))
