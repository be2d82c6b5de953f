"""What the simulated networks remember: one SQLite file of their own, committed before any answer.

It survives restarts, several processes share it, and after a crash it can testify to what reached the networks.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from socialclaw.sending import look

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    network TEXT, kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (network, kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS posts (
    number INTEGER PRIMARY KEY, network TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL, text TEXT NOT NULL, media TEXT NOT NULL,
    reply_to TEXT, url TEXT, created_at REAL NOT NULL, deleted_at REAL, extra TEXT NOT NULL, UNIQUE (network, account, id));
CREATE INDEX IF NOT EXISTS posts_of_account ON posts (network, account, number);
CREATE INDEX IF NOT EXISTS posts_by_id ON posts (network, id);
CREATE TABLE IF NOT EXISTS faults (number INTEGER PRIMARY KEY, network TEXT NOT NULL, kind TEXT NOT NULL, match TEXT NOT NULL,
    times INTEGER NOT NULL, seconds REAL NOT NULL, workspace TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS counters (network TEXT, name TEXT, value INTEGER NOT NULL, PRIMARY KEY (network, name)) WITHOUT ROWID;
"""

OUTER = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
NESTED = ("SAVEPOINT nested", "RELEASE nested", ("ROLLBACK TO nested", "RELEASE nested"))


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as the public sees it. `media` are dicts with kind, mime, size, sha256 and alt, as far as the network keeps them."""

    id: str
    account: str
    text: str
    created_at: float
    media: tuple[dict[str, Any], ...] = ()
    reply_to: str | None = None
    url: str | None = None
    deleted_at: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


class Store:
    """The file. `of(network)` is one network's part of it."""

    def __init__(self, path: Path | str) -> None:
        """`path` may be ":memory:" for a store that only one process needs."""
        self.path = path
        self.lock = threading.RLock()
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._log_ahead()
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(_SCHEMA)

    def of(self, network: str) -> Shelf:
        return Shelf(self, network)

    def close(self) -> None:
        with self.lock:
            self.db.close()

    def _log_ahead(self) -> None:
        """WAL. Where another process is opening the new file too, SQLite says "locked" here without waiting as it does elsewhere."""
        for wait in (0.01,) * 500:
            try:
                self.db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:
                time.sleep(wait)
        self.db.execute("PRAGMA journal_mode=WAL")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One at a time across threads and processes; undone if the body raises. One within another is undone alone."""
        with self.lock:
            begin, end, undo = NESTED if self.db.in_transaction else OUTER
            self.db.execute(begin)
            try:
                yield
                if begin == OUTER[0]:
                    look()  # here is where a simulated network in this process takes a call
                self.db.execute(end)
            except BaseException:
                if self.db.in_transaction:
                    for statement in undo:
                        self.db.execute(statement)
                raise


class Shelf:
    """One network's documents, posts, faults and counters."""

    def __init__(self, store: Store, network: str) -> None:
        self.store = store
        self.network = network

    def _rows(self, sql: str, *args: Any) -> list[Any]:
        with self.store.lock:  # not amid another thread's transaction
            return self.store.db.execute(sql, args).fetchall()

    def _run(self, sql: str, *args: Any) -> int:
        """How many rows it touched."""
        with self.store.lock:
            return self.store.db.execute(sql, args).rowcount

    def get(self, kind: str, key: str) -> Any:
        """A document, or None. Change it and `put` it back."""
        rows = self._rows("SELECT body FROM documents WHERE network=? AND kind=? AND key=?", self.network, kind, key)
        return json.loads(rows[0][0]) if rows else None

    def put(self, kind: str, key: str, body: Any) -> None:
        self._run("INSERT OR REPLACE INTO documents VALUES (?,?,?,?)", self.network, kind, key, json.dumps(body))

    def drop(self, kind: str, key: str) -> None:
        self._run("DELETE FROM documents WHERE network=? AND kind=? AND key=?", self.network, kind, key)

    def all(self, kind: str) -> dict[str, Any]:
        rows = self._rows("SELECT key, body FROM documents WHERE network=? AND kind=? ORDER BY key", self.network, kind)
        return {key: json.loads(body) for key, body in rows}

    def count(self, name: str, by: int = 1) -> int:
        """Raise a counter and return it."""
        sql = "INSERT INTO counters VALUES (?,?,?) ON CONFLICT (network, name) DO UPDATE SET value = value + excluded.value RETURNING value"
        return int(self._rows(sql, self.network, name, by)[0][0])

    def add_post(self, seen: Seen) -> None:
        media, extra = json.dumps(seen.media), json.dumps(seen.extra)
        values = (seen.id, seen.account, seen.text, media, seen.reply_to, seen.url, seen.created_at, extra)
        sql = "INSERT INTO posts (network, id, account, text, media, reply_to, url, created_at, extra) VALUES (?,?,?,?,?,?,?,?,?)"
        self._run(sql, self.network, *values)

    def change_post(self, seen: Seen) -> None:
        """Put this text, media and extra in place of what the post of that account and id had."""
        values = (seen.text, json.dumps(seen.media), json.dumps(seen.extra), self.network, seen.account, seen.id)
        self._run("UPDATE posts SET text=?, media=?, extra=? WHERE network=? AND account=? AND id=?", *values)

    def remove_post(self, post_id: str, at: float, *, account: str | None = None) -> bool:
        sql = "UPDATE posts SET deleted_at=? WHERE network=? AND id=? AND deleted_at IS NULL AND account=coalesce(?, account)"
        return self._run(sql, at, self.network, post_id, account) > 0

    def posts(
        self, *, account: str | None = None, post_id: str | None = None, since: float = 0, limit: int = -1, gone: bool = False
    ) -> list[Seen]:
        """What the public sees, oldest first (with a limit: the newest ones, still oldest first); `gone` adds deleted posts."""
        where: list[str] = ["network=?", "created_at>=?"]
        args: list[Any] = [self.network, since]
        if account is not None:
            where, args = [*where, "account=?"], [*args, account]
        if post_id is not None:
            where, args = [*where, "id=?"], [*args, post_id]
        if not gone:
            where.append("deleted_at IS NULL")
        columns = "id, account, text, created_at, media, reply_to, url, deleted_at, extra"
        sql = f"SELECT {columns} FROM posts WHERE {' AND '.join(where)} ORDER BY number DESC LIMIT ?"  # noqa: S608
        return [_seen(*row) for row in reversed(self._rows(sql, *args, limit))]

    def accounts(self) -> list[str]:
        return [row[0] for row in self._rows("SELECT DISTINCT account FROM posts WHERE network=? ORDER BY account", self.network)]

    def arm(self, kind: str, *, match: str, times: int = 1, seconds: float = 0, workspace: str = "") -> None:
        with self.store.transaction():
            sql = "INSERT INTO faults (network, kind, match, times, seconds, workspace) VALUES (?,?,?,?,?,?)"
            self._run(sql, self.network, kind, match, times, seconds, workspace)

    def armed(self, workspace: str = "") -> list[tuple[int, str, str, float]]:
        """The faults that wait for a call of this workspace, in the order in which they were armed: (number, kind, match, seconds)."""
        where = "network=? AND times > 0 AND workspace IN ('', ?)"
        return self._rows(f"SELECT number, kind, match, seconds FROM faults WHERE {where} ORDER BY number", self.network, workspace)  # noqa: S608

    def faults_of(self, workspace: str) -> list[dict[str, Any]]:
        """The faults of this workspace alone, with how many calls each still waits for."""
        sql = "SELECT kind, match, times, seconds FROM faults WHERE network=? AND times > 0 AND workspace=? ORDER BY number"
        names = ("kind", "match", "times", "seconds")
        return [dict(zip(names, row, strict=True)) for row in self._rows(sql, self.network, workspace)]

    def spend(self, number: int) -> None:
        self._run("UPDATE faults SET times = times - 1 WHERE number=?", number)

    def disarm(self, workspace: str | None = None) -> int:
        """Forget the faults of one workspace, or all; how many."""
        with self.store.transaction():
            return self._run("DELETE FROM faults WHERE network=? AND workspace=coalesce(?, workspace)", self.network, workspace)


def _seen(
    post_id: str,
    account: str,
    text: str,
    created_at: float,
    media: str,
    reply_to: str | None,
    url: str | None,
    deleted_at: float | None,
    extra: str,
) -> Seen:
    return Seen(post_id, account, text, created_at, tuple(json.loads(media)), reply_to, url, deleted_at, json.loads(extra))
