"""Markdown as HTML: headings with names, links that lead from page to page, and no HTML but our own: what a page has is shown as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
FENCE = re.compile(r"(```.*?```)", re.DOTALL)
Leads = Callable[[str], str | None]
"""Where a link of a page leads, or a picture is; None: nowhere that is served, so that its text stands alone, or nothing does."""


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a page from a heading to the next one, as text: what a search looks through."""

    heading: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page: `html` with its title in it; `sections` in their order."""

    title: str
    html: str
    sections: Sequence[Section]


def render(source: str, leads: Leads) -> Rendered:
    """A page of Markdown."""
    tokens = _parser().parse(_without_comments(source))
    _name_headings(tokens)
    _lead(tokens, leads)
    sections = list(_sections(tokens))
    html = str(_parser().renderer.render(tokens, _parser().options, {}))
    html = html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")
    html = html.replace("<pre>", '<pre tabindex="0">')
    return Rendered(sections[0].heading if sections else "", html, sections)


def inline(text: str) -> str:
    """A sentence of Markdown, without a paragraph around it."""
    return str(_parser().renderInline(text))


def blocks(text: str) -> str:
    """Paragraphs of Markdown."""
    return str(_parser().render(text))


def slug(heading: str) -> str:
    """A heading as links name it: what code hosts make of it too."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # by who reads the documentation, which most processes never do

    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def _without_comments(source: str) -> str:
    """Comments are for who writes; in code they are what they are."""
    return "".join(piece if piece.startswith("```") else COMMENT.sub("", piece) for piece in FENCE.split(source))


def _text(token: Token) -> str:
    return "".join(
        child.content if child.type in ("text", "code_inline") else " " if child.type == "softbreak" else ""
        for child in token.children or ()
    )


def _name_headings(tokens: Sequence[Token]) -> None:
    taken: dict[str, int] = {}
    for opening, words in pairwise(tokens):
        if opening.type == "heading_open":
            name = slug(words.content.replace("`", ""))
            count = taken[name] = taken.get(name, -1) + 1
            opening.attrSet("id", f"{name}-{count}" if count else name)


def _lead(tokens: Sequence[Token], leads: Leads) -> None:
    for token in tokens:
        kept: list[Token] = []
        nowhere = 0
        for child in token.children or ():
            if child.type == "link_open":
                target = leads(str(child.attrGet("href") or ""))
                if target is None:
                    nowhere += 1
                    continue
                child.attrSet("href", target)
                if target.startswith(("http:", "https:")):
                    child.attrSet("rel", "noreferrer")
            elif child.type == "image":
                source = leads(str(child.attrGet("src") or ""))
                if source is None:
                    continue
                child.attrSet("src", source)
                child.attrSet("loading", "lazy")
            elif child.type == "link_close" and nowhere:
                nowhere -= 1
                continue
            kept.append(child)
        if token.children is not None:
            token.children = kept


def _sections(tokens: Sequence[Token]) -> Iterator[Section]:
    heading = anchor = ""
    words: list[str] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline" and before is not None and before.type == "heading_open":
            if heading or words:
                yield Section(heading, anchor, " ".join(words))
            heading, anchor, words = _text(token), str(before.attrGet("id")), []
        elif token.type == "inline":
            words.append(_text(token))
        elif token.type in ("fence", "code_block"):
            words.append(token.content)
    yield Section(heading, anchor, " ".join(words))
