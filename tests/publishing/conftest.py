"""A desk on one database; with `both_databases`, on each."""

from __future__ import annotations

import httpx2
import pytest

from socialclaw.system import System
from tests.conftest import Member
from tests.publishing.desk import Desk


@pytest.fixture
def desk(system: System, workspace: Member, api: httpx2.AsyncClient) -> Desk:
    return Desk(system, workspace, api)
