"""What a user may do to a post over the API, in which state, and what is a conflict."""

from __future__ import annotations

import pytest

from socialclaw.providers.base import Deletes, Provider
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")

LATER = "2035-01-01T00:00:00Z"


async def in_state(desk: Desk, state: str) -> str:
    """A post of X (of Telegram where it cannot be read) that has come to this state."""
    account = await desk.connect("telegram" if state == "unknown, unreadable" else "x")
    match state:
        case "draft":
            return str((await desk.apply({"account": account, "description": "P"}, mode="draft"))["posts"][0]["id"])
        case "scheduled":
            return (await desk.publish(account, "P", publish_at=LATER))[0]
        case "retry_pending":
            desk.network().fail("refuse")
        case "publishing":
            desk.network().fail("timeout_after")
        case "failed":
            desk.network().fail("refuse", times=6)
        case "unknown":
            desk.network().fail("timeout_after")
            desk.network().fail("refuse", "GET /2/users", times=1000)
        case "unknown, unreadable":
            desk.network("telegram").fail("timeout_after")
    [post] = await desk.publish(account, "P")
    await desk.work()
    match state:
        case "failed":
            for _ in range(6):
                await desk.wait(3700)
        case "unknown" | "unknown, unreadable":
            await desk.wait(25 * 3600)
            desk.network().shelf.disarm()
        case "canceled":
            raise AssertionError("cancel it in the test")
    return post


@both
@pytest.mark.parametrize("state", ["draft", "scheduled", "retry_pending"])
async def test_what_cannot_be_live_can_be_canceled(desk: Desk, state: str) -> None:
    post = await in_state(desk, state)
    assert (await desk.post(post))["status"] == state
    answer = await desk.do(post, "cancel")
    assert (answer.status_code, answer.json()["post"]["status"]) == (200, "canceled")
    assert (await desk.do(post, "cancel")).status_code == 200, "again changes nothing"
    await desk.wait(10 * 365 * 24 * 3600)
    assert (await desk.post(post))["status"] == "canceled"
    assert desk.seen() == []


@both
@pytest.mark.parametrize("state", ["published", "failed", "unknown"])
async def test_what_is_live_or_over_cannot(desk: Desk, state: str) -> None:
    post = await in_state(desk, state)
    before = await desk.post(post)
    assert await desk.refused(post, "cancel") == "post_not_cancelable"
    assert await desk.post(post) == before


@both
@pytest.mark.parametrize("state", ["failed", "retry_pending"])
async def test_a_retry_sends_a_post_at_once_with_all_its_tries(desk: Desk, state: str) -> None:
    post = await in_state(desk, state)
    answer = await desk.do(post, "retry")
    assert (answer.status_code, answer.json()["post"]["errorCode"]) == (200, None)
    assert desk.queue.hints, "the worker is told"
    await desk.work()
    assert (await desk.post(post))["status"] == "published"
    assert desk.seen() == ["P"]


@both
@pytest.mark.parametrize("state", ["draft", "scheduled", "publishing", "published"])
async def test_only_a_failed_post_is_retried(desk: Desk, state: str) -> None:
    post = await in_state(desk, state)
    assert await desk.refused(post, "retry") == "post_not_retryable"
    assert await desk.refused(post, "retry", force=True) == "post_not_retryable", "force is for unknown outcomes, not for everything"


@both
async def test_a_canceled_post_is_not_retried(desk: Desk) -> None:
    post = await in_state(desk, "scheduled")
    await desk.do(post, "cancel")
    assert await desk.refused(post, "retry", force=True) == "post_not_retryable"


@both
async def test_an_unknown_outcome_is_sent_again_only_by_force(desk: Desk) -> None:
    post = await in_state(desk, "unknown, unreadable")
    assert await desk.refused(post, "retry") == "publish_outcome_unknown"
    assert await desk.refused(post, "retry", force=False) == "publish_outcome_unknown"
    assert desk.seen("telegram") == ["P"]
    answer = await desk.do(post, "retry", force=True)
    assert (answer.status_code, answer.json()["post"]["reconciliationStatus"]) == (200, None)
    await desk.work()
    assert (await desk.post(post))["status"] == "published"
    assert desk.seen("telegram") == ["P", "P"], "as the user has insisted"


@pytest.mark.parametrize("force", ["yes", 1, None, []])
async def test_force_is_true_or_false(desk: Desk, force: object) -> None:
    post = await in_state(desk, "unknown, unreadable")
    answer = await desk.do(post, "retry", force=force)
    assert (answer.status_code, answer.json()["code"]) == (422, "field_type_invalid")


@both
async def test_a_retry_needs_a_connected_account(desk: Desk) -> None:
    post = await in_state(desk, "failed")
    account = (await desk.row(post)).account_id
    assert (await desk.api.delete(f"/v1/accounts/{account}")).status_code == 200
    assert await desk.refused(post, "retry") == "account_reconnect_required"


@both
async def test_deleting_takes_the_post_down_and_keeps_it_published_here(desk: Desk) -> None:
    post = await in_state(desk, "published")
    answer = await desk.do(post, "delete")
    assert answer.status_code == 200
    assert (answer.json()["post"]["status"], answer.json()["post"]["providerStatus"]) == ("published", "deleted")
    assert desk.seen() == []
    calls = len(desk.network().requests)
    assert (await desk.do(post, "delete")).status_code == 200
    assert len(desk.network().requests) == calls, "the network is not asked twice"


@both
@pytest.mark.parametrize("state", ["draft", "scheduled", "publishing", "retry_pending", "failed", "unknown"])
async def test_only_a_published_post_is_deleted(desk: Desk, state: str) -> None:
    post = await in_state(desk, state)
    assert await desk.refused(post, "delete") == "post_not_published"


@both
@pytest.mark.parametrize("what", ["delete", "reconcile"])
async def test_a_token_that_ended_is_refreshed(desk: Desk, what: str) -> None:
    post = await in_state(desk, "published")
    desk.network().fail("expire_token", "*")
    assert (await desk.do(post, what)).status_code == 200


@both
@pytest.mark.parametrize("what", ["delete", "reconcile"])
async def test_withdrawn_access_is_a_conflict(desk: Desk, what: str) -> None:
    post = await in_state(desk, "published")
    desk.network().fail("revoke_token", "*")
    assert await desk.refused(post, what) == "account_reconnect_required"
    calls = len(desk.network().requests)
    assert await desk.refused(post, what) == "account_reconnect_required"
    assert len(desk.network().requests) == calls, "refused access is not tried again"


@pytest.mark.parametrize("what", ["delete", "reconcile"])
async def test_a_network_in_trouble_is_told_and_changes_nothing(desk: Desk, what: str) -> None:
    post = await in_state(desk, "published")
    before = await desk.post(post)
    desk.network().fail("error", "*")
    answer = await desk.do(post, what)
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_unavailable")
    assert await desk.post(post) == before


async def test_where_a_network_cannot_reconcile_that_is_said(desk: Desk) -> None:
    post = await in_state(desk, "unknown, unreadable")
    assert await desk.refused(post, "reconcile") == "provider_reconcile_unsupported"


@both
@pytest.mark.parametrize("state", ["draft", "scheduled", "retry_pending", "failed"])
async def test_where_nothing_is_unclear_there_is_nothing_to_reconcile(desk: Desk, state: str) -> None:
    post = await in_state(desk, state)
    assert await desk.refused(post, "reconcile") == "post_not_reconcilable"


@both
async def test_reconciling_a_published_post_tells_whether_it_is_still_there(desk: Desk) -> None:
    post = await in_state(desk, "published")
    assert (await desk.do(post, "reconcile")).json()["post"]["reconciliationStatus"] == "confirmed"
    [seen] = desk.network().seen()
    with desk.network().store.transaction():
        desk.network().shelf.remove_post(seen.id, seen.created_at)
    assert (await desk.do(post, "reconcile")).json()["post"]["reconciliationStatus"] == "not_found"


@both
async def test_reconciling_resolves_an_unknown_outcome_that_can_be_read(desk: Desk) -> None:
    post = await in_state(desk, "unknown")
    found = (await desk.do(post, "reconcile")).json()["post"]
    [seen] = desk.network().seen()
    assert (found["status"], found["reconciliationStatus"], found["errorCode"]) == ("published", "confirmed", None)
    assert found["providerPostId"] == seen.id


@both
async def test_reconciling_while_the_worker_waits_lets_it_look_now(desk: Desk) -> None:
    post = await in_state(desk, "publishing")
    assert (await desk.do(post, "reconcile")).json()["post"]["status"] in ("publishing", "published")
    desk.queue.hints.clear()
    await desk.wait(3)
    assert (await desk.post(post))["status"] == "published"
    assert desk.seen() == ["P"]


@pytest.mark.parametrize("what", ["cancel", "retry", "delete", "reconcile"])
async def test_a_post_of_nobody_is_a_404(desk: Desk, what: str) -> None:
    assert (await desk.do("post_unknown", what)).status_code == 404


async def test_where_a_network_cannot_delete_that_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    post = await in_state(desk, "published")
    monkeypatch.setattr(Provider, "can", lambda self, ability: ability is not Deletes)
    assert await desk.refused(post, "delete") == "provider_delete_unsupported"
