"""One test workspace, by its id."""

from __future__ import annotations

import pytest

from socialclaw.system import System
from tests.accounts.world import add_workspace


@pytest.fixture
async def workspace(system: System) -> str:
    return await add_workspace(system, "Ours")
