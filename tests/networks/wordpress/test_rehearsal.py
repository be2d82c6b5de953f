"""Half a year of WordPress in a test workspace whose time is moved: the token still opens the site, and figures come in."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx2

from socialclaw.db.base import iso
from socialclaw.system import System
from tests.accounts.world import consent, network


async def test_an_article_in_half_a_year_goes_out_with_its_date_and_is_measured(
    api: httpx2.AsyncClient, system: System, anonymous: httpx2.AsyncClient
) -> None:
    begun = (await api.post("/v1/connections/start", json={"provider": "wordpress"})).json()["connection"]
    await anonymous.get("/oauth/wordpress/callback", params=await consent(system, begun["authorizeUrl"]))
    accounts = (await api.get("/v1/accounts")).json()["accounts"]
    assert sorted(account["accountType"] for account in accounts) == ["wordpress_site", "wordpress_site", "wordpress_user"]
    site = next(account for account in accounts if account["displayName"].endswith("notes"))
    start = datetime.fromisoformat((await api.post("/v1/sandbox/clock/freeze")).json()["clock"]["now"])
    when = start + timedelta(days=180)
    post = {"account": site["id"], "name": "Soup", "description": "hot", "publish_at": iso(when)}
    applied = await api.post("/v1/posts/apply", json={"schedule": {"posts": [post]}})
    assert applied.status_code == 201, applied.text
    for days in (90, 90, 31):
        assert (await api.post("/v1/sandbox/clock/advance", json={"days": days})).status_code == 200
    post_id = applied.json()["posts"][0]["id"]
    found = (await api.get(f"/v1/posts/{post_id}")).json()["post"]
    assert (found["status"], found["publishedAt"]) == ("published", iso(when))
    assert f"/{when:%Y/%m/%d}/soup/" in urlsplit(found["providerUrl"]).path
    [seen] = network(system, "wordpress").seen()
    assert (seen.text, seen.extra["date"]) == ("Soup\n\nhot", float(int(when.timestamp())))
    history = (await api.get(f"/v1/analytics/posts/{post_id}")).json()["history"]
    views = [snapshot["metrics"]["views"] for snapshot in reversed(history)]
    assert views == sorted(views)
    assert views[-1] > 0
