"""One installation under attack, and what the public saw of it.

The simulators live in a process of their own and keep their memory in a file of their own: that file is the witness. The API is
another process, because networks fetch media from it. The test itself plays the users.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from socialclaw.db.base import iso, utc_now
from socialclaw.db.posts import Attempt, Post
from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.settings import Settings
from socialclaw.simulation.simulator import Simulator
from socialclaw.simulation.store import Store
from socialclaw.system import System
from socialclaw.vault import Vault
from tests import tables
from tests.accounts.world import add_workspace
from tests.crash import users
from tests.crash.processes import run_api, run_move, run_sandbox, run_worker
from tests.crash.report import ENDED, Report, judge
from tests.crash.stopping import Aim
from tests.forked import context

# So that a campaign takes seconds. What they are does not change what must hold.
QUICK = {
    "honour_quotas": False,  # a campaign posts far more than any network would take
    "lease_seconds": 1.0,
    "scan_seconds": 0.1,
    "retry_first_seconds": 0.2,
    "retry_tries": 50,
    "settle_seconds": 1.0,
    "confirm_seconds": 0.5,
    "rate_limit_per_minute": 1_000_000,
}
LOOK_SECONDS = 0.05
PATIENCE = 180.0  # seconds until what does not come to an end is taken for a fault: far more than a busy machine needs


@dataclass
class Member:
    """A connected account of the lab, and what every post to it needs. `key`: the provider whose way of connecting was gone."""

    id: str
    provider: Provider
    key: str
    who: str
    workspace: str
    settings: dict[str, Any] = field(default_factory=dict)
    assets: list[dict[str, Any]] = field(default_factory=list)


class Lab:
    """Use as an async context manager. `database_url` empty: SQLite in the folder."""

    def __init__(self, folder: Path, database_url: str = "", **settings: Any) -> None:
        self.port, self.api_port = _free_ports(2)
        base = {"data_dir": folder, "database_url": database_url, "public_base_url": f"http://127.0.0.1:{self.api_port}"}
        self.here = {**base, **QUICK, **settings}
        self.there = self.here | {"sandbox_url": f"http://127.0.0.1:{self.port}", "answer_seconds": 30.0}
        self.workspace = ""
        self.members: dict[str, Member] = {}
        self._processes: list[Any] = []

    async def __aenter__(self) -> Lab:
        settings = Settings(**self.here)
        Vault.open(settings.key_file, create=True)
        self.system = System.open(settings)
        await tables.create(settings.database, migrated=True)
        self.witness = Store(settings.sandbox_file)
        self.workspace = await add_workspace(self.system)
        for network in self.networks.values():
            network.lift_quotas()
            network.review_at_once()
        self._start(run_sandbox, self.here, self.port)
        self.api = self._start(run_api, self.there, self.api_port)
        for port in (self.port, self.api_port):
            await _until_open(port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.bury_all()
        self.witness.close()
        await self.system.close()

    @property
    def networks(self) -> dict[str, Simulator]:
        """The simulators, on the same store as those of the sandbox's process: to prepare them, and to arm faults."""
        assert self.system.sandbox is not None
        return self.system.sandbox.networks

    def _start(self, run: Any, *args: Any) -> Any:
        process = context.Process(target=run, args=args, daemon=True)
        process.start()
        self._processes.append(process)
        return process

    # Before: accounts and posts.

    async def connect(self, key: str, who: str, *, workspace: str = "") -> Member:
        """An account, connected the way a user does it, with the files and settings that the provider demands of each post."""
        workspace = workspace or self.workspace
        row = await users.join(self.system, workspace, key, who)
        provider = providers()[row.provider]  # one handshake may lead to accounts of several
        member = Member(row.id, provider, key, who, workspace, users.required(provider, row.account_type))
        if not await users.is_right(self.system, workspace, _document([(member, "Text alone")], utc_now())):
            shape = provider.rules.shapes[0]
            member.assets = [await users.upload(self.system, workspace, shape, 0)]
        self.members[member.id] = member
        return member

    async def schedule(
        self,
        posts: Iterable[tuple[Member, str]],
        *,
        at: datetime | None = None,
        assets: Iterable[Mapping[str, Any]] = (),
        between: Callable[[], object] = lambda: None,
    ) -> str:
        """Apply posts of one workspace with these texts; the run's id. `assets` in the place of those that the provider demands.

        `between` is called when they have been judged, and before any can be published.
        """
        posts = list(posts)
        [workspace] = {member.workspace for member, _ in posts} or {self.workspace}
        document = _document(posts, at or utc_now(), list(assets))
        return await users.schedule(self.system, workspace, document, between=between)

    # During: workers that come and go.

    def worker(
        self,
        boundary: int | None = None,
        moment: str = "",
        sweep_seconds: float | None = None,
        web: int | None = None,
        aim: Aim | None = None,
    ) -> Any:
        return self._start(run_worker, self.there, boundary, moment, sweep_seconds, web, aim)

    def mover(self, target: str, boundary: int | None = None, moment: str = "") -> Any:
        """Who moves all media into this storage."""
        return self._start(run_move, self.there, target, boundary, moment)

    async def restart_api(self, boundary: int | None = None, moment: str = "") -> None:
        """Kill the API (SIGKILL), and start another in its place."""
        self.bury(self.api)
        self.api = self._start(run_api, self.there, self.api_port, boundary, moment)
        await _until_open(self.api_port)

    def bury(self, process: Any) -> None:
        """Kill a process for good (SIGKILL)."""
        process.kill()
        process.join()
        self._processes.remove(process)

    def bury_all(self) -> None:
        for process in [*self._processes]:
            self.bury(process)

    async def settle(self, *, within: float) -> bool:
        """Whether every post came to an end in this many seconds."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            if not await self.open_posts():
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    async def open_posts(self) -> int:
        query = select(func.count()).select_from(Post).where(Post.status.not_in(ENDED) | Post.next_at.is_not(None))
        return int(await self.system.database.read(lambda session: session.scalar(query)) or 0)

    async def unfinished(self) -> list[str]:
        """What keeps the posts that have not ended, for the message of a failure."""
        rows = [p for p in await self.posts() if p.status not in ENDED or p.next_at]
        return [f"{p.description}: {p.status} {p.stage} until {p.next_at}, {p.error_code} {p.error}" for p in rows[:5]]

    # After: what the database says, and what the public saw.

    def seen(self) -> Counter[str]:
        """How often each text was ever visible, on any network."""
        with self.witness.lock:
            return Counter(row[0] for row in self.witness.db.execute("SELECT text FROM posts"))

    async def report(self) -> Report:
        return judge(await self.posts(), self.seen())

    async def posts(self, run_id: str | None = None) -> list[Post]:
        query = select(Post) if run_id is None else select(Post).where(Post.run_id == run_id)
        return await self.system.database.read(lambda session: list(session.scalars(query.order_by(Post.position))))

    async def attempts(self, post_id: str | None = None) -> list[Attempt]:
        """All of them, or those at one post."""
        query = select(Attempt) if post_id is None else select(Attempt).where(Attempt.post_id == post_id)
        return await self.system.database.read(lambda session: list(session.scalars(query.order_by(Attempt.started_at))))


def _document(posts: Sequence[tuple[Member, str]], due: datetime, assets: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """A schedule of posts with these texts, and with what their accounts demand."""
    rows = [
        {
            "account": member.id,
            "description": text,
            "publish_at": iso(due),
            **({"settings": member.settings} if member.settings else {}),
            **({"assets": files} if (files := assets or member.assets) else {}),
        }
        for member, text in posts
    ]
    return {"timezone": "UTC", "posts": rows}


def _free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on, each another one."""
    taken = [socket.socket() for _ in range(count)]
    for one in taken:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


async def _until_open(port: int) -> None:
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        await asyncio.sleep(0.02)


def later(seconds: float) -> datetime:
    return utc_now() + timedelta(seconds=seconds)
