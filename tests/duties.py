"""The duties of a worker by their names, for tests that let one of them look when they want it to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from socialclaw.jobs.duties import DutyLoop
from socialclaw.system import System
from socialclaw.work import DUTIES


def duty(system: System, name: str, do: Callable[[System, Any], Awaitable[object]] | None = None) -> DutyLoop[Any]:
    """The loop of a duty; with `do` in the place of what it does."""
    [found] = [each for each in DUTIES if each.name == name]
    return DutyLoop(system, replace(found, do=do) if do else found)
