"""Accounts and posts by the thousand, put straight into the tables as connecting and applying would have left them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import Executable, delete, insert, text
from sqlalchemy.orm import Session

from bench.figures import Told
from bench.ground import SQLITE, Installation
from bench.sink import TOKEN
from socialclaw.accounts.tokens import seal
from socialclaw.db.accounts import Account
from socialclaw.db.base import new_id, utc_now
from socialclaw.db.posts import Attempt, Lane, Post, Run, Step

PROVIDER = "telegram"
CHUNK = 50_000


async def connect(installation: Installation, count: int) -> None:
    """Accounts, each a channel of its own; their ids are `installation.accounts`."""
    vault, rows = installation.system.vault, []
    for n in range(count):
        chat, account_id = str(-1_000_000_000_001 - n), new_id("acct")
        rows.append(
            {
                "id": account_id,
                "workspace_id": installation.workspace,
                "provider": PROVIDER,
                "handle": f"{PROVIDER}:{chat}",
                "account_type": "telegram_channel",
                "external_id": chat,
                "sealed": seal(vault, account_id, {"botToken": TOKEN}),
            }
        )
    await installation.system.database.write(_execute, insert(Account), rows)
    installation.accounts = [row["id"] for row in rows]


async def schedule(installation: Installation, posts: Iterable[tuple[str, datetime]]) -> None:
    """Posts, `(text, due)` each, dealt out to the accounts in turn."""
    rows, run, accounts = [], _run(installation), installation.accounts
    for n, (words, due) in enumerate(posts):
        row = _row(installation, run, accounts[n % len(accounts)], due)
        rows.append({**row, "id": new_id("post"), "position": n, "description": words})
    await installation.system.database.write(_add, run, rows)


async def clear(installation: Installation) -> None:
    """No posts, and nothing that their publishing left."""

    def empty(session: Session) -> None:
        for table in (Attempt, Step, Lane, Post, Run):
            session.execute(delete(table))

    await installation.system.database.write(empty)


async def backlog(installation: Installation, count: int, told: Told) -> None:
    """`count` posts due from tomorrow on, spread over a year and all accounts; copies of one row, made by the database."""
    run, accounts = _run(installation), installation.accounts
    pattern = new_id("post")
    row = _row(installation, run, accounts[0], utc_now() + timedelta(days=1))

    values = {**row, "id": pattern, "position": 0, "description": "A post of the backlog"}
    await installation.system.database.write(_add, run, [values])
    statement = text(_copies(installation))
    for start in range(1, count, CHUNK):
        told(f"{installation.kind}: a backlog of {count:,}", start, count)
        part = {"first": start, "last": min(start + CHUNK, count) - 1, "pattern": pattern, "count": count}
        await installation.system.database.write(_execute, statement, part)
    await _settled(installation)


def _add(session: Session, run: Run, posts: list[dict[str, Any]]) -> None:
    session.add(run)
    session.flush()
    session.execute(insert(Post), posts)


def _execute(session: Session, statement: Executable, values: Any) -> None:
    session.execute(statement, values)


def _copies(installation: Installation) -> str:
    """INSERT … SELECT of the pattern row under new ids, accounts and times."""
    if installation.kind == SQLITE:
        series = "WITH RECURSIVE s(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM s WHERE n < :last) "
        source, number = "s", "n"
        due = "strftime('%Y-%m-%dT%H:%M:%fZ', p.publish_at, '+' || (n * 31536000.0 / :count) || ' seconds')"
    else:
        series, number = "", "s.n"
        source = "generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS s(n)"
        due = "p.publish_at + make_interval(secs => s.n * 31536000.0 / CAST(:count AS bigint))"
    account = f"(SELECT a.id FROM accounts a WHERE a.external_id = CAST(-1000000000001 - {number} % {len(installation.accounts)} AS text))"
    changed = {"id": f"p.id || '_' || {number}", "publish_at": due, "next_at": due, "account_id": account, "position": number}
    columns = [column.name for column in Post.__table__.columns]
    chosen = ", ".join(changed.get(name, f"p.{name}") for name in columns)
    return f"INSERT INTO posts ({', '.join(columns)}) {series}SELECT {chosen} FROM {source}, posts p WHERE p.id = :pattern"


async def _settled(installation: Installation) -> None:
    """Statistics as they are some time after: what a planner would have by then, and no cleaning up while we measure."""
    if installation.kind == SQLITE:
        await installation.system.database.write(_execute, text("ANALYZE"), {})
        return
    connection = await asyncpg.connect(installation.given["database_url"])
    await connection.execute("VACUUM ANALYZE posts")
    await connection.execute("CHECKPOINT")
    await connection.close()


def _run(installation: Installation) -> Run:
    return Run(
        id=new_id("run"),
        workspace_id=installation.workspace,
        mode="scheduled",
        source_model="posts_v1",
        timezone="UTC",
        fingerprint="",
        total_posts=0,
    )


def _row(installation: Installation, run: Run, account: str, due: datetime) -> dict[str, Any]:
    return {
        "workspace_id": installation.workspace,
        "run_id": run.id,
        "account_id": account,
        "provider": PROVIDER,
        "account": "",
        "timezone": "UTC",
        "source_model": "posts_v1",
        "publish_at": due,
        "status": "scheduled",
        "next_at": due,
    }
