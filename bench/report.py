"""The figures for people (a table), for programs (JSON) and for the documentation (a page)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Result

Found = Sequence[tuple[Figure, Sequence[Result]]]
SIGNS = {None: "", True: "met", False: "missed"}


def table(found: Found, console: Console) -> None:
    shown = Table("Figure", "", "Database", "Value", "Target", "", "Made of")
    for figure, results in found:
        for n, result in enumerate(results):
            made = "\n".join(f"{name}: {value}" for name, value in result.details.items())
            verdict = {None: "", True: "[green]met", False: "[red]missed"}[result.met]
            shown.add_row("" if n else figure.name, result.what, result.database, value(result), target(result), verdict, made)
        shown.add_section()
    console.print(shown)


def as_json(found: Found, facts: Mapping[str, str]) -> str:
    figures = [{"figure": figure.name, **asdict(result), "met": result.met} for figure, results in found for result in results]
    return json.dumps({"machine": dict(facts), "figures": figures}, indent=2, ensure_ascii=False)


def read(text: str) -> tuple[dict[str, list[Result]], dict[str, str]]:
    """What `as_json` wrote: the results by figure, and the facts of the machine."""
    given = json.loads(text)
    results: dict[str, list[Result]] = {}
    for row in given["figures"]:
        results.setdefault(row["figure"], []).append(Result(**{field.name: row[field.name] for field in fields(Result)}))
    return results, given["machine"]


def page(
    found: Found, facts: Mapping[str, str], *, missing: Sequence[str] = (), apart: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """`docs/benchmarks.md`. `missing`: figures that were not measured; `apart`: facts of those that were, in a run of their own."""
    apart = apart or {}
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench ARGS=--write`. What counts are the ratios: both sides of each are measured in one run, in turns, on the",
        "same machine, so they mean something elsewhere too. Absolute numbers depend on the machine below and are promises of nothing.",
        "",
        "| figure | database | value | target | |",
        "|---|---|---|---|---|",
    ]
    for _, results in found:
        lines += [f"| {r.what} | {r.database} | {value(r)} | {target(r)} | {SIGNS[r.met]} |" for r in results]
    for figure, results in found:
        lines += ["", f"## {figure.name}: {figure.asks}", "", figure.how, ""]
        if differing := {name: fact for name, fact in apart.get(figure.name, {}).items() if facts.get(name) != fact}:
            lines += [f"Measured in a run of its own ({', '.join(f'{name}: {fact}' for name, fact in differing.items())}).", ""]
        for r in results:
            made = "; ".join(f"{name}: {value}" for name, value in r.details.items())
            lines.append(f"* {r.what}{', ' if r.database else ''}{r.database}: **{value(r)}**{f' ({made})' if made else ''}")
    if missing:
        lines += ["", f"Not measured in this run: {', '.join(missing)}."]
    lines += ["", "## Where", "", *(f"* {name}: {fact}" for name, fact in facts.items())]
    lines += [
        "",
        "## Again",
        "",
        "```sh",
        "make bench                                  # all figures; some minutes each",
        'make bench ARGS="burst pickup"              # some of them',
        'make bench ARGS="crash --kills 2000"        # the long crash run',
        "make bench ARGS=--json                      # for programs",
        "make bench ARGS=--write                     # this page",
        'make bench ARGS="--write --from run.json"   # this page, with the figures of an earlier run as JSON in the place of new ones',
        "```",
        "",
    ]
    return "\n".join(lines)


def value(result: Result) -> str:
    number = f"{result.value:,.0f}" if result.value >= 100 or result.unit == "posts" else f"{result.value:.2f}"
    return f"{number} {result.unit}"


def target(result: Result) -> str:
    if result.target is None:
        return ""
    return f"at {'least' if result.better == 'more' else 'most'} {result.target:,g}"
