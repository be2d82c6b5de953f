"""A stored post as its adapter sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from socialclaw.db.posts import Post
from socialclaw.media.conversion import fitted
from socialclaw.media.post_media import opened
from socialclaw.networks import providers
from socialclaw.providers.draft import Draft
from socialclaw.providers.drafting import draft_of, media_of
from socialclaw.system import System


@asynccontextmanager
async def drafted(
    system: System,
    post: Post,
    *,
    test: bool,
    account_type: str = "",
    about: Mapping[str, Any] | None = None,
    changes: list[dict[str, Any]] | None = None,
) -> AsyncIterator[Draft]:
    """The draft, its media open. Settings were completed with their defaults when the post was applied.

    `changes` takes what was changed of its files before the network gets them, by the post's media policy; without it, nothing is. `about`
    is what is known of the account.
    """
    async with opened(system, post.workspace_id, post.assets, test=test) if post.assets else nullcontext(()) as media:
        if changes is not None and media:
            provider, fit = providers()[post.provider], post.media_policy == "fit"
            shapes = provider.shapes_of(provider.target(account_type), about)
            media, changes[:] = await fitted(system, post.workspace_id, media, shapes, fit=fit, test=test)
        yield draft_of(post, media, target_type=account_type, reply_to=post.resolved_parent_id)


def remembered(post: Post) -> Draft:
    """The draft with its files as the post tells of them, not open: enough to look for what was published."""
    return draft_of(post, map(media_of, post.assets), target_type="", reply_to=post.resolved_parent_id)
