"""Telling whoever numbers events that a transaction which recorded some is committed. Nobody else is woken, and nothing is asked."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

RECORDING, NOTED = "recording", "recorded events"  # in a session's info


class Recording:
    """Of one database, as this process writes it. `told` is called on the event loop."""

    def __init__(self) -> None:
        self.told: Callable[[], object] | None = None
        self.committed = False

    def ended(self) -> None:
        """A transaction is over."""
        if self.committed:
            self.committed = False
            if self.told is not None:
                self.told()


def note(session: Session) -> None:
    """This transaction records events."""
    session.info[NOTED] = True


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    if session.info.pop(NOTED, False) and (of := session.info.get(RECORDING)) is not None:
        of.committed = True
