"""Media elsewhere, named in a schedule: judged like our own where it is reached, a warning where it is not."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from socialclaw.db.base import Scope
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member, client, member
from tests.internet import Served, Web
from tests.media import files

Json = dict[str, Any]
LATER = "2030-01-31T09:00:00Z"
IMAGE, VIDEO = "https://cdn.example/a.jpg", "https://cdn.example/a.mp4"
TYPES = {
    "x": ("x:@acme", "x_user"),
    "tiktok": ("tiktok:@acme", "tiktok_user"),
    "instagram_business": ("instagram:business:1", "instagram_business_linked"),
    "discord": ("discord:1", "discord_webhook"),
    "snapchat": ("snapchat:@acme", "snapchat_public_profile"),
}
SETTINGS = {"tiktok": {"privacyLevel": "SELF_ONLY"}}
GREY = {"size": (1200, 1200), "mode": "L", "colour": 128}


@pytest.fixture(autouse=True)
async def accounts(system: System, workspace: Member) -> dict[str, str]:
    """The ids of an account on each network, by provider."""

    def make(scope: Scope) -> dict[str, str]:
        return {p: rows.account(scope, p, provider=p, handle=h, account_type=kind).id for p, (h, kind) in TYPES.items()}

    return await system.write(workspace.id, make, test=True)


def on(provider: str, *urls: str, **more: Any) -> Json:
    settings = SETTINGS.get(provider, {})
    return {"account": TYPES[provider][0], "name": "Hi", "publish_at": LATER, "assets": [*urls], "settings": settings, **more}


def serve(web: Web, content: bytes = b"", path: str = "/a.jpg", **more: Any) -> None:
    """Over http: no certificate of ours is good for everybody's names."""
    web.files[path] = Served(content, **more)


async def post(api: httpx2.AsyncClient, path: str, *posts: Json) -> httpx2.Response:
    return await api.post(path, json={"schedule": {"posts": [{**one, "assets": [_plain(a) for a in one["assets"]]} for one in posts]}})


def _plain(asset: Any) -> Any:
    return asset.replace("https:", "http:") if isinstance(asset, str) else {**asset, "url": asset["url"].replace("https:", "http:")}


BROKEN = [
    ("x", lambda: files.picture("JPEG", (60, 40), comment=b"x" * 60_000) + bytes(5 * 1024 * 1024), IMAGE, "x_image_too_large", "maxBytes"),
    ("tiktok", lambda: files.picture("JPEG", (3000, 4000)), IMAGE, "tiktok_image_resolution_invalid", "maxLongSide"),
    ("tiktok", lambda: files.picture("PNG"), IMAGE, "tiktok_image_type_unsupported", "supportedValues"),
    ("instagram_business", lambda: files.picture("JPEG", (1080, 1920)), IMAGE, "instagram_image_aspect_invalid", "minAspect"),
    ("instagram_business", lambda: files.picture("WEBP", (1080, 1080)), IMAGE, "instagram_image_type_unsupported", "supportedValues"),
    ("snapchat", lambda: files.picture("JPEG", (1080, 1920)), VIDEO, "snapchat_video_required", "assetId"),
    ("x", lambda: files.HTML, IMAGE, "media_not_a_file", "mime"),
    ("discord", lambda: files.SVG, IMAGE, "media_not_a_file", "mime"),
]


@pytest.mark.parametrize(("provider", "make", "url", "code", "bound"), BROKEN, ids=[f"{case[0]} {case[3]}" for case in BROKEN])
async def test_a_file_that_is_reached_and_breaks_a_limit_is_refused_with_the_bound(
    api: httpx2.AsyncClient, web: Web, provider: str, make: Any, url: str, code: str, bound: str
) -> None:
    serve(web, make(), "/" + url.rpartition("/")[2])
    for path in ("/v1/posts/validate", "/v1/posts/apply"):
        answer = await post(api, path, on("discord"), on(provider, url))
        assert answer.status_code == 422, answer.text
        [issue] = [i for i in answer.json()["details"]["issues"] if i["code"] == code]
        assert issue["path"] == "posts[1].assets[0]"
        assert bound in issue["details"]
        assert issue["details"]["url"].startswith("http://cdn.example/")
    assert (await api.get("/v1/posts")).json()["total"] == 0
    assert len(web.asked("GET")) == 1, "what validate found out is good for apply"


async def test_everything_wrong_is_told_at_once(api: httpx2.AsyncClient, web: Web) -> None:
    serve(web, files.HTML)
    answer = await post(api, "/v1/posts/validate", on("x", IMAGE), on("x", name="", description=""), on("tiktok", IMAGE, settings={}))
    found = [(i["path"], i["code"]) for i in answer.json()["details"]["issues"]]
    assert found == [
        ("posts[1]", "post_content_required"),
        ("posts[2].settings.privacyLevel", "tiktok_privacy_level_required"),
        ("posts[0].assets[0]", "media_not_a_file"),
        ("posts[2].assets[0]", "media_not_a_file"),
    ]


async def test_a_file_that_cannot_be_reached_yet_is_a_warning(api: httpx2.AsyncClient, web: Web) -> None:
    serve(web, status=503, head=503)
    expected = {
        "path": "posts[0].assets[0]",
        "code": "media_unreachable",
        "message": "cdn.example answered 503 for a media file",
        "details": {"url": "http://cdn.example/a.jpg", "httpStatus": 503},
    }
    valid = await post(api, "/v1/posts/validate", on("x", IMAGE))
    assert (valid.status_code, valid.json()["warnings"]) == (200, [expected])
    applied = await post(api, "/v1/posts/apply", on("x", IMAGE))
    assert (applied.status_code, applied.json()["warnings"]) == (201, [expected])
    assert len(applied.json()["posts"]) == 1


async def test_a_good_file_is_no_matter_and_each_is_asked_for_once(api: httpx2.AsyncClient, web: Web) -> None:
    serve(web, files.picture("JPEG", (1200, 1000)))
    answer = await post(api, "/v1/posts/validate", *[on(provider, IMAGE) for provider in ("x", "discord", "instagram_business", "tiktok")])
    assert (answer.status_code, answer.json()["warnings"]) == (200, []), answer.text
    assert (len(web.asked("HEAD")), len(web.asked("GET"))) == (1, 1)
    assert [a for p in answer.json()["posts"] for a in p["assets"]] == [{"id": "asset_1", "url": _plain(IMAGE), "managed": False}] * 4


async def test_what_cannot_be_known_of_a_film_without_all_of_it_is_said(api: httpx2.AsyncClient, web: Web) -> None:
    serve(web, files.film(), "/a.mp4")
    [warning] = (await post(api, "/v1/posts/validate", on("tiktok", VIDEO), on("discord", VIDEO))).json()["warnings"]
    assert (warning["path"], warning["code"]) == ("posts[0].assets[0]", "media_facts_unknown")
    assert warning["details"]["unknown"] == ["dimensions", "duration", "frame rate", "codec"]
    told = {"url": VIDEO, "kind": "video", "width": 720, "height": 1280, "duration": 12.5}
    [warning] = (await post(api, "/v1/posts/validate", on("tiktok", told))).json()["warnings"]
    assert warning["details"]["unknown"] == ["frame rate", "codec"]


async def test_steps_of_campaigns_are_named_by_their_place(api: httpx2.AsyncClient, web: Web) -> None:
    steps = [{"description": "One"}, {"description": "Two", "media_link": "http://cdn.example/a.jpg", "delay_minutes": 1}]
    campaign = {"name": "C", "publish_at": LATER, "targets": [{"account": "x:@acme", "steps": steps}]}
    for path in ("/v1/posts/validate", "/v1/campaigns/preview", "/v1/posts/apply"):
        answer = await api.post(path, json={"campaigns": [campaign]})
        assert answer.is_success
        assert [w["path"] for w in answer.json()["warnings"]] == ["campaigns[0].targets[0].steps[1].assets[0]"]


async def test_files_of_ours_are_not_asked_for(api: httpx2.AsyncClient, web: Web) -> None:
    asset = (await api.post("/v1/assets/upload", files={"file": ("a.jpg", files.picture("JPEG"))})).json()["asset"]
    for named in (
        {"assets": [asset["publicUrl"]]},
        {"assets": [{"assetId": asset["id"]}]},
        {"assets": [], "media_link": asset["publicUrl"]},
    ):
        answer = await api.post("/v1/posts/apply", json={"posts": [{**on("x"), **named}]})
        assert (answer.status_code, answer.json()["warnings"]) == (201, []), answer.text
    assert web.connections == 0


async def test_a_preview_of_a_post_looks_at_its_files_too(api: httpx2.AsyncClient, web: Web, accounts: dict[str, str]) -> None:
    path = f"/v1/accounts/{accounts['x']}/actions/publish-preview"
    serve(web, files.HTML)
    result = (await api.post(path, json={"text": "Hi", "assets": [_plain(IMAGE), "http://cdn.example/b.jpg"]})).json()["result"]
    assert (result["valid"], result["error"]["code"], result["error"]["path"]) == (False, "media_not_a_file", "assets[0]")
    assert "assets[1]: cdn.example answered 404 for a media file" in result["resolved"]["warnings"]


@pytest.mark.parametrize(("mode", "warned"), [("live", True), ("test", False)])
async def test_an_address_that_networks_cannot_reach_is_a_warning_in_a_live_workspace(
    system: System, app: FastAPI, mode: str, warned: bool
) -> None:
    owner = await member(system, mode, mode)

    def make(scope: Scope) -> None:
        for provider, (handle, kind) in TYPES.items():
            rows.account(scope, provider, provider=provider, handle=handle, account_type=kind)

    await system.write(owner.id, make, test=owner.test)
    async with client(app, owner.secret) as api:
        asset = (await api.post("/v1/assets/upload", files={"file": ("a.jpg", files.picture("JPEG", (1000, 1000)))})).json()["asset"]
        media = {"assets": [{"assetId": asset["id"]}]}
        posts = [{**on(provider), **media} for provider in ("x", "instagram_business", "tiktok")]
        for path in ("/v1/posts/validate", "/v1/posts/apply"):
            answer = await api.post(path, json={"posts": posts})
            assert answer.is_success, answer.text
            warnings = answer.json()["warnings"]
            assert len(warnings) == warned
        if warned:
            assert (warnings[0]["path"], warnings[0]["code"]) == ("posts[1].assets[0]", "public_url_unreachable")
            assert warnings[0]["details"] == {
                "publicBaseUrl": "http://socialclaw.test",
                "places": ["posts[1].assets[0]", "posts[2].assets[0]"],
            }
            assert "Instagram (Facebook Login), TikTok will fetch media from http://socialclaw.test" in warnings[0]["message"]
        assert (await api.post("/v1/posts/validate", json={"posts": [{**on("x"), **media}]})).json()["warnings"] == []


async def test_what_forbids_nothing_is_said_when_a_schedule_is_validated_and_applied(api: httpx2.AsyncClient, web: Web) -> None:
    """Hashtags beyond what Instagram is said to allow, and a draft on TikTok, whose caption is not sent."""
    serve(web, files.picture("JPEG", (1080, 1080)))
    tags = on("instagram_business", IMAGE, description=" ".join(f"#t{n}" for n in range(6)))
    draft = on("tiktok", VIDEO, description="words", settings={"privacyLevel": "SELF_ONLY", "tiktokPostMode": "draft"})
    for path, status in (("/v1/posts/validate", 200), ("/v1/posts/apply", 201)):
        answer = await post(api, path, tags, draft)
        assert answer.status_code == status, answer.text
        said = [(warning["code"], warning["path"].partition(".")[0]) for warning in answer.json()["warnings"]]
        assert ("instagram_hashtags_discouraged", "posts[0]") in said
        assert ("tiktok_caption_not_sent", "posts[1]") in said
