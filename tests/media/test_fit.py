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
from socialclaw.media.decoder import video
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


async def connected(system: System, workspace: Member, provider: str, account_type: str = "") -> str:
    """The id of an account of this provider, of the first type that can be published to unless another is named."""
    begun = await connect.start(system, workspace.id, provider, test=True)
    done = await callback.finish(system, provider, await agreed(system, unrouted(system, begun["authorizeUrl"])))
    assert done.error is None, done.error
    accounts = await system.read(workspace.id, lambda scope: list(scope.session.scalars(scope.all(Account))), test=True)
    targets = [(a.id, providers()[provider].target(a.account_type)) for a in accounts if a.provider == provider]
    return next(account_id for account_id, target in targets if target and target.publishes and account_type in ("", target.name))


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
OLDER = ("meta instagram_business", "meta")  # an Instagram account of an older workspace: its limits, not those of a Page
SIDES, ASPECT = "tiktok_image_resolution_invalid", "instagram_image_aspect_invalid"
FIVE = "compressed to less than 5,242,880 bytes"
CASES = [
    # provider and network; file; what strict says; what the result must be; what is told of it
    (("x", "x"), noise("PNG", (1500, 1300)), "x_image_too_large", (1500, 1300), FIVE),
    (("x", "x"), noise("JPEG", (3000, 2600), quality=98), "x_image_too_large", None, FIVE),
    (TIKTOK, files.picture("JPEG", (3000, 4000)), SIDES, (1080, 1440), "scaled from 3000x4000"),
    (TIKTOK, files.picture("PNG", (2400, 1200), "RGBA"), SIDES, (1920, 960), "image/png converted to image/jpeg"),
    (INSTAGRAM, files.picture("JPEG", (1080, 1920)), ASPECT, (1536, 1920), "padded to 1536x1920"),
    (INSTAGRAM, files.picture("PNG", (2000, 500)), ASPECT, (2000, 1048), "image/png converted to image/jpeg; padded to 2000x1048"),
    (OLDER, files.picture("JPEG", (1080, 1920)), "meta_image_aspect_invalid", (1536, 1920), "padded to 1536x1920"),
    (("x", "x"), files.picture("AVIF", (300, 200)), "x_image_type_unsupported", (300, 200), "image/avif converted to image/jpeg"),
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
    (provider, _, account_type), name = of[0].partition(" "), of[1]
    account = await connected(system, workspace, provider, account_type)
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


SMALL = files.film("matroska", size=(320, 240))
ODD = files.film("webm", "libvpx-vp9", sound="libopus", rate=75, size=(160, 120))
SLOW = files.film(seconds=4, size=(320, 400), sound=None)
LIGHT = files.film("matroska", seconds=4)  # of fewer bytes than LinkedIn takes, and of fewer still when it is changed
FILMS: list[tuple[tuple[str, str], bytes, dict[str, Any], list[str], tuple[int, int, float]]] = [
    (
        TIKTOK,
        SMALL,
        {
            "tiktok_video_type_unsupported": {"mime": "video/x-matroska"},
            "tiktok_video_resolution_invalid": {"width": 320, "height": 240, "minWidth": 360, "minHeight": 360},
            "tiktok_video_frame_rate_invalid": {"frameRate": 10.0, "minFrameRate": 23, "maxFrameRate": 60},
        },
        ["video/x-matroska converted to video/mp4", "10 frames a second converted to 23", "scaled from 320x240 to 480x360"],
        (480, 360, 23),
    ),
    (
        ("x", "x"),
        ODD,
        {
            "x_video_codec_unsupported": {"audioCodec": "opus", "supportedValues": ["aac"]},
            "x_video_frame_rate_invalid": {"frameRate": 75.0, "maxFrameRate": 60},
        },
        ["video/webm converted to video/mp4", "vp9 converted to h264", "opus converted to aac", "75 frames a second converted to 60"],
        (160, 120, 60),
    ),
    (
        INSTAGRAM,
        SLOW,
        {"instagram_video_frame_rate_invalid": {"frameRate": 10.0, "minFrameRate": 23}},
        ["10 frames a second converted to 23"],
        (320, 400, 23),
    ),
    (
        ("linkedin", "linkedin"),
        LIGHT,
        {
            "linkedin_video_type_unsupported": {"mime": "video/x-matroska"},
            "linkedin_video_too_small": {"size": len(LIGHT), "minBytes": 75 * 1024},
        },
        ["video/x-matroska converted to video/mp4", f"filled up to 76,800 bytes, from {len(LIGHT):,}"],
        (320, 240, 10),
    ),
]


@pytest.mark.parametrize(("of", "content", "refusals", "told", "facts"), FILMS, ids=[case[0][0] for case in FILMS])
async def test_a_film_is_refused_with_every_broken_limit_or_written_anew(
    api: httpx2.AsyncClient,
    system: System,
    workspace: Member,
    anonymous: httpx2.AsyncClient,
    of: tuple[str, str],
    content: bytes,
    refusals: dict[str, Any],
    told: list[str],
    facts: tuple[int, int, float],
) -> None:
    provider, name = of
    account = await connected(system, workspace, provider)
    pulls_from_us(system, name)
    asset = await uploaded(api, content, "a.bin")
    start = datetime.fromisoformat((await api.post("/v1/sandbox/clock/freeze")).json()["clock"]["now"]) + timedelta(hours=1)
    refused = await api.post("/v1/posts/apply", json=schedule(account, asset, start, provider))
    issues = {issue["code"]: issue["details"] for issue in refused.json()["details"]["issues"]}
    assert issues.keys() == refusals.keys()
    for code, figures in refusals.items():
        assert issues[code].items() >= figures.items(), issues[code]
    applied = await api.post("/v1/posts/apply", json=schedule(account, asset, start, provider, mediaPolicy="fit"))
    assert applied.status_code == 201, applied.text
    await api.post("/v1/sandbox/clock/advance", json={"days": 1})
    answer = (await api.get(f"/v1/posts/{applied.json()['posts'][0]['id']}/attempts")).json()
    assert answer["post"]["status"] == "published", answer["attempts"][0]["message"]
    [change] = next(a["details"] for a in answer["attempts"] if "mediaChanges" in a["details"])["mediaChanges"]
    assert change["changes"] == [*told, "rewritten without metadata"]
    [made] = (cache_dir(system.settings) / asset["id"]).glob("fit-*.mp4")
    with video.opened(str(made)) as film:
        found = video.facts(film)
        assert (*video.poster(film).size, found["frame_rate"]) == (facts[0], facts[1], pytest.approx(facts[2], rel=0.05))
        assert (found["video_codec"], found["audio_codec"]) == ("h264", "aac" if asset["audioCodec"] else None)
        assert found["duration"] == pytest.approx(asset["duration"], abs=0.2)
