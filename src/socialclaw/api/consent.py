"""/oauth/authorize: somebody is asked whether a program may use a workspace. Looking changes nothing; only the form's button does.

The form is sent to the very address that was looked at, so everything is read and checked anew, and nothing is kept in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from socialclaw.api import cookies, strangers
from socialclaw.api.consent_pages import ALLOW, DENY, ConsentForm, chosen
from socialclaw.api.deps import Installation
from socialclaw.api.operation import Operation
from socialclaw.api.pages import Shown, Way, page
from socialclaw.api.sign_in import here, mail_form, refused, signed, to_issuers
from socialclaw.errors import SocialClawError, Unauthenticated
from socialclaw.grants import codes, consent, redirects, requests
from socialclaw.grants.clients import Client, is_document
from socialclaw.grants.consent import Allowed, AskAgain, Choice, Giver
from socialclaw.grants.documents import Documents
from socialclaw.grants.requests import Asked, Refused
from socialclaw.people import card
from socialclaw.people.sessions import SignedIn, SignInAgain
from socialclaw.system import System
from socialclaw.workspaces.keys import Keyring
from socialclaw.workspaces.operations import require

router = APIRouter(route_class=Operation, include_in_schema=False)

PATH = "/oauth/authorize"
TITLE = "Let a program in?"


@router.get(PATH)
async def show(system: Installation, request: Request) -> Response:
    """The question, or the ways to sign in first."""
    try:
        asked = await _asked(system, request)
        who = await signed(request)
    except SocialClawError as error:
        return _wrong(request, error)
    form = Form(system, request, asked.client, asked.operations, _address(system, request), _lines(asked))
    return await form.first(who, redirects.source(asked.redirect_uri))


@router.post(PATH)
async def decide(system: Installation, request: Request) -> Response:
    """The answer: back to the program, with a code or without."""
    try:
        cookies.check_origin(request.headers, system.settings, request.method)
        asked = await _asked(system, request)
        decision, choice, given = await chosen(request)
        who = await signed(request)
    except SocialClawError as error:
        return _wrong(request, error)
    base = {"state": asked.state, "iss": system.settings.base_url}
    if decision == DENY:
        denied = {"error": "access_denied", "error_description": "The person has not allowed it"}
        return _back(asked, {**denied, **base})
    form = Form(system, request, asked.client, asked.operations, _address(system, request), _lines(asked))
    then = redirects.source(asked.redirect_uri)
    if decision != ALLOW:
        return await form.first(who, then)
    try:
        allowed = await form.allowed(who, choice, given.get("key", ""), asked.resource)
        code = await system.database.write(codes.issue, system.vault, allowed, asked.redirect_uri, asked.challenge)
    except SocialClawError as error:
        return await form.again(who, choice, error, then)
    return _back(asked, {"code": code, **base})


class Form:
    """The question about one client, to whoever is there."""

    def __init__(
        self, system: System, request: Request, client: Client, offered: tuple[str, ...], path: str, lines: Sequence[str], **holds: str
    ) -> None:
        self.system, self.request, self.client, self.offered = system, request, client, offered
        self.path, self.lines, self.holds = path, lines, holds

    async def first(self, who: SignedIn | None, then: str = "") -> Response:
        """As it is shown at first."""
        if who is None:
            return await self._nobody(then)
        seats = consent.seats(who, self.offered)
        has = seats[0].rights if seats else frozenset[str]()
        return await self._shown(who, Choice(consent.ticked_first(self.offered, has)), then)

    async def again(self, who: SignedIn | None, choice: Choice, error: SocialClawError, then: str = "") -> Response:
        """As it was filled in, with what is wrong."""
        if isinstance(error, SignInAgain) or error.code == "session_missing":
            return await self._nobody(then, error.message)
        live = isinstance(error, AskAgain) and error.live
        return await self._shown(who, choice, then, error.message, live=live, status=error.status)

    async def allowed(self, who: SignedIn | None, choice: Choice, key: str, resource: str) -> Allowed:
        """What they allow, by their session or, where nobody can sign in, by a key."""
        giver = await (self._by_key(key) if who is None else self._by_session(who, choice))
        found = consent.allowed(self.system.settings, self.client, resource, self.offered, giver, choice)
        await self.system.write(found.workspace_id, consent.room, self.system.settings, test=giver.test)
        return found

    async def _by_session(self, who: SignedIn, choice: Choice) -> Giver:
        seat = next((one for one in consent.seats(who, self.offered) if one.workspace_id == choice.workspace), None)
        if seat is None:
            raise AskAgain("Choose a workspace of yours")
        if not seat.test and choice.live and not who.fresh:
            raise SignInAgain("Letting a program into a live workspace needs a sign-in of the last minutes: sign in again")
        return consent.giver_of(seat, who.user_id)

    async def _by_key(self, key: str) -> Giver:
        if self._can_sign_in:
            raise Unauthenticated("Sign in first", code="session_missing")
        keyring: Keyring = self.request.app.state.keyring
        found = await keyring.find(key.strip()) if key.strip() else None
        if found is None:
            await strangers.failed(self.system, self.request)
            raise AskAgain("This API key is unknown or revoked")
        require("keys", found.check().operations)
        return await self.system.database.read(consent.giver_by_key, found)

    @property
    def _can_sign_in(self) -> bool:
        """Whether there is a way in besides the link that is printed on the server."""
        return self.system.settings.smtp.ready or bool(self.request.app.state.relying_parties.ways)

    async def _nobody(self, then: str, wrong: str = "") -> Response:
        """Ways to sign in, which lead back to this question; where there are none, a key is asked for."""
        lines = [*self.lines, *([wrong] if wrong else [])]
        if not self._can_sign_in:
            first = Choice(consent.ticked_first(self.offered, self.offered))
            link = "Sign in with a link (`socialclaw sign-in` on the server prints one) and load this page again, or paste a key."
            return self._page([*lines, link], ConsentForm(self.path, self.offered, first, wrong="", holds=self.holds), then)
        back = {"returnTo": self.path_here}
        forms = [mail_form(self.system.settings, "Send me a link", **back)] if self.system.settings.smtp.ready else []
        on = to_issuers(self.request, **back)
        return page(TITLE, [*lines, "Sign in first."], forms=forms, on=on, close=False)

    @property
    def path_here(self) -> str:
        """The address of this question, behind that of the server."""
        path, query = self.request.url.path, urlencode(self.request.query_params.multi_items())
        return f"{path}?{query}" if query else path

    async def _shown(
        self, who: SignedIn | None, choice: Choice, then: str, wrong: str = "", *, live: bool = False, status: int = 200
    ) -> Response:
        if who is None:
            form = ConsentForm(self.path, self.offered, choice, (), live, wrong, self.holds)
            return self._page(self.lines, form, then, status)
        seats = consent.seats(who, self.offered)
        if not seats:
            return page(TITLE, [*self.lines, "You are in no workspace in which you could allow any of that."], close=False)
        found = await self.system.database.read(card.card, self.system.settings, who, who.seat())
        called = found["user"]["name"] or found["user"]["email"] or "somebody without a name"
        lines = [*self.lines, f"You are signed in as {called}."]
        form = ConsentForm(self.path, self.offered, choice, seats, live, wrong, self.holds)
        return self._page(lines, form, then, status)

    def _page(self, lines: Sequence[str], form: Shown, then: str, status: int = 200) -> Response:
        return page(TITLE, lines, status=status, forms=[form], then=then)


async def _asked(system: System, request: Request) -> Asked:
    documents: Documents = request.app.state.documents
    client_id = request.query_params.get("client_id", "")
    if is_document(client_id) and not documents.has(client_id):
        await strangers.begins(system, request)  # it costs a request to somebody's server
    return await requests.read(system, documents, request.query_params.multi_items())


def _lines(asked: Asked) -> list[str]:
    client = asked.client
    if client.host:
        who = f"“{client.name}” asks for access. {client.host} vouches for it."
    else:
        who = f"A program that calls itself “{client.name}” asks for access. Nobody vouches for that name."
    return [who, f"Your answer leads back to {asked.place}. Go on only if you have just come from there."]


def _address(system: System, request: Request) -> str:
    query = urlencode(request.query_params.multi_items())
    return here(system.settings, f"{PATH}?{query}")


def _back(asked: Asked, answer: dict[str, Any]) -> Response:
    url = redirects.back(asked.redirect_uri, **answer)
    return RedirectResponse(url, status_code=303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})


def _wrong(request: Request, error: SocialClawError) -> Response:
    """Nobody is led back for what is wrong with a request; where the program may be told, a link does it."""
    if isinstance(error, Refused):
        return page("This did not work", [error.message], status=error.status, on=[Way(error.back, f"Back to {error.to}")], close=False)
    return refused(request, error)
