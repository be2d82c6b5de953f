"""/v1/support/request: whoever is stuck asks whoever runs the server. Open to everybody; a session tells who it is."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from socialclaw.api import cookies, strangers
from socialclaw.api.answers import ok
from socialclaw.api.deps import Installation, open_problems
from socialclaw.api.openapi import DASHBOARD
from socialclaw.api.operation import Operation, takes_up_to
from socialclaw.api.schemas import SupportRequest, SupportResponse
from socialclaw.api.visitors import Visitor, visitor
from socialclaw.errors import Unauthenticated
from socialclaw.people import support
from socialclaw.people.support import Asked

router = APIRouter(route_class=Operation, tags=[DASHBOARD])

LARGEST = 32 * 1024  # bytes: 5,000 characters of any script, and the rest
HONEYPOT = "website"  # a field that our pages have and hide, so that programs alone fill it in


@router.post(
    "/v1/support/request",
    summary="Create support request",
    status_code=201,
    response_model=SupportResponse,
    responses=open_problems(400, 413, 422),
)
@takes_up_to(LARGEST)
async def create_support_request(system: Installation, request: Request, body: SupportRequest) -> Response:
    """Ask the operator for help. It is kept, and mailed to them where that is set up; `message` says whether an answer comes by mail."""
    cookies.check_origin(request.headers, system.settings, request.method, named=False)
    who = await _who(request)
    asked = support.checked(
        Asked(
            body.message,
            body.email,
            body.page_url,
            body.page_title,
            body.source,
            request.headers.get("user-agent"),
            who.signed.user_id if who else None,
            who.workspace_id or None if who else None,
            spam=bool((body.model_extra or {}).get(HONEYPOT)),
        )
    )
    await strangers.asks_for_support(system, request)
    request_id, told = await system.database.write(support.ask, system.settings, system.vault, asked)
    return ok(201, request={"id": request_id}, message=told)


async def _who(request: Request) -> Visitor | None:
    """Who is signed in; whoever cannot sign in may need help most."""
    try:
        return await visitor(request)
    except Unauthenticated:
        return None
