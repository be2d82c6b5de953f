"""Connected accounts: as many as the plan has; what is connected already is connected again for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from socialclaw.accounts import callback, connect
from socialclaw.billing import counting, plans
from socialclaw.errors import PlanRequired
from socialclaw.networks import providers
from tests.billing.conftest import Has, paid
from tests.crash.users import consent
from tests.publishing.desk import Desk

LIMIT = "account_limit_reached"


def room_for(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setitem(plans.PLANS, "starter", replace(plans.STARTER, connected_accounts=most))  # type: ignore[arg-type]


async def used(desk: Desk) -> int:
    return await desk.system.read(desk.workspace.id, counting.accounts_used, test=True)


async def three_pages(desk: Desk) -> None:
    """Of Ada on Facebook."""
    answer = await desk.api.put("/v1/sandbox/networks/meta/destinations", json={"login": "ada", "count": 3})
    assert answer.status_code == 200, answer.text


def typed(desk: Desk, key: str, who: str) -> dict[str, str]:
    network = desk.network(providers()[key].network)
    with network.store.transaction():
        return dict(network.credentials(who))


@pytest.mark.usefixtures("both_databases")
async def test_a_full_plan_connects_no_other_account_and_the_same_one_again(desk: Desk, has: Has, monkeypatch: pytest.MonkeyPatch) -> None:
    room_for(monkeypatch, 2)
    await has(paid())
    account = await desk.connect("x", "ada")
    await desk.connect("telegram", "ada")
    refused = await desk.api.post("/v1/connections/start", json={"provider": "youtube"})
    assert (refused.status_code, refused.json()["code"]) == (402, LIMIT)
    details = refused.json()["details"]
    assert (details["plan"], details["limit"], details["used"], details["disconnect"]) == ("starter", 2, 2, 1)
    assert details["upgradePath"] == "/dashboard/billing"
    assert await desk.connect("x", "ada") == account
    pasted = await desk.api.post("/v1/connections/start", json={"provider": "discord", **typed(desk, "discord", "ada")})
    assert (pasted.status_code, pasted.json()["code"]) == (402, LIMIT)
    assert len((await desk.api.get("/v1/accounts")).json()["accounts"]) == 2
    assert (await desk.api.delete(f"/v1/accounts/{account}")).status_code == 200
    assert await used(desk) == 1
    assert await desk.connect("discord", "ada")
    assert await used(desk) == 2


async def test_somebody_else_of_the_same_network_is_refused_when_they_come_back(
    desk: Desk, has: Has, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who it is shows only then."""
    room_for(monkeypatch, 1)
    await has(paid())
    await desk.connect("x", "ada")
    started = await connect.start(desk.system, desk.workspace.id, "x", test=True)
    done = await callback.finish(desk.system, "x", await consent(desk.system, started["authorizeUrl"], typed(desk, "x", "bob")))
    assert done.error is not None
    found = (await desk.api.get(f"/v1/connections/{started['id']}")).json()["connection"]
    assert (found["status"], found["errorCode"], found["accounts"]) == ("failed", LIMIT, [])
    assert await used(desk) == 1


async def test_what_does_not_fit_is_left_out_and_named(desk: Desk, has: Has, monkeypatch: pytest.MonkeyPatch) -> None:
    await three_pages(desk)
    await desk.connect("facebook", "ada")
    everything = await used(desk)
    assert everything == 3
    for account in (await desk.api.get("/v1/accounts")).json()["accounts"]:
        await desk.api.delete(f"/v1/accounts/{account['id']}")
    room_for(monkeypatch, everything - 1)
    await has(paid())
    started = await connect.start(desk.system, desk.workspace.id, "facebook", test=True)
    done = await callback.finish(
        desk.system, "facebook", await consent(desk.system, started["authorizeUrl"], typed(desk, "facebook", "ada"))
    )
    assert done.error is None
    found = (await desk.api.get(f"/v1/connections/{started['id']}")).json()["connection"]
    assert (found["status"], found["errorCode"]) == ("connected", LIMIT)
    assert found["error"].startswith("The plan has no room for ")
    assert await used(desk) == everything - 1


async def test_looking_for_new_places_adds_no_more_than_there_is_room_for(desk: Desk, has: Has, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await desk.connect("pinterest", "ada")
    before = await used(desk)
    answer = await desk.api.put("/v1/sandbox/networks/pinterest/destinations", json={"login": "ada", "count": before + 2})
    assert answer.status_code == 200, answer.text
    room_for(monkeypatch, before + 1)
    await has(paid())
    first, again = [(await desk.api.post(f"/v1/accounts/{account}/actions/sync-targets", json={})).json()["result"] for _ in range(2)]
    assert (first["added"], len(first["leftOut"])) == (1, 1)
    assert (again["added"], len(again["leftOut"])) == (0, 1)
    assert await used(desk) == before + 1


async def test_accounts_beyond_a_smaller_plan_stay_and_nothing_is_added(desk: Desk, has: Has, monkeypatch: pytest.MonkeyPatch) -> None:
    room_for(monkeypatch, 1)
    account = await desk.connect("x", "ada")
    await desk.connect("telegram", "ada")
    await has(paid())
    await desk.publish(account, "Still here")
    await desk.work()
    assert desk.seen() == ["Still here"]
    with pytest.raises(PlanRequired) as refused:
        await connect.start(desk.system, desk.workspace.id, "youtube", test=True)
    assert refused.value.details["disconnect"] == 2
