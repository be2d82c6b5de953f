"""The look of the simulated networks' pages: one small self-contained HTML document, nothing fetched from elsewhere."""

from __future__ import annotations

from html import escape

import httpx2

from socialclaw.simulation.simulator import FOR_PEOPLE

_STYLE = """
:root{color-scheme:light dark;--line:#8883;--soft:#8881;--muted:#71767b}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;padding:2rem 1rem;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:Canvas;color:CanvasText}
main{width:100%;max-width:34rem;border:1px solid var(--line);border-top:4px solid var(--accent);border-radius:14px;padding:1.5rem;
box-shadow:0 1px 2px #0001,0 8px 24px #0001}
h1{font-size:1.25rem;margin:0 0 1rem}h2{font-size:1.0625rem;margin:1rem 0 .5rem}
p{margin:.5rem 0}a{color:color-mix(in srgb,var(--accent) 75%,CanvasText)}
ul{padding-left:1.2rem;margin:.5rem 0}
code{background:var(--soft);border-radius:4px;padding:0 .3em;overflow-wrap:anywhere}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input,select{width:100%;font:inherit;padding:.6rem .75rem;border:1px solid var(--line);border-radius:8px;background:Canvas;color:CanvasText}
button{font:inherit;font-weight:600;padding:.6rem 1.2rem;border-radius:99px;
border:1px solid var(--line);background:none;color:inherit;cursor:pointer}
button.go,a.go{background:var(--accent);border-color:var(--accent);color:#fff}
a.go{display:inline-block;padding:.6rem 1.2rem;border-radius:99px;font-weight:600;text-decoration:none}
.row{display:flex;gap:.75rem;margin-top:1.25rem}.muted{color:var(--muted);font-size:.875rem}
.note{color:var(--muted);font-size:.8125rem;margin:1rem 0 0;text-align:center}.bad{color:#d33}
article{border-top:1px solid var(--line);padding:1rem 0}
article:first-of-type{border-top:0;padding-top:0}article:last-of-type{padding-bottom:0}
.text{white-space:pre-wrap;overflow-wrap:anywhere;font-size:1.0625rem}
.media{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.5rem;margin:.75rem 0}
.media div{border:1px solid var(--line);border-radius:12px;min-height:9rem;align-content:center;padding:1.25rem .75rem;
background:linear-gradient(135deg,color-mix(in srgb,var(--accent) 28%,Canvas),color-mix(in srgb,var(--accent) 5%,Canvas));
text-align:center;font-size:.875rem;overflow-wrap:anywhere}
"""


def page(title: str, body: str, *, accent: str, network: str, status: int = 200) -> httpx2.Response:
    """An answer for a browser. `body` is HTML whose foreign parts are escaped already; `title` is plain text."""
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title>'
        f"<style>{_STYLE}:root{{--accent:{accent}}}</style></head><body><main>{body}</main>"
        f'<p class="note">A simulated {escape(network)} for testing. Nothing here reaches the real one.</p></body></html>'
    )
    headers = {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        "referrer-policy": "same-origin",  # so that a browser says where a consent comes from
    }
    return httpx2.Response(status, headers=headers, content=html.encode(), extensions={FOR_PEOPLE: True})
