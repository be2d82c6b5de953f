"""Removing what is left of a person who has left (see `people/leaving.py`): their rows go, and others tell of them no more."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete

from socialclaw.db.people import User
from socialclaw.erasure.holdings import HOLDINGS, Leaver
from socialclaw.sign_in.relying_parties import SIMULATED, WORLD
from socialclaw.storage.base import empty
from socialclaw.system import System

log = logging.getLogger(__name__)


async def erase(system: System, user_id: str, traces: Mapping[str, Any]) -> bool:
    """Remove everything; what a simulated issuer knows of them, too."""
    who = Leaver(user_id, tuple(traces["ids"]), traces["address"])
    for storage in system.storages.values():
        await empty(storage, user_id)
    for holding in HOLDINGS:
        if (scrub := holding.scrub) is not None:
            while await system.database.write(scrub, who):
                pass
    if known := _at_simulated(traces["subjects"], who.address):
        await system.forget_world(WORLD, known)
    await system.database.write(lambda session: session.execute(delete(User).where(User.id == user_id)))
    log.info("person %s was deleted", user_id)
    return True


def _at_simulated(subjects: Sequence[Sequence[str]], address: str | None) -> list[str]:
    found = [subject for issuer, subject in subjects if issuer.startswith(SIMULATED)]
    return [*found, *([address] if address and found else [])]
