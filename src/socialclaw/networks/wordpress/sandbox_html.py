"""What the simulated WordPress does with HTML: it strips what users may not write, and shows the rest as a browser reads it.

Shortcodes are obeyed, quotes, dashes and dots get their typographic form, unless they stand there as entities.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

VOID = frozenset({"br", "img", "hr", "source"})
BLOCKS = frozenset({"p", "figure", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre"})
INLINE = frozenset({"a", "b", "strong", "em", "i", "code", "del", "span", "figcaption", "s", "u"})
ALLOWED = VOID | BLOCKS | INLINE | {"video", "audio"}
SHORTCODE = re.compile(r"\[/?(?:gallery|caption|audio|video|embed|playlist|videopress|wpvideo)\b[^\]]*\]")
PARAGRAPH = "\x1f"  # stands between paragraphs until blanks are collapsed
LINE = "\x1e"


class _Filter(HTMLParser):
    """Leaves out the tags that are not allowed; what stands between them stays."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.kept: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ALLOWED and not any(name.startswith("on") for name, _ in attrs):
            self.kept.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ALLOWED:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.kept.append(data.replace("&", "&amp;").replace("<", "&lt;"))

    def handle_entityref(self, name: str) -> None:
        self.kept.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.kept.append(f"&#x{int(name[1:], 16):x};" if name[:1] in "xX" else f"&#{int(name):03};")

    def handle_comment(self, data: str) -> None:
        self.kept.append(f"<!--{data}-->")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text: list[str] = []
        self.files: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in BLOCKS:
            self.text.append(PARAGRAPH)
        if tag == "br":
            self.text.append(LINE)
        if tag in ("img", "video", "audio") and given.get("src"):
            self.files.append((str(given["src"]), given.get("alt") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.text.append(PARAGRAPH)

    def handle_data(self, data: str) -> None:
        self.text.append(_typographic(data))

    def handle_entityref(self, name: str) -> None:
        self.text.append(html.unescape(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.text.append(html.unescape(f"&#{name};"))


def stripped(markup: str) -> str:
    """The markup as it is kept."""
    parser = _Filter()
    parser.feed(markup)
    parser.close()
    return "".join(parser.kept)


def read(markup: str) -> tuple[str, list[tuple[str, str]]]:
    """What a reader sees: the text, its paragraphs a blank line apart; and the addresses of the files, with their alt texts."""
    parser = _Reader()
    parser.feed(SHORTCODE.sub("", markup))
    parser.close()
    collapsed = re.sub(r"[ \t\n\r]+", " ", "".join(parser.text))
    paragraphs = [_lines(part) for part in collapsed.split(PARAGRAPH)]
    return "\n\n".join(part for part in paragraphs if part.strip()), parser.files


def _lines(part: str) -> str:
    return "\n".join(line.strip(" ") for line in part.split(LINE)).strip(" ")


def _typographic(text: str) -> str:
    text = re.sub(r'(^|[\s(])"', "\\1\N{LEFT DOUBLE QUOTATION MARK}", text).replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}")
    text = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}").replace("...", "\N{HORIZONTAL ELLIPSIS}")
    return text.replace("--", "\N{EN DASH}")
