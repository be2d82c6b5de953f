"""The sandbox's public pages: what people would see on the simulated networks. Self-contained HTML; every value is escaped."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from html import escape
from typing import Any
from urllib.parse import quote

import httpx2

from socialclaw.simulation.store import Seen

MOST = 200  # posts on a page

STYLE = """
:root{color-scheme:light dark;--page:#f4f5f8;--card:#fff;--text:#16181d;--dim:#626a78;--line:#e2e5eb;--link:#4338ca;--soft:#eef0ff}
@media(prefers-color-scheme:dark){:root{--page:#0f1115;--card:#181b21;--text:#e9ebf0;--dim:#98a0ae;--line:#2a2e37;--link:#a5b4fc;--soft:#20233a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
header,main{max-width:44rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.25rem;padding-bottom:.5rem}
h1{font-size:1.7rem;line-height:1.2;letter-spacing:-.02em;margin:.35rem 0}
nav,.dim,footer,time{color:var(--dim);font-size:.875rem}
.tag{display:inline-block;background:var(--soft);color:var(--link);border-radius:99px;padding:.1rem .65rem;font-size:.75rem;font-weight:600}
.chips{display:flex;flex-wrap:wrap;gap:.4rem;margin:.6rem 0 0}
.chips a{border:1px solid var(--line);background:var(--card);border-radius:99px;padding:.15rem .7rem;font-size:.85rem}
.chips a[aria-current]{border-color:var(--link);font-weight:600}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.9rem;margin-top:1.2rem}
article,.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1rem 1.1rem;margin:.9rem 0;min-width:0}
.card{margin:0;display:flex;flex-direction:column;gap:.2rem;color:inherit}.card:hover{border-color:var(--link);text-decoration:none}
.card b{font-size:1.05rem}.card time{font-size:.8rem}.card p{margin:.3rem 0 0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.by{display:flex;gap:.7rem;align-items:center}.by svg{flex:none;border-radius:50%}.by>span{min-width:0}
.by a{font-weight:600;color:inherit;overflow-wrap:anywhere}.by time{display:block;line-height:1.3}
.text{margin:.7rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
.media{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.6rem;margin:.8rem 0 0}
figure{margin:0;border:1px solid var(--line);border-radius:10px;overflow:hidden}
figure img,figure svg{display:block;width:100%;height:11rem;object-fit:cover}
figcaption{padding:.4rem .65rem;font-size:.8rem;color:var(--dim);overflow-wrap:anywhere}
.replies{border-left:2px solid var(--line);margin:.9rem 0 0 1.1rem;padding-left:.9rem}
.replies article{border:0;border-radius:0;padding:0;margin:.9rem 0 0;background:none}
.gone>.text{text-decoration:line-through;opacity:.6}.gone>.media{opacity:.4}
footer{margin-top:.7rem;overflow-wrap:anywhere}
.empty{text-align:center;padding:3rem 1rem;color:var(--dim)}
article:target{border-color:var(--link)}
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Card:
    """A network in the list: how many accounts have posted, and the latest post."""

    network: str
    label: str
    accounts: int
    latest: Seen | None


@dataclass(frozen=True)
class Feed:
    """Posts of one network, or of one of its accounts. Pictures are only shown from our own `origin`."""

    label: str
    network: str
    posts: Sequence[Seen]
    account: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    root: str = "/sandbox/"  # what the paths of these pages begin with

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(post.id for post in self.posts)

    @property
    def path(self) -> str:
        return f"{self.root}{quote(self.network, safe='')}/"

    def called(self, account: str) -> str:
        return self.names.get(account, account)

    def of(self, account: str) -> str:
        return f"{self.path}{quote(account, safe='')}/"


def index(cards: Sequence[Card], root: str) -> str:
    """The list of networks."""
    lead = '<p class="dim">What the public would see. Test workspaces publish here, through the code that publishes to the world.</p>'
    shown = "".join(_card(card, root) for card in cards) or '<p class="empty">No network has a simulator yet.</p>'
    return _page("Simulated networks", "", lead, f'<div class="grid">{shown}</div>')


def feed(feed: Feed) -> str:
    """Posts, newest thread first; the replies to a post under it, oldest first."""
    above = f'<a href="{escape(feed.root)}">Networks</a>'
    if feed.account is not None:
        above += f' / <a href="{escape(feed.path)}">{escape(feed.label)}</a>'
    chips = "".join(_chip(feed, account) for account in feed.names)
    replies: dict[str, list[Seen]] = {}
    for post in feed.posts:
        if post.reply_to in feed.known and post.reply_to != post.id:
            replies.setdefault(post.reply_to or "", []).append(post)
    threads = [post for post in reversed(feed.posts) if post.reply_to not in feed.known or post.reply_to == post.id]
    body = "".join(_post(feed, post, replies) for post in threads) or '<p class="empty">Nothing has been posted yet.</p>'
    more = f'<p class="dim">The newest {MOST} posts.</p>' if len(feed.posts) >= MOST else ""
    return _page(
        feed.called(feed.account) if feed.account else feed.label, above, f'<div class="chips">{chips}</div>' if chips else "", body + more
    )


def missing(message: str, root: str) -> str:
    return _page("Not here", f'<a href="{escape(root)}">Networks</a>', "", f'<p class="empty">{escape(message)}</p>')


def _page(title: str, above: str, lead: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · SocialClaw sandbox</title><style>{STYLE}</style></head><body>"
        f'<header><nav aria-label="Where you are"><span class="tag">sandbox</span> {above}</nav><h1>{escape(title)}</h1>{lead}</header>'
        f"<main>{body}</main></body></html>"
    )


def _card(card: Card, root: str) -> str:
    latest = (
        f"<p>{escape(card.latest.text or 'A file')}</p>{_time(card.latest.created_at)}" if card.latest else '<p class="dim">Nothing yet</p>'
    )
    accounts = "1 account" if card.accounts == 1 else f"{card.accounts} accounts"
    head = f'<b>{escape(card.label)}</b><span class="dim">{accounts}</span>'
    return f'<a class="card" href="{escape(root)}{quote(card.network, safe="")}/">{head}{latest}</a>'


def _chip(feed: Feed, account: str) -> str:
    current = ' aria-current="page"' if account == feed.account else ""
    return f'<a href="{escape(feed.of(account))}"{current}>{escape(feed.called(account))}</a>'


def _post(feed: Feed, post: Seen, replies: Mapping[str, Sequence[Seen]], depth: int = 0) -> str:
    """A post and its replies. Threads deeper than a page can show go on at the same depth."""
    below = "".join(_post(feed, reply, replies, depth + 1) for reply in replies.get(post.id, ())) if depth < MOST else ""
    name = feed.called(post.account)
    parts = [f'<div class="by">{_face(name)}<span><a href="{escape(feed.of(post.account))}">{escape(name)}</a>']
    parts.append(f"{_time(post.created_at)}</span></div>")
    if post.text:
        parts.append(f'<p class="text">{escape(post.text)}</p>')
    if post.media:
        parts.append(f'<div class="media">{"".join(_file(feed, item) for item in post.media)}</div>')
    parts.append(f"<footer>{_foot(feed, post)}</footer>")
    if below:
        parts.append(f'<div class="replies">{below}</div>')
    gone = ' class="gone"' if post.deleted_at else ""
    return f'<article id="{escape(post.id)}"{gone}>{"".join(parts)}</article>'


def _foot(feed: Feed, post: Seen) -> str:
    facts = [f'<a href="{escape(_place(feed, post))}">{escape(post.id)}</a>']
    if post.reply_to and (post.reply_to not in feed.known):
        facts.append(f"in reply to {escape(post.reply_to)}")
    if post.deleted_at:
        facts.append(f"deleted {_time(post.deleted_at)}")
    return " · ".join(facts)


def _place(feed: Feed, post: Seen) -> str:
    """The post's own page on its network; where it has none, its place in its account's feed."""
    if post.url and post.url.startswith("https://"):
        with contextlib.suppress(httpx2.InvalidURL):
            httpx2.URL(post.url)
            return f"{feed.root}hosts/{post.url.partition('://')[2]}"
    return f"{feed.of(post.account)}#{quote(post.id, safe='')}"


def _file(feed: Feed, item: Mapping[str, Any]) -> str:
    """A file: itself where it is ours to show, else a picture drawn from its checksum."""
    alt, url = str(item.get("alt") or ""), str(item.get("url") or "")
    mime, size = str(item.get("mime") or item.get("kind") or "file"), item.get("size")
    facts = escape(" · ".join([mime, *([_size(size)] if isinstance(size, int) else [])]))
    if feed.origin and url.startswith(f"{feed.origin}/") and item.get("kind") == "image":
        shown = f'<img src="{escape(url)}" alt="{escape(alt)}" loading="lazy">'
    else:
        shown = _drawn(str(item.get("sha256") or mime), alt or mime)
    if url.startswith(("https://", "http://")):
        shown = f'<a href="{escape(url)}">{shown}</a>'
    words = f"{escape(alt)}<br>{facts}" if alt else facts
    return f"<figure>{shown}<figcaption>{words}</figcaption></figure>"


def _face(account: str) -> str:
    hue = _hues(account)[0]
    letter = escape(next((c for c in account if c.isalnum()), "?").upper())
    return (
        f'<svg width="40" height="40" viewBox="0 0 40 40" aria-hidden="true"><rect width="40" height="40" fill="hsl({hue} 55% 46%)"/>'
        f'<text x="20" y="26" text-anchor="middle" font-size="17" font-weight="600" fill="#fff">{letter}</text></svg>'
    )


def _drawn(seed: str, alt: str) -> str:
    first, second = _hues(seed)
    name = hashlib.sha256(seed.encode()).hexdigest()[:12]
    return (
        f'<svg viewBox="0 0 160 90" preserveAspectRatio="none" role="img" aria-label="{escape(alt)}"><defs>'
        f'<linearGradient id="g{name}" x2="1" y2="1"><stop stop-color="hsl({first} 65% 58%)"/>'
        f'<stop offset="1" stop-color="hsl({second} 65% 42%)"/>'
        f'</linearGradient></defs><rect width="160" height="90" fill="url(#g{name})"/></svg>'
    )


def _hues(seed: str) -> tuple[int, int]:
    digest = hashlib.sha256(seed.encode()).digest()
    return digest[0] * 360 // 256, digest[1] * 360 // 256


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"


def _time(moment: float) -> str:
    at = datetime.fromtimestamp(moment, UTC)
    return f'<time datetime="{at.isoformat()}">{at.day} {at:%b %Y, %H:%M:%S} UTC</time>'
