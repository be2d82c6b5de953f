"""Pages of our own, for people: a few lines, and perhaps forms and ways to go on. No scripts; everything on them is escaped."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fastapi import Response
from fastapi.responses import HTMLResponse

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:#f5f5f4;color:#1c1917}"
    "main{background:#fff;border:1px solid #e7e5e4;border-radius:12px;padding:2rem 2.5rem;max-width:28rem;margin:1rem}"
    "h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0 0;overflow-wrap:anywhere}.quiet{color:#78716c}form{margin:1rem 0 0}"
    "label{display:block;margin:0 0 .75rem}input{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.4rem .6rem}"
    "button,.on{font:inherit;padding:.5rem 1rem;border:0;border-radius:8px;background:#1c1917;color:#fff;cursor:pointer}"
    "select{font:inherit;display:block;width:100%;padding:.4rem .6rem}.no{background:#fff;color:#1c1917;border:1px solid #a8a29e;"
    "margin-left:.5rem}fieldset{border:1px solid #e7e5e4;border-radius:8px;margin:0 0 .75rem}.wrong{border-left:3px solid #b91c1c;"
    "padding-left:.75rem}label.tick{display:flex;gap:.6rem;margin:.35rem 0;align-items:baseline}label.tick input{width:auto}"
    ".on{display:block;margin:1rem 0 0;text-align:center;text-decoration:none;background:#fff;color:#1c1917;border:1px solid #a8a29e}"
)


def guards(style: str, *more: str) -> dict[str, str]:
    """The headers of a page with this style sheet and nothing else; `more`: what its policy allows besides."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        *more,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "content-security-policy": "; ".join(policy),
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }


HEADERS = guards(STYLE)
# Of a page with a form: without a referrer a browser would send `Origin: null` with it, and nobody could tell whose form it was.
FORM_HEADERS = HEADERS | {
    "content-security-policy": HEADERS["content-security-policy"].replace("form-action 'none'", "form-action 'self'"),
    "referrer-policy": "same-origin",
}
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex"><title>{title}</title><style>{style}</style></head>'
    "<body><main><h1>{title}</h1>{lines}{rest}</main></body></html>"
)
CLOSE = '<p class="quiet">You can close this window.</p>'


class Shown(Protocol):
    """A part of a page that sends something here."""

    @property
    def html(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Form:
    """A button that sends something to a path of ours; `asks`: a text field, by its name and what it says; `holds`: what goes along."""

    path: str
    button: str
    asks: tuple[str, str] | None = None
    holds: Mapping[str, str] = field(default_factory=dict)

    @property
    def html(self) -> str:
        text = f'<label>{html.escape(self.asks[1])}<input name="{html.escape(self.asks[0])}" required></label>' if self.asks else ""
        text += "".join(f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">' for k, v in self.holds.items())
        return f'<form method="post" action="{html.escape(self.path)}">{text}<button>{html.escape(self.button)}</button></form>'


@dataclass(frozen=True, slots=True)
class Way:
    """A link that looks like a button, to a path of ours."""

    path: str
    said: str

    @property
    def html(self) -> str:
        return f'<a class="on" href="{html.escape(self.path)}">{html.escape(self.said)}</a>'


def page(
    title: str,
    lines: Sequence[str],
    *,
    status: int = 200,
    forms: Sequence[Shown] = (),
    on: Sequence[Way] = (),
    close: bool = True,
    then: str = "",
) -> Response:
    """A page; without a form, or a way on, it is one to be closed, unless it is said to be none.

    `then`: where else than here its forms may lead, as a source of the policy: browsers hold that against a redirect too.
    """
    told = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    rest = "".join([*(one.html for one in on), *(one.html for one in forms)]) or (CLOSE if close else "")
    body = PAGE.format(title=html.escape(title), style=STYLE, lines=told, rest=rest)
    headers = FORM_HEADERS if forms else HEADERS
    if forms and then:
        policy = headers["content-security-policy"].replace("form-action 'self'", f"form-action 'self' {then}")
        headers = headers | {"content-security-policy": policy}
    return HTMLResponse(body, status_code=status, headers=headers)
