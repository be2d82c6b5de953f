"""What the simulated WordPress does with HTML: it strips what users may not write, and shows the rest as a browser reads it.

Shortcodes are obeyed, quotes, dashes and dots get their typographic form, unless they stand there as entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from socialclaw.providers.markup import replaced, tag_ends, unescaped

VOID = frozenset({"br", "img", "hr", "source"})
BLOCKS = frozenset({"p", "figure", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre"})
INLINE = frozenset({"a", "b", "strong", "em", "i", "code", "del", "span", "figcaption", "s", "u"})
ALLOWED = VOID | BLOCKS | INLINE | {"video", "audio"}
SHORTCODE = re.compile(r"\[/?(?:gallery|caption|audio|video|embed|playlist|videopress|wpvideo)\b[^\]]*\]")
PARAGRAPH = "\x1f"  # stands between paragraphs until blanks are collapsed
LINE = "\x1e"


_PIECE = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|&|<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]*)|<!--|<"
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'>]*)))?""")
_COMMENT = re.compile("<!--.*?-->\n?", re.DOTALL)
Piece = tuple[str, str, str]
"""What it is ("text", "reference", "comment", "start", "end"), as it stands there, and the name of a tag."""


def _pieces(markup: str) -> Iterator[Piece]:
    """What HTML consists of, from left to right. A tag or comment that does not end is text."""
    ends, last_comment, position = tag_ends(markup), markup.rfind("-->"), 0
    for found in _PIECE.finditer(markup):
        start, whole = found.span()
        if start < position:
            continue
        if found[0].startswith("&"):
            kind = "reference" if len(found[0]) > 1 else "text"
        elif found[0] == "<!--" and whole <= last_comment:
            kind, whole = "comment", markup.index("-->", whole) + 3
        elif found["tag"] and start in ends:
            kind, whole = "end" if found["end"] else "start", ends[start]
        else:
            continue
        yield "text", markup[position:start], ""
        yield kind, markup[start:whole], (found["tag"] or "").lower()
        position = whole
    yield "text", markup[position:], ""


def stripped(markup: str) -> str:
    """The markup as it is kept: without tags that are not allowed; what stands between them stays."""
    kept = []
    for kind, piece, tag in _pieces(markup):
        match kind:
            case "text":
                kept.append(piece.replace("&", "&amp;").replace("<", "&lt;"))
            case "reference":
                kept.append(_normal(piece))
            case "start" if tag in ALLOWED and not any(name.startswith("on") for name in _attributes(piece)):
                kept.append(piece)
            case "end" if tag in ALLOWED:
                kept.append(f"</{tag}>")
            case "comment":
                kept.append(piece)
    return "".join(kept)


def uncommented(markup: str) -> str:
    return replaced(_COMMENT, "-->", "", markup)


def read(markup: str) -> tuple[str, list[tuple[str, str]]]:
    """What a reader sees: the text, its paragraphs a blank line apart; and the addresses of the files, with their alt texts."""
    text: list[str] = []
    files: list[tuple[str, str]] = []
    for kind, piece, tag in _pieces(replaced(SHORTCODE, "]", "", markup)):
        match kind:
            case "text":
                text.append(_typographic(piece))
            case "reference":
                text.append(unescaped(piece))
            case "start" | "end" if tag in BLOCKS:
                text.append(PARAGRAPH)
            case "start" if tag == "br":
                text.append(LINE)
            case "start" if tag in ("img", "video", "audio") and (given := _attributes(piece)).get("src"):
                files.append((given["src"], given.get("alt", "")))
    collapsed = re.sub(r"[ \t\n\r]+", " ", "".join(text))
    paragraphs = [_lines(part) for part in collapsed.split(PARAGRAPH)]
    return "\n\n".join(part for part in paragraphs if part.strip()), files


def _attributes(tag: str) -> dict[str, str]:
    """The attributes of a start tag, as they are meant."""
    _, *given = _ATTRIBUTE.finditer(tag)
    return {found[1].lower(): unescaped(found[2] or found[3] or found[4] or "") for found in given}


def _normal(reference: str) -> str:
    """A reference in the form in which WordPress keeps it."""
    number = reference[2:-1]
    if reference[1] != "#":
        return reference
    return f"&#x{int(number[1:], 16):x};" if number[0] in "xX" else f"&#{int(number):03};"


def _lines(part: str) -> str:
    return "\n".join(line.strip(" ") for line in part.split(LINE)).strip(" ")


def _typographic(text: str) -> str:
    text = re.sub(r'(^|[\s(])"', "\\1\N{LEFT DOUBLE QUOTATION MARK}", text).replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}")
    text = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}").replace("...", "\N{HORIZONTAL ELLIPSIS}")
    return text.replace("--", "\N{EN DASH}")
