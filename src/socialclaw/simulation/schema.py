"""The tables of the simulated networks' file, and how a file of an older version becomes one of this."""

from __future__ import annotations

import sqlite3

VERSION = 2
UNOWNED = "?"  # the world of what was kept before worlds were apart; no workspace is called so

TABLES = (
    """CREATE TABLE documents (
        world TEXT, network TEXT, kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (world, network, kind, key)) WITHOUT ROWID""",
    """CREATE TABLE posts (
        number INTEGER PRIMARY KEY, world TEXT NOT NULL, network TEXT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL,
        text TEXT NOT NULL, media TEXT NOT NULL, reply_to TEXT, url TEXT, created_at REAL NOT NULL, deleted_at REAL, extra TEXT NOT NULL,
        UNIQUE (world, network, account, id))""",
    "CREATE INDEX posts_of_account ON posts (world, network, account, number)",
    "CREATE INDEX posts_by_id ON posts (world, network, id)",
    "CREATE INDEX posts_of_network ON posts (network, id)",  # for witnesses, who look into every world
    """CREATE TABLE faults (number INTEGER PRIMARY KEY, network TEXT NOT NULL, kind TEXT NOT NULL, match TEXT NOT NULL,
        times INTEGER NOT NULL, seconds REAL NOT NULL, workspace TEXT NOT NULL)""",
    "CREATE TABLE counters (network TEXT, name TEXT, value INTEGER NOT NULL, PRIMARY KEY (network, name)) WITHOUT ROWID",
    "CREATE TABLE sizes (world TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID",
)

# What a row weighs: its text, and something for its being there at all.
WEIGHTS = {
    "documents": ("length({row}.key) + length({row}.body) + 100", "world, body"),
    "posts": ("length({row}.text) + length({row}.media) + length({row}.extra) + 200", "world, text, media, extra"),
}


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Within a transaction."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version >= VERSION:
        return
    old = bool(db.execute("SELECT 1 FROM sqlite_master WHERE type='table' AND name='documents'").fetchone())
    if old:
        _set_aside(db)
    for statement in TABLES:
        db.execute(statement)
    for statement in _triggers():
        db.execute(statement)
    if old:
        _take_over(db)
    db.execute(f"PRAGMA user_version={VERSION}")


def adopt(db: sqlite3.Connection, world: str) -> None:
    """Within a transaction: give a workspace what belongs to none."""
    for table in WEIGHTS:
        db.execute(f"UPDATE OR IGNORE {table} SET world=? WHERE world=?", (world, UNOWNED))  # noqa: S608


def _set_aside(db: sqlite3.Connection) -> None:
    for table in ("documents", "posts", "counters"):
        db.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    for name in ("posts_of_account", "posts_by_id"):
        db.execute(f"DROP INDEX IF EXISTS {name}")
    db.execute("DROP TABLE faults")  # they were matched by regular expressions


def _take_over(db: sqlite3.Connection) -> None:
    columns = "network, id, account, text, media, reply_to, url, created_at, deleted_at, extra"
    db.execute(f"INSERT INTO posts (world, {columns}) SELECT '{UNOWNED}', {columns} FROM old_posts ORDER BY number")  # noqa: S608
    db.execute(f"INSERT INTO documents SELECT '{UNOWNED}', network, kind, key, body FROM old_documents")  # noqa: S608
    db.execute("INSERT INTO counters SELECT network, name, value FROM old_counters")
    for table in ("documents", "posts", "counters"):
        db.execute(f"DROP TABLE old_{table}")


def _triggers() -> list[str]:
    """Keep `sizes` true, whatever statement changes a row."""
    made = []
    for table, (weight, columns) in WEIGHTS.items():
        more, less = _add("NEW", weight), _subtract(weight)
        made.append(f"CREATE TRIGGER {table}_come AFTER INSERT ON {table} BEGIN {more}; END")
        made.append(f"CREATE TRIGGER {table}_go AFTER DELETE ON {table} BEGIN {less}; END")
        made.append(f"CREATE TRIGGER {table}_change AFTER UPDATE OF {columns} ON {table} BEGIN {less}; {more}; END")
    return made


def _add(row: str, weight: str) -> str:
    value = weight.format(row=row)
    return f"INSERT INTO sizes VALUES ({row}.world, {value}) ON CONFLICT (world) DO UPDATE SET bytes = bytes + excluded.bytes"  # noqa: S608


def _subtract(weight: str) -> str:
    return f"UPDATE sizes SET bytes = bytes - ({weight.format(row='OLD')}) WHERE world = OLD.world"  # noqa: S608
