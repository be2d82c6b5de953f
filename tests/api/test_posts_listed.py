"""Lists of posts: their JSON is written by the database, so what comes out is compared with what went in, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.db.base import Scope, iso, new_id, utc_now
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

pytestmark = pytest.mark.usefixtures("both_databases")
ODD = 'Quotes " and \\, a tab\t, two\nlines, \x01, größer, 💥, \u2028, </script>, {"not": "JSON"}, :links, %s'
ASSETS = [{"id": "asset_1", "url": f"https://a.example/{ODD}", "kind": "image", "size": 12, "altText": ODD}]
SETTINGS = {"parseMode": "HTML", "silent": False, "n": 10**15, "größe": {"a": [1]}, "deep": [[1.5, None, True, {"": []}]]}


async def listed(api: httpx2.AsyncClient, query: str = "") -> dict[str, Any]:
    answer = await api.get(f"/v1/posts{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def store(system: System, workspace: Member, count: int = 1, **changes: Any) -> list[str]:
    def make(scope: Scope) -> list[str]:
        account, run, due = rows.account(scope, new_id("name")), rows.run(scope), utc_now() + timedelta(days=1)
        return [rows.post(scope, account, run, publish_at=due + timedelta(minutes=n), position=n, **changes).id for n in range(count)]

    return await system.write(workspace.id, make, test=True)


async def test_texts_and_documents_come_out_as_they_went_in(system: System, workspace: Member, api: httpx2.AsyncClient) -> None:
    moment = utc_now()
    given = {"name": ODD, "description": "", "assets": ASSETS, "settings": SETTINGS, "published_at": moment, "error": ODD, "next_at": None}
    [post_id] = await store(system, workspace, **given, sequence_position=3)
    [post] = (await listed(api))["posts"]
    assert (post["name"], post["description"], post["lastError"]) == (ODD, "", ODD)
    assert (post["assets"], post["settings"]) == (ASSETS, SETTINGS)
    assert (post["publishedAt"], post["nextAttemptAt"]) == (iso(moment), None)
    assert (post["sequencePosition"], post["campaignIndex"], post["attempts"]) == (3, None, 0)
    alone = (await api.get(f"/v1/posts/{post_id}")).json()["post"]
    assert alone == {**post, "editedBy": None, "editedAt": None, "repeatId": None}, "who changed it is told of a post that is read alone"


async def test_where_people_find_a_post(system: System, workspace: Member, api: httpx2.AsyncClient) -> None:
    """In a test workspace that is in the sandbox; one without a URL has none."""
    await store(system, workspace, provider_url="https://example.org/a/1?b=://c", provider_post_id="1")
    await store(system, workspace)
    found = {post["providerUrl"] for post in (await listed(api))["posts"]}
    assert found == {None, f"{system.links(workspace.id, test=True)}example.org/a/1?b=://c"}


async def test_the_url_of_a_live_post_is_the_networks_own(system: System) -> None:
    from socialclaw.publishing import listing
    from socialclaw.publishing.posts import PostFilter
    from socialclaw.workspaces import tenants

    live = await system.database.write(tenants.create, "Live", "live")
    await store(system, Member(live.id, live.name, False, "", ""), provider_url="https://example.org/1", provider_post_id="1")
    rows, total = await system.read(live.id, listing.page, PostFilter(), limit=10, links=system.links(live.id, test=False))
    assert total == 1
    assert b'"providerUrl":"https://example.org/1"' in bytes(rows)


async def test_pages_count_what_matches_and_not_more(
    system: System, workspace: Member, other_workspace: Member, api: httpx2.AsyncClient
) -> None:
    ids = await store(system, workspace, 5)
    await store(system, workspace, 2, status="failed", next_at=None)
    await store(system, other_workspace, 3)
    for query, total, expected in (
        ("?status=scheduled&limit=2", 5, ids[:2]),
        ("?status=scheduled&limit=2&offset=4", 5, ids[4:]),
        ("?status=scheduled&limit=2&offset=9", 5, []),
        ("?status=canceled", 0, []),
        ("?status=canceled&offset=3", 0, []),
    ):
        found = await listed(api, query)
        assert (found["total"], [post["id"] for post in found["posts"]]) == (total, expected), query
    assert (await listed(api))["total"] == 7
