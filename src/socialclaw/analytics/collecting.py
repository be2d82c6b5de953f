"""The collections that a worker works on, shared between workspaces and networks, so that a slow network keeps no other's waiting."""

from __future__ import annotations

from socialclaw.analytics import collect
from socialclaw.analytics.collect import Subject
from socialclaw.db.base import utc_now
from socialclaw.jobs.duty import Duty
from socialclaw.system import System

AT_ONCE = 20  # of one workspace on one network


class Collections(Duty[Subject]):
    """What is broken off has been put off before it was begun, and is due again then."""

    def __init__(self, system: System) -> None:
        database = system.database
        super().__init__(
            AT_ONCE,
            due=lambda most: database.read(collect.due, utc_now(), most=most),
            take=lambda ids: database.write(collect.take, utc_now(), most=len(ids), only=ids),
            name=lambda subject: subject.id,
            work=lambda subject: collect.collect_due(system, subject),
        )
