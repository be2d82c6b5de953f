"""Groups of commands as the official client has them: without a word for what to do, they do what is asked for most."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup


class Listing(TyperGroup):
    """`socialclaw posts` is `socialclaw posts list`."""

    default = "list"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args.insert(0, self.default)
        return super().parse_args(ctx, args)


class Uploading(Listing):
    """`socialclaw assets --file FILE` uploads."""

    default = "upload"


def group(help: str, cls: type[TyperGroup] = TyperGroup) -> typer.Typer:
    return typer.Typer(help=help, cls=cls, no_args_is_help=cls is TyperGroup)
