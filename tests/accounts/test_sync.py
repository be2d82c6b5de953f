"""Looking again for destinations: a board made after connecting becomes an account, and nothing that was there is lost."""

from __future__ import annotations

import io
from typing import Any

import httpx2
import pytest
from PIL import Image

from socialclaw.accounts import credentials, sync
from socialclaw.accounts.tokens import unlock, unseal
from socialclaw.system import System
from tests.accounts.world import change, consent, network, row_of
from tests.conftest import Member, member

pytestmark = pytest.mark.usefixtures("both_databases")
Json = dict[str, Any]


@pytest.fixture
async def workspace(system: System) -> Member:
    return await member(system, "Ours")


async def connected(system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, *, who: str = "ada") -> list[Json]:
    """A user of Pinterest connects; the accounts, the board before the identity."""
    begun = await api.post("/v1/connections/start", json={"provider": "pinterest"})
    back = await consent(system, begun.json()["connection"]["authorizeUrl"], who=who)
    assert (await anonymous.get("/oauth/pinterest/callback", params=back)).status_code == 200
    answer = await api.get(f"/v1/connections/{begun.json()['connection']['id']}")
    assert answer.json()["connection"]["status"] == "connected", answer.text
    return sorted(answer.json()["accounts"], key=lambda account: str(account["accountType"]))


@pytest.fixture
async def board(system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient) -> Json:
    return (await connected(system, api, anonymous))[0]


async def ask(api: httpx2.AsyncClient, account: Json, action: str, **body: Any) -> Json:
    answer = await api.post(f"/v1/accounts/{account['id']}/actions/{action}", json=body)
    assert answer.status_code == 200, answer.text
    result: Json = answer.json()["result"]
    return result


async def listed(api: httpx2.AsyncClient) -> dict[str, Json]:
    return {account["handle"]: account for account in (await api.get("/v1/accounts")).json()["accounts"]}


async def publish(api: httpx2.AsyncClient, system: System, account_id: str) -> Json:
    """A post with a picture of ours, published on a clock that is moved."""
    file = io.BytesIO()
    Image.new("RGB", (600, 900), "teal").save(file, "PNG")
    uploaded = await api.post("/v1/assets/upload", files={"file": ("soup.png", file.getvalue(), "image/png")})
    asset = uploaded.json()["asset"]
    # The simulator pulls pictures over HTTP, where nobody listens in this test.
    network(system, "pinterest").fetch = {asset["publicUrl"]: httpx2.Response(200, content=file.getvalue())}.__getitem__
    assert (await api.post("/v1/sandbox/clock/freeze")).status_code == 200
    assets = [{"id": asset["id"], "url": asset["publicUrl"], "managed": True}]
    post = {"account": account_id, "name": "Soup", "description": "of the day", "assets": assets}
    applied = await api.post("/v1/posts/apply", json={"schedule": {"posts": [post]}})
    assert applied.status_code == 201, applied.text
    assert (await api.post("/v1/sandbox/clock/advance", json={"minutes": 1})).status_code == 200
    assert (await api.post("/v1/sandbox/clock/resume")).status_code == 200
    found: Json = (await api.get(f"/v1/posts/{applied.json()['posts'][0]['id']}")).json()["post"]
    return found


async def test_a_board_just_made_can_be_published_to(api: httpx2.AsyncClient, system: System, board: Json) -> None:
    made = (await ask(api, board, "create-board", name="Recipes"))["board"]
    assert made["handle"] not in await listed(api)
    result = await ask(api, board, "sync-targets")
    assert (result["added"], result["total"]) == (1, 3)
    [new] = [account for account in result["accounts"] if account["new"]]
    assert (new["handle"], new["displayName"], new["accountType"]) == (made["handle"], "Recipes", "pinterest_board")
    account = (await listed(api))[made["handle"]]
    assert (account["id"], account["status"]) == (new["id"], "connected")
    post = await publish(api, system, account["id"])
    assert post["status"] == "published", post
    [seen] = network(system, "pinterest").seen()
    assert (seen.id, seen.account, seen.text) == (post["providerPostId"], made["id"], "Soup\n\nof the day")


async def test_the_identity_finds_boards_as_well(system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient) -> None:
    _, identity = await connected(system, api, anonymous)
    assert identity["accountType"] == "pinterest_user"
    actions = {action["id"]: action["label"] for action in (await api.get(f"/v1/accounts/{identity['id']}/actions")).json()["actions"]}
    assert actions["sync-targets"] == "Sync boards"
    await ask(api, identity, "create-board", name="Recipes")
    assert (await ask(api, identity, "sync-targets"))["added"] == 1


async def test_looking_again_finds_nothing_twice(api: httpx2.AsyncClient, board: Json) -> None:
    await ask(api, board, "create-board", name="Recipes")
    await ask(api, board, "sync-targets")
    before = await listed(api)
    again = await ask(api, board, "sync-targets")
    assert (again["added"], again["total"], [account["new"] for account in again["accounts"]]) == (0, 3, [False] * 3)
    assert {handle: account["id"] for handle, account in (await listed(api)).items()} == {h: a["id"] for h, a in before.items()}


async def test_what_is_known_gets_its_present_name(api: httpx2.AsyncClient, system: System, board: Json) -> None:
    pinterest = network(system, "pinterest")
    [(board_id, kept)] = pinterest.shelf.all("boards").items()
    pinterest.shelf.put("boards", board_id, {**kept, "name": "Better ideas", "privacy": "PROTECTED"})
    await ask(api, board, "sync-targets")
    assert (await listed(api))[board["handle"]]["displayName"] == "Better ideas"
    assert (await row_of(system, board["id"])).meta["privacy"] == "PROTECTED"


async def test_the_connection_lists_what_was_found_later(api: httpx2.AsyncClient, system: System, board: Json) -> None:
    await ask(api, board, "create-board", name="Recipes")
    await ask(api, board, "sync-targets")
    connection = (await row_of(system, board["id"])).connection_id
    shown = (await api.get(f"/v1/connections/{connection}")).json()["accounts"]
    assert {account["handle"] for account in shown} == set(await listed(api))


async def refreshes_work(system: System, api: httpx2.AsyncClient) -> None:
    """Every account holds the token that works now: Pinterest takes a refresh token once."""
    for account in (await listed(api)).values():
        network(system, "pinterest").fail("expire_token", "GET /v5/boards$")
        assert (await ask(api, account, "list-boards"))["boards"]
        assert network(system, "pinterest").shelf.armed() == []
    rows = [await row_of(system, account["id"]) for account in (await listed(api)).values()]
    assert {row.status for row in rows} == {"connected"}
    assert len({tuple(sorted(unseal(system.vault, row).items())) for row in rows}) == 1


async def test_a_token_that_ends_while_looking_is_refreshed_for_all(api: httpx2.AsyncClient, system: System, board: Json) -> None:
    await ask(api, board, "create-board", name="Recipes")
    network(system, "pinterest").fail("expire_token", "GET /v5/boards$")
    assert (await ask(api, board, "sync-targets"))["added"] == 1
    await refreshes_work(system, api)


async def test_a_refresh_after_the_network_answered_loses_nothing(
    api: httpx2.AsyncClient, system: System, board: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker refreshes between the network's answer and our writing it down."""
    await ask(api, board, "create-board", name="Recipes")
    ask_the_network = sync.discover

    async def discover(*args: Any, **kwargs: Any) -> Any:
        found = await ask_the_network(*args, **kwargs)
        row = await row_of(system, board["id"])
        await credentials.refresh_now(system, row.id, unlock(system.vault, row))
        return found

    monkeypatch.setattr(sync, "discover", discover)
    assert (await ask(api, board, "sync-targets"))["added"] == 1
    await refreshes_work(system, api)


async def test_a_new_account_lives_as_long_as_the_access_it_shares(api: httpx2.AsyncClient, system: System, board: Json) -> None:
    await ask(api, board, "create-board", name="Recipes")
    result = await ask(api, board, "sync-targets")
    new, old = [await row_of(system, account["id"]) for account in sorted(result["accounts"], key=lambda a: not a["new"])][:2]
    assert old.token_expires_at is not None
    assert new.token_expires_at is not None
    assert abs((new.token_expires_at - old.token_expires_at).total_seconds()) < 60
    assert (new.scopes, new.connection_id) == (old.scopes, old.connection_id)


async def test_what_was_disconnected_on_purpose_stays_so(api: httpx2.AsyncClient, board: Json) -> None:
    await ask(api, board, "create-board", name="Recipes")
    [recipes] = [account for account in (await ask(api, board, "sync-targets"))["accounts"] if account["new"]]
    assert (await api.delete(f"/v1/accounts/{recipes['id']}")).status_code == 200
    result = await ask(api, board, "sync-targets")
    assert (result["added"], result["total"]) == (0, 2)
    assert recipes["handle"] not in await listed(api)


async def test_another_users_accounts_stay_with_their_own_connection(
    system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, board: Json
) -> None:
    """A group board, found by two users of one workspace, belongs to who connected it."""
    theirs = (await connected(system, api, anonymous, who="grace"))[0]
    pinterest = network(system, "pinterest")
    group = pinterest.shelf.get("boards", theirs["handle"].rpartition(":")[2])
    [ada] = {b["user"] for b in pinterest.shelf.all("boards").values()} - {group["user"]}
    pinterest.shelf.put("boards", group["id"], {**group, "user": ada})
    result = await ask(api, board, "sync-targets")
    assert theirs["id"] in [account["id"] for account in result["accounts"] if not account["new"]]
    ours, other = [(await row_of(system, account["id"])).connection_id for account in (board, theirs)]
    assert ours != other
    shown = (await api.get(f"/v1/connections/{ours}")).json()["accounts"]
    assert theirs["id"] not in [account["id"] for account in shown]


async def test_another_workspace_sees_and_asks_nothing(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, board: Json) -> None:
    await ask(api, board, "create-board", name="Recipes")
    refused = await other_api.post(f"/v1/accounts/{board['id']}/actions/sync-targets", json={})
    assert (refused.status_code, refused.json()["code"]) == (404, "account_not_found")
    result = await ask(api, board, "sync-targets")
    assert (await other_api.get("/v1/accounts")).json()["accounts"] == []
    for account in result["accounts"]:
        refused = await other_api.get(f"/v1/accounts/{account['id']}/capabilities")
        assert (refused.status_code, refused.json()["code"]) == (404, "account_not_found")


async def test_the_same_user_in_another_workspace_is_another_person_there(
    system: System, api: httpx2.AsyncClient, other_api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, board: Json
) -> None:
    theirs = (await connected(system, other_api, anonymous))[0]
    assert (theirs["handle"] == board["handle"], theirs["id"] == board["id"]) == (False, False)
    await ask(api, board, "create-board", name="Recipes")
    assert (await ask(api, board, "sync-targets"))["added"] == 1
    assert len(await listed(api)) == 3
    assert len(await listed(other_api)) == 2
    assert (await ask(other_api, theirs, "sync-targets"))["added"] == 0, "our boards are not in their world"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("revoke_token", 409, "account_reconnect_required"),
        ("timeout", 503, "provider_unavailable"),
        ("rate_limit", 503, "provider_rate_limited"),
        ("malformed", 503, "provider_malformed"),
    ],
)
async def test_a_network_that_does_not_answer_changes_nothing(
    api: httpx2.AsyncClient, system: System, board: Json, fault: str, status: int, code: str
) -> None:
    await ask(api, board, "create-board", name="Recipes")
    before = set(await listed(api))
    network(system, "pinterest").fail(fault, "GET /v5/boards$", seconds=5)
    answer = await api.post(f"/v1/accounts/{board['id']}/actions/sync-targets", json={})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(await listed(api)) == before


async def test_an_account_that_needs_a_person_asks_for_one(api: httpx2.AsyncClient, system: System, board: Json) -> None:
    await change(system, board["id"], status="reconnect_required")
    answer = await api.post(f"/v1/accounts/{board['id']}/actions/sync-targets", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "account_reconnect_required")
