"""A network that names, as the new post, one that another post of ours is already: in a rehearsal too, that is an outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.db.base import iso
from socialclaw.networks.x.adapter import X
from socialclaw.providers.draft import Published
from socialclaw.system import System
from tests.accounts.world import connect_x
from tests.conftest import Member
from tests.rehearsal.test_clock import apply, frozen, post


async def test_a_network_that_names_an_existing_post_fails_the_post(
    api: httpx2.AsyncClient, system: System, workspace: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = await connect_x(system, workspace.id)

    async def same(self: Any, draft: Any, steps: Any) -> Published:
        return Published("7", "https://x.com/i/web/status/7")

    monkeypatch.setattr(X, "publish", same)
    start = await frozen(api)
    ids = await apply(api, *({"account": x, "description": t, "publish_at": iso(start + timedelta(hours=1))} for t in "ab"))
    answers = [(await api.post("/v1/sandbox/clock/advance", json={"hours": hours})).status_code for hours in (2, 1, 1)]
    assert answers == [200, 200, 200]
    found = [await post(api, post_id) for post_id in ids]
    assert sorted(each["status"] for each in found) == ["failed", "published"]
    assert {each["errorCode"] for each in found} == {None, "provider_post_taken"}
