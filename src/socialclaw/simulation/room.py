"""So many bytes may be held in memory at a time; who wants to hold more waits until others have let go."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Room:
    """First come, first served. Who wants more than there is gets all of it, alone."""

    def __init__(self, size: int) -> None:
        self.size = self.free = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def held(self, wanted: int) -> AsyncIterator[None]:
        wanted = min(wanted, self.size)
        await self._take(wanted)
        try:
            yield
        finally:
            self._give(wanted)

    async def _take(self, wanted: int) -> None:
        if wanted <= self.free and (not self._waiting or not wanted):
            self.free -= wanted
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, turn))
        try:
            await turn
        except asyncio.CancelledError:
            given = turn.done() and not turn.cancelled()
            with suppress(ValueError):
                self._waiting.remove((wanted, turn))
            self._give(wanted if given else 0)
            raise

    def _give(self, back: int) -> None:
        self.free += back
        while self._waiting and self._waiting[0][0] <= self.free:
            wanted, turn = self._waiting.popleft()
            if not turn.done():
                self.free -= wanted
                turn.set_result(None)
