"""What a browser sees of the simulated X: a post with its thread, and an account's posts. Links are relative, so they work anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from html import escape

import httpx2

from socialclaw.networks.x.text import links
from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

ACCENT = "#1d9bf0"
NameOf = Callable[[str], str]  # account id -> user name


def status_page(thread: Sequence[Seen], wanted: str, name_of: NameOf, *, up: str) -> httpx2.Response:
    """A post and what it answers or what answers it; `up` leads from the page to the site's root."""
    articles = "".join(_article(seen, name_of(seen.account), up=up, marked=seen.id == wanted and len(thread) > 1) for seen in thread)
    author = next(name_of(seen.account) for seen in thread if seen.id == wanted)
    return page(f"@{author} on X", articles, accent=ACCENT, network="X")


def profile_page(name: str, posts: Sequence[Seen]) -> httpx2.Response:
    articles = "".join(_article(seen, name, up="") for seen in posts) or "<p class=muted>No posts yet.</p>"
    return page(f"@{name} on X", f"<h1>@{escape(name)}</h1>{articles}", accent=ACCENT, network="X")


def gone_page() -> httpx2.Response:
    return page("Not on X", "<h1>Hmm… this page does not exist</h1><p>Try another one.</p>", accent=ACCENT, network="X", status=404)


def _article(seen: Seen, name: str, *, up: str, marked: bool = False) -> str:
    made = datetime.fromtimestamp(seen.created_at, UTC)
    where = f"{up}i/web/status/{seen.id}"
    answer = f'<p class=muted>In reply to <a href="{up}i/web/status/{escape(seen.reply_to)}">a post</a></p>' if seen.reply_to else ""
    files = "".join(_file(m) for m in seen.media)
    return (
        f'<article{" aria-current=true" if marked else ""}><p><a href="{up}{escape(name)}"><strong>@{escape(name)}</strong></a></p>{answer}'
        f"<div class=text>{_linked(seen.text)}</div>{f'<div class=media>{files}</div>' if files else ''}"
        f'<p class=muted><a href="{where}"><time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M:%S} UTC</time></a></p></article>'
    )


def _file(media: dict[str, object]) -> str:
    alt = escape(str(media.get("alt") or "")) or "<span class=muted>no alt text</span>"
    size = int(str(media.get("size") or 0))
    return f"<div><strong>{escape(str(media['kind']))}</strong><br>{alt}<br>{size:,} bytes</div>"


def _linked(text: str) -> str:
    html, position = "", 0
    for start, end in links(text):
        link = text[start:end]
        target = link if link.lower().startswith(("http://", "https://")) else f"http://{link}"
        html += f'{escape(text[position:start])}<a rel="nofollow noreferrer" href="{escape(target)}">{escape(link)}</a>'
        position = end
    return html + escape(text[position:])
