"""Between processes on SQLite: while somebody listens in a process, a named pipe of it lies beside the database file.

The pipe is both: the sign that somebody listens, and the way to tell them. Whoever listens waits for it as for a socket and asks for
nothing; whoever writes looks into one folder. A pipe that nobody reads any more is removed by the first who wants to write to it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path

from socialclaw.listening.relay import Heard, unpacked

FULL = 60_000  # bytes that came at once: then some may have found no room
log = logging.getLogger(__name__)


class Pipes:
    """`folder`: beside the database file; made when somebody listens for the first time."""

    def __init__(self, folder: Path, heard: Heard) -> None:
        self._folder, self._heard = folder, heard
        self._own = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._fd: int | None = None
        self._rest = b""

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        self.unlisten()

    def listen(self) -> None:
        if self._fd is not None:
            return
        pipe = self._folder / self._own
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            os.mkfifo(pipe, 0o600)
            self._fd = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # for writing too: so it has no end when a writer leaves
        except (OSError, AttributeError) as error:  # a file system, or an operating system, without named pipes
            log.warning(
                "changes by other processes are not told to who listens here: no named pipe can be made in %s: %s", self._folder, error
            )
            return
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    def unlisten(self) -> None:
        if self._fd is None:
            return
        with suppress(RuntimeError):  # there is no loop any more
            asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
        self._fd, self._rest = None, b""
        (self._folder / self._own).unlink(missing_ok=True)

    def wanted(self) -> bool:
        return bool(self._others())

    def _others(self) -> list[str]:
        try:
            return [name for name in os.listdir(self._folder) if name != self._own]  # noqa: PTH208  before every write: no objects
        except OSError:
            return []

    def send(self, message: bytes) -> None:
        for name in self._others():
            self._tell(self._folder / name, message + b"\n")

    def _tell(self, pipe: Path, line: bytes) -> None:
        try:
            fd = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno == errno.ENXIO:  # whoever listened there was killed
                pipe.unlink(missing_ok=True)
            return
        try:
            os.write(fd, line)
        except OSError:
            pass  # it is full: its reader will find that it was
        finally:
            os.close(fd)

    def _read(self) -> None:
        if self._fd is None:
            return
        try:
            came = os.read(self._fd, 65_536)
        except BlockingIOError:
            return
        *lines, self._rest = (self._rest + came).split(b"\n")
        if len(came) >= FULL:
            self._heard(None)
            return
        for line in lines:
            self._heard(unpacked(line))
