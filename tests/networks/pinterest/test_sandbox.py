"""What the simulated Pinterest refuses, in Pinterest's words, and what it shows to the public."""

from __future__ import annotations

import base64
import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from PIL import Image

from socialclaw.providers.draft import Account
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET
from tests.media.files import playable
from tests.networks.pinterest.conftest import API, Scene
from tests.networks.stage import APP

STORAGE = "https://pinterest-media-upload.s3-accelerate.amazonaws.com/"
BACK = "https://post.example/oauth/pinterest/callback"

FILM = playable()


def pin(board: Account, scene: Scene, **more: Any) -> dict[str, Any]:
    source = {"source_type": "image_url", "url": scene.media("image", 1).url}
    return {"board_id": board.id, "media_source": source, **more}


def said(response: httpx2.Response) -> tuple[int, int]:
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"colour": "red"}, 400, 1),
        ({"board_id": None}, 400, 1),
        ({"board_id": "Ideas"}, 400, 1),
        ({"board_id": "12"}, 404, 40),
        ({"board_section_id": "12"}, 404, 2031),
        ({"title": "x" * 101}, 400, 1),
        ({"description": "x" * 801}, 400, 1),
        ({"alt_text": "x" * 501}, 400, 1),
        ({"link": "nowhere"}, 400, 1),
        ({"dominant_color": "grey"}, 400, 1),
        ({"media_source": None}, 400, 1),
        ({"media_source": {"source_type": "carrier_pigeon"}}, 400, 1),
        ({"media_source": {"source_type": "pin_url"}}, 403, 29),
        ({"media_source": {"source_type": "image_url"}}, 400, 1),
        ({"media_source": {"source_type": "image_url", "url": "https://e.org/nothing.png"}}, 403, 235),
        ({"media_source": {"source_type": "image_base64", "content_type": "image/png", "data": "aGVsbG8="}}, 403, 235),
        ({"media_source": {"source_type": "multiple_image_urls", "items": [{"url": "https://e.org/1.png"}]}}, 400, 1),
        ({"media_source": {"source_type": "multiple_image_urls", "items": [{"url": "https://e.org/1.png"}] * 6}}, 400, 1),
        ({"media_source": {"source_type": "video_id", "media_id": "12"}}, 400, 1),
        ({"media_source": {"source_type": "video_id", "media_id": "12", "cover_image_key_frame_time": 0}}, 404, 404),
        ({"media_source": {"source_type": "video_id", "media_id": "12", "cover_image_key_frame_time": 0.5}}, 400, 1),
    ],
)
async def test_a_pin_that_pinterest_does_not_take(scene: Scene, board: Account, change: dict[str, Any], status: int, code: int) -> None:
    assert said(await scene.raw(board, "POST", "/pins", json=pin(board, scene) | change)) == (status, code)
    assert scene.seen() == []


async def test_pinterest_takes_the_same_pin_twice(scene: Scene, board: Account) -> None:
    for _ in range(2):
        assert (await scene.raw(board, "POST", "/pins", json=pin(board, scene, title="Soup"))).status_code == 201
    assert [seen.text for seen in scene.seen()] == ["Soup", "Soup"]


async def test_an_image_may_come_along(scene: Scene, board: Account) -> None:
    content = scene.files[scene.media("image", 1).url].content
    source = {"source_type": "image_base64", "content_type": "image/jpeg", "data": base64.b64encode(content).decode()}
    made = await scene.raw(board, "POST", "/pins", json=pin(board, scene) | {"media_source": source})
    assert made.status_code == 201
    assert scene.seen()[0].media[0]["size"] == len(content)


@pytest.mark.parametrize("content", [b"not a picture", b"GIF89a" + bytes(100), b""])
async def test_only_jpeg_and_png_are_pictures(scene: Scene, board: Account, content: bytes) -> None:
    body = pin(board, scene)
    scene.files[body["media_source"]["url"]] = httpx2.Response(200, content=content, headers={"content-type": "image/png"})
    assert said(await scene.raw(board, "POST", "/pins", json=body)) == (403, 235)


async def test_another_users_board_takes_no_pins(scene: Scene, board: Account) -> None:
    other = await scene.connect("bob")
    assert said(await scene.raw(other, "POST", "/pins", json=pin(board, scene))) == (403, 29)
    assert said(await scene.raw(other, "GET", f"/boards/{board.id}/pins")) == (403, 29)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/boards?page_size=0", 400, 1),
        ("/boards?page_size=3e", 400, 1),
        ("/boards?page_size=251", 400, 1),
        ("/boards?bookmark=x", 400, 1),
        ("/boards?privacy=HIDDEN", 400, 1),
        ("/boards?colour=red", 400, 1),
        ("/boards?page_size=1&page_size=2", 400, 1),
        ("/boards/12", 404, 40),
        ("/pins/12", 404, 50),
        ("/media/12", 404, 404),
        ("/pins/12/analytics", 400, 1),
        ("/nothing", 404, 404),
    ],
)
async def test_a_question_that_has_no_answer(scene: Scene, board: Account, path: str, status: int, code: int) -> None:
    assert said(await scene.raw(board, "GET", path)) == (status, code)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"metric_types": "IMPRESSION,APPLAUSE"}, 400),
        ({"metric_types": "VIDEO_START"}, 400),
        ({"start_date": "yesterday"}, 400),
        ({"start_date": "2020-01-01"}, 400),
        ({"end_date": "2020-01-01"}, 400),
    ],
)
async def test_figures_are_kept_for_90_days_and_by_known_names(scene: Scene, board: Account, change: dict[str, str], status: int) -> None:
    made = (await scene.raw(board, "POST", "/pins", json=pin(board, scene))).json()
    today = scene.now().date().isoformat()
    params = {"start_date": today, "end_date": today, "metric_types": "IMPRESSION,SAVE", **change}
    assert (await scene.raw(board, "GET", f"/pins/{made['id']}/analytics", params=params)).status_code == status


@pytest.mark.parametrize("headers", [{"authorization": ""}, {"authorization": "Basic x"}, {"authorization": "Bearer x"}])
async def test_a_call_needs_a_token(scene: Scene, board: Account, headers: dict[str, str]) -> None:
    assert said(await scene.raw(board, "GET", "/user_account", headers=headers)) == (401, 2)


@pytest.mark.parametrize(
    ("method", "path", "scopes", "status"),
    [
        ("GET", "/boards", ["pins:read"], 403),
        ("GET", "/user_account", ["boards:read"], 403),
        ("POST", "/media", ["pins:read"], 403),
        ("GET", "/catalogs", ["boards:read"], 401),
    ],
)
async def test_a_call_needs_its_scope(scene: Scene, board: Account, method: str, path: str, scopes: list[str], status: int) -> None:
    token = scene.pinterest.admit("ann", scopes=scopes)["access_token"]
    assert said(await scene.raw(board, method, path, headers={"authorization": f"Bearer {token}"})) == (status, 29)


async def test_secret_boards_show_to_those_who_may_see_them(scene: Scene, board: Account) -> None:
    assert said(await scene.raw(board, "POST", "/boards", json={"name": "Hidden", "privacy": "SECRET"})) == (403, 29)
    token = {"authorization": f"Bearer {scene.pinterest.admit('ann')['access_token']}"}
    assert (await scene.raw(board, "POST", "/boards", json={"name": "Hidden", "privacy": "SECRET"}, headers=token)).status_code == 201
    names = [[b["name"] for b in (await scene.raw(board, "GET", "/boards", headers=h)).json()["items"]] for h in ({}, token)]
    assert names == [["Ideas"], ["Ideas", "Hidden"]]
    assert (await scene.http.get("https://www.pinterest.com/ann/hidden/")).status_code == 404


async def test_a_boards_name_is_taken_once(scene: Scene, board: Account) -> None:
    for name in ("ideas", "  "):
        refused = await scene.raw(board, "POST", "/boards", json={"name": name})
        assert refused.json() == {"code": 400, "message": "The board name is invalid or duplicated."}


async def test_calls_are_counted_and_told(scene: Scene, board: Account) -> None:
    for left in range(99, -1, -1):
        answer = await scene.raw(board, "POST", "/pins", json=pin(board, scene))
        assert answer.headers["x-ratelimit-remaining"] == str(left)
    refused = await scene.raw(board, "POST", "/pins", json=pin(board, scene))
    assert said(refused) == (429, 8)
    assert 0 < float(refused.headers["x-ratelimit-reset"]) <= 60
    assert (await scene.raw(board, "GET", "/boards")).status_code == 200
    scene.ahead += 61
    assert (await scene.raw(board, "POST", "/pins", json=pin(board, scene))).status_code == 201


async def test_lifted_quotas_end_no_campaign(scene: Scene, board: Account) -> None:
    scene.pinterest.lift_quotas()
    for _ in range(110):
        answer = await scene.raw(board, "GET", "/user_account/analytics?start_date=2020-01-01&end_date=2020-01-01")
        assert answer.status_code == 400
    assert answer.headers["x-pinterest-rid"]


# Videos.


async def registered(scene: Scene, board: Account) -> dict[str, Any]:
    found: dict[str, Any] = (await scene.raw(board, "POST", "/media", json={"media_type": "video"})).json()
    return found


async def store(scene: Scene, fields: dict[str, str], content: bytes = FILM, **kwargs: Any) -> httpx2.Response:
    return await scene.http.post(STORAGE, data=fields, files={"file": ("a.mp4", content, "video/mp4")}, **kwargs)


async def status(scene: Scene, board: Account, media_id: str) -> str:
    return str((await scene.raw(board, "GET", f"/media/{media_id}")).json()["status"])


async def test_a_video_goes_through_four_states(scene: Scene, board: Account) -> None:
    media = await registered(scene, board)
    assert await status(scene, board, media["media_id"]) == "registered"
    assert (await store(scene, media["upload_parameters"])).status_code == 204
    assert await status(scene, board, media["media_id"]) == "processing"
    source = {"source_type": "video_id", "media_id": media["media_id"], "cover_image_key_frame_time": 0}
    assert said(await scene.raw(board, "POST", "/pins", json={"board_id": board.id, "media_source": source})) == (400, 1)
    scene.ahead += 30
    assert await status(scene, board, media["media_id"]) == "succeeded"
    assert (await scene.raw(board, "POST", "/pins", json={"board_id": board.id, "media_source": source})).status_code == 201
    other = await scene.connect("bob")
    assert (await scene.raw(other, "GET", f"/media/{media['media_id']}")).status_code == 404


async def test_what_is_no_film_fails(scene: Scene, board: Account) -> None:
    media = await registered(scene, board)
    await store(scene, media["upload_parameters"], b"a text")
    scene.ahead += 30
    assert await status(scene, board, media["media_id"]) == "failed"


async def test_the_storage_wants_exactly_what_was_signed(scene: Scene, board: Account) -> None:
    fields = (await registered(scene, board))["upload_parameters"]
    assert "AccessDenied" in (await store(scene, {**fields, "key": "uploads/other"})).text
    assert "AccessDenied" in (await store(scene, {**fields, "acl": "public-read"})).text
    assert "AccessDenied" in (await store(scene, {n: v for n, v in fields.items() if n != "policy"})).text
    assert "InvalidArgument" in (await store(scene, fields, headers={"authorization": "Bearer x"})).text
    assert "InvalidArgument" in (await scene.http.post(STORAGE, files={n: (None, v) for n, v in fields.items()})).text
    assert "MalformedPOSTRequest" in (await scene.http.post(STORAGE, data=fields)).text
    late = {"file": ("a.mp4", FILM, "video/mp4")} | {name: (None, value) for name, value in fields.items()}
    assert "AccessDenied" in (await scene.http.post(STORAGE, files=late)).text  # fields behind the file do not count
    scene.ahead += 3601
    assert "Policy expired" in (await store(scene, fields)).text


async def test_only_videos_are_registered(scene: Scene, board: Account) -> None:
    assert said(await scene.raw(board, "POST", "/media", json={"media_type": "image"})) == (400, 1)
    assert said(await scene.raw(board, "POST", "/media", content=b"media_type=video")) == (400, 1)


# Consent.


async def test_the_consent_names_what_is_wrong(scene: Scene) -> None:
    right = {"client_id": CLIENT_ID, "redirect_uri": BACK, "response_type": "code", "scope": "boards:read,pins:read", "state": "s"}
    assert (await scene.http.get("https://www.pinterest.com/oauth/", params=right)).status_code == 200
    for change in (
        {"scope": "boards:read pins:read"},
        {"scope": ""},
        {"client_id": "x"},
        {"redirect_uri": "https://e.org/"},
        {"state": ""},
    ):
        page = await scene.http.get("https://www.pinterest.com/oauth/", params=right | change)
        assert page.status_code == 400, change


async def test_a_token_answer_is_as_documented(scene: Scene) -> None:
    token = await _token(scene)
    assert set(token) == {
        *("access_token", "refresh_token", "token_type", "expires_in", "scope", "response_type"),
        *("refresh_token_expires_in", "refresh_token_expires_at"),
    }
    assert (token["expires_in"], token["refresh_token_expires_in"]) == (2_592_000, 5_184_000)
    assert (token["scope"], token["response_type"]) == ("boards:read pins:read", "authorization_code")


async def test_a_refresh_token_is_replaced_and_lasts_60_days(scene: Scene) -> None:
    first = await _token(scene)
    second = (await _refresh(scene, first["refresh_token"])).json()
    assert second["response_type"] == "refresh_token"
    assert second["refresh_token"] != first["refresh_token"]
    assert said(await _refresh(scene, first["refresh_token"])) == (400, 1)
    scene.ahead += 59 * 86_400
    third = (await _refresh(scene, second["refresh_token"])).json()
    scene.ahead += 61 * 86_400
    assert said(await _refresh(scene, third["refresh_token"])) == (400, 1)


async def test_the_app_proves_itself_in_the_header(scene: Scene) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    for auth, more in ((None, APP), (httpx2.BasicAuth(CLIENT_ID, "wrong"), {}), (None, {})):
        refused = await scene.http.post(f"{API}/oauth/token", data={**form, **more}, auth=auth)
        assert said(refused) == (401, 2)


async def test_users_tokens_cannot_be_withdrawn_by_the_app(scene: Scene) -> None:
    token = (await _token(scene))["access_token"]
    auth = httpx2.BasicAuth(CLIENT_ID, CLIENT_SECRET)
    assert said(await scene.http.post(f"{API}/oauth/token/revoke", data={"token": token}, auth=auth)) == (403, 29)


async def _token(scene: Scene) -> dict[str, Any]:
    query = {"client_id": CLIENT_ID, "redirect_uri": BACK, "response_type": "code", "scope": "boards:read,pins:read", "state": "s"}
    allowed = await scene.http.post("https://www.pinterest.com/oauth/", params=query, data={"login": "ann", "decision": "allow"})
    code = parse_qs(urlsplit(allowed.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = await scene.http.post(f"{API}/oauth/token", data=form, auth=httpx2.BasicAuth(CLIENT_ID, CLIENT_SECRET))
    found: dict[str, Any] = answer.json()
    return found


async def _refresh(scene: Scene, token: str) -> httpx2.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return await scene.http.post(f"{API}/oauth/token", data=form, auth=httpx2.BasicAuth(CLIENT_ID, CLIENT_SECRET))


# What browsers see.


async def test_the_public_sees_pins_boards_and_users(scene: Scene, board: Account) -> None:
    draft = scene.draft(scene.media("image", 1, alt="<b>a square"), name="Soup & bread", description="Today", link="https://e.org/soup")
    published = await scene.publish(board, draft)
    page = await scene.http.get(str(published.url))
    for shown in ("Soup &amp; bread", "Today", "&lt;b&gt;a square", 'href="https://e.org/soup"', "Ideas"):
        assert shown in page.text, shown
    for link, shown in (("../../ann/ideas/", "Soup &amp; bread"), ("../../ann/", "Ideas")):
        assert f'href="{link}"' in page.text
        there = await scene.http.get(page.url.join(link))
        assert (there.status_code, shown in there.text) == (200, True)
    assert scene.network.called(board.id) == "ann / Ideas"
    await scene.of(board).delete(published.id)
    for gone in (
        published.url,
        "https://www.pinterest.com/nobody/",
        "https://www.pinterest.com/ann/nothing/",
        "https://www.pinterest.com/x",
    ):
        assert (await scene.http.get(str(gone))).status_code == 404


@pytest.mark.parametrize(("second", "status"), [((64, 48), 201), ((48, 48), 400)])
async def test_the_images_of_a_carousel_are_of_one_shape(scene: Scene, board: Account, second: tuple[int, int], status: int) -> None:
    items = []
    for size in ((128, 96), second):
        file = io.BytesIO()
        Image.new("RGB", size, "teal").save(file, "PNG")
        items.append({"content_type": "image/png", "data": base64.b64encode(file.getvalue()).decode()})
    source = {"source_type": "multiple_image_base64", "items": items}
    answer = await scene.raw(board, "POST", "/pins", json={"board_id": board.id, "media_source": source})
    assert answer.status_code == status, answer.text
