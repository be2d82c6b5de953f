"""How a workspace is called in addresses (its slug), and how its people reckon time: a zone, and the day on which a week begins."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.clock import zone
from socialclaw.db.base import Scope
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, InvalidRequest

WEEK_STARTS = ("monday", "saturday", "sunday")
LONGEST_SLUG = 60  # characters
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)  # no underscore, which every id has: neither is taken for the other


def free_slug(session: Session, name: str) -> str | None:
    """A slug made of a name, with a number behind it where that is taken; None where nothing of the name can be one."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = "-".join(re.findall(r"[a-z0-9]+", letters))[: LONGEST_SLUG - 8].rstrip("-")
    if not base:
        return None
    taken = set(session.scalars(select(Workspace.slug).where(Workspace.slug.startswith(base, autoescape=True))))
    return next(slug for number in range(1, len(taken) + 2) if (slug := base if number == 1 else f"{base}-{number}") not in taken)


def set_slug(session: Session, row: Workspace, slug: str) -> None:
    """Call a workspace so, which nobody else is called."""
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        message = f"A slug is made of lower-case letters, digits and single hyphens between them, {LONGEST_SLUG} characters at most"
        raise InvalidRequest(message, code="workspace_slug_invalid", path="slug")
    if slug != row.slug and session.scalar(select(Workspace.id).where(Workspace.slug == slug)) is not None:
        raise Conflict(f"There is a workspace with the slug {slug!r} already", code="workspace_slug_taken", path="slug")
    row.slug = slug


def zone_name(name: str) -> str:
    """The name of a time zone, or InvalidRequest."""
    try:
        zone(name)
    except ValueError as error:
        raise InvalidRequest(f"{name[:60]!r} {error}", code="timezone_invalid", path="timezone") from None
    return name


def zone_of(scope: Scope) -> str:
    """The time zone of the caller's workspace."""
    return scope.session.scalars(select(Workspace.timezone).where(Workspace.id == scope.workspace_id)).one()


def week_start(day: str) -> str:
    """The day on which weeks begin, or InvalidRequest."""
    if day not in WEEK_STARTS:
        message = f"A week begins on {', '.join(WEEK_STARTS[:-1])} or {WEEK_STARTS[-1]}"
        raise InvalidRequest(message, code="week_start_invalid", path="weekStart", allowed=list(WEEK_STARTS))
    return day
