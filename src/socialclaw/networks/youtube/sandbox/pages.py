"""What a browser sees of the simulated YouTube: a video's page, and a channel's. Links are relative, so they work anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx2

from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

ACCENT = "#e62117"
STAGE = "aspect-ratio:16/9;display:grid;place-items:center;align-content:center;border-radius:12px;background:#0f0f0f;color:#fff;gap:.25rem"
WHO = {"private": "Private: only the channel's owner can watch", "unlisted": "Unlisted: whoever has the link can watch"}


def watch_page(seen: Seen, views: int, state: str, *, up: str) -> httpx2.Response:
    """A video with its title and description; `up` leads from the page to the site's root."""
    snippet, privacy = seen.extra["snippet"], seen.extra["status"]["privacyStatus"]
    made = datetime.fromtimestamp(seen.created_at, UTC)
    symbol, words = ("▶", f"{seen.media[0]['size']:,} bytes of video") if state == "processed" else ("…", "The video is being processed")
    kids = " · made for kids" if seen.extra["status"].get("selfDeclaredMadeForKids") else ""
    description = escape(snippet.get("description", "")) or "<span class=muted>No description</span>"
    body = (
        f'<div role=img aria-label="A simulated video" style="{STAGE}"><span style="font-size:2.5rem">{symbol}</span>{escape(words)}</div>'
        f'<h1 style="margin-top:1rem">{escape(snippet["title"])}</h1>'
        f'<p><a href="{up}channel/{escape(seen.account)}"><strong>{escape(seen.extra["channel"])}</strong></a></p>'
        f'<p class=muted>{views:,} views · <time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M} UTC</time>{kids}</p>'
        f"{f'<p class=muted>{WHO[privacy]}</p>' if privacy in WHO else ''}<article><div class=text>{description}</div></article>"
    )
    return page(f"{snippet['title']} - YouTube", body, accent=ACCENT, network="YouTube")


def channel_page(person: Mapping[str, Any], videos: Sequence[Seen], *, up: str) -> httpx2.Response:
    rows = "".join(
        f'<article><p><a href="{up}watch?v={escape(seen.id)}"><strong>{escape(seen.extra["snippet"]["title"])}</strong></a></p>'
        f"<p class=muted>{escape(seen.extra['status']['privacyStatus'])} · {seen.media[0]['size']:,} bytes</p></article>"
        for seen in videos
    )
    head = f"<h1>{escape(person['name'])}</h1><p class=muted>@{escape(person['username'])} · {len(videos)} videos</p>"
    return page(f"{person['name']} - YouTube", head + (rows or "<p class=muted>No videos yet.</p>"), accent=ACCENT, network="YouTube")


def gone_page() -> httpx2.Response:
    body = "<h1>Video unavailable</h1><p>This video isn't available any more, or never was.</p>"
    return page("Not on YouTube", body, accent=ACCENT, network="YouTube", status=404)
