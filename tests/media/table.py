"""`python -m tests.media.table` writes docs/media.md: every file of the catalogue, published to every provider under both policies.

Each cell is judged and then published into the sandbox, whatever the verdict is; where the two disagree, the command says so and fails.
`--only NAME …` tries some files and writes nothing; a name that ends in * stands for all that begin so.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from docs.generators.markdown import code, document, table

from socialclaw import outbound
from tests.media.catalogue import File, catalogue, films, pictures
from tests.media.house import Cell, cells, house

PAGE = Path(__file__).parents[2] / "docs" / "media.md"
AS_IT_IS, FITTED, REFUSED = "●", "◐", "–"
INTRODUCTION = f"""Every kind of file that people have, in a post to every provider under both media policies: {{files}} files,
{{cells}} posts, each published into the sandbox. `python -m tests.media.table` does it and writes this page; where what validation says of
a post is not what comes of it, it fails.

* {AS_IT_IS} published by either policy. A picture is handed over upright, as one, in sRGB, and as a type that the network takes.
* {FITTED} refused by `strict`; with `fit` the file is changed first, as told below the table. The original is kept.
* {REFUSED} refused by either, before anything is sent."""
CHANGED = ("converted", "scaled", "padded", "compressed", "first frame")

Rows = list[tuple[File, str | list[Cell]]]


def symbol(row: Sequence[Cell], destination: str) -> str:
    """What a post with the file comes to there."""
    of = {cell.policy: cell for cell in row if cell.destination == destination}
    if not of["strict"].verdict:
        return AS_IT_IS
    return REFUSED if of["fit"].verdict else FITTED


def page(rows: Rows) -> str:
    kept = [(file, row) for file, row in rows if not isinstance(row, str)]
    count = sum(len(row) for _, row in kept)
    groups = (("Pictures", {f.name for f in pictures()}), ("Films", {f.name for f in films()}))
    named = {name for _, names in groups for name in names}
    groups = (*groups, ("Called what they are not", {file.name for file, _ in kept} - named))
    return document(
        "Media: what becomes of a file",
        INTRODUCTION.format(files=len(rows), cells=f"{count:,}"),
        *(part for title, names in groups for part in _group(title, [(f, r) for f, r in kept if f.name in names])),
        "## Refused when they arrive",
        "Nothing of such a file is kept, so no post can have it.",
        table(["File", "Code"], [[f.name, f"[`{r}`](errors.md#general)"] for f, r in rows if isinstance(r, str)]),
        note="<!-- Written by `python -m tests.media.table`; changes made here are lost. -->",
    )


def _group(title: str, rows: Rows) -> list[str]:
    if not rows:
        return []
    places = [cell.destination for cell in rows[0][1] if cell.policy == "strict"]  # type: ignore[union-attr]
    body = [[file.name, *(symbol(row, place) for place in places)] for file, row in rows]  # type: ignore[arg-type]
    return [f"## {title}", table(["File", *places], body), f"### {title}: what `fit` does, and what is refused", _notes(rows)]


def _notes(rows: Rows) -> str:
    found: list[list[str]] = []
    for file, row in rows:
        assert not isinstance(row, str)
        changes: dict[str, list[str]] = {}
        for cell in row:
            if cell.policy != "fit":
                continue
            if cell.verdict:
                changes.setdefault(", ".join(code(f"…_{told.partition('_')[2]}") for told in cell.verdict), []).append(cell.destination)
            elif told := [change for change in cell.outcome.changes if any(word in change for word in CHANGED)]:
                changes.setdefault("; ".join(told), []).append(cell.destination)
        found += [[file.name, ", ".join(places), what] for what, places in changes.items()]
    return table(["File", "Where", "What"], found) if found else "Nothing."


async def tried(files: Sequence[File], told: Any, only: Mapping[str, Sequence[str]] | None = None) -> Rows:
    rows: Rows = []
    with tempfile.TemporaryDirectory(prefix="media-table-") as folder:
        async with house(Path(folder)) as made:
            async for file, row in cells(made, files, only):
                rows.append((file, row))
                told(len(rows), file, row)
    return rows


def disagreements(rows: Rows) -> list[Cell]:
    return [cell for _, row in rows if not isinstance(row, str) for cell in row if not cell.agrees]


def line(cell: Cell) -> str:
    came = cell.outcome.seen or cell.outcome.failure
    changes = f" ({'; '.join(cell.outcome.changes)})" if cell.outcome.changes else ""
    return f"{cell.file} to {cell.destination}, {cell.policy}: {', '.join(cell.verdict) or 'taken'}, but {came}{changes}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 where a verdict is not what came of the post."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    only = parser.parse_args(arguments).only
    files = [f for f in catalogue() if not only or f.name in only or any(n[-1] == "*" and f.name.startswith(n[:-1]) for n in only)]
    outbound.resolve = _here
    began = time.monotonic()

    def told(number: int, file: File, row: str | list[Cell]) -> None:
        came = row if isinstance(row, str) else f"{sum(cell.agrees for cell in row)} of {len(row)} agree"
        sys.stderr.write(f"{number}/{len(files)} {file.name}: {came} ({time.monotonic() - began:.0f} s)\n")

    rows = asyncio.run(tried(files, told))
    wrong = disagreements(rows)
    sys.stdout.writelines(f"{line(cell)}\n" for cell in wrong)
    count = sum(len(row) for _, row in rows if not isinstance(row, str))
    sys.stdout.write(f"{len(rows)} files, {count} cells, {len(wrong)} disagreements, {time.monotonic() - began:.0f} s\n")
    if not only and not wrong:
        PAGE.write_text(page(rows), encoding="utf-8")
    return 1 if wrong else 0


async def _here(host: str, port: int, *_: Any, **__: Any) -> list[str]:
    """Nothing is looked up: all networks are simulated."""
    if not host.endswith(("test", "localhost")):
        raise socket.gaierror(f"{host} is not looked up")
    return ["127.0.0.1"]


if __name__ == "__main__":
    sys.exit(main())
