"""`socialclaw sign-in`: a link that signs the operator in, for whoever may run commands on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from socialclaw.cli import opened, options
from socialclaw.cli.output import print_json, say

if TYPE_CHECKING:
    from socialclaw.system import System


def sign_in(
    workspace: Annotated[str | None, typer.Option("--workspace", help="Go to this workspace, and own it.")] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person", help="Sign in this person instead: an id, or an address that they have proven.", show_default="the operator"
        ),
    ] = None,
    host: options.Host = None,
    port: options.Port = None,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Print a link that signs you in. It is good for one time, within ten minutes; the first one makes you the owner."""

    async def run(system: System) -> str:
        return await link(system, workspace, person)

    url = opened.run(options.settings(host=host, port=port, data_dir=data_dir, database_url=database_url), run)
    if json:
        print_json({"url": url})
    else:
        say(url)


async def link(system: System, workspace: str | None = None, person: str | None = None) -> str:
    """A new link, as the running server is reached."""
    from socialclaw.people import ways_in

    secret = await system.database.write(ways_in.local_link, workspace, person)
    return f"{system.settings.base_url}/auth/ticket/{secret}"
