"""Whether a post that a list shows may be the one that was sent. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from socialclaw.providers.draft import Draft
from socialclaw.providers.spelling import nfc

FIELDS = "id,message,created_time,attachments{media_type,target{id},subattachments{media_type,target{id}}}"
INSTAGRAM_FIELDS = "id,caption,timestamp,permalink,media_type,children{id,media_type}"


def is_post(post: Mapping[str, Any], draft: Draft, since: datetime, photos: set[str]) -> bool:
    """A Page's post: if the uploaded photos are known, it must hold one of them; otherwise text and files must be alike."""
    if datetime.fromisoformat(post["created_time"]) < since or not _same(post.get("message"), draft.text):
        return False
    attached = list(_attached(post))
    if photos:
        return any(target in photos for _, target in attached)
    kinds = [kind for kind, _ in attached if kind in ("photo", "video")]
    return Counter(kinds) == Counter("photo" if m.kind == "image" else m.kind for m in draft.media)


def is_media(media: Mapping[str, Any], draft: Draft, since: datetime) -> bool:
    """A post of an Instagram account."""
    if datetime.fromisoformat(media["timestamp"]) < since or not _same(media.get("caption"), draft.text):
        return False
    children = (media.get("children") or {}).get("data")
    kinds = [c.get("media_type") for c in children] if children else [media.get("media_type")]
    return kinds == [m.kind.upper() for m in draft.media]


def _attached(post: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(kind, id) of every file of a post; what stands in an album is told below it."""
    for attachment in (post.get("attachments") or {}).get("data") or ():
        below = (attachment.get("subattachments") or {}).get("data")
        for entry in below or [attachment]:
            yield str(entry.get("media_type")), str((entry.get("target") or {}).get("id"))


def _same(shown: Any, text: str) -> bool:
    return _plain(str(shown or "")) == _plain(text)


def _plain(text: str) -> str:
    return nfc(text).replace("\r\n", "\n").strip()
