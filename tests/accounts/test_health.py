"""How the accounts are doing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialclaw.accounts import health
from socialclaw.db.base import utc_now
from socialclaw.system import System
from tests.accounts.world import add_workspace, change, connect_form, connect_x, row_of


async def report(system: System, workspace: str, **narrow: Any) -> dict[str, Any]:
    return await system.read(workspace, health.report, test=True, **narrow)


@pytest.mark.parametrize(
    ("left", "refreshes", "status", "expected"),
    [
        (timedelta(hours=1), True, "connected", "ok"),
        (timedelta(minutes=9), True, "connected", "expiring"),
        (timedelta(days=6), False, "connected", "expiring"),
        (timedelta(days=8), False, "connected", "ok"),
        (timedelta(seconds=-1), True, "connected", "expired"),
        (None, False, "connected", "none"),
        (timedelta(hours=1), False, "reconnect_required", "reconnect_required"),
    ],
)
async def test_token_health(system: System, workspace: str, left: timedelta | None, refreshes: bool, status: str, expected: str) -> None:
    account_id = await connect_x(system, workspace)
    now = utc_now()
    ends = None if left is None else now + left
    await change(system, account_id, token_expires_at=ends, refresh_at=now if refreshes else None, status=status)
    row = await row_of(system, account_id)
    assert health.token_health(row, now) == expected
    assert expected in health.TOKEN_HEALTH
    assert row.refresh_status in health.REFRESH_STATUS


async def test_the_report_has_both_shapes(system: System, workspace: str) -> None:
    x, telegram = await connect_x(system, workspace), await connect_form(system, workspace, "telegram")
    await change(system, x, status="reconnect_required", refresh_status="refused", refresh_failure_code="oauth_refused", refresh_at=None)
    found = await report(system, workspace)
    assert (found["tenant"]["id"], found["tenant"]["name"]) == (workspace, "Ours")
    assert found["summary"] == {
        "total": 2,
        "publishable": 1,
        "byProvider": {"x": 1, "telegram": 1},
        "tokenHealth": {"reconnect_required": 1, "none": 1},
        "tokenRefreshStatus": {"refused": 1, "none": 1},
    }
    assert (found["health"]["connectedAccounts"], found["health"]["failingAccounts"]) == (2, 1)
    lines = {line["id"]: line for line in found["connections"]}
    assert (lines[x]["publishable"], lines[x]["tokenRefreshFailureCode"]) == (False, "oauth_refused")
    assert lines[x]["supportedInteractionTypes"] == ["post", "reply"]
    assert (lines[telegram]["expiresAt"], lines[telegram]["tokenRefreshFailureCode"]) == (None, None)


async def test_it_narrows_to_a_provider_and_leaves_out_what_is_disconnected(system: System, workspace: str) -> None:
    await connect_form(system, workspace, "telegram")
    discord = await connect_form(system, workspace, "discord")
    assert [line["id"] for line in (await report(system, workspace, provider="discord"))["connections"]] == [discord]
    await change(system, discord, status="disconnected")
    assert (await report(system, workspace))["summary"]["byProvider"] == {"telegram": 1}


async def test_a_workspace_reports_only_its_own(system: System, workspace: str) -> None:
    await connect_form(system, workspace, "telegram")
    assert (await report(system, await add_workspace(system, "Other")))["summary"]["total"] == 0


async def test_the_counts_for_the_workspaces_health(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    await change(system, account_id, status="reconnect_required", refresh_status="refused")
    counts = await system.read(workspace, health.counts, test=True)
    assert (counts["total"], counts["publishable"], counts["revoked"], counts["failingAccounts"]) == (1, 0, 1, 1)
    assert counts["tokenRefreshStatus"] == {"refused": 1}
