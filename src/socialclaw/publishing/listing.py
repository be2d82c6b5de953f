"""Lists of posts, ready for the wire: the database writes each row's JSON, because a list of a hundred is the hottest read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, String, bindparam, func, select

from socialclaw.db.base import Scope
from socialclaw.db.posts import Post
from socialclaw.db.wire import wire_json, wire_link, wire_object, wire_time

Row = msgspec.Raw
"""A post on the wire: the JSON of an object with the members of `MEMBERS`."""

MEMBERS: dict[str, Any] = {
    "id": Post.id,
    "runId": Post.run_id,
    "provider": Post.provider,
    "account": Post.account,
    "accountId": Post.account_id,
    "status": Post.status,
    "name": Post.name,
    "description": Post.description,
    "interactionType": Post.interaction_type,
    "mediaLink": Post.media_link,
    "timezone": Post.timezone,
    "sourceModel": Post.source_model,
    "campaignId": Post.campaign_id,
    "campaignName": Post.campaign_name,
    "campaignIndex": Post.campaign_index,
    "targetIndex": Post.target_index,
    "stepId": Post.step_id,
    "stepIndex": Post.step_index,
    "sequencePosition": Post.sequence_position,
    "stepDelayMs": Post.step_delay_ms,
    "parentStepId": Post.parent_step_id,
    "parentPostId": Post.parent_post_id,
    "resolvedParentProviderPostId": Post.resolved_parent_id,
    "providerPostId": Post.provider_post_id,
    "providerUrl": Post.provider_url,
    "providerStatus": Post.provider_status,
    "reconciliationStatus": Post.reconciliation_status,
    "errorCode": Post.error_code,
    "error": Post.error,
    "lastError": Post.error,
    "attempts": Post.attempt_count,
    "attemptCount": Post.attempt_count,
    "blockedBy": Post.blocked_by,
    "publishAtUtc": wire_time(Post.publish_at),
    "publishedAt": wire_time(Post.published_at),
    "nextAttemptAt": wire_time(Post.next_at),
    "createdAt": wire_time(Post.created_at),
    "updatedAt": wire_time(Post.updated_at),
    "assets": wire_json(Post.assets),
    "settings": wire_json(Post.settings),
}
LINKS = "links"
ROW = wire_object(MEMBERS)
ROW_OF_TEST = wire_object({**MEMBERS, "providerUrl": wire_link(Post.provider_url, bindparam(LINKS, type_=String))})

Query = Select[Any]


def page(scope: Scope, narrow: Callable[[Query], Query], *, limit: int, offset: int = 0, links: str | None = None) -> tuple[list[Row], int]:
    """Posts of the workspace in order of publish time and id, and how many there are in all. `links`: see `System.links`."""
    mine = Post.workspace_id == scope.workspace_id
    count = narrow(select(func.count()).select_from(Post).where(mine))
    query = narrow(_rows(links, count.correlate(None).scalar_subquery()).where(mine)).limit(limit).offset(offset)
    found = _run(scope, query, links)
    total = found[0][1] if found else scope.session.scalar(count) if offset else 0
    return [_raw(row) for row, _ in found], total or 0


def of_run(scope: Scope, run_id: str, links: str | None = None) -> list[Row]:
    """All posts of a run."""
    mine = (Post.workspace_id == scope.workspace_id, Post.run_id == run_id)
    return [_raw(row) for (row,) in _run(scope, _rows(links).where(*mine), links)]


def of_post(scope: Scope, post_id: str, links: str | None = None) -> Row:
    """One post, which must be there."""
    [(row,)] = _run(scope, _rows(links).where(Post.workspace_id == scope.workspace_id, Post.id == post_id), links)
    return _raw(row)


def _rows(links: str | None, *more: Any) -> Query:
    return select(ROW_OF_TEST if links else ROW, *more).order_by(Post.publish_at, Post.id)


def _run(scope: Scope, query: Query, links: str | None) -> Sequence[Any]:
    """On the connection, not the session: no rows of the ORM are to be made of this."""
    return scope.session.connection().execute(query, {LINKS: links} if links else {}).all()


def _raw(row: str) -> Row:
    return Row(row.encode())
