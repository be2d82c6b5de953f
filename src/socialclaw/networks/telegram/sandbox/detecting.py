"""Part of the simulator: what Telegram finds in a text by itself: addresses, names, tags and commands.

https://core.telegram.org/bots/api#messageentity. Bare hosts are known by some endings only; Telegram knows all of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from socialclaw.networks.telegram.entities import MOST_ENTITIES
from socialclaw.networks.telegram.markup import Entity, utf16

BARE = re.compile(r"(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,8}(?:app|com|de|dev|eu|info|io|me|net|org|uk)(?![\w-])(?:/[^\s<>\"]*)?", re.I)
PATTERNS = (
    ("url", re.compile(r"(?<![\w@.-])https?://[^\s<>\"]+", re.I)),
    ("url", BARE),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}", re.I)),
    ("mention", re.compile(r"(?<![\w@/])@[A-Za-z]\w{3,31}(?!\w)")),
    ("hashtag", re.compile(r"(?<![\w#&])#(?=\d*[^\W\d])\w{1,256}")),
    ("cashtag", re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?!\w)")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")),
)
PUNCTUATION = ".,!?;:)'"


def with_found(text: str, marked: Sequence[Entity]) -> list[Entity]:
    """The entities that a text has been given, and those that are found in what is left of it; in order."""
    taken = [(entity["offset"], entity["offset"] + entity["length"]) for entity in marked]
    found = list(marked)
    for kind, pattern in PATTERNS:
        start = before = 0
        for match in pattern.finditer(text):
            words = match[0].rstrip(PUNCTUATION)
            before += utf16(text[start : match.start()])
            start, end = match.start(), before + utf16(words)
            if len(found) < MOST_ENTITIES and words and not any(first < end and before < last for first, last in taken):
                found.append({"type": kind, "offset": before, "length": end - before})
                taken.append((before, end))
    return sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))
