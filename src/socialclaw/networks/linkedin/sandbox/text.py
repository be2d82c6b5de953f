"""Reading "little text" as the simulated LinkedIn shows it. What is reserved and not escaped ends the public text, without a word."""

from __future__ import annotations

import re

RESERVED = "|{}@[]()<>#\\*_~"
_HASHTAG = re.compile(r"\{hashtag\|\\?#\|([^|{}]+)\}")
_MENTION = re.compile(r"@\[([^\[\]]+)\]\(urn:li:(?:person|organization):[A-Za-z0-9_-]+\)")


def shown(commentary: str) -> str:
    """What the public reads."""
    found, at = [], 0
    while at < len(commentary):
        sign = commentary[at]
        if sign == "\\" and commentary[at + 1 : at + 2] and commentary[at + 1] in RESERVED:
            found.append(commentary[at + 1])
            at += 2
        elif sign == "#" and commentary[at + 1 : at + 2].isalnum():
            found.append(sign)
            at += 1
        elif entity := _HASHTAG.match(commentary, at) or _MENTION.match(commentary, at):
            found.append(("#" if sign == "{" else "") + entity[1])
            at = entity.end()
        elif sign in RESERVED:
            break
        else:
            found.append(sign)
            at += 1
    return "".join(found)
