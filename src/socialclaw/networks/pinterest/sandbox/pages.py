"""What a browser sees of the simulated Pinterest: a Pin, a board, a user's boards. Links are relative, so they work anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx2

from socialclaw.providers.incoming import url_of
from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

ACCENT = "#e60023"


def pin_page(seen: Seen, board: str, place: str, *, up: str) -> httpx2.Response:
    owner = str(seen.extra["owner"])
    made = datetime.fromtimestamp(seen.created_at, UTC)
    saved = (
        f'<p class=muted>Saved by <a href="{up}{escape(owner)}/"><strong>{escape(owner)}</strong></a> to '
        f'<a href="{up}{escape(owner)}/{place}/">{escape(board)}</a> · '
        f'<time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M:%S} UTC</time></p>'
    )
    title = str(seen.extra["title"] or "")
    return page(f"{title or 'Pin'} on Pinterest", _pin(seen) + saved, accent=ACCENT, network="Pinterest")


def board_page(board: Mapping[str, Any], pins: Sequence[Seen]) -> httpx2.Response:
    articles = "".join(
        f'<article>{_pin(seen)}<p class=muted><a href="../../pin/{seen.id}/">Look at this Pin</a></p></article>' for seen in pins
    )
    about = f"<p>{escape(str(board['description']))}</p>" if board["description"] else ""
    owner = escape(str(board["owner"]))
    head = f'<h1>{escape(str(board["name"]))}</h1>{about}<p class=muted>{len(pins)} Pins, by <a href="../">{owner}</a></p>'
    return page(f"{board['name']} on Pinterest", head + articles, accent=ACCENT, network="Pinterest")


def user_page(name: str, boards: Sequence[tuple[str, str, int]]) -> httpx2.Response:
    """A user's boards: what each is called, where it is, how many Pins it has."""
    shown = "".join(
        f'<li><a href="{place}/">{escape(board)}</a> <span class=muted>{count} Pins</span></li>' for board, place, count in boards
    )
    return page(f"{name} on Pinterest", f"<h1>{escape(name)}</h1><ul>{shown}</ul>", accent=ACCENT, network="Pinterest")


def gone_page() -> httpx2.Response:
    body = "<h1>Nothing is pinned here</h1><p>Perhaps it was deleted.</p>"
    return page("Not on Pinterest", body, accent=ACCENT, network="Pinterest", status=404)


def _pin(seen: Seen) -> str:
    files = "".join(_file(media) for media in seen.media)
    title, words, link = (str(seen.extra[name] or "") for name in ("title", "description", "link"))
    leads = f'<p><a rel="nofollow noreferrer" href="{escape(link)}">Visit {escape(url_of(link).hostname or link)}</a></p>' if link else ""
    head = f"<h1>{escape(title)}</h1>" if title else ""
    return f"<div class=media>{files}</div>{head}<div class=text>{escape(words)}</div>{leads}"


def _file(media: Mapping[str, Any]) -> str:
    alt = escape(str(media.get("alt") or "")) or "<span class=muted>no alt text</span>"
    return f"<div><strong>{escape(str(media['kind']))}</strong><br>{alt}<br>{int(media.get('size') or 0):,} bytes</div>"
