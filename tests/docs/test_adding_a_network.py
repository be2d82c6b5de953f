"""The network of docs/adding-a-network.md, taken from the page: found by being there, and held to every duty."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs.generate import HOME

ROOT = HOME.parent
FILE = re.compile(r"^\*\*`([\w/]+\.py)`\*\*.*?^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PLUGIN = """
from socialclaw import networks
networks.__path__.append({folder!r})
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the network, and a plugin by which another Python finds it among the others."""
    place = tmp_path_factory.mktemp("added")
    folder = place / "networks" / "pigeon"
    folder.mkdir(parents=True)
    files = dict(FILE.findall((HOME / "adding-a-network.md").read_text(encoding="utf-8")))
    assert set(files) == {"__init__.py", "adapter.py", "sandbox/simulator.py"}
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    (place / "added.py").write_text(PLUGIN.format(folder=str(folder.parent)), encoding="utf-8")
    return place


def run(elsewhere: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(elsewhere), str(ROOT)))}
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_every_duty_holds(elsewhere: Path) -> None:
    duties = (
        "-m",
        "pytest",
        "-p",
        "added",
        "tests/networks/test_conformance.py",
        "-k",
        "pigeon",
        "-n",
        "0",
        "-q",
        "-p",
        "no:cacheprovider",
    )
    told = run(elsewhere, *duties)
    assert told.returncode == 0, told.stdout + told.stderr
    dots = told.stdout.partition("[100%]")[0]
    assert dots.count(".") > 40, dots
    assert not set(dots) & set("sxX"), "no duty is left out"


def test_the_code_of_the_page_is_as_the_rest(elsewhere: Path) -> None:
    """But for the order of imports: out of its place, the network is not known to be one of ours."""
    checked = run(
        elsewhere, "-m", "ruff", "check", "--ignore", "I001", "--config", str(ROOT / "pyproject.toml"), str(elsewhere / "networks")
    )
    assert checked.returncode == 0, checked.stdout


def test_the_reference_tells_of_it(elsewhere: Path) -> None:
    """The generated pages read the declaration, like everything else."""
    told = run(elsewhere, "-c", "import added; from docs.generators import providers; print(providers.page())")
    assert told.returncode == 0, told.stderr
    section = told.stdout.split("\n## pigeon\n")[1].split("\n## ")[0]
    assert "A post may have 1 to 2 images." in section
