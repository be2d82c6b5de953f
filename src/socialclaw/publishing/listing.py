"""Lists of posts, ready for the wire: selected as text, never as rows, because a list of a hundred is the hottest read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import func, select

from socialclaw.db.base import Scope
from socialclaw.db.posts import Post
from socialclaw.db.wire import wire_json, wire_time

Link = Callable[[str], str | None]


class PostRow(msgspec.Struct, rename="camel", gc=False):
    """A post on the wire. The order of fields is the order of `COLUMNS`."""

    id: str
    run_id: str
    provider: str
    account: str
    account_id: str
    status: str
    name: str
    description: str
    interaction_type: str
    media_link: str | None
    timezone: str
    source_model: str
    campaign_id: str | None
    campaign_name: str | None
    campaign_index: int | None
    target_index: int | None
    step_id: str | None
    step_index: int | None
    sequence_position: int | None
    step_delay_ms: int | None
    parent_step_id: str | None
    parent_post_id: str | None
    resolved_parent_provider_post_id: str | None
    provider_post_id: str | None
    provider_url: str | None
    provider_status: str | None
    reconciliation_status: str | None
    error_code: str | None
    error: str | None
    last_error: str | None
    attempts: int
    attempt_count: int
    blocked_by: str | None
    publish_at_utc: str
    published_at: str | None
    next_attempt_at: str | None
    created_at: str
    updated_at: str
    assets: msgspec.Raw
    settings: msgspec.Raw


COLUMNS = (
    Post.id,
    Post.run_id,
    Post.provider,
    Post.account,
    Post.account_id,
    Post.status,
    Post.name,
    Post.description,
    Post.interaction_type,
    Post.media_link,
    Post.timezone,
    Post.source_model,
    Post.campaign_id,
    Post.campaign_name,
    Post.campaign_index,
    Post.target_index,
    Post.step_id,
    Post.step_index,
    Post.sequence_position,
    Post.step_delay_ms,
    Post.parent_step_id,
    Post.parent_post_id,
    Post.resolved_parent_id,
    Post.provider_post_id,
    Post.provider_url,
    Post.provider_status,
    Post.reconciliation_status,
    Post.error_code,
    Post.error,
    Post.error.label("last_error"),
    Post.attempt_count,
    Post.attempt_count.label("attempts"),
    Post.blocked_by,
    wire_time(Post.publish_at),
    wire_time(Post.published_at),
    wire_time(Post.next_at),
    wire_time(Post.created_at),
    wire_time(Post.updated_at),
    wire_json(Post.assets),
    wire_json(Post.settings),
)


def page(scope: Scope, narrow: Callable[[Any], Any], *, limit: int, offset: int = 0, link: Link | None = None) -> tuple[list[PostRow], int]:
    """Posts of the workspace in order of publish time and id, and how many there are in all."""
    mine = Post.workspace_id == scope.workspace_id
    rows = rendered(scope, narrow(select(*COLUMNS).where(mine)).order_by(Post.publish_at, Post.id).limit(limit).offset(offset), link)
    if offset == 0 and len(rows) < limit:
        return rows, len(rows)
    return rows, scope.session.scalar(narrow(select(func.count()).select_from(Post).where(mine))) or 0


def of_ids(scope: Scope, ids: Iterable[str], link: Link | None = None) -> list[PostRow]:
    """These posts of the workspace."""
    query = select(*COLUMNS).where(Post.workspace_id == scope.workspace_id, Post.id.in_(list(ids)))
    return rendered(scope, query.order_by(Post.publish_at, Post.id), link)


def rendered(scope: Scope, query: Any, link: Link | None) -> list[PostRow]:
    rows = []
    for row in scope.session.execute(query):
        post = PostRow(*row[:-2], msgspec.Raw(row[-2].encode()), msgspec.Raw(row[-1].encode()))  # type: ignore[call-arg]
        if link and post.provider_url:
            post.provider_url = link(post.provider_url)
        rows.append(post)
    return rows
