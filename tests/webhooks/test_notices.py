"""Who is mailed when an endpoint is disabled: those who may change it, and nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.db.mail import Mail
from socialclaw.db.webhooks import Endpoint
from socialclaw.mail import templates
from socialclaw.mail_settings import SmtpSettings
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.webhooks import endpoints, notices
from tests.conftest import member, person


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"smtp": SmtpSettings(host="mail.example.com", from_address="SocialClaw <post@example.com>")})


async def test_admins_and_owners_are_mailed_what_was_disabled_and_why(system: System) -> None:
    live = await member(system, "Press", "live")
    for role in ("owner", "admin", "editor"):
        await person(system, (live.id, role), email=f"{role}@example.com", email_verified=True)
    await person(system, (live.id, "admin"), email="unproven@example.com")
    wanted = endpoints.Wanted("https://hooks.example.com/in")
    hook, _ = await system.write(live.id, endpoints.create, system.settings, system.vault, wanted)

    def disable(session: Session) -> list[dict[str, object]]:
        row = session.get_one(Endpoint, hook.id)
        endpoints.disable(session, row, "It answered 410 Gone: it wants no more events")
        notices.disabled(system.settings, system.vault, session, row)
        mails = session.scalars(select(Mail).where(Mail.kind == templates.WEBHOOK)).all()
        return [system.vault.unseal_json(mail.sealed or "", bound_to=f"mails:{mail.id}:sealed") for mail in mails]

    mails = await system.database.write(disable)
    assert sorted(str(mail["to"]) for mail in mails) == ["admin@example.com", "owner@example.com"]
    written = templates.written(templates.WEBHOOK, mails[0]["facts"])  # type: ignore[arg-type]
    assert "410 Gone" in written.text
    assert "/webhooks" in written.text
    assert "hooks example com" in written.text, "what somebody entered is no link"
