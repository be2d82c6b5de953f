"""`socialclaw-client` as somebody has it who has nothing else of ours."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from sdk import generate

ROOT = Path(__file__).parents[2]
UV = os.environ.get("UV") or str(ROOT / ".uv" / "bin" / "uv")
LOOK = """
import sys
import socialclaw_client
from socialclaw_client import Client, types
client = Client("http://127.0.0.1:1", "sc_test_x", retries=0)
try:
    client.health()
except socialclaw_client.ClientError as error:
    print(error.code, types.Post.__name__, *sorted(name for name in sys.modules if name == "socialclaw" or name.startswith("socialclaw.")))
"""


def test_what_is_generated_is_what_the_generators_make() -> None:
    assert [str(path) for path, text in generate.parts().items() if path.read_text(encoding="utf-8") != text] == [], "run `make sdk`"


def test_the_wheel_stands_alone(tmp_path: Path) -> None:
    """It is made by way of a source distribution, as for a package index, and works where the server is not installed."""
    command = [UV, "build", "--quiet", "--offline", "--out-dir", tmp_path / "dist", ROOT / "sdk" / "python"]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        assert "socialclaw_client/py.typed" in names
        (metadata,) = (packed.read(name).decode() for name in names if name.endswith("/METADATA"))
        packed.extractall(tmp_path / "site")
    assert [line for line in metadata.splitlines() if line.startswith("Requires-Dist")] == ["Requires-Dist: httpx2<2.17,>=2.16"]
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env={"PYTHONPATH": str(tmp_path / "site")}, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("network_error Post\n", "")
