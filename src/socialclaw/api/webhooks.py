"""/webhooks: what networks tell by themselves. It is believed for its signature over the bytes as they came, and answered at once."""

from __future__ import annotations

import logging
import time
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from socialclaw.accounts import developer_apps, withdrawal
from socialclaw.api.answers import ok
from socialclaw.api.deps import Installation, open_problems, problems
from socialclaw.api.openapi import SIGN_IN, takes
from socialclaw.api.operation import Operation, reads_text, takes_up_to
from socialclaw.api.pages import page
from socialclaw.api.schemas import ErrorResponse, OkResponse, WebhookResponse
from socialclaw.api.sign_in import for_people
from socialclaw.erasure import deletions
from socialclaw.erasure.deletions import Progress
from socialclaw.errors import InvalidRequest, NotFound, SocialClawError, Unauthenticated
from socialclaw.networks.meta import callbacks as meta
from socialclaw.networks.tiktok import callbacks as tiktok
from socialclaw.providers.withdrawals import Signer, Unreadable, Unsigned, Withdrawal
from socialclaw.simulation import notices
from socialclaw.system import System

router = APIRouter(route_class=Operation, tags=[SIGN_IN])
log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
FORM = {"application/x-www-form-urlencoded": {"type": "object", "properties": {"signed_request": {"type": "string"}}}}
SIGNED: dict[str, Any] = {
    "response_model": WebhookResponse,
    "responses": {status: said for status, said in open_problems(400, 413).items() if status not in (403, 404)},
    "openapi_extra": takes(OkResponse, required=False, media=FORM),
}
GONE: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorResponse, "description": "No such request, or forgotten", "content": {"text/html": {}}}
}


@router.post("/webhooks/meta/deauthorize", summary="Meta deauthorize callback", **SIGNED)
@reads_text
@takes_up_to(MEGABYTE)
async def meta_deauthorize(system: Installation, request: Request) -> Response:
    """Meta tells that somebody removed our app on Facebook or Instagram: what they had granted until then is forgotten, and their accounts
    have to be connected again. The body is Meta's form with its `signed_request`, or JSON with that field."""
    word, body = await _meta(system, request)
    fresh = await system.database.write(withdrawal.deauthorize, word, body)
    return ok() if fresh else ok(duplicate=True)


@router.post("/webhooks/meta/data-deletion", summary="Meta data deletion callback", **SIGNED)
@reads_text
@takes_up_to(MEGABYTE)
async def meta_data_deletion(system: Installation, request: Request) -> Response:
    """Somebody asks by way of Facebook or Instagram that what we know of them be deleted. It is done soon; the answer says by which code,
    and on which page, they see how far that is."""
    word, body = await _meta(system, request)
    row = await system.database.write(deletions.ask, system.vault, word, body)
    return ok(url=f"{system.settings.base_url}/data-deletion/{row.code}", confirmation_code=row.code)


@router.post(
    "/webhooks/tiktok",
    summary="TikTok webhook",
    response_model=WebhookResponse,
    responses={status: said for status, said in problems(400, 413).items() if status not in (403, 404)},
    openapi_extra=takes(OkResponse, required=False),
)
@reads_text
@takes_up_to(MEGABYTE)
async def tiktok_webhook(system: Installation, request: Request) -> Response:
    """TikTok tells of something. Of `authorization.removed` the same follows as of Meta's deauthorization; else it is taken and ignored."""
    body = await request.body()
    signers = _signers(system, request, tiktok.APP)
    try:
        word = tiktok.read(body, request.headers.get(tiktok.HEADER, ""), signers, time.time())
    except Unsigned as why:
        message = "This webhook is not signed by a developer app of ours, or was signed too long ago"
        raise _refused(request, Unauthenticated(message, code="webhook_signature_invalid"), why) from None
    except Unreadable as why:
        message = "This webhook is signed, and does not say what it is about"
        raise _refused(request, InvalidRequest(message, code="webhook_invalid", status=400), why) from None
    if word is None:
        return ok(ignored=True)
    fresh = await system.database.write(withdrawal.deauthorize, word, body)
    return ok() if fresh else ok(duplicate=True)


def _signers(system: System, request: Request, *names: str) -> list[Signer]:
    return developer_apps.signers(system.settings, system.door, *names, world=request.headers.get(notices.WORLD, ""))


async def _meta(system: System, request: Request) -> tuple[Withdrawal, bytes]:
    """What the signed request says; one code for whatever is wrong with it: who forges one learns nothing."""
    body = await request.body()
    signers = _signers(system, request, *meta.APPS)
    try:
        return meta.read(meta.signed_request_in(body), signers), body
    except (Unsigned, Unreadable) as why:
        error = InvalidRequest("This is no signed request of one of our developer apps", code="signed_request_invalid", status=400)
        raise _refused(request, error, why) from None


def _refused(request: Request, error: SocialClawError, why: Exception) -> SocialClawError:
    """Counted against whoever sends it; the operator finds in the log what was wrong."""
    log.info("%s was refused: %s", request.url.path, why)
    request.app.state.rates.refuse(request)
    return error


@router.get(
    "/data-deletion/{code}",
    summary="Look at a request for deletion",
    response_class=HTMLResponse,
    responses={status: said for status, said in open_problems().items() if status not in (403, 404)} | GONE,
)
async def show_deletion(system: Installation, request: Request, code: str) -> Response:
    """The page on which whoever asked a network to have their data deleted sees what became of it. It is there for a year."""
    try:
        found = await system.database.read(deletions.progress, code)
    except NotFound as error:
        request.app.state.rates.refuse(request)
        if not for_people(request):
            raise
        return page("Nothing to see here", [error.message], status=404, close=False)
    title, lines = _told(found)
    return page(title, [*lines, f"Code {code}, received on {found.received_at:%-d %B %Y}."], close=False)


def _told(found: Progress) -> tuple[str, list[str]]:
    match found.state, found.erased:
        case "received", _:
            return "Your request was received", ["What we know of you by this network will be deleted shortly."]
        case "in_progress", _:
            return "Your request is being carried out", ["What we know of you by this network is being deleted."]
        case _, {"accounts": accounts, "posts": posts, "figures": figures}:
            return "Your data was deleted", [
                f"Access, names and pictures of {_several(accounts, 'account')}, {_several(figures, 'figure')} of them, and what told which"
                f" {_several(posts, 'post')} of theirs are on the network.",
                "Texts and files of these posts belong to whoever wrote them here, and stay with them.",
            ]
    return "We hold nothing", ["Nothing that we know came from you by this network."]


def _several(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
