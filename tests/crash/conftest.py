"""A lab on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crash.lab import Lab


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def lab_settings() -> dict[str, Any]:
    """Settings in the place of the lab's own; a test parametrizes this to have some."""
    return {}


@pytest.fixture
async def lab(database_kind: str, tmp_path: Path, lab_settings: dict[str, Any], request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    url = ""
    if database_kind == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("new_postgres")
        url = make()
    async with Lab(tmp_path, url, **lab_settings) as opened:
        yield opened
