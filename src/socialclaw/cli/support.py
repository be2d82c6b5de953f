"""The commands for requests for support: what people have asked, and that it is dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from socialclaw.cli import opened, options
from socialclaw.cli.output import print_json, say

if TYPE_CHECKING:
    from socialclaw.db.mail import SupportRequest
    from socialclaw.system import System

support = typer.Typer(no_args_is_help=True, help="Requests for support.")


@support.command("list")
def list_requests(
    closed: Annotated[bool, typer.Option("--closed", help="Also those that are closed.")] = False,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Show what people have asked, the oldest first, and what looks like spam last."""
    from socialclaw.people import support as requests

    async def run(system: System) -> Sequence[SupportRequest]:
        return await system.database.read(lambda session: requests.listed(session, closed=closed))

    rows = [requests.wire(row) for row in opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)]
    if json:
        print_json({"requests": rows})
        return
    for row in rows:
        marks = [word for word, there in (("spam", row["spam"]), ("closed", row["closedAt"])) if there]
        facts = [row["createdAt"], row["email"] or "no address", row["user"], row["workspace"], row["pageUrl"], *marks]
        say(f"{row['id']}  {'  '.join(fact for fact in facts if fact)}")
        say("\n".join(f"    {_plain(line)}" for line in row["message"].splitlines()))
    if not rows:
        say("Nobody has asked for support.")


@support.command("close")
def close_request(
    request_id: Annotated[str, typer.Argument(metavar="REQUEST", help="The request's id, as `support list` shows it.")],
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Say of a request that it is dealt with."""
    from socialclaw.people import support as requests

    async def run(system: System) -> SupportRequest:
        return await system.database.write(requests.close, request_id)

    row = opened.run(options.settings(data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json(requests.wire(row))
    else:
        say(f"{row.id} is closed.")


def _plain(line: str) -> str:
    """What a stranger has written, without what a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
