"""How Telegram reads MarkdownV2, and what it says where it cannot.

The sentences are those of Telegram's own library (https://github.com/tdlib/td, MessageEntity.cpp); offsets in them are in bytes.
"""

from __future__ import annotations

import re

from socialclaw.networks.telegram.markup import BadMarkup, Open, Reader, until

RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_ADDRESS = re.compile(r"((?:\\[\x01-\x7e]|\\(?![\x01-\x7e])|[^)\\])*)\)")
_NAMES = {
    **{"bold": "Bold", "italic": "Italic", "underline": "Underline", "strikethrough": "Strikethrough", "spoiler": "Spoiler"},
    **{"text_link": "TextUrl", "custom_emoji": "CustomEmoji", "code": "Code", "pre": "Pre", "blockquote": "BlockQuote"},
    "expandable_blockquote": "ExpandableBlockQuote",
}
_ENDS = {
    "bold": "*",
    "underline": "__",
    "strikethrough": "~",
    "spoiler": "||",
    "code": "`",
    "pre": "```",
    "text_link": "]",
    "custom_emoji": "]",
}
_QUOTES = ("blockquote", "expandable_blockquote")


def read(r: Reader) -> Reader:
    """Read it all. Raises BadMarkup."""
    while r.i < len(r.source):
        c = r.source[r.i]
        following = r.source[r.i + 1 : r.i + 2]
        if _quoted(r):
            continue
        if c == "\\" and following and 0 < ord(following) < 127:
            r.say(following)
            r.i += 2
        elif c not in RESERVED or (r.stack and r.stack[-1].kind in ("code", "pre") and c != "`"):
            r.say(c)
            r.i += 1
        elif not _ended(r):
            _begun(r, c)
    _end_quote(r)
    if r.stack:
        raise _unended(r.stack[-1])
    return r


def _quoted(r: Reader) -> bool:
    """Begin or end a block quotation where the reader stands; whether it moved."""
    source, i = r.source, r.i
    at_line = i == 0 or source[i - 1] == "\n"
    if at_line and r.stack and r.stack[-1].kind in ("code", "pre"):  # in which nothing but code begins
        return False
    if at_line and source.startswith("**>", i):
        _end_quote(r)
        r.quote = r.begin("expandable_blockquote", "", at=i)
        r.i += 3
        return True
    if at_line and source.startswith(">", i):
        if not r.quote:
            r.quote = r.begin("blockquote", "", at=i)
        r.i += 1
        return True
    if at_line and r.quote:
        _end_quote(r)
    elif source.startswith("||", i) and source[i + 2 : i + 3] in ("", "\n") and r.stack and r.stack[-1].kind in _QUOTES:
        r.stack[-1].kind = "expandable_blockquote"
        r.i += 2
        return True
    return False


def _end_quote(r: Reader) -> None:
    if r.quote:
        if r.stack[-1] is not r.quote:
            raise _unended(r.stack[-1])
        r.end()
        r.quote = None


def _ended(r: Reader) -> bool:
    """End the innermost markup if its sign stands here; whether it did."""
    if not r.stack or r.stack[-1].kind in _QUOTES:
        return False
    kind, i = r.stack[-1].kind, r.i
    if kind == "italic":
        sign = "_"
        if not r.source.startswith("_", i) or r.source.startswith("__", i):
            return False
    else:
        sign = _ENDS[kind]
        if not r.source.startswith(sign, i):
            return False
    r.i += len(sign)
    match kind:
        case "text_link":
            url = _url(r, "a URL")
            r.end(url=url or None)
        case "custom_emoji":
            r.end(custom_emoji_id=_emoji(_url(r, "a custom emoji URL")))
        case _:
            r.end()
    return True


def _begun(r: Reader, c: str) -> None:
    source, i = r.source, r.i
    signs = (
        ("__", "underline"),
        ("_", "italic"),
        ("*", "bold"),
        ("~", "strikethrough"),
        ("||", "spoiler"),
        ("[", "text_link"),
        ("![", "custom_emoji"),
    )
    if source.startswith("```", i):
        _pre(r)
        return
    if c == "`":
        r.begin("code", "Code", at=i)
        r.i += 1
        return
    for sign, kind in signs:
        if source.startswith(sign, i):
            r.begin(kind, _NAMES[kind], at=i)
            r.i += len(sign)
            return
    raise BadMarkup(f"Character '{c}' is reserved and must be escaped with the preceding '\\'")


def _pre(r: Reader) -> None:
    """Begin a code block; a word straight after the signs is its language, and one line break is skipped."""
    begun, source = r.i, r.source
    end = until(source, begun + 3, r" \t\r\n`")
    if begun + 3 < end < len(source) and source[end] != "`":
        r.begin("pre", "PreCode", at=begun, language=source[begun + 3 : end])
    else:
        end = begun + 3
        r.begin("pre", "Pre", at=begun)
    r.i = end + 1 if source.startswith("\n", end) else end


def _url(r: Reader, what: str) -> str:
    """The address in parentheses where the reader stands, or nothing."""
    if not r.source.startswith("(", r.i):
        return ""
    found = _ADDRESS.match(r.source, r.i + 1)
    if found is None:
        raise BadMarkup(f"Can't find end of {what} at byte offset {r.byte(r.i + 1)}")
    r.i = found.end()
    return re.sub(r"\\([\x01-\x7e])", r"\1", found[1])


def _emoji(url: str) -> str:
    if not url:
        raise BadMarkup("Custom emoji entity must contain a tg://emoji URL")
    found = re.fullmatch(r"tg://emoji\?id=([1-9][0-9]*)", url)
    if found is None:
        raise BadMarkup("Custom emoji URL must have an emoji identifier")
    return found[1]


def _unended(last: Open) -> BadMarkup:
    return BadMarkup(f"Can't find end of {last.name or _NAMES[last.kind]} entity at byte offset {last.at}")
