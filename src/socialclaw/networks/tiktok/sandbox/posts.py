"""What the simulated TikTok is asked to post: the shapes of the three init calls, and what it makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialclaw.networks.tiktok.sandbox import words as say
from socialclaw.simulation import json_shapes as shapes

MB = 1000 * 1000
LEVELS = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY")
LARGEST = 4 * 1024 * 1024 * 1024
MOST_PHOTOS = 35
VIDEO_INFO: shapes.Shape = {
    "title": say.text(2200),
    "privacy_level!": shapes.one_of(*LEVELS),
    "disable_duet": shapes.flag,
    "disable_comment": shapes.flag,
    "disable_stitch": shapes.flag,
    "video_cover_timestamp_ms": say.number,
    "auto_add_music": shapes.flag,  # of photos; of no effect on a video
    "brand_content_toggle!": shapes.flag,
    "brand_organic_toggle!": shapes.flag,
    "is_aigc": shapes.flag,
}
VIDEO_SOURCE: shapes.Shape = {
    "source!": shapes.one_of("FILE_UPLOAD", "PULL_FROM_URL"),
    "video_size": say.number,
    "chunk_size": say.number,
    "total_chunk_count": say.number,
    "video_url": say.text(2000),
}
PHOTO_INFO: shapes.Shape = {
    "title": say.text(90),
    "description": say.text(4000),
    "privacy_level": shapes.one_of(*LEVELS),
    "disable_comment": shapes.flag,
    "auto_add_music": shapes.flag,
    "brand_content_toggle": shapes.flag,
    "brand_organic_toggle": shapes.flag,
    "is_aigc": shapes.flag,
}
PHOTO_SOURCE: shapes.Shape = {
    "source!": shapes.one_of("PULL_FROM_URL"),
    "photo_images!": say.words,
    "photo_cover_index": say.number,
}
VIDEO: shapes.Shape = {"post_info!": VIDEO_INFO, "source_info!": VIDEO_SOURCE}
INBOX: shapes.Shape = {"source_info!": VIDEO_SOURCE}
PHOTO: shapes.Shape = {
    "media_type!": shapes.one_of("PHOTO"),
    "post_mode!": shapes.one_of("DIRECT_POST", "MEDIA_UPLOAD"),
    "post_info": PHOTO_INFO,
    "source_info!": PHOTO_SOURCE,
}


def options_of(person: Mapping[str, Any]) -> list[str]:
    """Who may see a post of this account."""
    first = "FOLLOWER_OF_CREATOR" if person.get("private") else "PUBLIC_TO_EVERYONE"
    return [first, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]


def judge_info(info: Mapping[str, Any], person: Mapping[str, Any], *, audited: bool) -> None:
    """Whether this account may post so, through this app."""
    level = info.get("privacy_level")
    if level is None:
        raise say.invalid("body.post_info.privacy_level is required")
    if not audited and not (person.get("private") and level == "SELF_ONLY"):
        words = "Please review our integration guidelines at https://developers.tiktok.com/doc/content-sharing-guidelines/"
        raise say.refuse("unaudited_client_can_only_post_to_private_accounts", words)
    if level not in options_of(person):
        raise say.refuse(
            "privacy_level_option_mismatch", "Please choose a privacy level from the privacy_level_options of the creator info."
        )
    if info.get("brand_content_toggle") and level == "SELF_ONLY":
        raise say.invalid("Branded content cannot be private")


def judge_chunks(source: Mapping[str, Any]) -> None:
    """Chunks of 5 to 64 MB, the last one with the remainder; a video of less than 5 MB is one chunk."""
    size, chunk, count = (source.get(name) or 0 for name in ("video_size", "chunk_size", "total_chunk_count"))
    if not 0 < size <= LARGEST or "video_url" in source:
        raise say.invalid("The video info is empty or invalid")
    alone = count == 1 and chunk == size <= 64 * 1024 * 1024
    if not alone and not (5 * MB <= chunk <= 64 * 1024 * 1024 and count == size // chunk and 1 <= count <= 1000):
        raise say.invalid("The chunk size is invalid" if count else "The total chunk count is invalid")


def seen_of(info: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The words of a post, as the public reads them."""
    title, description = str(info.get("title") or ""), str(info.get("description") or "")
    if kind == "video":
        title, description = "", title
    label = "Paid partnership" if info.get("brand_content_toggle") else "Promotional content" if info.get("brand_organic_toggle") else ""
    allows = {name: not info.get(f"disable_{name}", False) for name in ("comment", "duet", "stitch")}
    return {"title": title, "description": description, "label": label, "kind": kind, "allows": allows, "music": info.get("auto_add_music")}
