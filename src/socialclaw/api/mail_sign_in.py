"""/auth/email: signing in by a link, or a code, that is mailed. Whether there is somebody with an address, no answer tells."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from socialclaw.api import cookies, strangers
from socialclaw.api.answers import ok
from socialclaw.api.deps import Installation, open_problems, problems
from socialclaw.api.openapi import SIGN_IN
from socialclaw.api.operation import Operation
from socialclaw.api.pages import Form, page
from socialclaw.api.schemas import DashboardSessionResponse, MailAskedResponse
from socialclaw.api.schemas.people import MailCodeRequest, MailRequest
from socialclaw.api.sign_in import HOME, MAIL_FORM, here, pages, refused, signed, who_is_in, who_links
from socialclaw.db.base import iso, real_now
from socialclaw.errors import SocialClawError
from socialclaw.people.sessions import SignedIn
from socialclaw.people.tickets import TicketInvalid
from socialclaw.people.ways_in import Entered, address
from socialclaw.sign_in import attempts, by_mail
from socialclaw.sign_in.attempts import Intent
from socialclaw.sign_in.coming_back import at_once
from socialclaw.system import System

router = APIRouter(route_class=Operation, tags=[SIGN_IN])

SENT = "If this address can sign in here, a mail is on its way to it: open its link in this browser, or type its code here."
ELSEWHERE = [
    "This link was asked for in another browser, and is good there: open it there, or type the code from the mail there.",
    "If you asked for no link, somebody else did. Then close this page, and give the code to nobody.",
]


@router.post(
    "/auth/email",
    summary="Ask for a link by mail",
    status_code=202,
    response_model=MailAskedResponse,
    responses=problems(400, 409, 413, 422),
)
async def ask_for_mail(system: Installation, request: Request, body: MailRequest) -> Response:
    """Have a link, and a code, mailed to an address: good for one time, within 15 minutes, in the browser that keeps the answer's cookie.

    The answer is the same whether the address is known or not; nothing is mailed to one that could not sign in."""
    binding = await _ask(system, request, body.email, body.return_to, body.invite, link=bool(body.link))
    expires = real_now() + timedelta(seconds=by_mail.SECONDS)
    response = ok(202, message=SENT, expiresAt=iso(expires))
    cookies.keep_attempt(response, system.settings, binding, int(by_mail.SECONDS), travels=False)
    return response


@router.post(
    "/auth/email/code",
    summary="Sign in by a code from a mail",
    response_model=DashboardSessionResponse,
    responses=open_problems(400, 404, 409, 413, 422),
)
async def sign_in_by_code(system: Installation, request: Request, body: MailCodeRequest) -> Response:
    """Sign in by the code of the newest mail, in the browser that asked for it. Five wrong ones end it."""
    entered, _ = await _by_code(system, request, body.code)
    response = await who_is_in(system, request, entered)
    cookies.drop_attempt(response, system.settings, travels=False)
    return response


@router.post(MAIL_FORM, summary="Ask for a link by mail, by a form", response_class=HTMLResponse, responses=pages(422))
async def mail_by_form(system: Installation, request: Request) -> Response:
    """What the forms of our own pages send: an address, to which a link is mailed; or the code from that mail."""
    try:
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        if "code" in form:
            entered, intent = await _by_code(system, request, form["code"])
            return _in(system, entered, intent)
        binding = await _ask(system, request, form.get("email", ""), form.get("returnTo"), form.get("invite"), link=False)
    except SocialClawError as error:
        if error.code == "mail_code_invalid":
            return page("This did not work", [error.message], status=error.status, forms=[_code_form(system)])
        return refused(request, error)
    response = page("Look into your mail", [SENT], forms=[_code_form(system)])
    cookies.keep_attempt(response, system.settings, binding, int(by_mail.SECONDS), travels=False)
    return response


@router.get("/auth/email/{ticket}", summary="Look at a link from a mail", response_class=HTMLResponse, responses=pages())
async def show_mail_link(system: Installation, request: Request, ticket: str) -> Response:
    """The page that a mailed link leads to: whom it signs in, and a button. Looking changes nothing, so mail scanners may."""
    try:
        found = await system.database.read(by_mail.look, system.vault, ticket, cookies.attempt(request, system.settings))
    except TicketInvalid as error:
        return refused(request, error)
    if not found.here:
        return page("Go back to where you asked for this", ELSEWHERE, close=False)
    form = Form(here(system.settings, f"/auth/email/{ticket}"), "Sign in")
    return page("Sign in", [f"This signs you in as {found.email}. The link is good for one time."], forms=[form])


@router.post(
    "/auth/email/{ticket}",
    summary="Redeem a link from a mail",
    status_code=303,
    response_class=HTMLResponse,
    responses=pages() | {303: {"description": "Signed in; on to the next page.", "content": {}}},
)
async def redeem_mail_link(system: Installation, request: Request, ticket: str) -> Response:
    """Spend a link from a mail, in the browser that asked for it. A form of our own page sends this."""
    try:
        settings, binding = system.settings, cookies.attempt(request, system.settings)
        cookies.check_origin(request.headers, settings, request.method)
        before = await signed(request)
        agent, instead = request.headers.get("user-agent"), _session_of(before)
        entered, intent = await at_once(
            system,
            lambda session: by_mail.enter(session, settings, system.vault, ticket, binding, instead=instead, agent=agent),
        )
    except (TicketInvalid, by_mail.OtherBrowser) as error:
        await strangers.failed(system, request)
        return refused(request, error)
    except SocialClawError as error:
        return refused(request, error)
    _forget(request, before)
    return _in(system, entered, intent)


async def _ask(system: System, request: Request, email: str, return_to: str | None, invite: str | None, *, link: bool) -> str:
    settings = system.settings
    cookies.check_origin(request.headers, settings, request.method, named=False)
    by_mail.ready(settings)
    cookies.can_keep(settings)
    to, path = address(email), HOME if return_to is None else attempts.path_of(return_to)
    intent = Intent(path, link=await who_links(request) if link else None, invite=invite)
    await strangers.asks(system, request)
    return await system.database.write(by_mail.ask, settings, system.vault, to, intent)


async def _by_code(system: System, request: Request, code: str) -> tuple[Entered, Intent]:
    settings, binding = system.settings, cookies.attempt(request, system.settings)
    cookies.check_origin(request.headers, settings, request.method, named=False)
    before = await signed(request)
    agent, instead = request.headers.get("user-agent"), _session_of(before)
    found = await at_once(
        system,
        lambda session: by_mail.enter_by_code(session, settings, system.vault, binding, code, instead=instead, agent=agent),
    )
    if found is None:
        await strangers.failed(system, request)
        raise by_mail.code_wrong()
    _forget(request, before)
    return found


def _in(system: System, entered: Entered, intent: Intent) -> Response:
    response = RedirectResponse(here(system.settings, intent.return_to), status_code=303, headers={"cache-control": "no-store"})
    cookies.keep(response, system.settings, entered.secret, entered.seconds)
    cookies.drop_attempt(response, system.settings, travels=False)
    return response


def _session_of(before: SignedIn | None) -> str | None:
    return before.session_id if before else None


def _forget(request: Request, before: SignedIn | None) -> None:
    if before:
        request.app.state.sessions.forget(before.session_id)


def _code_form(system: System) -> Form:
    return Form(here(system.settings, MAIL_FORM), "Sign in", ("code", "The code from the mail"))
