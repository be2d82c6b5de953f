"""A desk on one database; with `both_databases`, on each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.system import System
from tests.conftest import Member, Person, browser
from tests.publishing.desk import Desk


@pytest.fixture
def desk(system: System, workspace: Member, api: httpx2.AsyncClient) -> Desk:
    return Desk(system, workspace, api)


@pytest.fixture
async def page(app: FastAPI, owner: Person) -> AsyncIterator[httpx2.AsyncClient]:
    """The dashboard, with the owner's session."""
    async with browser(app, owner) as page:
        yield page
