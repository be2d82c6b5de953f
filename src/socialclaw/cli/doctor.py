"""`socialclaw doctor`: is everything in place, and if not, what to do. Looks, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from socialclaw.cli import options
from socialclaw.cli.output import print_json, print_table

if TYPE_CHECKING:
    from socialclaw.cli.check import Check


def doctor(
    host: options.Host = None,
    port: options.Port = None,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Check the installation. Exit code 1 if something is wrong."""
    from socialclaw.cli import checks, runtime

    settings = options.settings(host=host, port=port, data_dir=data_dir, database_url=database_url)
    found: list[Check] = []

    async def main() -> None:
        found.extend(await checks.look(settings))

    runtime.run(main)
    well = all(check.state != "failed" for check in found)
    if json:
        print_json({"ok": well, "checks": [{"name": c.name, "state": c.state, "message": c.message} for c in found]})
    else:
        print_table(("Check", "State", "What was found"), [(c.name, c.state, c.message) for c in found])
    if not well:
        raise typer.Exit(1)
