"""What a person says of a post whose outcome could not be found out, as changes of its state. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from socialclaw.db.posts import Post
from socialclaw.lifecycle.changes import DONE, Change


def found_by_a_person(
    post: Post, *, id: str | None, key: str | None, url: str | None, figures_at: datetime | None, now: datetime
) -> Change:
    """Somebody has looked on the network, and it is there. Without its `id` nothing more can be asked about it there."""
    return replace(
        DONE,
        status="published",
        stage="publish",
        looks=0,
        provider_post_id=id,
        network_key=key,
        provider_url=url,
        provider_status="published",
        reconciliation_status="confirmed",
        published_at=post.marked_at or now,
        collect_at=figures_at if id else None,
        error_code=None,
        error=None,
    )


def missed_by_a_person(code: str, message: str) -> Change:
    """Somebody has looked on the network, and it is not there: it may be sent again like any post that failed."""
    absent = Change(stage="publish", looks=0, marked_at=None, reconciliation_status="not_found", error_code=code, error=message)
    return replace(absent, counted_at=None)
