"""What TikTok is asked to make of a draft, checked against what the creator's account allows right now.

https://developers.tiktok.com/doc/content-posting-api-reference-direct-post and -photo-post.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from socialclaw.errors import Rejected
from socialclaw.providers.draft import Draft, Media

PICTURES = ("image/jpeg", "image/webp")
EXTENSIONS = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "png": "image/png"}
UNSENT = "TikTok takes no caption with a video that goes to the inbox as a draft: the creator writes it in the app"
PUBLIC = "PUBLIC_TO_EVERYONE"
# What an account may have switched off -> our setting, what it is.
INTERACTIONS = {"comment": ("commentEnabled", "Comments"), "duet": ("duetEnabled", "Duets"), "stitch": ("stitchEnabled", "Stitches")}


def utf16(text: str) -> int:
    """The length of a text as TikTok counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_video(draft: Draft) -> bool:
    return bool(draft.media) and draft.media[0].kind == "video"


def is_draft(draft: Draft) -> bool:
    """Whether it goes to the creator's inbox instead of to the public."""
    return draft.settings.get("tiktokPostMode") == "draft"


def mime_of(media: Media) -> str | None:
    """The type of a picture, by its extension where nothing else is known."""
    return media.mime or EXTENSIONS.get(urlsplit(media.url).path.rpartition(".")[2].lower())


def admit(draft: Draft, creator: Mapping[str, Any]) -> dict[str, Any]:
    """What the account allows, of what the post will need; Rejected where it does not allow the post."""
    options: Sequence[str] = creator.get("privacy_level_options") or ()
    level = draft.settings.get("privacyLevel")
    if options and level not in options:
        message = f"The account does not offer privacyLevel {level} now; it offers {', '.join(options)}"
        raise Rejected(message, code="tiktok_privacy_level_option_mismatch", supportedValues=list(options))
    longest = creator.get("max_video_post_duration_sec")
    seconds = draft.media[0].duration if is_video(draft) else None
    if seconds and longest and seconds > longest:
        message = f"The video takes {seconds:g} seconds; this account may post up to {longest:g}"
        raise Rejected(message, code="tiktok_video_duration_invalid", duration=seconds, maxSeconds=longest)
    off = [name for name in INTERACTIONS if creator.get(f"{name}_disabled")]
    return {"username": str(creator.get("creator_username") or ""), "off": off}


def loses_caption(draft: Draft) -> bool:
    """Whether its words are left out: TikTok takes none with a video for the inbox, where the creator writes them."""
    return is_draft(draft) and is_video(draft) and bool(draft.text)


def notes(draft: Draft, off: Sequence[str]) -> str | None:
    """What of the settings could not be honoured."""
    names = INTERACTIONS if is_video(draft) else ("comment",)
    lost = [INTERACTIONS[name][1] for name in names if name in off and draft.settings.get(INTERACTIONS[name][0])]
    said = [f"{' and '.join(lost)} stay off: the account has switched them off"] if lost else []
    return ". ".join([*said, *([UNSENT] if loses_caption(draft) else [])]) or None


def video_info(draft: Draft, off: Sequence[str]) -> dict[str, Any]:
    return {"title": draft.text, **_switches(draft, off, INTERACTIONS), **_disclosed(draft)}


def photo_body(draft: Draft, off: Sequence[str]) -> dict[str, Any]:
    settings = draft.settings
    info: dict[str, Any] = {"title": draft.name, "description": draft.description}
    if not is_draft(draft):
        info |= _switches(draft, off, ("comment",)) | _disclosed(draft) | {"auto_add_music": bool(settings.get("autoAddMusic"))}
    source = {
        "source": "PULL_FROM_URL",
        "photo_images": [m.url for m in draft.media],
        "photo_cover_index": int(settings.get("photoCoverIndex") or 0),
    }
    mode = "MEDIA_UPLOAD" if is_draft(draft) else "DIRECT_POST"
    return {"media_type": "PHOTO", "post_mode": mode, "post_info": info, "source_info": source}


def _switches(draft: Draft, off: Sequence[str], names: Mapping[str, Any] | Sequence[str]) -> dict[str, Any]:
    return dict(_disabled(draft, off, names)) | {"privacy_level": draft.settings["privacyLevel"]}


def _disabled(draft: Draft, off: Sequence[str], names: Mapping[str, Any] | Sequence[str]) -> Iterator[tuple[str, bool]]:
    for name in names:
        yield f"disable_{name}", name in off or not draft.settings.get(INTERACTIONS[name][0])


def _disclosed(draft: Draft) -> dict[str, bool]:
    """Paid partnership and own business, as the user declared them."""
    names = (("brand_content_toggle", "brandContentToggle"), ("brand_organic_toggle", "brandOrganicToggle"))
    return {theirs: bool(draft.settings.get(ours)) for theirs, ours in names}
