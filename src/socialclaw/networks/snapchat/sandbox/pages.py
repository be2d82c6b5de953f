"""What a browser sees of the simulated Snapchat: a spotlight, and a profile with its stories. Links are relative, so they work anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import httpx2

from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

ACCENT = "#e6b800"
LABELS = {"spotlight": "Spotlight", "story": "Story", "saved_story": "Saved story"}


def spotlight_page(seen: Seen, name: str) -> httpx2.Response:
    return page(f"{name} on Snapchat", _article(seen, name, up="../"), accent=ACCENT, network="Snapchat")


def profile_page(name: str, posts: Sequence[Seen]) -> httpx2.Response:
    articles = "".join(_article(seen, name, up="../") for seen in posts) or "<p class=muted>No public stories yet.</p>"
    return page(f"{name} on Snapchat", f"<h1>{escape(name)}</h1>{articles}", accent=ACCENT, network="Snapchat")


def gone_page() -> httpx2.Response:
    body = "<h1>Nothing here</h1><p>There is no such spotlight or profile.</p>"
    return page("Not on Snapchat", body, accent=ACCENT, network="Snapchat", status=404)


def _article(seen: Seen, name: str, *, up: str) -> str:
    made, kind = datetime.fromtimestamp(seen.created_at, UTC), seen.extra["kind"]
    files = "".join(f"<div><strong>video</strong><br>{m['size']:,} bytes</div>" for m in seen.media)
    where = f"{up}spotlight/{escape(seen.id)}" if kind == "spotlight" else f"{up}add/{escape(name)}"
    return (
        f'<article><p><a href="{up}add/{escape(name)}"><strong>{escape(name)}</strong></a> '
        f"<span class=muted>{LABELS[kind]}</span></p><div class=media>{files}</div><div class=text>{escape(seen.text)}</div>"
        f'<p class=muted><a href="{where}"><time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M:%S} UTC</time></a></p></article>'
    )
