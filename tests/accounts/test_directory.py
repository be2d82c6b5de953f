"""The list of accounts, and leaving it."""

from __future__ import annotations

from typing import Any

import pytest

from socialclaw.accounts import directory
from socialclaw.accounts.disconnect import disconnect
from socialclaw.accounts.lookup import provider_named
from socialclaw.accounts.tokens import unseal
from socialclaw.errors import InvalidRequest, NotFound
from socialclaw.system import System
from tests.accounts.world import add_workspace, connect_form, connect_x, network, row_of

both_databases = pytest.mark.usefixtures("both_databases")


async def listed(system: System, workspace: str, **narrow: Any) -> list[str]:
    return [row.id for row in await system.read(workspace, directory.accounts, test=True, **narrow)]


async def test_accounts_are_listed_oldest_first_and_by_provider(system: System, workspace: str) -> None:
    telegram, discord = [await connect_form(system, workspace, name) for name in ("telegram", "discord")]
    assert await listed(system, workspace) == [telegram, discord]
    assert await listed(system, workspace, provider="discord") == [discord]


async def test_one_workspace_sees_nothing_of_another(system: System, workspace: str) -> None:
    account_id = await connect_form(system, workspace, "telegram")
    other = await add_workspace(system, "Other")
    assert await listed(system, other) == []
    for ask in (directory.account, directory.connection):
        with pytest.raises(NotFound):
            await system.read(other, ask, account_id, test=True)
    with pytest.raises(NotFound):
        await disconnect(system, other, account_id, test=True)
    assert await listed(system, workspace) == [account_id]


@both_databases
async def test_a_disconnected_account_is_gone_and_its_secrets_are_erased(system: System, workspace: str) -> None:
    account_id = await connect_form(system, workspace, "telegram")
    row, connection = await disconnect(system, workspace, account_id, test=True)
    assert (row.status, connection["status"], connection["account"]) == ("disconnected", "disconnected", None)
    assert await listed(system, workspace) == []
    kept = await row_of(system, account_id)
    assert (kept.sealed, kept.refresh_at) == (None, None)
    with pytest.raises(NotFound) as gone:
        await disconnect(system, workspace, account_id, test=True)
    assert gone.value.code == "account_not_found"


async def test_connecting_again_revives_the_row(system: System, workspace: str) -> None:
    account_id = await connect_form(system, workspace, "telegram")
    await disconnect(system, workspace, account_id, test=True)
    assert await connect_form(system, workspace, "telegram") == account_id
    assert await listed(system, workspace) == [account_id]


async def test_disconnecting_withdraws_the_access_at_the_network(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    secrets = unseal(system.vault, await row_of(system, account_id))
    await disconnect(system, workspace, account_id, test=True)
    assert any("revoke" in line for line in network(system, "x").requests)
    headers = {"authorization": f"Bearer {secrets['access_token']}"}
    assert (await system.outbound.test.get("https://api.x.com/2/users/me", headers=headers)).status_code == 401


async def test_disconnecting_works_though_the_network_is_down(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    network(system, "x").fail("refuse", "revoke")
    row, _ = await disconnect(system, workspace, account_id, test=True)
    assert row.status == "disconnected"


async def test_disconnecting_leaves_the_access_of_another_workspace_alone(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    await connect_x(system, await add_workspace(system, "Other"))
    await disconnect(system, workspace, account_id, test=True)
    assert not any("revoke" in line for line in network(system, "x").requests)


async def test_the_wire_form_counts_scopes_and_shows_no_secret_column(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    wire = directory.account_wire(await row_of(system, account_id))
    assert wire["scopeCount"] > 3
    assert wire["meta"] is not None
    assert not {"sealed", "secrets", "scopes"} & wire.keys()
    assert wire["createdAt"].endswith("Z")


@pytest.mark.parametrize(("name", "key"), [("x", "x"), ("TG", "telegram"), ("dc", "discord")])
def test_a_provider_is_known_by_key_and_alias(name: str, key: str) -> None:
    assert provider_named(name).key == key


def test_an_unknown_provider_names_the_allowed_ones() -> None:
    with pytest.raises(InvalidRequest, match="telegram"):
        provider_named("orkut")
