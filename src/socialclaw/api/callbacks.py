"""/oauth/{provider}/callback: where a network's consent page sends the user back to. Answers people, in HTML."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from socialclaw.accounts import callback
from socialclaw.api.deps import MEANINGS, Installation
from socialclaw.api.operation import Operation
from socialclaw.api.pages import HEADERS, page
from socialclaw.errors import InvalidRequest

router = APIRouter(route_class=Operation, tags=["Connections and Accounts"])

DASHBOARD = "dashboard"  # the `client` of a connection that its page began in this very tab: it says itself what came of it


@router.get(
    "/oauth/{provider}/callback",
    response_class=HTMLResponse,
    responses={
        200: {"description": "The connection is complete, or failed; the page says which."},
        303: {"description": "The same, told to the app that asked for it by its `callbackScheme`, or to the dashboard.", "content": {}},
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
    query = urlencode({"connectionId": done.connection_id, "status": done.status})
    if done.callback_scheme:
        return RedirectResponse(f"{done.callback_scheme}://oauth/callback?{query}", status_code=303, headers=HEADERS)
    if done.client == DASHBOARD:
        return RedirectResponse(f"{system.settings.base_url}/dashboard/connected?{query}", status_code=303, headers=HEADERS)
    label = done.provider.label
    if done.error:
        return page(f"{label} was not connected", [done.error])
    return page(f"{label} is connected", [", ".join(done.accounts)])
