"""Runs, posts, and what the publishing of a post leaves behind: attempts, steps, lanes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from socialclaw.db.base import Base, Owned, new_id, utc_now


class Run(Owned):
    """One applied plan. Its status is derived from its posts; `mode` draft: never publishes by itself.

    `source`: the way in which it came, "api" or "dashboard"; `made_by`: the id of the key or the person.
    """

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("run"))
    mode: Mapped[str]  # "scheduled" | "draft"
    source_model: Mapped[str]  # "posts_v1" | "campaigns_v2"
    timezone: Mapped[str]
    idempotency_key: Mapped[str | None]
    fingerprint: Mapped[str]  # of the content, to tell a repeat from a conflict
    total_posts: Mapped[int]
    source: Mapped[str] = mapped_column(default="api", server_default="api")
    made_by: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        UniqueConstraint("workspace_id", "idempotency_key", name="runs_once"),
        Index("runs_of_workspace", "workspace_id", "created_at", "id"),
    )


class Post(Owned):
    """One thing to publish.

    `next_at` is the instant at which something is to be done about it, null when nothing is; `stage` says what:
    publish | confirm (accepted, not yet visible) | reconcile (an answer was lost). `blocked_by` parent or account: waiting
    for that, with `next_at` null. `fence` counts claims: whoever holds an older number may write nothing. `network_key`: which post of
    the network it is, in the whole installation; see `ownership`.
    """

    __tablename__ = "posts"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: new_id("post"))
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    provider: Mapped[str]
    account: Mapped[str]  # the handle
    position: Mapped[int]  # in the run, 0-based

    # What the user wrote, normalised.
    name: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    generated_name: Mapped[bool] = mapped_column(default=False)  # a name that is not part of the text
    interaction_type: Mapped[str] = mapped_column(default="post")
    media_link: Mapped[str | None]
    assets: Mapped[list[Any]] = mapped_column(default=list)
    media_policy: Mapped[str] = mapped_column(default="strict", server_default="strict")  # "strict" | "fit"
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    labels: Mapped[list[Any]] = mapped_column(server_default="[]")
    timezone: Mapped[str]
    source_model: Mapped[str]
    campaign_id: Mapped[str | None]
    campaign_name: Mapped[str | None]
    campaign_index: Mapped[int | None]
    target_index: Mapped[int | None]
    step_id: Mapped[str | None]
    step_index: Mapped[int | None]
    sequence_position: Mapped[int | None]
    step_delay_ms: Mapped[int | None] = mapped_column(BigInteger)
    parent_step_id: Mapped[str | None]
    repeat_id: Mapped[str | None]  # of a post that is repeated: what makes it, and which occurrence of that it is
    occurrence_at: Mapped[datetime | None]

    # What became of it.
    publish_at: Mapped[datetime]
    latest_at: Mapped[datetime | None]  # past it, it fails instead of going out; no limit where null
    status: Mapped[str]  # draft | scheduled | publishing | published | retry_pending | failed | canceled
    stage: Mapped[str] = mapped_column(default="publish")
    next_at: Mapped[datetime | None]
    blocked_by: Mapped[str | None]
    waiting: Mapped[bool] = mapped_column(default=False)  # the open attempt gave the worker back and goes on at `next_at`
    fence: Mapped[int] = mapped_column(default=0)
    attempt_count: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)  # since scheduled or retried by hand; what the retry limit counts
    parent_post_id: Mapped[str | None]  # our id of the post replied to
    resolved_parent_id: Mapped[str | None]  # the network's id of it
    provider_post_id: Mapped[str | None]
    provider_url: Mapped[str | None]
    provider_status: Mapped[str | None]  # accepted | published | deleted | failed
    reconciliation_status: Mapped[str | None]  # pending | confirmed | not_found | unresolved
    network_key: Mapped[str | None]
    published_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    marked_at: Mapped[datetime | None]  # since when it is known that the answer to a marked call was lost
    looks: Mapped[int] = mapped_column(default=0)  # how often it was looked for since
    collect_at: Mapped[datetime | None]  # when its figures are to be collected next
    counted_at: Mapped[datetime | None]  # in whose month it counts as one of the plan's posts; null where it does not
    cancel_requested_at: Mapped[datetime | None]  # when somebody wanted it back that may have been sent
    edited_by: Mapped[str | None]  # the id of the person who changed last what it says, and when that was
    edited_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    __table_args__ = (
        Index("posts_of_workspace", "workspace_id", "publish_at", "id"),
        Index("posts_of_run", "run_id", "position"),
        Index("posts_due", "next_at", postgresql_where=text("next_at IS NOT NULL"), sqlite_where=text("next_at IS NOT NULL")),
        Index(
            "posts_due_of_account",
            "account_id",
            "next_at",
            "position",
            "id",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
        Index(
            "posts_of_parent",
            "parent_post_id",
            postgresql_where=text("parent_post_id IS NOT NULL"),
            sqlite_where=text("parent_post_id IS NOT NULL"),
        ),
        Index(
            "posts_of_repeat",
            "repeat_id",
            "occurrence_at",
            postgresql_where=text("repeat_id IS NOT NULL"),
            sqlite_where=text("repeat_id IS NOT NULL"),
        ),
        Index(
            "posts_to_collect", "collect_at", postgresql_where=text("collect_at IS NOT NULL"), sqlite_where=text("collect_at IS NOT NULL")
        ),
        Index(  # of most posts it is the time at which they go out, by which they are found anyway
            "posts_counted",
            "workspace_id",
            "counted_at",
            postgresql_where=text("counted_at <> publish_at"),
            sqlite_where=text("counted_at <> publish_at"),
        ),
        Index("posts_failed", "workspace_id", postgresql_where=text("status = 'failed'"), sqlite_where=text("status = 'failed'")),
        Index("posts_on_network", "network_key", unique=True),
    )


class Attempt(Base):
    """One try at a post. Open while `finished_at` is null; a worker that died leaves it to the next claim to close."""

    __tablename__ = "attempts"
    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    attempt_no: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str]  # publish | confirm | reconcile
    worker_id: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]
    ok: Mapped[bool | None]
    code: Mapped[str | None]
    message: Mapped[str | None]
    retryable: Mapped[bool | None]
    provider_post_id: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Step(Base):
    """One remembered piece of publishing a post, begun at `started_at`. `done` False: the irreversible call may have been sent.

    `at`: when it was written down last. Of a call that may have been sent that is when it was marked; of what is done, when it was.
    """

    __tablename__ = "steps"
    post_id: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    done: Mapped[bool]
    fence: Mapped[int]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"value": …}
    started_at: Mapped[datetime | None]
    at: Mapped[datetime] = mapped_column(default=utc_now)


class Lane(Base):
    """Who publishes to an account now: one post at a time, until `until` unless renewed."""

    __tablename__ = "lanes"
    account_id: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[str]
    worker_id: Mapped[str]
    until: Mapped[datetime]
