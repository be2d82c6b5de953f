"""Limits on what strangers do to sign in. They are counted in the database, since each process would count only what came to it.

A process's own count comes first, so that a flood costs the database no more than that lets through.
"""

from __future__ import annotations

from fastapi import Request

from socialclaw.api.rate_limits import site
from socialclaw.people import allowances
from socialclaw.people.allowances import Limit
from socialclaw.system import System

MINUTE, HOUR, DAY = 60, 3600, 86_400
SUPPORT = (
    Limit("support", 5, HOUR, "requests for support from this address in an hour"),
    Limit("support", 20, DAY, "requests for support from this address in a day"),
)
CLIENTS = Limit("clients", 30, HOUR, "programs registered from this address in an hour")
CLIENTS_OF_ALL = Limit("clients of all", 2000, DAY, "programs registered in a day")
SUPPORT_OF_ALL = Limit("support of all", 200, DAY, "requests for support in a day")


async def begins(system: System, request: Request) -> None:
    """Count a sign-in that is begun, which makes a row whoever asks; TooManyRequests where there were enough of this address."""
    await _spend(system, request, Limit("begun", system.settings.sign_in.starts_per_minute, MINUTE, "sign-ins begun in a minute"))


async def asks(system: System, request: Request) -> None:
    """Count a link that is to be mailed; TooManyRequests where enough were asked for from this address."""
    most = system.settings.sign_in.mails_per_hour
    await _spend(system, request, Limit("mails", most, HOUR, "links asked for from this address in an hour"))


async def asks_for_support(system: System, request: Request) -> None:
    """Count a request for support: of this address, and of everybody."""
    for limit in SUPPORT:
        await _spend(system, request, limit)
    await system.database.write(allowances.spend, system.vault, SUPPORT_OF_ALL, "")


async def registers(system: System, request: Request) -> None:
    """Count a program that registers, which makes a row whoever asks: of this address, and of everybody."""
    await _spend(system, request, CLIENTS)
    await system.database.write(allowances.spend, system.vault, CLIENTS_OF_ALL, "")


async def failed(system: System, request: Request) -> None:
    """Count something that signs nobody in; TooManyRequests where too much of that came from this address."""
    most = system.settings.sign_in.tries_per_minute
    await _spend(system, request, Limit("failed", most, MINUTE, "failed sign-ins in a minute from this address"))


async def _spend(system: System, request: Request, limit: Limit) -> None:
    request.app.state.rates.refuse(request)
    who = site(request.client.host if request.client else "")
    await system.database.write(allowances.spend, system.vault, limit, who)
