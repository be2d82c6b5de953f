"""What a browser sees of the simulated LinkedIn: a post, and the posts of a member or a Page. Links are relative: they work anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx2

from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

ACCENT = "#0a66c2"


def post_page(seen: Seen, name: str, home: str, *, slash: bool) -> httpx2.Response:
    """One post; `home` is the path of its author, without a slash before it."""
    up = "../../../" if slash else "../../"
    return page(f"{name} on LinkedIn", _post(seen, name, up + home), accent=ACCENT, network="LinkedIn")


def author_page(name: str, kind: str, posts: Sequence[Seen]) -> httpx2.Response:
    head = f"<h1>{escape(name)}</h1><p class=muted>{escape(kind)} · {len(posts)} posts</p>"
    rows = "".join(
        f'<article>{_body(seen)}<p class=muted><a href="../../feed/update/{seen.id}/">{_when(seen)}</a></p></article>' for seen in posts
    )
    return page(f"{name} | LinkedIn", head + (rows or "<p class=muted>No posts yet.</p>"), accent=ACCENT, network="LinkedIn")


def gone_page() -> httpx2.Response:
    body = "<h1>This post cannot be displayed</h1><p>Perhaps it was deleted.</p>"
    return page("Not on LinkedIn", body, accent=ACCENT, network="LinkedIn", status=404)


def _post(seen: Seen, name: str, home: str) -> str:
    head = f'<p><a href="{escape(home)}/"><strong>{escape(name)}</strong></a><br><span class=muted>{_when(seen)}</span></p>'
    return f"<article>{head}{_body(seen)}</article>"


def _body(seen: Seen) -> str:
    files = "".join(_file(media) for media in seen.media)
    return f"<div class=text>{escape(seen.text)}</div>{f'<div class=media>{files}</div>' if files else ''}"


def _when(seen: Seen) -> str:
    made = datetime.fromtimestamp(seen.created_at, UTC)
    return f'<time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M:%S} UTC</time>'


def _file(media: Mapping[str, Any]) -> str:
    alt = escape(str(media.get("alt") or "")) or "<span class=muted>no alt text</span>"
    return f"<div><strong>{escape(str(media['kind']))}</strong><br>{alt}<br>{int(media.get('size') or 0):,} bytes</div>"
