"""The base of every table: ids, time, JSON, ownership, and the one way to read a workspace's rows."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, MetaData, Select, String, TypeDecorator, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeEngine

from socialclaw import clock
from socialclaw.errors import NotFound

R = TypeVar("R", bound="Owned")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_id(prefix: str) -> str:
    """`<prefix>_<milliseconds since the epoch in base 36>_<12 hex digits>`."""
    left, stamp = time.time_ns() // 1_000_000, ""
    while left:
        left, digit = divmod(left, 36)
        stamp = _DIGITS[digit] + stamp
    return f"{prefix}_{stamp}_{secrets.token_hex(6)}"


def utc_now() -> datetime:
    """Now (of the workspace that we act for), in whole milliseconds: what both databases keep."""
    return whole_ms(clock.now())


def real_now() -> datetime:
    """Now, whoever we act for: what sign-in goes by, which no rehearsal can set."""
    return whole_ms(datetime.now(UTC))


def whole_ms(moment: datetime) -> datetime:
    rest = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - rest) if rest else moment


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z: the one form of time on the wire, and in SQLite."""
    return _utc_text(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


@lru_cache(maxsize=256)  # the rows of a run share their times; only of UTC, where equal instants are equal texts
def _utc_text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


class UtcTime(TypeDecorator[datetime]):
    """An aware instant in whole milliseconds: timestamptz on PostgreSQL, wire text on SQLite (which sorts as the time does).

    Smaller fractions are cut off, so that both databases give back the same. A time without a zone is refused with ValueError.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(24) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return iso(value) if dialect.name == "sqlite" else whole_ms(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


Document = JSON().with_variant(JSONB(), "postgresql")


def json_text(value: Any) -> str:
    """What both engines store in a `Document`: several times as fast as `json.dumps`, twice for each post of an apply."""
    return msgspec.json.encode(value).decode()


# Every constraint has a name, so that a later migration can name it on both databases.
NAMES = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_name)s_key",
    "ix": "%(table_name)s_%(column_0_name)s_idx",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcTime(), dict[str, Any]: Document, list[Any]: Document}  # noqa: RUF012


class Owned(Base):
    """A row that belongs to one workspace and is never seen from another."""

    __abstract__ = True
    id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Hint(NamedTuple):
    """Work that will be due: handed to the queue once the transaction is committed. The rows stay the truth."""

    kind: str
    key: str
    at: datetime


class Scope:
    """One workspace's view of the database, inside one transaction. Features hold one; they hold no bare session.

    `test`: a test workspace, whose networks are the sandbox. `hints` are handed to the queue after the commit.
    """

    def __init__(self, session: Session, workspace_id: str, *, test: bool = False) -> None:
        self.session = session
        self.workspace_id = workspace_id
        self.test = test
        self.hints: list[Hint] = []

    def hint(self, kind: str, key: str, at: datetime) -> None:
        self.hints.append(Hint(kind, key, at))

    def all(self, table: type[R]) -> Select[R]:
        return select(table).where(table.workspace_id == self.workspace_id)

    def one(self, table: type[R], row_id: str, *, lock: bool = False) -> R:
        """The row, or NotFound `<table>_not_found`. With `lock`, kept for this transaction."""
        query = self.all(table).where(table.id == row_id)
        row = self.session.scalar(query.with_for_update() if lock else query)
        if row is None:
            name = table.__name__.lower()
            raise NotFound(f"There is no {name} {row_id!r} in this workspace", code=f"{name}_not_found")
        return row

    def count(self, query: Select[Any]) -> int:
        return self.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0

    def add(self, row: R) -> R:
        row.workspace_id = self.workspace_id
        self.session.add(row)
        return row
