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

from bench import apply, backlog, burst, crash, delivery, idle, listing, machine, pickup, report, stream, validate
from bench.figures import Figure, Result
from bench.ground import Ground
from socialclaw.cli import process

MODULES = (burst, pickup, backlog, validate, apply, listing, idle, crash, stream, delivery)
FIGURES: dict[str, Figure] = {module.FIGURE.name: module.FIGURE for module in MODULES}
WIDE = 160  # columns, where nobody looks at the table in a terminal
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which figures: {', '.join(FIGURES)}. Default: all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write docs/benchmarks.md; it names the figures left out.")] = False,
    tiny: Annotated[bool, typer.Option("--tiny", help="As small as can be: shows that it runs, and nothing else.")] = False,
    kills: Annotated[int, typer.Option("--kills", min=1, help="How many workers the crash run kills.")] = crash.Size().kills,
) -> None:
    """Measure, on SQLite and on a PostgreSQL of this run's own."""
    chosen = names or list(FIGURES)
    if unknown := [name for name in chosen if name not in FIGURES]:
        raise typer.BadParameter(f"there is no figure {unknown[0]!r}; there are: {', '.join(FIGURES)}")
    if write and tiny:
        raise typer.BadParameter("the page has figures at their full size: leave out --tiny")
    figures = [replace(FIGURES[name], full=crash.Size(kills)) if name == crash.FIGURE.name else FIGURES[name] for name in chosen]
    facts = machine.facts()
    found = measured(figures, Console(stderr=True), tiny=tiny)
    if write:
        PAGE.write_text(report.page(found, facts, missing=[name for name in FIGURES if name not in chosen]), encoding="utf-8")
    if as_json:
        print(report.as_json(found, facts))
    else:
        report.table(found, Console(width=None if sys.stdout.isatty() else WIDE))


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
        process.run(all_of_them)
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
