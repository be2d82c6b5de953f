"""/auth: signing in by a link of ours, and signing out. A link is looked at by GET, which changes nothing, and redeemed by POST."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from socialclaw.api import cookies, strangers
from socialclaw.api.answers import ok
from socialclaw.api.deps import MEANINGS, Installation, Person, open_problems, problems
from socialclaw.api.openapi import SIGN_IN
from socialclaw.api.operation import Operation, repeats_itself, signed_in
from socialclaw.api.pages import Form, Way, page
from socialclaw.api.schemas import DashboardSessionResponse, ErrorResponse, OkResponse
from socialclaw.api.schemas.people import LinkRequest
from socialclaw.api.visitors import visitor
from socialclaw.errors import InvalidRequest, SocialClawError, TooManyRequests, Unauthenticated
from socialclaw.people import card, sessions, tickets, ways_in
from socialclaw.people.sessions import Sessions, SignedIn, require_fresh
from socialclaw.people.ways_in import Entered, Opening
from socialclaw.settings import Settings
from socialclaw.sign_in.relying_parties import RelyingParties
from socialclaw.system import System

router = APIRouter(route_class=Operation, tags=[SIGN_IN])

HOME = "/dashboard"  # where somebody goes who has signed in
MAIL_FORM = "/auth/email/form"
MEANT = {
    400: "No attempt of this browser's",
    401: "Not signed in",
    403: "Another site has sent this, or the link is not for whoever opened it",
    404: "No link of ours, or one that was used or is too old",
    409: "The server cannot be signed in to as it is reached, or not in this way; the message says why",
    422: "Something that must not be asked for",
    429: MEANINGS[429],
    503: MEANINGS[503],
}


def pages(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The declared errors of a route that answers with pages: those that each may answer, and these."""
    usual = {403, 404, 409, 429, 503, *statuses}
    return {status: {"model": ErrorResponse, "description": MEANT[status], "content": {"text/html": {}}} for status in sorted(usual)}


@router.get("/auth/ticket/{ticket}", summary="Look at a link", response_class=HTMLResponse, responses=pages())
async def show_ticket(system: Installation, request: Request, ticket: str) -> Response:
    """The page that a link of ours leads to: what it opens, and a button. Looking changes nothing, so mail scanners may."""
    try:
        found = await system.database.read(ways_in.look, ticket)
    except tickets.TicketInvalid as error:
        return refused(request, error)
    who = await signed(request)
    if found.addressed and who is None:
        forms = [mail_form(system.settings, "Send me a link", invite=ticket)] if system.settings.smtp.ready else []
        return page("You are invited", _said(found, who), forms=forms, on=to_issuers(request, invite=ticket), close=False)
    asks = ("name", "What you are called") if found.new and who is None else None
    on = to_issuers(request, invite=ticket) if found.purpose == tickets.INVITE and who is None else []
    return page("Sign in", _said(found, who), forms=[Form(here(system.settings, f"/auth/ticket/{ticket}"), "Sign in", asks)], on=on)


@router.post(
    "/auth/ticket/{ticket}",
    summary="Redeem a link",
    status_code=303,
    response_class=HTMLResponse,
    responses=pages() | {303: {"description": "Signed in; on to the dashboard.", "content": {}}},
)
async def redeem_ticket(system: Installation, request: Request, ticket: str) -> Response:
    """Spend a link: whoever does so first is signed in by the cookie of the answer. A form of our own page sends this."""
    try:
        form = await request.form()
        name = form.get("name")
        entered = await _enter(system, request, ticket, name if isinstance(name, str) else None)
    except SocialClawError as error:
        return refused(request, error)
    response = RedirectResponse(here(system.settings, HOME), status_code=303)
    cookies.keep(response, system.settings, entered.secret, entered.seconds)
    return response


@router.post("/auth/link", summary="Sign in by a link", response_model=DashboardSessionResponse, responses=open_problems(404, 409))
async def sign_in_by_link(system: Installation, request: Request, body: LinkRequest) -> Response:
    """The same for a page that has the link's secret as text: it is answered who is signed in now, with the cookie."""
    entered = await _enter(system, request, body.token, body.name)
    return await who_is_in(system, request, entered)


@router.post("/auth/sign-out", summary="Sign out", response_model=OkResponse, responses=problems())
@repeats_itself
@signed_in()
async def sign_out(system: Installation, request: Request, person: Person) -> Response:
    """End the session that this is sent with."""
    await system.database.write(sessions.end, person.user_id, person.session_id)
    return _out(system, request, [person.session_id])


@router.post("/auth/sign-out-everywhere", summary="Sign out everywhere", response_model=OkResponse, responses=problems())
@repeats_itself
@signed_in()
async def sign_out_everywhere(system: Installation, request: Request, person: Person) -> Response:
    """End every session of whoever sends this, on whatever device."""
    await system.database.write(sessions.end_all, person.user_id)
    return _out(system, request, None)


async def signed(request: Request) -> SignedIn | None:
    """Who is signed in, of a request that may come from anybody."""
    try:
        return (await visitor(request)).signed
    except Unauthenticated as error:
        if error.code == "session_invalid":
            request.app.state.rates.refuse(request)
        return None


async def who_links(request: Request) -> str:
    """The id of who is signed in, and has just done so: no other site begins it for them."""
    who = None if cookies.from_elsewhere(request) else await signed(request)
    if who is None:
        raise InvalidRequest("Sign in first, then link another account", code="session_missing", status=401)
    require_fresh(who)
    return who.user_id


async def who_is_in(system: System, request: Request, entered: Entered) -> Response:
    """The answer to a program whose user has just signed in, with the cookie."""
    found: Sessions = request.app.state.sessions
    who = await found.find(entered.secret)
    assert who is not None
    response = ok(**await system.database.read(card.card, system.settings, who, who.seat()), **ways(request))
    cookies.keep(response, system.settings, entered.secret, entered.seconds)
    return response


def ways(request: Request) -> dict[str, Any]:
    """The ways in that this server has: a link that it prints, one that it mails, and issuers."""
    installation: System = request.app.state.system
    by_mail = ["email"] if installation.settings.smtp.ready else []
    return {"ways": ["link", *by_mail, *request.app.state.relying_parties.ways]}


def to_issuers(request: Request, *, but: Collection[str] = (), **query: str) -> list[Way]:
    """Buttons that lead to the issuers: to sign in there, or with `link` to be known by that account too."""
    installation: System = request.app.state.system
    parties: RelyingParties = request.app.state.relying_parties
    what, more = ("Link" if "link" in query else "Continue with"), f"?{urlencode(query)}" if query else ""
    found = [one for one in map(parties.web, parties.ways) if one.name not in but]
    return [Way(here(installation.settings, f"/auth/{one.issuer.key}/start{more}"), f"{what} {one.called}") for one in found]


def mail_form(settings: Settings, button: str, **holds: str) -> Form:
    """Where somebody says where to mail a link to."""
    return Form(here(settings, MAIL_FORM), button, ("email", "Your e-mail address"), holds)


async def _enter(system: System, request: Request, secret: str, name: str | None) -> Entered:
    settings, agent = system.settings, request.headers.get("user-agent")
    cookies.check_origin(request.headers, settings, request.method)
    before = await signed(request)
    try:
        await system.database.read(ways_in.look, secret)
        cookies.can_keep(settings)
        entered = await system.database.write(ways_in.enter, settings, secret, signed=before, name=name, agent=agent)
    except tickets.TicketInvalid:
        await strangers.failed(system, request)
        raise
    if before:
        request.app.state.sessions.forget(before.session_id)
    return entered


def _out(system: System, request: Request, ended: list[str] | None) -> Response:
    found: Sessions = request.app.state.sessions
    if ended is None:
        found.forget_all()
    for session_id in ended or ():
        found.forget(session_id)
    response = RedirectResponse(here(system.settings, HOME), status_code=303) if for_people(request) else ok()
    cookies.drop(response, system.settings)
    return response


def _said(found: Opening, who: SignedIn | None) -> list[str]:
    where = f" to {found.workspace}" if found.workspace else ""
    if found.purpose == tickets.INVITE:
        as_whom = "You join with the account that is signed in here." if who else "You join as somebody new."
        if found.addressed and not who:
            as_whom = "The invitation is for one address: sign in as who has proven that it is theirs, and open this link again."
        return [f"You are invited{where} as {found.role}.", as_whom]
    return [f"This signs you in{where}. The link is good for one time."]


def refused(request: Request, error: SocialClawError) -> Response:
    """As a page for a browser, as JSON for a program."""
    if not for_people(request):
        raise error
    response = page("This did not work", [error.message], status=error.status, close=False)
    if isinstance(error, TooManyRequests):
        response.headers["retry-after"] = str(math.ceil(error.retry_after))
    return response


def for_people(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def here(settings: Settings, path: str) -> str:
    """A path of ours as browsers have it, where the server is reached below a path of somebody else's."""
    return f"{urlsplit(settings.base_url).path}{path}"
