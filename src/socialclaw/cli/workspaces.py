"""The commands for workspaces and their API keys. They work on the database, so they need no key themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli import opened, options
from socialclaw.cli.output import Problem, pasteable, print_json, print_table, say

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from socialclaw.db.workspaces import ApiKey, Workspace
    from socialclaw.system import System

keys = typer.Typer(no_args_is_help=True, help="API keys.")
workspaces = typer.Typer(no_args_is_help=True, help="Workspaces.")
InWorkspace = Annotated[str, typer.Option("--workspace", help="The workspace's name.")]


@keys.command("create")
def create_key(
    workspace: InWorkspace,
    label: Annotated[str | None, typer.Option("--label", help="What the key is for.")] = None,
    kind: Annotated[str, typer.Option("--kind", help="personal or agent.")] = "personal",
    operations: Annotated[
        str | None,
        typer.Option(
            "--operations",
            help="What it may do, separated by commas: read, validate, rehearse, media, draft, publish, cancel, delete, connect, webhooks,"
            " approve, keys; or the presets reader, drafter, agent, admin.",
            show_default="admin, or agent of an agent's key",
        ),
    ] = None,
    expires: Annotated[
        datetime | None, typer.Option("--expires", help="When it ends by itself, in UTC.", show_default="not by itself")
    ] = None,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Make a key, and show its secret: this once only."""
    from socialclaw.workspaces import keys as made
    from socialclaw.workspaces import tenants

    async def run(system: System) -> tuple[Workspace, ApiKey, str]:
        space = await system.database.read(tenants.by_name, workspace)
        words = None if operations is None else operations.replace(",", " ").split()
        ends = expires and expires.replace(tzinfo=UTC)
        test = space.mode == "test"
        return space, *await system.write(space.id, made.create, system.vault, label, kind, operations=words, expires_at=ends, test=test)

    space, row, secret = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json(key_out(row, space) | {"secret": secret})
    else:
        say(secret)
        ends = f" It ends at {_time(row.expires_at)}." if row.expires_at else ""
        say(f'Key {row.id} of the {space.mode} workspace "{space.name}". It is not shown again. It may: {row.operations}.{ends}')


@keys.command("list")
def list_keys(
    workspace: Annotated[str | None, typer.Option("--workspace", help="Only this workspace's.")] = None,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """List keys, revoked ones too."""

    async def run(system: System) -> list[tuple[ApiKey, Workspace]]:
        return await system.database.read(_keys, workspace)

    found = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    rows = [key_out(row, space) for row, space in found]
    if json:
        print_json({"keys": rows})
    else:
        _print(rows, "id", "workspace", "prefix", "label", "kind", "operations", "createdAt", "lastUsedAt", "expiresAt", "revokedAt")


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as `keys list` shows it.")],
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Take a key out of use, for good. Running servers refuse it within seconds."""

    async def run(system: System) -> tuple[ApiKey, Workspace]:
        return await system.database.write(_revoke, key_id)

    row, space = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json(key_out(row, space))
    else:
        say(f'Key {row.id} ({row.prefix}…) of "{space.name}" is revoked.')


@workspaces.command("create")
def create_workspace(
    name: Annotated[str, typer.Argument(help="Its name.")],
    mode: Annotated[str, typer.Option("--mode", help="live, or test: its networks are the sandbox.")] = "live",
    twin: Annotated[bool, typer.Option("--twin", help="With a live one, make its twin too: a test workspace of the same people.")] = False,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Make a workspace."""

    async def run(system: System) -> tuple[Workspace, Workspace | None]:
        return await system.database.write(_create, name, mode, twin)

    settings = options.settings(data_dir=data_dir, database_url=database_url)
    if (mode == "test" or twin) and settings.sandbox == "off":
        raise Problem("A test workspace needs the simulated networks, and SOCIALCLAW_SANDBOX is off: set it to auto, or leave it")
    row, other = opened.run(settings, run, create=True)
    if json:
        print_json(workspace_out(row) | ({"twin": workspace_out(other)} if other else {}))
        return
    for made in filter(None, (row, other)):
        another = pasteable(settings, "keys", "create", "--workspace", made.name)
        say(f'The {made.mode} workspace "{made.name}" is {made.id}. Make a key: {another}')


def _create(session: Session, name: str, mode: str, twin: bool) -> tuple[Workspace, Workspace | None]:
    from socialclaw.workspaces import tenants

    row = tenants.create(session, name, mode)
    return row, tenants.make_twin(session, row) if twin else None


@workspaces.command("list")
def list_workspaces(data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None, json: options.AsJson = False) -> None:
    """List workspaces."""
    from socialclaw.workspaces import tenants

    async def run(system: System) -> Sequence[Workspace]:
        return await system.database.read(tenants.listed)

    rows = [workspace_out(row) for row in opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)]
    if json:
        print_json({"workspaces": rows})
    else:
        _print(rows, "id", "name", "mode", "createdAt")


@workspaces.command("media-policy")
def set_media_policy(
    name: Annotated[str, typer.Argument(help="The workspace's name.")],
    policy: Annotated[str, typer.Argument(help="strict: refuse files that a network does not take; fit: change them as little as needed.")],
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Say what is done about files that a network does not take, in posts that do not say it themselves."""
    from socialclaw.workspaces import tenants

    async def run(system: System) -> Workspace:
        return await system.database.write(tenants.set_media_policy, name, policy)

    row = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json(workspace_out(row) | {"mediaPolicy": row.media_policy})
    else:
        say(f'Posts of "{row.name}" have the media policy {row.media_policy} unless they say otherwise.')


@workspaces.command("set-max-late")
def set_max_late(
    name: Annotated[str, typer.Argument(help="The workspace's name.")],
    minutes: Annotated[int, typer.Argument(help="How many minutes late its posts may go out; later they fail instead.")],
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Say how late posts may go out that do not say it themselves. It counts for posts that are applied from now on."""
    from socialclaw.workspaces import tenants

    async def run(system: System) -> Workspace:
        return await system.database.write(tenants.set_max_late, name, minutes)

    row = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json(workspace_out(row) | {"maxLateMinutes": row.max_late_minutes})
    else:
        say(f'Posts of "{row.name}" go out at most {minutes:,} minutes late unless they say otherwise.')


def key_out(row: ApiKey, space: Workspace) -> dict[str, Any]:
    """A key as the commands show it: never its secret."""
    times = {"createdAt": row.created_at, "lastUsedAt": row.last_used_at, "expiresAt": row.expires_at, "revokedAt": row.revoked_at}
    shown = {"id": row.id, "workspace": space.name, "mode": space.mode, "prefix": row.prefix, "label": row.label, "kind": row.kind}
    return shown | {"operations": row.operations.split()} | {name: _time(value) for name, value in times.items()}


def workspace_out(row: Workspace) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "mode": row.mode, "createdAt": _time(row.created_at)}


def _keys(session: Session, workspace: str | None) -> list[tuple[ApiKey, Workspace]]:
    from socialclaw.db.base import Scope
    from socialclaw.workspaces import keys as made
    from socialclaw.workspaces import tenants

    asked = [tenants.by_name(session, workspace)] if workspace else tenants.listed(session)
    return [(row, space) for space in asked for row in made.listed(Scope(session, space.id))]


def _revoke(session: Session, key_id: str) -> tuple[ApiKey, Workspace]:
    from socialclaw.db.base import Scope
    from socialclaw.db.workspaces import ApiKey, Workspace
    from socialclaw.errors import NotFound
    from socialclaw.workspaces import keys as made

    row = session.get(ApiKey, key_id)
    if row is None:
        raise NotFound(f"There is no key {key_id!r}: `socialclaw keys list` shows them")
    return made.revoke(Scope(session, row.workspace_id), key_id), session.get_one(Workspace, row.workspace_id)


def _print(rows: Sequence[dict[str, Any]], *columns: str) -> None:
    print_table(columns, [[_cell(row[name]) for name in columns] for row in rows])


def _cell(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value if value is not None else "")


def _time(value: Any) -> str | None:
    from socialclaw.db.base import iso

    return iso(value) if value else None
