"""Secrets that work: refreshed in time, once, and never lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from socialclaw.accounts import credentials
from socialclaw.accounts.tokens import ACCESS, REFRESH, seal, unlock, unseal
from socialclaw.db.base import utc_now
from socialclaw.errors import Rejected, Unauthorized, Unavailable
from socialclaw.providers import oauth2
from socialclaw.providers.draft import Account
from socialclaw.system import System
from tests.accounts.world import add_workspace, change, connect_form, connect_x, network, row_of

both_databases = pytest.mark.usefixtures("both_databases")

TOKEN_CALL = "oauth2/token"


def asked(system: System) -> int:
    return sum(TOKEN_CALL in line for line in network(system, "x").requests)


@pytest.fixture
async def account(system: System, workspace: str) -> str:
    """An X account whose access token ends in half a minute."""
    account_id = await connect_x(system, workspace)
    await change(system, account_id, token_expires_at=utc_now() + timedelta(seconds=30))
    network(system, "x").requests.clear()
    return account_id


async def stored(system: System, account_id: str) -> dict[str, str]:
    return unseal(system.vault, await row_of(system, account_id))


async def opened(system: System, account_id: str) -> Account:
    return unlock(system.vault, await row_of(system, account_id))


async def test_a_token_with_time_left_is_used_as_it_is(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    before = asked(system)
    assert (await credentials.fresh(system, account_id)).secrets == await stored(system, account_id)
    assert asked(system) == before


async def test_a_token_about_to_end_is_refreshed_first(system: System, account: str) -> None:
    before = await stored(system, account)
    after = await credentials.fresh(system, account)
    assert after.secrets[ACCESS] != before[ACCESS]
    assert after.secrets == await stored(system, account)
    row = await row_of(system, account)
    assert (row.refresh_status, row.status) == ("ok", "connected")
    assert row.token_expires_at is not None
    assert row.token_expires_at - utc_now() > timedelta(hours=1)
    assert row.refresh_at is not None
    assert row.refresh_at < row.token_expires_at


@both_databases
async def test_a_rotated_refresh_token_is_kept(system: System, account: str) -> None:
    before = await stored(system, account)
    await credentials.fresh(system, account)
    assert (await stored(system, account))[REFRESH] != before[REFRESH]
    await credentials.refresh_now(system, account, await opened(system, account))  # the new one works


async def test_a_row_that_was_just_read_saves_the_look_up(system: System, account: str) -> None:
    row = await row_of(system, account)
    assert (await credentials.fresh(system, row)).secrets == await stored(system, account)


async def test_the_new_token_is_saved_before_anyone_gets_it(system: System, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies, so to speak, while saving: the new token was handed to nobody."""
    save = credentials._save
    order: list[str] = []

    def noted(*args: Any) -> Any:
        order.append("saved")
        return save(*args)

    monkeypatch.setattr(credentials, "_save", noted)
    await credentials.fresh(system, account)
    order.append("used")
    assert order == ["saved", "used"]


async def test_a_caller_that_goes_away_does_not_lose_the_rotated_token(system: System, account: str) -> None:
    before = await stored(system, account)
    network(system, "x").fail("slow", TOKEN_CALL, seconds=0.1)
    caller = asyncio.create_task(credentials.fresh(system, account))
    await asyncio.sleep(0.05)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    after = await credentials.fresh(system, account)
    assert asked(system) == 1
    assert after.secrets[REFRESH] == (await stored(system, account))[REFRESH] != before[REFRESH]


@both_databases
async def test_many_callers_make_one_refresh(system: System, account: str) -> None:
    found = await asyncio.gather(*(credentials.fresh(system, account) for _ in range(10)))
    assert asked(system) == 1
    assert len({a.secrets[ACCESS] for a in found}) == 1


@both_databases
async def test_two_processes_make_one_refresh(system: System, account: str) -> None:
    """A second System on the same database knows nothing of this one's tasks: only the lease in the row is between them."""
    other = System.open(system.settings)
    network(system, "x").fail("slow", TOKEN_CALL, seconds=0.15)
    try:
        found = await asyncio.gather(credentials.fresh(system, account), credentials.fresh(other, account))
    finally:
        await other.close()
    assert asked(system) + asked(other) == 1
    assert found[0].secrets == found[1].secrets


async def test_a_process_that_died_while_refreshing_does_not_block_the_others_for_ever(system: System, account: str) -> None:
    await change(system, account, refreshing_until=utc_now() + timedelta(seconds=0.15))
    assert (await credentials.fresh(system, account)).secrets[ACCESS]
    assert asked(system) == 1


async def test_after_a_401_the_token_is_refreshed_though_it_had_time_left(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    used = await credentials.fresh(system, account_id)
    assert (await credentials.refresh_now(system, account_id, used)).secrets[ACCESS] != used.secrets[ACCESS]


async def test_after_a_401_a_token_that_another_worker_has_refreshed_is_just_taken(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    used = await credentials.fresh(system, account_id)
    first = await credentials.refresh_now(system, account_id, used)
    before = asked(system)
    assert (await credentials.refresh_now(system, account_id, used)).secrets == first.secrets
    assert asked(system) == before


@pytest.mark.parametrize("fault", ["refuse", "timeout", "error", "malformed", "rate_limit"])
async def test_a_network_in_trouble_never_disconnects(system: System, account: str, fault: str) -> None:
    before = await stored(system, account)
    await change(system, account, token_expires_at=utc_now() - timedelta(seconds=1))
    network(system, "x").fail(fault, TOKEN_CALL)
    with pytest.raises(Unavailable) as failed:
        await credentials.fresh(system, account)
    assert failed.value.sent is False
    row = await row_of(system, account)
    assert (row.status, row.refresh_status, row.refresh_failures) == ("connected", "failing", 1)
    assert row.refresh_failure_code
    assert row.refreshing_until is None
    assert unseal(system.vault, row) == before
    assert (await credentials.fresh(system, account)).secrets[ACCESS] != before[ACCESS]
    assert (await row_of(system, account)).refresh_failure_code is None


async def test_a_token_with_seconds_left_is_used_when_it_cannot_be_refreshed(system: System, account: str) -> None:
    network(system, "x").fail("refuse", TOKEN_CALL)
    assert (await credentials.fresh(system, account)).secrets == await stored(system, account)


@both_databases
async def test_refreshes_ahead_of_time_are_put_off_longer_each_time(system: System, account: str) -> None:
    network(system, "x").fail("refuse", TOKEN_CALL, times=9)
    pauses = []
    for _ in range(3):
        await change(system, account, refresh_at=utc_now())
        await credentials.refresh_due(system, account)
        row = await row_of(system, account)
        assert row.refresh_at is not None
        pauses.append((row.refresh_at - row.updated_at).total_seconds())
    assert pauses == pytest.approx([60, 120, 240], abs=5)


@both_databases
async def test_a_refused_refresh_token_needs_a_person(system: System, account: str) -> None:
    secrets = await stored(system, account)
    await change(system, account, sealed=seal(system.vault, account, {**secrets, REFRESH: "withdrawn"}))
    with pytest.raises(Unauthorized) as refused:
        await credentials.fresh(system, account)
    assert refused.value.code == "account_reconnect_required"
    row = await row_of(system, account)
    assert (row.status, row.refresh_status) == ("reconnect_required", "refused")
    assert row.refresh_failure_code
    before = asked(system)
    with pytest.raises(Unauthorized):
        await credentials.fresh(system, account)
    assert asked(system) == before, "a refused token is not tried again"


async def test_a_wrong_app_secret_is_the_operators_problem_and_disconnects_nobody(
    system: System, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from socialclaw.accounts import developer_apps

    monkeypatch.setattr(developer_apps, "SANDBOX", developer_apps.App("sandbox-client", "wrong"))
    await change(system, account, token_expires_at=utc_now() - timedelta(seconds=1))
    with pytest.raises(Unavailable):
        await credentials.fresh(system, account)
    row = await row_of(system, account)
    assert (row.status, row.refresh_status) == ("connected", "failing")


async def test_a_refusal_of_the_old_token_does_not_harm_an_account_connected_meanwhile(
    system: System, workspace: str, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused_late(*args: Any, **kwargs: Any) -> Any:
        await connect_x(system, workspace)
        raise Unauthorized("refused", code="oauth_refused")

    monkeypatch.setattr(oauth2, "refresh", refused_late)
    found = await credentials.fresh(system, account)
    assert found.secrets == await stored(system, account)
    assert (await row_of(system, account)).status == "connected"


@both_databases
async def test_accounts_of_one_handshake_share_what_a_refresh_brings(system: System, account: str) -> None:
    """Networks such as Pinterest hand out one token for many boards; rotating it must not strand the others."""
    first = await row_of(system, account)

    def twin(session: Any) -> None:
        columns = {c.name: getattr(first, c.name) for c in type(first).__table__.columns}
        secrets = unseal(system.vault, first)
        session.add(
            type(first)(**{**columns, "id": "acct_twin", "external_id": "twin", "sealed": seal(system.vault, "acct_twin", secrets)})
        )

    await system.database.write(twin)
    both = await asyncio.gather(credentials.fresh(system, account), credentials.fresh(system, "acct_twin"))
    assert asked(system) == 1
    assert both[0].secrets == both[1].secrets == await stored(system, "acct_twin")


async def test_a_form_account_whose_secret_is_refused_needs_a_person(system: System, workspace: str) -> None:
    account_id = await connect_form(system, workspace, "telegram")
    used = await credentials.fresh(system, account_id)
    with pytest.raises(Unauthorized) as refused:
        await credentials.refresh_now(system, account_id, used)
    assert refused.value.code == "account_reconnect_required"
    assert (await row_of(system, account_id)).status == "reconnect_required"


async def test_a_disconnected_account_opens_nothing(system: System, account: str) -> None:
    await change(system, account, status="disconnected", sealed=None)
    with pytest.raises(Rejected) as refused:
        await credentials.fresh(system, account)
    assert refused.value.code == "account_disconnected"


async def test_what_is_due_is_refreshed_and_what_is_not_is_left_alone(system: System, account: str) -> None:
    await change(system, account, refresh_at=utc_now() + timedelta(minutes=5))
    await credentials.refresh_due(system, account)
    assert asked(system) == 0
    await change(system, account, refresh_at=utc_now())
    await credentials.refresh_due(system, account)
    assert asked(system) == 1
    await credentials.refresh_due(system, "acct_unknown")


async def test_a_refresh_of_one_workspace_touches_no_other(system: System, account: str) -> None:
    other = await connect_x(system, await add_workspace(system, "Other"))
    before = await stored(system, other)
    await credentials.fresh(system, account)
    assert await stored(system, other) == before
