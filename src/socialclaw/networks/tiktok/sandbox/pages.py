"""What a browser sees of the simulated TikTok: one post, and an account's public posts. Links are relative, so they work anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import httpx2

from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

ACCENT = "#fe2c55"


def post_page(seen: Seen, name: str) -> httpx2.Response:
    return page(f"@{name} on TikTok", _article(seen, name, up="../../"), accent=ACCENT, network="TikTok")


def profile_page(name: str, posts: Sequence[Seen]) -> httpx2.Response:
    articles = "".join(_article(seen, name, up="") for seen in posts) or "<p class=muted>No public posts yet.</p>"
    return page(f"@{name} on TikTok", f"<h1>@{escape(name)}</h1>{articles}", accent=ACCENT, network="TikTok")


def gone_page() -> httpx2.Response:
    body = "<h1>Currently unavailable</h1><p>There is no such post or account, or not everybody may see it.</p>"
    return page("Not on TikTok", body, accent=ACCENT, network="TikTok", status=404)


def _article(seen: Seen, name: str, *, up: str) -> str:
    made = datetime.fromtimestamp(seen.created_at, UTC)
    title, description = seen.extra["title"], seen.extra["description"]
    parts = (f"<strong>{escape(title)}</strong>" if title else "", escape(description))
    words = "\n\n".join(filter(None, parts))
    files = "".join(_file(m, number, cover=number == seen.extra["cover"] and len(seen.media) > 1) for number, m in enumerate(seen.media))
    label = f"<p class=muted>{escape(seen.extra['label'])}</p>" if seen.extra["label"] else ""
    where = f"{up}@{escape(name)}/{seen.extra['kind']}/{seen.id}"
    return (
        f'<article><p><a href="{up}@{escape(name)}"><strong>@{escape(name)}</strong></a></p><div class=media>{files}</div>'
        f"<div class=text>{words}</div>{label}"
        f'<p class=muted><a href="{where}"><time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M:%S} UTC</time></a></p></article>'
    )


def _file(media: dict[str, object], number: int, *, cover: bool) -> str:
    mark = "<br>cover" if cover else ""
    return f"<div><strong>{escape(str(media['kind']))} {number + 1}</strong><br>{int(str(media.get('size') or 0)):,} bytes{mark}</div>"
