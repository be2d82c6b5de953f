"""The backlog that is measured is one: so many posts, all still to come, spread over the accounts and a year."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bench import rows
from bench.ground import DATABASES, Ground
from sqlalchemy import distinct, func, select

from socialclaw.db.base import utc_now
from socialclaw.db.posts import Post

pytestmark = pytest.mark.xdist_group("bench")
COUNT = 250


@pytest.mark.parametrize("kind", DATABASES)
async def test_a_backlog_is_spread_over_a_year_and_all_accounts(kind: str) -> None:
    def read(session: Any) -> Any:
        what = (func.count(), func.count(distinct(Post.account_id)), func.min(Post.next_at), func.max(Post.next_at))
        return session.execute(select(*what).where(Post.status == "scheduled", Post.next_at == Post.publish_at)).one()

    now = utc_now()
    with Ground((kind,)) as ground:
        async with ground.installation(kind) as installation:
            await rows.connect(installation, 10)
            await rows.backlog(installation, COUNT, lambda *_: None)
            count, accounts, first, last = await installation.system.database.read(read)
    assert (count, accounts) == (COUNT, 10)
    assert first >= now + timedelta(hours=23)
    assert timedelta(days=360) < last - first < timedelta(days=366)
