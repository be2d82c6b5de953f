"""The command line, `socialclaw`: run the server and look after it, on its machine; publish with a key, from any machine.

What a command needs is imported once it is asked for: the line that names it here is all that the others pay for it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup

from socialclaw.cli.output import complain, leading_on
from socialclaw.errors import SocialClawError

HELP = "Schedule once over an API, and it really gets published. `socialclaw up` starts everything."
HERE, API = "On this machine: the server, and the installation in its data folder", "Over the API: a workspace, with a key"


class Place(NamedTuple):
    """Where a command is: a function, or the typer of a group."""

    module: str
    name: str
    panel: str


COMMANDS = {
    "up": Place("server", "up", HERE),
    "serve": Place("server", "serve", HERE),
    "worker": Place("server", "worker", HERE),
    "sandbox": Place("server", "sandbox", HERE),
    "migrate": Place("server", "migrate", HERE),
    "doctor": Place("doctor", "doctor", HERE),
    "sign-in": Place("sign_in", "sign_in", HERE),
    "keys": Place("workspaces", "keys", HERE),
    "workspaces": Place("leaving", "workspaces", HERE),
    "people": Place("leaving", "people", HERE),
    "storage": Place("storage", "storage", HERE),
    "support": Place("support", "support", HERE),
    "billing": Place("billing", "billing", HERE),
    "login": Place("remote.login", "login", API),
    "whoami": Place("remote.workspace", "whoami", API),
    "validate": Place("remote.schedules", "validate", API),
    "apply": Place("remote.schedules", "apply", API),
    "publish-draft": Place("remote.schedules", "publish_draft", API),
    "campaigns": Place("remote.schedules", "campaigns", API),
    "posts": Place("remote.posts", "posts", API),
    "retry": Place("remote.posts", "retry", API),
    "cancel": Place("remote.posts", "cancel", API),
    "delete": Place("remote.posts", "delete", API),
    "status": Place("remote.runs", "status", API),
    "runs": Place("remote.runs", "runs", API),
    "view": Place("remote.runs", "view", API),
    "watch": Place("remote.watch", "watch", API),
    "accounts": Place("remote.accounts", "accounts", API),
    "connections": Place("remote.workspace", "connections", API),
    "assets": Place("remote.assets", "assets", API),
    "analytics": Place("remote.analytics", "analytics", API),
    "jobs": Place("remote.workspace", "jobs", API),
    "usage": Place("remote.workspace", "usage", API),
    "workspace": Place("remote.workspace", "workspace", API),
    "api-keys": Place("remote.keys", "api_keys", API),
    "events": Place("remote.events", "events", API),
    "webhooks": Place("remote.webhooks", "webhooks", API),
    "listen": Place("remote.listen", "listen", API),
    "trigger": Place("remote.trigger", "trigger", API),
    "open": Place("remote.raw", "open_page", API),
    "api": Place("remote.raw", "call", API),
    "schema": Place("remote.raw", "schema", API),
    "mcp": Place("remote.agents", "mcp", API),
    "install": Place("remote.install", "install", API),
}


class Commands(TyperGroup):
    """All commands, each made when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if (place := COMMANDS.get(cmd_name)) is None:
            return None
        found = getattr(import_module(f"socialclaw.cli.{place.module}"), place.name)
        if isinstance(found, typer.Typer):
            command: Any = typer.main.get_group(found)
        else:
            alone = typer.Typer(add_completion=False)  # what completes words is the whole program's
            alone.command(cmd_name)(found)
            command = typer.main.get_command(alone)
        command.name = cmd_name
        command.rich_help_panel = place.panel
        return command


app = typer.Typer(cls=Commands, pretty_exceptions_enable=False, context_settings={"help_option_names": ["--help", "-h"]})


@app.callback(invoke_without_command=True, help=HELP)
def begin(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())


def main() -> None:
    """Run a command. What the operator can put right is told on standard error, with what leads on from it, and exit code 1."""
    try:
        app()
    except SocialClawError as error:
        complain(error.message)
        if step := leading_on(error):
            complain(step)
        sys.exit(1)
    except BrokenPipeError:  # `| head` has seen enough
        sys.exit(1)
