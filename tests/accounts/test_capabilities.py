"""What an account can do, as clients of both styles read it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from socialclaw.accounts import actions, capabilities
from socialclaw.accounts.capabilities import capability
from socialclaw.accounts.lookup import provider_of, target_of
from socialclaw.db.base import utc_now
from socialclaw.system import System
from tests.accounts.world import change, connect_form, connect_x, row_of


async def account_of(system: System, workspace: str, provider: str) -> str:
    return await (connect_x(system, workspace) if provider == "x" else connect_form(system, workspace, provider))


@pytest.mark.parametrize("provider", ["x", "telegram", "discord"])
async def test_every_field_that_clients_read_is_there(system: System, workspace: str, provider: str) -> None:
    row = await row_of(system, await account_of(system, workspace, provider))
    found = capability(row, actions.actions_of(row), utc_now())
    assert found["canPublish"] is found["publishable"] is True
    assert (found["accountId"], found["handle"], found["accountType"]) == (row.id, row.handle, row.account_type)
    assert found["summary"]
    workflow = found["workflow"]
    assert workflow["supportedInteractionTypes"] == list(provider_of(row).rules.interactions)
    assert workflow["draftSupport"] is workflow["campaignSupport"] is True
    assert workflow["currentPostModel"]
    assert workflow["executionModel"]
    media = found["input"]["media"]
    assert media == found["media"]
    assert {"supported", "required", "maxItems", "acceptsMultiple", "acceptedKinds", "transport", "nativeUpload"} <= media.keys()
    assert media["acceptedKinds"] == ["image", "video"]
    assert media["acceptsMultiple"] is (media["maxItems"] > 1)
    assert {"maxLength", "maxCaptionLength", "unit"} <= found["input"]["text"].keys()
    assert found["publishSettings"]["fields"] == found["settings"]
    assert "publish-preview" in [a["id"] for a in found["discoveryActions"]["actions"]]
    assert found["limitations"]
    assert found["nextRecommendedActions"]


async def test_the_text_limit_of_each_network_is_told(system: System, workspace: str) -> None:
    limits = {}
    for provider in ("x", "telegram", "discord"):
        row = await row_of(system, await account_of(system, workspace, provider))
        limits[provider] = capability(row, (), utc_now())["input"]["text"]
    assert (limits["x"]["maxLength"], limits["discord"]["maxLength"]) == (280, 2000)
    assert (limits["telegram"]["maxLength"], limits["telegram"]["maxCaptionLength"]) == (4096, 1024)


async def test_an_account_that_needs_a_person_says_so_first(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    await change(system, account_id, status="reconnect_required", refresh_at=None)
    found = capability(await row_of(system, account_id), (), utc_now())
    assert found["canPublish"] is False
    assert "Connect this account again" in found["nextRecommendedActions"][0]


async def test_an_expired_token_that_can_be_refreshed_is_no_reason_to_reconnect(system: System, workspace: str) -> None:
    account_id = await connect_x(system, workspace)
    await change(system, account_id, token_expires_at=utc_now() - timedelta(hours=1))
    found = capability(await row_of(system, account_id), (), utc_now())
    assert found["canPublish"] is True
    assert not any("again" in line for line in found["nextRecommendedActions"])


async def test_settings_describe_every_field(system: System, workspace: str) -> None:
    row = await row_of(system, await connect_form(system, workspace, "telegram"))
    found = capabilities.settings(row)
    assert found["supported"] is True
    assert (found["target"]["provider"], found["target"]["accountType"]) == ("telegram", row.account_type)
    fields = {field["id"]: field for field in found["fields"]}
    assert list(fields) == [s.id for s in target_of(row).settings]
    mode = fields["parseMode"]
    assert (mode["type"], mode["options"], mode["default"], mode["required"]) == ("enum", ["none", "HTML", "MarkdownV2"], "none", False)
    assert fields["protectContent"]["type"] == "boolean"
    assert found["discovery"]["mediaDelivery"] == "telegram_fetches_public_media_url"
    assert found["discovery"]["publishShape"] == "text_message_with_optional_single_media"


async def test_who_carries_the_media_is_told(system: System, workspace: str) -> None:
    native = {}
    for provider in ("x", "telegram", "discord"):
        row = await row_of(system, await account_of(system, workspace, provider))
        native[provider] = capability(row, (), utc_now())["media"]["nativeUpload"]
    assert native == {"x": True, "telegram": False, "discord": True}
