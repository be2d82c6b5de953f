"""The simulated Snapchat is a strict opponent: it takes what its documents say, and decrypts what it is sent."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from socialclaw.networks.snapchat.sandbox import media
from socialclaw.networks.snapchat.sandbox.simulator import SnapchatSandbox
from tests.networks.recorded import Clock
from tests.networks.snapchat.conftest import VIDEO, Connected, draft

JSON = dict[str, Any]
KEY, IV = bytes(range(32)), bytes(range(16))
NAMED = {"type": "VIDEO", "name": "film", "key": base64.b64encode(KEY).decode(), "iv": base64.b64encode(IV).decode()}
DENIED = "AUTHORIZATION_PERMISSION_DENIED"


def sealed(content: bytes, key: bytes = KEY) -> bytes:
    """As `openssl enc -aes-256-cbc -nosalt` makes it."""
    padding = 16 - len(content) % 16
    cipher = Cipher(algorithms.AES(key), modes.CBC(IV)).encryptor()
    return cipher.update(content + bytes([padding]) * padding) + cipher.finalize()


async def opened(ada: Connected) -> tuple[str, str]:
    """A media object, and where its parts go."""
    made = (await ada.call("media", NAMED)).json()
    return made["media_id"], made["add_path"]


async def add(ada: Connected, path: str, content: bytes, number: object = 1, **more: str) -> httpx2.Response:
    data = {"action": "ADD", "part_number": str(number), **more}
    return await ada.call(path, data=data, files={"file": ("part", content, "application/octet-stream")})


async def finish(ada: Connected, path: str) -> httpx2.Response:
    return await ada.call(path, files={"action": (None, "FINALIZE")})


async def uploaded(ada: Connected, *parts: bytes) -> str:
    media_id, path = await opened(ada)
    for number, part in enumerate(parts or (sealed(VIDEO),), 1):
        assert (await add(ada, path, part, number)).json()["request_status"] == "SUCCESS"
    assert (await finish(ada, path)).json()["request_status"] == "SUCCESS"
    return media_id


def told(response: httpx2.Response) -> tuple[int, str]:
    body = response.json()
    assert body["request_status"] == "ERROR"
    return response.status_code, body["debug_message"]


# Videos.


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**NAMED, "colour": "red"},
        {**NAMED, "type": "LENS"},
        {**NAMED, "name": ""},
        {**NAMED, "key": base64.b64encode(bytes(16)).decode()},
        {**NAMED, "iv": base64.b64encode(bytes(12)).decode()},
        {**NAMED, "key": "not base64"},
        {"media": [NAMED]},
    ],
)
async def test_a_media_object_is_asked_for_exactly_so(ada: Connected, body: JSON) -> None:
    assert (await ada.refusal("media", body))[0] == 400


async def test_parts_are_decrypted_to_the_video_whatever_their_order(ada: Connected, snapchat: SnapchatSandbox) -> None:
    whole, (media_id, path) = sealed(VIDEO), await opened(ada)
    await add(ada, path, whole[1000:], 2)
    await add(ada, path, whole[:1000], 1)
    await finish(ada, path)
    await ada.call("stories", {"media_id": media_id})
    [seen] = snapchat.seen()
    assert (seen.media[0]["size"], seen.media[0]["sha256"]) == (len(VIDEO), hashlib.sha256(VIDEO).hexdigest())


async def test_parts_are_numbered_bounded_and_complete(ada: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = await opened(ada)
    for number in ("0", "36", "x", "-1"):
        assert (await add(ada, path, b"x", number)).status_code == 400
    assert (await add(ada, path, b"")).status_code == 400
    monkeypatch.setattr(media, "LARGEST_PART", 10)
    assert (await add(ada, path, b"x" * 11)).status_code == 400
    monkeypatch.setattr(media, "LARGEST", 15)
    assert (await add(ada, path, b"x" * 10)).status_code == 200
    assert told(await add(ada, path, b"x" * 10, 2)) == (400, "The file is larger than 1 GB")
    assert (await add(ada, path, b"x" * 5, 3)).status_code == 200
    assert told(await finish(ada, path)) == (400, "Parts are missing")


async def test_the_forms_of_an_upload_hold_what_they_must_and_no_more(ada: Connected) -> None:
    _, path = await opened(ada)
    assert (await add(ada, path, b"x", colour="red")).status_code == 400
    assert (await ada.call(path, {"action": "FINALIZE"})).status_code == 400
    assert (await ada.call(path, files={"action": (None, "FINALIZE"), "part_number": (None, "1")})).status_code == 400
    assert (await ada.call(path, files={"action": (None, "REMOVE")})).status_code == 400
    malformed = {"content-type": "multipart/form-data; boundary=x"}
    assert (await ada.http.post(f"https://businessapi.snapchat.com{path}", content=b"--y", headers=malformed)).status_code == 401
    authorized = {**malformed, "authorization": f"Bearer {ada.token}"}
    assert (await ada.http.post(f"https://businessapi.snapchat.com{path}", content=b"--y", headers=authorized)).status_code == 400


async def test_an_upload_is_finished_once(ada: Connected) -> None:
    _, path = await opened(ada)
    await add(ada, path, sealed(VIDEO))
    await finish(ada, path)
    assert told(await finish(ada, path)) == (400, "The upload is finished")
    assert told(await add(ada, path, b"x", 2)) == (400, "The upload is finished")


@pytest.mark.parametrize(
    "parts",
    [(VIDEO,), (sealed(VIDEO, bytes(32)),), (sealed(VIDEO)[:-16],), (sealed(VIDEO)[:-1],), (sealed(b"no video at all"),)],
    ids=["plain", "another key", "cut", "no block", "no video"],
)
async def test_what_does_not_decrypt_to_a_video_cannot_be_posted(ada: Connected, snapchat: SnapchatSandbox, parts: tuple[bytes]) -> None:
    media_id = await uploaded(ada, *parts)
    for path, body in bodies(media_id):
        assert (await ada.refusal(path, body))[2] == "The media could not be decrypted, or is no video"
    assert snapchat.seen() == []


async def test_a_media_object_ends_after_a_day(ada: Connected, clock: Clock) -> None:
    (media_id, path), ready = await opened(ada), await uploaded(ada)
    clock.turn(24 * 3600 + 1)
    ada.log_in()
    for response in (await add(ada, path, b"x"), await ada.call("stories", {"media_id": ready})):
        assert (response.status_code, response.json()["error_code"]) == (200, "MEDIA_EXPIRED")
    assert media_id != ready


# Posts.


def bodies(media_id: str) -> list[tuple[str, JSON]]:
    return [
        ("spotlights", {"media_id": media_id, "locale": "en_US"}),
        ("stories", {"media_id": media_id}),
        ("saved_stories", {"saved_stories": [{"title": "Trip", "snap_sources": [{"media_id": media_id}]}]}),
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("spotlights", {}),
        ("spotlights", {"locale": "de"}),
        ("spotlights", {"locale": "en_US", "description": "x" * 161}),
        ("spotlights", {"locale": "en_US", "skip_save_to_profile": "no"}),
        ("spotlights", {"locale": "en_US", "caption": "x"}),
        ("stories", {"caption": "x"}),
        ("stories", {"customized_ttl": "ONE_DAY"}),
        ("saved_stories", {"title": "x"}),
    ],
)
async def test_a_post_is_asked_for_exactly_so(ada: Connected, snapchat: SnapchatSandbox, path: str, body: JSON) -> None:
    assert (await ada.refusal(path, {"media_id": await uploaded(ada), **body}))[0] == 400
    assert snapchat.seen() == []


@pytest.mark.parametrize("change", [{"title": ""}, {"title": "x" * 46}, {"snap_sources": []}, {"colour": "red"}])
async def test_a_saved_story_has_a_title_and_one_video(ada: Connected, change: JSON) -> None:
    story = {"title": "Trip", "snap_sources": [{"media_id": await uploaded(ada)}], **change}
    assert (await ada.refusal("saved_stories", {"saved_stories": [story]}))[0] == 400


async def test_a_video_is_posted_once_when_it_is_whole_and_ready(ada: Connected, snapchat: SnapchatSandbox, clock: Clock) -> None:
    waiting, _ = await opened(ada)
    assert (await ada.refusal("stories", {"media_id": waiting}))[2] == "The media is not uploaded"
    assert (await ada.refusal("stories", {"media_id": "unknown"}))[0] == 404
    snapchat.option("processing", 5)
    media_id = await uploaded(ada)
    assert (await ada.refusal("stories", {"media_id": media_id}))[:2] == (400, "MEDIA_PROCESSING")
    clock.turn(6)
    assert list((await ada.call("stories", {"media_id": media_id})).json()) == ["request_status", "request_id"]
    assert (await ada.refusal("stories", {"media_id": media_id}))[:2] == (200, "MEDIA_POSTING_ALREADY_IN_PROGRESS")
    assert len(snapchat.seen()) == 1


async def test_a_story_ends_after_a_day_the_others_do_not(ada: Connected, snapchat: SnapchatSandbox, clock: Clock) -> None:
    for path, _ in bodies(""):
        media_id = await uploaded(ada)
        assert (await ada.call(path, dict(bodies(media_id))[path])).json()["request_status"] == "SUCCESS"
    assert [seen.extra["kind"] for seen in snapchat.seen()] == ["spotlight", "story", "saved_story"]
    clock.turn(24 * 3600 + 1)
    ada.log_in()
    assert [seen.extra["kind"] for seen in snapchat.seen()] == ["spotlight", "saved_story"]
    assert (await ada.call("stories", method="GET")).json()["stories"] == []


async def test_nobody_reads_posts_or_deletes_for_another(ada: Connected, snapchat: SnapchatSandbox, clock: Clock) -> None:
    bob = Connected("bob", snapchat, clock)
    post = await ada.publish(draft("film"))
    media_id = await uploaded(ada)
    for method, path, body in (
        ("POST", "stories", {"media_id": media_id}),
        ("GET", "spotlights", None),
        ("DELETE", f"spotlights/{post.id}", None),
        ("GET", "stats", None),
    ):
        assert (await bob.refusal(f"{ada.profile}/{path}", body, method=method))[:2] == (403, DENIED)
    assert (await bob.refusal("stories", {"media_id": media_id}))[0] == 404
    assert [seen.id for seen in snapchat.seen()] == [post.id]


async def test_an_expired_token_is_told_in_the_header(ada: Connected, clock: Clock) -> None:
    clock.turn(3601)
    response = await ada.call("/v1/public_profiles/my_profile", method="GET")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token", error_description="The access token expired"'


async def test_a_token_calls_ten_times_a_second_on_average(ada: Connected, snapchat: SnapchatSandbox, clock: Clock) -> None:
    answers = [(await ada.call("stories", method="GET")).status_code for _ in range(101)]
    assert answers == [200] * 100 + [429]
    clock.turn(11)
    assert (await ada.call("stories", method="GET")).status_code == 200
    snapchat.lift_quotas()
    assert {(await ada.call("stories", method="GET")).status_code for _ in range(101)} == {200}


# Lists and figures.


async def test_lists_have_pages(ada: Connected) -> None:
    posts = [await ada.publish(draft(f"film {number}")) for number in range(3)]
    first = (await ada.call("spotlights?limit=2", method="GET")).json()
    assert [row["spotlight"]["id"] for row in first["spotlights"]] == [posts[2].id, posts[1].id]
    rest = (await ada.http.get(first["paging"]["next_link"], headers={"authorization": f"Bearer {ada.token}"})).json()
    assert [row["spotlight"]["id"] for row in rest["spotlights"]] == [posts[0].id]
    assert rest["paging"] == {}
    for query in ("limit=0", "limit=1001", "cursor=x", "colour=red"):
        assert (await ada.refusal(f"spotlights?{query}", method="GET"))[0] == 400


@pytest.mark.parametrize(
    "query",
    [
        "granularity=LIFETIME",
        "assetType=STORY&granularity=LIFETIME",
        "assetType=PROFILE&granularity=TOTAL",
        "assetType=PROFILE&granularity=WEEK",
        "assetType=PROFILE&granularity=LIFETIME&fields=LIKES",
        "assetType=PROFILE&granularity=LIFETIME&colour=red",
        "assetType=PROFILE&granularity=LIFETIME&startTime=2026-09-01T00:00:00.000Z",
        "assetType=PROFILE&granularity=DAY&startTime=2026-09-01T00:00:00.000Z&endTime=2026-09-02T01:00:00.000Z",
        "assetType=PROFILE&granularity=DAY&startTime=2026-06-01T00:00:00.000Z&endTime=2026-09-02T00:00:00.000Z",
        "assetType=PROFILE&granularity=DAY&startTime=2026-09-01&endTime=2026-09-02",
    ],
)
async def test_figures_are_asked_for_exactly_so(ada: Connected, query: str) -> None:
    assert (await ada.refusal(f"stats?{query}", method="GET"))[0] == 400


async def test_figures_only_grow_and_are_told_as_text(ada: Connected, clock: Clock) -> None:
    post = await ada.publish(draft("film"))

    async def views() -> int:
        answer = (await ada.call(f"spotlights/{post.id}/stats?granularity=LIFETIME&fields=SPOTLIGHT_VIEWS", method="GET")).json()
        [field] = answer["assets"][0]["timeseries"][0]["fields"]
        assert field["field"] == {"field_name": "SPOTLIGHT_VIEWS"}
        assert isinstance(field["stats"][0]["value"], str)
        return int(field["stats"][0]["value"])

    before = await views()
    clock.turn(3000)
    ada.log_in()
    clock.turn(3000)
    assert await views() > before > 0


# What browsers see.


async def test_pages_show_posts_and_escape_what_they_show(ada: Connected) -> None:
    post = await ada.publish(draft("<b>film</b>"))
    await ada.publish(draft("off the profile", skipSaveToProfile=True))
    await ada.publish(draft(name="Trip", mode="saved_story"))
    assert post.url is not None
    page = await ada.http.get(post.url)
    assert "&lt;b&gt;film&lt;/b&gt;" in page.text
    profile = (await ada.http.get("https://www.snapchat.com/add/ada")).text
    assert "Trip" in profile
    assert "Saved story" in profile
    assert "off the profile" not in profile
    for gone in ("spotlight/nothing", "add/nobody", "other"):
        assert (await ada.http.get(f"https://www.snapchat.com/{gone}")).status_code == 404
