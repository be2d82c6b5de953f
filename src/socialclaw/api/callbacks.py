"""/oauth/{provider}/callback: where a network's consent page sends the user back to. Answers people, in HTML."""

from __future__ import annotations

import base64
import hashlib
import html
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from socialclaw.accounts import callback
from socialclaw.api.deps import MEANINGS, Installation
from socialclaw.api.operation import Operation
from socialclaw.errors import InvalidRequest

router = APIRouter(route_class=Operation, tags=["Connections and Accounts"])

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:#f5f5f4;color:#1c1917}"
    "main{background:#fff;border:1px solid #e7e5e4;border-radius:12px;padding:2rem 2.5rem;max-width:28rem;margin:1rem}"
    "h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0 0;overflow-wrap:anywhere}.quiet{color:#78716c}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>{style}</style></head><body><main><h1>{title}</h1>{lines}"
    '<p class="quiet">You can close this window.</p></main></body></html>'
)


@router.get(
    "/oauth/{provider}/callback",
    response_class=HTMLResponse,
    responses={
        200: {"description": "The connection is complete, or failed; the page says which."},
        303: {"description": "The same, told to the app that asked for it by its `callbackScheme`.", "content": {}},
        400: {"description": "The state is not ours, not of this provider, used before or too old.", "content": {"text/html": {}}},
        429: {
            "description": MEANINGS[429],
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}},
        },
    },
    summary="OAuth provider callback",
)
async def oauth_callback(system: Installation, request: Request, provider: str) -> Response:
    """Finish a handshake: takes the `state` and the `code`, or `error`, of the network's redirect. For browsers; needs no key."""
    try:
        done = await callback.finish(system, provider, dict(request.query_params))
    except InvalidRequest as error:
        request.app.state.rates.refuse(request)
        return page("This did not work", [error.message], status=error.status)
    if done.callback_scheme:
        query = urlencode({"connectionId": done.connection_id, "status": done.status})
        return RedirectResponse(f"{done.callback_scheme}://oauth/callback?{query}", status_code=303, headers=HEADERS)
    label = done.provider.label
    if done.error:
        return page(f"{label} was not connected", [done.error])
    return page(f"{label} is connected", [", ".join(done.accounts)])


def page(title: str, lines: list[str], *, status: int = 200) -> Response:
    """A page of our own; everything on it is escaped."""
    body = PAGE.format(title=html.escape(title), style=STYLE, lines="".join(f"<p>{html.escape(line)}</p>" for line in lines))
    return HTMLResponse(body, status_code=status, headers=HEADERS)
