"""A server that no network can fetch media from says so at its start, where somebody publishes to real ones; the doctor says it too."""

from __future__ import annotations

import pytest

from socialclaw.cli import installation
from socialclaw.doctor import checks
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import member


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"public_base_url": "http://127.0.0.1:9"})


async def test_a_start_says_it_in_one_line_to_whom_it_matters(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    await member(system, "Test", "test")
    await installation.warn_of_address(system)
    assert capsys.readouterr().err == ""
    await member(system, "Live", "live")
    await installation.warn_of_address(system)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("socialclaw: http://127.0.0.1:9 is not a public address: networks that fetch media (")
    assert "Telegram" in line
    assert "SOCIALCLAW_PUBLIC_BASE_URL" in line


async def test_the_doctor_says_it(settings: Settings) -> None:
    [check] = await checks.address(settings)
    assert (check.name, check.state) == ("base URL", "note")
    assert "is not a public address" in check.message
    assert "Pinterest" in check.message
