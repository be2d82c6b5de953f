"""docs/openapi.json: the document that a server serves at /openapi.json."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from socialclaw.app import build
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import Vault


def page() -> str:
    return json.dumps(asyncio.run(document()), indent=2, ensure_ascii=False) + "\n"


async def document() -> dict[str, Any]:
    """The document of this version, as it is where no public base URL is set."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), public_base_url="")
        Vault.open(settings.key_file, create=True)
        system = System.open(settings)
        try:
            return build(system).openapi()
        finally:
            await system.close()
