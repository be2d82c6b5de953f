"""A ticket is good for one time: whoever redeems it first has it, however many ask at once, and looking spends nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import real_now
from socialclaw.db.people import Ticket
from socialclaw.people import tickets
from socialclaw.people.tickets import INVITE, LOCAL, TicketInvalid
from socialclaw.system import System

pytestmark = pytest.mark.usefixtures("both_databases")


async def new(system: System, purpose: str = LOCAL) -> str:
    return (await system.database.write(tickets.issue, purpose))[1]


async def redeemed(system: System, secret: str) -> bool:
    try:
        await system.database.write(tickets.redeem, secret, (LOCAL,))
    except TicketInvalid:
        return False
    return True


async def test_of_fifty_who_redeem_at_once_one_wins(system: System) -> None:
    secret = await new(system)
    assert sum(await asyncio.gather(*(redeemed(system, secret) for _ in range(50)))) == 1


async def test_a_ticket_is_spent_by_redeeming_it_and_by_nothing_else(system: System) -> None:
    secret = await new(system)
    for _ in range(3):
        assert (await system.database.write(tickets.look, secret, (LOCAL,))).used_at is None
    assert await redeemed(system, secret)
    assert not await redeemed(system, secret)
    with pytest.raises(TicketInvalid, match="used already"):
        await system.database.read(tickets.look, secret, (LOCAL,))


async def test_a_ticket_ends(system: System) -> None:
    secret = await new(system)
    await system.database.write(lambda session: session.execute(update(Ticket).values(expires_at=real_now() - timedelta(seconds=1))))
    assert not await redeemed(system, secret)
    with pytest.raises(TicketInvalid, match="too old"):
        await system.database.read(tickets.look, secret, (LOCAL,))


async def test_a_ticket_is_for_its_purpose_alone(system: System) -> None:
    secret = await new(system, INVITE)
    assert not await redeemed(system, secret)
    assert (await system.database.read(tickets.look, secret, (LOCAL, INVITE))).used_at is None, "the wrong door spends nothing"


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "\udc00" * 43, "é" * 43, "x" * 100_000, "\0"])
async def test_what_is_no_ticket_opens_nothing(system: System, secret: str) -> None:
    await new(system)
    assert not await redeemed(system, secret)


async def test_what_goes_wrong_behind_a_ticket_gives_it_back(system: System) -> None:
    secret = await new(system)

    def break_off(session: Session) -> None:
        tickets.redeem(session, secret, (LOCAL,))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await system.database.write(break_off)
    assert await redeemed(system, secret)


async def test_the_secret_is_in_no_column(system: System) -> None:
    secret = await new(system)
    [row] = await system.database.read(lambda session: session.execute(select(Ticket.__table__)).all())
    assert secret not in repr(row)


async def test_tickets_that_have_long_ended_are_forgotten(system: System) -> None:
    await new(system)
    long_ago = real_now() - timedelta(days=2)
    await system.database.write(lambda session: session.execute(update(Ticket).values(expires_at=long_ago)))
    await new(system)
    assert await system.database.read(lambda session: session.scalar(select(func.count()).select_from(Ticket))) == 1
