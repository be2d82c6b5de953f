"""`socialclaw doctor`: is everything in place, and if not, what to do. Looks, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from socialclaw.cli import options
from socialclaw.cli.output import print_json, print_table

if TYPE_CHECKING:
    from socialclaw.doctor.check import Check


def doctor(
    host: options.Host = None,
    port: options.Port = None,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    networks: Annotated[bool, typer.Option("--networks", help="List versions and limits that networks change")] = False,
    json: options.AsJson = False,
) -> None:
    """Check the installation. Exit code 1 if something is wrong."""
    from socialclaw.cli import installation, runtime
    from socialclaw.doctor import checks

    if networks:
        _networks(as_json=json)
        return

    settings = options.settings(host=host, port=port, data_dir=data_dir, database_url=database_url)
    found: list[Check] = []

    async def main() -> None:
        found.extend(await checks.look(settings, installation.database))

    runtime.run(main)
    well = all(check.state != "failed" for check in found)
    if json:
        print_json({"ok": well, "checks": [{"name": c.name, "state": c.state, "message": c.message} for c in found]})
    else:
        print_table(("Check", "State", "What was found"), [(c.name, c.state, c.message) for c in found])
    if not well:
        raise typer.Exit(1)


def _networks(*, as_json: bool) -> None:
    """Versions and limits that the networks change: what has ended, or was not checked for half a year, makes exit code 1."""
    from socialclaw import clock
    from socialclaw.cli.dated_facts import facts

    today = clock.now().date()
    found = [(network, fact, fact.trouble(today)) for network, fact in facts()]
    if as_json:
        print_json(
            {
                "ok": not any(trouble for *_, trouble in found),
                "facts": [
                    {
                        "network": network,
                        "what": fact.what,
                        "value": fact.value,
                        "source": fact.source,
                        "checked": fact.checked.isoformat(),
                        "ends": fact.ends.isoformat() if fact.ends else None,
                        "trouble": trouble or None,
                    }
                    for network, fact, trouble in found
                ],
            }
        )
    else:
        rows = [(n, f.what, f.value, str(f.checked), str(f.ends or ""), trouble or "ok") for n, f, trouble in found]
        print_table(("Network", "What", "Value", "Checked", "Ends", "State"), rows)
    if any(trouble for *_, trouble in found):
        raise typer.Exit(1)
