"""A small internet of simulators over TLS, and the scripts of this folder played in it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from socialclaw.simulation.sandbox import Sandbox
from socialclaw.simulation.simulator import Simulator
from tests.networks.clients import node
from tests.networks.conftest import Serve

Play = Callable[..., dict[str, Any]]


@pytest.fixture
def play(serve_simulator: Serve, tmp_path: Path) -> Play:
    """`play(script, simulator, **given) -> answer`: the script in an internet that consists of this simulator's hosts."""

    def play_script(script: str, simulator: Simulator, **given: Any) -> dict[str, Any]:
        sandbox, authority, roots = Sandbox([simulator]), trustme.CA(), tmp_path / "roots.pem"
        authority.cert_pem.write_to_path(str(roots))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*sandbox.hosts).configure_cert(context)
        port = int(serve_simulator(sandbox, tls=context).rpartition(":")[2])
        return node.run(script, given, port=port, authority=roots)

    return play_script
