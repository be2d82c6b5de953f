"""The same server over standard input and output, on the machine of whoever uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mcp.server.stdio import stdio_server

from socialclaw.mcp.entry import Asking
from socialclaw.mcp.reach import Api
from socialclaw.mcp.server import Visit, build
from socialclaw.mcp.table import Choice

SECONDS = 90.0  # for an answer: a tool may wait for 50


async def serve(base_url: str, key: str, choice: Choice, root: Path) -> None:
    """Until standard input ends. A key that is missing or wrong is told at the first call."""
    async with Api(base_url, key, seconds=SECONDS) as api:
        visit = Visit(Asking(api, root), choice)

        async def of(_: Any) -> Visit:
            return visit

        server = build(of, local=True)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
