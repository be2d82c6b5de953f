"""A stored post as its adapter sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from socialclaw.db.posts import Post
from socialclaw.media.fit import fitted
from socialclaw.media.reading import opened
from socialclaw.networks import providers
from socialclaw.providers.draft import Draft, Media
from socialclaw.scheduling.assets import media_of
from socialclaw.system import System


@asynccontextmanager
async def drafted(
    system: System, post: Post, *, test: bool, account_type: str = "", changes: list[dict[str, Any]] | None = None
) -> AsyncIterator[Draft]:
    """The draft, its media open. Settings were completed with their defaults when the post was applied.

    `changes` takes what was changed of its files to satisfy the network, where the post's media policy is `fit`; without it, none is.
    """
    async with opened(system, post.workspace_id, post.assets, test=test) if post.assets else nullcontext(()) as media:
        if changes is not None and post.media_policy == "fit" and media:
            provider = providers()[post.provider]
            shapes = provider.shapes_of(provider.target(account_type))
            media, changes[:] = await fitted(system, post.workspace_id, media, shapes, test=test)
        yield _draft(post, media)


def remembered(post: Post) -> Draft:
    """The draft with its files as the post tells of them, not open: enough to look for what was published."""
    return _draft(post, tuple(media_of(asset) for asset in post.assets))


def _draft(post: Post, media: Sequence[Media]) -> Draft:
    name = "" if post.generated_name else post.name.strip()
    description = post.description.strip()
    return Draft(
        text="\n\n".join(filter(None, (name, description))),
        name=name,
        description=description,
        media=tuple(media),
        settings=dict(post.settings),
        interaction=post.interaction_type,
        parent=post.parent_step_id,
        reply_to=post.resolved_parent_id,
    )
