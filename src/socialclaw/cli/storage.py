"""The commands for the storage of media: how much there is, and moving it from a folder into a bucket, or back."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from socialclaw.cli import opened, options
from socialclaw.cli.output import Problem, complain, print_json, print_table, say

if TYPE_CHECKING:
    from socialclaw.media.migration import Moves
    from socialclaw.media.stored_objects import Amount, Ended, Kept
    from socialclaw.settings import Settings
    from socialclaw.storage.base import Storage
    from socialclaw.system import System

storage = typer.Typer(no_args_is_help=True, help="Where media is kept.")
LINE_SECONDS = 5.0  # between two lines where no terminal shows a bar
WHY = {
    "missing": "is not in its storage",
    "wrong": "is not what was uploaded, or its copy is not",
    "late": "took so long that its copy may be swept away; move it again",
}

Told = Callable[["Kept", "Ended"], None]


@storage.command("usage")
def usage(data_dir: options.DataDir = None, database_url: options.DatabaseUrl = None, json: options.AsJson = False) -> None:
    """Show how many objects and bytes are kept, and where."""
    found = opened.run(options.settings(data_dir=data_dir, database_url=database_url), _amounts)
    if json:
        print_json({"storages": _wire(found)})
    else:
        _table(found)


@storage.command("migrate")
def migrate(
    to: Annotated[str, typer.Option("--to", help="local or s3: as SOCIALCLAW_STORAGE has it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what there is to move.")] = False,
    keep_source: Annotated[bool, typer.Option("--keep-source", help="Leave the old objects where they are.")] = False,
    at_once: Annotated[int, typer.Option("--concurrency", min=1, max=64, help="Objects at a time.")] = 4,
    data_dir: options.DataDir = None,
    database_url: options.DatabaseUrl = None,
    json: options.AsJson = False,
) -> None:
    """Move all media into another storage, checked by checksum, while servers may be running. Interrupted, begin it again."""
    settings = options.settings(data_dir=data_dir, database_url=database_url)

    async def run(system: System) -> tuple[list[Amount], Moves | None]:
        if to not in system.storages:
            known = "set SOCIALCLAW_S3__BUCKET and its keys" if to == "s3" else "--to takes local or s3"
            raise Problem(f"There is no storage {to!r} set up here: {known}")
        await _reach(system.storages[to])
        before = await _amounts(system)
        moves = None if dry_run else await _moved(system, to, before, keep=keep_source, at_once=at_once)
        return before if dry_run else await _amounts(system), moves

    kept, moves = opened.run(settings, run)
    if json:
        print_json((_report(moves) if moves else {}) | {"storages": _wire(kept)})
    else:
        _tell(kept, moves, to, settings, keep_source=keep_source)
    for key, why in moves.failed if moves else ():
        complain(f"{key} {WHY[why]}: it stays where it is")
    if moves and moves.failed:
        sys.exit(1)


def _wire(kept: list[Amount]) -> list[dict[str, Any]]:
    return [{"storage": a.storage, "objects": a.objects, "bytes": a.bytes, "uploadsUnderWay": a.under_way} for a in kept]


def _report(moves: Moves) -> dict[str, Any]:
    failed = [{"objectKey": key, "why": why} for key, why in moves.failed]
    return {"moved": moves.counts["moved"], "gone": moves.counts["gone"], "bytes": moves.bytes, "failed": failed}


async def _reach(target: Storage) -> None:
    from socialclaw.doctor.installed import storage_problem
    from socialclaw.errors import NotReady

    try:
        await target.check()
    except NotReady as error:
        raise Problem(storage_problem(target.name, error)) from None


async def _amounts(system: System) -> list[Amount]:
    from socialclaw.media import stored_objects

    return await system.database.read(stored_objects.amounts)


async def _moved(system: System, to: str, before: list[Amount], *, keep: bool, at_once: int) -> Moves:
    from socialclaw.media import migration

    elsewhere = [amount for amount in before if amount.storage != to]
    with _shown(sum(a.objects for a in elsewhere), sum(a.bytes for a in elsewhere)) as told:
        return await migration.move(system, system.storages[to], keep=keep, at_once=at_once, told=told)


@contextmanager
def _shown(objects: int, total: int) -> Iterator[Told]:
    """How far it is, on standard error: a bar on a terminal, else a line now and then."""
    from rich.console import Console
    from rich.filesize import decimal
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    screen = Console(stderr=True)
    done, moved, last = 0, 0, time.monotonic()
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(f"0 of {objects:,} objects", total=total)

        def told(kept: Kept, ended: Ended) -> None:
            nonlocal done, moved, last
            done, moved = done + 1, moved + kept.size
            progress.update(task, description=f"{done:,} of {objects:,} objects", completed=moved)
            if not screen.is_terminal and time.monotonic() - last >= LINE_SECONDS:
                last = time.monotonic()
                print(f"{done:,} of {objects:,} objects, {decimal(moved)} of {decimal(total)}", file=sys.stderr, flush=True)

        yield told


def _tell(kept: list[Amount], moves: Moves | None, to: str, settings: Settings, *, keep_source: bool) -> None:
    from rich.filesize import decimal

    _table(kept)
    if moves is None:
        return
    many = moves.counts["moved"] != 1
    say(f"{moves.counts['moved']:,} object{'s' if many else ''} moved ({decimal(moves.bytes)}), each read back and compared by SHA-256.")
    if moves.counts["moved"] and not keep_source:
        say("The old ones are kept for another day, for anyone still reading them; then a worker removes them.")
    if any(amount.under_way for amount in kept if amount.storage != to):
        say("Uploads under way stay where they began: move again once they are complete.")
    if settings.storage != to:
        say(f"New files still go to {settings.storage}: set SOCIALCLAW_STORAGE={to}, and restart the servers.")


def _table(kept: list[Amount]) -> None:
    from rich.filesize import decimal

    rows = [(a.storage, f"{a.objects:,}", decimal(a.bytes), str(a.under_way)) for a in kept]
    if rows:
        print_table(("Storage", "Objects", "Size", "Uploads under way"), rows)
    else:
        say("Nothing is kept yet.")
