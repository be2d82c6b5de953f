"""A worker's row: that it is there, since when, and what keeps it from publishing."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import utc_now
from socialclaw.db.database import INSIST, MOST_DRIFT, Database
from socialclaw.db.posts import Lane
from socialclaw.db.probe import probe
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.db.webhooks import Endpoint
from socialclaw.db.workspaces import Worker
from socialclaw.jobs.clock_trust import MOST_JUMP, Timekeeping, boot_id, booted_at, synchronized
from socialclaw.lifecycle.writing import abandon

log = logging.getLogger(__name__)


class Presence:
    """Of one worker, by its id. `trusted`: the operator vouches for this machine's clock."""

    def __init__(self, database: Database, *, trusted: bool = False) -> None:
        self.id = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._database = database
        self._trusted = trusted
        self._trouble: str | None = None
        self._time = Timekeeping(MOST_JUMP if database.is_sqlite else MOST_DRIFT)

    @property
    def astray(self) -> bool:
        """Whether the clock cannot be believed now: then leases, marks and the times of posts mean something else here."""
        return self._trouble is not None or (self._time.off != 0 and not self._trusted)

    async def begin(self, stopping: asyncio.Event) -> bool:
        """Whether we are known to be there, however long the database is away before that; False where we are told to stop first."""
        for pause in INSIST:
            try:
                await self._database.write(self.sign_in)
                await self.beat()
                return True
            except DatabaseTrouble:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), pause)
            if stopping.is_set():
                break
        return False

    async def beat(self) -> None:
        """Say that we are alive, and whether our clock keeps us from publishing."""
        if self._database.availability.trouble:
            await probe(self._database)
        drift = await self._database.drift()
        trouble = self._clock_trouble(drift)
        if trouble is None:
            self._time.believe()
        if trouble and not self._trouble:
            log.error("%s. Nothing is published here until then", trouble)
        elif self._trouble and not trouble:
            log.warning("This machine's clock is believed again; publishing goes on")
        self._trouble = trouble
        await self._database.write(self._beat, drift)

    def _clock_trouble(self, drift: float) -> str | None:
        """What is wrong with the clock, and what to do. On SQLite, without a second clock, NTP is believed, and so is the operator."""
        if abs(drift) > MOST_DRIFT:
            return f"This machine's clock is {drift:+.1f} s from the database's: set both, best by NTP"
        off = self._time.off
        if off == 0 or self._trusted or not self._database.is_sqlite or synchronized():
            return None
        how = f"{off:.0f} s ahead of where it was" if off > 0 else f"{-off:.0f} s behind where it has been"
        return f"This machine's clock is {how}: set it right, best by NTP, or start with SOCIALCLAW_TRUST_CLOCK=true if it is right now"

    async def end(self) -> None:
        """Sign out; where the database is away, whoever starts here next sees that this process is gone."""
        with suppress(DatabaseTrouble):
            await self._database.write(self._sign_out)

    def sign_in(self, session: Session) -> None:
        """Say that we are here, and free what dead workers of this machine held, so that a restart need not wait for leases."""
        now = utc_now()
        lanes = session.scalars(select(Lane).where(Lane.until > now, Lane.worker_id.startswith(f"{socket.gethostname()}:")))
        if dead := [lane for lane in lanes if not _alive(lane.worker_id)]:
            session.execute(update(Lane).where(Lane.account_id.in_([lane.account_id for lane in dead])).values(until=now))
            abandon(session, [lane.post_id for lane in dead], now)
        hooks = select(Endpoint).where(Endpoint.lane_until > now, Endpoint.lane_of.startswith(f"{socket.gethostname()}:"))
        for hook in session.scalars(hooks):
            if hook.lane_of and not _alive(hook.lane_of):
                hook.lane_until = now
        session.execute(delete(Worker).where(Worker.seen_at < now - timedelta(days=1)))
        if self._database.is_sqlite:
            self._follow(session)
        session.merge(Worker(id=self.id, started_at=now, seen_at=now))

    def _follow(self, session: Session) -> None:
        """What whoever was here before us knew of this machine's clock."""
        if self._trusted:
            session.execute(update(Worker).where(Worker.believed_at > utc_now()).values(believed_at=utc_now()))
            return
        known = select(Worker.boot_id, Worker.booted_at, Worker.believed_at).where(Worker.believed_at.is_not(None), Worker.id != self.id)
        last = session.execute(known.order_by(Worker.believed_at.desc()).limit(1)).first()
        if last is not None and last.believed_at is not None:
            self._time.follow(last.boot_id, last.booted_at, last.believed_at)

    def _beat(self, session: Session, drift: float) -> None:
        """By the database's clock. Where our row is gone (a replica that was behind took over, or a backup was restored), we sign in."""
        if (row := session.get(Worker, self.id)) is None:
            self.sign_in(session)
            row = session.get_one(Worker, self.id)
        row.seen_at, row.trouble = utc_now() - timedelta(seconds=drift), self._trouble
        if self._trouble is None:
            row.believed_at, row.booted_at, row.boot_id = utc_now(), booted_at(), boot_id()

    def _sign_out(self, session: Session) -> None:
        row = session.scalar(select(Worker).where(Worker.id == self.id))
        if row is not None:
            row.stopped_at = utc_now()


def _alive(worker_id: str) -> bool:
    """Whether the process behind a worker id of this machine still runs. Our own pid under another id was before us."""
    pid = int(worker_id.split(":")[1])
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
