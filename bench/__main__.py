"""`python -m bench [FIGURE]…`: measure, and print the table. With --write it becomes the page of the documentation."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from bench import (
    apply,
    backlog,
    burst,
    crash,
    delivery,
    drag,
    events,
    hints,
    hostile,
    idle,
    listing,
    machine,
    mcp,
    pickup,
    report,
    stream,
    upload,
    validate,
)
from bench.figures import Figure, Result
from bench.ground import Ground
from socialclaw.cli import runtime

MODULES = (burst, pickup, backlog, validate, apply, listing, idle, crash, stream, delivery, upload, hostile, hints, events, drag, mcp)
FIGURES: dict[str, Figure] = {module.FIGURE.name: module.FIGURE for module in MODULES}
WIDE = 160  # columns, where nobody looks at the table in a terminal
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which figures: {', '.join(FIGURES)}. Default: all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write docs/benchmarks.md; it names the figures left out.")] = False,
    tiny: Annotated[bool, typer.Option("--tiny", help="As small as can be: shows that it runs, and nothing else.")] = False,
    earlier: Annotated[
        list[Path] | None, typer.Option("--from", exists=True, dir_okay=False, help="JSON of an earlier run, for figures not measured now.")
    ] = None,
    kills: Annotated[int, typer.Option("--kills", min=1, help="How many workers the crash run kills.")] = crash.Size().kills,
) -> None:
    """Measure, on SQLite and on a PostgreSQL of this run's own."""
    known, apart = _known(earlier or [])
    chosen = names or [name for name in FIGURES if name not in known]
    if unknown := [name for name in chosen if name not in FIGURES]:
        raise typer.BadParameter(f"there is no figure {unknown[0]!r}; there are: {', '.join(FIGURES)}")
    if write and tiny:
        raise typer.BadParameter("the page has figures at their full size: leave out --tiny")
    figures = [replace(FIGURES[name], full=crash.Size(kills)) if name == crash.FIGURE.name else FIGURES[name] for name in chosen]
    facts = machine.facts()
    now = {figure.name: results for figure, results in measured(figures, Console(stderr=True), tiny=tiny)}
    found = [(FIGURES[name], (known | now)[name]) for name in FIGURES if name in known or name in now]
    if write:
        missing = [name for name in FIGURES if name not in known | now]
        shown = {name: told for name, told in apart.items() if name not in now}
        PAGE.write_text(report.page(found, facts, missing=missing, apart=shown), encoding="utf-8")
    if as_json:
        print(report.as_json(found, facts))
    else:
        report.table(found, Console(width=None if sys.stdout.isatty() else WIDE))


def _known(files: Sequence[Path]) -> tuple[dict[str, list[Result]], dict[str, dict[str, str]]]:
    """The results that these files have, by figure, and the facts of the machine that each came from."""
    known: dict[str, list[Result]] = {}
    apart: dict[str, dict[str, str]] = {}
    for file in files:
        try:
            results, facts = report.read(file.read_text(encoding="utf-8"))
        except (ValueError, KeyError, TypeError) as error:
            raise typer.BadParameter(f"{file} is not what `python -m bench --json` writes: {error}") from error
        known |= {name: found for name, found in results.items() if name in FIGURES}
        apart |= dict.fromkeys(known.keys() & results.keys(), facts)
    return known, apart


def measured(figures: Sequence[Figure], console: Console, *, tiny: bool) -> list[tuple[Figure, list[Result]]]:
    """One after another, with progress on the console."""
    found: list[tuple[Figure, list[Result]]] = []
    columns = (TextColumn("{task.fields[figure]:>9}  {task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())

    async def all_of_them() -> None:
        for figure in figures:
            task = progress.add_task("starting", figure=figure.name, total=None)
            found.append((figure, await figure.measure(ground, figure.tiny if tiny else figure.full, Shown(progress, task))))
            progress.remove_task(task)

    with Progress(*columns, console=console, transient=True) as progress, Ground() as ground:
        runtime.run(all_of_them)
    return found


@dataclass(frozen=True)
class Shown:
    """How far a measurement is, on a progress bar."""

    progress: Progress
    task: TaskID

    def __call__(self, what: str, done: float = 0, total: float = 0) -> None:
        self.progress.update(self.task, description=what, completed=done, total=total or None)


if __name__ == "__main__":
    typer.run(main)
