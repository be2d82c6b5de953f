"""A user at the API, a worker that works when told to, networks in this process, and a clock that is turned instead of waited for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.base import Hint, iso, utc_now
from socialclaw.db.posts import Attempt, Lane, Post, Step
from socialclaw.jobs import scan
from socialclaw.simulation.simulator import Simulator
from socialclaw.system import System
from socialclaw.work import Worker
from tests.conftest import Member
from tests.crash import users

Json = dict[str, Any]
MOST_ROUNDS = 20


class Noted:
    """A queue that only remembers what it was given."""

    def __init__(self) -> None:
        self.hints: list[Hint] = []

    async def hand_over(self, hints: Any) -> None:
        self.hints += hints


class Desk:
    """One test workspace with everything around it."""

    def __init__(self, system: System, workspace: Member, api: httpx2.AsyncClient) -> None:
        self.system = system
        self.workspace = workspace
        self.api = api
        self.queue = system.queue = Noted()
        self.worker = self.new_worker()

    def new_worker(self) -> Worker:
        return Worker(self.system, self.queue)  # type: ignore[arg-type]

    def network(self, name: str = "x") -> Simulator:
        assert self.system.sandbox is not None
        return self.system.sandbox.networks[name]

    def seen(self, name: str = "x") -> list[str]:
        return [post.text for post in self.network(name).seen()]

    # What a user does.

    async def connect(self, key: str = "x", who: str = "ada") -> str:
        return (await users.join(self.system, self.workspace.id, key, who)).id

    async def apply(self, *posts: Json, **root: Any) -> Json:
        """The answer to a schedule that is right."""
        answer = await self.api.post("/v1/posts/apply", json={"schedule": {"timezone": "UTC", "posts": list(posts), **root}})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def publish(self, account: str, *texts: str, **more: Any) -> list[str]:
        """Apply posts with these texts, due now; their ids."""
        run = await self.apply(*({"account": account, "description": text, **more} for text in texts))
        return [post["id"] for post in sorted(run["posts"], key=lambda post: texts.index(post["description"]))]

    async def thread(self, account: str, *texts: str) -> list[str]:
        """A post, a reply to it, a reply to that one, and so on; their ids."""
        steps = [{"description": text, **({"interaction_type": "reply"} if n else {})} for n, text in enumerate(texts)]
        campaign = {"id": "c", "name": "Thread", "publish_at": iso(utc_now()), "targets": [{"account": account, "steps": steps}]}
        answer = await self.api.post("/v1/posts/apply", json={"schedule": {"timezone": "UTC", "campaigns": [campaign]}})
        assert answer.status_code == 201, answer.text
        return [post["id"] for post in sorted(answer.json()["posts"], key=lambda post: post["sequencePosition"])]

    async def post(self, post_id: str) -> Json:
        """The post as the API tells it."""
        return dict((await self.api.get(f"/v1/posts/{post_id}")).json()["post"])

    async def attempts(self, post_id: str) -> list[Json]:
        return list((await self.api.get(f"/v1/posts/{post_id}/attempts")).json()["attempts"])

    async def do(self, post_id: str, what: str, **body: Any) -> httpx2.Response:
        """retry, delete or reconcile; "cancel" takes it back."""
        if what == "cancel":
            return await self.api.delete(f"/v1/posts/{post_id}")
        return await self.api.post(f"/v1/posts/{post_id}/{what}", json=body)

    async def refused(self, post_id: str, what: str, **body: Any) -> str:
        """The code with which that is a conflict."""
        answer = await self.do(post_id, what, **body)
        assert answer.status_code == 409, answer.text
        return str(answer.json()["code"])

    # What the worker and time do.

    async def work(self) -> None:
        """Let the worker do all that is due."""
        for _ in range(MOST_ROUNDS):
            due = await self.system.database.read(scan.overdue, utc_now(), most=100)
            if not due:
                return
            for account in due:
                await self.worker.work(account)
        raise AssertionError("the work does not come to an end")

    async def pass_time(self, seconds: float) -> None:
        """Everything that the tables say of time is so much longer ago, or so much sooner."""
        await self.system.database.write(_shift, timedelta(seconds=seconds))

    async def wait(self, seconds: float) -> None:
        """Time passes, and the worker does what becomes due."""
        await self.pass_time(seconds)
        await self.work()

    # Behind the scenes.

    async def row(self, post_id: str) -> Post:
        return await self.system.database.read(lambda session: session.get_one(Post, post_id))

    async def account(self, account_id: str) -> Account:
        return await self.system.database.read(lambda session: session.get_one(Account, account_id))

    async def steps(self, post_id: str) -> dict[str, bool]:
        """The steps that are remembered: name -> whether it is known how it ended."""
        query = select(Step).where(Step.post_id == post_id)
        return {step.name: step.done for step in await self.system.database.read(lambda session: list(session.scalars(query)))}


async def composed(page: httpx2.AsyncClient, **body: Any) -> Json:
    """What the dashboard answers when a post is written there."""
    answer = await page.post("/v1/dashboard/compose", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _shift(session: Session, by: timedelta) -> None:
    columns = {
        Post: ("publish_at", "latest_at", "next_at", "marked_at", "published_at", "counted_at"),
        Lane: ("until",),
        Step: ("at",),
        Attempt: ("started_at", "finished_at"),
        Account: ("token_expires_at", "refresh_at", "refreshing_until"),
    }
    for table, names in columns.items():
        for name in names:
            key = [column.name for column in table.__table__.primary_key]
            rows = session.execute(select(*(getattr(table, k) for k in key), getattr(table, name)).where(getattr(table, name).is_not(None)))
            for *ids, value in rows.all():
                where = [getattr(table, k) == given for k, given in zip(key, ids, strict=True)]
                session.execute(update(table).where(*where).values({name: value - by}))
