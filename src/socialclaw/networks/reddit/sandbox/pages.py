"""What a browser sees of the simulated Reddit: a post, a subreddit, a user's posts. Links are relative, so they work anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import httpx2

from socialclaw.providers.incoming import url_of
from socialclaw.simulation.pages import page
from socialclaw.simulation.store import Seen

ACCENT = "#ff4500"


def post_page(seen: Seen, author: str, comments: Sequence[tuple[str, str]], *, up: str) -> httpx2.Response:
    """A post, with the author and the text of each comment below it."""
    below = "".join(f"<p><b>u/{escape(by)}</b> <span class=text>{escape(text)}</span></p>" for by, text in comments)
    body = _article(seen, author, up=up) + below
    return page(f"{seen.extra['title']} : {seen.extra['subreddit']}", body, accent=ACCENT, network="Reddit")


def list_page(name: str, posts: Sequence[tuple[Seen, str]], *, up: str) -> httpx2.Response:
    """The posts of a subreddit or of a user, newest first, each with its author."""
    articles = "".join(_article(seen, author, up=up) for seen, author in posts) or "<p class=muted>There is nothing here yet.</p>"
    return page(f"{name} on Reddit", f"<h1>{escape(name)}</h1>{articles}", accent=ACCENT, network="Reddit")


def gone_page() -> httpx2.Response:
    body = "<h1>Page not found</h1><p>There is no such post, subreddit or user, or not everybody may see it.</p>"
    return page("Not on Reddit", body, accent=ACCENT, network="Reddit", status=404)


def _article(seen: Seen, author: str, *, up: str) -> str:
    extra = seen.extra
    made = datetime.fromtimestamp(seen.created_at, UTC)
    place, url = escape(extra["subreddit"]), extra["url"]
    marks = [word for word, there in (("NSFW", extra["nsfw"]), ("Spoiler", extra["spoiler"])) if there]
    marks += [extra["flair"]["text"]] if extra["flair"] else []
    shown = "".join(f" <code>{escape(mark)}</code>" for mark in marks)
    host = escape(url_of(url).hostname or url) if url else ""
    link = f'<p><a rel="nofollow noreferrer" href="{escape(url)}">{host}</a> {_files(seen)}</p>' if url else ""
    text = f"<div class=text>{escape(extra['text'])}</div>" if extra["text"] else ""
    return (
        f'<article><p class=muted><a href="{up}r/{place}/">r/{place}</a> · posted by '
        f'<a href="{up}user/{escape(author)}/">u/{escape(author)}</a></p>'
        f'<h1><a href="{up}{escape(extra["permalink"].lstrip("/"))}">{escape(extra["title"])}</a>{shown}</h1>{link}{text}'
        f'<p class=muted><time datetime="{made.isoformat()}">{made:%-d %B %Y, %H:%M:%S} UTC</time></p></article>'
    )


def _files(seen: Seen) -> str:
    return "".join(f"<span class=muted>{escape(str(m['kind']))}, {int(m.get('size') or 0):,} bytes</span>" for m in seen.media)
