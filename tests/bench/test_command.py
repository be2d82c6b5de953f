"""`python -m bench` as people call it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from bench.__main__ import PAGE, main
from typer.testing import CliRunner, Result

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.xdist_group("bench")


def bench(*args: str) -> Result:
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, args)


def test_one_figure_by_name_as_json() -> None:
    command = [sys.executable, "-m", "bench", "validate", "--tiny", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [figure["figure"] for figure in found["figures"]] == ["validate"]
    assert {"date", "processor", "Python", "SQLite"} <= found["machine"].keys()


def test_one_figure_as_a_table() -> None:
    done = bench("validate", "--tiny")
    assert done.exit_code == 0, done.output
    assert "json.loads + json.dumps:" in done.output


def test_an_unknown_figure_is_named_with_those_that_are() -> None:
    done = bench("speed")
    assert done.exit_code == 2
    assert "speed" in done.output
    assert "burst" in done.output


def test_the_page_is_not_written_from_tiny_figures() -> None:
    before = PAGE.read_bytes() if PAGE.exists() else None
    done = bench("--tiny", "--write")
    assert done.exit_code == 2
    assert (PAGE.read_bytes() if PAGE.exists() else None) == before


def test_figures_of_an_earlier_run_are_taken_from_its_json(tmp_path: Path) -> None:
    earlier = tmp_path / "run.json"
    earlier.write_text(bench("validate", "--tiny", "--json").stdout)
    done = bench("apply", "--tiny", "--json", "--from", str(earlier))
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["figures"]
    assert list(dict.fromkeys(figure["figure"] for figure in found)) == ["validate", "apply"]
    assert [f for f in found if f["figure"] == "validate"] == json.loads(earlier.read_text())["figures"]


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"figures": [{"figure": "apply"}]}')
    done = bench("--tiny", "--from", str(other))
    assert done.exit_code == 2
    assert "other.json" in re.sub(r"[│\s]", "", done.output), "however long the path is that it is broken at"
