"""Running the command line as a user does: in a process of its own, with nothing of the tests' environment.

Commands that end are forked from a process that has imported everything once (see `tests/forked.py`): there are many of them. Servers
are started from nothing.
"""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

from socialclaw.cli import main
from tests.forked import context

BOUND_SECONDS = 180.0  # what does not come within that is taken for a fault: far more than a busy machine needs


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("SOCIALCLAW_")} | more


def run(*args: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    words = [*map(str, args)]
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = context.Process(
            target=_command, args=(words, environment(**more), Path.cwd(), DupFd(out.fileno()), DupFd(errors.fileno()))
        )
        process.start()
        process.join(BOUND_SECONDS)
        if process.exitcode is None:
            process.kill()
        for file in (out, errors):
            file.seek(0)
        written = out.read(), errors.read()
    if process.exitcode is None:
        raise AssertionError(f"socialclaw {' '.join(words)} does not end:\n{''.join(written)}")
    return subprocess.CompletedProcess(words, process.exitcode, *written)


def _command(words: list[str], environment: dict[str, str], folder: Path, out: Any, errors: Any) -> None:
    """What a start of Python would do, in the child."""
    for fd, stream in ((out.detach(), 1), (errors.detach(), 2)):
        os.dup2(fd, stream)
        os.close(fd)
    sys.stdout, sys.stderr = (os.fdopen(os.dup(fd), "w", encoding="utf-8", buffering=1) for fd in (1, 2))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["socialclaw", *words]
    main()


class Running:
    """A command that runs until told to stop; its lines as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._coming: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._coming.put(line.rstrip("\n"))
        self._coming.put(None)

    def until(self, pattern: str) -> re.Match[str]:
        """The first match on a line that has not been waited for yet; fails with all output where none comes in time."""
        end = time.monotonic() + BOUND_SECONDS
        while True:
            try:
                line = self._coming.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"no line matched {pattern!r} in:\n{self.output}")
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found

    def stop(self, kind: int = signal.SIGTERM) -> int:
        """Tell it to stop; its exit code. The rest of its lines are kept."""
        self.process.send_signal(kind)
        code = self.process.wait(BOUND_SECONDS)
        while (line := self._coming.get(timeout=BOUND_SECONDS)) is not None:
            self.lines.append(line)
        return code

    @property
    def output(self) -> str:
        return "\n".join(self.lines)


@contextmanager
def started(*args: str | Path, **more: str) -> Iterator[Running]:
    """A command in the background; killed at the end if it has not been stopped. Both of its outputs in one."""
    command = [sys.executable, "-m", "socialclaw", *map(str, args)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(**more))
    try:
        yield Running(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
