"""Packs `src/socialclaw/sdk` as the package `socialclaw_client`: there is one source, and the server has it within itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PACKAGE = "socialclaw_client"


def source() -> Path:
    """In the repository, or in a source distribution that was made there."""
    packed = HERE / PACKAGE
    return packed if packed.is_dir() else HERE.parents[1] / "src" / "socialclaw" / "sdk"


def version() -> str:
    found = re.search(r'^VERSION = "(.+)"$', (source() / "wire.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # only the version is asked for
    pass
else:

    class Packed(BuildHookInterface[Any]):
        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            files = (path for path in source().rglob("*") if path.is_file() and "__pycache__" not in path.parts)
            build_data["force_include"] |= {str(path): f"{PACKAGE}/{path.relative_to(source())}" for path in files}
