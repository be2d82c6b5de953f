"""The hold: while there is one, nothing of the installation is published. A restored database is looked at first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from socialclaw.db.base import Base, utc_now

ALL = "installation"


class Hold(Base):
    """At most one row. `since`: whatever was to be published before may have been, by what this database was restored from."""

    __tablename__ = "holds"
    id: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(default=utc_now)


def hold(session: Session) -> datetime:
    """Hold everything; since when. A hold that is there stays as it is."""
    since = held(session)
    if since is None:
        since = utc_now()
        session.add(Hold(id=ALL, since=since))
    return since


def held(session: Session) -> datetime | None:
    return session.scalar(select(Hold.since))


def nothing_held() -> ColumnElement[bool]:
    return ~exists(select(Hold.id))
