"""Starting connections: consent links, and forms that connect at once."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from socialclaw.accounts import connect, directory
from socialclaw.db.accounts import Account, Connection
from socialclaw.errors import InvalidRequest, SocialClawError
from socialclaw.system import System
from tests.accounts.world import add_workspace, connect_form, network, row_of, unrouted

both_databases = pytest.mark.usefixtures("both_databases")


async def everything(system: System, workspace: str) -> tuple[list[Connection], list[Account]]:
    def read(scope: Any) -> tuple[list[Connection], list[Account]]:
        return list(scope.session.scalars(scope.all(Connection))), list(scope.session.scalars(scope.all(Account)))

    return await system.read(workspace, read, test=True)


async def test_oauth_answers_a_consent_link_under_both_names_and_waits(system: System, workspace: str) -> None:
    started = await connect.start(system, workspace, "x", test=True)
    assert started["status"] == "pending"
    assert started["authorizeUrl"] == started["authorizationUrl"]
    url = urlsplit(unrouted(system, started["authorizeUrl"]))
    query = parse_qs(url.query)
    assert query["redirect_uri"] == [f"{system.settings.base_url}/oauth/x/callback"]
    assert query["code_challenge_method"] == ["S256"]
    assert system.vault.verify(query["state"][0])
    assert started["accounts"] == []


async def test_the_state_and_the_verifier_are_not_kept_in_clear(system: System, workspace: str) -> None:
    started = await connect.start(system, workspace, "x", test=True)
    [row], _ = await everything(system, workspace)
    state = parse_qs(urlsplit(started["authorizeUrl"]).query)["state"][0]
    assert row.state_digest not in (None, state)
    assert row.sealed
    assert state not in row.sealed


async def test_aliases_name_a_provider_too(system: System, workspace: str) -> None:
    assert (await connect.start(system, workspace, "Twitter", test=True))["provider"] == "x"


@pytest.mark.parametrize("name", ["myspace", "", None, 7, "\ud800"])
async def test_an_unknown_provider_is_refused_with_the_allowed_ones(system: System, workspace: str, name: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await connect.start(system, workspace, name, test=True)
    assert refused.value.code == "provider_unsupported"
    assert {"x", "telegram", "discord"} <= set(refused.value.details["allowed"])
    refused.value.message.encode()


async def test_a_live_workspace_without_an_app_is_told_what_to_set(system: System) -> None:
    live = await add_workspace(system, "Live", mode="live")
    with pytest.raises(SocialClawError) as refused:
        await connect.start(system, live, "x", test=False)
    assert (refused.value.status, refused.value.code) == (409, "provider_not_configured")
    assert "SOCIALCLAW_APPS__X__CLIENT_ID" in refused.value.message
    assert (await everything(system, live))[0] == []


@both_databases
@pytest.mark.parametrize("provider", ["telegram", "discord"])
async def test_a_form_connects_at_once(system: System, workspace: str, provider: str) -> None:
    values = network(system, provider).credentials("ada")
    made = await connect.start(system, workspace, provider, values, test=True, client="cli")
    assert (made["status"], made["client"], made["authorizeUrl"]) == ("connected", "cli", None)
    assert made["account"] == made["accounts"][0]
    assert made["account"]["provider"] == provider
    assert made["account"]["publishable"]
    [row], [account] = await everything(system, workspace)
    assert (row.account_ids, account.connection_id) == ([account.id], row.id)


@pytest.mark.parametrize(
    ("provider", "wrong", "code"),
    [
        ("telegram", {"botToken": f"123456:{'a' * 35}"}, "telegram_token_invalid"),
        ("telegram", {"chatId": "@nobody_here"}, "telegram_chat_not_found"),
        ("telegram", {"chatId": "not a chat!"}, "telegram_chat_id_invalid"),
        ("discord", {"webhookUrl": "https://example.org/"}, "discord_webhook_url_invalid"),
        ("discord", {"webhookUrl": f"https://discord.com/api/webhooks/{10**17}/{'a' * 68}"}, "discord_webhook_gone"),
    ],
)
async def test_what_a_network_has_against_a_pasted_value_names_its_field(
    system: System, workspace: str, provider: str, wrong: dict[str, str], code: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await connect.start(system, workspace, provider, {**network(system, provider).credentials("ada"), **wrong}, test=True)
    assert (refused.value.code, refused.value.details["path"]) == (code, next(iter(wrong)))


@pytest.mark.parametrize("provider", ["telegram", "discord"])
async def test_what_was_pasted_is_never_said_or_kept_in_clear(system: System, workspace: str, provider: str) -> None:
    values = network(system, provider).credentials("ada")
    account_id = await connect_form(system, workspace, provider)
    shown = await system.read(workspace, directory.connections, test=True)
    row = await row_of(system, account_id)
    secret = values.get("botToken") or values["webhookUrl"].rpartition("/")[2]
    assert secret not in json.dumps(shown)
    assert secret not in json.dumps([row.sealed, row.meta, row.handle, row.external_id, row.display_name])


async def test_snake_case_and_blanks_around_a_value_are_fine(system: System, workspace: str) -> None:
    values = network(system, "telegram").credentials("ada")
    pasted = {"bot_token": f" {values['botToken']}\n", "chat_id": values["chatId"]}
    assert (await connect.start(system, workspace, "tg", pasted, test=True))["status"] == "connected"


async def test_every_missing_value_is_named_by_its_label(system: System, workspace: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await connect.start(system, workspace, "telegram", {"chatId": "  "}, test=True)
    assert refused.value.code == "telegram_credentials_required"
    assert [issue["path"] for issue in refused.value.details["issues"]] == ["botToken", "chatId"]
    assert "Bot token" in refused.value.message


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 5000, ["list"], True])
async def test_a_value_that_cannot_be_one_is_refused_before_anything_is_asked(system: System, workspace: str, value: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await connect.start(system, workspace, "telegram", {"botToken": value, "chatId": "@news"}, test=True)
    assert refused.value.details["issues"][0]["path"] == "botToken"
    assert network(system, "telegram").requests == []


@both_databases
async def test_a_network_that_refuses_is_a_422_in_its_own_words_and_leaves_nothing(system: System, workspace: str) -> None:
    token = "123456789:" + "Z" * 35
    with pytest.raises(InvalidRequest) as refused:
        await connect.start(system, workspace, "telegram", {"botToken": token, "chatId": "@news"}, test=True)
    assert refused.value.status == 422
    assert "Unauthorized" in refused.value.message + str(refused.value.details)
    assert token not in refused.value.message + str(refused.value.details)
    assert await everything(system, workspace) == ([], [])


async def test_a_network_that_is_down_is_a_503_and_leaves_nothing(system: System, workspace: str) -> None:
    values = network(system, "telegram").credentials("ada")
    network(system, "telegram").fail("refuse", "*")
    with pytest.raises(SocialClawError) as refused:
        await connect.start(system, workspace, "telegram", values, test=True)
    assert refused.value.status == 503
    assert values["botToken"] not in refused.value.message + str(refused.value.details)
    assert await everything(system, workspace) == ([], [])


async def test_connecting_again_updates_the_same_account(system: System, workspace: str) -> None:
    first = await connect_form(system, workspace, "discord")
    assert await connect_form(system, workspace, "discord") == first


@both_databases
async def test_two_connections_of_one_destination_at_the_same_time_make_one_account(system: System, workspace: str) -> None:
    import asyncio

    ids = await asyncio.gather(*(connect_form(system, workspace, "discord") for _ in range(4)))
    assert len(set(ids)) == 1


async def test_the_same_destination_in_two_workspaces_is_two_accounts(system: System, workspace: str) -> None:
    other = await add_workspace(system, "Other")
    assert await connect_form(system, workspace, "telegram") != await connect_form(system, other, "telegram")


BROWSERS = ("https", "HTTP", "javascript", "data", "intent", "file", "view-source", "chrome-extension")
SYSTEMS = (
    "ms-msdt",
    "search-ms",
    "shell",
    "jar",
    "ms-officecmd",
    "ms-appinstaller",
    "itms-services",
    "x-apple.systempreferences",
    "tel",
    "ssh",
)
DOTTED = ("microsoft.windows.camera", "com.apple.tv", "com.android.settings", "soap.beep", "z39.50r")
NOT_SCHEMES = ("my app", "1app", "app:", "a/b", "org..app", "org.example.", "org.-x.app", "org." + "a" * 80, 5, ["org.example.app"])


@pytest.mark.parametrize("scheme", [*BROWSERS, *SYSTEMS, *DOTTED, *NOT_SCHEMES, "anapp"])
async def test_a_callback_scheme_must_be_an_apps_own(system: System, workspace: str, scheme: object) -> None:
    with pytest.raises(InvalidRequest, match=r"a domain name of yours backwards, such as org\.example\.app") as refused:
        await connect.start(system, workspace, "x", test=True, callback_scheme=scheme)
    assert refused.value.code == "callback_scheme_invalid"


@pytest.mark.parametrize("scheme", ["org.example.app", "Com.GoogleUserContent.Apps.123-abc", "io.example", "anapp", "AnApp"])
async def test_an_app_has_a_domain_backwards_or_is_named_in_the_settings(system: System, workspace: str, scheme: str) -> None:
    system.settings = system.settings.model_copy(update={"mobile_callback_schemes": "first, AnApp"})
    made = await connect.start(system, workspace, "x", test=True, callback_scheme=scheme)
    row = await system.database.read(lambda session: session.get_one(Connection, made["id"]))
    assert row.callback_scheme == scheme.lower()
