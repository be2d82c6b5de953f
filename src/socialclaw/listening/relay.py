"""What processes tell each other of their changes, whatever the way it takes: who listens, and what was touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from socialclaw.db.touches import EVERYWHERE, Touch

LARGEST = 4000  # bytes: what a pipe takes in one piece, and half of what PostgreSQL does

Heard = Callable[[Iterable[Touch] | None], None]
"""Called with what another process has touched; None: nobody knows what."""


class Relay(Protocol):
    """The way to the other processes of an installation."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...

    def listen(self) -> None:
        """From now on somebody listens in this process."""

    def unlisten(self) -> None: ...

    def wanted(self) -> bool:
        """Whether somebody listens in another process. Asked before every transaction."""

    def send(self, message: bytes) -> None: ...


def packed(touches: Iterable[Touch]) -> bytes:
    """One message, however much it is: where it would be too long, it says of the kinds that they changed everywhere."""
    found: dict[str, list[str]] = {}
    for touch in sorted(touches):
        found.setdefault(touch.workspace_id, []).append(touch.kind)
    message = msgspec.json.encode(found)
    if len(message) <= LARGEST:
        return message
    return msgspec.json.encode({EVERYWHERE: sorted({kind for kinds in found.values() for kind in kinds})})


def unpacked(message: bytes) -> list[Touch] | None:
    """The same again; None where it is no such message."""
    try:
        found = msgspec.json.decode(message, type=dict[str, list[str]])
    except msgspec.DecodeError:
        return None
    return [Touch(workspace_id, kind) for workspace_id, kinds in found.items() for kind in kinds]
