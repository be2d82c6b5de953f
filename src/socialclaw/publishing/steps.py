"""Durable steps: a post remembers what it has done, so that an attempt may die anywhere.

A `once` step is safe to repeat and is kept only to save work. The irreversible step is written down *before* it is sent: a
row that is not done means that the post may already be live, and nothing but evidence from the network or a person may say
otherwise. Every write is committed before the call returns, together with those of other posts (group commit).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import utc_now
from socialclaw.db.database import Database, insist
from socialclaw.db.grouped import GroupedWrites
from socialclaw.db.posts import Post, Step
from socialclaw.db.trouble import DatabaseTrouble
from socialclaw.errors import Missing, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.providers.patience import pause
from socialclaw.publishing.claims import LOCK, Claim, Remembered
from socialclaw.sending import Sending, TooLate, sending

T = TypeVar("T")

# After these answers we know that nothing was published, so the step may be sent again.
REFUSED = (Rejected, Unauthorized, RateLimited)


class NotYet(Exception):
    """The network needs time: go on in `seconds`."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds


class WantedBack(Exception):
    """Somebody wants this post back: nothing more of it is sent."""


class Superseded(Exception):
    """Another worker has this post now: stop, write nothing."""


@dataclass(frozen=True, slots=True)
class Write:
    """One change to the memory of a post: `mark`, `keep` (a result) or `erase`."""

    kind: str
    post_id: str
    name: str
    fence: int
    at: datetime
    result: Any = None
    started: datetime | None = None  # where that was before `at`


class StepLog:
    """The steps of all posts of a worker, written in groups."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.write = GroupedWrites[Write, bool](database, apply)


# The mark that the writer made itself: a worker that was thought to be gone may not touch what came after it.
_MARK = (
    Step.post_id == bindparam("b_post"),
    Step.name == bindparam("b_name"),
    Step.fence == bindparam("b_fence"),
    Step.done.is_(False),
)
_KEEP = (
    update(Step.__table__)  # type: ignore[arg-type]
    .where(*_MARK)
    .values(done=True, result=bindparam("b_result"), at=bindparam("b_at"))
)
_ERASE = delete(Step.__table__).where(*_MARK)  # type: ignore[arg-type]
_KNOWN = select(Step.post_id, Step.name).where(Step.post_id.in_(bindparam("ids", expanding=True)))


def apply(session: Session, writes: Sequence[Write]) -> list[bool]:
    """Do these writes; False where a mark or a `once` result was not written because the post is no longer ours.

    The result of a marked step is kept whoever holds the post: it is evidence. A post that somebody wants back gets no new mark.
    """
    fresh = [w for w in writes if w.kind in ("mark", "once")]
    ours: set[tuple[str, int]] = set()
    if fresh:
        ids = sorted({w.post_id for w in fresh})
        rows = session.execute(LOCK, {"ids": ids}).all()
        ours = {(post_id, fence) for post_id, fence, _ in rows}
        back = {post_id for post_id, _, requested in rows if requested}
        known = set(session.execute(_KNOWN, {"ids": ids}).all())
        fresh = [w for w in fresh if (w.post_id, w.fence) in ours and (w.post_id, w.name) not in known]
        fresh = [w for w in fresh if w.kind != "mark" or w.post_id not in back]
    connection = session.connection()
    if fresh:
        rows_in = [
            {
                "post_id": w.post_id,
                "name": w.name,
                "done": w.kind == "once",
                "fence": w.fence,
                "result": {"value": w.result},
                "started_at": w.started or w.at,
                "at": w.at,
            }
            for w in fresh
        ]
        connection.execute(Step.__table__.insert(), rows_in)  # type: ignore[attr-defined]
    for kind, statement in (("keep", _KEEP), ("erase", _ERASE)):
        if of_kind := [w for w in writes if w.kind == kind]:
            connection.execute(statement, [_change(w) for w in of_kind])
    written = {(w.post_id, w.name) for w in fresh}
    return [w.kind in ("keep", "erase") or (w.post_id, w.name) in written for w in writes]


def _published_at(session: Session, post_id: str) -> list[datetime]:
    return [at for at in session.scalars(select(Post.published_at).where(Post.id == post_id)) if at]


def _change(w: Write) -> dict[str, Any]:
    mark = {"b_post": w.post_id, "b_name": w.name, "b_fence": w.fence}
    return mark | {"b_result": {"value": w.result, "sent": True}, "b_at": w.at} if w.kind == "keep" else mark


class DurableSteps:
    """What an adapter's `publish` is given."""

    def __init__(self, claim: Claim, log: StepLog) -> None:
        self._claim = claim
        self._log = log
        self.memory = claim.steps

    def known(self, name: str) -> bool:
        return name in self.memory and self.memory[name].done

    async def once(self, name: str, do: Callable[..., Awaitable[T]], *args: Any) -> T:
        if self.known(name):
            return self.memory[name].result  # type: ignore[no-any-return]
        started = utc_now()
        try:
            result = await do(*args)
        except Missing as error:
            await self.give_time(error)
            raise
        await self._write("once", name, result, started=started)
        self.memory[name] = Remembered(True, result, utc_now(), self._claim.fence)
        return result

    async def irreversible(self, name: str, do: Callable[..., Awaitable[T]], *args: Any) -> T:
        if name in self.memory:
            if self.memory[name].done:
                return self.memory[name].result  # type: ignore[no-any-return]
            raise Uncertain(f"An earlier attempt may have finished {name!r}")
        if self._claim.post.cancel_requested_at:
            raise WantedBack
        marked = await self._mark(name)
        call = Sending(self._claim.lease)
        try:
            with sending(call):
                result = await do(*args)
        except REFUSED as error:
            await self._forget(name)
            if isinstance(error, Missing):
                await self.give_time(error)
            raise
        except TooLate as error:  # a pause so long that another worker may be on it
            if not call.begun:
                await self._forget(name)
                raise Superseded(self._claim.post.id) from error
            raise Uncertain(f"The worker was suspended during {name!r}: the post may have been published") from error
        except Unavailable as error:
            if not error.sent:
                await self._forget(name)
                raise
            raise Uncertain(f"{error.message}: the post may have been published", **error.details) from error
        except Exception as error:  # whatever it was, the request may have left
            raise Uncertain(f"{type(error).__name__} in {name!r}: the post may have been published") from error
        await asyncio.shield(self._keep(name, result))
        self.memory[name] = Remembered(True, result, marked, self._claim.fence)
        self._claim.sent = True
        return result

    async def _keep(self, name: str, result: Any) -> None:
        """Write down what the network answered. Only we know it, so a database that is away is waited for."""
        await insist(lambda: self._write("keep", name, result))

    def wait(self, seconds: float, why: str) -> NoReturn:
        raise NotYet(seconds, why)

    async def give_time(self, error: Missing) -> None:
        made = [step.at for step in self.memory.values() if step.done]
        if parent := self._claim.post.parent_post_id:
            made += await self._log.database.read(_published_at, parent)
        seconds = pause((utc_now() - max(made)).total_seconds() if made else None)
        if seconds is not None:
            self.wait(seconds, f"{error.message}: what was made a moment ago may not be there yet")

    async def _mark(self, name: str) -> datetime:
        """Commit the mark; when. Told to stop meanwhile, it is taken back: nothing has been sent yet."""
        at = utc_now()
        writing = asyncio.create_task(self._write("mark", name, None, at=at))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait([writing])
            if writing.exception() is None:
                await self._forget(name)
            raise
        except DatabaseTrouble:  # it may be there all the same, and would send everybody to look for what was never sent
            await self._forget(name)
            raise
        self.memory[name] = Remembered(False, None, at, self._claim.fence)
        return at

    async def _forget(self, name: str) -> None:
        await asyncio.shield(insist(lambda: self._write("erase", name, None)))
        self.memory.pop(name, None)

    async def _write(self, kind: str, name: str, result: Any, *, at: datetime | None = None, started: datetime | None = None) -> None:
        post, at = self._claim.post, at or utc_now()
        if not await self._log.write(Write(kind, post.id, name, self._claim.fence, at, result, started)):
            raise Superseded(post.id)
