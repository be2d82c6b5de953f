"""The simulated Meta refuses what Meta refuses: tokens, permissions, parameters, order, sizes, quotas; and keeps its accounts apart."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from typing import Any

import httpx2
import pytest
from PIL import Image

from socialclaw.networks import providers
from socialclaw.networks.meta.sandbox import base
from socialclaw.networks.meta.sandbox import words as say
from socialclaw.networks.meta.sandbox.files import mime_of
from socialclaw.providers import oauth2
from tests.media import files
from tests.networks.meta.conftest import GRAPH, INSTAGRAM, Play, error, play
from tests.networks.stage import APP, _picture

BACK = "https://post.example/oauth/facebook/callback"


# Tokens.


async def test_a_token_is_needed_and_must_be_one(page: Play) -> None:
    assert error(await page.http.get(f"{GRAPH}/me")) == (2500, 0)
    assert error(await page.say("GET", "me", token="made-up")) == (190, 0)
    assert error(await page.say("GET", "me", base=INSTAGRAM)) == (190, 0), "a token of Facebook does not open Instagram's host"


async def test_a_token_may_stand_in_the_header_the_query_or_the_form(page: Play) -> None:
    token = page.account.secrets["access_token"]
    assert (await page.http.get(f"{GRAPH}/me", params={"access_token": token})).json()["id"] == page.account.id
    assert (await page.http.get(f"{GRAPH}/me", headers={"authorization": f"OAuth {token}"})).is_success
    form = {"access_token": token, "message": "by form"}
    assert (await page.http.post(f"{GRAPH}/{page.account.id}/feed", data=form)).is_success
    assert (await page.http.post(f"https://graph.facebook.com/{page.account.id}/feed", data={**form, "message": "no version"})).is_success


async def test_a_proof_is_checked_where_it_is_given(page: Play) -> None:
    right = hmac.new(b"sandbox-secret", page.account.secrets["access_token"].encode(), hashlib.sha256).hexdigest()
    assert (await page.say("GET", "me", appsecret_proof=right)).is_success
    assert error(await page.say("GET", "me", appsecret_proof="0" * 64)) == (100, 0)


@pytest.mark.parametrize(("key", "url"), [("facebook", GRAPH), ("instagram", "https://api.instagram.com")])
async def test_a_code_works_once_for_its_app_and_its_callback(key: str, url: str) -> None:
    stage = await play(key)
    spec, back = stage.provider.connect, f"https://post.example/oauth/{key}/callback"
    assert isinstance(spec, oauth2.OAuth2)

    async def code() -> str:
        verifier = "v" * 43
        target = oauth2.authorize_url(spec, client_id=APP["client_id"], redirect_uri=back, state="s", verifier=verifier)
        return (await stage._browse(target, stage.network.credentials("ann"), until=back))["code"][0]

    async def ask(given: str, **changes: str) -> httpx2.Response:
        fields = {**APP, "grant_type": "authorization_code", "code": given, "redirect_uri": back, "code_verifier": "v" * 43, **changes}
        return await stage.http.post(spec.token_url, data=fields)

    first = await code()
    assert (await ask(first)).is_success
    assert not (await ask(first)).is_success
    assert not (await ask(await code(), client_secret="wrong")).is_success
    assert not (await ask(await code(), redirect_uri=f"{back}?x=1")).is_success
    if spec.pkce:
        assert not (await ask(await code(), code_verifier="w" * 43)).is_success


async def test_only_a_valid_token_can_be_lengthened(page: Play) -> None:
    url = f"{GRAPH}/oauth/access_token"
    asked = {**APP, "grant_type": "fb_exchange_token"}
    short = page.meta.admit("ann")["access_token"]
    long = (await page.http.get(url, params={**asked, "fb_exchange_token": short})).json()
    assert long["expires_in"] == 60 * 86_400
    page.ahead += 7200
    assert error(await page.http.get(url, params={**asked, "fb_exchange_token": short})) == (190, 463)
    assert error(await page.http.get(url, params={**asked, "client_secret": "x", "fb_exchange_token": short})) == (1, 0)
    assert (await page.say("GET", "me", token=long["access_token"])).is_success


async def test_a_page_token_of_a_short_one_ends_with_it(page: Play) -> None:
    token = page.meta.admit("ann")["access_token"]
    listed = await page.say("GET", "me/accounts", token=token, fields="access_token")
    own = listed.json()["data"][0]["access_token"]
    assert (await page.say("GET", "me", token=own)).is_success
    page.ahead += 7200
    assert error(await page.say("GET", "me", token=own)) == (190, 463)


async def test_withdrawing_the_app_ends_the_pages_tokens_too(page: Play) -> None:
    token = page.meta.admit("ann")["access_token"]
    own = (await page.say("GET", "me/accounts", token=token, fields="access_token")).json()["data"][0]["access_token"]
    assert (await page.say("DELETE", "me/permissions", token=token)).json() == {"success": True}
    assert error(await page.say("GET", "me", token=own)) == (190, 458)


async def test_scopes_are_asked_for_call_by_call(page: Play) -> None:
    token = page.meta.admit("zoe", scopes=["pages_show_list"])["access_token"]
    own = (await page.say("GET", "me/accounts", token=token, fields="id,access_token")).json()["data"][0]
    told = await page.say("POST", f"{own['id']}/feed", token=own["access_token"], message="x")
    assert error(told) == (10, 0)
    assert told.status_code == 403
    assert "pages_manage_posts" in told.json()["error"]["message"]


# Parameters and fields.


async def test_unknown_parameters_and_fields_are_refused(page: Play) -> None:
    assert error(await page.say("POST", f"{page.account.id}/feed", message="x", colour="red")) == (100, 0)
    told = await page.say("GET", page.account.id, fields="id,colour")
    assert "nonexisting field (colour) on node type (Page)" in told.json()["error"]["message"]
    assert error(await page.say("GET", page.account.id, fields="id{name")) == (2500, 0)
    assert error(await page.say("GET", f"{page.account.id}/published_posts", limit="many")) == (100, 0)
    assert error(await page.say("GET", "no/such/edge")) == (2500, 0)


def test_fields_are_read_as_a_tree() -> None:
    tree = say.fields_of("id,attachments{media_type,target{id}},reactions.summary(true).limit(0),shares")
    assert tree == {"id": {}, "attachments": {"media_type": {}, "target": {"id": {}}}, "reactions": {}, "shares": {}}


def test_files_are_told_apart_by_their_first_bytes() -> None:
    pictures = {mime: _picture(1, kind) for mime, kind in (("image/jpeg", "JPEG"), ("image/png", "PNG"), ("image/webp", "WEBP"))}
    assert {mime: mime_of(content) for mime, content in pictures.items()} == {mime: mime for mime in pictures}
    assert mime_of(b"") == mime_of(b"text") == ""


# Facebook.


async def test_only_the_pages_own_token_posts_as_the_page(page: Play, person: Play) -> None:
    [shop] = person.meta.people.pages_of(person.account.id)
    assert error(await person.say("POST", f"{shop['id']}/feed", message="x")) == (200, 0)
    bob = await page.connect("bob")
    assert error(await page.say("POST", f"{page.account.id}/feed", token=bob.secrets["access_token"], message="x")) == (200, 0)
    assert error(await page.say("POST", "123/feed", message="x")) == (100, 33)
    assert page.seen() == []


async def test_an_empty_post_is_refused(page: Play) -> None:
    assert error(await page.say("POST", f"{page.account.id}/feed", message=" ")) == (100, 0)


async def photo(stage: Play, content: bytes, **fields: str) -> httpx2.Response:
    return await stage.say("POST", f"{stage.account.id}/photos", files={"source": ("a.jpg", content, "image/jpeg")}, **fields)


async def test_photos_are_images_of_ten_megabytes_at_most(page: Play) -> None:
    assert error(await photo(page, b"no image")) == (324, 2069019)
    assert error(await photo(page, _picture(1, "WEBP"))) == (324, 2069019)
    assert error(await photo(page, _picture(1, "JPEG") + bytes(10 * 1024 * 1024))) == (1, 1366046)
    assert error(await page.say("POST", f"{page.account.id}/photos", url="https://media.example/none.jpg")) == (324, 2069019)
    assert error(await page.say("POST", f"{page.account.id}/photos")) == (100, 0)
    assert page.seen() == []


async def test_a_published_photo_is_a_post_and_cannot_be_attached_again(page: Play) -> None:
    made = (await photo(page, _picture(1, "JPEG"), caption="Look", alt_text_custom="a square")).json()
    [seen] = page.seen()
    assert (seen.id, seen.text, seen.media[0]["alt"]) == (made["post_id"], "Look", "a square")
    attached = json.dumps([{"media_fbid": made["id"]}])
    assert error(await page.say("POST", f"{page.account.id}/feed", attached_media=attached)) == (100, 1366051)


async def test_attached_photos_are_unpublished_ones_of_the_same_page_and_a_day(page: Play) -> None:
    own = (await photo(page, _picture(1, "JPEG"), published="false")).json()["id"]
    assert page.seen() == []
    bob = await page.connect("bob")
    stolen = {"attached_media[0]": json.dumps({"media_fbid": own})}
    assert error(await page.say("POST", f"{bob.id}/feed", token=bob.secrets["access_token"], **stolen)) == (100, 0)
    twice = {**stolen, "attached_media[1]": json.dumps({"media_fbid": own})}
    assert error(await page.say("POST", f"{page.account.id}/feed", **twice)) == (100, 1366051)
    page.ahead += 86_500
    assert error(await page.say("POST", f"{page.account.id}/feed", **stolen)) == (100, 0)


async def test_a_post_for_later_has_a_time_within_bounds_and_is_not_seen(page: Play) -> None:
    now = int(page.meta.clock())
    later = {"message": "x", "published": "false"}
    for wrong in (60, 40 * 86_400):
        assert error(await page.say("POST", f"{page.account.id}/feed", **later, scheduled_publish_time=str(now + wrong))) == (100, 0)
    assert (await page.say("POST", f"{page.account.id}/feed", **later, scheduled_publish_time=str(now + 3600))).is_success
    assert page.seen() == []


async def video(stage: Play, **fields: Any) -> httpx2.Response:
    chunk = fields.pop("chunk", None)
    files = {"video_file_chunk": ("c", chunk, "application/octet-stream")} if chunk is not None else None
    return await stage.say("POST", f"{stage.account.id}/videos", files=files, **fields)


async def test_a_video_upload_has_its_order(page: Play) -> None:
    assert error(await video(page, upload_phase="start", file_size="0")) == (382, 0)
    assert error(await video(page, upload_phase="nonsense")) == (100, 0)
    film = files.padded(files.film("mp4", seconds=1, sound=None), 4000)
    third = max(1024, -(-len(film) // 3))
    begun = (await video(page, upload_phase="start", file_size=str(len(film)))).json()
    assert (begun["start_offset"], begun["end_offset"]) == ("0", str(third))
    session = {"upload_session_id": begun["upload_session_id"]}
    assert error(await video(page, upload_phase="finish", **session)) == (6000, 1363030)
    wrong = await video(page, upload_phase="transfer", **session, start_offset="500", chunk=film[500:1000])
    assert error(wrong) == (6000, 1363037)
    assert wrong.json()["error"]["error_data"] == {"start_offset": "0", "end_offset": str(third)}
    assert error(await video(page, upload_phase="transfer", **session, start_offset="0", chunk=film + b"more")) == (6001, 1363031)
    for start in (0, third, 2 * third):
        last = await video(page, upload_phase="transfer", **session, start_offset=str(start), chunk=film[start : start + third])
    assert (last.json()["start_offset"], last.json()["end_offset"]) == (str(len(film)),) * 2
    status = (await page.say("GET", begun["video_id"], fields="status,post_id")).json()
    assert status["status"]["video_status"] == "uploading"
    assert "post_id" not in status
    assert (await video(page, upload_phase="finish", **session, description="Film")).json() == {"success": True}
    assert error(await video(page, upload_phase="finish", **session)) == (100, 33)
    assert (await page.say("GET", begun["video_id"], fields="status")).json()["status"]["video_status"] == "processing"
    assert (await page.say("GET", f"{page.account.id}/published_posts")).json()["data"] == []
    page.ahead += 5
    ready = (await page.say("GET", begun["video_id"], fields="status,post_id,published")).json()
    assert ready["status"]["publishing_phase"]["status"] == "complete"
    assert [seen.id for seen in page.seen()] == [f"{page.account.id}_{ready['post_id']}"]
    assert len((await page.say("GET", f"{page.account.id}/published_posts")).json()["data"]) == 1


async def test_what_is_no_video_is_refused_at_the_end_and_can_still_be_finished_never(page: Play) -> None:
    begun = (await video(page, upload_phase="start", file_size="100")).json()
    session = {"upload_session_id": begun["upload_session_id"]}
    await video(page, upload_phase="transfer", **session, start_offset="0", chunk=bytes(100))
    for _ in range(2):
        assert error(await video(page, upload_phase="finish", **session)) == (352, 0)
    assert page.seen() == []


async def test_figures_have_names_and_periods(page: Play) -> None:
    made = (await page.say("POST", f"{page.account.id}/feed", message="x")).json()["id"]
    assert error(await page.say("GET", f"{made}/insights", metric="post_impressions")) == (100, 0)
    assert error(await page.say("GET", f"{page.account.id}/insights", metric="page_media_view", period="hour")) == (100, 0)
    far = {"metric": "page_media_view", "since": "0", "until": str(94 * 86_400)}
    assert error(await page.say("GET", f"{page.account.id}/insights", **far)) == (100, 0)
    first = (await page.say("GET", f"{made}/insights", metric="post_media_view")).json()["data"][0]["values"][0]["value"]
    page.ahead += 5 * 3600
    later = (await page.say("GET", f"{made}/insights", metric="post_media_view")).json()["data"][0]["values"][0]["value"]
    assert later > first > 0


# Instagram.


async def container(stage: Play, base: str = GRAPH, **fields: str) -> httpx2.Response:
    return await stage.say("POST", f"{stage.account.id}/media", base=base, **fields)


async def made(stage: Play, **fields: str) -> str:
    answer = await container(stage, **fields)
    assert answer.is_success, answer.text
    return str(answer.json()["id"])


async def publish(stage: Play, creation_id: str) -> httpx2.Response:
    return await stage.say("POST", f"{stage.account.id}/media_publish", creation_id=creation_id)


async def test_containers_take_what_instagram_takes(linked: Play) -> None:
    image = linked.media("image", 0).url
    linked.files["https://media.example/wide.jpg"] = httpx2.Response(200, content=_jpeg(200, 100))
    linked.files["https://media.example/tall.jpg"] = httpx2.Response(200, content=_jpeg(100, 130))
    linked.files["https://media.example/heavy.jpg"] = httpx2.Response(200, content=_jpeg(100, 100) + bytes(8 * 1024 * 1024))
    refused = {
        (100, 0): [{"caption": "no file"}, {"image_url": image, "video_url": image}, {"image_url": image, "media_type": "VIDEO"}],
        (100, 2207023): [{"image_url": image, "media_type": "NONSENSE"}],
        (36004, 2207010): [{"image_url": image, "caption": "a" * 2201}],
        (36001, 2207005): [{"image_url": "https://media.example/picture.png"}],
        (36003, 2207009): [{"image_url": "https://media.example/wide.jpg"}, {"image_url": "https://media.example/tall.jpg"}],
        (36000, 2207004): [{"image_url": "https://media.example/heavy.jpg"}],
        (9004, 2207052): [{"image_url": "https://media.example/none.jpg"}, {"image_url": "ftp://media.example/a.jpg"}],
    }
    linked.files["https://media.example/picture.png"] = httpx2.Response(200, content=_picture(1, "PNG"))
    for expected, calls in refused.items():
        for fields in calls:
            assert error(await container(linked, **fields)) == expected, fields
    assert error(await container(linked, image_url=image, alt_text="a" * 1001)) == (100, 0)
    assert error(await container(linked, image_url=image, caption="#a " * 31)) == (100, 0)
    assert error(await container(linked, image_url=image, upload_type="resumable", media_type="REELS")) == (100, 0)


def _jpeg(width: int, height: int) -> bytes:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "JPEG")
    return file.getvalue()


async def test_a_container_is_published_once_when_it_is_ready_and_young(linked: Play) -> None:
    first = await made(linked, image_url=linked.media("image", 0).url)
    assert (await linked.say("GET", first, fields="status_code")).json()["status_code"] == "IN_PROGRESS"
    assert error(await publish(linked, first)) == (9007, 2207027)
    linked.ahead += 2
    assert (await linked.say("GET", first, fields="status_code")).json()["status_code"] == "FINISHED"
    assert (await publish(linked, first)).is_success
    assert (await linked.say("GET", first, fields="status_code")).json()["status_code"] == "PUBLISHED"
    assert error(await publish(linked, first)) == (24, 2207006)
    assert error(await publish(linked, "123")) == (24, 2207008)
    old = await made(linked, image_url=linked.media("image", 0).url)
    linked.ahead += 86_500
    assert (await linked.say("GET", old, fields="status_code")).json()["status_code"] == "EXPIRED"
    assert error(await publish(linked, old)) == (-2, 2207020)
    assert len(linked.seen()) == 1


async def test_a_carousel_has_two_to_ten_ready_items_of_the_account(linked: Play) -> None:
    url = linked.media("image", 0).url
    item = await made(linked, image_url=url, is_carousel_item="true")
    other = await made(linked, image_url=url, is_carousel_item="true")
    whole = await made(linked, image_url=url)
    album = {"media_type": "CAROUSEL"}
    assert error(await container(linked, **album, children=f"{item},{other}")) == (9007, 2207027)
    linked.ahead += 2
    assert error(await container(linked, **album, children=item)) == (100, 2207028)
    assert error(await container(linked, **album, children=f"{item},{item}")) == (100, 2207028)
    assert error(await container(linked, **album, children=",".join(str(n) for n in range(11)))) == (100, 2207028)
    assert error(await container(linked, **album, children=f"{item},{whole}")) == (24, 2207008)
    assert error(await publish(linked, item)) == (24, 2207008), "an item is not published by itself"
    bob = await linked.connect("bob")
    stolen = await linked.say("POST", f"{bob.id}/media", token=bob.secrets["access_token"], **album, children=f"{item},{other}")
    assert error(stolen) == (24, 2207008)
    assert (await container(linked, **album, children=json.dumps([item, other]))).is_success


async def test_nobody_acts_for_another_account(linked: Play) -> None:
    bob = await linked.connect("bob")
    url = linked.media("image", 0).url
    assert error(await linked.say("POST", f"{bob.id}/media", image_url=url)) == (100, 33)
    mine = await made(linked, image_url=url)
    assert error(await linked.say("GET", mine, token=bob.secrets["access_token"], fields="status_code")) == (100, 33)


async def test_quotas_of_a_day(linked: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socialclaw.networks.meta.sandbox.instagram.MOST_POSTS", 1)
    monkeypatch.setattr("socialclaw.networks.meta.sandbox.instagram.MOST_CONTAINERS", 3)
    url = linked.media("image", 0).url
    first, second, _ = [await made(linked, image_url=url) for _ in range(3)]
    assert error(await container(linked, image_url=url)) == (9, 2207042)
    linked.ahead += 2
    assert (await publish(linked, first)).is_success
    assert error(await publish(linked, second)) == (9, 2207042)
    limit = await linked.say("GET", f"{linked.account.id}/content_publishing_limit", fields="quota_usage,config")
    assert limit.json()["data"] == [{"quota_usage": 1, "config": {"quota_total": 1, "quota_duration": 86_400}}]
    linked.meta.lift_quotas()
    assert (await publish(linked, second)).is_success


async def test_calls_of_the_app_are_counted_and_end(page: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "CALLS_AN_HOUR", 10)
    page.meta.shelf.drop("usage", "app")
    answers = [await page.say("GET", "me") for _ in range(12)]
    assert json.loads(answers[4].headers["x-app-usage"])["call_count"] == 50
    assert error(answers[-1]) == (4, 0)
    assert "estimated_time_to_regain_access" in answers[-1].headers["x-business-use-case-usage"]
    page.ahead += 3601
    assert (await page.say("GET", "me")).is_success


# What browsers see.


async def test_pages_show_what_was_posted_and_nothing_that_could_run(page: Play) -> None:
    published = await page.publish(page.account, page.draft("<script>alert(1)</script> #tag", page.media("image", 0, alt="<b>")))
    shown = await page.http.get(f"https://www.facebook.com/{published.id}")
    assert "&lt;script&gt;" in shown.text
    assert "<script>" not in shown.text
    assert "Ann &amp; Co." in shown.text
    profile = await page.http.get(f"https://www.facebook.com/{page.account.id}")
    assert "#tag" in profile.text
    for gone in (f"https://www.facebook.com/{page.account.id}_1", "https://www.facebook.com/1", "https://www.instagram.com/p/aaaaaaaaaaa/"):
        assert (await page.http.get(gone)).status_code == 404


async def test_an_instagram_account_has_a_page_of_its_own(alone: Play) -> None:
    await alone.publish(alone.account, alone.draft("Look here", alone.media("image", 0)))
    shown = await alone.http.get("https://www.instagram.com/ann/")
    assert "Look here" in shown.text
    assert (await alone.http.get("https://www.instagram.com/nobody/")).status_code == 404


async def test_the_same_accounts_are_behind_both_log_ins() -> None:
    linked, other = providers()["instagram_business"], providers()["instagram"]
    assert linked.simulator is other.simulator
    stage = await play("instagram_business")
    token = stage.meta.admit("ann", flow=base.INSTAGRAM_FLOW)["access_token"]
    me = await stage.say("GET", "me", base=INSTAGRAM, token=token, fields="user_id,username")
    assert me.json()["user_id"] == stage.account.id


async def test_consent_may_be_denied_and_scopes_unticked(page: Play) -> None:
    spec = page.provider.connect
    assert isinstance(spec, oauth2.OAuth2)
    url = oauth2.authorize_url(spec, client_id=APP["client_id"], redirect_uri=BACK, state="s", verifier="v" * 43)
    denied = await page.http.post(url, data={"login": "ann", "decision": "deny", "scope-0": "on"})
    assert "error=access_denied" in denied.headers["location"]
    wrong = url.replace("pages_show_list", "everything")
    assert (await page.http.get(wrong)).status_code == 400
    given = await page.http.post(url, data={"login": "zoe", "decision": "allow", "scope-0": "on"})
    code = httpx2.URL(given.headers["location"]).params["code"]
    fields = {**APP, "code": code, "redirect_uri": BACK, "code_verifier": "v" * 43}
    token = (await page.http.post(f"{GRAPH}/oauth/access_token", data=fields)).json()["access_token"]
    granted = await page.say("GET", "me/permissions", token=token)
    assert granted.json()["data"] == [{"permission": spec.scopes[0], "status": "granted"}]


async def test_figures_show_the_fields_that_are_asked_for(page: Play) -> None:
    asked = {"metric": "page_follows", "period": "day"}
    whole = (await page.say("GET", f"{page.account.id}/insights", **asked)).json()["data"][0]
    assert {"name", "values", "title", "description"} <= set(whole)
    some = (await page.say("GET", f"{page.account.id}/insights", **asked, fields="name,values")).json()["data"][0]
    assert set(some) == {"name", "values", "id"}
    assert error(await page.say("GET", f"{page.account.id}/insights", **asked, fields="colour")) == (100, 0)


async def test_a_page_has_fans_and_its_posts_have_likes(page: Play) -> None:
    assert (await page.say("GET", page.account.id, fields="fan_count")).json()["fan_count"] >= 100
    made = (await page.say("POST", f"{page.account.id}/feed", message="hello")).json()["id"]
    assert "total_count" in (await page.say("GET", made, fields="likes.summary(true)")).json()["likes"]["summary"]


async def test_what_is_gone_is_told_in_words_of_what_was_tried(page: Play) -> None:
    made = (await page.say("POST", f"{page.account.id}/feed", message="hello")).json()["id"]
    assert (await page.say("DELETE", made)).is_success
    again = await page.say("DELETE", made)
    assert again.json()["error"]["message"].startswith("Unsupported delete request. Object with ID")


@pytest.mark.parametrize(("version", "answered"), [("v26.0", "v26.0"), ("v25.0", "v25.0"), ("v12.0", "v21.0"), ("v99.0", None)])
async def test_an_answer_names_its_version_and_there_is_none_of_the_future(page: Play, version: str, answered: str | None) -> None:
    token = page.account.secrets["access_token"]
    answer = await page.http.get(f"https://graph.facebook.com/{version}/me", params={"access_token": token})
    assert answer.headers.get("facebook-api-version") == answered
    assert answer.is_success is (answered is not None)


async def test_a_story_is_upright_has_no_caption_and_is_no_post_of_the_feed(linked: Play) -> None:
    url = linked.media("image", 0).url
    tall = io.BytesIO()
    Image.new("RGB", (108, 192), "teal").save(tall, "JPEG")
    linked.files[url] = httpx2.Response(200, content=tall.getvalue(), headers={"content-type": "image/jpeg"})
    assert error(await container(linked, image_url=url)) == (36003, 2207009), "too upright for the feed"
    waiting = await made(linked, image_url=url, media_type="STORIES", caption="unseen")
    linked.ahead += 5
    story = (await publish(linked, waiting)).json()["id"]
    told = (await linked.say("GET", story, fields="media_product_type,permalink,caption")).json()
    assert (told["media_product_type"], "caption" in told) == ("STORY", False)
    assert told["permalink"].endswith(f"/{story}/")
    assert (await linked.say("GET", f"{linked.account.id}/media")).json()["data"] == []
    assert [entry["id"] for entry in (await linked.say("GET", f"{linked.account.id}/stories")).json()["data"]] == [story]
    linked.ahead += 86_400
    assert (await linked.say("GET", f"{linked.account.id}/stories")).json()["data"] == []
