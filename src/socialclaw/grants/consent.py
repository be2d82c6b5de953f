"""What somebody allows a client: a workspace, operations, an end. Never more than they have there themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from socialclaw.db.base import Scope, iso, real_now
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import InvalidRequest
from socialclaw.grants.clients import Client
from socialclaw.grants.requests import USUAL
from socialclaw.people.sessions import Seat, SignedIn
from socialclaw.settings import Settings
from socialclaw.workspaces import limits
from socialclaw.workspaces.keys import Found
from socialclaw.workspaces.operations import ordered

LIVES = {"30": "for 30 days", "90": "for 90 days", "365": "for a year", "": "until somebody revokes it"}
USUAL_LIFE = "90"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a client was allowed, by whom: a person, or whoever has a key. `expires_at`: when the grant ends, if by itself."""

    workspace_id: str
    user_id: str | None
    client_id: str
    client_name: str
    client_host: str
    resource: str
    operations: tuple[str, ...]
    expires_at: datetime | None

    @property
    def held(self) -> dict[str, Any]:
        """As it is kept until it is redeemed."""
        names = ("workspace_id", "user_id", "client_id", "client_name", "client_host", "resource")
        ends = iso(self.expires_at) if self.expires_at else None
        return {name: getattr(self, name) for name in names} | {"operations": list(self.operations), "expires_at": ends}

    @classmethod
    def of(cls, held: dict[str, Any]) -> Allowed:
        ends = datetime.fromisoformat(held["expires_at"]) if held["expires_at"] else None
        return cls(**{**held, "operations": tuple(held["operations"]), "expires_at": ends})


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody has chosen on the page, as it came. `live`: they have said that it may be a live workspace."""

    operations: tuple[str, ...]
    workspace: str | None = None
    life: str = USUAL_LIFE
    live: bool = False


@dataclass(frozen=True, slots=True)
class Giver:
    """Who allows something, in one workspace: what they have there, and until when (of a key that ends)."""

    workspace_id: str
    test: bool
    called: str
    has: frozenset[str]
    user_id: str | None = None
    until: datetime | None = None


class AskAgain(InvalidRequest):
    """The choice does not do as it is: the page is shown again, and says why. `live`: because the workspace is live."""

    code = "consent_unfinished"

    def __init__(self, message: str, *, live: bool = False, has: Collection[str] | None = None) -> None:
        super().__init__(message)
        self.live, self.has = live, has


def seats(signed: SignedIn, offered: Collection[str]) -> Sequence[Seat]:
    """The workspaces into which somebody may let a client, those for tests first."""
    usable = [seat for seat in signed.seats if seat.erase_at is None and seat.rights & {*offered}]
    return sorted(usable, key=lambda seat: not seat.test)


def giver_of(seat: Seat, user_id: str) -> Giver:
    return Giver(seat.workspace_id, seat.test, seat.name, seat.rights, user_id)


def giver_by_key(session: Session, found: Found) -> Giver:
    """Whoever has a key gives no more than it has."""
    name = session.get_one(Workspace, found.workspace_id).name
    return Giver(found.workspace_id, found.test, name, found.operations, None, found.expires_at)


def allowed(settings: Settings, client: Client, resource: str, offered: Collection[str], giver: Giver, choice: Choice) -> Allowed:
    """What this comes to. AskAgain where it cannot be so."""
    ticked = {*choice.operations} & {*offered}
    if not ticked:
        raise AskAgain("Tick at least one thing that it may do")
    if over := ordered(ticked - giver.has):
        message = f"In {giver.called} you have no {' or '.join(over)} yourself: nobody allows more than they may"
        raise AskAgain(message, has=giver.has)
    if choice.life not in LIVES:
        raise AskAgain("Choose for how long")
    if not giver.test and not choice.live:
        raise AskAgain(f"{giver.called} is a live workspace: what {client.name} publishes there goes out to the world", live=True)
    life = real_now() + timedelta(days=int(choice.life)) if choice.life else None
    ends = min((one for one in (life, giver.until) if one is not None), default=None)
    host = client.host
    return Allowed(giver.workspace_id, giver.user_id, client.id, client.name, host, resource, ordered(ticked), ends)


def room(scope: Scope, settings: Settings) -> None:
    """Conflict `workspace_limit_reached` where the workspace has no place for another key."""
    limits.check(scope, settings, limits.API_KEYS)


def ticked_first(offered: Collection[str], has: Collection[str]) -> tuple[str, ...]:
    """What is ticked on a new page: what an agent usually has, of what is asked for and can be given."""
    return ordered({*offered} & {*USUAL} & {*has})
