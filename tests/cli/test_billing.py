"""The commands for subscriptions that are nobody's."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from socialclaw.billing import ledger
from socialclaw.billing.subscriptions import LEMON_SQUEEZY, Row
from socialclaw.db.base import utc_now
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.cli.processes import run


def bought(settings: Settings, external_id: str) -> None:
    """Somebody has bought a plan, and nobody knows who."""

    async def put() -> None:
        system, now = System.open(settings), utc_now()
        try:
            await system.database.write(ledger.put, Row(LEMON_SQUEEZY, external_id, "pro", "active", None, now, interval="monthly"), None)
        finally:
            await system.close()

    asyncio.run(put())


def test_a_subscription_that_is_nobodys_is_listed_until_it_is_somebodys(tmp_path: Path) -> None:
    data = ("--data-dir", tmp_path / "data")
    for name in ("Team", "Others"):
        assert run("workspaces", "create", name, *data).returncode == 0
    assert run("billing", "orphans", *data).stdout == "Every subscription is somebody's.\n"
    bought(Settings(data_dir=tmp_path / "data"), "123456")
    [row] = json.loads(run("billing", "orphans", "--json", *data).stdout)["subscriptions"]
    assert (row["id"], row["plan"], row["store"], row["status"]) == ("123456", "pro", "live", "active")
    unknown = run("billing", "bind", "9", "Team", *data)
    assert (unknown.returncode, "There is no subscription '9'" in unknown.stderr) == (1, True)
    assert run("billing", "bind", "123456", "Team", *data).stdout == 'Subscription 123456 (pro, active) is of "Team".\n'
    assert run("billing", "orphans", *data).stdout == "Every subscription is somebody's.\n"
    taken = run("billing", "bind", "123456", "Others", *data)
    assert (taken.returncode, "--move" in taken.stderr) == (1, True)
    assert run("billing", "bind", "123456", "Others", "--move", *data).returncode == 0
