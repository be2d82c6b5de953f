"""The imports that a worker works on, shared between workspaces, so that slow sources of one keep no other waiting."""

from __future__ import annotations

from socialclaw.jobs.duty import Duty
from socialclaw.media import importer, imports
from socialclaw.media.imports import Job
from socialclaw.system import System

AT_ONCE = 4  # of one workspace


class Imports(Duty[Job]):
    """What is under way is given back at once when told to stop: it begins anew elsewhere."""

    def __init__(self, system: System) -> None:
        database = system.database
        super().__init__(
            AT_ONCE,
            due=lambda most: database.read(imports.due, most=most),
            take=lambda ids: database.write(imports.take, most=len(ids), only=ids),
            name=lambda job: job.asset_id,
            work=lambda job: importer.work(system, job),
        )
