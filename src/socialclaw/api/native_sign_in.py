"""/auth: sessions for apps, by a code that came through a browser or by what Apple gave the app itself; and Apple's news of accounts."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from socialclaw.api import strangers
from socialclaw.api.answers import ok
from socialclaw.api.deps import Installation, problems
from socialclaw.api.openapi import SIGN_IN
from socialclaw.api.operation import Operation, takes_up_to
from socialclaw.api.schemas import AppleNativeAuthRequest, DashboardSessionResponse, OkResponse
from socialclaw.api.schemas.issuers import AppleNotificationRequest, MobileExchangeRequest
from socialclaw.api.sign_in import who_is_in
from socialclaw.errors import SocialClawError
from socialclaw.issuers.apple import notifications
from socialclaw.issuers.apple.person import full_name
from socialclaw.sign_in import account_news, coming_back, entering
from socialclaw.sign_in.relying_parties import RelyingParties, now

router = APIRouter(route_class=Operation, tags=[SIGN_IN])

SMALL = 16 * 1024
DAYS = 2 * 86_400.0  # for so long news is remembered; Apple's lives for one


@router.post(
    "/auth/mobile/exchange",
    summary="Exchange a sign-in code",
    response_model=DashboardSessionResponse,
    responses=problems(400, 401, 413, 422),
)
@takes_up_to(SMALL)
async def mobile_exchange(system: Installation, request: Request, body: MobileExchangeRequest) -> Response:
    """A session for the app that began the sign-in: by the code that came through its scheme, and the verifier that only it has."""
    agent = request.headers.get("user-agent")
    entered = await system.database.write(entering.redeem_code, system.settings, system.vault, body.code, body.code_verifier, agent)
    if entered is None:
        await strangers.failed(system, request)
        raise entering.code_refused()
    return await who_is_in(system, request, entered)


@router.post(
    "/auth/mobile/apple/native",
    summary="Native Apple token exchange",
    response_model=DashboardSessionResponse,
    responses=problems(400, 401, 403, 409, 413, 422, 503),
)
@takes_up_to(SMALL)
async def apple_native(system: Installation, request: Request, body: AppleNativeAuthRequest) -> Response:
    """A session for whoever signed in with Apple in the app. The token proves who; names are taken where none is known, `email` never."""
    party = _parties(request).native()
    name = body.name or full_name(body.given_name, body.family_name)
    try:
        entered = await coming_back.from_app(
            system,
            party,
            body.identity_token,
            nonce=body.nonce_sha256,
            code=_code(body),
            name=full_name(name),
            agent=request.headers.get("user-agent"),
        )
    except SocialClawError:
        await strangers.failed(system, request)
        raise
    return await who_is_in(system, request, entered)


@router.post(
    "/auth/apple/notifications",
    summary="Apple account notifications",
    response_model=OkResponse,
    responses=problems(400, 401, 409, 413, 422, 503),
)
@takes_up_to(SMALL)
async def apple_notifications(system: Installation, request: Request, body: AppleNotificationRequest) -> Response:
    """What Apple tells of an account. It is sent again until it is answered with 200, and done once."""
    party = _parties(request).apple()
    try:
        with party.reached():
            news = await notifications.read(body.payload, party.keys, audiences=party.app.audiences, now=now())
    except SocialClawError:
        request.app.state.rates.refuse(request)
        raise
    if await system.database.write(account_news.apply, system.vault, party, news, now() + DAYS):
        request.app.state.sessions.forget_all()
    return ok()


def _code(body: AppleNativeAuthRequest) -> str | None:
    """The authorization code, which the contract does not know of: what Apple gave the app beside the token."""
    given = (body.model_extra or {}).get("authorizationCode") or (body.model_extra or {}).get("authorization_code")
    return given if isinstance(given, str) else None


def _parties(request: Request) -> RelyingParties:
    found: RelyingParties = request.app.state.relying_parties
    return found
