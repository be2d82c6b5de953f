"""A run that is shared: seen by whoever has the link until it is over, with no secret on it, and nothing to do there."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from socialclaw.api import logs
from socialclaw.db.base import Scope, real_now
from socialclaw.db.planning import PreviewLink
from socialclaw.settings import Settings
from socialclaw.system import System
from tests.api import rows
from tests.conftest import BASE_URL, Member, client, member, opened
from tests.media.files import picture
from tests.publishing.desk import Desk

both = pytest.mark.usefixtures("both_databases")
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'
LATER = "2090-07-01T07:30:00Z"
PERSON = {"accept": "text/html"}


def path_of(url: str) -> str:
    assert url.startswith(f"{BASE_URL}/preview/")
    return url.removeprefix(BASE_URL)


async def shared(desk: Desk, run_id: str, **body: object) -> tuple[str, dict[str, str]]:
    made = await desk.api.post(f"/v1/runs/{run_id}/preview-links", json=body)
    assert made.status_code == 201, made.text
    return path_of(made.json()["url"]), made.json()["link"]


@both
async def test_whoever_has_the_link_sees_the_posts_and_nothing_that_runs_or_tells_a_secret(
    desk: Desk, anonymous: httpx2.AsyncClient, workspace: Member
) -> None:
    x, telegram = await desk.connect("x"), await desk.connect("telegram")
    files = {"file": ("boat.png", picture("PNG", (640, 480), "RGB", 0), "image/png")}
    asset = (await desk.api.post("/v1/assets/upload", files=files)).json()["asset"]
    shown = {"id": asset["id"], "url": asset["publicUrl"], "altText": 'A "boat" <b>'}
    made = await desk.apply(
        {"account": x, "description": "Good morning\nin two lines", "publish_at": LATER, "first_comment": "And this", "labels": ["inner"]},
        {"account": telegram, "description": EVIL, "publish_at": LATER, "assets": [shown]},
        timezone="Europe/Berlin",
    )
    path, link = await shared(desk, made["run"]["id"])
    answer = await anonymous.get(path, headers=PERSON)
    assert answer.status_code == 200
    text = answer.text
    assert "Good morning\nin two lines" in text
    assert "And this" in text
    assert "Saturday, 1 July 2090, 09:30" in text, "in the run's own zone"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert not re.search(r"<script|onerror=\"|javascript:|<form|<input|<button| style=", text)
    for secret in (
        asset["publicUrl"],
        asset["publicUrl"].split("/")[-2],
        made["run"]["id"],
        workspace.id,
        x,
        "inner",
        path.rpartition("/")[2],
    ):
        assert secret not in re.sub(r'<img src="[^"]+"', "", text), secret
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "noindex" in answer.headers["x-robots-tag"]
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    [image] = re.findall(r'<img src="([^"]+)" alt="([^"]*)"', text)
    assert image == (f"{path}/pictures/{asset['id']}", "A &quot;boat&quot; &lt;b&gt;")
    drawn = await anonymous.get(image[0])
    assert (drawn.status_code, drawn.headers["content-type"], drawn.content[8:12]) == (200, "image/webp", b"WEBP")
    assert datetime.fromisoformat(link["expiresAt"]) - real_now() < timedelta(days=7)


@both
async def test_a_link_that_is_over_taken_back_or_wrong_opens_nothing(
    desk: Desk, anonymous: httpx2.AsyncClient, system: System, other_api: httpx2.AsyncClient
) -> None:
    account = await desk.connect("telegram")
    files = {"file": ("a.png", picture("PNG", (64, 48), "RGB", 0), "image/png")}
    asset, unused = [(await desk.api.post("/v1/assets/upload", files=files)).json()["asset"] for _ in range(2)]
    made = await desk.apply({"account": account, "description": "Hi", "publish_at": LATER, "assets": [{"assetId": asset["id"]}]})
    run = made["run"]["id"]
    (path, link), (other, _) = await shared(desk, run, days=90), await shared(desk, run, days=1)
    assert (await anonymous.get(f"{path}/pictures/{asset['id']}")).status_code == 200
    assert (await anonymous.get(f"{path}/pictures/{unused['id']}")).status_code == 404, "no other file of the workspace"

    listed = (await desk.api.get(f"/v1/runs/{run}/preview-links")).json()["links"]
    assert len(listed) == 2
    assert not [secret for secret in (path, other) if secret.rpartition("/")[2] in str(listed)]
    assert (await other_api.get(f"/v1/runs/{run}/preview-links")).status_code == 404
    assert (await other_api.delete(f"/v1/runs/{run}/preview-links/{link['id']}")).status_code == 404
    assert (await desk.api.delete(f"/v1/runs/{run}/preview-links/{link['id']}")).status_code == 200
    assert (await desk.api.delete(f"/v1/runs/{run}/preview-links/{link['id']}")).json()["code"] == "preview_link_not_found"

    await system.database.write(lambda session: session.execute(update(PreviewLink).values(expires_at=real_now())))
    for gone in (path, other, f"{path}x", "/preview/", "/preview/nothing"):
        page = await anonymous.get(gone, headers=PERSON)
        assert page.status_code == 404
        told = await anonymous.get(gone)
        assert (told.status_code, told.json()["code"]) in ((404, "preview_not_found"), (404, "not_found"), (404, "route_not_found"))
        assert (await anonymous.get(f"{gone}/pictures/{asset['id']}")).status_code == 404
    assert (await desk.api.get(f"/v1/runs/{run}/preview-links")).json()["links"] == []


async def test_it_shows_the_run_as_it_is_now_and_the_secret_is_kept_nowhere(
    desk: Desk, anonymous: httpx2.AsyncClient, system: System
) -> None:
    account = await desk.connect("telegram")
    made = await desk.apply({"account": account, "description": "Hi", "publish_at": LATER}, mode="draft")
    path, _ = await shared(desk, made["run"]["id"])
    assert "Draft" in (await anonymous.get(path)).text
    await desk.api.post(f"/v1/runs/{made['run']['id']}/publish")
    assert "Planned" in (await anonymous.get(path)).text
    secret = path.rpartition("/")[2]
    kept = await system.database.read(lambda session: [str(vars(row)) for row in session.query(PreviewLink)])
    assert kept
    assert secret not in str(kept)
    assert secret not in logs.scrub(f"GET {path}/pictures/asset_1 HTTP/1.1")


@pytest.mark.parametrize(("days", "status"), [(0, 422), (91, 422), (-1, 422), (1, 201), (90, 201), ("7", 422), (None, 201)])
async def test_it_is_good_for_some_days(desk: Desk, workspace: Member, days: object, status: int) -> None:
    def make(scope: Scope) -> str:
        run = rows.run(scope)
        rows.post(scope, rows.account(scope), run)
        return run.id

    run = await desk.system.write(workspace.id, make, test=True)
    assert (await desk.api.post(f"/v1/runs/{run}/preview-links", json={"days": days})).status_code == status
    assert (await desk.api.post(f"/v1/runs/{run}/preview-links", json={"expiresInDays": 3})).json()["code"] == "field_misnamed"


async def test_below_a_path_its_pictures_are_found_there(settings: Settings) -> None:
    from socialclaw.app import build

    below = settings.model_copy(update={"public_base_url": "https://post.example.org/social"})
    async with opened(below) as system:
        where = await member(system, "Ours")

        def make(scope: Scope) -> str:
            asset = rows.asset(scope, width=64, height=48)
            run = rows.run(scope)
            rows.post(scope, rows.account(scope), run, assets=[{"id": asset.id, "url": "u", "managed": True}])
            return run.id

        run = await system.write(where.id, make, test=True)
        app: FastAPI = build(system)
        async with app.router.lifespan_context(app), client(app, where.secret) as api, client(app) as anonymous:
            url = (await api.post(f"/v1/runs/{run}/preview-links")).json()["url"]
            assert url.startswith("https://post.example.org/social/preview/")
            page = await anonymous.get(url.removeprefix("https://post.example.org/social"), headers=PERSON)
            assert f'<img src="{url.removeprefix("https://post.example.org")}/pictures/' in page.text
