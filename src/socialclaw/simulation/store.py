"""What the simulated networks remember: one SQLite file of their own, committed before any answer.

It survives restarts, several processes share it, and after a crash it can testify to what reached the networks. Every row belongs to
the world of one workspace (`worlds.py`), and how much each world holds is counted as it grows.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from socialclaw.sending import look
from socialclaw.simulation import schema
from socialclaw.simulation.hiding import HIDDEN
from socialclaw.simulation.worlds import EVERYBODY, caller

OUTER = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
NESTED = ("SAVEPOINT nested", "RELEASE nested", ("ROLLBACK TO nested", "RELEASE nested"))
TOTAL_SECONDS = 5.0  # how old the sum over all worlds may be


class Full(Exception):
    """There is no room for more of this workspace's simulated networks."""


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


@dataclass(frozen=True, slots=True)
class Limits:
    """How many bytes the simulated networks may keep for one workspace, and for all of them, in the file and as unfinished uploads."""

    kept: int = 256 * 1024**2
    all_kept: int = 4 * 1024**3
    uploads: int = 8 * 1024**3
    all_uploads: int = 32 * 1024**3


class Store:
    """The file. `of(network)` is one network's part of it."""

    def __init__(self, path: Path | str, limits: Limits | None = None) -> None:
        """`path` may be ":memory:" for a store that only one process needs."""
        self.path = path
        self.limits = limits or Limits()
        self.lock = threading.RLock()
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._total = (-TOTAL_SECONDS, 0)
        self._log_ahead()
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA secure_delete=ON")
        with self.transaction():
            schema.bring_up_to_date(self.db)

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

    def adopt(self, world: str) -> None:
        """Give this workspace what was kept before worlds were apart."""
        with self.transaction():
            schema.adopt(self.db, world)

    @property
    def uploads(self) -> Path | None:
        """The folder of files that come in pieces, by world; None where nothing outlives the process."""
        return None if str(self.path) == ":memory:" else Path(f"{self.path}-uploads")

    def forget(self, world: str, naming: Sequence[str] = ()) -> None:
        """Remove a world, or only those documents of it that have one of these texts in them. What is removed is overwritten."""
        with self.lock:
            with self.transaction():
                self._remove(world, naming)
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if self.uploads and not naming:
            shutil.rmtree(self.uploads / world, ignore_errors=True)

    def _remove(self, world: str, naming: Sequence[str]) -> None:
        named = "DELETE FROM documents WHERE world=? AND (instr(key, ?) OR instr(body, ?))"
        for text in naming:
            self.db.execute(named, (world, text, json.dumps(text)[1:-1]))
        if naming:
            return
        self.db.execute(named, (EVERYBODY, world, world))  # what is kept for everybody by a workspace's name
        for table, column in (("documents", "world"), ("posts", "world"), ("sizes", "world"), ("faults", "workspace")):
            self.db.execute(f"DELETE FROM {table} WHERE {column}=?", (world,))  # noqa: S608

    def make_room(self) -> None:
        """See that the world that calls may keep more: raises Full, unless it is enough to forget what was taken down there."""
        world = caller().workspace or EVERYBODY
        if self._held(world) < self.limits.kept and self._sum() < self.limits.all_kept:
            return
        with self.transaction():
            self.db.execute("DELETE FROM posts WHERE world=? AND deleted_at IS NOT NULL", (world,))
        self._total = (-TOTAL_SECONDS, 0)
        if (held := self._held(world)) >= self.limits.kept or self._sum() >= self.limits.all_kept:
            raise Full(f"the simulated networks keep {held} bytes for this workspace, and {self._total[1]} in all: clear its feeds")

    def _held(self, world: str) -> int:
        with self.lock:
            row = self.db.execute("SELECT bytes FROM sizes WHERE world=?", (world,)).fetchone()
        return int(row[0]) if row else 0

    def _sum(self) -> int:
        """Over all worlds, as of a moment ago."""
        at, known = self._total
        if time.monotonic() >= at + TOTAL_SECONDS:
            with self.lock:
                known = int(self.db.execute("SELECT coalesce(sum(bytes), 0) FROM sizes").fetchone()[0])
            self._total = (time.monotonic(), known)
        return known


class Shelf:
    """One network's documents, posts, faults and counters, as the world that calls has them.

    Documents of everybody are in every world. Who calls for no world in particular, a witness, finds and changes those of all.
    """

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

    def _documents(self, kind: str) -> tuple[str, list[Any]]:
        """The condition for documents of a kind, and its values."""
        world = caller().workspace
        if world is None:
            return "network=? AND kind=?", [self.network, kind]
        return "world IN (?, '') AND network=? AND kind=?", [world, self.network, kind]

    def get(self, kind: str, key: str) -> Any:
        """A document, or None. Change it and `put` it back."""
        where, args = self._documents(kind)
        rows = self._rows(f"SELECT body FROM documents WHERE {where} AND key=? ORDER BY world DESC LIMIT 1", *args, key)  # noqa: S608
        return json.loads(rows[0][0]) if rows else None

    def put(self, kind: str, key: str, body: Any) -> None:
        """Keep a document: where it is already, or else in the world that calls."""
        where, args = self._documents(kind)
        content = json.dumps(body)
        if not self._run(f"UPDATE documents SET body=? WHERE {where} AND key=?", content, *args, key):  # noqa: S608
            world = caller().workspace or EVERYBODY
            self._run("INSERT INTO documents VALUES (?,?,?,?,?)", world, self.network, kind, key, content)

    def drop(self, kind: str, key: str) -> None:
        where, args = self._documents(kind)
        self._run(f"DELETE FROM documents WHERE {where} AND key=?", *args, key)  # noqa: S608

    def all(self, kind: str) -> dict[str, Any]:
        where, args = self._documents(kind)
        rows = self._rows(f"SELECT key, body FROM documents WHERE {where} ORDER BY key, world", *args)  # noqa: S608
        return {key: json.loads(body) for key, body in rows}

    def count(self, name: str, by: int = 1) -> int:
        """Raise a counter and return it. There is one for all worlds, so that what is numbered by it is one thing everywhere."""
        sql = "INSERT INTO counters VALUES (?,?,?) ON CONFLICT (network, name) DO UPDATE SET value = value + excluded.value RETURNING value"
        return int(self._rows(sql, self.network, name, by)[0][0])

    def add_post(self, seen: Seen) -> None:
        media, extra = json.dumps(seen.media), json.dumps(seen.extra)
        values = (seen.id, seen.account, seen.text, media, seen.reply_to, seen.url, seen.created_at, extra)
        sql = "INSERT INTO posts (world, network, id, account, text, media, reply_to, url, created_at, extra) VALUES (?,?,?,?,?,?,?,?,?,?)"
        self._run(sql, caller().workspace or EVERYBODY, self.network, *values)

    def _posts(self) -> tuple[str, list[Any]]:
        """The condition for posts, and its values."""
        world = caller().workspace
        return ("network=?", [self.network]) if world is None else ("world=? AND network=?", [world, self.network])

    def change_post(self, seen: Seen) -> None:
        """Put this text, media and extra in place of what the post of that account and id had."""
        where, args = self._posts()
        values = (seen.text, json.dumps(seen.media), json.dumps(seen.extra), *args, seen.account, seen.id)
        self._run(f"UPDATE posts SET text=?, media=?, extra=? WHERE {where} AND account=? AND id=?", *values)  # noqa: S608

    def remove_post(self, post_id: str, at: float, *, account: str | None = None) -> bool:
        where, args = self._posts()
        sql = f"UPDATE posts SET deleted_at=? WHERE {where} AND id=? AND deleted_at IS NULL AND account=coalesce(?, account)"  # noqa: S608
        return self._run(sql, at, *args, post_id, account) > 0

    def posts(
        self, *, account: str | None = None, post_id: str | None = None, since: float = 0, limit: int = -1, gone: bool = False
    ) -> list[Seen]:
        """What the public sees, oldest first (with a limit: the newest ones, still oldest first); `gone` adds deleted posts."""
        world, args = self._posts()
        where, args = [world, "created_at>=?"], [*args, since]
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
        where, args = self._posts()
        return [row[0] for row in self._rows(f"SELECT DISTINCT account FROM posts WHERE {where} ORDER BY account", *args)]  # noqa: S608

    def arm(self, kind: str, *, match: str, times: int = 1, seconds: float = 0, workspace: str = "") -> None:
        """`match` empty: the calls that create."""
        with self.store.transaction():
            sql = "INSERT INTO faults (network, kind, match, times, seconds, workspace) VALUES (?,?,?,?,?,?)"
            self._run(sql, self.network, kind, match, times, seconds, workspace)

    def armed(self, workspace: str = "") -> list[tuple[int, str, str, float]]:
        """The faults that wait for a call of this workspace, in the order in which they were armed: (number, kind, match, seconds)."""
        where = "network=? AND times > 0 AND workspace IN ('', ?)"
        return self._rows(f"SELECT number, kind, match, seconds FROM faults WHERE {where} ORDER BY number", self.network, workspace)  # noqa: S608

    def faults_of(self, workspace: str) -> list[dict[str, Any]]:
        """The faults of this workspace alone, with how many calls each still waits for."""
        names, where = ("number", "kind", "match", "times", "seconds"), "network=? AND times > 0 AND workspace=? AND kind<>?"
        sql = f"SELECT number, kind, match, times, seconds FROM faults WHERE {where} ORDER BY number"  # noqa: S608
        return [dict(zip(names, row, strict=True)) for row in self._rows(sql, self.network, workspace, HIDDEN)]

    def spend(self, number: int) -> None:
        self._run("UPDATE faults SET times = times - 1 WHERE number=?", number)
        self._run("DELETE FROM faults WHERE number=? AND times <= 0", number)

    def disarm(self, workspace: str | None = None, number: int | None = None) -> int:
        """Forget the faults of one workspace, or all; or one of them; how many."""
        with self.store.transaction():
            where = "network=? AND workspace=coalesce(?, workspace) AND number=coalesce(?, number)"
            return self._run(f"DELETE FROM faults WHERE {where}", self.network, workspace, number)  # noqa: S608


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
