"""The commands that copy and delete workspaces and people. They work on the database; what is left undone, a running worker ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli import opened, options
from socialclaw.cli.output import Problem, print_json, print_table, say
from socialclaw.cli.plans import workspaces as workspaces  # with all commands of workspaces

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from socialclaw.db.people import User
    from socialclaw.db.workspaces import Workspace
    from socialclaw.system import System

people = typer.Typer(no_args_is_help=True, help="People.")
Who = Annotated[str, typer.Argument(help="The person: an id, or an address that they have proven.")]
Name = Annotated[str, typer.Argument(help="The workspace's name.")]
To = Annotated[Path, typer.Option("--to", help="The file to write, which must not be there yet.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@workspaces.command("delete")
def delete_workspace(
    name: Name,
    now: Annotated[bool, typer.Option("--now", help="At once, and not after SOCIALCLAW_ERASE_AFTER_DAYS.")] = False,
    yes: Yes = False,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Delete a workspace for good: nothing of it is published from now on, its keys are revoked, and after some days all of it goes.

    With a live one goes its twin, the test workspace that was made with it."""
    _sure(f'Delete the workspace "{name}", with its posts, files and accounts, for good?', yes=yes)

    async def run(system: System) -> tuple[Workspace, bool]:
        from socialclaw.erasure import closing, work
        from socialclaw.workspaces import tenants

        space = await system.database.read(tenants.by_name, name)
        after = timedelta(days=0 if now else system.settings.erase_after_days)
        row = await system.write(space.id, closing.close, space.name, after, test=space.mode == "test")
        if not now:
            return row, False
        erasures = await system.database.write(closing.at_once, row.id)
        return row, all([await work.at_once(system, erasure.id) for erasure in erasures])

    row, gone = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json({"id": row.id, "name": row.name, "deletesAt": _time(row), "deleted": gone})
    elif gone:
        say(f'The workspace "{row.name}" ({row.id}) is deleted.')
    elif now:
        say(f'Nothing of "{row.name}" is published any more. Something of it is under way; a worker deletes it once that has ended.')
    else:
        said = f'"{row.name}" is deleted for good at {_time(row)}, and nothing of it is published any more.'
        say(f"{said} Keep it after all: socialclaw workspaces keep")


@workspaces.command("keep")
def keep_workspace(name: Name, data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None) -> None:
    """Do not delete a workspace after all. Posts that were taken back and keys that were revoked stay so."""

    async def run(system: System) -> Workspace:
        from socialclaw.erasure import closing
        from socialclaw.workspaces import tenants

        space = await system.database.read(tenants.by_name, name)
        return await system.write(space.id, closing.keep, test=space.mode == "test")

    row = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    say(f'The workspace "{row.name}" is kept.')


@workspaces.command("export")
def export_workspace(name: Name, to: To, data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None) -> None:
    """Write everything of a workspace into a zip file: JSON lines of each table, and the files. No secret is in it."""
    _new(to)

    async def run(system: System) -> int:
        from socialclaw.erasure.copying import copy_workspace
        from socialclaw.workspaces import tenants

        return await copy_workspace(system, (await system.database.read(tenants.by_name, name)).id, to)

    size = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    say(f"{to}: {size:,} bytes.")


@people.command("list")
def list_people(data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None, json: options.AsJson = False) -> None:
    """List people."""

    async def run(system: System) -> Sequence[User]:
        from socialclaw.people import leaving

        return await system.database.read(leaving.everybody)

    found = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    rows: list[dict[str, Any]] = [{"id": row.id, "name": row.name, "email": row.email, "realm": row.realm} for row in found]
    if json:
        print_json({"people": rows})
    else:
        print_table(["id", "name", "email", "realm"], [[str(value or "") for value in row.values()] for row in rows])


@people.command("delete")
def delete_person(
    who: Who,
    yes: Yes = False,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Delete a person for good, at once. What they did in workspaces stays, by nobody; the last owner of a workspace cannot go."""
    _sure(f"Delete {who} for good?", yes=yes)

    async def run(system: System) -> str:
        from socialclaw.erasure import work

        user_id, erasure_id = await system.database.write(_leave, system, who)
        await work.at_once(system, erasure_id)
        return user_id

    user_id = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json({"id": user_id, "deleted": True})
    else:
        say(f"{user_id} is deleted. What was granted at Apple is given back by a worker.")


@people.command("export")
def export_person(who: Who, to: To, data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None) -> None:
    """Write everything that is known of a person, beside what they did in workspaces, into a zip file."""
    _new(to)

    async def run(system: System) -> int:
        from socialclaw.erasure.copying import copy_person
        from socialclaw.people import ways_in

        return await copy_person(system, (await system.database.read(ways_in.one_person, who)).id, to)

    size = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    say(f"{to}: {size:,} bytes.")


def _leave(session: Session, system: System, who: str) -> tuple[str, str]:
    from socialclaw.people import leaving, ways_in

    user = ways_in.one_person(session, who)
    return user.id, leaving.leave(session, system.vault, user.id).id


def _sure(question: str, *, yes: bool) -> None:
    if not yes and not typer.confirm(question):
        raise Problem("Nothing was deleted")


def _new(to: Path) -> None:
    if to.exists():
        raise Problem(f"{to} is there already: name another file")


def _time(row: Workspace) -> str:
    from socialclaw.db.base import iso

    return iso(row.erase_at) if row.erase_at else ""
