"""A workspace that is deleted is not billed on, and purchases in the sandbox can be forgotten."""

from __future__ import annotations

import httpx2
import pytest

from socialclaw.db.workspaces import Workspace
from socialclaw.erasure import workspaces
from socialclaw.merchants.lemonsqueezy.client import StoreUnavailable
from socialclaw.simulation.worlds import Caller, within
from tests.billing.lemonsqueezy.shopper import Shopper


async def test_what_a_deleted_workspace_bought_is_canceled_before_it_is_forgotten(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shopper.buy()
    await shopper.deliver()
    monkeypatch.setattr("socialclaw.system.System.forget_world", _left)  # so that the store can be looked at afterwards
    shopper.store.fail("timeout", "DELETE /v1/subscriptions", workspace=shopper.workspace.id)
    with pytest.raises(StoreUnavailable):
        await workspaces.erase(shopper.system, shopper.workspace.id)
    assert await shopper.system.database.read(lambda session: session.get(Workspace, shopper.workspace.id)) is not None
    assert await workspaces.erase(shopper.system, shopper.workspace.id)
    with within(Caller(shopper.workspace.id)):
        [sub] = shopper.store.shelf.all("subscriptions").values()
    assert sub["status"] == "cancelled"
    assert (await shopper.kept(), await shopper.checkouts()) == ([], [])


async def _left(*_: object, **__: object) -> None:
    return None


async def test_a_purchase_in_the_sandbox_is_forgotten(shopper: Shopper, api: httpx2.AsyncClient) -> None:
    await shopper.buy()
    await shopper.deliver()
    assert await shopper.standing() == ("pro", "active", True)
    answer = await api.delete("/v1/sandbox/billing")
    assert (answer.status_code, answer.json()["forgotten"]) == (200, 1)
    assert await shopper.standing() == ("self_hosted", "active", True)
    assert (shopper.at_the_store(), await shopper.checkouts(), await shopper.kept()) == ([], [], [])
