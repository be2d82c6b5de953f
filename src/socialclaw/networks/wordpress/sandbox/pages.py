"""What a browser sees of the simulated sites: an article, and what a site has published. Links are relative, so they work anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx2

from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

ACCENT = "#3858e9"


def post_page(site: Mapping[str, Any], seen: Seen) -> httpx2.Response:
    title = str(seen.extra["title"]) or f"{site['name']}"
    return page(
        f"{title} – {site['name']}", f"<p class=muted>{escape(str(site['name']))}</p>{_article(seen)}", accent=ACCENT, network="WordPress"
    )


def home_page(site: Mapping[str, Any], posts: Sequence[Seen]) -> httpx2.Response:
    """The newest first."""
    articles = "".join(
        f'<article>{_article(seen)}<p class=muted><a href="?p={seen.id}">Read on its own</a></p></article>' for seen in posts
    )
    nothing = "" if posts else "<p class=muted>Nothing has been published yet.</p>"
    return page(str(site["name"]), f"<h1>{escape(str(site['name']))}</h1>{articles}{nothing}", accent=ACCENT, network="WordPress")


def gone_page() -> httpx2.Response:
    body = "<h1>That page can&#039;t be found</h1><p>It was moved to the trash, or was never public.</p>"
    return page("Page not found", body, accent=ACCENT, network="WordPress", status=404)


def _article(seen: Seen) -> str:
    made = datetime.fromtimestamp(float(seen.extra["date"]), UTC)
    head = f"<h1>{escape(str(seen.extra['title']))}</h1>" if seen.extra["title"] else ""
    when = f'<time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M:%S} UTC</time>'
    by = f"<p class=muted>By {escape(str(seen.extra['author']))} · {when}</p>"
    text = f"<div class=text>{escape(str(seen.extra['body']))}</div>" if seen.extra["body"] else ""
    files = "".join(_file(media) for media in seen.media)
    return f"{head}{by}{text}{f'<div class=media>{files}</div>' if files else ''}"


def _file(media: Mapping[str, Any]) -> str:
    alt = escape(str(media.get("alt") or "")) or "<span class=muted>no alt text</span>"
    return f"<div><strong>{escape(str(media['kind']))}</strong><br>{alt}<br>{int(media.get('size') or 0):,} bytes</div>"
