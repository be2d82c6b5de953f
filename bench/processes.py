"""Real processes of SocialClaw, and what they use of the machine."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from bench.ground import SQLITE, Installation

START_SECONDS = 60.0
# Connections of the one who measures are among them: they do nothing meanwhile.
BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""

AS_IT_IS = {"accept-encoding": "identity"}  # the headers of a client that wants no answer packed


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def reachable(port: int) -> None:
    """Wait until something listens there; TimeoutError where nothing does in time."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


@dataclass
class Running:
    """A process of SocialClaw."""

    process: psutil.Popen
    installation: Installation
    port: int

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def rss(self) -> int:
        """Bytes of memory, with children."""
        return sum(p.memory_info().rss for p in (self.process, *self.process.children(recursive=True)))

    async def cpu(self) -> tuple[float, float]:
        """Seconds of CPU so far: of the process, and of the PostgreSQL backends that serve it."""
        own = sum(sum(p.cpu_times()[:2]) for p in (self.process, *self.process.children(recursive=True)))
        return own, sum([sum(psutil.Process(pid).cpu_times()[:2]) for pid in await self._backends()])

    async def _backends(self) -> list[int]:
        if self.installation.kind == SQLITE:
            return []
        connection = await asyncpg.connect(self.installation.given["database_url"])
        try:
            return [row["pid"] for row in await connection.fetch(BACKENDS)]
        finally:
            await connection.close()


@asynccontextmanager
async def started(
    command: str, installation: Installation, *args: str, port: int | None = None, before: Sequence[str] = ("socialclaw",)
) -> AsyncIterator[Running]:
    """`socialclaw <command>` on this installation; stopped at the end. With `port`, waited for until it answers there.

    `before`: what `python -m` is given instead of `socialclaw`, for what is to be otherwise in that process.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("SOCIALCLAW_")} | installation.environment
    if port:
        args = (*args, "--port", str(port))
    log = Path(installation.given["data_dir"]) / f"{command}.log"
    with log.open("w") as out:
        process = psutil.Popen([sys.executable, "-m", *before, command, *args], stdout=out, stderr=subprocess.STDOUT, env=env)
    try:
        await (reachable(port) if port else said(log, "is publishing"))
        yield Running(process, installation, port or 0)
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, START_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            raise


async def said(log: Path, words: str) -> None:
    async with asyncio.timeout(START_SECONDS):
        while words not in await asyncio.to_thread(log.read_text):  # noqa: ASYNC110  another process cannot set an event of ours
            await asyncio.sleep(0.05)
