"""What a browser sees of the simulated Facebook and Instagram: a post, and what a Page or an account has posted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import httpx2

from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

LOOKS = {"Facebook": "#0866ff", "Instagram": "#d62976"}
TAG = re.compile(r"(?<![\w&])[#@]\w+")


def post_page(site: str, seen: Seen, name: str, *, note: str = "") -> httpx2.Response:
    said = f"<p class=muted>{escape(note)}</p>" if note else ""
    return page(f"{name} on {site}", said + _article(seen, name, site), accent=LOOKS[site], network=site)


def profile_page(site: str, name: str, posts: Sequence[Seen]) -> httpx2.Response:
    articles = "".join(_article(seen, name, site) for seen in posts) or "<p class=muted>No posts yet.</p>"
    return page(f"{name} on {site}", f"<h1>{escape(name)}</h1>{articles}", accent=LOOKS[site], network=site)


def gone_page(site: str) -> httpx2.Response:
    body = "<h1>This content is not available</h1><p>It was deleted, or was never here.</p>"
    return page(f"Not on {site}", body, accent=LOOKS[site], network=site, status=404)


def _article(seen: Seen, name: str, site: str) -> str:
    made = datetime.fromtimestamp(seen.created_at, UTC)
    files = "".join(_file(m) for m in seen.media)
    text = f"<div class=text>{_marked(seen.text)}</div>" if seen.text else ""
    shown = f"<div class=media>{files}</div>" if files else ""
    body = f"{shown}{text}" if site == "Instagram" else f"{text}{shown}"
    when = f'<time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M:%S} UTC</time>'
    return f"<article><p><strong>{escape(name)}</strong></p>{body}<p class=muted>{when}</p></article>"


def _file(media: dict[str, object]) -> str:
    alt = escape(str(media.get("alt") or "")) or "<span class=muted>no alt text</span>"
    size = int(str(media.get("size") or 0))
    return f"<div><strong>{escape(str(media['kind']))}</strong><br>{alt}<br>{size:,} bytes</div>"


def _marked(text: str) -> str:
    """The text with its hashtags and mentions set off."""
    html, position = "", 0
    for found in TAG.finditer(text):
        html += f"{escape(text[position : found.start()])}<a>{escape(found[0])}</a>"
        position = found.end()
    return html + escape(text[position:])
