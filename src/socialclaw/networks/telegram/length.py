"""How long a text is for Telegram, and what else a post must be that the rules cannot say as data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.issues import Issue
from socialclaw.providers.markup import replaced, unescaped, without_tags

MOST_TEXT, MOST_CAPTION = 4096, 1024  # UTF-16 code units after entity parsing (sendMessage, sendPhoto)
MOST_SIDES, MOST_RATIO = 10_000, 20  # sendPhoto: width and height together, and one against the other

_ESCAPED = re.compile(r"\\([\x01-\x7e])")
_LINK = re.compile(r"\]\([^)]*\)")
_MARKS = re.compile(r"[_*\[\]~`|>!]")


def utf16(text: str) -> int:
    """UTF-16 code units, the unit in which Telegram counts: an emoji has two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def visible(text: str, mode: str | None) -> str:
    """What remains of a text when its markup is read: exact without one, else never more than what Telegram will count.

    Only Telegram's own parser knows the exact figure, so this errs to the side of letting a text through.
    """
    match mode:
        case "HTML":
            return unescaped(without_tags(text))
        case "MarkdownV2":
            held: list[str] = []

            def hold(found: re.Match[str]) -> str:
                held.append(found[1])
                return "\0"

            bare = _MARKS.sub("", replaced(_LINK, ")", "", _ESCAPED.sub(hold, text)))
            return bare.replace("\0", " ")
    return text


def check_beyond_data(draft: Draft) -> list[Issue]:
    """The length of the text as it will be seen, and the proportions of a photo."""
    return [*_length(draft), *(issue for index, media in enumerate(draft.media) for issue in _proportions(media, index))]


def _length(draft: Draft) -> Iterator[Issue]:
    most = MOST_CAPTION if draft.media else MOST_TEXT
    if 2 * len(draft.text) <= most:  # reading markup makes no text longer, and no character has more than two units
        return
    length = utf16(visible(draft.text, draft.settings.get("parseMode")))
    if length > most:
        where = "with media " if draft.media else ""
        message = f"The text has {length} UTF-16 code units; the limit {where}is {most}"
        yield Issue("telegram_text_too_long", message, "description", {"length": length, "maxLength": most})


def _proportions(media: Media, index: int) -> Iterator[Issue]:
    if media.kind != "image" or not media.width or not media.height:
        return
    short, long = sorted((media.width, media.height))
    if short + long > MOST_SIDES or long > MOST_RATIO * short:
        message = f"A photo of {media.width} x {media.height}: width and height may be {MOST_SIDES:,} together, and {MOST_RATIO}:1 at most"
        details = {"width": media.width, "height": media.height, "assetId": media.id, "url": media.url}
        yield Issue("telegram_image_dimensions_invalid", message, f"assets[{index}]", details)
