"""Access that is given anew while a call with the old one is under way."""

from __future__ import annotations

import pytest

from socialclaw.publishing.claims import Wanted, claim
from tests.publishing.desk import Desk


@pytest.mark.usefixtures("both_databases")
async def test_an_account_that_is_connected_again_meanwhile_stays_connected_and_its_post_goes_out(desk: Desk) -> None:
    account = await desk.connect()
    [post] = await desk.publish(account, "P")
    [held] = await desk.system.database.write(claim, [Wanted(account, desk.worker.id, 30.0)])
    assert held
    desk.network().fail("revoke_token", "*")
    outcome = await desk.worker.engine.attempt(held)
    assert outcome
    assert await desk.connect() == account
    await desk.worker.engine.record(outcome, more=False)
    await desk.work()
    assert (await desk.account(account)).status == "connected"
    assert (await desk.post(post))["status"] == "published"
