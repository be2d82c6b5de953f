"""A workspace with endpoints, a worker's duty that sends when it is told to, and time that passes when it is told to."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.base import utc_now
from socialclaw.db.webhooks import Delivery, Endpoint
from socialclaw.system import System
from socialclaw.webhooks import lanes
from socialclaw.workspaces import keys
from tests.conftest import Member
from tests.duties import duty

Json = dict[str, Any]


class PostOffice:
    def __init__(self, system: System, workspace: Member, api: httpx2.AsyncClient) -> None:
        self.system, self.workspace, self.api = system, workspace, api
        self.loop = duty(system, "deliver events")

    async def add(self, url: str, **more: Any) -> Json:
        """A new endpoint, with its secret."""
        answer = await self.api.post("/v1/webhooks", json={"url": url, **more})
        assert answer.status_code == 201, answer.text
        return {**answer.json()["webhook"], "secret": answer.json()["secret"]}

    async def happen(self, *labels: str) -> None:
        """Something happens: a key is made for each."""
        for label in labels:
            await self.system.write(self.workspace.id, keys.create, self.system.vault, label, test=True)

    async def send(self) -> None:
        """Everything that is due is sent."""
        await self.system.sequencer.settle()
        for _ in range(100):
            await self.loop.look()
            await asyncio.gather(*self.loop._tasks.values())
            if not await self.system.database.read(lanes.due, utc_now(), 1):
                return
        raise AssertionError("there is no end to it")

    async def pass_time(self, seconds: float) -> None:
        await self.system.database.write(_shift, timedelta(seconds=seconds))
        self.loop._nothing = (None, 0.0)

    async def wait(self, seconds: float) -> None:
        await self.pass_time(seconds)
        await self.send()

    async def endpoint(self, hook: Json) -> Json:
        return dict((await self.api.get(f"/v1/webhooks/{hook['id']}")).json()["webhook"])

    async def deliveries(self, hook: Json, **query: Any) -> list[Json]:
        """The oldest first."""
        answer = await self.api.get(f"/v1/webhooks/{hook['id']}/deliveries", params=query)
        assert answer.status_code == 200, answer.text
        return list(reversed(answer.json()["deliveries"]))

    async def delivery(self, delivery_id: str) -> Json:
        return dict((await self.api.get(f"/v1/deliveries/{delivery_id}")).json()["delivery"])


def _shift(session: Session, by: timedelta) -> None:
    for row in session.scalars(select(Delivery).where(Delivery.next_at.is_not(None))):
        row.next_at = row.next_at and row.next_at - by
    for hook in session.scalars(select(Endpoint)):
        hook.failing_since = hook.failing_since and hook.failing_since - by
        hook.lane_until = hook.lane_until and hook.lane_until - by
