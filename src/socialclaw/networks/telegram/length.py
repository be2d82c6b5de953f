"""How long a text is for Telegram, and what else a post must be that the rules cannot say as data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from socialclaw.networks.telegram.entities import parse
from socialclaw.networks.telegram.markup import BadMarkup, is_blank
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
    """What remains of a text when its markup is read, found quickly: exact without one, else never more than what Telegram will count."""
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
    """The text as it will be seen: that it can be read, is something, and not too long; and the proportions of a photo."""
    return [*_text(draft), *(issue for index, media in enumerate(draft.media) for issue in _proportions(media, index))]


def _text(draft: Draft) -> Iterator[Issue]:
    """What is far too long is not read for its markup: that costs more than all else."""
    most, mode, text = MOST_CAPTION if draft.media else MOST_TEXT, draft.settings.get("parseMode"), draft.text
    mode = mode if mode in ("HTML", "MarkdownV2") else None  # where a setting is wrong, its default stands as it is written
    if 2 * len(text) > most and (length := utf16(visible(text, mode))) > most:  # no character has more than two units
        yield _too_long(length, most, draft)
        return
    if mode:
        try:
            text = parse(text, mode)[0]
        except BadMarkup as problem:
            message = f"Telegram cannot read the text as {mode}: {problem}. Escape what is no markup, or set parseMode to none"
            yield Issue("telegram_markup_invalid", message, "description", {"parseMode": mode})
            return
        if (length := utf16(text)) > most:
            yield _too_long(length, most, draft)
    if text and not draft.media and is_blank(text):
        yield Issue("telegram_text_empty", "The text holds nothing that anybody could see", "description")


def _too_long(length: int, most: int, draft: Draft) -> Issue:
    message = f"The text has {length} UTF-16 code units; the limit {'with media ' if draft.media else ''}is {most}"
    return Issue("telegram_text_too_long", message, "description", {"length": length, "maxLength": most})


def _proportions(media: Media, index: int) -> Iterator[Issue]:
    if media.kind != "image" or not media.width or not media.height:
        return
    short, long = sorted((media.width, media.height))
    if short + long > MOST_SIDES or long > MOST_RATIO * short:
        message = f"A photo of {media.width} x {media.height}: width and height may be {MOST_SIDES:,} together, and {MOST_RATIO}:1 at most"
        details = {"width": media.width, "height": media.height, "assetId": media.id, "url": media.url}
        yield Issue("telegram_image_dimensions_invalid", message, f"assets[{index}]", details)
