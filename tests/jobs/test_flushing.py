"""What PgQueuer's buffers hold is written soon, and all of it; while they hold nothing, nothing wakes up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pgqueuer.core.buffers import HeartbeatBuffer

from socialclaw.jobs import queue  # noqa: F401 (installs it)

SOON = timedelta(seconds=0.01)


@dataclass
class Written:
    groups: list[list[Any]] = field(default_factory=list)
    broken: bool = False

    async def update_heartbeat(self, items: list[Any]) -> None:
        if self.broken:
            self.broken = False
            raise OSError("gone")
        self.groups.append(items)

    @property
    def items(self) -> list[Any]:
        return sorted(item for group in self.groups for item in group)


async def until(written: Written, count: int) -> None:
    async with asyncio.timeout(30):
        while len(written.items) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_all_is_written_however_it_comes() -> None:
    written = Written()
    async with HeartbeatBuffer(max_size=1000, timeout=SOON, repository=written) as buffer:
        for n in range(50):
            await buffer.add(n)  # type: ignore[arg-type]
        await until(written, 50)
        await buffer.add(50)  # type: ignore[arg-type]
        await until(written, 51)
        await buffer.add(51)  # type: ignore[arg-type]
    assert written.items == [*range(52)]
    assert len(written.groups) < 10, "what comes together is written together"


async def test_what_could_not_be_written_is_written_later() -> None:
    written = Written(broken=True)
    async with HeartbeatBuffer(max_size=1000, timeout=SOON, repository=written) as buffer:
        await buffer.add(1)  # type: ignore[arg-type]
        await until(written, 1)
    assert written.groups == [[1]]


async def test_an_empty_buffer_sets_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    alarms: list[float] = []
    loop = asyncio.get_running_loop()
    set_alarm = loop.call_at
    async with HeartbeatBuffer(max_size=1000, timeout=SOON, repository=Written()):
        await asyncio.sleep(SOON.total_seconds())
        monkeypatch.setattr(loop, "call_at", lambda when, *args, **more: (alarms.append(when), set_alarm(when, *args, **more))[1])
        for _ in range(100):
            await asyncio.sleep(0)
        await loop.run_in_executor(None, lambda: __import__("time").sleep(0.1))
    assert alarms == []
