"""Shares of the database: what one workspace asks for at a time, so that its hundreds of heavy requests keep nobody else's waiting.

A request is at work in the database only in its workspace's turn: few of a workspace are at a time, and the others wait in a line of their
own. What a worker does in between waits for nobody.
"""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager, nullcontext
from contextvars import ContextVar

from socialclaw.api.logs import Seldom
from socialclaw.db.database import Database
from socialclaw.errors import TooManyRequests
from socialclaw.turns import Party, Places

MOST_WAITING = 500  # of one workspace: whoever comes later would have given up before
BUSY_SECONDS = 5

_asking: ContextVar[Party | None] = ContextVar("asking", default=None)
_at_once = nullcontext()

seldom = Seldom(logging.getLogger("socialclaw.http"))


def asking_for(party: Party) -> None:
    """From now on, what this request asks the database for is its workspace's."""
    _asking.set(party)


class Shares:
    """`system.shares` of a server. Raises TooManyRequests where too much of a workspace waits already."""

    def __init__(self, database: Database) -> None:
        reads, writes = database.at_once
        self._reads, self._writes = Places(reads), Places(writes)

    def reading(self) -> AbstractAsyncContextManager[None]:
        return _turn(self._reads)

    def writing(self) -> AbstractAsyncContextManager[None]:
        return _turn(self._writes)


def _turn(places: Places) -> AbstractAsyncContextManager[None]:
    party = _asking.get()
    if party is None:
        return _at_once
    if len(places.turns.waiting(party)) >= MOST_WAITING:
        seldom.warning("crowd", f"{MOST_WAITING} requests of workspace {party.workspace_id} wait for the database, and more are refused")
        raise TooManyRequests("Too many requests from this workspace at once: send fewer in parallel", retry_after=BUSY_SECONDS)
    return places.of(party)
