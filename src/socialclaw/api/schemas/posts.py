"""Runs, posts, and what became of them."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictBool, StrictInt

from socialclaw.api.dialect import OpenObject, ProviderName, Schema, Time, Uri, optional
from socialclaw.api.schemas.envelopes import OkResponse

PostStatus = Literal["draft", "scheduled", "publishing", "published", "retry_pending", "failed", "canceled"]
RunStatus = Literal["draft", "created", "processing", "completed", "partial_failed"]


class Run(Schema):
    """One applied schedule."""

    id: str
    status: RunStatus
    mode: str | None = None
    source: str | None = None
    total_posts: StrictInt = optional()
    created_at: Time | None = None
    updated_at: Time | None = None


class Post(Schema):
    """One thing to publish, and what became of it."""

    id: str
    run_id: str | None = None
    provider: ProviderName
    account: str
    account_id: str | None = None
    status: PostStatus
    name: str | None = None
    description: str | None = None
    publish_at_utc: Time | None = None
    provider_post_id: str | None = None
    provider_url: Uri | None = None
    error: str | None = None
    attempts: StrictInt = optional()
    cancel_requested_at: Time | None = None


class RunResponse(OkResponse):
    """A run and its posts. `duplicate`: the idempotency key had been used for the same content, and this is that run."""

    duplicate: StrictBool = optional()
    mode: str | None = None
    source_model: str | None = None
    run: Run = optional()
    posts: list[Post] = optional()
    summary: OpenObject | None = None


class RunStatusResponse(OkResponse):
    """How far a run has come. `summary` counts its posts by status."""

    run: Run
    posts: list[Post]
    summary: OpenObject | None = None


class RunTableResponse(OkResponse):
    """A run as rows of a table, by publish time."""

    run: Run = optional()
    rows: list[OpenObject]


class PostsResponse(OkResponse):
    """A page of posts by publish time. `total` counts all that fit the filters."""

    posts: list[Post]
    total: StrictInt = optional()
    limit: StrictInt = optional()
    offset: StrictInt = optional()


class PostResponse(OkResponse):
    """One post."""

    post: Post


class AttemptsResponse(OkResponse):
    """Every try at a post, oldest first."""

    post: Post = optional()
    attempts: list[OpenObject] = optional()
