"""`publish-preview` says of a post what validate says: at every edge of every network and one past it, with both media policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from socialclaw.db.base import Scope
from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member
from tests.networks.edges import beyond, edges, longest, plain, worded
from tests.networks.stage import Stage

Json = dict[str, Any]
FACTS = ("mime", "kind", "size", "width", "height", "duration")


def corpus(stage: Stage, account: Account) -> Iterator[Draft]:
    """Posts at every edge, and one past it."""
    rules, fine = stage.provider.rules, plain(stage, account)
    yield from (edge.draft(stage, account) for edge in edges(stage.provider))
    yield worded(replace(fine, media=()), "")
    yield replace(fine, settings={**fine.settings, "nonsense": 1})
    yield replace(fine, interaction="reply")
    for shape in rules.shapes:
        files = tuple(stage.media(shape.kind, number) for number in range(rules.limit + 1))
        yield worded(replace(fine, media=files), "a")
        yield worded(replace(fine, media=files[:1]), longest(rules, shape) + "a")
        for file in (replace(files[0], size=(shape.max_bytes or 0) + 1), *(file for _, file in beyond(files[0], shape))):
            yield worded(replace(fine, media=(file,)), "a")


@pytest.mark.parametrize("policy", ["strict", "fit"])
@pytest.mark.parametrize("provider", [*providers().values()], ids=lambda provider: provider.key)
async def test_a_preview_says_what_validate_says(
    api: httpx2.AsyncClient, system: System, workspace: Member, provider: Provider, policy: str
) -> None:
    stage = Stage(provider)
    account = await stage.connect()
    known: dict[tuple[Any, ...], str] = {}

    def connected(scope: Scope) -> str:
        named = {"handle": account.handle, "account_type": account.type, "external_id": account.id}
        return rows.account(scope, provider=provider.key, **named).id

    def kept(scope: Scope, media: tuple[Media, ...]) -> list[Json]:
        """The files as ones of ours, so that the policy is about them."""
        for m in media:
            facts = {name: getattr(m, name) for name in FACTS}
            if (key := (m.filename, *facts.values())) not in known:
                known[key] = rows.asset(scope, m.filename, **facts).id
        return [{"id": known[m.filename, *(getattr(m, name) for name in FACTS)], "altText": m.alt} for m in media]

    account_id = await system.write(workspace.id, connected, test=True)
    verdicts = set()
    for draft in corpus(stage, account):
        post = {"name": draft.name, "description": draft.description, "settings": dict(draft.settings), "media_policy": policy}
        post |= {"interaction_type": draft.interaction, "assets": await system.write(workspace.id, kept, draft.media, test=True)}
        answer = (await api.post("/v1/posts/validate", json={"posts": [{"account": account.handle, **post}]})).json()
        shown = (await api.post(f"/v1/accounts/{account_id}/actions/publish-preview", json=post)).json()["result"]
        issues = [] if answer["ok"] else answer["details"]["issues"]
        expected = [{**i, "path": i["path"].removeprefix("posts[0]").removeprefix(".")} for i in issues]
        assert shown["issues"] == expected, post
        assert shown["valid"] is answer["ok"]
        verdicts.add(answer["ok"])
    assert verdicts == {True, False}


async def test_a_foreign_url_that_holds_the_path_of_one_of_our_files_is_foreign(
    api: httpx2.AsyncClient, system: System, workspace: Member
) -> None:
    made = await system.write(
        workspace.id,
        lambda s: (rows.account(s, provider="telegram", handle="telegram:1", account_type="telegram_channel").id, rows.asset(s)),
        test=True,
    )
    account_id, asset = made
    url = f"https://elsewhere.example/media/{asset.id}/{asset.delivery_token}/a.png"
    shown = (await api.post(f"/v1/accounts/{account_id}/actions/publish-preview", json={"text": "a", "assets": [url]})).json()["result"]
    assert shown["input"]["assets"] == [{"id": "asset_1", "url": url, "managed": False}]
