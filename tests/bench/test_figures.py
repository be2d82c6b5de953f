"""Every figure is measured at its smallest, so that the suite still runs the day that a figure is needed; how fast is not asked here."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from bench import report
from bench.__main__ import FIGURES
from bench.figures import Figure, Result
from bench.ground import DATABASES, SQLITE, Ground
from rich.console import Console

pytestmark = pytest.mark.xdist_group("bench")
NOTHING = ("posts", "cases", "MB", "tasks", "% of a core")  # of which there may be none: lost ones, memory above idle, an idle second
BOTH = ("burst", "hints")  # which speak to each database in their own way


@pytest.fixture(params=list(FIGURES))
def figure(request: pytest.FixtureRequest) -> Figure:
    name: str = request.param
    return FIGURES[name]


@pytest.fixture
def ground(figure: Figure) -> Iterator[Ground]:
    with Ground(DATABASES if figure.name in BOTH else (SQLITE,)) as ground:
        yield ground


async def test_a_figure_is_measured_and_shown(figure: Figure, ground: Ground) -> None:
    steps: list[str] = []
    results = await figure.measure(ground, figure.tiny, lambda what, done=0, total=0: steps.append(what))
    assert steps, "whoever waits is told what for"
    assert {result.database for result in results} <= {"", *ground.kinds}
    assert all(result.value > 0 or result.unit in NOTHING for result in results)
    assert any(result.target is not None for result in results)
    if figure.name == "crash":
        assert all(result.met for result in results), "nothing may be published twice or lost, however few are killed"
    shown(figure, results)


def shown(figure: Figure, results: list[Result]) -> None:
    """In all three forms."""
    found, facts = [(figure, results)], {"date": "2030-01-01"}
    console = Console(width=200, record=True, quiet=False)
    with console.capture() as written:
        report.table(found, console)
    page = report.page(found, facts, missing=["other"])
    assert "Not measured in this run: other." in page
    for result in results:
        assert report.value(result) in written.get()
        assert f"| {result.what} | {result.database} | {report.value(result)} |" in page
    again, machine = report.read(report.as_json(found, facts))
    assert (again, machine) == ({figure.name: results}, facts)
    assert "(date: 2029-01-01)" in report.page(found, facts, apart={figure.name: {"date": "2029-01-01"}})
    assert [f["value"] for f in json.loads(report.as_json(found, facts))["figures"]] == [r.value for r in results]
