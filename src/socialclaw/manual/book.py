"""The documentation of this version as a book: its pages by name, rendered when they are first asked for; its contents and search index."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import socialclaw
from socialclaw.manual import reference
from socialclaw.manual.rendering import Rendered, render

PACKAGED = Path(socialclaw.__file__).parent / "_docs"  # in a wheel
SOURCE = Path(socialclaw.__file__).parents[2] / "docs"
STATIC = Path(__file__).parent / "static"
FIRST = "README"
API = "api"
INDEX = "search.json"
PICTURES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}
SHOWN = 600  # characters of a section that are searched
LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="{home}/icon.svg">
<link rel="stylesheet" href="{home}/docs.css"><script type="module" src="{home}/docs.js"></script></head>
<body data-home="{home}"><a class="skip" href="#content">To the text</a>
<header><a class="brand" href="{home}">SocialClaw documentation</a>
<div class="search" hidden><label for="search">Search</label><input id="search" type="search" autocomplete="off" spellcheck="false">
<p class="found" role="status"></p><ol class="results"></ol></div></header>
<div class="columns"><nav aria-label="Contents"><details open><summary>Contents</summary>{contents}</details></nav>
<main id="content" tabindex="-1">{html}</main></div></body></html>
"""


class Entry(NamedTuple):
    """A page in the contents: what it is called, and what it is about."""

    name: str
    title: str
    about: str


def folder() -> Path:
    """Where the pages are."""
    return PACKAGED if PACKAGED.is_dir() else SOURCE


@dataclass(slots=True)
class Book:
    """`below`: the path of ours below which the server is reached, empty or like `/social`. `document`: makes the OpenAPI document."""

    below: str
    document: Callable[[], Mapping[str, Any]]
    folder: Path = field(default_factory=folder)
    _rendered: dict[str, Rendered | None] = field(default_factory=dict)
    _pages: dict[str, bytes] = field(default_factory=dict)

    @property
    def home(self) -> str:
        return f"{self.below}/docs"

    def page(self, name: str) -> bytes | None:
        """A page as it is served; None where there is none of this name."""
        if name not in self._pages:
            rendered = self.rendered(name)
            if rendered is None:
                return None
            title = f"{rendered.title} · SocialClaw" if rendered.title != "SocialClaw" else rendered.title
            said = {"title": escape(title), "home": escape(self.home), "contents": self._contents(name), "html": rendered.html}
            self._pages[name] = LAYOUT.format(**said).encode()
        return self._pages[name]

    def rendered(self, name: str) -> Rendered | None:
        if name not in self._rendered:
            found = self._reference(name) if name == API or name.startswith(f"{API}/") else self._written(name)
            if found is None:
                return None  # what is asked for and is not there is not remembered
            self._rendered[name] = found
        return self._rendered[name]

    def source(self, name: str) -> str | None:
        """A page as it was written; None where there is none of this name."""
        return (self.folder / f"{name}.md").read_text(encoding="utf-8") if name in self.names() else None

    def names(self) -> list[str]:
        """Every page that somebody has written, by its path."""
        return sorted(str(path.relative_to(self.folder).with_suffix("").as_posix()) for path in self.folder.rglob("*.md"))

    def picture(self, name: str) -> tuple[bytes, str] | None:
        """A picture of a page, and its type; None where there is none of this name."""
        path = self.folder / name
        kind = PICTURES.get(path.suffix)
        return (path.read_bytes(), kind) if kind and path in self.folder.rglob(f"*{path.suffix}") else None

    def everything(self) -> list[str]:
        """Every page that there is."""
        document = self.document()
        return [*self.names(), API, *(f"{API}/{name}" for name in (*reference.tags(document), reference.SCHEMAS))]

    def index(self) -> bytes:
        """What a search in the page looks through: each section of each page."""
        if INDEX not in self._pages:
            pages = [(name, page) for name in self.everything() if (page := self.rendered(name))]
            found = [
                {"url": f"{self._path(name)}#{one.anchor}", "page": page.title, "heading": one.heading, "text": one.text[:SHOWN]}
                for name, page in pages
                for one in page.sections
            ]
            self._pages[INDEX] = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
        return self._pages[INDEX]

    def entries(self) -> list[tuple[str, list[Entry]]]:
        """The contents as the first page has them, by their groups; and the reference."""
        groups: list[tuple[str, list[Entry]]] = []
        for line in (self.source(FIRST) or "").splitlines():
            if line.startswith("**"):
                groups.append((line.split("**")[1], []))
            elif line.startswith("* [") and "](" in line and groups:
                title, _, rest = line.removeprefix("* [").partition("](")
                target, _, about = rest.partition(")")
                if target.endswith(".md"):
                    groups[-1][1].append(Entry(target.removesuffix(".md"), title, about.removeprefix(": ")))
        tags = reference.tags(self.document())
        of_api = [Entry(API, "All operations", "every operation, by what it is about")]
        return [*groups, ("API", [*of_api, *(Entry(f"{API}/{name}", tag["name"], tag["description"]) for name, tag in tags.items())])]

    def for_models(self, base_url: str) -> str:
        """`/llms.txt`: the contents with a line on each page, for programs that read text."""
        lines = ["# SocialClaw", "", "> A self-hosted publishing service: send a schedule to its API, and it really gets published."]
        for group, entries in self.entries():
            lines += ["", f"## {group}", ""]
            for one in entries:
                url = f"{base_url}/docs/{one.name}" + ("" if one.name.startswith(API) else ".md")
                lines.append(f"- [{one.title}]({url}): {' '.join(one.about.split())}")
        agents = f"For agents, the Model Context Protocol: {base_url}/mcp ({base_url}/docs/howto/mcp.md says how)"
        return "\n".join([*lines, "", f"The whole API as OpenAPI: {base_url}/openapi.json", "", agents, ""])

    def _written(self, name: str) -> Rendered | None:
        source = self.source(name)
        return render(source, lambda target: self._leads(name, target)) if source is not None else None

    def _reference(self, name: str) -> Rendered | None:
        document = self.document()
        return reference.index(document, self.home) if name == API else reference.page(document, name.removeprefix(f"{API}/"), self.home)

    def _leads(self, name: str, target: str) -> str | None:
        """Where a link of a page leads, as browsers have it."""
        if target.startswith(("https:", "http:", "#")):
            return target
        path, hash_, anchor = target.partition("#")
        found = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        if found == "openapi.json":
            return f"{self.below}/openapi.json"
        if posixpath.splitext(found)[1] in PICTURES:
            return f"{self.home}/{found}"
        page = found.removesuffix(".md")
        return f"{self._path(page)}{hash_}{anchor}" if found.endswith(".md") and page in self.names() else None

    def _path(self, name: str) -> str:
        return self.home if name == FIRST else f"{self.home}/{name}"

    def _contents(self, current: str) -> str:
        groups = []
        for group, entries in self.entries():
            here = ' aria-current="page"'
            links = "".join(
                f'<li><a href="{escape(self._path(one.name))}"{here if one.name == current else ""}>{escape(one.title)}</a></li>'
                for one in entries
            )
            groups.append(f"<h2>{escape(group)}</h2><ul>{links}</ul>")
        return "".join(groups)
