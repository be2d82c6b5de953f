"""A folder of Markdown: a file is a post. Its front matter has the fields, its text is the post's, its pictures are the media.

A line of three dashes begins the next step of a thread: each step answers the one before it. Where one file is a thread, all of them are
campaigns, because a schedule has either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from socialclaw.cli.remote.command import Refused
from socialclaw.cli.remote.files import marked
from socialclaw.cli.remote.files.document import Document, Spot

FENCE = "---"
PICTURE = re.compile(r"!\[([^\[\]]*)\]\(([^()\s]+)\)")
PATH = re.compile(r"(?:posts|campaigns)\[(\d+)\](?:\.targets\[\d+\])?(?:\.steps\[\d+\])?\.?(.*)")
ACCOUNTS = ("account", "accounts")
OF_CAMPAIGN = ("publish_at", "timezone", "name")


@dataclass(frozen=True, slots=True)
class Page:
    """One file: its fields, the steps that it has, and where things are in it."""

    file: Path
    fields: dict[str, Any]
    steps: list[dict[str, Any]]
    spot: Any
    body_line: int

    @property
    def accounts(self) -> list[str]:
        given = self.fields.get("accounts") or self.fields.get("account") or []
        return [str(one) for one in ([given] if isinstance(given, str) else given)]


def read(folder: Path) -> Document:
    pages = [_page(path) for path in sorted(folder.glob("*.md")) if path.name.lower() != "readme.md"]
    if not pages:
        raise Refused(f"{folder} holds no Markdown: a file named *.md is a post")
    threads = any(len(page.steps) > 1 for page in pages)
    made = [(page, one) for page in pages for one in (_campaigns(page) if threads else _posts(page))]

    def spot(path: str) -> Spot:
        found = PATH.match(path)
        if not found or int(found[1]) >= len(made):
            return str(folder), None, None
        page = made[int(found[1])][0]
        place: Spot = page.spot(found[2])
        return place if found[2].partition(".")[0].partition("[")[0] in page.fields else (str(page.file), page.body_line, None)

    return Document({"campaigns" if threads else "posts": [one for _, one in made]}, folder, spot)


def _page(path: Path) -> Page:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None) if lines[:1] == [FENCE] else None
    if end is None:
        raise Refused(f"{path}:1: A post begins with its fields, between two lines of {FENCE}: at least account")
    front = marked.read("\n".join(lines[1:end]), str(path), first=2)
    fields = front.value if isinstance(front.value, dict) else {}
    page = Page(path, fields, [_step(part) for part in _parts(lines[end + 1 :])], front.spot, end + 2)
    if not page.accounts:
        raise Refused(f"{path}:1: It names no account: account, or accounts, says where it goes")
    return page


def _parts(lines: list[str]) -> list[str]:
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == FENCE:
            parts.append([])
        else:
            parts[-1].append(line)
    return ["\n".join(part) for part in parts if "".join(part).strip()] or [""]


def _step(text: str) -> dict[str, Any]:
    media = [{"url": url} | ({"altText": alt} if alt else {}) for alt, url in PICTURE.findall(text)]
    said = re.sub(r"\n{3,}", "\n\n", PICTURE.sub("", text)).strip()
    return {"description": said} | ({"assets": media} if media else {})


def _posts(page: Page) -> list[dict[str, Any]]:
    fields = {name: value for name, value in page.fields.items() if name not in ACCOUNTS}
    return [{"account": account, **fields, **page.steps[0]} for account in page.accounts]


def _campaigns(page: Page) -> list[dict[str, Any]]:
    """One, with each account as a target; what is no field of a campaign is each step's."""
    of_steps = {name: value for name, value in page.fields.items() if name not in (*ACCOUNTS, *OF_CAMPAIGN)}
    steps = [of_steps | step | ({"interaction_type": "reply"} if number else {}) for number, step in enumerate(page.steps)]
    whole = {name: page.fields[name] for name in OF_CAMPAIGN if name in page.fields}
    targets = [{"account": account, "steps": steps} for account in page.accounts]
    return [{"id": page.file.stem, "name": page.file.stem} | whole | {"targets": targets}]
