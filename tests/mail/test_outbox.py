"""Mail leaves once: by a real SMTP server with TLS and a password, that is away, refuses, or takes a mail and is gone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from socialclaw.db.base import real_now
from socialclaw.db.mail import Mail
from socialclaw.doctor import mail_checks
from socialclaw.mail import outbox
from socialclaw.people import tickets
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.duties import duty
from tests.mail.conftest import ADA, Outbox
from tests.mail.post_office import PostOffice, body

both = pytest.mark.usefixtures("both_databases")

SEND = """
import asyncio, sys
from pathlib import Path
from socialclaw.mail import outbox
from socialclaw.db.base import real_now
from socialclaw.mail_settings import SmtpSettings
from socialclaw.settings import Settings
from socialclaw.system import System

async def main():
    given = Settings.model_validate_json(sys.stdin.read())
    smtp = given.smtp.model_copy(update={"password": type(given.smtp.password)("correct horse")})
    system = System.open(given.model_copy(update={"smtp": smtp}))
    due = await system.database.read(outbox.due, real_now(), 10)
    jobs = await system.database.write(outbox.take, real_now(), [name for name, _ in due])
    for job in jobs.values():
        await outbox.send(system, job)

asyncio.run(main())
"""


def written(folder: Path) -> bytes:
    """What the database's files hold."""
    return b"".join(path.read_bytes() for path in folder.rglob("socialclaw.db*"))


@both
async def test_a_mail_goes_out_by_tls_with_a_password_and_what_was_in_it_is_erased(mails: Outbox, post_office: PostOffice) -> None:
    mail_id = await mails.put()
    waiting = await mails.row()
    assert ADA not in waiting.sealed
    assert "auth/ticket" not in waiting.sealed
    await mails.empty()
    [message], [session], [envelope] = post_office.taken, post_office.sessions, post_office.envelopes
    assert session.ssl
    assert session.authenticated
    assert (envelope.mail_from, envelope.rcpt_tos) == ("post@acme.example", [ADA])
    assert (message["to"], message["from"]) == (ADA, "SocialClaw <post@acme.example>")
    assert message["message-id"] == f"<{mail_id}@acme.example>"
    assert "Accept the invitation:\nhttp://socialclaw.test/auth/ticket/secret\n" in body(message)
    assert '<a href="http://socialclaw.test/auth/ticket/secret"' in body(message, "html")
    row = await mails.row()
    assert (row.state, row.sealed, row.next_at) == ("sent", None, None)
    await mails.later()
    await mails.empty()
    assert len(post_office.taken) == 1


@both
async def test_a_server_that_is_down_and_up_again_gets_each_mail_once(mails: Outbox, post_office: PostOffice, system: System) -> None:
    await post_office.close()
    ids = [await mails.put(f"p{number}@elsewhere.example") for number in range(5)]
    for tries in (1, 2, 3):
        await mails.empty()
        assert {(await mails.row(one)).state for one in ids} == {"waiting"}
        assert (await mails.row(ids[0])).tries == tries
        await mails.empty()
        assert (await mails.row(ids[0])).tries == tries, "it is not tried again at once"
        await mails.later()
    assert (await system.database.read(outbox.report, real_now())).error.startswith(f"localhost:{post_office.port}: ")
    await post_office.open()
    for _ in range(3):
        await mails.empty()
        await mails.later()
    assert sorted(one["to"] for one in post_office.taken) == [f"p{number}@elsewhere.example" for number in range(5)]
    assert {(await mails.row(one)).state for one in ids} == {"sent"}


@both
async def test_of_several_workers_one_sends_a_mail(mails: Outbox, post_office: PostOffice) -> None:
    for number in range(6):
        await mails.put(f"p{number}@elsewhere.example")
    for _ in range(3):
        await asyncio.gather(*(mails.empty() for _ in range(8)))
    assert sorted(one["to"] for one in post_office.taken) == [f"p{number}@elsewhere.example" for number in range(6)]


@both
async def test_a_server_that_is_gone_after_it_had_the_mail_leaves_it_uncertain_and_unsent(mails: Outbox, post_office: PostOffice) -> None:
    await mails.put()
    post_office.hangs_up = True
    await mails.empty()
    post_office.hangs_up = False
    row = await mails.row()
    assert (row.state, row.sealed, row.next_at) == ("uncertain", None, None)
    await mails.later()
    await mails.empty()
    assert len(post_office.taken) == 1, "nobody knows that it did not arrive, so it is not sent again"
    told = await mails.system.database.read(mail_checks.waiting)
    assert (told.state, "1 of the last day may or may not have gone out" in told.message) == ("note", True)


@both
async def test_a_worker_that_is_killed_after_the_server_had_the_mail_leaves_it_uncertain(
    mails: Outbox, post_office: PostOffice, settings: Settings
) -> None:
    await mails.put()
    post_office.waits = True
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SEND, stdin=subprocess.PIPE)
    assert process.stdin
    process.stdin.write(settings.model_dump_json().encode())
    process.stdin.write_eof()
    async with asyncio.timeout(60):
        await post_office.arrived.wait()
    assert (await mails.row()).state == "handed"
    process.kill()
    await process.wait()
    await mails.empty()
    assert (await mails.row()).state == "handed", "it has a lease"
    await mails.later()
    await mails.empty()
    row = await mails.row()
    assert (row.state, row.sealed) == ("uncertain", None)
    assert len(post_office.taken) == 1


async def test_a_worker_that_is_told_to_stop_hears_the_server_out(mails: Outbox, post_office: PostOffice) -> None:
    await mails.put()
    post_office.waits = True
    loop = duty(mails.system, "send a mail")
    await loop.look()
    await post_office.arrived.wait()
    loop.stop()
    post_office.waits = False
    post_office._over.set()
    await loop.stopped()
    assert (await mails.row()).state == "sent"


@both
@pytest.mark.parametrize(
    ("command", "said", "state"),
    [
        ("RCPT", "550 5.1.1 No such user", "refused"),
        ("DATA", "554 5.7.1 We do not like this", "refused"),
        ("RCPT", "451 4.7.1 Greylisted", "waiting"),
        ("DATA", "451 4.3.0 Disk full", "waiting"),
        ("MAIL", "550 5.7.1 You may not send as this", "waiting"),  # ours to set right, and then it goes
    ],
)
async def test_what_a_server_refuses_for_good_is_over_and_the_rest_is_tried_again(
    mails: Outbox, post_office: PostOffice, command: str, said: str, state: str
) -> None:
    await mails.put()
    post_office.refuses = lambda asked, _: said if asked == command else None
    await mails.empty()
    row = await mails.row()
    assert (row.state, row.error) == (state, said)
    post_office.refuses = lambda *_: None
    await mails.later()
    await mails.empty()
    assert len(post_office.taken) == (state == "waiting")


@both
async def test_a_mail_whose_ticket_is_used_or_too_old_is_never_sent(mails: Outbox, post_office: PostOffice, system: System) -> None:
    ticket, secret = await system.database.write(tickets.issue, tickets.LOCAL)
    used = await mails.put(ticket_id=ticket.id)
    late = await mails.put(minutes=-1)
    await system.database.write(tickets.redeem, secret, (tickets.LOCAL,))
    await mails.empty()
    for mail_id in (used, late):
        row = await mails.row(mail_id)
        assert (row.state, row.sealed) == ("expired", None)
    assert post_office.taken == []


@both
async def test_a_mail_goes_with_its_ticket(mails: Outbox, system: System) -> None:
    ticket, _ = await system.database.write(tickets.issue, tickets.INVITE)
    await mails.put(ticket_id=ticket.id)
    await system.database.write(lambda session: session.delete(session.merge(ticket)))
    assert await system.database.read(lambda session: session.scalars(select(Mail)).all()) == []


async def test_no_address_and_no_link_is_in_the_database_in_clear(mails: Outbox, system: System, tmp_path: Path) -> None:
    await mails.put()
    content = written(tmp_path)
    assert (await mails.row()).id.encode() in content
    assert ADA.encode() not in content
    assert b"auth/ticket/secret" not in content


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": "wrong"}, "Authentication credentials invalid"),
        ({"ca_file": None}, "certificate verify failed"),
        ({"tls": "tls"}, ""),
        ({"port": 1}, "127.0.0.1"),
    ],
)
async def test_the_doctor_says_why_a_server_does_not_let_us_in(
    settings: Settings, post_office: PostOffice, changes: dict[str, object], told: str
) -> None:
    found = await mail_checks.server(settings.model_copy(update={"smtp": post_office.settings(**changes)}))
    assert found.state == "failed"
    assert told in found.message
    assert "correct horse" not in found.message


async def test_the_doctor_signs_in_and_sends_nothing(settings: Settings, post_office: PostOffice) -> None:
    found = await mail_checks.server(settings)
    assert (found.state, f"localhost:{post_office.port} lets us in" in found.message) == ("ok", True), found.message
    assert post_office.taken == []


async def test_a_server_without_starttls_gets_no_password(settings: Settings, tmp_path: Path) -> None:
    """Whoever sits between us could have taken the word out of its greeting."""
    plain = PostOffice(tmp_path, starttls=False)
    await plain.open()
    found = await mail_checks.server(settings.model_copy(update={"smtp": plain.settings()}))
    await plain.close()
    assert (found.state, "STARTTLS" in found.message) == ("failed", True), found.message


async def test_health_and_the_doctor_tell_of_mail_that_does_not_go_out(mails: Outbox, post_office: PostOffice, anonymous: object) -> None:
    health = await anonymous.get("/health")  # type: ignore[attr-defined]
    assert health.json()["mail"] == {"ok": True, "configured": True, "waiting": 0, "waitingSince": None}
    await post_office.close()
    await mails.put()
    await mails.empty()
    long_ago = real_now() - 2 * outbox.STUCK
    await mails.system.database.write(lambda session: session.query(Mail).update({"created_at": long_ago}))
    health = await anonymous.get("/health")  # type: ignore[attr-defined]
    assert health.status_code == 200, "posts are published all the same"
    told = health.json()["mail"]
    assert (told["ok"], told["waiting"], bool(told["waitingSince"])) == (False, 1, True)
    found = await mails.system.database.read(mail_checks.waiting)
    assert found.state == "failed"
    assert f"localhost:{post_office.port}" in found.message


async def test_an_address_of_other_letters_is_mailed_to_where_the_server_takes_such(mails: Outbox, post_office: PostOffice) -> None:
    await mails.put("zoë@münchen.example")
    await mails.empty()
    assert [one["to"] for one in post_office.taken] == ["zoë@münchen.example"]
