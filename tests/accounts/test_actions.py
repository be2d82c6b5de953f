"""Discovery actions, publish-preview above all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from socialclaw.accounts import actions, directory, lookup
from socialclaw.db.assets import Asset
from socialclaw.errors import InvalidRequest, NotFound, Rejected, SocialClawError, Unauthorized
from socialclaw.networks import providers
from socialclaw.providers.base import Action
from socialclaw.scheduling.preview import preview as publish_preview
from socialclaw.system import System
from tests.accounts.world import add_workspace, change, connect_form, connect_x, row_of

IMAGE = "https://example.org/a.jpg"


async def preview(system: System, workspace: str, account_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    row = await system.read(workspace, directory.account, account_id, test=True)
    return await publish_preview(system, workspace, row, body, test=True)


@pytest.fixture
async def telegram(system: System, workspace: str) -> str:
    return await connect_form(system, workspace, "telegram")


async def test_a_good_post_is_shown_as_it_would_go_out(system: System, workspace: str, telegram: str) -> None:
    body = {"title": "Hello", "text": "world", "mediaLink": IMAGE, "settings": {"disableNotification": True}}
    result = await preview(system, workspace, telegram, body)
    assert (result["valid"], result["error"], result["actionId"]) == (True, None, "publish-preview")
    assert result["account"]["handle"] == (await row_of(system, telegram)).handle
    assert (result["input"]["interactionType"], result["input"]["mediaLink"]) == ("post", IMAGE)
    assert result["input"]["assets"] == [{"id": "asset_1", "url": IMAGE, "managed": False}]
    resolved = result["resolved"]
    assert resolved["mediaKind"] == "image"
    assert resolved["publishShape"] == "text_message_with_optional_single_media"
    assert resolved["mediaDelivery"] == "telegram_fetches_public_media_url"
    assert resolved["effectiveSettings"]["disableNotification"] is True
    assert resolved["effectiveSettings"]["protectContent"] is False
    assert any("size" in line for line in resolved["warnings"])
    assert any(line.startswith("Text: 12 of 1024") for line in resolved["notes"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "post_content_required"),
        ({"text": "a", "interaction_type": "reply"}, "telegram_interaction_unsupported"),
        ({"text": "a", "interaction_type": "comment"}, "provider_comment_unsupported"),
        ({"text": "a", "interaction_type": "story"}, "interaction_type_invalid"),
        ({"text": "a", "settings": {"colour": "red"}}, "telegram_settings_unsupported"),
        ({"text": "a", "settings": {"parseMode": "html"}}, "telegram_parse_mode_invalid"),
        ({"text": "a", "assets": [IMAGE, IMAGE]}, "provider_multi_asset_unsupported"),
        ({"text": "a", "media_link": "https://example.org/a.pdf"}, "telegram_media_unsupported"),
        ({"text": "a" * 4097}, "telegram_text_too_long"),
    ],
)
async def test_a_bad_post_is_an_answer_not_a_failure(
    system: System, workspace: str, telegram: str, body: dict[str, Any], code: str
) -> None:
    result = await preview(system, workspace, telegram, body)
    assert result["valid"] is False
    assert code in [issue["code"] for issue in result["issues"]]
    assert result["error"] == result["issues"][0]
    assert result["error"]["message"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"text": 5}, "description"),
        ({"settings": [1]}, "settings"),
        ({"assets": "x"}, "assets"),
        ({"assets": [5]}, "assets[0]"),
        ({"assets": [{"url": ""}]}, "assets[0].url"),
        ({"assets": [{"url": IMAGE, "size": "big"}]}, "assets[0].size"),
        ({"assets": [{"url": IMAGE, "width": -1}]}, "assets[0].width"),
        ({"media_link": "https://example.org/b.jpg", "assets": [IMAGE]}, "media_link"),
    ],
)
async def test_a_body_of_the_wrong_shape_is_a_422(system: System, workspace: str, telegram: str, body: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await preview(system, workspace, telegram, body)
    assert refused.value.details["issues"][0]["path"] == path


async def test_what_we_know_of_our_own_files_is_used(system: System, workspace: str, telegram: str) -> None:
    def upload(session: Any) -> None:
        facts = {"filename": "a", "mime": "image/png", "kind": "image", "size": 11 * 1024 * 1024, "sha256": "0"}
        session.add(Asset(id="asset_big", workspace_id=workspace, object_key="k", delivery_token="t", **facts))

    await system.database.write(upload)
    url = f"{system.settings.base_url}/media/asset_big/t/a.png"
    result = await preview(system, workspace, telegram, {"assets": [{"url": url}]})
    assert result["error"]["code"] == "telegram_image_too_large"
    assert result["input"]["assets"][0]["mime"] == "image/png"
    other = await add_workspace(system, "Other")
    theirs = await connect_form(system, other, "telegram")
    assert (await preview(system, other, theirs, {"assets": [{"url": url}]}))["error"]["code"] == "asset_not_found"


async def test_a_reply_on_x_needs_a_parent(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    reply = {"description": "yes", "interactionType": "reply"}
    assert (await preview(system, workspace, account_id, reply))["error"]["code"] == "x_reply_parent_required"
    assert (await preview(system, workspace, account_id, {**reply, "replyToStepId": "post_1"}))["valid"]


async def test_the_length_on_x_is_weighted(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    assert (await preview(system, workspace, account_id, {"text": "家" * 140}))["valid"]
    assert not (await preview(system, workspace, account_id, {"text": "家" * 141}))["valid"]


async def test_an_account_that_needs_a_person_is_refused_as_a_schedule_to_it_is(system: System, workspace: str, telegram: str) -> None:
    await change(system, telegram, status="reconnect_required")
    result = await preview(system, workspace, telegram, {"text": "a"})
    assert [issue["code"] for issue in result["issues"]] == ["account_reconnect_required"]
    assert any("cannot be published to now" in line for line in result["resolved"]["warnings"])


async def test_an_unknown_action_names_those_there_are(system: System, workspace: str, telegram: str) -> None:
    with pytest.raises(NotFound) as missing:
        await actions.run(system, workspace, telegram, "sync_boards", {}, test=True)
    assert missing.value.code == "action_not_found"
    assert "publish-preview" in missing.value.message


async def test_another_workspaces_account_has_no_actions(system: System, workspace: str, telegram: str) -> None:
    with pytest.raises(NotFound) as missing:
        await preview(system, await add_workspace(system, "Other"), telegram, {"text": "a"})
    assert missing.value.code == "account_not_found"


async def test_both_styles_describe_an_actions_input(system: System, telegram: str) -> None:
    row = await row_of(system, telegram)
    wire = actions.action_wire(actions.actions_of(row)[0], row.provider)
    assert {"id", "label", "description", "provider", "inputSchema"} <= wire.keys()
    assert [field["id"] for field in wire["input"]["fields"]] == list(wire["inputSchema"]["properties"])
    assert {"id", "type", "required"} <= wire["input"]["fields"][0].keys()


# Actions that ask the network: one made up for these tests.

SCHEMA = {"type": "object", "required": ["topic"], "properties": {"topic": {"type": "string"}, "limit": {"type": "integer"}}}


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the action is to do, one entry a call: an exception to raise, or a result."""
    plan: list[Any] = []

    async def run(adapter: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
        step = plan.pop(0)
        if isinstance(step, Exception):
            raise step
        return {"topic": body["topic"], **step}

    action = Action("look-up", "Look up", "Looks something up.", run, SCHEMA)
    known = {**providers(), "x": replace(providers()["x"], actions=(action,))}
    monkeypatch.setattr(lookup, "providers", lambda: known)
    return plan


async def test_an_action_of_the_network_answers(system: System, workspace: str, asking: list[Any]) -> None:
    account_id = await connect_x(system, workspace)
    asking.append({"found": 3})
    result = await actions.run(system, workspace, account_id, "look-up", {"topic": "news"}, test=True)
    assert (result["found"], result["topic"], result["actionId"]) == (3, "news", "look-up")


async def test_an_action_goes_on_with_a_fresh_token_after_a_401(system: System, workspace: str, asking: list[Any]) -> None:
    account_id = await connect_x(system, workspace)
    asking.extend([Unauthorized("expired"), {"found": 1}])
    assert (await actions.run(system, workspace, account_id, "look-up", {"topic": "a"}, test=True))["found"] == 1
    assert (await row_of(system, account_id)).refresh_status == "ok"


async def test_a_refusal_of_the_network_is_a_422_without_secrets(system: System, workspace: str, asking: list[Any]) -> None:
    account_id = await connect_x(system, workspace)
    from socialclaw.accounts.tokens import unseal

    token = unseal(system.vault, await row_of(system, account_id))["access_token"]
    asking.append(Rejected(f"no such topic for {token}", code="topic_unknown", said=f"<{token}>"))
    with pytest.raises(SocialClawError) as refused:
        await actions.run(system, workspace, account_id, "look-up", {"topic": "a"}, test=True)
    assert (refused.value.status, refused.value.code) == (422, "topic_unknown")
    assert token not in refused.value.message + str(refused.value.details)


@pytest.mark.parametrize(("body", "path"), [({}, "topic"), ({"topic": 5}, "topic"), ({"topic": "a", "limit": True}, "limit")])
async def test_an_actions_input_is_checked(system: System, workspace: str, asking: list[Any], body: dict[str, Any], path: str) -> None:
    account_id = await connect_x(system, workspace)
    with pytest.raises(InvalidRequest) as refused:
        await actions.run(system, workspace, account_id, "look-up", body, test=True)
    assert refused.value.details["issues"][0]["path"] == path
