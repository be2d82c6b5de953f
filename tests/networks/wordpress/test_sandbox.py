"""The simulated WordPress.com says no where the real one does, in its words, and keeps posts as that does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.networks.wordpress.sandbox.html import read, stripped
from socialclaw.providers.draft import Account
from tests.networks.wordpress.conftest import Scene

TOKEN = "https://public-api.wordpress.com/oauth2/token"
APP = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}


async def post(scene: Scene, site: Account, *, version: str = "1.2", **body: Any) -> httpx2.Response:
    return await scene.raw(site, "POST", f"/v{version}/sites/{site.id}/posts/new", json=body)


# Tokens.


async def test_a_token_has_no_end_and_no_successor(scene: Scene) -> None:
    tokens = await scene.consent("ann")
    assert (tokens.refresh, tokens.expires_in, tokens.scopes) == (None, None, ("global",))
    assert tokens.raw["blog_id"] == "0"
    scene.ahead += 10 * 365 * 86_400
    headers = {"authorization": f"Bearer {tokens.access}"}
    assert (await scene.http.get("https://public-api.wordpress.com/rest/v1.1/me", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({**APP, "grant_type": "authorization_code", "code": "x", "redirect_uri": "https://e.org"}, "invalid_grant"),
        ({**APP, "grant_type": "refresh_token", "refresh_token": "x"}, "invalid_request"),
        ({**APP, "client_secret": "wrong", "grant_type": "authorization_code"}, "invalid_client"),
        ({**APP, "grant_type": "password"}, "unsupported_grant_type"),
    ],
)
async def test_the_token_endpoint_refuses(scene: Scene, form: dict[str, str], error: str) -> None:
    answer = await scene.http.post(TOKEN, data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_token_info_tells_whose_a_token_is(scene: Scene, site: Account) -> None:
    url = "https://public-api.wordpress.com/oauth2/token-info"
    params = {"client_id": "sandbox-client", "token": site.secrets["access_token"]}
    assert (await scene.http.get(url, params=params)).json()["scope"] == "global"
    wrong = await scene.http.get(url, params={**params, "token": "x"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_token")


@pytest.mark.parametrize(
    ("headers", "status", "word"),
    [({}, 403, "authorization_required"), ({"authorization": "Bearer x"}, 400, "invalid_token")],
)
async def test_without_a_token_nothing_is_told(scene: Scene, headers: dict[str, str], status: int, word: str) -> None:
    answer = await scene.http.get("https://public-api.wordpress.com/rest/v1.1/me", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, word)


async def test_a_token_opens_what_its_scopes_say(scene: Scene, site: Account) -> None:
    token = scene.wordpress.admit("ann", scopes=["posts"])["access_token"]
    narrow = Account(site.id, site.handle, site.type, {"access_token": token})
    assert (await post(scene, narrow, content="x")).status_code == 200
    answer = await scene.raw(narrow, "GET", f"/v1.1/sites/{site.id}/stats/post/1")
    assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized")


# Posts.


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({}, 400, "invalid_input"),
        ({"title": "", "content": ""}, 400, "invalid_input"),
        ({"content": "x", "colour": "red"}, 400, "invalid_input"),
        ({"content": "x", "status": "trash"}, 400, "invalid_input"),
        ({"content": "x", "date": "soon"}, 400, "invalid_input"),
        ({"content": 5}, 400, "invalid_input"),
        ({"content": "x", "publicize": "perhaps"}, 400, "invalid_input"),
        ({"content": "x", "type": "product"}, 404, "unknown_post_type"),
    ],
)
async def test_a_post_that_is_refused(scene: Scene, site: Account, body: dict[str, Any], status: int, word: str) -> None:
    answer = await post(scene, site, **body)
    assert (answer.status_code, answer.json()["error"]) == (status, word)
    assert scene.seen() == []


async def test_a_form_does_as_well_as_json(scene: Scene, site: Account) -> None:
    url = f"/v1.2/sites/{site.id}/posts/new"
    assert (await scene.raw(site, "POST", url, data={"title": "Soup", "content": "hot"})).json()["title"] == "Soup"
    assert (await scene.raw(site, "POST", url, content=b"{", headers={"content-type": "application/json"})).status_code == 400
    assert (await scene.raw(site, "POST", url, content=b"x", headers={"content-type": "text/plain"})).status_code == 400


@pytest.mark.parametrize(
    ("site_id", "status", "word"), [("5", 404, "unknown_blog"), ("example.org", 404, "unknown_blog"), ("bobs", 403, "unauthorized")]
)
async def test_a_site_of_others_or_none(scene: Scene, site: Account, site_id: str, status: int, word: str) -> None:
    bobs = (await scene.connect("bob")).id
    answer = await scene.raw(site, "POST", f"/v1.2/sites/{bobs if site_id == 'bobs' else site_id}/posts/new", json={"content": "x"})
    assert (answer.status_code, answer.json()["error"]) == (status, word)


async def test_v1_2_knows_its_own_published_posts_and_v1_1_does_not(scene: Scene, site: Account) -> None:
    date = datetime.now(UTC).isoformat()
    body = {"title": "Soup", "content": "<p>hot</p>", "date": date}
    first, again = [(await post(scene, site, **body)).json()["ID"] for _ in range(2)]
    assert first == again
    older = (await post(scene, site, version="1.1", **body)).json()["ID"]
    assert older != first
    for other in ({"title": "Bread"}, {"content": "<p>cold</p>"}, {"type": "page"}, {"date": "2026-01-01T00:00:00Z"}):
        assert (await post(scene, site, **{**body, **other})).json()["ID"] not in (first, older)


@pytest.mark.parametrize("status", ["draft", "pending", "private"])
async def test_v1_2_does_not_know_its_other_posts(scene: Scene, site: Account, status: str) -> None:
    body = {"content": "<p>hot</p>", "date": datetime.now(UTC).isoformat(), "status": status}
    first, again = [(await post(scene, site, **body)).json()["ID"] for _ in range(2)]
    assert first != again


async def test_a_date_to_come_makes_a_post_wait(scene: Scene, site: Account) -> None:
    soon, later = (datetime.fromtimestamp(scene.network.clock() + seconds, UTC).isoformat() for seconds in (30, 300))
    assert (await post(scene, site, content="x", date=soon)).json()["status"] == "publish"
    assert (await post(scene, site, content="y", date=later)).json()["status"] == "future"


async def test_who_may_not_publish_gets_a_pending_post_without_a_word(scene: Scene, voice: Account) -> None:
    answer = await post(scene, voice, content="x", status="publish")
    assert (answer.status_code, answer.json()["status"]) == (200, "pending")
    assert scene.seen() == []
    assert (await scene.http.get(answer.json()["URL"])).status_code == 404


async def test_the_second_delete_is_for_good(scene: Scene, site: Account) -> None:
    number = (await post(scene, site, content="x")).json()["ID"]
    path = f"/v1.1/sites/{site.id}/posts/{number}"
    assert [(await scene.raw(site, "POST", f"{path}/delete")).json()["status"] for _ in range(2)] == ["trash", "deleted"]
    gone = await scene.raw(site, "POST", f"{path}/delete")
    assert (gone.status_code, gone.json()) == (404, {"error": "unknown_post", "message": "Unknown post"})
    assert (await scene.raw(site, "GET", path)).status_code == 404


async def test_what_is_listed(scene: Scene, site: Account) -> None:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    dates = [(start + timedelta(seconds=number)).isoformat() for number in range(3)]
    numbers = [
        (await post(scene, site, content=f"<p>{number}</p>", date=dates[number], status=status)).json()["ID"]
        for number, status in enumerate(("publish", "draft", "publish"))
    ]
    path = f"/v1.1/sites/{site.id}/posts/"

    async def listed(**params: str) -> list[int]:
        return [found["ID"] for found in (await scene.raw(site, "GET", path, params=params)).json()["posts"]]

    assert await listed() == [numbers[2], numbers[0]]
    assert await listed(status="any", order="ASC") == numbers
    assert await listed(status="any", order="ASC", after=dates[0]) == numbers[1:]
    assert await listed(status="any", order="ASC", after=dates[0], before=dates[2]) == numbers[:2]
    assert await listed(status="any", number="1", page="2") == [numbers[1]]
    assert await listed(type="page") == []
    for wrong in ({"number": "101"}, {"page": "x"}, {"order": "UP"}, {"colour": "red"}, {"after": "soon"}):
        assert (await scene.raw(site, "GET", path, params=wrong)).status_code == 400


async def test_an_envelope_holds_the_status(scene: Scene, site: Account) -> None:
    answer = await scene.raw(site, "GET", f"/v1.1/sites/{site.id}/posts/77", params={"http_envelope": "1"})
    assert (answer.status_code, answer.json()["code"], answer.json()["body"]["error"]) == (200, 404, "unknown_post")


async def test_only_the_fields_that_are_asked_for(scene: Scene, site: Account) -> None:
    number = (await post(scene, site, content="x")).json()["ID"]
    answer = await scene.raw(site, "GET", f"/v1.1/sites/{site.id}/posts/{number}", params={"fields": "ID,status"})
    assert answer.json() == {"ID": number, "status": "publish"}


# Files.


async def upload(scene: Scene, site: Account, *files: tuple[str, bytes], **fields: str) -> httpx2.Response:
    parts = [("media[]", (name, content, "application/octet-stream")) for name, content in files]
    return await scene.raw(site, "POST", f"/v1.1/sites/{site.id}/media/new", files=parts, data=fields)


async def test_a_file_is_kept_as_it_is_described(scene: Scene, site: Account) -> None:
    picture = scene.files[scene.media("image", 1).url].content
    item = (await upload(scene, site, ("soup.jpg", picture), **{"attrs[0][alt]": "a bowl"})).json()["media"][0]
    assert (item["alt"], item["mime_type"], item["width"], item["height"]) == ("a bowl", "image/jpeg", 64, 48)
    again = (await upload(scene, site, ("soup.jpg", picture))).json()["media"][0]
    assert again["URL"] != item["URL"]


async def test_what_cannot_be_kept_is_told_beside_what_was(scene: Scene, site: Account) -> None:
    picture = scene.files[scene.media("image", 1).url].content
    both = await upload(scene, site, ("soup.jpg", picture), ("soup.exe", b"MZ"))
    assert both.status_code == 200
    assert [len(both.json()[name]) for name in ("media", "errors")] == [1, 1]
    for name, content in (("soup.exe", b"MZ"), ("soup.jpg", b"no picture"), ("soup.mp4", b"no film"), ("soup", picture)):
        none = await upload(scene, site, (name, content))
        assert (none.status_code, none.json()["errors"][0]["error"]) == (400, "upload_error")
        assert none.json()["errors"][0]["file"] == name


@pytest.mark.parametrize("fields", [{"attrs[1][alt]": "x"}, {"attrs[0][colour]": "x"}, {"colour": "x"}])
async def test_what_is_said_of_a_file_must_be_of_it(scene: Scene, site: Account, fields: dict[str, str]) -> None:
    picture = scene.files[scene.media("image", 1).url].content
    assert (await upload(scene, site, ("soup.jpg", picture), **fields)).json()["error"] == "invalid_input"


async def test_an_upload_of_nothing(scene: Scene, site: Account) -> None:
    path = f"/v1.1/sites/{site.id}/media/new"
    for kwargs in ({"json": {}}, {"files": [("x", (None, "y"))]}, {"files": [("file", ("a.jpg", b"x"))]}):
        assert (await scene.raw(site, "POST", path, **kwargs)).json()["error"] == "invalid_input"


async def test_a_video_takes_its_time(scene: Scene, site: Account) -> None:
    film = scene.files[scene.media("video", 1).url].content
    item = (await upload(scene, site, ("film.mp4", film))).json()["media"][0]
    path = f"/v1.1/sites/{site.id}/media/{item['ID']}"
    assert item["videopress_processing_done"] is False
    scene.ahead += 20
    assert (await scene.raw(site, "GET", path)).json()["videopress_processing_done"] is True
    assert (await scene.raw(site, "GET", f"/v1.1/sites/{site.id}/media/99")).json()["error"] == "unknown_media"


# What readers see.


def test_scripts_are_stripped_and_what_is_allowed_stays_to_the_letter() -> None:
    kept = '<!-- wp:image {"id":5} -->\n<p>a &amp; b &#039;c&#039;<br />d</p><img src="x" alt="y" class="wp-image-5" />'
    assert stripped(kept) == kept
    assert stripped('<script>alert(1)</script><p onclick="x">a</p><iframe src="x"></iframe>b < c') == "alert(1)a</p>b &lt; c"


def test_html_is_read_as_a_browser_and_wordpress_show_it() -> None:
    text, files = read('<p>one  two\nthree<br />four</p>\n\n<p>[gallery ids="5"]five</p><figure><img src="u" alt="a"></figure>')
    assert text == "one two three\nfour\n\nfive"
    assert files == [("u", "a")]
    assert read('<p>"it\'s"... a -- b</p>')[0] == "\u201cit\u2019s\u201d\u2026 a \u2013 b"
    assert read("<p>&quot;it&#039;s&quot;&#046;.. &#091;gallery&#093;</p>")[0] == '"it\'s"... [gallery]'


async def test_pages_of_a_site(scene: Scene, site: Account) -> None:
    body = {"title": "Soup", "content": "<p>hot &lt;b&gt;</p>", "publicize": False}
    found = (await post(scene, site, **body)).json()
    home = (await scene.http.get("https://sandboxsites.wordpress.com/ann/")).text
    own = await scene.http.get(found["URL"])
    assert "Soup" in home
    assert own.status_code == 200
    assert "hot &lt;b&gt;" in own.text
    assert (await scene.http.get(f"https://sandboxsites.wordpress.com/ann/?p={found['ID']}")).text == own.text
    await scene.raw(site, "POST", f"/v1.1/sites/{site.id}/posts/{found['ID']}/delete")
    assert (await scene.http.get(found["URL"])).status_code == 404
    assert "Nothing has been published" in (await scene.http.get("https://sandboxsites.wordpress.com/ann/")).text
    for nowhere in ("nobody/", "ann/nothing/", "ann/?p=77"):
        assert (await scene.http.get(f"https://sandboxsites.wordpress.com/{nowhere}")).status_code == 404


async def test_two_posts_of_one_title_have_addresses_of_their_own(scene: Scene, site: Account) -> None:
    urls = {(await post(scene, site, title="Soup", content=f"<p>{number}</p>")).json()["URL"] for number in range(2)}
    assert len(urls) == 2
    assert [(await scene.http.get(url)).status_code for url in urls] == [200, 200]


@pytest.mark.parametrize("path", ["posts", "posts/", "posts/new", "posts/new/"])
async def test_a_route_is_found_with_a_slash_at_its_end_and_without(scene: Scene, site: Account, path: str) -> None:
    asked: dict[str, Any] = {"json": {"title": "t"}} if "new" in path else {}
    answer = await scene.raw(site, "POST" if asked else "GET", f"/v1.1/sites/{site.id}/{path}", **asked)
    assert answer.status_code == 200
