"""Real processes that do the same thing at the same moment."""

from __future__ import annotations

import subprocess
import sys


def run_together(code: str, *arguments: str, count: int = 2) -> None:
    """Run `code` in processes of their own that go on at the same moment, once each has said that it is ready."""
    start = [sys.executable, "-c", code, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    processes = [subprocess.Popen(start, text=True, **pipes) for _ in range(count)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * count, said
