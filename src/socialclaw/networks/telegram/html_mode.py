"""How Telegram reads HTML, and what it says where it cannot.

The sentences are those of Telegram's own library (https://github.com/tdlib/td, MessageEntity.cpp); offsets in them are in bytes.
"""

from __future__ import annotations

import re

from socialclaw.networks.telegram.markup import BadMarkup, Reader, until, while_space

TAGS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
    **{"code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote", "tg-emoji": "custom_emoji"},
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_REFERENCE = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>"']*)\s*(?:=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.-]+))?""")


def read(r: Reader) -> Reader:
    """Read it all. Raises BadMarkup."""
    while r.i < len(r.source):
        if r.source.startswith("</", r.i):
            _end_tag(r)
        elif r.source[r.i] == "<":
            _start_tag(r)
        elif found := _REFERENCE.match(r.source, r.i):
            r.say(_referred(found))
            r.i = found.end()
        else:
            r.say(r.source[r.i])
            r.i += 1
    if r.stack:
        raise BadMarkup(f'Can\'t find end tag corresponding to start tag "{r.stack[-1].name}"')
    return r


def _referred(found: re.Match[str]) -> str:
    if found[3]:
        return NAMED[found[3]]
    code = int(found[1], 16) if found[1] else int(found[2])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else found[0]


def _start_tag(r: Reader) -> None:
    begun = r.i
    name_end = until(r.source, begun + 1, r" \t\r\n>")
    if name_end == len(r.source):
        raise BadMarkup(f"Unclosed start tag at byte offset {r.byte(begun)}")
    name = r.source[begun + 1 : name_end].lower()
    if name not in TAGS:
        raise BadMarkup(f'Unsupported start tag "{name}" at byte offset {r.byte(begun)}')
    r.i = name_end
    attributes = _attributes(r, name, begun)
    r.i += 1
    match name:
        case "span" if attributes.get("class") != "tg-spoiler":
            raise BadMarkup(f'Tag "span" must have class "tg-spoiler" at byte offset {r.byte(begun)}')
        case "a":
            r.begin("text_link", name, at=begun, url=attributes.get("href", ""))
        case "code" if attributes.get("class", "").startswith("language-") and r.stack and r.stack[-1].kind == "pre":
            r.stack[-1].more["language"] = attributes["class"].removeprefix("language-")
            r.begin("", name, at=begun)
        case "blockquote":
            r.begin("expandable_blockquote" if "expandable" in attributes else "blockquote", name, at=begun)
        case "tg-emoji":
            if not attributes.get("emoji-id", "").isdigit():
                raise BadMarkup("Invalid custom emoji identifier specified")
            r.begin("custom_emoji", name, at=begun, custom_emoji_id=attributes["emoji-id"])
        case _:
            r.begin(TAGS[name], name, at=begun)


def _attributes(r: Reader, name: str, begun: int) -> dict[str, str]:
    """The attributes of a start tag; leaves the reader on its `>`."""
    found: dict[str, str] = {}
    while True:
        r.i = while_space(r.source, r.i)
        if r.i == len(r.source):
            raise BadMarkup(f'Unclosed start tag "{name}" at byte offset {r.byte(begun)}')
        if r.source[r.i] == ">":
            return found
        match = _ATTRIBUTE.match(r.source, r.i)
        if match is None or not match[1]:
            raise BadMarkup(f'Empty attribute name in the tag "{name}" at byte offset {r.byte(begun)}')
        r.i = match.end()
        value = match[2] or ""
        if r.source.startswith("=", r.i) and while_space(r.source, r.i + 1) == len(r.source):
            raise BadMarkup(f'Unclosed start tag "{name}" at byte offset {r.byte(begun)}')
        if r.i < len(r.source) and r.source[r.i] in "=\"'":
            raise BadMarkup(f"Unclosed start tag at byte offset {r.byte(begun)}")
        if value and value[0] not in "\"'" and (r.i == len(r.source) or r.source[r.i] not in " \t\r\n>"):
            raise BadMarkup(f"Unexpected end of name token at byte offset {r.byte(match.start(2))}")
        found[match[1].lower()] = _REFERENCE.sub(_referred, value.strip("\"'"))


def _end_tag(r: Reader) -> None:
    begun = r.i
    if not r.stack:
        raise BadMarkup(f"Unexpected end tag at byte offset {r.byte(begun)}")
    close = r.source.find(">", begun)
    if close < 0:
        raise BadMarkup(f"Unclosed end tag at byte offset {r.byte(begun)}")
    name, last = r.source[begun + 2 : close].strip().lower(), r.stack[-1]
    if name and name != last.name:
        words = f'expected "</{last.name}>", found "</{name}>"'
        raise BadMarkup(f"Unmatched end tag at byte offset {r.byte(begun)}, {words}")
    r.i = close + 1
    if not last.kind:  # the code inside a pre, whose language it gave
        r.stack.pop()
    elif last.kind == "text_link" and not last.more["url"]:
        if r.looks_like_address():
            r.end(url=None)
        else:
            r.stack.pop()
    else:
        r.end()
