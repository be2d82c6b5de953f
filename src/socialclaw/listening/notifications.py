"""Between processes on PostgreSQL: LISTEN and NOTIFY, on one connection of each process.

Nothing is notified inside of a writing transaction, whose commit would then wait for those of all others. Whoever has somebody listening
says so when that begins, and again every few seconds; everybody else notifies only while they have heard it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any

import asyncpg

from socialclaw.db import postgres
from socialclaw.db.database import INSIST
from socialclaw.listening.relay import Heard, unpacked

CHANNEL = "socialclaw_hints"
LISTENING, WHO = "listening", "who"
AGAIN_SECONDS = 10.0
BELIEVED_SECONDS = 25.0  # for which it is taken that somebody still listens
SEND_SECONDS = 5.0
MOST_WAITING = 100
LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
log = logging.getLogger(__name__)


class Notifications:
    """Until it is opened, nobody is heard and nobody is told."""

    def __init__(self, dsn: str, heard: Heard) -> None:
        self._dsn, self._heard = dsn, heard
        self._connection: asyncpg.Connection | None = None
        self._running: asyncio.Task[None] | None = None
        self._listens = False
        self._until = 0.0
        self._out: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)

    async def open(self) -> None:
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._running:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._out.join()
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    def listen(self) -> None:
        self._listens = True
        self._put(LISTENING)

    def unlisten(self) -> None:
        self._listens = False

    def wanted(self) -> bool:
        return self._until > time.monotonic()

    def send(self, message: bytes) -> None:
        self._put(message.decode())

    def _put(self, said: str) -> None:
        if self._connection is not None:
            with suppress(asyncio.QueueFull):
                self._out.put_nowait(said)

    async def _run(self) -> None:
        """Be connected, and say what there is to say, for as long as we are."""
        waits = iter(INSIST)
        while True:
            try:
                await self._connect()
                waits = iter(INSIST)
                await self._speak()
            except LOST as error:
                log.debug("the connection for live hints was lost: %s", error)
            finally:
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None
                while not self._out.empty():
                    self._out.get_nowait()
                    self._out.task_done()
            await asyncio.sleep(next(waits))

    async def _connect(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=postgres.CONNECT_SECONDS)
        postgres.watch(connection)
        connection.add_termination_listener(lambda _: self._wake())
        self._connection = connection
        await connection.add_listener(CHANNEL, self._came)
        self._put(WHO)
        if self._listens:
            self._put(LISTENING)
            self._heard(None)  # whatever happened while we heard nothing

    def _wake(self) -> None:
        with suppress(asyncio.QueueFull):
            self._out.put_nowait(WHO)

    async def _speak(self) -> None:
        while self._connection is not None and not self._connection.is_closed():
            try:
                async with asyncio.timeout(AGAIN_SECONDS if self._listens else None):
                    said = await self._out.get()
            except TimeoutError:
                if not self._listens:
                    continue
                said, waited = LISTENING, False
            else:
                waited = True
            try:
                await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, said, timeout=SEND_SECONDS)
            finally:
                if waited:
                    self._out.task_done()

    def _came(self, connection: Any, pid: int, _channel: str, said: Any) -> None:
        if pid == connection.get_server_pid():
            return
        if said == LISTENING:
            self._until = time.monotonic() + BELIEVED_SECONDS
        elif said == WHO:
            if self._listens:
                self._put(LISTENING)
        elif self._listens:
            self._heard(unpacked(str(said).encode()))
