"""The simulated TikTok is a strict opponent: what TikTok refuses, it refuses, in TikTok's words."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from socialclaw.networks.tiktok.sandbox.simulator import TikTokSandbox
from tests.networks.recorded import Clock, Web
from tests.networks.tiktok.conftest import VIDEO, Connected, draft, media, picture

JSON = dict[str, Any]
INIT, INBOX, CREATE = "/v2/post/publish/video/init/", "/v2/post/publish/inbox/video/init/", "/v2/post/publish/content/init/"
STATUS, CREATOR, LIST, QUERY = (
    "/v2/post/publish/status/fetch/",
    "/v2/post/publish/creator_info/query/",
    "/v2/video/list/",
    "/v2/video/query/",
)
INFO = {"privacy_level": "PUBLIC_TO_EVERYONE", "brand_content_toggle": False, "brand_organic_toggle": False}
SOURCE = {"source": "FILE_UPLOAD", "video_size": len(VIDEO), "chunk_size": len(VIDEO), "total_chunk_count": 1}
PHOTO = {"source": "PULL_FROM_URL", "photo_images": ["https://cdn.example/a.jpg"], "photo_cover_index": 0}


def video(info: JSON | None = None, **source: Any) -> JSON:
    return {"post_info": INFO | (info or {}), "source_info": SOURCE | source}


def photo(info: JSON | None = None, mode: str = "DIRECT_POST", **source: Any) -> JSON:
    words = {"privacy_level": "PUBLIC_TO_EVERYONE"} | (info or {})
    return {"media_type": "PHOTO", "post_mode": mode, "post_info": words, "source_info": PHOTO | source}


async def begin(ada: Connected, size: int = len(VIDEO), chunk: int = 0, count: int = 1) -> tuple[str, str]:
    """Publish id and upload address."""
    data = (await ada.call(INIT, video(video_size=size, chunk_size=chunk or size, total_chunk_count=count))).json()["data"]
    return data["publish_id"], data["upload_url"]


async def put(ada: Connected, url: str, content: bytes, first: int = 0, total: int = 0, **headers: str) -> httpx2.Response:
    span = f"bytes {first}-{first + len(content) - 1}/{total or len(content)}"
    given = {"content-type": "video/mp4", "content-range": span, **headers}
    return await ada.http.put(url, content=content, headers=given)


async def status(ada: Connected, publish_id: str) -> JSON:
    found: JSON = (await ada.call(STATUS, {"publish_id": publish_id})).json()["data"]
    return found


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"post_info": INFO},
        {"source_info": SOURCE},
        video({"colour": "red"}),
        video({"title": "x" * 2201}),
        video({"title": "😀" * 1101}),
        video({"title": 7}),
        video({"privacy_level": "EVERYBODY"}),
        video({"disable_duet": "yes"}),
        video({"brand_content_toggle": True, "privacy_level": "SELF_ONLY"}),
        video(source="CARRIER_PIGEON"),
        video(video_size=0),
        video(video_size=4 * 1024**3 + 1),
        video(total_chunk_count=0),
        video(total_chunk_count=2),
        video(chunk_size=len(VIDEO) - 1),
        video(video_size=65 * 1024**2, chunk_size=65 * 1024**2, total_chunk_count=1),
        video(video_size=20_000_000, chunk_size=4_999_999, total_chunk_count=4),
        video(video_size=20_000_000, chunk_size=6_000_000, total_chunk_count=4),
        video(video_url="https://cdn.example/film.mp4"),
        {"post_info": {"privacy_level": "SELF_ONLY"}, "source_info": SOURCE},
    ],
)
async def test_a_wrong_announcement_of_a_video_is_refused(ada: Connected, body: JSON) -> None:
    assert await ada.refusal(INIT, body) == (400, "invalid_params")


@pytest.mark.parametrize(
    "body",
    [
        photo({"title": "x" * 91}),
        photo({"description": "x" * 4001}),
        photo({"disable_duet": True}),
        photo({"privacy_level": "EVERYBODY"}),
        photo(mode="LATER"),
        photo(photo_images=[]),
        photo(photo_images=["https://cdn.example/a.jpg"] * 36),
        photo(photo_images="https://cdn.example/a.jpg"),
        photo(photo_images=["http://cdn.example/a.jpg"]),
        photo(photo_images=["ftp://cdn.example/a.jpg"]),
        photo(photo_cover_index=1),
        photo(photo_cover_index=-1),
        photo(source="FILE_UPLOAD"),
        photo() | {"media_type": "VIDEO"},
        photo() | {"post_info": {}},
    ],
)
async def test_a_wrong_photo_post_is_refused_and_nothing_appears(ada: Connected, tiktok: TikTokSandbox, web: Web, body: JSON) -> None:
    web.put("https://cdn.example/a.jpg", picture())
    assert await ada.refusal(CREATE, body) == (400, "invalid_params")
    assert tiktok.seen() == []
    assert web.fetched == []


async def test_a_body_must_be_json_and_say_so(ada: Connected) -> None:
    assert await ada.refusal(INIT, video(), headers={"content-type": "text/plain"}) == (400, "invalid_params")
    response = await ada.http.post(
        f"https://open.tiktokapis.com{INIT}",
        content=b"{",
        headers={"authorization": f"Bearer {ada.tokens['access_token']}", "content-type": "application/json"},
    )
    assert response.json()["error"]["code"] == "invalid_params"


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (CREATOR, "video.publish"),
        (INIT, "video.publish"),
        (INBOX, "video.upload"),
        (CREATE, "video.publish"),
        (f"{LIST}?fields=id", "video.list"),
        (f"{QUERY}?fields=id", "video.list"),
    ],
)
async def test_every_call_needs_its_scope(tiktok: TikTokSandbox, clock: Clock, path: str, scope: str) -> None:
    others = tuple(s for s in tiktok.flow.scopes if s != scope)
    eve = Connected("eve", tiktok, clock, others)
    body = {CREATE: photo(), INIT: video()}.get(path, {})
    assert await eve.refusal(path, body) == (401, "scope_not_authorized")


async def test_a_token_ends_after_a_day_and_must_be_known(ada: Connected, clock: Clock) -> None:
    assert await ada.refusal(CREATOR, headers={"authorization": "Bearer nonsense"}) == (401, "access_token_invalid")
    assert await ada.refusal(CREATOR, headers={"authorization": ""}) == (401, "access_token_invalid")
    assert (await ada.call(CREATOR)).status_code == 200
    clock.turn(86_401)
    assert await ada.refusal(CREATOR) == (401, "access_token_invalid")


async def test_the_fields_of_the_account_need_their_scopes(tiktok: TikTokSandbox, clock: Clock) -> None:
    eve = Connected("eve", tiktok, clock, ("user.info.basic",))
    path = "/v2/user/info/?fields="
    assert (await eve.call(f"{path}open_id,display_name", method="GET")).json()["data"]["user"] == {
        "open_id": eve.id,
        "display_name": "eve",
    }
    for fields in ("username", "follower_count"):
        assert await eve.refusal(path + fields, method="GET") == (401, "scope_not_authorized")
    for fields in ("", "shoe_size"):
        assert await eve.refusal(path + fields, method="GET") == (400, "invalid_params")


@pytest.mark.parametrize(("path", "most"), [(CREATOR, 20), (INIT, 6), (STATUS, 30)])
async def test_calls_of_a_minute_are_counted_and_no_time_to_come_back_is_named(ada: Connected, clock: Clock, path: str, most: int) -> None:
    publish_id, _ = await begin(ada)
    clock.turn(61)
    body = {INIT: video(), STATUS: {"publish_id": publish_id}}.get(path)
    for _ in range(most):
        assert (await ada.call(path, body)).status_code == 200
    response = await ada.call(path, body)
    assert (response.status_code, response.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert "retry-after" not in response.headers
    clock.turn(61)
    assert (await ada.call(path, body)).status_code == 200


async def test_the_account_offers_its_privacy_levels_and_takes_no_others(tiktok: TikTokSandbox, clock: Clock, ada: Connected) -> None:
    eve = Connected("private_eve", tiktok, clock)
    assert await ada.refusal(INIT, video({"privacy_level": "FOLLOWER_OF_CREATOR"})) == (403, "privacy_level_option_mismatch")
    assert await eve.refusal(INIT, video()) == (403, "privacy_level_option_mismatch")
    assert await eve.refusal(CREATE, photo()) == (403, "privacy_level_option_mismatch")
    assert (await eve.call(INIT, video({"privacy_level": "FOLLOWER_OF_CREATOR"}))).status_code == 200
    data = (await eve.call(CREATOR)).json()["data"]
    assert data["privacy_level_options"] == ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert (data["comment_disabled"], data["duet_disabled"], data["stitch_disabled"]) == (False, True, True)


# Uploads.


async def test_a_video_is_posted_when_its_last_piece_is_there(ada: Connected, tiktok: TikTokSandbox) -> None:
    size = 12_000_000
    content = VIDEO + bytes(size - len(VIDEO))
    publish_id, url = await begin(ada, size, 5_000_000, 2)
    first = await put(ada, url, content[:5_000_000], 0, size)
    assert (first.status_code, first.headers["content-range"]) == (206, f"bytes 0-4999999/{size}")
    assert tiktok.seen() == []
    assert await status(ada, publish_id) == {"status": "PROCESSING_UPLOAD", "uploaded_bytes": 5_000_000}
    assert (await put(ada, url, content[5_000_000:], 5_000_000, size)).status_code == 201
    assert [seen.media[0]["size"] for seen in tiktok.seen()] == [size]


async def test_pieces_come_in_order_and_as_long_as_announced(ada: Connected, tiktok: TikTokSandbox) -> None:
    size = 12_000_000
    _, url = await begin(ada, size, 5_000_000, 2)
    early = await put(ada, url, bytes(7_000_000), 5_000_000, size)
    assert early.status_code == 416
    assert "content-range" not in early.headers
    assert (await put(ada, url, bytes(4_000_000), 0, size)).status_code == 400
    assert (await put(ada, url, bytes(5_000_000), 0, size)).status_code == 206
    again = await put(ada, url, bytes(5_000_000), 0, size)
    assert (again.status_code, again.headers["content-range"]) == (416, f"bytes 0-4999999/{size}")
    assert (await put(ada, url, bytes(6_000_000), 5_000_000, size)).status_code == 400
    assert tiktok.seen() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/octet-stream"},
        {"content-range": "bytes 0-9"},
        {"content-range": f"bytes 0-{len(VIDEO)}/{len(VIDEO)}"},
        {"content-range": f"bytes 0-{len(VIDEO) - 1}/{len(VIDEO) + 1}"},
        {"content-range": ""},
    ],
)
async def test_the_headers_of_a_piece_must_be_right(ada: Connected, tiktok: TikTokSandbox, headers: dict[str, str]) -> None:
    _, url = await begin(ada)
    assert (await put(ada, url, VIDEO, **headers)).status_code == 400
    assert tiktok.seen() == []


async def test_an_upload_address_is_open_for_an_hour_and_cannot_be_guessed(ada: Connected, clock: Clock) -> None:
    _, url = await begin(ada)
    assert (await put(ada, url[:-1] + "x", VIDEO)).status_code == 404
    assert (await put(ada, "https://open-upload.tiktokapis.com/video/?upload_id=1&upload_token=2", VIDEO)).status_code == 404
    clock.turn(3601)
    assert (await put(ada, url, VIDEO)).status_code == 403


async def test_a_video_may_be_pulled_instead(ada: Connected, tiktok: TikTokSandbox, web: Web, clock: Clock) -> None:
    web.put("https://cdn.example/film.mp4", VIDEO, "video/mp4")
    good = {"post_info": INFO, "source_info": {"source": "PULL_FROM_URL", "video_url": "https://cdn.example/film.mp4"}}
    bad = {"post_info": INFO, "source_info": {"source": "PULL_FROM_URL", "video_url": "https://cdn.example/none.mp4"}}
    data = (await ada.call(INIT, good)).json()["data"]
    assert data["publish_id"].startswith("v_pub_url~v2.")
    assert "upload_url" not in data
    assert len(tiktok.seen()) == 1
    lost = (await ada.call(INIT, bad)).json()["data"]["publish_id"]
    assert (await status(ada, lost))["status"] == "PROCESSING_DOWNLOAD"
    clock.turn(10)
    assert (await status(ada, lost))["fail_reason"] == "video_pull_failed"


async def test_what_is_no_video_fails_after_processing(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    publish_id, url = await begin(ada)
    assert (await put(ada, url, b"x" * len(VIDEO))).status_code == 201
    assert (await status(ada, publish_id))["status"] == "PROCESSING_UPLOAD"
    clock.turn(10)
    found = await status(ada, publish_id)
    assert (found["status"], found["fail_reason"]) == ("FAILED", "file_format_check_failed")
    assert tiktok.seen() == []


# Afterwards.


async def test_the_public_id_comes_after_moderation_and_only_for_public_posts(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    tiktok.moderation_seconds = 600
    publish_id, url = await begin(ada)
    await put(ada, url, VIDEO)
    secret = (await ada.call(INIT, video({"privacy_level": "SELF_ONLY"}))).json()["data"]
    await put(ada, secret["upload_url"], VIDEO)
    clock.turn(10)
    complete = {"status": "PUBLISH_COMPLETE", "uploaded_bytes": len(VIDEO)}
    assert await status(ada, publish_id) == complete
    post = next(seen for seen in tiktok.seen() if seen.extra["publish_id"] == publish_id)
    page = f"https://www.tiktok.com/@ada/video/{post.id}"
    assert (await ada.http.get(page)).status_code == 404
    clock.turn(600)
    assert await status(ada, publish_id) == complete | {"publicaly_available_post_id": [int(post.id)]}
    assert (await ada.http.get(page)).status_code == 200
    assert await status(ada, secret["publish_id"]) == complete


async def test_a_publish_id_belongs_to_its_account(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    publish_id, _ = await begin(ada)
    eve = Connected("eve", tiktok, clock)
    assert await eve.refusal(STATUS, {"publish_id": publish_id}) == (403, "token_not_authorized_for_specified_publish_id")
    assert await ada.refusal(STATUS, {"publish_id": "v_pub_file~v2.1"}) == (400, "invalid_publish_id")
    assert await ada.refusal(STATUS, {}) == (400, "invalid_params")


async def test_public_videos_are_listed_newest_first_page_by_page(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    tiktok.lift_quotas()
    for number in range(5):
        await ada.publish(draft(f"film {number}"))
        clock.turn(1)
    await ada.publish(draft("secret", privacyLevel="SELF_ONLY"))
    first = (await ada.call(f"{LIST}?fields=id,video_description,create_time", {"max_count": 3})).json()["data"]
    assert [v["video_description"] for v in first["videos"]] == ["film 4", "film 3", "film 2"]
    assert first["has_more"] is True
    rest = (await ada.call(f"{LIST}?fields=id,video_description", {"max_count": 3, "cursor": first["cursor"]})).json()["data"]
    assert [v["video_description"] for v in rest["videos"]] == ["film 1", "film 0"]
    assert rest["has_more"] is False
    for wrong in ({"max_count": 21}, {"max_count": 0}, {"page": 1}):
        assert await ada.refusal(f"{LIST}?fields=id", wrong) == (400, "invalid_params")
    assert await ada.refusal(LIST, {}) == (400, "invalid_params")


async def test_videos_are_found_by_id_but_only_own_public_ones(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    published = await ada.publish(draft("film"))
    eve = Connected("eve", tiktok, clock)
    body = {"filters": {"video_ids": [published.id]}}
    [found] = (await ada.call(f"{QUERY}?fields=id,share_url,like_count", body)).json()["data"]["videos"]
    assert found["id"] == published.id
    assert found["share_url"].startswith(f"{published.url}?")
    assert (await eve.call(f"{QUERY}?fields=id", body)).json()["data"]["videos"] == []
    assert await ada.refusal(f"{QUERY}?fields=id", {"filters": {"video_ids": ["1"] * 21}}) == (400, "invalid_params")


async def test_the_inbox_takes_five_drafts_a_day(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    for _ in range(5):
        data = (await ada.call(INBOX, {"source_info": SOURCE})).json()["data"]
        assert data["publish_id"].startswith("v_inbox_file~v2.")
        await put(ada, data["upload_url"], VIDEO)
    assert await ada.refusal(INBOX, {"source_info": SOURCE}) == (403, "spam_risk_too_many_pending_share")
    clock.turn(61)
    assert await ada.refusal(INBOX, video()) == (400, "invalid_params")
    assert (await status(ada, data["publish_id"]))["status"] == "SEND_TO_USER_INBOX"
    tiktok.lift_quotas()
    assert (await ada.call(INBOX, {"source_info": SOURCE})).status_code == 200


async def test_an_app_without_audit_serves_five_accounts_a_day(tiktok: TikTokSandbox, clock: Clock) -> None:
    tiktok.option("audited", False)
    for number in range(5):
        await Connected(f"private_{number}", tiktok, clock).publish(draft("film", privacyLevel="SELF_ONLY"))
    sixth = Connected("private_6", tiktok, clock)
    assert await sixth.refusal(INIT, video({"privacy_level": "SELF_ONLY"})) == (403, "reached_active_user_cap")


async def test_pages_show_what_is_public_and_nothing_of_markup(ada: Connected, tiktok: TikTokSandbox, web: Web) -> None:
    url = web.put("https://cdn.example/a.jpg", picture())
    gallery = draft("<b>Look</b>", media(picture(), "image", "image/jpeg", url=url), name="A & B", brandOrganicToggle=True)
    published = await ada.publish(gallery)
    await ada.publish(draft("my secret", privacyLevel="SELF_ONLY"))
    assert published.url is not None
    page = (await ada.http.get(published.url)).text
    assert "<strong>A &amp; B</strong>\n\n&lt;b&gt;Look&lt;/b&gt;" in page
    assert "Promotional content" in page
    profile = (await ada.http.get("https://www.tiktok.com/@ada")).text
    assert "A &amp; B" in profile
    assert "my secret" not in profile
    assert (await ada.http.get("https://www.tiktok.com/@nobody")).status_code == 404
    assert (await ada.http.get("https://www.tiktok.com/elsewhere")).status_code == 404
    assert await ada.refusal("/v2/elsewhere/") == (404, "not_found")


# Consent.


def asked(**changes: str) -> dict[str, str]:
    return {
        "client_key": "sandbox-client",
        "response_type": "code",
        "scope": "user.info.basic,video.publish",
        "redirect_uri": "https://post.example/oauth/tiktok/callback",
        "state": "abc",
    } | changes


async def consent(ada: Connected, form: dict[str, str], **changes: str) -> dict[str, list[str]]:
    response = await ada.http.post("https://www.tiktok.com/v2/auth/authorize/", params=asked(**changes), data=form)
    return parse_qs(urlsplit(response.headers["location"]).query)


async def exchange(ada: Connected, **form: str) -> httpx2.Response:
    app = {"client_key": "sandbox-client", "client_secret": "sandbox-secret"}
    return await ada.http.post("https://open.tiktokapis.com/v2/oauth/token/", data=app | form)


async def test_consent_brings_a_code_with_its_scopes_and_tokens_that_rotate(ada: Connected) -> None:
    back = await consent(ada, {"login": "Bea", "decision": "allow", "scope-0": "on"})
    assert (back["state"], back["scopes"]) == (["abc"], ["user.info.basic"])
    assert set("*!") < set(back["code"][0])
    form = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": asked()["redirect_uri"]}
    tokens = (await exchange(ada, **form)).json()
    assert (tokens["token_type"], tokens["expires_in"], tokens["refresh_expires_in"]) == ("Bearer", 86_400, 31_536_000)
    assert tokens["scope"] == "user.info.basic"
    assert tokens["open_id"]
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    fresh = (await exchange(ada, **refresh)).json()
    assert fresh["refresh_token"] != tokens["refresh_token"]
    again = await exchange(ada, **refresh)
    assert (again.status_code, again.json()["error"]) == (200, "invalid_grant"), "a refusal may come with status 200"


async def test_the_user_may_say_no_and_the_app_must_be_known(ada: Connected) -> None:
    assert (await consent(ada, {"login": "bea", "decision": "deny"}))["error"] == ["access_denied"]
    for changes in ({"client_key": "other"}, {"scope": "everything"}, {"response_type": "token"}, {"state": ""}):
        assert (await ada.http.get("https://www.tiktok.com/v2/auth/authorize/", params=asked(**changes))).status_code == 400
    assert (await exchange(ada, grant_type="authorization_code", code="made up")).json()["error"] == "invalid_grant"
    wrong = {"client_key": "sandbox-client", "client_secret": "guess", "grant_type": "refresh_token", "refresh_token": "x"}
    answer = await ada.http.post("https://open.tiktokapis.com/v2/oauth/token/", data=wrong)
    assert answer.json()["error"] == "invalid_client"


async def test_revoking_ends_the_access(ada: Connected) -> None:
    form = {"client_key": "sandbox-client", "client_secret": "sandbox-secret", "token": ada.tokens["access_token"]}
    response = await ada.http.post("https://open.tiktokapis.com/v2/oauth/revoke/", data=form)
    assert (response.status_code, response.content) == (200, b"")
    assert await ada.refusal(CREATOR) == (401, "access_token_invalid")


async def test_music_may_be_wished_for_a_video_too(ada: Connected) -> None:
    assert (await ada.call(INIT, video({"auto_add_music": True}))).json()["error"]["code"] == "ok"
    assert (await ada.call(INIT, video({"auto_add_music": "yes"}))).json()["error"]["code"] == "invalid_params"
