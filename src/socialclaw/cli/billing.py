"""The commands for subscriptions that are bought at the store: which are nobody's, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli import opened, options
from socialclaw.cli.output import print_json, say

if TYPE_CHECKING:
    from socialclaw.db.billing import Subscription
    from socialclaw.db.workspaces import Workspace
    from socialclaw.system import System

billing = typer.Typer(no_args_is_help=True, help="Subscriptions.")


@billing.command("orphans")
def list_orphans(data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None, json: options.AsJson = False) -> None:
    """Show subscriptions that are bought and that are nobody's, the oldest first. Looks at the store first, where one is set up."""
    from socialclaw.billing.lemonsqueezy import finding

    async def run(system: System) -> Sequence[Subscription]:
        await finding.look(system)
        return await system.database.read(finding.orphans)

    rows = [wire(row) for row in opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)]
    if json:
        print_json({"subscriptions": rows})
        return
    for row in rows:
        say("  ".join(str(row[name]) for name in ("id", "store", "plan", "interval", "status", "changedAt")))
    if not rows:
        say("Every subscription is somebody's.")


@billing.command("bind")
def bind(
    subscription: Annotated[str, typer.Argument(metavar="SUBSCRIPTION", help="The store's id of it, as `billing orphans` shows it.")],
    workspace: Annotated[str, typer.Argument(metavar="WORKSPACE", help="The workspace's name or id.")],
    move: Annotated[bool, typer.Option("--move", help="Also where it is another workspace's.")] = False,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Say whose a subscription is."""
    from socialclaw.billing.lemonsqueezy import finding

    async def run(system: System) -> tuple[Subscription, Workspace]:
        return await system.database.write(lambda session: finding.give(session, subscription, workspace, move=move))

    row, space = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json(wire(row) | {"workspace": space.name})
    else:
        say(f'Subscription {row.external_id} ({row.plan or "no plan"}, {row.status}) is of "{space.name}".')


def wire(row: Subscription) -> dict[str, Any]:
    from socialclaw.db.base import iso

    return {
        "id": row.external_id,
        "store": row.realm,
        "plan": row.plan,
        "interval": row.interval,
        "status": row.status,
        "changedAt": iso(row.at),
    }
