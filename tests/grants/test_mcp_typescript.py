"""The MCP SDK's own OAuth clients for TypeScript, of both eras, unchanged: from a 401 of `/mcp` to a renewal, and to a grant revoked."""

from __future__ import annotations

import json
import os
import subprocess
import warnings
from collections.abc import Iterator

import pytest

from tests.cli.processes import run, started
from tests.mcp.playing import LOCK, MISSING
from tests.networks.clients import node


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where one is, and a key of its test workspace."""
    folder = tmp_path_factory.mktemp("typescript") / "data"
    assert run("workspaces", "create", "Test one", "--mode", "test", "--data-dir", folder).returncode == 0
    key = run("keys", "create", "--workspace", "Test one", "--data-dir", folder).stdout.splitlines()[0]
    with started("serve", "--port", "0", "--no-worker", "--data-dir", folder) as process:
        yield process.until(r"on (http://127\.0\.0\.1:\d+)")[1], key
        assert process.stop() == 0


@pytest.mark.parametrize("era", ["first", "second"])
def test_it_lets_itself_in_renews_in_silence_and_asks_again_when_it_was_revoked(server: tuple[str, str], era: str) -> None:
    if not (node.folder(LOCK) / "node_modules").is_dir():
        warnings.warn(MISSING, stacklevel=1)
        pytest.skip(MISSING)
    base, key = server
    program, _ = node.program()
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment |= {"NODE_PATH": str(node.folder(LOCK) / "node_modules"), "ERA": era}
    command = [program, LOCK.parent / "sign_in.cjs", json.dumps({"base": base, "key": key})]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["refused"] == 401
    assert told["steps"] == ["REDIRECT", "AUTHORIZED", "AUTHORIZED", "REDIRECT"]
    assert (told["opened"], told["closed"], told["renewed"], told["asked"]) == (200, 401, True, 2)
    assert told["query"]["resource"] == f"{base}/mcp"
    assert told["replayed"] != "AUTHORIZED"
