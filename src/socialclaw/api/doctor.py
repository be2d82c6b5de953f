"""/v1/dashboard/doctor: what `socialclaw doctor` finds, for whoever owns a workspace and has no terminal on the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from socialclaw.api.answers import ok
from socialclaw.api.deps import Caller, problems
from socialclaw.api.openapi import BOARD
from socialclaw.api.operation import Operation, signed_in
from socialclaw.api.schemas import DoctorResponse
from socialclaw.db.base import iso, real_now
from socialclaw.db.database import Database
from socialclaw.doctor import checks
from socialclaw.doctor.check import Check
from socialclaw.errors import Forbidden
from socialclaw.settings import Settings
from socialclaw.system import System

router = APIRouter(route_class=Operation, prefix="/v1/dashboard", tags=[BOARD])


@dataclass(slots=True)
class Looks:
    """The doctor's looks, one at a time: who asks while one is under way is told what that finds. It calls storage and mail servers."""

    system: System
    under_way: asyncio.Task[list[Check]] | None = None

    async def look(self) -> list[Check]:
        if self.under_way is None or self.under_way.done():
            self.under_way = asyncio.create_task(checks.look(self.system.settings, self._open))
        return await asyncio.shield(self.under_way)

    @asynccontextmanager
    async def _open(self, _: Settings) -> AsyncIterator[Database]:
        """The database that this server has open."""
        yield self.system.database


@router.get("/doctor", summary="Doctor", response_model=DoctorResponse, responses=problems())
@signed_in("own")
async def dashboard_doctor(caller: Caller, request: Request) -> Response:
    """What `socialclaw doctor` finds of the whole installation, each with what to do: `state` is `ok`, `note` (worth knowing), `failed` or
    `unknown` (could not be looked at). It looks, and changes nothing.

    Where anybody may sign up, whoever owns a workspace is a stranger: then it is told on the server alone (403 `doctor_not_here`).
    """
    if caller.system.settings.sign_in.sign_up == "open":
        message = "Anybody may sign up here, so what the doctor finds is told on the server alone: `socialclaw doctor`"
        raise Forbidden(message, code="doctor_not_here")
    looks: Looks = request.app.state.looks
    found = await looks.look()
    well = all(check.state != "failed" for check in found)
    told = [{"name": check.name, "state": check.state, "message": check.message} for check in found]
    return ok(well=well, checkedAt=iso(real_now()), checks=told)
