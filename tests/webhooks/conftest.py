"""A post office, and somebody who receives."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from socialclaw.system import System
from tests.conftest import Member
from tests.publishing.conftest import desk
from tests.webhooks.post_office import PostOffice
from tests.webhooks.receiver import Receiver, listening

__all__ = ["desk"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening() as found:
        yield found


@pytest.fixture
def office(system: System, workspace: Member, api: httpx2.AsyncClient) -> PostOffice:
    return PostOffice(system, workspace, api)
