"""The doctor compares what the settings say is sold with what the store has."""

from __future__ import annotations

from dataclasses import replace

from socialclaw.billing.lemonsqueezy import stores
from socialclaw.clock import act_for
from socialclaw.doctor import store_checks
from socialclaw.settings import Settings
from tests.billing.lemonsqueezy.shopper import Shopper


async def test_a_store_that_sells_what_it_should_is_in_order(shopper: Shopper) -> None:
    store = stores.of_workspace(shopper.system, test=True)
    with act_for(shopper.workspace.id):
        found = await store_checks.compared(store.client, store.sold)
    assert (found.state, "8 variants" in found.message) == ("ok", True), found.message


async def test_what_it_does_not_have_or_sells_otherwise_is_named(shopper: Shopper) -> None:
    store = stores.of_workspace(shopper.system, test=True)
    with act_for(shopper.workspace.id):
        found = await store_checks.compared(store.client, {("pro", "monthly"): 108, ("pro", "yearly"): 999})
        dearer = await store_checks.compared(store.client, {("starter", "monthly"): 107})
        refused = await store_checks.compared(replace(store.client, api_key="another"), store.sold)
    assert found.state == "failed"
    assert "pro:monthly is paid for every year there" in found.message
    assert "pro:yearly is variant 999" in found.message
    assert (dearer.state, "costs 99.00 there" in dearer.message) == ("note", True)
    assert (refused.state, "API key" in refused.message) == ("failed", True)


async def test_where_nothing_is_sold_nothing_is_looked_at(settings: Settings) -> None:
    assert await store_checks.store(settings) == []
