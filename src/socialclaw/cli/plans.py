"""The commands for plans: what a workspace is given, and where App Review buys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from socialclaw.cli import opened, options
from socialclaw.cli.output import Problem, print_json, say
from socialclaw.cli.workspaces import workspace_out
from socialclaw.cli.workspaces import workspaces as workspaces  # with these commands

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from socialclaw.billing.subscriptions import Standing
    from socialclaw.db.workspaces import Workspace
    from socialclaw.system import System

Name = Annotated[str, typer.Argument(help="The workspace's name.")]
NONE = "none"


@workspaces.command("plan")
def set_plan(
    name: Name,
    plan: Annotated[
        str, typer.Argument(help="starter, startup, plus, pro; self_hosted: no limits; none: what it pays for, and nothing besides.")
    ],
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day of it (UTC); without it, for good.")
    ] = None,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Give a workspace a plan. It comes before what the workspace pays for, and ends nothing that it pays."""
    settings = options.settings(data_dir=data_dir, database_url=database_url)
    end = until.replace(tzinfo=UTC) + timedelta(days=1) if until else None

    async def run(system: System) -> tuple[Workspace, Standing]:
        return await system.database.write(_give, system, name, plan, end)

    row, now = opened.run(settings, run)
    if json:
        print_json(workspace_out(row) | {"plan": now.plan, "subscriptionStatus": now.status, "entitled": now.entitled})
        return
    has = f"has the plan {now.plan}" if now.entitled else "needs a plan"
    say(f'"{row.name}" {has}{f" until the end of {until:%Y-%m-%d}" if until and now.entitled else ""}.')


def _give(session: Session, system: System, name: str, plan: str, until: datetime | None) -> tuple[Workspace, Standing]:
    from socialclaw.billing import granting, ledger, terms
    from socialclaw.db.base import utc_now
    from socialclaw.workspaces import tenants

    row = tenants.by_name(session, name)
    if not terms.sold(system.settings, test=row.mode == "test"):
        raise Problem("Nothing is sold here, so every workspace may do everything: plans count once SOCIALCLAW_BILLING__… is set")
    if plan == NONE:
        if until:
            raise Problem("--until is for a plan that is given")
        granting.withdraw(session, row)
    elif until and until <= utc_now():
        raise Problem("--until names a day that is over: name the last day on which the plan counts")
    else:
        granting.grant(session, row, plan, until)
    return row, ledger.standing(session, row.id)


@workspaces.command("app-review")
def set_app_review(
    name: Name,
    state: Annotated[str, typer.Argument(help="on, or off.")],
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Let App Review buy in a live workspace: it does so at Apple's sandbox, where nobody pays. Turn it off again after the review."""
    if state not in ("on", "off"):
        raise Problem(f"Say on or off, not {state!r}")

    async def run(system: System) -> Workspace:
        return await system.database.write(_review, name, state == "on")

    row = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json(workspace_out(row) | {"appReview": row.app_review})
        return
    taken = "are taken" if row.app_review else "are not taken"
    say(f'Purchases at Apple\'s sandbox {taken} in "{row.name}".')


def _review(session: Session, name: str, on: bool) -> Workspace:
    from socialclaw.workspaces import tenants

    row = tenants.by_name(session, name)
    row.app_review = on
    return row
