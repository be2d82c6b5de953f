"""The options that several commands share, and the settings that they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli.output import Problem

if TYPE_CHECKING:
    from socialclaw.settings import Settings

Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.", show_default="8000")]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder for the database, the secret key and media.", show_default="data")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", help="postgresql://user@host/name; without it, SQLite in the data folder.", show_default=False),
]
WithWorker = Annotated[bool | None, typer.Option("--worker/--no-worker", help="Publish in this process too.", show_default="--worker")]
Tour = Annotated[
    bool | None, typer.Option("--tour/--no-tour", help="Publish a small campaign to the sandbox.", show_default="at the first start")
]
Hold = Annotated[bool, typer.Option("--hold", help="Publish nothing, in any process, until `socialclaw posts release`: after a restore.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings(**given: Any) -> Settings:
    """The environment's settings, with what was given on the command line above them."""
    from pydantic import ValidationError

    from socialclaw.field_errors import sentence
    from socialclaw.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = [_told(e["loc"], sentence(e)) for e in error.errors(include_url=False)]
        raise Problem(f"A setting is wrong: {'; '.join(wrong)}") from None
    except ValueError as error:  # a variable that should hold JSON
        raise Problem(f"A setting is wrong: {error}") from None


def _told(place: tuple[int | str, ...], message: str) -> str:
    """What is wrong, after the variable's name where it is one."""
    return f"SOCIALCLAW_{'__'.join(map(str, place)).upper()}: {message}" if place else message
