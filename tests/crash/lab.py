"""One installation under attack, and what the public saw of it.

The simulators live in a process of their own and keep their memory in a file of their own: that file is the witness.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import func, select

from socialclaw.db import schema
from socialclaw.db.base import new_id, utc_now
from socialclaw.db.posts import Attempt, Post, Run
from socialclaw.networks import providers
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.store import Store
from socialclaw.settings import Settings
from socialclaw.system import System
from socialclaw.vault import Vault
from tests.accounts.world import add_workspace, connect_form, connect_x
from tests.crash.processes import context, run_sandbox, run_worker

ENDED = ("published", "failed", "canceled")


@dataclass
class Report:
    """What came of a campaign. `unresolved`: named as such, because the network cannot be asked."""

    posts: int = 0
    published: int = 0
    unresolved: int = 0
    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    kills: int = 0
    recovery: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        times = sorted(self.recovery)
        took = f", recovery p50 {times[len(times) // 2]:.2f} s, max {times[-1]:.2f} s" if times else ""
        parts = (
            f"{len(self.duplicates)} duplicates",
            f"{len(self.lost)} lost",
            f"{self.unresolved} named as unresolved",
            f"{len(self.wrong)} wrong",
        )
        return f"{self.kills} kills, {self.posts} posts: {self.published} published, {', '.join(parts)}{took}"


class Lab:
    """Use as an async context manager. `database_url` empty: SQLite in the folder."""

    def __init__(self, folder: Path, database_url: str = "", **settings: Any) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        quick = {"lease_seconds": 1.0, "scan_seconds": 0.1, "retry_first_seconds": 0.2, "retry_tries": 50, "settle_seconds": 1.0}
        self.here = {"data_dir": folder, "database_url": database_url, **quick, **settings}
        self.there = self.here | {"sandbox_url": f"http://127.0.0.1:{self.port}", "answer_seconds": 5.0}
        self.run_id = ""
        self.workspace = ""

    async def __aenter__(self) -> Lab:
        settings = Settings(**self.here)
        Vault.open(settings.key_file, create=True)
        self.system = System.open(settings)
        await schema.upgrade(self.system.database)
        self.witness = Store(settings.sandbox_file)
        self.workspace = await add_workspace(self.system)
        self.sandbox = context.Process(target=run_sandbox, args=(self.here, self.port), daemon=True)
        self.sandbox.start()
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            await asyncio.sleep(0.02)

    async def __aexit__(self, *_: object) -> None:
        self.sandbox.kill()
        self.sandbox.join()
        self.witness.close()
        await self.system.close()

    # Before: accounts and posts.

    async def connect(self, provider: str, who: str) -> str:
        """An account, connected the way a user does it; its id."""
        if isinstance(providers()[provider].connect, OAuth2):
            return await connect_x(self.system, self.workspace, who=who)
        return await connect_form(self.system, self.workspace, provider, who=who)

    async def schedule(self, account_id: str, provider: str, texts: Iterable[str], *, at: datetime | None = None, assets: Any = ()) -> None:
        """Posts with these texts, as if they had been applied."""
        due, rows = at or utc_now(), list(texts)

        def add(session: Any) -> None:
            run = Run(
                workspace_id=self.workspace,
                mode="scheduled",
                source_model="posts_v1",
                timezone="UTC",
                fingerprint="",
                total_posts=len(rows),
            )
            session.add(run)
            session.flush()
            more = {"run_id": run.id, "timezone": "UTC", "source_model": "posts_v1", "status": "scheduled", "settings": {}}
            for position, text in enumerate(rows):
                what = {"id": new_id("post"), "account_id": account_id, "provider": provider, "account": "", "position": position}
                session.add(
                    Post(workspace_id=self.workspace, description=text, publish_at=due, next_at=due, assets=list(assets), **what, **more)
                )

        await self.system.database.write(add)

    def picture(self, folder: Path) -> Path:
        path = folder / "picture.png"
        Image.new("RGB", (64, 64), "teal").save(path)
        return path

    # During: workers that come and go.

    def worker(self, boundary: int | None = None, moment: str = "") -> Any:
        process = context.Process(target=run_worker, args=(self.there, boundary, moment), daemon=True)
        process.start()
        return process

    async def settle(self, *, within: float) -> bool:
        """Whether every post came to an end in this many seconds."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            if not await self.open_posts():
                return True
            await asyncio.sleep(0.05)
        return False

    async def open_posts(self) -> int:
        query = select(func.count()).select_from(Post).where(Post.status.not_in(ENDED))
        return int(await self.system.database.read(lambda session: session.scalar(query)) or 0)

    # After: what the database says, and what the public saw.

    def seen(self) -> Counter[str]:
        """How often each text was ever visible, on any network."""
        with self.witness.lock:
            return Counter(row[0] for row in self.witness.db.execute("SELECT text FROM posts"))

    async def report(self) -> Report:
        posts = await self.system.database.read(lambda session: list(session.scalars(select(Post))))
        seen = self.seen()
        report = Report(posts=len(posts))
        for post in posts:
            count = seen[post.description]
            named = post.error_code == "publish_outcome_unknown"
            report.published += post.status == "published"
            report.unresolved += named
            if count > 1:
                report.duplicates.append(post.description)
            if post.status == "published" and count == 0:
                report.wrong.append(f"{post.description}: published, but the public never saw it")
            if post.status not in ENDED or (count == 0 and post.status != "published" and not named):
                report.lost.append(f"{post.description}: {post.status} {post.error_code} {post.error}")
            if count and post.status != "published" and not named:
                report.wrong.append(f"{post.description}: visible, but {post.status} {post.error_code}")
        if strangers := seen.keys() - {post.description for post in posts}:
            report.wrong.append(f"posts of nobody: {sorted(strangers)[:3]}")
        return report

    async def attempts(self) -> list[Attempt]:
        return await self.system.database.read(lambda session: list(session.scalars(select(Attempt).order_by(Attempt.started_at))))


def later(seconds: float) -> datetime:
    return utc_now() + timedelta(seconds=seconds)
