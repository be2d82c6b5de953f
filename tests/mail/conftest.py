"""A post office that is open, an installation that sends by it, and its outbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from socialclaw.db.base import real_now
from socialclaw.db.mail import Mail
from socialclaw.mail import outbox, templates
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.conftest import BASE_URL
from tests.duties import duty
from tests.mail.post_office import PostOffice

ADA = "ada@elsewhere.example"
FACTS = {"inviter": "Grace", "workspace": "Acme", "role": "editor", "link": f"{BASE_URL}/auth/ticket/secret", "server": "socialclaw.test"}


@pytest.fixture
async def post_office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    found = PostOffice(tmp_path)
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def settings(settings: Settings, post_office: PostOffice) -> Settings:
    return settings.model_copy(update={"smtp": post_office.settings()})


class Outbox:
    """What waits to be sent, and a worker that looks at it."""

    def __init__(self, system: System) -> None:
        self.system = system

    async def put(self, to: str = ADA, *, minutes: float = 15, ticket_id: str | None = None, **facts: str) -> str:
        ends = real_now() + timedelta(minutes=minutes)
        about = {"ticket_id": ticket_id} if ticket_id else {}
        write, kind = self.system.database.write, templates.INVITATION
        row = await write(outbox.put, self.system.vault, kind, to, FACTS | facts, ends=ends, **about)
        return row.id

    async def empty(self) -> None:
        """A worker looks once, and ends what it begins."""
        loop = duty(self.system, "send a mail")
        await loop.look()
        await loop.stopped()

    async def later(self) -> None:
        """So much time passes that whatever waits for another try, or for the end of a lease, is due."""
        due = update(Mail).where(Mail.next_at.is_not(None)).values(next_at=real_now())
        await self.system.database.write(lambda session: session.execute(due))

    async def row(self, mail_id: str | None = None) -> Any:
        query = select(Mail) if mail_id is None else select(Mail).where(Mail.id == mail_id)
        return await self.system.database.read(lambda session: session.scalars(query).one())


@pytest.fixture
def mails(system: System) -> Outbox:
    return Outbox(system)
