"""Half a year of Pinterest in a test workspace whose time is moved: tokens rotate, Pins go out, figures are those of their days."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import httpx2
from PIL import Image

from socialclaw.db.base import iso
from socialclaw.system import System
from tests.accounts.world import consent, network


async def test_a_pin_in_half_a_year_goes_out_and_is_measured(
    api: httpx2.AsyncClient, system: System, anonymous: httpx2.AsyncClient
) -> None:
    begun = (await api.post("/v1/connections/start", json={"provider": "pinterest"})).json()["connection"]
    await anonymous.get("/oauth/pinterest/callback", params=await consent(system, begun["authorizeUrl"]))
    accounts = (await api.get("/v1/accounts")).json()["accounts"]
    board = next(account for account in accounts if account["accountType"] == "pinterest_board")
    file = io.BytesIO()
    Image.new("RGB", (600, 900), "teal").save(file, "PNG")
    uploaded = await api.post("/v1/assets/upload", files={"file": ("soup.png", file.getvalue(), "image/png")})
    asset: dict[str, Any] = uploaded.json()["asset"]
    # The simulator pulls pictures over HTTP, where nobody listens in this test.
    network(system, "pinterest").fetch = {asset["publicUrl"]: httpx2.Response(200, content=file.getvalue())}.__getitem__
    start = datetime.fromisoformat((await api.post("/v1/sandbox/clock/freeze")).json()["clock"]["now"])
    files = [{"id": asset["id"], "url": asset["publicUrl"], "managed": True}]
    post = {"account": board["id"], "name": "Soup", "assets": files, "settings": {"link": "https://example.org/soup"}}
    applied = await api.post("/v1/posts/apply", json={"schedule": {"posts": [{**post, "publish_at": iso(start + timedelta(days=180))}]}})
    assert applied.status_code == 201, applied.text
    for days in (90, 90, 31):
        assert (await api.post("/v1/sandbox/clock/advance", json={"days": days})).status_code == 200
    post_id = applied.json()["posts"][0]["id"]
    found = (await api.get(f"/v1/posts/{post_id}")).json()["post"]
    assert (found["status"], found["publishedAt"]) == ("published", iso(start + timedelta(days=180)))
    assert {account["status"] for account in (await api.get("/v1/accounts")).json()["accounts"]} == {"connected"}
    history = (await api.get(f"/v1/analytics/posts/{post_id}")).json()["history"]
    impressions = [snapshot["metrics"]["impressions"] for snapshot in reversed(history)]
    assert len(impressions) == 4
    assert impressions == sorted(impressions)
    assert impressions[0] > 0
    saves = [snapshot["metrics"]["saves"] for snapshot in reversed(history)]
    assert saves[-1] > 0
