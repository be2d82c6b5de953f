"""What TikTok says of a post by its publish id, and what that makes of it.

https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status. The public id of a post comes after moderation,
which takes a minute or hours, and only for posts that everybody may see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from socialclaw.networks.tiktok.posts import PUBLIC, is_draft, is_video
from socialclaw.providers.draft import Draft, Published

SITE = "https://www.tiktok.com"
PROCESSING = ("PROCESSING_UPLOAD", "PROCESSING_DOWNLOAD")
FIRST_LOOK, LAST_LOOK = 5.0, 30.0  # seconds between looks; they grow
PATIENCE = 3600.0  # then the post counts as accepted, and is looked at now and then


@dataclass(frozen=True, slots=True)
class Status:
    """The answer for one publish id. `uploaded`: bytes that TikTok has of a video, where it tells."""

    publish_id: str
    state: str
    reason: str = ""
    post_ids: tuple[str, ...] = ()
    uploaded: int | None = None

    @classmethod
    def read(cls, publish_id: str, data: Mapping[str, Any]) -> Status:
        ids = data.get("publicaly_available_post_id") or ()  # their spelling
        uploaded = data.get("uploaded_bytes")
        count = uploaded if isinstance(uploaded, int) else None
        return cls(publish_id, str(data["status"]), str(data.get("fail_reason") or ""), tuple(str(i) for i in ids), count)

    def kept(self) -> dict[str, Any]:
        """As a step remembers it."""
        return {"publish_id": self.publish_id, "state": self.state, "reason": self.reason, "post_ids": list(self.post_ids)}

    @property
    def processing(self) -> bool:
        return self.state in PROCESSING


def pause(elapsed: float) -> float:
    """Seconds until the next look at a post that has been processed for so long."""
    return min(LAST_LOOK, max(FIRST_LOOK, elapsed / 4))


def web_url(post_id: str, username: str, *, video: bool = True) -> str:
    return f"{SITE}/@{username}/{'video' if video else 'photo'}/{post_id}"


def published(draft: Draft, kept: Mapping[str, Any], username: str, note: str | None = None) -> Published:
    """The post as TikTok has it. Until its public id is known it goes by its publish id."""
    profile = f"{SITE}/@{username}" if username else None
    if is_draft(draft) or kept["state"] == "SEND_TO_USER_INBOX":
        note = "It is in the creator's inbox in the TikTok app, to be finished and posted there"
        return Published(kept["publish_id"], None, final=kept["state"] not in PROCESSING, note=note)
    if kept["post_ids"]:
        post_id = kept["post_ids"][0]
        return Published(post_id, web_url(post_id, username, video=is_video(draft)) if username else None, note=note)
    everybody = draft.settings.get("privacyLevel") == PUBLIC
    return Published(kept["publish_id"], profile, final=kept["state"] not in PROCESSING and not everybody, note=note)
