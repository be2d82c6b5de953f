"""The simulated LinkedIn refuses what LinkedIn refuses, in its words: headers, addresses, bodies, scopes, roles, files, repetitions."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from socialclaw.providers.draft import Account
from tests.media.files import playable
from tests.networks.linkedin.conftest import HEADERS, Scene, post
from tests.networks.stage import APP

SITE = "https://www.linkedin.com"
BACK = "https://post.example/oauth/linkedin/callback"
MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"linkedin-version": None}, 400, "VERSION_MISSING"),
        ({"linkedin-version": "202409"}, 426, "NONEXISTENT_VERSION"),
        ({"linkedin-version": "2026"}, 426, "NONEXISTENT_VERSION"),
        ({"x-restli-protocol-version": None}, 400, "ILLEGAL_ARGUMENT"),
        ({"x-restli-protocol-version": "1.0.0"}, 400, "ILLEGAL_ARGUMENT"),
        ({"authorization": None}, 401, "EMPTY_ACCESS_TOKEN"),
        ({"authorization": "Bearer nonsense"}, 401, "INVALID_ACCESS_TOKEN"),
        ({"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_the_headers_must_be_right(members: Scene, ann: Account, headers: dict[str, Any], status: int, code: str) -> None:
    assert await members.refusal(ann, "POST", "/rest/posts", json=post(ann), headers=headers) == (status, code)
    assert members.seen() == []


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


async def test_a_body_must_be_exactly_a_post(members: Scene, ann: Account) -> None:
    fine = post(ann)
    wrong = [
        *((without(fine, name), "MISSING_FIELD") for name in ("author", "commentary", "visibility", "distribution", "lifecycleState")),
        ({**fine, "colour": "red"}, "UNPERMITTED_FIELD"),
        ({**fine, "distribution": {**fine["distribution"], "colour": "red"}}, "UNPERMITTED_FIELD"),
        ({**fine, "lifecycleState": "DRAFT"}, "INVALID_VALUE_FOR_FIELD"),
        ({**fine, "visibility": "ALL"}, "INVALID_VALUE_FOR_FIELD"),
        ({**fine, "author": ann.id}, "INVALID_VALUE_FOR_FIELD"),
        ({**fine, "commentary": 5}, "INVALID_VALUE_FOR_FIELD"),
        ({**fine, "commentary": "x" * 3001}, "FIELD_LENGTH_TOO_LONG"),
        ({**fine, "commentary": ""}, "INVALID_VALUE_FOR_FIELD"),
        ({**fine, "content": {"media": {"id": "urn:li:image:C4E5"}}}, "INVALID_VALUE_FOR_FIELD"),
        ({**fine, "content": {"multiImage": {"images": [{"id": "urn:li:image:C4E5"}]}}}, "INVALID_VALUE_FOR_FIELD"),
        ({**fine, "content": {"media": {"id": "urn:li:image:C4E5", "altText": "x" * 4087}}}, "FIELD_LENGTH_TOO_LONG"),
    ]
    for body, code in wrong:
        assert await members.refusal(ann, "POST", "/rest/posts", json=body) == (400, code), body
    assert members.seen() == []


async def test_an_escaped_text_is_counted_as_it_is_shown(members: Scene, ann: Account) -> None:
    answer = await members.raw(ann, "POST", "/rest/posts", json=post(ann, "\\(" * 3000))
    assert answer.status_code == 201
    assert answer.headers["x-restli-id"] == members.seen()[0].id
    assert not answer.content


async def test_nobody_posts_for_another(members: Scene, ann: Account) -> None:
    bob = await members.connect("bob")
    page = Account("12345678", "linkedin:page:12345678", "linkedin_page")
    for author in (bob, page):
        assert await members.refusal(ann, "POST", "/rest/posts", json=post(author)) == (403, "ACCESS_DENIED")
    mine = (await members.raw(ann, "POST", "/rest/posts", json=post(ann))).headers["x-restli-id"]
    path = f"/rest/posts/{mine.replace(':', '%3A')}"
    assert await members.refusal(bob, "DELETE", path) == (403, "ACCESS_DENIED")
    assert await members.refusal(ann, "GET", path) == (403, "ACCESS_DENIED"), "members' posts cannot be read, not even one's own"
    assert await members.refusal(ann, "GET", f"/rest/posts?q=author&author=urn%3Ali%3Aperson%3A{ann.id}") == (403, "ACCESS_DENIED")
    assert len(members.seen()) == 1


async def test_urns_are_encoded_and_lists_are_not(pages: Scene, company: Account) -> None:
    made = (await pages.raw(company, "POST", "/rest/posts", json=post(company))).headers["x-restli-id"]
    assert await pages.refusal(company, "GET", f"/rest/posts/{made}") == (400, "ILLEGAL_ARGUMENT")
    assert (await pages.raw(company, "GET", f"/rest/posts/{made.replace(':', '%3A')}")).json()["id"] == made
    assert await pages.refusal(company, "GET", f"/rest/organizationsLookup?ids=List%28{company.id}%29") == (400, "ILLEGAL_ARGUMENT")
    assert await pages.refusal(company, "GET", "/rest/posts?q=author") == (400, "PARAM_MISSING")
    assert await pages.refusal(company, "GET", "/rest/posts?q=author&author=urn%3Ali%3Aimage%3A5") == (400, "INVALID_URN_TYPE")
    assert await pages.refusal(company, "GET", "/rest/organizationAcls?q=roleAssignee&colour=red") == (400, "QUERY_PARAM_NOT_ALLOWED")
    assert await pages.refusal(company, "GET", "/rest/organizationAcls?q=roleAssignee&count=101") == (400, "ILLEGAL_ARGUMENT")


async def test_a_repetition_is_refused_by_the_name_of_the_original_for_a_day(members: Scene, ann: Account) -> None:
    made = (await members.raw(ann, "POST", "/rest/posts", json=post(ann))).headers["x-restli-id"]
    again = await members.raw(ann, "POST", "/rest/posts", json=post(ann))
    assert (again.status_code, again.json()["message"]) == (422, f"Content is a duplicate of {made}")
    members.ahead += 86_401
    assert (await members.raw(ann, "POST", "/rest/posts", json=post(ann))).status_code == 201


async def test_a_deletion_again_is_a_success(members: Scene, ann: Account) -> None:
    made = (await members.raw(ann, "POST", "/rest/posts", json=post(ann))).headers["x-restli-id"].replace(":", "%3A")
    assert [(await members.raw(ann, "DELETE", f"/rest/posts/{made}")).status_code for _ in range(2)] == [204, 204]
    assert members.seen() == []


async def test_the_days_calls_of_a_member_come_to_an_end_at_midnight(members: Scene, ann: Account) -> None:
    codes = [(await members.raw(ann, "POST", "/rest/posts", json=post(ann, f"Post {n}"))).status_code for n in range(151)]
    assert codes.count(201) == 150
    assert codes[-1] == 429
    members.ahead += 86_400
    assert (await members.raw(ann, "POST", "/rest/posts", json=post(ann, "Tomorrow"))).status_code == 201
    members.network.lift_quotas()
    codes = [(await members.raw(ann, "POST", "/rest/posts", json=post(ann, f"More {n}"))).status_code for n in range(151)]
    assert set(codes) == {201}


# Files.


async def begin(scene: Scene, account: Account, kind: str, owner: str = "", **more: Any) -> Any:
    asked = {"initializeUploadRequest": {"owner": owner or post(account)["author"], **more}}
    return (await scene.raw(account, "POST", f"/rest/{kind}s?action=initializeUpload", json=asked)).json()


async def test_an_image_is_there_when_it_is_processed_and_only_for_its_owner(pages: Scene, company: Account) -> None:
    value = (await begin(pages, company, "image"))["value"]
    status = f"/rest/images/{value['image'].replace(':', '%3A')}"
    body = post(company, content={"media": {"id": value["image"]}})
    assert (await pages.raw(company, "GET", status)).json()["status"] == "WAITING_UPLOAD"
    assert await pages.refusal(company, "POST", "/rest/posts", json=body) == (400, "INVALID_VALUE_FOR_FIELD")
    content = pages.files[pages.media("image", 1).url].content
    other = await pages.connect("bob")
    assert (await pages.raw(other, "PUT", value["uploadUrl"], content=content)).status_code == 403
    plain = await pages.raw(company, "PUT", value["uploadUrl"], content=content, headers={"authorization": None})
    assert plain.status_code == 201, "its address alone opens it"
    assert (await pages.raw(company, "GET", status)).json()["status"] == "PROCESSING"
    early = await pages.raw(company, "POST", "/rest/posts", json=body)
    assert (early.status_code, early.json()["message"]) == (403, "Accessing this image resource is forbidden")
    pages.ahead += 3
    assert (await pages.raw(company, "GET", status)).json()["status"] == "AVAILABLE"
    assert await pages.refusal(other, "GET", status) == (403, "ACCESS_DENIED")
    theirs = post(other, content={"media": {"id": value["image"]}})
    assert await pages.refusal(other, "POST", "/rest/posts", json=theirs) == (403, "ACCESS_DENIED"), "the owner must be the author"
    assert (await pages.raw(company, "POST", "/rest/posts", json=body)).status_code == 201


async def test_what_is_no_picture_fails(pages: Scene, company: Account) -> None:
    value = (await begin(pages, company, "image"))["value"]
    assert (await pages.raw(company, "PUT", value["uploadUrl"], content=b"GIF89 no")).status_code == 201
    pages.ahead += 3
    told = (await pages.raw(company, "GET", f"/rest/images/{value['image'].replace(':', '%3A')}")).json()
    assert (told["status"], bool(told["processingFailureReason"])) == ("PROCESSING_FAILED", True)


async def test_a_member_may_not_look_at_a_file(members: Scene, ann: Account) -> None:
    value = (await begin(members, ann, "image"))["value"]
    assert await members.refusal(ann, "GET", f"/rest/images/{value['image'].replace(':', '%3A')}") == (403, "ACCESS_DENIED")
    stranger = await begin(members, ann, "image", "urn:li:person:other")
    assert stranger["code"] == "ACCESS_DENIED"


async def test_a_video_is_put_together_from_its_parts_by_their_etags(pages: Scene, company: Account) -> None:
    content = playable(size=5 * MIB)
    value = (await begin(pages, company, "video", fileSizeBytes=len(content)))["value"]
    spans = [(part["firstByte"], part["lastByte"]) for part in value["uploadInstructions"]]
    assert spans == [(0, 4 * MIB - 1), (4 * MIB, len(content) - 1)]
    headers = {"content-type": "application/octet-stream", "authorization": None}
    urls = [part["uploadUrl"] for part in value["uploadInstructions"]]
    assert (await pages.raw(company, "PUT", urls[0], content=content[:100], headers=headers)).status_code == 400
    assert (await pages.raw(company, "PUT", urls[0] + "x", content=content[: 4 * MIB], headers=headers)).status_code == 404
    etags = []
    for url, (first, last) in zip(urls, spans, strict=True):
        stored = await pages.raw(company, "PUT", url, content=content[first : last + 1], headers=headers)
        etags.append(stored.headers["etag"])

    async def finish(parts: list[str]) -> httpx2.Response:
        asked = {"finalizeUploadRequest": {"video": value["video"], "uploadToken": value["uploadToken"], "uploadedPartIds": parts}}
        return await pages.raw(company, "POST", "/rest/videos?action=finalizeUpload", json=asked)

    for wrong in (etags[::-1], etags[:1], [*etags, "more"]):
        assert (await finish(wrong)).status_code == 400
    assert [(await finish(etags)).status_code for _ in range(2)] == [200, 200]
    pages.ahead += 20
    made = await pages.raw(company, "POST", "/rest/posts", json=post(company, content={"media": {"id": value["video"]}}))
    assert made.headers["x-restli-id"].startswith("urn:li:ugcPost:")
    assert [m["size"] for seen in pages.seen() for m in seen.media] == [len(content)]


async def test_leave_to_upload_ends(pages: Scene, company: Account) -> None:
    value = (await begin(pages, company, "image"))["value"]
    pages.ahead += 86_401
    assert (await pages.raw(company, "PUT", value["uploadUrl"], content=b"x")).status_code == 403


# Consent and tokens.


async def test_whoever_declines_is_sent_back_with_linkedins_word_for_it(members: Scene) -> None:
    query = {"response_type": "code", "client_id": APP["client_id"], "redirect_uri": BACK, "scope": "openid profile", "state": "s"}
    answer = await members.http.post(f"{SITE}/oauth/v2/authorization", params=query, data={"decision": "deny", "login": "ann"})
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (back["error"], back["state"]) == (["user_cancelled_authorize"], ["s"])
    closed = await members.http.get(f"{SITE}/oauth/v2/authorization", params={**query, "scope": "r_member_social"})
    assert closed.status_code == 400


async def ask(scene: Scene, path: str, **form: str) -> httpx2.Response:
    return await scene.http.post(f"{SITE}/oauth/v2/{path}", data={**APP, **form})


async def test_a_refresh_token_stays_and_ends_a_year_after_the_consent(pages: Scene) -> None:
    granted = pages.linkedin.admit("ann")
    pages.ahead += 300 * 86_400
    renewed = (await ask(pages, "accessToken", grant_type="refresh_token", refresh_token=granted["refresh_token"])).json()
    assert renewed["refresh_token"] == granted["refresh_token"]
    assert renewed["refresh_token_expires_in"] == pytest.approx(65 * 86_400, abs=5)
    assert renewed["expires_in"] == 60 * 86_400
    pages.ahead += 66 * 86_400
    ended = await ask(pages, "accessToken", grant_type="refresh_token", refresh_token=granted["refresh_token"])
    assert (ended.status_code, ended.json()["error"]) == (400, "invalid_grant")


async def test_a_token_can_be_looked_into_and_withdrawn(members: Scene, ann: Account) -> None:
    token = ann.secrets["access_token"]
    told = (await ask(members, "introspectToken", token=token)).json()
    assert (told["active"], told["status"], set(told["scope"].split(","))) == (True, "active", {"openid", "profile", "w_member_social"})
    assert (await ask(members, "revoke", token=token)).status_code == 200
    assert (await ask(members, "introspectToken", token=token)).json()["status"] == "revoked"
    refused = await members.http.get("https://api.linkedin.com/v2/userinfo", headers={"authorization": f"Bearer {token}", **HEADERS})
    assert (refused.status_code, refused.json()["serviceErrorCode"]) == (401, 65601)
    wrong = await members.http.post(f"{SITE}/oauth/v2/introspectToken", data={**APP, "client_secret": "x", "token": token})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


# What browsers see.


async def test_the_public_pages(pages: Scene, company: Account) -> None:
    published = await pages.publish(company, pages.draft("<b>Hello</b>", pages.media("image", 1, alt="A & B")))
    assert published.url is not None
    shown = await pages.http.get(published.url)
    assert shown.status_code == 200
    assert "&lt;b&gt;Hello&lt;/b&gt;" in shown.text
    assert "A &amp; B" in shown.text
    home = shown.text.partition('<a href="')[2].partition('"')[0]
    author = await pages.http.get(httpx2.URL(published.url).join(home))
    assert author.status_code == 200
    assert "Ann &amp; Co." in author.text
    back = author.text.partition('<p class=muted><a href="')[2].partition('"')[0]
    assert (await pages.http.get(author.url.join(back))).text == shown.text
    assert (await pages.http.get(f"{SITE}/feed/update/urn:li:share:1/")).status_code == 404
    assert json.dumps(pages.linkedin.called(company.id)) == '"Ann & Co."'
