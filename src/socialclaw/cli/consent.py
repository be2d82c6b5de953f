"""A user in a browser, as far as a consent page needs one: opens it, fills in its form, allows, and follows the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

from socialclaw.cli.output import Problem

MOST_PAGES = 5  # a log-in, a consent, perhaps a choice; more is a ring


@dataclass(slots=True)
class Page:
    """The first form of a page: where it goes to, and what it sends when its first button is pressed."""

    action: str | None = None
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)
    found: bool = False
    pressed: bool = False


async def allow(http: httpx2.AsyncClient, url: str, answers: Mapping[str, str]) -> httpx2.Response:
    """Go through the consent that begins at `url`, typing `answers` by field name; the page at the end of the way back."""
    response = await http.get(url, follow_redirects=True)
    for _ in range(MOST_PAGES):
        form = read_form(response.text)
        if not response.is_success or not form.found:
            return response
        values = form.values | {name: value for name, value in answers.items() if name in form.values}
        target = response.url.join(form.action) if form.action else response.url
        sent = {"data": values} if form.method == "post" else {"params": values}
        response = await http.request(form.method.upper(), target, follow_redirects=True, **sent)  # type: ignore[arg-type]
    raise Problem(f"The consent page at {url} never ends")


def read_form(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    return reader.page


class _Reader(HTMLParser):
    """Reads the first form: what a browser would send for it (HTML Standard, constructing the entry list), files left out."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form" if not self.page.found:
                self.page.found = self._inside = True
                self.page.action, self.page.method = given.get("action") or None, given.get("method", "get").lower()
            case "input" | "button" if self._inside and given.get("name"):
                self._take(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False

    def _take(self, tag: str, given: Mapping[str, str]) -> None:
        kind = given.get("type", "text" if tag == "input" else "submit").lower()
        if kind == "submit":
            if self.page.pressed:
                return
            self.page.pressed = True
        elif (kind in ("checkbox", "radio") and "checked" not in given) or kind in ("button", "reset", "image", "file"):
            return
        self.page.values[given["name"]] = given.get("value", "on" if kind in ("checkbox", "radio") else "")
