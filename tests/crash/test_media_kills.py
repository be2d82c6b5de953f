"""The API and the worker are killed while files come, are completed, converted and swept: no half file is served, and nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crash.interruptions import PHASES, campaign


@pytest.mark.parametrize("kind", ["folder on sqlite", "s3 on postgresql"])
async def test_no_half_file_and_no_orphan(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url, more = "", dict[str, Any]()
    if kind.startswith("s3"):
        make: Callable[[], str] = request.getfixturevalue("new_postgres")
        url, more = make(), {"storage": "s3", "s3": request.getfixturevalue("s3")}
    found = await campaign(tmp_path, kills=len(PHASES), seed=3, database_url=url, **more)
    with capsys.disabled():
        print(f"\n{kind}: {found}")
    assert (found.wrong, found.orphans) == ([], [])
    assert found.hits.total() >= len(PHASES) // 2, "too few kills hit anything: this campaign shows nothing"
