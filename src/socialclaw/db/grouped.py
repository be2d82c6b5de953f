"""Group commit: many small writes that arrive together become one transaction.

While one transaction is being committed the next ones gather. This is what makes a fence before every irreversible call cheap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from socialclaw.db.database import Database
from socialclaw.db.trouble import DatabaseTrouble

I = TypeVar("I")  # noqa: E741
O = TypeVar("O")  # noqa: E741


class GroupedWrites(Generic[I, O]):
    """`await writes(item)` returns this item's result once the transaction that held it is committed.

    `do(session, items)` returns one result per item, in order. Where a group fails, its halves are tried apart, so that one bad
    item fails alone. Where the database cannot be used, all fail: they may have been written, and are not written again. An item whose
    caller has gone away is written all the same.
    """

    def __init__(self, database: Database, do: Callable[[Session, Sequence[I]], Sequence[O]], *, most: int = 500) -> None:
        self._run = database.write
        self._do = do
        self._most = most
        self._waiting: list[tuple[I, asyncio.Future[O]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, item: I) -> O:
        future: asyncio.Future[O] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        group: list[tuple[I, asyncio.Future[O]]] = []
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._commit(group)
        finally:  # where the loop is being closed, nobody may wait for ever
            self._running = None
            for _, future in (*group, *self._waiting):
                future.cancel()

    async def _commit(self, group: list[tuple[I, asyncio.Future[O]]]) -> None:
        try:
            results = await self._run(self._all, [item for item, _ in group])
        except Exception as error:
            if len(group) == 1 or isinstance(error, DatabaseTrouble):
                for _, future in group:
                    if not future.done():
                        future.set_exception(error)
                return
            half = len(group) // 2
            await self._commit(group[:half])
            await self._commit(group[half:])
            return
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)

    def _all(self, session: Session, items: Sequence[I]) -> Sequence[O]:
        results = self._do(session, items)
        if len(results) != len(items):
            raise ValueError(f"{len(results)} results for {len(items)} items")
        return results


class GroupedReads(GroupedWrites[I, O]):
    """The same of small reads."""

    def __init__(self, database: Database, do: Callable[[Session, Sequence[I]], Sequence[O]], *, most: int = 500) -> None:
        super().__init__(database, do, most=most)
        self._run = database.read
