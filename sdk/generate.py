"""`python -m sdk.generate` writes the generated parts of the SDK anew; with `--check` it writes nothing and names each that is stale."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sdk.generators import python_types, synchronous

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "socialclaw" / "sdk"


def parts() -> dict[Path, str]:
    """What each generated file holds."""
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    found: dict[Path, Callable[[], str]] = {PACKAGE / "types.py": lambda: python_types.module(document)}
    for source in sorted((PACKAGE / "aio").glob("[!_]*.py")):
        found[PACKAGE / "sync" / source.name] = lambda source=source: synchronous.module(source.read_text(encoding="utf-8"), source.name)  # type: ignore[misc]
    return {path: formatted(make()) for path, make in found.items()}


def formatted(source: str) -> str:
    """As ruff would have it, which is stricter than a generator likes to be about the length of a line."""
    for words in (["check", "--select", "I", "--fix", "--quiet"], ["format"]):
        command = [sys.executable, "-m", "ruff", *words, "--stdin-filename", str(PACKAGE / "generated.py"), "-"]
        done = subprocess.run(command, input=source, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
        source = done.stdout
    return source


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 1 if a part is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a part is stale")
    check = parser.parse_args(arguments).check
    stale = {path: text for path, text in parts().items() if not path.exists() or path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        if check:
            sys.stderr.write(f"{path.relative_to(ROOT)} is stale: run `make sdk` and commit it\n")
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
