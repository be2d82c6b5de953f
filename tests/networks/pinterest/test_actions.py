"""What can be asked of a Pinterest account before anything is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from socialclaw.errors import InvalidRequest, Rejected, Unauthorized
from socialclaw.providers.draft import Account
from tests.networks.pinterest.conftest import PROVIDER, Scene

ACTIONS = {action.id: action for action in PROVIDER.actions}


async def ask(scene: Scene, account: Account, action: str, **body: Any) -> Mapping[str, Any]:
    return await ACTIONS[action].run(scene.of(account), body)


def test_every_action_says_what_it_does_and_takes() -> None:
    assert list(ACTIONS) == ["create-board", "list-boards", "list-board-sections", "list-catalogs"]
    for action in ACTIONS.values():
        assert action.label
        assert action.description.endswith(".")
        assert all(field["type"] and field["description"].endswith(".") for field in action.input_schema["properties"].values())
    assert ACTIONS["create-board"].input_schema["required"] == ["name"]


async def test_a_board_is_made_and_listed(scene: Scene) -> None:
    user = await scene.identity()
    made = await ask(scene, user, "create-board", name=" Recipes ", description="What to cook", privacy="protected")
    board = made["board"]
    assert (board["name"], board["privacy"], board["description"], board["owner"]) == ("Recipes", "PROTECTED", "What to cook", "ann")
    assert board["handle"] == f"pinterest:board:{board['id']}"
    assert "sync-targets" in made["notes"][0]
    listed = await ask(scene, user, "list-boards")
    assert [found["name"] for found in listed["boards"]] == ["Ideas", "Recipes"]
    assert listed["boards"][1] == board
    assert listed["listing"] == {"after": None}


async def test_a_long_list_goes_on_where_it_ended(scene: Scene, board: Account) -> None:
    await ask(scene, board, "create-board", name="Recipes")
    first = await ask(scene, board, "list-boards", limit=1)
    second = await ask(scene, board, "list-boards", limit=1, after=first["listing"]["after"])
    assert [page["boards"][0]["name"] for page in (first, second)] == ["Ideas", "Recipes"]
    assert second["listing"]["after"] is None


async def test_sections_are_those_of_the_own_board_or_of_a_named_one(scene: Scene, board: Account) -> None:
    own = await ask(scene, board, "list-board-sections")
    assert (own["boardId"], [section["name"] for section in own["sections"]]) == (board.id, ["For later"])
    other = (await ask(scene, board, "create-board", name="Recipes"))["board"]["id"]
    assert (await ask(scene, board, "list-board-sections", boardId=other))["sections"] == []
    named = await ask(scene, await scene.identity(), "list-board-sections", boardId=board.id)
    assert named["sections"] == own["sections"]


async def test_catalogs_are_listed_with_their_type(scene: Scene, board: Account) -> None:
    [catalog] = (await ask(scene, board, "list-catalogs"))["catalogs"]
    assert (catalog["name"], catalog["catalogType"]) == ("Products", "RETAIL")


@pytest.mark.parametrize(
    ("action", "body", "path"),
    [
        ("create-board", {"name": "  "}, "name"),
        ("create-board", {"name": "Recipes", "privacy": "SECRET"}, "privacy"),
        ("list-boards", {"limit": 0}, "limit"),
        ("list-boards", {"limit": 251}, "limit"),
        ("list-board-sections", {"boardId": "../pins"}, "boardId"),
        ("list-board-sections", {}, "boardId"),
    ],
)
async def test_bad_input_is_named_before_anything_is_asked(scene: Scene, action: str, body: dict[str, Any], path: str) -> None:
    user = await scene.identity()
    scene.calls.clear()
    with pytest.raises(InvalidRequest) as refused:
        await ask(scene, user, action, **body)
    assert (refused.value.code, refused.value.status) == ("action_input_invalid", 422)
    assert refused.value.details["issues"][0]["path"] == path
    assert scene.calls == []


async def test_what_pinterest_refuses_has_its_code(scene: Scene, board: Account) -> None:
    for name, code in (("ideas", "pinterest_board_name_invalid"), ("x" * 181, "pinterest_invalid_request")):
        with pytest.raises(Rejected) as refused:
            await ask(scene, board, "create-board", name=name)
        assert refused.value.code == code
    with pytest.raises(Rejected) as missing:
        await ask(scene, board, "list-board-sections", boardId="1")
    assert missing.value.code == "pinterest_board_not_found"


async def test_catalogs_need_their_own_consent(scene: Scene, board: Account) -> None:
    tokens = scene.pinterest.admit("ann", scopes=["boards:read"])
    with pytest.raises(Unauthorized) as refused:
        await ask(scene, Account(board.id, type="pinterest_board", secrets={"access_token": tokens["access_token"]}), "list-catalogs")
    assert refused.value.code == "pinterest_consent_missing"
