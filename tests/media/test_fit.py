"""Files that a network does not take as they are: refused with figures, or changed as little as needed, by what the post says."""

from __future__ import annotations

import hashlib
import io
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from PIL import Image
from sqlalchemy import update

from socialclaw.accounts import callback, connect
from socialclaw.cli.consent import read_form
from socialclaw.db.accounts import Account
from socialclaw.db.base import iso
from socialclaw.db.workspaces import Workspace
from socialclaw.networks import providers
from socialclaw.settings import Settings
from socialclaw.storage.base import cache_dir
from socialclaw.system import System
from socialclaw.workspaces import tenants
from tests.accounts.world import network, unrouted
from tests.conftest import Member
from tests.media import files

SETTINGS = {"tiktok": {"privacyLevel": "SELF_ONLY"}}


def noise(kind: str, size: tuple[int, int], mode: str = "RGB", **options: Any) -> bytes:
    """A picture that no format makes small."""
    data = random.Random(7).randbytes(size[0] * size[1] * len(mode))
    file = io.BytesIO()
    Image.frombytes(mode, size, data).save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """TikTok fetches by https only."""
    return settings.model_copy(update={"public_base_url": "https://socialclaw.test"})


async def agreed(system: System, url: str) -> dict[str, str]:
    """What a user brings back who goes through the network's pages and agrees to everything."""
    response = await system.outbound.test.get(url)
    for _ in range(10):
        if location := response.headers.get("location"):
            if location.startswith(f"{system.settings.base_url}/oauth/"):
                return dict(parse_qsl(urlsplit(location).query))
            response = await system.outbound.test.get(response.url.join(location))
            continue
        form = read_form(response.text)
        target = response.url.join(form.action) if form.action else response.url
        values = {name: value or "ada" for name, value in form.values.items()}
        sent: dict[str, Any] = {"data": values} if form.method == "post" else {"params": values}
        response = await system.outbound.test.request(form.method.upper(), target, **sent)
    raise AssertionError("the consent does not come to an end")


async def connected(system: System, workspace: Member, provider: str) -> str:
    """The id of an account of this provider."""
    begun = await connect.start(system, workspace.id, provider, test=True)
    done = await callback.finish(system, provider, await agreed(system, unrouted(system, begun["authorizeUrl"])))
    assert done.error is None, done.error
    accounts = await system.read(workspace.id, lambda scope: list(scope.session.scalars(scope.all(Account))), test=True)
    targets = [(a.id, providers()[provider].target(a.account_type)) for a in accounts if a.provider == provider]
    return next(account_id for account_id, target in targets if target and target.publishes)


def pulls_from_us(system: System, name: str) -> None:
    """The simulator fetches what we would serve, where nobody listens in this test."""

    def fetch(url: str) -> httpx2.Response:
        *_, asset_id, _token, last = [part for part in httpx2.URL(url).path.split("/") if part != "previews"]
        here: Path = cache_dir(system.settings) / asset_id / ("picture.jpg" if "format=jpeg" in url else last)
        found = here if here.exists() else next(system.settings.media_dir.glob(f"*/assets/{asset_id}/*"))
        return httpx2.Response(200, content=found.read_bytes())

    network(system, name).fetch = fetch


async def uploaded(api: httpx2.AsyncClient, content: bytes, name: str) -> dict[str, Any]:
    answer = await api.post("/v1/assets/upload", files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    asset: dict[str, Any] = answer.json()["asset"]
    return asset


def schedule(account: str, asset: dict[str, Any], at: datetime, provider: str, **more: Any) -> dict[str, Any]:
    media = [{"assetId": asset["id"]}]
    post = {"account": account, "name": "A picture", "assets": media, "settings": SETTINGS.get(provider, {}), "publish_at": iso(at), **more}
    return {"schedule": {"posts": [post]}}


TIKTOK, INSTAGRAM = ("tiktok", "tiktok"), ("instagram_business", "meta")
SIDES, ASPECT = "tiktok_image_resolution_invalid", "instagram_image_aspect_invalid"
FIVE = "made smaller than 5,242,880 bytes"
CASES = [
    # provider and network; file; what strict says; what the result must be; what is told of it
    (("x", "x"), noise("PNG", (1500, 1300)), "x_image_too_large", (1500, 1300), FIVE),
    (("x", "x"), noise("JPEG", (3000, 2600), quality=98), "x_image_too_large", None, FIVE),
    (TIKTOK, files.picture("JPEG", (3000, 4000)), SIDES, (1080, 1440), "scaled from 3000x4000"),
    (TIKTOK, files.picture("PNG", (2400, 1200), "RGBA"), SIDES, (1920, 960), "image/png made image/jpeg"),
    (INSTAGRAM, files.picture("JPEG", (1080, 1920)), ASPECT, (1536, 1920), "padded to 1536x1920"),
    (INSTAGRAM, files.picture("PNG", (2000, 500)), ASPECT, (2000, 1048), "image/png made image/jpeg; padded to 2000x1048"),
]


@pytest.mark.parametrize(("of", "content", "code", "size", "told"), CASES)
async def test_a_picture_is_refused_or_changed_as_the_post_says(
    api: httpx2.AsyncClient,
    system: System,
    workspace: Member,
    anonymous: httpx2.AsyncClient,
    of: tuple[str, str],
    content: bytes,
    code: str,
    size: tuple[int, int] | None,
    told: str,
) -> None:
    provider, name = of
    account = await connected(system, workspace, provider)
    pulls_from_us(system, name)
    asset = await uploaded(api, content, "picture")
    start = datetime.fromisoformat((await api.post("/v1/sandbox/clock/freeze")).json()["clock"]["now"])
    strict = schedule(account, asset, start + timedelta(hours=1), provider)
    refused = await api.post("/v1/posts/apply", json=strict)
    assert (refused.status_code, refused.json()["code"]) == (422, code)

    fit = schedule(account, asset, start + timedelta(hours=1), provider, mediaPolicy="fit")
    applied = await api.post("/v1/posts/apply", json=fit)
    assert applied.status_code == 201, applied.text
    post_id = applied.json()["posts"][0]["id"]
    assert (await api.post("/v1/sandbox/clock/advance", json={"days": 1})).status_code == 200
    answer = (await api.get(f"/v1/posts/{post_id}/attempts")).json()
    assert answer["post"]["status"] == "published", answer["attempts"][0]["message"]
    [change] = next(a["details"] for a in answer["attempts"] if "mediaChanges" in a["details"])["mediaChanges"]
    assert change["assetId"] == asset["id"]
    assert told in "; ".join(change["changes"])
    [made] = [path for path in (cache_dir(system.settings) / asset["id"]).glob("fit-*") if path.suffix != ".json"]
    with Image.open(made) as picture:
        assert picture.format == "JPEG"
        assert size is None or picture.size == size
    if provider == "x":
        assert made.stat().st_size <= 5 * 1024 * 1024
        [seen] = network(system, "x").seen()
        assert [m["sha256"] for m in seen.media] == [hashlib.sha256(made.read_bytes()).hexdigest()]
    assert (await anonymous.get(asset["publicUrl"])).content == content


async def test_a_changed_file_is_served_to_networks_that_fetch(
    api: httpx2.AsyncClient, system: System, workspace: Member, anonymous: httpx2.AsyncClient
) -> None:
    account = await connected(system, workspace, "tiktok")
    pulls_from_us(system, "tiktok")
    asset = await uploaded(api, files.picture("JPEG", (2400, 1200)), "a.jpg")
    start = datetime.fromisoformat((await api.post("/v1/sandbox/clock/freeze")).json()["clock"]["now"])
    await api.post("/v1/posts/apply", json=schedule(account, asset, start + timedelta(hours=1), "tiktok", media_policy="fit"))
    await api.post("/v1/sandbox/clock/advance", json={"days": 1})
    [made] = (cache_dir(system.settings) / asset["id"]).glob("fit-*.jpg")
    url = asset["preview"]["small"].replace("small.webp", made.name)
    got = await anonymous.get(url)
    assert (got.status_code, got.headers["content-type"], got.content) == (200, "image/jpeg", made.read_bytes())
    assert (await anonymous.get(url.replace("fit-", "fit-0"))).status_code == 404


async def test_a_workspace_may_say_it_for_all_its_posts(
    api: httpx2.AsyncClient, system: System, workspace: Member, anonymous: httpx2.AsyncClient
) -> None:
    account = await connected(system, workspace, "tiktok")
    asset = await uploaded(api, files.picture("JPEG", (2400, 1200)), "a.jpg")
    at = datetime.fromisoformat((await api.post("/v1/sandbox/clock/freeze")).json()["clock"]["now"]) + timedelta(hours=1)
    await system.database.write(tenants.set_media_policy, workspace.name, "fit")
    valid = await api.post("/v1/posts/validate", json=schedule(account, asset, at, "tiktok"))
    assert valid.status_code == 200, valid.text
    assert valid.json()["posts"][0]["mediaPolicy"] == "fit"
    strict = await api.post("/v1/posts/validate", json=schedule(account, asset, at, "tiktok", mediaPolicy="strict"))
    assert (strict.status_code, strict.json()["code"]) == (422, "tiktok_image_resolution_invalid")
    await system.database.write(lambda session: session.execute(update(Workspace).values(media_policy="strict")))
    assert (await api.post("/v1/posts/validate", json=schedule(account, asset, at, "tiktok"))).status_code == 422


async def test_a_policy_that_is_none_is_refused_and_what_no_change_helps_stays_refused(
    api: httpx2.AsyncClient, system: System, workspace: Member, anonymous: httpx2.AsyncClient
) -> None:
    account = await connected(system, workspace, "instagram_business")
    asset = await uploaded(api, files.film(seconds=1), "a.mp4")
    at = datetime.fromisoformat((await api.post("/v1/sandbox/clock/freeze")).json()["clock"]["now"]) + timedelta(hours=1)
    odd = await api.post("/v1/posts/validate", json=schedule(account, asset, at, "instagram_business", mediaPolicy="stretch"))
    assert (odd.status_code, odd.json()["code"]) == (422, "media_policy_invalid")
    short = await api.post("/v1/posts/validate", json=schedule(account, asset, at, "instagram_business", mediaPolicy="fit"))
    assert (short.status_code, short.json()["code"]) == (422, "instagram_video_duration_invalid")


async def test_a_film_is_written_anew_for_a_network_that_does_not_take_its_form(
    api: httpx2.AsyncClient, system: System, workspace: Member, anonymous: httpx2.AsyncClient
) -> None:
    account = await connected(system, workspace, "tiktok")
    asset = await uploaded(api, files.film("matroska", size=(320, 240)), "a.mkv")
    start = datetime.fromisoformat((await api.post("/v1/sandbox/clock/freeze")).json()["clock"]["now"])
    refused = await api.post("/v1/posts/apply", json=schedule(account, asset, start + timedelta(hours=1), "tiktok"))
    assert {i["code"] for i in refused.json()["details"]["issues"]} == {"tiktok_video_type_unsupported", "tiktok_video_resolution_invalid"}
    applied = await api.post("/v1/posts/apply", json=schedule(account, asset, start + timedelta(hours=1), "tiktok", mediaPolicy="fit"))
    assert applied.status_code == 201, applied.text
    await api.post("/v1/sandbox/clock/advance", json={"days": 1})
    answer = (await api.get(f"/v1/posts/{applied.json()['posts'][0]['id']}/attempts")).json()
    assert answer["post"]["status"] == "published", answer["attempts"][0]["message"]
    [change] = next(a["details"] for a in answer["attempts"] if "mediaChanges" in a["details"])["mediaChanges"]
    assert change["changes"][:2] == ["video/x-matroska made video/mp4", "scaled from 320x240 to 480x360"]
