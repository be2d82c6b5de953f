"""Assets and posts that use them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from socialclaw.db.accounts import Account
from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Post, Run
from socialclaw.media import uploads
from socialclaw.system import System
from tests.conftest import Member
from tests.media.files import picture

Upload = Callable[..., Awaitable[Asset]]
UsedBy = Callable[..., Awaitable[str]]


@pytest.fixture
def upload(system: System, workspace: Member) -> Upload:
    """`await upload(content, filename=…, mime=…)`: an asset of the workspace."""

    async def make(content: bytes | None = None, filename: str = "photo.png", *, member: Member = workspace, **claims: Any) -> Asset:
        async with uploads.intake(system) as file:
            await file.write(picture() if content is None else content)
            return await uploads.create(system, member.id, await file.finish(), uploads.Claims(filename, **claims))

    return make


@pytest.fixture
def used_by(system: System, workspace: Member) -> UsedBy:
    """`await used_by([{…}], status=…)`: a post with these assets; its id."""

    def make(scope: Scope, assets: list[dict[str, Any]], status: str) -> str:
        account = scope.add(Account(provider="telegram", handle="h", account_type="channel", external_id=f"{assets}{status}"))
        run = scope.add(Run(mode="scheduled", source_model="posts_v1", timezone="UTC", fingerprint="", total_posts=1))
        scope.session.flush()
        post = Post(
            run_id=run.id,
            account_id=account.id,
            provider="telegram",
            account="h",
            position=0,
            assets=assets,
            timezone="UTC",
            source_model="posts_v1",
            publish_at=utc_now(),
            status=status,
        )
        scope.add(post)
        scope.session.flush()
        return post.id

    async def add(assets: list[dict[str, Any]], *, status: str = "scheduled", member: Member = workspace) -> str:
        return await system.write(member.id, make, assets, status)

    return add
