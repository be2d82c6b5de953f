"""A worker that stops itself (SIGSTOP) at an instant of an irreversible call that a campaign aims at."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from socialclaw import outbound, sending, sockets
from socialclaw.publishing.steps import DurableSteps
from tests.forked import context

MOMENTS = {
    "mark": "the mark is committed",
    "connect": "the connection is made",
    "head": "before the head is written",
    "body": "the head is written, the body is not",
    "sent": "all is written, no answer yet",
    "answer": "the answer is there, and not written down",
}
_NUMBERS = {moment: number for number, moment in enumerate(MOMENTS, start=1)}


class Aim:
    """What the next stop is aimed at, shared with the workers: the first one that comes there takes it, and stops."""

    def __init__(self) -> None:
        self._number = context.Value("i", 0)

    def at(self, moment: str | None) -> None:
        with self._number.get_lock():
            self._number.value = _NUMBERS[moment] if moment else 0

    def come(self, moment: str) -> None:
        if self._number.value != _NUMBERS[moment]:
            return
        with self._number.get_lock():
            if self._number.value != _NUMBERS[moment]:
                return
            self._number.value = 0
        os.kill(os.getpid(), signal.SIGSTOP)


def stop_when(aim: Aim) -> None:
    """Let this process stop where `aim` says, until somebody wakes it up."""
    outbound.IDLE_SECONDS = 0.0  # so that every call connects
    mark, connect = DurableSteps._mark, sockets.Backend.connect_tcp
    some, receive = sockets.Socket._some, sockets.Socket.receive

    def after(do: Callable[..., Awaitable[Any]], moment: str, *, calls: bool) -> Callable[..., Awaitable[Any]]:
        async def done(*args: Any, **kwargs: Any) -> Any:
            result = await do(*args, **kwargs)
            if sending.under_way() or not calls:
                aim.come(moment)
            return result

        return done

    def writing(self: sockets.Socket, left: memoryview) -> int:
        call = sending._sending.get()
        if call is not None:
            aim.come("body" if call.begun else "head")
        return some(self, left)

    async def reading(self: sockets.Socket, max_bytes: int = 65536) -> bytes:
        if sending.under_way():
            aim.come("sent")
        found = await receive(self, max_bytes)
        if sending.under_way():
            aim.come("answer")
        return found

    DurableSteps._mark = after(mark, "mark", calls=False)  # type: ignore[method-assign,assignment]
    sockets.Backend.connect_tcp = after(connect, "connect", calls=True)  # type: ignore[method-assign,assignment]
    sockets.Socket._some = writing  # type: ignore[method-assign]
    sockets.Socket.receive = reading  # type: ignore[method-assign]
