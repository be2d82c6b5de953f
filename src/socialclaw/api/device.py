"""/device: somebody types the code that a program without a browser shows, and says whether it may use a workspace."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from socialclaw.api import cookies, strangers
from socialclaw.api.consent import Form as Question
from socialclaw.api.consent_pages import ALLOW, DENY, chosen
from socialclaw.api.deps import Installation
from socialclaw.api.operation import Operation
from socialclaw.api.pages import Form, page
from socialclaw.api.sign_in import here, refused, signed
from socialclaw.db.grants import DeviceCode
from socialclaw.errors import SocialClawError
from socialclaw.grants import devices
from socialclaw.grants.clients import Client
from socialclaw.grants.devices import DeviceCodeInvalid
from socialclaw.system import System

router = APIRouter(route_class=Operation, include_in_schema=False)

PATH = "/device"
TITLE = "Connect a program"


@router.get(PATH)
async def show_device(system: Installation, user_code: str = "") -> Response:
    """Where a code is typed; one that came in the address is filled in, and has to be compared."""
    if user_code:
        lines = ["Compare this code with the one that the program shows. Go on only if they are the same, and you began this yourself."]
        form = Form(here(system.settings, PATH), f"{user_code[:20]} is what it shows", holds={"user_code": user_code[:20]})
        return page(TITLE, lines, forms=[form])
    return page(TITLE, ["Type the code that the program shows."], forms=[_typing(system)])


@router.post(PATH)
async def decide_device(system: Installation, request: Request) -> Response:
    """The question about whoever waits with this code, and then the answer to it."""
    try:
        cookies.check_origin(request.headers, system.settings, request.method)
        decision, choice, given = await chosen(request)
        row = await system.database.read(devices.look, given.get("user_code", ""))
        who = await signed(request)
    except DeviceCodeInvalid as error:
        return await _not_there(system, request, error)
    except SocialClawError as error:
        return refused(request, error)
    question = _question(system, request, row, given["user_code"])
    try:
        if decision == DENY:
            await system.database.write(devices.decide, row.id, None)
            return page(TITLE, ["The program was not let in."])
        if decision != ALLOW:
            return await question.first(who)
        allowed = await question.allowed(who, choice, given.get("key", ""), row.resource)
        await system.database.write(devices.decide, row.id, allowed)
    except DeviceCodeInvalid as error:
        return await _not_there(system, request, error)
    except SocialClawError as error:
        return await question.again(who, choice, error)
    return page(TITLE, ["It is let in, and goes on by itself within seconds."])


def _question(system: System, request: Request, row: DeviceCode, typed: str) -> Question:
    client = Client(row.client_id, row.client_name, "", ())
    lines = [f"A program that calls itself “{client.name}” asks for access. It showed you the code {typed[:20]}."]
    lines.append("Go on only if you started it yourself a moment ago: whoever sent you the code would get in, not you.")
    return Question(system, request, client, tuple(row.asked.split()), here(system.settings, PATH), lines, user_code=typed)


def _typing(system: System) -> Form:
    return Form(here(system.settings, PATH), "Go on", ("user_code", "The code"))


async def _not_there(system: System, request: Request, error: DeviceCodeInvalid) -> Response:
    """Guessing is counted."""
    try:
        await strangers.failed(system, request)
    except SocialClawError as enough:
        return refused(request, enough)
    return page(TITLE, [error.message], status=error.status, forms=[_typing(system)])
