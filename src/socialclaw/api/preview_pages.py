"""A run as a page for whoever has a link to it: no script, nothing from elsewhere, and nothing but what the public would see."""

from __future__ import annotations

import html

from socialclaw.api.pages import guards
from socialclaw.clock import on_the_wall
from socialclaw.publishing.preview_links import Shown, ShownPost

STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:light-dark(#f5f5f4,#1c1917);color:light-dark(#1c1917,#f5f5f4)}"
    "main{max-width:40rem;margin:0 auto;padding:1.5rem 1rem 3rem}h1{font-size:1.4rem;margin:0}h2{font-size:1rem;margin:0}"
    ".quiet{color:light-dark(#57534e,#a8a29e);margin:.25rem 0 0}ol{list-style:none;margin:1.5rem 0 0;padding:0}"
    "article{background:light-dark(#fff,#292524);border:1px solid light-dark(#e7e5e4,#44403c);border-radius:12px;padding:1rem 1.25rem}"
    "li{margin:0 0 1rem}.reply{margin-left:2rem}.text{white-space:pre-wrap;overflow-wrap:anywhere;margin:.75rem 0 0}"
    "img{display:block;max-width:100%;height:auto;border-radius:8px;margin:.75rem 0 0}"
)
HEADERS = guards(STYLE, "img-src 'self'") | {
    "x-robots-tag": "noindex, nofollow, noarchive, noimageindex",
    "cross-origin-opener-policy": "same-origin",
}
WORDS = {
    "draft": "Draft",
    "scheduled": "Planned",
    "publishing": "On its way",
    "published": "Published",
    "retry_pending": "Delayed",
    "failed": "Not published",
    "canceled": "Canceled",
}
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex, nofollow, noarchive"><link rel="icon" href="{icon}">'
    "<title>{title}</title><style>{style}</style></head>"
    "<body><main><h1>{title}</h1>{lines}<ol>{posts}</ol></main></body></html>"
)


def page(shown: Shown, pictures: str, icon: str) -> str:
    """The page; `pictures` is the path below which they are, `icon` that of ours."""
    count = len(shown.posts)
    lines = [
        f"{count} {'post' if count == 1 else 'posts'}; times are those of {shown.timezone}.",
        f"This page only shows them. It is there until {on_the_wall(shown.expires_at, shown.timezone)}.",
    ]
    told = "".join(f'<p class="quiet">{html.escape(line)}</p>' for line in lines)
    posts = "".join(_post(post, shown.timezone, pictures) for post in shown.posts)
    return PAGE.format(title=html.escape(f"Preview: {shown.workspace}"), style=STYLE, icon=html.escape(icon), lines=told, posts=posts)


def _post(post: ShownPost, timezone: str, pictures: str) -> str:
    drawn = "".join(f'<img src="{html.escape(pictures)}/{html.escape(p.asset_id)}" alt="{html.escape(p.alt)}">' for p in post.pictures)
    more = f'<p class="quiet">{post.files} more {"file" if post.files == 1 else "files"}, not shown here</p>' if post.files else ""
    text = f'<p class="text">{html.escape(post.text)}</p>' if post.text else ""
    kind = "Reply" if post.reply else WORDS.get(post.status, post.status)
    status = f"{kind}, {WORDS.get(post.status, post.status).lower()}" if post.reply else kind
    when = f'<time datetime="{post.at.isoformat()}">{html.escape(on_the_wall(post.at, timezone))}</time>'
    whose = post.account if post.account == post.handle else f"{post.account} ({post.handle})"
    head = f'<h2>{html.escape(post.network)}: {html.escape(whose)}</h2><p class="quiet">{when} · {html.escape(status)}</p>'
    opening = '<li class="reply">' if post.reply else "<li>"
    return f"{opening}<article>{head}{text}{drawn}{more}</article></li>"
