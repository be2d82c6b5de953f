"""The commands for accounts: what is connected, what it takes, and connecting another."""

from __future__ import annotations

import json as js
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from socialclaw.cli.remote.command import Api, Refused, remote
from socialclaw.cli.remote.groups import Listing, group
from socialclaw.cli.remote.options import AccountId, OnlyProvider, Yes, missing
from socialclaw.cli.remote.shown import Column

accounts = group("Accounts that a workspace publishes to.", Listing)
Body = Annotated[str | None, typer.Option("--body", help="What the action takes, as JSON.")]
Input = Annotated[Path | None, typer.Option("--input", help="A file with that.")]


@accounts.command("list")
@remote
def list_accounts(api: Api, provider: OnlyProvider = None) -> None:
    """List accounts."""
    answer = api.client.accounts(provider)
    columns = (
        Column("Account", "id"),
        Column("Provider", "provider"),
        Column("Handle", "handle"),
        Column("Name", "displayName"),
        Column("Status", "status"),
        Column("Publishable", "publishable"),
        Column("Expires", "expiresAt", when=True),
    )
    api.table(answer, answer["accounts"], columns, none="No accounts are connected: `socialclaw accounts connect --provider …`")


@accounts.command("capabilities")
@remote
def capabilities(
    api: Api,
    account_id: Annotated[str | None, typer.Option("--account-id", help="Of this account only.")] = None,
    provider: OnlyProvider = None,
) -> None:
    """Show what may be published to accounts."""
    answer = api.client.capabilities(account_id, provider=provider)
    columns = (
        Column("Account", "handle"),
        Column("Type", "accountType"),
        Column("Publishable", "publishable"),
        Column("Kinds", lambda one: one["workflow"]["supportedInteractionTypes"]),
        Column("Media", lambda one: one["input"]["media"].get("acceptedKinds")),
        Column("Files", lambda one: one["input"]["media"].get("maxItems")),
        Column("Needed", lambda one: one["input"]["media"].get("required")),
        Column("Text", lambda one: one["input"].get("text", {}).get("maxLength")),
        Column("Settings", lambda one: [field["id"] for field in one["publishSettings"]["fields"]]),
    )
    api.table(answer, answer["capabilities"], columns, ids="accountId", none="No accounts are connected.")


@accounts.command("settings")
@remote
def settings(api: Api, account_id: AccountId) -> None:
    """Show the settings that a post to an account may have."""
    answer = api.client.settings(account_id)
    columns = (
        Column("Setting", "id"),
        Column("Type", "type"),
        Column("Required", "required"),
        Column("Default", "default"),
        Column("Options", "options"),
        Column("What it does", "description"),
    )
    api.table(answer, answer["publishSettings"]["fields"], columns, none="It has none.")


@accounts.command("actions")
@remote
def actions(api: Api, account_id: AccountId) -> None:
    """List what may be asked of an account's network."""
    answer = api.client.actions(account_id)
    columns = (
        Column("Action", "id"),
        Column("What it does", "description"),
        Column("Takes", lambda one: [field["id"] for field in one["input"]["fields"]]),
    )
    api.table(answer, answer["actions"], columns, none="It has none.")


@accounts.command("action")
@remote
def action(
    api: Api,
    account_id: AccountId,
    action: Annotated[str, typer.Option("--action", help="Which, as `accounts actions` lists them.")],
    body: Body = None,
    input: Input = None,
) -> None:
    """Ask something of an account's network."""
    given = _body(body, input)
    answer = api.client.run_action(account_id, action, given)
    api.facts(answer, ((str(name), value) for name, value in answer["result"].items()), id=account_id)


@accounts.command("connect")
@remote
def connect(
    api: Api,
    provider: Annotated[str, typer.Option("--provider", help="The provider, as docs/providers.md names it.")],
    open: Annotated[bool, typer.Option("--open", help="Open the consent page in the browser.")] = False,
    bot_token: Annotated[str | None, typer.Option("--bot-token", help="Of a bot that was made at the network.")] = None,
    chat_id: Annotated[str | None, typer.Option("--chat-id", help="Where the bot is to post: @name, or a number.")] = None,
    webhook_url: Annotated[str | None, typer.Option("--webhook-url", help="Of the channel.")] = None,
) -> None:
    """Connect an account: by a consent page, or by what its network has you paste."""
    typed = {"botToken": bot_token, "chatId": chat_id, "webhookUrl": webhook_url}
    fields = {name: _pasted(name, typed) for name in _asked(provider)}
    answer: Any = api.client.start_connection(provider, **fields)
    connection = answer["connection"]
    url = connection.get("authorizationUrl")
    if open and url:
        webbrowser.open(url)
    told = [("Connection", connection["id"]), ("Provider", connection["provider"]), ("Status", connection.get("status")), ("Open", url)]
    connected = [f"{one.get('displayName') or ''} {one['handle']}".strip() for one in answer.get("accounts") or ()]
    api.facts(answer, [*told, ("Connected", connected)], id=connection["id"])


@accounts.command("status")
@remote
def status(api: Api, connection_id: Annotated[str, typer.Option("--connection-id", help="As `accounts connect` tells it.")]) -> None:
    """Show how far connecting an account has come."""
    answer = api.client.connection(connection_id)
    api.facts(answer, ((str(name), value) for name, value in answer["connection"].items()), id=connection_id)


@accounts.command("disconnect")
@remote
def disconnect(api: Api, account_id: AccountId, yes: Yes = False) -> None:
    """Take an account out of the workspace."""
    api.confirm(f"Disconnect {account_id}?", yes=yes)
    answer = api.client.disconnect(account_id)
    api.sentence(answer, f"Account {account_id} is disconnected.", id=account_id)


def _asked(provider: str) -> list[str]:
    """What has to be pasted for a provider; nothing for one with a consent page, or one that only the server knows."""
    from socialclaw.networks import providers
    from socialclaw.providers.connect import Form

    found = providers().get(provider)
    return [field.name for field in found.connect.fields] if found and isinstance(found.connect, Form) else []


def _pasted(name: str, typed: dict[str, str | None]) -> str:
    if value := typed.get(name):
        return value
    raise missing("--" + "".join(f"-{c.lower()}" if c.isupper() else c for c in name))


def _body(text: str | None, file: Path | None) -> dict[str, Any]:
    if text is not None and file is not None:
        raise Refused("--body and --input are both given: use one of them")
    source, where = (text, "--body") if file is None else (file.read_text(encoding="utf-8"), str(file))
    try:
        found = js.loads(source) if source is not None else {}
    except ValueError as error:
        raise Refused(f"{where} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise Refused(f"{where} must be a JSON object")
    return found
