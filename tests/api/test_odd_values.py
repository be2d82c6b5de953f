"""Values that no schema lists, in the fields of real things: always an answer, never a crash."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from socialclaw.db.base import Scope
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    1e308,
    "",
    " ",
    "x" * 300_000,
    "💥\u202e",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30T00:00:00",
    "2026-03-29T02:30:00",
    [],
    [None],
    [[]],
    {},
    {"a": None},
    ["x"] * 2000,
]
POST_FIELDS = (
    "account", "provider", "name", "title", "description", "text", "publish_at", "publishAt", "timezone", "interaction_type", "media_link",
    "mediaLink", "assets", "settings", "parent_step_id", "reply_to_step_id", "channel", "id", "step_id", "delay_minutes",
)  # fmt: skip
ROOT_FIELDS = ("timezone", "mode", "status", "idempotencyKey", "idempotency_key", "posts", "campaigns", "schedule")
CAMPAIGN_FIELDS = ("id", "name", "targets", "timezone", "mode", "settings", "steps", "publish_at")


@pytest.fixture
async def ids(system: System, workspace: Member) -> dict[str, str]:
    def make(scope: Scope) -> dict[str, str]:
        account = rows.account(scope)
        run = rows.run(scope, mode="draft")
        post = rows.post(scope, account, run, status="draft", next_at=None)
        failed = rows.post(scope, account, run, status="failed", next_at=None)
        asset = rows.asset(scope)
        return {
            "run": run.id,
            "post": post.id,
            "failed": failed.id,
            "asset": asset.id,
            "account": account.id,
            "url": f"http://socialclaw.test/media/{asset.id}",
        }

    return await system.write(workspace.id, make, test=True)


async def answers(api: httpx2.AsyncClient, method: str, path: str, bodies: list[Any]) -> None:
    for body in bodies:
        answer = await api.request(method, path, content=json.dumps(body), headers={"content-type": "application/json"})
        assert answer.status_code < 500, (path, json.dumps(body)[:300], answer.text)
        assert answer.json()["ok"] is (answer.status_code < 400)


def asset_with(field: str, odd: Any) -> dict[str, Any]:
    return {"url": "https://a.example/a.png", "kind": "image", field: odd}


@pytest.mark.usefixtures("both_databases")
async def test_odd_values_in_a_schedule(api: httpx2.AsyncClient, ids: dict[str, str]) -> None:
    post = {"account": ids["account"], "description": "Hi"}
    step = {"description": "Hi", "delay_minutes": 1}
    bodies: list[Any] = []
    for odd in ODD:
        bodies += [{"posts": [{**post, field: odd}]} for field in POST_FIELDS]
        bodies += [{"posts": [post], field: odd} for field in ROOT_FIELDS]
        bodies += [
            {"posts": [{**post, "assets": [asset_with(f, odd)]}]}
            for f in ("id", "url", "managed", "mime", "kind", "size", "duration", "altText")
        ]
        bodies += [{"posts": [{**post, "settings": {"parseMode": odd, "madeForKids": odd}}]}]
        target = {"account": ids["account"], "publish_at": "2030-01-01T00:00:00Z", "steps": [step]}
        bodies += [{"campaigns": [{"name": "c", "targets": [target], field: odd}]} for field in CAMPAIGN_FIELDS]
        bodies += [
            {"campaigns": [{"name": "c", "targets": [{**target, field: odd}]}]} for field in ("account", "publish_at", "steps", "timezone")
        ]
        bodies += [
            {"campaigns": [{"name": "c", "targets": [{**target, "steps": [step, {**step, f: odd}]}]}]}
            for f in (*POST_FIELDS, "delayMinutes")
        ]
    assert (await api.post("/v1/posts/validate", json={"posts": [post]})).status_code == 200  # odd is only what is made so
    await answers(api, "POST", "/v1/posts/validate", bodies)
    await answers(api, "POST", "/v1/campaigns/preview", [b for b in bodies if "campaigns" in b][::3])
    await answers(api, "POST", "/v1/posts/apply", [{**b, "mode": "draft"} for b in bodies if b.get("mode") is None][::3])


@pytest.mark.usefixtures("both_databases")
async def test_odd_values_for_what_is_there(api: httpx2.AsyncClient, ids: dict[str, str]) -> None:
    preview = f"/v1/accounts/{ids['account']}/actions/publish-preview"
    for odd in ODD:
        await answers(api, "POST", preview, [odd, *[{"description": "Hi", field: odd} for field in POST_FIELDS]])
        await answers(api, "DELETE", f"/v1/assets/{ids['asset']}", [odd, {"retentionDays": odd}])
        await answers(api, "POST", f"/v1/posts/{ids['failed']}/retry", [{"force": odd}])
        await answers(api, "POST", f"/v1/runs/{ids['run']}/publish", [odd, {"startAt": odd}])
        await answers(api, "POST", "/v1/keys", [odd, {"label": odd}, {"kind": odd}])
        fields = ("provider", "botToken", "chatId", "webhookUrl", "client", "callbackScheme")
        await answers(api, "POST", "/v1/connections/start", [{"provider": p, f: odd} for f in fields for p in ("x", "telegram", "discord")])
        upload = {"filename": "a.png", "contentBase64": "YQ=="}
        fields = ("filename", "mime", "contentType", "contentBase64", "duration", "width", "height", "deleteAfter")
        await answers(api, "POST", "/v1/assets/upload", [{**upload, f: odd} for f in fields])
        await answers(
            api,
            "POST",
            "/v1/assets",
            [{"objectKey": "a", f: odd} for f in ("objectKey", "originalFilename", "mime", "size", "status", "kind")],
        )
