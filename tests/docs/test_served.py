"""The documentation as the server serves it: every page is reached, every link leads somewhere, nothing runs, each call can be pasted."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import httpx2
import pytest
from docs.generate import HOME
from fastapi import FastAPI

from socialclaw.app import build
from socialclaw.manual import book as books
from socialclaw.manual.book import Book
from socialclaw.manual.reference import operations
from socialclaw.manual.rendering import render
from socialclaw.manual.samples import SAMPLES, call_of
from socialclaw.settings import Settings
from tests.api.operations import blueprint
from tests.conftest import client, opened
from tests.networks.clients.node import program

BELOW = "/social"
PAGE = {"accept": "text/html"}


class Page(HTMLParser):
    """What a page leads to and loads, the names in it, and its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        self.links += [value for name in ("href", "src") if (value := given.get(name))]
        if given.get("id"):
            self.names.add(str(given["id"]))


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A server below a path, without anybody signed in; what it is asked for has that path taken away, as a proxy does."""
    async with opened(settings.model_copy(update={"public_base_url": f"https://post.example.org{BELOW}"})) as system:
        app: FastAPI = build(system)
        async with app.router.lifespan_context(app), client(app) as api:
            yield api


async def test_every_page_is_reached_by_links_and_every_link_leads_somewhere(served: httpx2.AsyncClient) -> None:
    seen: dict[str, Page] = {}
    broken: list[tuple[str, str]] = []
    open_ones = [f"{BELOW}/docs"]
    asked: list[tuple[str, str, str]] = []
    while open_ones:
        path = open_ones.pop()
        if path in seen:
            continue
        answer = await served.get(path.removeprefix(BELOW))
        if answer.status_code != 200:
            broken.append((path, str(answer.status_code)))
            continue
        seen[path] = page = Page(answer.text if answer.headers["content-type"].startswith("text/html") else "")
        for link in page.links:
            if link.startswith(("https:", "http:")):
                continue
            target, anchor = urldefrag(urljoin(path, link))
            assert target.startswith(f"{BELOW}/"), f"{link} of {path} leads out of the path that the server has"
            asked.append((path, target, anchor))
            if target.startswith(f"{BELOW}/docs") and target not in seen:
                open_ones.append(target)
    broken += [(path, f"{target}#{anchor}") for path, target, anchor in asked if anchor and anchor not in seen[target].names]
    assert broken == []
    written = {str(path.relative_to(HOME).with_suffix("")) for path in HOME.rglob("*.md")} - {"README"}
    assert {f"{BELOW}/docs/{name}" for name in written} <= seen.keys()


async def test_nothing_runs_but_our_own_script_and_nothing_comes_from_elsewhere(served: httpx2.AsyncClient) -> None:
    for path in ("/docs", "/docs/security", "/docs/api", "/docs/api/analytics", "/docs/api/schemas"):
        answer = await served.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|https?:|\*", policy)
        page = Page(answer.text)
        scripts = [given for tag, given in page.tags if tag == "script"]
        assert [given["src"] for given in scripts] == [f"{BELOW}/docs/docs.js"]
        assert not [name for tag, given in page.tags for name in given if name == "style" or name.startswith("on")]
        assert not [tag for tag, _ in page.tags if tag in ("iframe", "form", "style", "object", "base", "img")]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert (await served.get("/docs/icon.svg")).headers["content-type"] == "image/svg+xml"
        again = await served.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_html_in_a_page_is_shown_and_does_nothing() -> None:
    source = (
        "# A <b>title</b>\n\n<!-- for writers -->\n<script>alert(1)</script>\n\n"
        "<img src=x onerror=alert(1)> ![none](x.png) [no](javascript:alert(1)) [there](other.md)\n\n"
        "```html\n<!-- kept --><script>\n```\n\n| a |\n|---|\n| `<td>` |\n\n## A `code` heading\n\n## A code heading\n"
    )
    found = render(source, lambda target: f"/docs/{target}" if target == "other.md" else None)
    page = Page(found.html)
    assert {tag for tag, _ in page.tags} <= {"h1", "h2", "p", "a", "pre", "code", "table", "thead", "tbody", "tr", "th", "td", "div"}
    assert page.links == ["/docs/other.md"]
    assert "for writers" not in found.html
    assert "&lt;!-- kept --&gt;&lt;script&gt;" in found.html
    assert {"a-code-heading", "a-code-heading-1"} <= page.names
    assert [section.heading for section in found.sections][1:] == ["A code heading", "A code heading"]


async def test_what_is_no_page_is_a_404_for_people_and_programs(served: httpx2.AsyncClient) -> None:
    for path in (
        "/docs/nothing",
        "/docs/api/nothing",
        "/docs/../pyproject",
        "/docs/..%2f..%2fpyproject",
        "/docs/nothing.md",
        "/docs/generate.py",
    ):
        told = await served.get(path)
        assert (told.status_code, told.json()["ok"]) == (404, False), path
        assert "No such page" in (await served.get("/docs/nothing", headers=PAGE)).text


async def test_a_search_finds_sections_of_every_page(served: httpx2.AsyncClient) -> None:
    found = (await served.get("/docs/search.json")).json()
    assert {"url", "page", "heading", "text"} == found[0].keys()
    assert len({one["url"] for one in found}) > 300
    pages = {urldefrag(one["url"])[0] for one in found}
    assert {
        f"{BELOW}/docs/glossary",
        f"{BELOW}/docs/errors",
        f"{BELOW}/docs/api/sandbox",
        f"{BELOW}/docs/decisions/0001-database-functions",
    } <= pages
    [lost] = [one for one in found if one["heading"] == "A lost answer"]
    assert lost["url"] == f"{BELOW}/docs/publishing#a-lost-answer"
    assert "reconciliationStatus" in lost["text"]
    operation = [one for one in found if one["url"].endswith("#apply_schedule")]
    assert operation[0]["heading"] == "POST /v1/posts/apply: Create run"


async def test_models_are_told_what_there_is_and_read_it_as_it_was_written(served: httpx2.AsyncClient) -> None:
    text = (await served.get("/llms.txt")).text
    assert text.startswith("# SocialClaw\n")
    links = re.findall(r"\]\((https://post\.example\.org/social)(/docs/[^)]+)\)", text)
    assert len(links) > 20
    for _, path in links:
        answer = await served.get(path)
        assert answer.status_code == 200, path
        assert path.endswith(".md") == answer.headers["content-type"].startswith("text/plain")
    assert (await served.get("/docs/quickstart.md")).text == (HOME / "quickstart.md").read_text(encoding="utf-8")


async def test_every_operation_is_in_the_reference_with_three_calls(served: httpx2.AsyncClient) -> None:
    document = blueprint().openapi()
    text = ""
    for path in {link for link in Page((await served.get("/docs/api")).text).links if "/docs/api/" in link}:
        text += (await served.get(urldefrag(path)[0].removeprefix(BELOW))).text if "#" not in path else ""
    for method, path, operation in operations(document):
        start = text.index(f'<h2 id="{operation["operationId"]}">')
        section = text[start : text.index("</section>", start)]
        assert f"<b>{method.upper()}</b> {path}" in section
        assert [f"<h3>{name}</h3>" in section for name in ("curl", "Python", "JavaScript")] == [True] * 3


def calls() -> list[tuple[str, Any]]:
    document = blueprint().openapi()
    return [(o["operationId"], call_of(m, p, o, document["components"]["schemas"])) for m, p, o in operations(document)]


def test_each_call_can_be_pasted(tmp_path: Path) -> None:
    scripts = []
    for name, call in calls():
        words = shlex.split(SAMPLES["curl"](call).replace("\\\n", " "))
        assert words[0] == "curl"
        if call.kind == "application/json":
            assert json.loads(words[words.index("-d") + 1]) == call.body, name
        ast.parse(SAMPLES["Python"](call))
        known = ", ".join(slots(call.path))
        scripts.append(f"async function {name}(BASE, KEY, form, table, {{ {known} }}) {{\n{SAMPLES['JavaScript'](call)}\n}}")
    file = tmp_path / "calls.mjs"
    file.write_text("\n".join(scripts), encoding="utf-8")
    checked = subprocess.run([program()[0], "--check", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def slots(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


async def test_an_example_of_a_body_is_one_that_is_taken(api: httpx2.AsyncClient) -> None:
    """As far as it can be known without what it names: nothing is wrong with its shape."""
    odd = {"field_misnamed", "field_type_invalid", "invalid_json", "schedule_invalid", "invalid_request"}
    for name, call in calls():
        if call.kind == "application/json" and call.keyed and call.method != "DELETE":
            answer = await api.request(call.method, re.sub(r"{\w+}", "nobody", call.path), json=call.body)
            assert answer.status_code == 200 or answer.json().get("code") not in odd, (name, call.body, answer.text)


def test_a_wheel_brings_the_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = tmp_path / "_docs"
    packed.mkdir()
    (packed / "README.md").write_text("# Packed\n", encoding="utf-8")
    monkeypatch.setattr(books, "PACKAGED", packed)
    book = Book("", blueprint().openapi, folder=books.folder())
    assert b'<h1 id="packed">Packed</h1>' in (book.page("README") or b"")
    monkeypatch.setattr(books, "PACKAGED", tmp_path / "none")
    assert books.folder() == HOME
