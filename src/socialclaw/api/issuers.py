"""/auth/google and /auth/apple: the way to an issuer's page and back, in a browser and by way of an app.

Apple's answer is a form that its page posts here across sites, so it comes without the cookies that stay at home. The attempt's own cookie
is made to travel; that of the session is set by the answer, which leads on to a page of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from socialclaw.api import cookies, strangers
from socialclaw.api.deps import Installation
from socialclaw.api.dialect import asked
from socialclaw.api.openapi import SIGN_IN
from socialclaw.api.operation import Operation, takes_up_to
from socialclaw.api.sign_in import HOME, pages, refused, signed, who_links
from socialclaw.errors import SocialClawError
from socialclaw.sign_in import attempts, coming_back
from socialclaw.sign_in.attempts import Intent
from socialclaw.sign_in.coming_back import Arrived
from socialclaw.sign_in.relying_parties import RelyingParties, RelyingParty
from socialclaw.system import System

router = APIRouter(route_class=Operation, tags=[SIGN_IN])

SMALL = 16 * 1024
AWAY: dict[int | str, dict[str, Any]] = pages(400, 401, 422) | {303: {"description": "On to the next page.", "content": {}}}
OPTIONS: dict[str, Any] = {"status_code": 303, "response_class": HTMLResponse, "responses": AWAY}
# The contract names 200 for what leads elsewhere.
FOR_APPS = OPTIONS | {"status_code": 200, "responses": AWAY | {200: {"description": "Never by this server, which answers with 303."}}}

Return = Annotated[str | None, asked("returnTo", "return_to", description="A path of this server to go to afterwards.")]
Link = Annotated[bool, asked("link", description="Be known by this account too: whoever is signed in, within the last minutes.")]
Invitation = Annotated[str | None, asked("invite", description="The secret of an invitation.")]
Scheme = Annotated[str | None, asked("callbackScheme", "callback_scheme", description="The URL scheme of the app to go back to.")]
Challenge = Annotated[str | None, asked("codeChallenge", "code_challenge", description="The app's PKCE challenge.")]
Method = Annotated[str | None, asked("codeChallengeMethod", "code_challenge_method", description="S256, the only one.")]
State = Annotated[str | None, asked("state", description="What the app wants to see again.")]


@router.get("/auth/google/start", summary="Sign in with Google", **OPTIONS)
async def google_start(
    system: Installation, request: Request, return_to: Return = None, link: Link = False, invite: Invitation = None
) -> Response:
    """To Google's page. With `link`, whoever is signed in wants to be known by that account too."""
    return await _web(system, request, "google", return_to, invite, link=link)


@router.get("/auth/apple/start", summary="Sign in with Apple", **OPTIONS)
async def apple_start(
    system: Installation, request: Request, return_to: Return = None, link: Link = False, invite: Invitation = None
) -> Response:
    """To Apple's page. With `link`, whoever is signed in wants to be known by that account too."""
    return await _web(system, request, "apple", return_to, invite, link=link)


@router.get("/auth/mobile/google/start", summary="Mobile Google auth start", **FOR_APPS)
async def mobile_google_start(
    system: Installation,
    request: Request,
    scheme: Scheme = None,
    challenge: Challenge = None,
    method: Method = None,
    state: State = None,
    invite: Invitation = None,
) -> Response:
    """To Google's page; back to the app with a code, which it turns into a session. Without a scheme, back to the dashboard."""
    return await _app(system, request, "google", attempts.App(scheme, challenge, method, state), invite)


@router.get("/auth/mobile/apple/start", summary="Mobile Apple auth start", **FOR_APPS)
async def mobile_apple_start(
    system: Installation,
    request: Request,
    scheme: Scheme = None,
    challenge: Challenge = None,
    method: Method = None,
    state: State = None,
    invite: Invitation = None,
) -> Response:
    """To Apple's page; back to the app with a code, which it turns into a session. Without a scheme, back to the dashboard."""
    return await _app(system, request, "apple", attempts.App(scheme, challenge, method, state), invite)


@router.get("/auth/google/callback", summary="Come back from Google", **OPTIONS)
async def google_callback(system: Installation, request: Request) -> Response:
    """Where Google sends people back to. The session's cookie is in the answer."""
    return await _back(system, request, "google", dict(request.query_params))


@router.post("/auth/apple/callback", summary="Come back from Apple", **OPTIONS)
@takes_up_to(SMALL)
async def apple_callback(system: Installation, request: Request) -> Response:
    """Where Apple's page posts its form to, from another site. The session's cookie is in the answer."""
    fields = parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True, max_num_fields=20)
    return await _back(system, request, "apple", dict(fields))


async def _web(system: System, request: Request, key: str, return_to: str | None, invite: str | None, *, link: bool) -> Response:
    try:
        party = _parties(request).web(key)
        path = HOME if return_to is None else attempts.path_of(return_to)
        return await _away(system, request, party, Intent(path, link=await who_links(request) if link else None, invite=invite))
    except SocialClawError as error:
        return refused(request, error)


async def _app(system: System, request: Request, key: str, app: attempts.App, invite: str | None) -> Response:
    try:
        party = _parties(request).web(key)
        return await _away(system, request, party, app.intent(system.settings, Intent(HOME, invite=invite)))
    except SocialClawError as error:
        return refused(request, error)


async def _away(system: System, request: Request, party: RelyingParty, intent: Intent) -> Response:
    cookies.can_keep(system.settings)
    await strangers.begins(system, request)
    url, binding = await coming_back.start(system, _parties(request), party, intent)
    response = RedirectResponse(url, status_code=303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
    cookies.keep_attempt(response, system.settings, binding, int(attempts.SECONDS), travels=party.issuer.form_post)
    return response


async def _back(system: System, request: Request, key: str, answer: Mapping[str, str]) -> Response:
    try:
        party = _parties(request).web(key)
        binding = cookies.attempt(request, system.settings)
        before = await signed(request) if not party.issuer.form_post else None
        agent = request.headers.get("user-agent")
        arrived = await coming_back.finish(system, party, answer, binding=binding or "", before=before, agent=agent)
    except SocialClawError as error:
        await strangers.failed(system, request)
        return refused(request, error)
    if before:
        request.app.state.sessions.forget(before.session_id)
    response = _on(system, request, arrived)
    cookies.drop_attempt(response, system.settings, travels=party.issuer.form_post)
    return response


def _on(system: System, request: Request, arrived: Arrived) -> Response:
    intent, error = arrived.intent, arrived.error
    if intent.scheme:
        said = {"error": error.code} if error else {"code": arrived.code}
        more = {"state": intent.app_state} if intent.app_state is not None else {}
        return _redirect(f"{intent.scheme}://auth/callback?{urlencode({**said, **more})}")
    if error:
        return refused(request, error)
    response = _redirect(f"{system.settings.base_url}{intent.return_to}")
    if arrived.entered:
        cookies.keep(response, system.settings, arrived.entered.secret, arrived.entered.seconds)
    return response


def _redirect(url: str) -> Response:
    return RedirectResponse(url, status_code=303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})


def _parties(request: Request) -> RelyingParties:
    found: RelyingParties = request.app.state.relying_parties
    return found
