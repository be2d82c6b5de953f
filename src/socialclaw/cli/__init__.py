"""The command line, `socialclaw`: run the server, look after its keys, see what is wrong."""

from __future__ import annotations

import sys

import typer

from socialclaw.cli import billing, doctor, leaving, plans, posts, server, sign_in, storage, support, workspaces
from socialclaw.cli.output import complain
from socialclaw.errors import SocialClawError

HELP = "Schedule once over an API, and it really gets published. `socialclaw up` starts everything."

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (*server.COMMANDS, doctor.doctor, sign_in.sign_in):
    app.command()(command)
app.add_typer(workspaces.keys, name="keys")
app.add_typer(plans.workspaces, name="workspaces")
app.add_typer(leaving.people, name="people")
app.add_typer(storage.storage, name="storage")
app.add_typer(posts.posts, name="posts")
app.add_typer(support.support, name="support")
app.add_typer(billing.billing, name="billing")


def main() -> None:
    """Run a command. What the operator can put right is one line on standard error, and exit code 1."""
    try:
        app()
    except SocialClawError as error:
        complain(error.message)
        sys.exit(1)
    except BrokenPipeError:  # `| head` has seen enough
        sys.exit(1)
