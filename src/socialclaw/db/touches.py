"""Which kinds of things a transaction has changed, and in which workspaces: read off its statements, and only while somebody wants to know.

No feature has to remember to say it. While nobody listens there is no more to this than one question a transaction. What cannot be read
off a statement is said of every workspace: whoever is told of a change that concerns nothing of theirs looks once more, and that is all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import Context, ContextVar, copy_context
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BindParameter, Connection, Delete, Insert, Table, Update, event, select
from sqlalchemy.engine import Engine
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, ColumnElement

EVERYWHERE = "*"  # in the place of a workspace
KINDS = (
    "posts",
    "runs",
    "accounts",
    "connections",
    "assets",
    "analytics",
    "keys",
    "members",
    "workspace",
    "drafts",
    "slots",
    "repeats",
    "webhooks",
)
ALSO = {"posts": ("runs",)}  # what is told of a kind changes with it: a run is as far as its posts are
EVENTS = "events"  # have been numbered; told to those who read events, and to no others
PEOPLE = "people"  # who is signed in; told to nobody outside


class Touch(NamedTuple):
    workspace_id: str
    kind: str


class Watcher(Protocol):
    """Whoever wants to know."""

    def wanted(self) -> bool: ...
    def touched(self, touches: Iterable[Touch]) -> None: ...


# Of each table, what its rows are to people, and which column leads to the workspace.
OF_TABLE = {
    "posts": ("posts", "workspace_id"),
    "attempts": ("posts", "post_id"),
    "steps": ("posts", "post_id"),
    "runs": ("runs", "workspace_id"),
    "accounts": ("accounts", "workspace_id"),
    "connections": ("connections", "workspace_id"),
    "assets": ("assets", "workspace_id"),
    "arrivals": ("assets", "workspace_id"),
    "snapshots": ("analytics", "workspace_id"),
    "api_keys": ("keys", "workspace_id"),
    "memberships": ("members", "workspace_id"),
    "workspaces": ("workspace", "id"),
    "subscriptions": ("workspace", "workspace_id"),
    "drafts": ("drafts", "workspace_id"),
    "timetables": ("slots", "workspace_id"),
    "repeats": ("repeats", "workspace_id"),
    "preview_links": ("runs", "workspace_id"),
    "endpoints": ("webhooks", "workspace_id"),
    "deliveries": ("webhooks", "workspace_id"),
    "event_counters": (EVENTS, "workspace_id"),
}
ENDING = ("sessions", "users")  # tables whose rows let somebody in for as long as they are there

_touched: ContextVar[set[Touch] | None] = ContextVar("touched", default=None)


class Touches:
    """Of one database, as this process writes it."""

    def __init__(self) -> None:
        self.watcher: Watcher | None = None
        self._installed = False

    def context(self, engine: Engine) -> Context | None:
        """Where a transaction is to run so that it is noted what it touches; None where nobody wants to know."""
        if self.watcher is None or not self.watcher.wanted():
            return None
        if not self._installed:
            event.listen(engine, "before_execute", _before)
            self._installed = True
        context = copy_context()
        context.run(_touched.set, set())
        return context

    def ended(self, context: Context) -> None:
        """The transaction is over. One that failed may have been committed after all."""
        if self.watcher is not None and (found := context[_touched]):
            self.watcher.touched(found)


def _before(connection: Connection, statement: Any, many: Any, one: Any, _options: Any) -> None:
    found = _touched.get()
    if found is None or not isinstance(statement, (Insert, Update, Delete)) or not isinstance(statement.table, Table):
        return
    name = statement.table.name
    if name in ENDING and isinstance(statement, Delete):
        found.add(Touch(EVERYWHERE, PEOPLE))
    if name in OF_TABLE:
        kind, column = OF_TABLE[name]
        # A row that is nobody's yet may be about to become somebody's.
        found.update(Touch(mine or EVERYWHERE, kind) for mine in _workspaces(connection, statement, column, many or [one or {}]))


def _workspaces(connection: Connection, statement: Any, column: str, rows: Sequence[Mapping[str, Any]]) -> Iterable[str | None]:
    """The workspaces of the rows that a statement is about."""
    tables = statement.table.metadata.tables
    table = tables[statement.table.name]
    given = [*_given(statement, column, rows)]
    if given and column != "post_id":
        return given
    ids = given if column == "post_id" else [*_given(statement, "id", rows)]
    home = tables["posts"] if column == "post_id" else table
    if ids and "id" in home.c:
        owner = home.c.id if column == "id" else home.c.workspace_id
        return connection.scalars(select(owner).where(home.c.id.in_(ids)).distinct()).all()
    if isinstance(statement, Insert) or len(rows) > 1:
        return (EVERYWHERE,)
    query = select(home.c.id if column == "id" else home.c.workspace_id).distinct().where(*statement._where_criteria)
    if home is not table:
        query = query.select_from(table.join(home, home.c.id == table.c.post_id))
    return connection.scalars(query, rows[0]).all()


def _given(statement: Any, column: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The values that a statement itself has for a column: that it inserts, or that it looks for. None of them where one is missing."""
    if isinstance(statement, Insert):
        yield from _inserted(statement, column, rows)
        return
    for part in _conjuncts(statement._where_criteria):
        if isinstance(part, BinaryExpression) and getattr(part.left, "name", None) == column and isinstance(part.right, BindParameter):
            if part.operator not in (operators.eq, operators.in_op):
                continue
            for row in rows:
                value = row.get(part.right.key, part.right.effective_value)
                yield from value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
            return


def _inserted(statement: Any, column: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    values = {getattr(key, "name", key): value for key, value in (statement._values or {}).items()}
    if column in values:
        value = values[column]
        yield getattr(value, "effective_value", value)
    elif all(column in row for row in rows):
        yield from {row[column] for row in rows}


def _conjuncts(criteria: Iterable[ColumnElement[Any]]) -> Iterator[Any]:
    """What must all be true."""
    for each in criteria:
        if getattr(each, "operator", None) is operators.and_:
            yield from _conjuncts(each.clauses)
        else:
            yield each
