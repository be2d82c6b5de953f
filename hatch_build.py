"""Has the dashboard built before it is packed into a wheel or a source distribution, and the documentation packed into a wheel.

An editable installation serves what `make` builds, and the documentation where it is.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Dashboard(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        if self.target_name == "wheel":  # where the server finds its documentation
            docs = Path(self.root) / "docs"
            pages = (page for page in docs.rglob("*") if page.suffix in (".md", ".webp", ".png", ".jpg"))
            build_data["force_include"] |= {str(page): f"socialclaw/_docs/{page.relative_to(docs)}" for page in pages}
        found = importlib.util.spec_from_file_location("web_build", Path(self.root) / "web" / "build.py")
        assert found is not None
        assert found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        module.build()
