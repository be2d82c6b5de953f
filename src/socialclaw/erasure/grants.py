"""Giving back to an issuer what somebody granted there, after they are gone here: tried for a day, then left."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from socialclaw.backoff import Backoff
from socialclaw.db.base import real_now
from socialclaw.db.erasure import Revocation
from socialclaw.errors import SocialClawError
from socialclaw.issuers.apple import grants
from socialclaw.issuers.apple.issuer import APPLE
from socialclaw.issuers.base import ClientRefused
from socialclaw.sign_in.relying_parties import RelyingParties, RelyingParty
from socialclaw.system import System
from socialclaw.turns import Party

BACKOFF = Backoff((10, 60, 600), most=4 * 3600, tries=10)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """A revocation that is ours to work on."""

    id: str
    issuer: str
    sealed: str


def due(session: Session, _now: datetime, most: int) -> list[tuple[str, Party]]:
    query = select(Revocation.id).where(Revocation.next_at <= real_now()).order_by(Revocation.next_at).limit(most)
    return [(revocation_id, Party("", test=False)) for revocation_id in session.scalars(query)]


def take(session: Session, _now: datetime, names: Sequence[str]) -> dict[str, Grant]:
    """Of these, what nobody else has taken; after the last try they are forgotten."""
    now = real_now()
    query = select(Revocation).where(Revocation.id.in_(names), Revocation.next_at <= now).with_for_update(skip_locked=True)
    taken: dict[str, Grant] = {}
    for row in session.scalars(query).all():
        row.tries += 1
        pause = BACKOFF.pause(row.tries)
        if pause is None:
            log.warning("a grant at %s could not be given back, and is left", row.issuer)
            session.delete(row)
            continue
        row.next_at = now + timedelta(seconds=pause)
        taken[row.id] = Grant(row.id, row.issuer, row.sealed)
    return taken


async def work(system: System, grant: Grant) -> None:
    """Give it back, and forget it."""
    party = _party(system, grant.issuer)
    if party is not None:
        held = system.vault.unseal_json(grant.sealed, bound_to=f"revocations:{grant.id}:sealed")
        try:
            with party.reached():
                await grants.revoke(party.http, party.app, client_id=held["client_id"], token=held["refresh_token"])
        except SocialClawError as error:
            log.warning("a grant at %s could not be given back yet (%s)", grant.issuer, error.code)
            return
    await system.database.write(lambda session: session.execute(delete(Revocation).where(Revocation.id == grant.id)))


def _party(system: System, issuer: str) -> RelyingParty | None:
    """Us at the issuer; None where it is not set up any more, or gives nothing that could be given back."""
    try:
        found = RelyingParties(system).apple()
    except (SocialClawError, ClientRefused):
        return None
    return found if found.name == issuer and found.issuer is APPLE else None
