"""Lists of posts, ready for the wire: the database writes their JSON, because a list of a hundred is the hottest read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Integer, Select, String, Text, bindparam, case, cast, func, literal_column, select
from sqlalchemy.orm import aliased

from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope
from socialclaw.db.posts import Post
from socialclaw.db.wire import wire_json, wire_link, wire_object, wire_time
from socialclaw.publishing.posts import NARROWING, PostFilter

Row = msgspec.Raw
"""A post on the wire: the JSON of an object with the members of `MEMBERS`."""

Rows = msgspec.Raw
"""Posts on the wire: the JSON of an array of such objects."""

Query = Select[Any]

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
    "mediaPolicy": Post.media_policy,
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
    "latestAtUtc": wire_time(Post.latest_at),
    "publishedAt": wire_time(Post.published_at),
    "nextAttemptAt": wire_time(Post.next_at),
    "cancelRequestedAt": wire_time(Post.cancel_requested_at),
    "createdAt": wire_time(Post.created_at),
    "updatedAt": wire_time(Post.updated_at),
    "assets": wire_json(Post.assets),
    "settings": wire_json(Post.settings),
    "labels": wire_json(Post.labels),
}
EDITED: dict[str, Any] = {"editedBy": Post.edited_by, "editedAt": wire_time(Post.edited_at), "repeatId": Post.repeat_id}
"""What a post on its own says besides: lists, which are read far more often, do without."""

LINKS, BASE = "links", "base_url"
LINKED = {"providerUrl": wire_link(Post.provider_url, bindparam(LINKS, type_=String))}
LONGEST_TEXT = 140  # characters that a card shows
TEXT = case((Post.generated_name | (Post.name == ""), Post.description), else_=func.trim(Post.name + " " + Post.description))
_FIRST = aliased(Asset)
# The smallest preview of its first file, if that is one of ours that can be shown: see `media/previews.py`.
_THUMB = (
    select(bindparam(BASE, type_=String) + "/media/" + _FIRST.id + "/" + _FIRST.delivery_token + "/previews/small.webp")
    .where(_FIRST.id == Post.assets[0]["id"].as_string(), _FIRST.workspace_id == Post.workspace_id)
    .where(_FIRST.kind.in_(("image", "video")), _FIRST.width > 0, _FIRST.delivery_token.is_not(None))
    .correlate(Post)
    .scalar_subquery()
)
DRAWN = "id runId accountId account provider status publishAtUtc blockedBy reconciliationStatus updatedAt labels"
CARD: dict[str, Any] = {name: MEMBERS[name] for name in DRAWN.split()}
CARD |= {"repeatId": Post.repeat_id, "text": func.substr(TEXT, 1, LONGEST_TEXT), "thumb": _THUMB}
"""A post as a calendar draws it."""

MINE = Post.workspace_id == bindparam("workspace_id")


def page(
    scope: Scope, only: PostFilter, *, limit: int, offset: int = 0, links: str | None = None, cards: str | None = None
) -> tuple[Rows, int]:
    """Posts of the workspace in order of publish time and id, and how many there are in all. `links`: see `System.links`.

    `cards`: of each only what a calendar draws, with its picture below this URL of ours.
    """
    given = only.given()
    values = given | {"most": limit, "skipped": offset}
    if cards is None:
        rows, total = _run(scope, _page(tuple(given), links is not None), links, values)
    else:
        rows, total = _run(scope, _cards(tuple(given)), None, values | {BASE: cards})
    return _array(rows), total


def cards_where(scope: Scope, which: ColumnElement[bool], base_url: str, *, limit: int) -> Rows:
    """Posts of the workspace that are of some kind, as cards."""
    (rows,) = _run(scope, _joined(_rows(CARD, of_test=False).where(which).limit(limit)), None, {BASE: base_url})
    return _array(rows)


def mark(scope: Scope, only: PostFilter, *, limit: int, offset: int = 0) -> tuple[str | None, int]:
    """What is other as soon as the same `page` is, without its making: which versions of which rows it has. On PostgreSQL only."""
    given = only.given()
    found = _run(scope, _mark(tuple(given)), None, given | {"most": limit, "skipped": offset})
    return found[0], found[1]


def of_run(scope: Scope, run_id: str, links: str | None = None) -> Rows:
    """All posts of a run."""
    (rows,) = _run(scope, _of_run(links is not None), links, {"run_id": run_id})
    return _array(rows)


def of_post(scope: Scope, post_id: str, links: str | None = None) -> Row:
    """One post, which must be there."""
    (row,) = _run(scope, _of_post(links is not None), links, {"post_id": post_id})
    return Row(row.encode())


# The statements are made once: making one takes as long as running it.


@cache
def _page(narrowed: tuple[str, ...], of_test: bool) -> Query:
    return _paged(narrowed, _rows(MEMBERS, of_test))


@cache
def _cards(narrowed: tuple[str, ...]) -> Query:
    return _paged(narrowed, _rows(CARD, of_test=False))


def _paged(narrowed: tuple[str, ...], rows: Query) -> Query:
    wanted, count = _narrowed(narrowed)
    page = rows.where(*wanted).limit(bindparam("most", type_=Integer)).offset(bindparam("skipped", type_=Integer))
    return _joined(page, count)


@cache
def _mark(narrowed: tuple[str, ...]) -> Query:
    wanted, count = _narrowed(narrowed)
    version = cast(literal_column("posts.xmin"), Text)  # the transaction that wrote this version of the row
    rows = select((Post.id + version).label("row")).where(MINE, *wanted).order_by(Post.publish_at, Post.id)
    found = rows.limit(bindparam("most", type_=Integer)).offset(bindparam("skipped", type_=Integer)).subquery()
    return select(func.md5(func.aggregate_strings(found.c.row, ",")), count)


def _narrowed(narrowed: tuple[str, ...]) -> tuple[list[Any], Any]:
    """The conditions, and how many rows in all meet them."""
    wanted = [NARROWING[name](bindparam(name)) for name in narrowed]
    return wanted, select(func.count()).select_from(Post).where(MINE, *wanted).scalar_subquery()


@cache
def _of_run(of_test: bool) -> Query:
    return _joined(_rows(MEMBERS, of_test).where(Post.run_id == bindparam("run_id")))


@cache
def _of_post(of_test: bool) -> Query:
    return _rows(MEMBERS | EDITED, of_test).where(Post.id == bindparam("post_id"))


def _rows(members: Mapping[str, Any], of_test: bool) -> Query:
    """`of_test`: with links to the sandbox, where the network's own would lead nowhere."""
    return select(wire_object({**members, **LINKED} if of_test else members).label("row")).where(MINE).order_by(Post.publish_at, Post.id)


def _joined(rows: Query, *more: Any) -> Query:
    """All rows as one text: a hundred results cost the driver more than their making costs the database."""
    found = rows.subquery()
    return select(func.aggregate_strings(found.c.row, ","), *more)


def _run(scope: Scope, query: Query, links: str | None, values: dict[str, Any]) -> Any:
    """On the connection, not the session: no rows of the ORM are to be made of this."""
    given = values | {"workspace_id": scope.workspace_id} | ({LINKS: links} if links else {})
    return scope.session.connection().execute(query, given).one()


NONE = Rows(b"[]")


def _array(rows: str | None) -> Rows:
    return Rows(f"[{rows or ''}]".encode())
