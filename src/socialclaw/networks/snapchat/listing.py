"""Reading Snapchat's lists of posts, and recognising one. Their rows are documented in outline only, so what one lacks is not assumed.

https://developers.snap.com/api/marketing-api/Public-Profile-API/ProfileAssetManagement
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from socialclaw.errors import Uncertain
from socialclaw.networks.snapchat.kinds import Kind, words_of
from socialclaw.providers.draft import Draft

IDS = ("id", "spotlight_id", "story_id", "saved_story_id")
TIMES = ("created_at", "posted_at", "submitted_at", "create_time")
MILLISECONDS = 1e11  # a number beyond it counts milliseconds since the epoch

Row = Mapping[str, Any]


def entries(answer: Any, kind: Kind) -> list[Row]:
    """The posts in an answer, of a list or of one."""
    if not isinstance(answer, Mapping):
        return []
    rows = answer.get(kind.path) or answer.get(kind.name) or ()
    rows = [rows] if isinstance(rows, Mapping) else rows
    found = [row.get(kind.name, row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return [row for row in found if isinstance(row, Mapping) and id_of(row)]


def id_of(row: Row) -> str:
    return next((str(row[name]) for name in IDS if row.get(name)), "")


def made_at(row: Row) -> float | None:
    """Seconds since the epoch; None where the row does not tell."""
    told = next((row[name] for name in TIMES if row.get(name)), None)
    try:
        if isinstance(told, str) and not told.isdecimal():
            return datetime.fromisoformat(told).replace(tzinfo=datetime.fromisoformat(told).tzinfo or UTC).timestamp()
        number = float(told) if told is not None else None
    except (TypeError, ValueError, OverflowError):
        return None
    return number / 1000 if number and number > MILLISECONDS else number


def status_of(row: Row) -> str:
    return str(row.get("status") or row.get("spotlight_status") or "").upper()


def decided(row: Row) -> bool:
    """Whether Snapchat's review is over; only spotlights have one."""
    return status_of(row) in ("", "LIVE")


def next_cursor(answer: Any) -> str | None:
    """Where the list goes on. Of a link only the cursor is taken, never the host."""
    paging = answer.get("paging") if isinstance(answer, Mapping) else None
    if not isinstance(paging, Mapping):
        return None
    link = parse_qs(urlsplit(str(paging.get("next_link") or "")).query).get("cursor")
    return link[0] if link else str(paging.get("next_page_id") or "") or None


def alike(rows: Iterable[Row], draft: Draft, kind: Kind, *, since: float, media_id: str = "") -> list[Row]:
    """Rows that may be this draft, made since then; oldest first. Uncertain where one of them does not say when it was made."""
    found: list[tuple[float, Row]] = []
    for row in rows:
        if media_id and isinstance(row.get("media_id"), str):
            if row["media_id"] == media_id:
                found.append((made_at(row) or 0, row))
            continue
        shown = row.get(kind.words) if kind.words else None
        if shown is not None and str(shown).strip() != words_of(draft, kind).strip():
            continue
        if (made := made_at(row)) is None:
            raise Uncertain(f"Snapchat lists a {kind.name} that may be this post and does not say when it was made: look in the app")
        if made >= since:
            found.append((made, row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]
