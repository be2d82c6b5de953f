"""Having the official client: from its package, or from a folder that SOCIALCLAW_OFFICIAL_CLIENT names. Nothing of it is kept here.

`make test` makes sure of it (`python -m tests.cli.official.client`). Where it cannot be had, its tests are skipped, loudly.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.networks.clients.node import CACHE, program

PACKAGE = "socialclaw@0.1.15"
UNCHANGED = "92ca6bd1e0648bfa74f3382b3b6f8c905e9dd2fba33fb03d48ac4c03a4c31bce"  # of its program
PLACE = CACHE / "official-0.1.15"
MISSING = "NOT HELD AGAINST the official command line, which is not installed: `python -m tests.cli.official.client` tells why"
DRIVER = Path(__file__).with_name("drive.mjs")
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of it printed, and with which number it ended."""

    exit: int
    stdout: str
    stderr: str
    crash: str = ""


def found() -> Path | None:
    """Its program, if it is here and as it was published."""
    for folder in (os.environ.get("SOCIALCLAW_OFFICIAL_CLIENT"), PLACE / "node_modules" / "socialclaw", PLACE):
        if folder and (path := Path(folder) / "src" / "index.mjs").is_file():
            if (checksum := hashlib.sha256(path.read_bytes()).hexdigest()) == UNCHANGED:
                return path
            warnings.warn(f"{path} is another version ({checksum[:12]}…), or changed", stacklevel=2)
    return None


def needed() -> Path:
    if (path := found()) is None:
        warnings.warn(MISSING, stacklevel=2)
        pytest.skip(MISSING)
    return path


def run(runs: Sequence[tuple[Sequence[str], Mapping[str, str]]]) -> list[Ran]:
    """One after the other, each by its words and in its environment."""
    given = json.dumps([{"words": list(words), "environment": dict(environment)} for words, environment in runs])
    node, _ = program()
    plain = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ} | {"NODE_NO_WARNINGS": "1"}
    command = [node, DRIVER, needed()]
    done = subprocess.run(command, input=given, env=plain, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(answers) == len(runs)
    return [Ran(**answer) for answer in answers]


def installed() -> str:
    """Have it; what went wrong, if anything did. Nothing of it is run while installing."""
    if found():
        return ""
    node, npm = program()
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as made:
        command = [node, npm, "install", "--prefix", made, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", PACKAGE]
        environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
        if done.returncode:
            return done.stderr.strip()[-2000:]
        if not PLACE.exists():
            Path(made).rename(PLACE)
            Path(made).mkdir()
    return "" if found() else "the package holds another program than the one that was published"


if __name__ == "__main__" and (wrong := installed()):
    print(f"{MISSING.partition(':')[0]}: {wrong}", file=sys.stderr)
