"""The commands for requests for support."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from socialclaw.people import support
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.cli.processes import run

ADA = "ada@elsewhere.example"


def asked(settings: Settings, message: str) -> str:
    """The id of a request that somebody has sent."""

    async def put() -> str:
        system = System.open(settings)
        try:
            return (await system.database.write(support.ask, settings, system.vault, support.Asked(message, email=ADA)))[0]
        finally:
            await system.close()

    return asyncio.run(put())


def test_requests_are_listed_until_they_are_closed(tmp_path: Path) -> None:
    data = ("--data-dir", tmp_path / "data")
    assert run("workspaces", "create", "Team", *data).returncode == 0
    assert run("support", "list", *data).stdout == "Nobody has asked for support.\n"
    request_id = asked(Settings(data_dir=tmp_path / "data"), "Help\x1b[31m me\nplease")
    listed = run("support", "list", *data).stdout
    assert f"{request_id}  " in listed
    assert ADA in listed
    assert "Help\N{REPLACEMENT CHARACTER}[31m me" in listed, "nothing that a terminal would obey"
    assert run("support", "close", request_id, *data).returncode == 0
    assert request_id not in run("support", "list", *data).stdout
    [row] = json.loads(run("support", "list", "--closed", "--json", *data).stdout)["requests"]
    assert (row["id"], row["message"], bool(row["closedAt"])) == (request_id, "Help\x1b[31m me\nplease", True)
    unknown = run("support", "close", "support_1", *data)
    assert (unknown.returncode, "There is no request for support" in unknown.stderr) == (1, True)
