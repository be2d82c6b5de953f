"""The simulated X is a strict opponent: what X refuses, it refuses, in X's words."""

from __future__ import annotations

import base64
import re
from typing import Any

import httpx2
import pytest

from socialclaw.errors import Rejected
from socialclaw.networks.x.sandbox.simulator import XSandbox
from socialclaw.simulation.flow import CLIENT_ID, CLIENT_SECRET
from tests.media import files as made
from tests.media.files import film
from tests.networks.recorded import Clock
from tests.networks.x.conftest import IMAGE, VIDEO, Connected, media

JSON = dict[str, Any]
PICTURE = IMAGE


async def begin(ada: Connected, content: bytes = IMAGE, mime: str = "image/png", category: str = "tweet_image") -> str:
    body = {"media_type": mime, "total_bytes": len(content), "media_category": category}
    answer = await ada.call("POST", "/2/media/upload/initialize", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["data"]["id"])


async def append(ada: Connected, media_id: str, content: bytes, index: int = 0) -> httpx2.Response:
    body = {"media": base64.b64encode(content).decode(), "segment_index": index}
    return await ada.call("POST", f"/2/media/upload/{media_id}/append", json=body)


async def finish(ada: Connected, media_id: str) -> httpx2.Response:
    return await ada.call("POST", f"/2/media/upload/{media_id}/finalize")


async def uploaded(ada: Connected, content: bytes = IMAGE, mime: str = "image/png", category: str = "tweet_image") -> str:
    media_id = await begin(ada, content, mime, category)
    await append(ada, media_id, content)
    assert (await finish(ada, media_id)).status_code == 200
    return media_id


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "   "},
        {"text": 7},
        {"text": "x", "colour": "red"},
        {"text": "x", "media": {}},
        {"text": "x", "media": {"media_ids": []}},
        {"text": "x", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
        {"text": "x", "media": {"media_ids": ["abc"]}},
        {"text": "x", "media": {"media_ids": ["1"], "size": 3}},
        {"text": "x", "reply": {}},
        {"text": "x", "reply": {"in_reply_to_tweet_id": 12}},
        {"text": "x", "reply_settings": "everyone"},
        {"text": "x" * 281},
        {"text": "日" * 141},
        {"text": "bad \ufeff text"},
        {"text": "x", "media": {"media_ids": ["1"]}, "poll": {"options": ["a", "b"], "duration_minutes": 5}},
        {"text": "x", "media": {"media_ids": ["1"]}},
    ],
)
async def test_a_wrong_post_is_refused_and_nothing_appears(ada: Connected, x: XSandbox, body: JSON) -> None:
    assert (await ada.call("POST", "/2/tweets", json=body)).status_code == 400
    assert x.seen() == []


async def test_a_body_must_be_json_and_say_so(ada: Connected) -> None:
    assert (await ada.call("POST", "/2/tweets", data={"text": "x"})).status_code == 415
    assert (await ada.call("POST", "/2/tweets", content=b"{", headers={"content-type": "application/json"})).status_code == 400
    assert (await ada.call("POST", "/2/tweets", json=["x"])).status_code == 400


async def test_a_link_counts_23_up_to_the_limit_itself(ada: Connected) -> None:
    link = " https://example.com/" + "y" * 200
    assert (await ada.call("POST", "/2/tweets", json={"text": "x" * 257 + link})).status_code == 400
    assert (await ada.call("POST", "/2/tweets", json={"text": "x" * 256 + link})).status_code == 201


async def test_links_become_short_and_the_entities_tell_what_they_were(ada: Connected) -> None:
    post_id = await ada.post("see example.com/a & https://example.org/b?c=d", media=(media(),))
    answer = (await ada.call("GET", f"/2/tweets/{post_id}?post.fields=entities,attachments")).json()["data"]
    urls = answer["entities"]["urls"]
    assert re.fullmatch(r"see https://t\.co/\w{10} &amp; https://t\.co/\w{10} https://t\.co/\w{10}", answer["text"])
    assert [u["expanded_url"] for u in urls[:2]] == ["http://example.com/a", "https://example.org/b?c=d"]
    assert urls[2]["media_key"] == answer["attachments"]["media_keys"][0]
    plain = answer["text"].replace("&amp;", "&")
    assert all(plain[u["start"] : u["end"]] == u["url"] for u in urls)


async def test_a_text_is_refused_while_it_is_among_the_last_fifty(ada: Connected, x: XSandbox) -> None:
    x.lift_quotas()
    send = {"text": "same"}
    assert (await ada.call("POST", "/2/tweets", json=send)).status_code == 201
    for number in range(49):
        await ada.call("POST", "/2/tweets", json={"text": f"{number}"})
    again = await ada.call("POST", "/2/tweets", json={"text": " same "})
    assert (again.status_code, again.json()["detail"]) == (403, "You are not allowed to create a Tweet with duplicate content.")
    await ada.call("POST", "/2/tweets", json={"text": "the fiftieth"})
    assert (await ada.call("POST", "/2/tweets", json=send)).status_code == 201


async def test_a_text_with_files_may_come_again_and_a_deleted_one_not_so_soon(ada: Connected, x: XSandbox) -> None:
    await ada.adapter.delete(await ada.post("gone"))
    with pytest.raises(Rejected, match="deleted a short while ago"):
        await ada.post("gone")
    await ada.post("same")
    await ada.post("same", media=(media(),))
    await ada.post("same", media=(media(),))
    assert [seen.text for seen in x.seen()] == ["same"] * 3


@pytest.mark.parametrize(
    "body",
    [
        {"media_type": "image/png", "total_bytes": 10},
        {"media_type": "image/png", "total_bytes": 0, "media_category": "tweet_image"},
        {"media_type": "image/png", "total_bytes": 5 * 1024 * 1024 + 1, "media_category": "tweet_image"},
        {"media_type": "image/png", "total_bytes": 10, "media_category": "tweet_video"},
        {"media_type": "image/heic", "total_bytes": 10, "media_category": "tweet_image"},
        {"media_type": "image/png", "total_bytes": "10", "media_category": "tweet_image"},
        {"media_type": "image/png", "total_bytes": 10, "media_category": "tweet_image", "name": "a.png"},
    ],
)
async def test_an_upload_must_be_announced_rightly(ada: Connected, body: JSON) -> None:
    assert (await ada.call("POST", "/2/media/upload/initialize", json=body)).status_code == 400


async def test_segments_must_add_up(ada: Connected) -> None:
    gap = await begin(ada, b"abcdef")
    await append(ada, gap, b"abc", 0)
    await append(ada, gap, b"def", 2)
    assert (await finish(ada, gap)).json()["detail"] == "Segments do not add up to provided total file size."
    short = await begin(ada, b"abcdef")
    await append(ada, short, b"abc")
    assert (await finish(ada, short)).status_code == 400
    assert (await append(ada, short, b"defg", 1)).status_code == 400


async def test_segments_may_come_in_any_order_again_and_in_both_forms(ada: Connected, x: XSandbox) -> None:
    media_id = await begin(ada, IMAGE)
    assert (await append(ada, media_id, IMAGE[10:], 1)).status_code == 200
    files = {"media": ("chunk", IMAGE[:10], "application/octet-stream")}
    for _ in range(2):
        form = await ada.call("POST", f"/2/media/upload/{media_id}/append", data={"segment_index": "0"}, files=files)
        assert form.status_code == 200
    assert (await finish(ada, media_id)).status_code == 200
    await ada.call("POST", "/2/tweets", json={"text": "x", "media": {"media_ids": [media_id]}})
    assert x.seen()[0].media[0]["sha256"] == x.describe(IMAGE, "image/png")["sha256"]


async def test_a_segment_form_holds_two_fields(ada: Connected) -> None:
    media_id = await begin(ada)
    path, files = f"/2/media/upload/{media_id}/append", {"media": ("chunk", b"abc", "application/octet-stream")}
    assert (await ada.call("POST", path, files=files)).status_code == 400
    assert (await ada.call("POST", path, data={"segment_index": "1000"}, files=files)).status_code == 400
    assert (await ada.call("POST", path, data={"segment_index": "0", "more": "x"}, files=files)).status_code == 400
    assert (await ada.call("POST", path, json={"media": "%%%", "segment_index": 0})).status_code == 400


async def test_a_finished_upload_takes_no_more(ada: Connected) -> None:
    media_id = await uploaded(ada)
    assert (await append(ada, media_id, b"abc")).status_code == 400
    assert (await finish(ada, media_id)).status_code == 400


async def test_a_video_is_not_ready_before_its_time(ada: Connected, x: XSandbox, clock: Clock) -> None:
    media_id = await uploaded(ada, VIDEO, "video/mp4", "tweet_video")
    post = {"text": "film", "media": {"media_ids": [media_id]}}
    assert (await ada.call("POST", "/2/tweets", json=post)).json()["detail"] == "Your media IDs are invalid."
    states = []
    for _ in range(6):
        info = (await ada.call("GET", f"/2/media/upload?command=STATUS&media_id={media_id}")).json()["data"]["processing_info"]
        states.append(info["state"])
        clock.turn(0.5)
    assert [s for n, s in enumerate(states) if s not in states[:n]] == ["pending", "in_progress", "succeeded"]
    assert (await ada.call("POST", "/2/tweets", json=post)).status_code == 201


async def test_files_belong_to_their_account_for_a_day(ada: Connected, x: XSandbox, clock: Clock) -> None:
    media_id = await uploaded(ada)
    bob = Connected("bob", x, clock)
    post = {"text": "of ada", "media": {"media_ids": [media_id]}}
    assert (await bob.call("POST", "/2/tweets", json=post)).status_code == 400
    assert (await bob.call("POST", "/2/media/metadata", json={"id": media_id, "metadata": {"alt_text": {"text": "a"}}})).status_code == 404
    clock.turn(24 * 3600)
    ada.tokens = x.admit("ada")
    assert (await ada.call("POST", "/2/tweets", json=post)).status_code == 400


async def test_one_video_or_one_gif_or_images(ada: Connected, clock: Clock) -> None:
    picture, film = await uploaded(ada), await uploaded(ada, VIDEO, "video/mp4", "tweet_video")
    gif = await uploaded(ada, made.picture("GIF", mode="P", colour=0), "image/gif", "tweet_gif")
    clock.turn(10)
    for ids in ([picture, film], [film, picture], [picture, gif], [picture, picture]):
        assert (await ada.call("POST", "/2/tweets", json={"text": "x", "media": {"media_ids": ids}})).status_code == 400
    for ids in ([picture], [film], [gif]):
        assert (await ada.call("POST", "/2/tweets", json={"text": "x", "media": {"media_ids": ids}})).status_code == 201


async def test_alt_text_has_a_limit_and_is_not_for_videos(ada: Connected) -> None:
    picture, film = await uploaded(ada), await uploaded(ada, VIDEO, "video/mp4", "tweet_video")

    async def describe(media_id: str, text: str) -> int:
        body = {"id": media_id, "metadata": {"alt_text": {"text": text}}}
        return (await ada.call("POST", "/2/media/metadata", json=body)).status_code

    assert [await describe(picture, "a" * 1000), await describe(picture, "a" * 1001), await describe(film, "a")] == [200, 400, 400]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/2/tweets", "tweet.write"),
        ("DELETE", "/2/tweets/1", "tweet.write"),
        ("GET", "/2/tweets/1", "tweet.read"),
        ("GET", "/2/users/me", "users.read"),
        ("GET", "/2/users/1/tweets", "tweet.read"),
        ("POST", "/2/media/upload/initialize", "media.write"),
        ("POST", "/2/media/upload/1/append", "media.write"),
        ("POST", "/2/media/upload/1/finalize", "media.write"),
        ("GET", "/2/media/upload", "media.write"),
        ("POST", "/2/media/metadata", "media.write"),
    ],
)
async def test_every_call_needs_its_scope(x: XSandbox, clock: Clock, method: str, path: str, scope: str) -> None:
    every = ("tweet.read", "tweet.write", "users.read", "media.write")
    without = Connected("ada", x, clock, scopes=tuple(s for s in every if s != scope))
    assert (await without.call(method, path)).status_code == 403
    for authorization in ("", "Bearer wrong", "Basic abc"):
        assert (await without.call(method, path, headers={"authorization": authorization})).status_code == 401


async def test_every_answer_tells_what_is_left_of_the_quota(ada: Connected) -> None:
    first, second = await ada.call("GET", "/2/users/me"), await ada.call("GET", "/2/users/me")
    assert [first.headers[f"x-rate-limit-{n}"] for n in ("limit", "remaining")] == ["75", "74"]
    assert second.headers["x-rate-limit-remaining"] == "73"
    assert int(first.headers["x-rate-limit-reset"]) > ada.clock()


async def test_a_used_up_quota_opens_again_with_its_window(ada: Connected, clock: Clock) -> None:
    answers = [(await ada.call("GET", "/2/users/me")).status_code for _ in range(76)]
    assert answers == [200] * 75 + [429]
    clock.turn(901)
    assert (await ada.call("GET", "/2/users/me")).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        *("max_results=4", "max_results=101", "max_results=x", "start_time=yesterday", "colour=red", "post.fields=colour", "since_id=x"),
        *("tweet.fields=text&post.fields=text", "expansions=nothing", "exclude=retweets,nothing", "pagination_token=zzz"),
    ],
)
async def test_a_time_line_is_asked_for_rightly(ada: Connected, query: str) -> None:
    assert (await ada.call("GET", f"/2/users/{ada.id}/tweets?{query}")).status_code == 400


async def test_a_time_line_is_paged_newest_first(ada: Connected) -> None:
    posted = [await ada.post(f"number {n}") for n in range(7)]
    path, seen, token = f"/2/users/{ada.id}/tweets?max_results=5&post.fields=created_at", [], ""
    for _ in range(2):
        answer = (await ada.call("GET", path + token)).json()
        seen += [post["id"] for post in answer["data"]]
        token = f"&pagination_token={answer['meta'].get('next_token')}"
    assert seen == posted[::-1]
    assert "next_token" not in answer["meta"]


async def test_names_are_answered_as_they_are_asked(ada: Connected) -> None:
    parent = await ada.post("parent")
    post_id = await ada.post("reply", interaction="reply", reply_to=parent)
    new = (await ada.call("GET", f"/2/tweets/{post_id}?post.fields=public_metrics&expansions=referenced_posts")).json()["data"]
    old = (await ada.call("GET", f"/2/tweets/{post_id}?tweet.fields=public_metrics,referenced_tweets")).json()["data"]
    assert new["referenced_posts"] == old["referenced_tweets"] == [{"type": "replied_to", "id": parent}]
    assert ("repost_count" in new["public_metrics"], "retweet_count" in old["public_metrics"]) == (True, True)
    assert ("edit_history_post_ids" in new, "edit_history_tweet_ids" in old) == (True, True)


async def test_a_reply_to_others_needs_to_be_wanted(ada: Connected, x: XSandbox, clock: Clock) -> None:
    bob = Connected("bob", x, clock)
    alone, asked = await bob.post("hello"), await bob.post("what do you think, @Ada?")
    statuses = [
        (await ada.call("POST", "/2/tweets", json={"text": "hi", "reply": {"in_reply_to_tweet_id": parent}})).status_code
        for parent in (alone, asked)
    ]
    assert statuses == [403, 201]


async def test_people_see_the_posts(ada: Connected, x: XSandbox) -> None:
    parent = await ada.post("<script>alert(1)</script> see example.com", media=(media(alt='a "red" square'),))
    reply = await ada.post("and more", interaction="reply", reply_to=parent)
    for path in (f"/i/web/status/{reply}", f"/ada/status/{reply}", "/ada", "/ADA"):
        page = await ada.http.get(f"https://x.com{path}")
        assert page.status_code == 200
        assert "&lt;script&gt;" in page.text
        assert "<script>" not in page.text
        assert "and more" in page.text
        assert "a &quot;red&quot; square" in page.text
    base = httpx2.URL(f"https://host/sandbox/hosts/x.com/i/web/status/{reply}")
    hrefs = re.findall(r'href="([^"]+)"', (await ada.http.get(f"https://x.com/i/web/status/{reply}")).text)
    assert {str(base.join(h)) for h in hrefs if not h.startswith("http")} == {
        "https://host/sandbox/hosts/x.com/ada",
        f"https://host/sandbox/hosts/x.com/i/web/status/{parent}",
        f"https://host/sandbox/hosts/x.com/i/web/status/{reply}",
    }


async def test_people_do_not_see_what_is_not_there(ada: Connected) -> None:
    post_id = await ada.post("text")
    await ada.adapter.delete(post_id)
    for path in (f"/i/web/status/{post_id}", "/nobody", "/i/other"):
        assert (await ada.http.get(f"https://x.com{path}")).status_code == 404
    assert (await ada.http.get(f"https://x.com/2/tweets/{post_id}")).status_code == 404
    assert (await ada.http.get("https://api.x.com/ada")).status_code == 404


@pytest.mark.parametrize("form", [True, False], ids=["a form", "JSON"])
async def test_a_file_may_come_in_one_call(ada: Connected, x: XSandbox, form: bool) -> None:
    given: dict[str, Any] = {"json": {"media": base64.b64encode(PICTURE).decode(), "media_category": "tweet_image"}}
    if form:
        given = {"files": {"media": ("a.png", PICTURE)}, "data": {"media_category": "tweet_image"}}
    answer = await ada.call("POST", "/2/media/upload", **given)
    assert (answer.status_code, answer.json()["data"]["size"]) == (200, len(PICTURE))
    body = {"text": "at once", "media": {"media_ids": [answer.json()["data"]["id"]]}}
    assert (await ada.call("POST", "/2/tweets", json=body)).status_code == 201
    assert [m["size"] for m in x.seen()[0].media] == [len(PICTURE)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"media": base64.b64encode(b"nonsense").decode(), "media_category": "tweet_image"}, "Media type unrecognized."),
        ({"media": base64.b64encode(VIDEO).decode(), "media_category": "tweet_image"}, "Media type unrecognized."),
        ({"media": "", "media_category": "tweet_image"}, "The file is empty."),
        ({"media": "?", "media_category": "tweet_image"}, "$.media: is not base64"),
        ({"media": base64.b64encode(PICTURE).decode()}, "$.media_category: is missing but it is required"),
        ({"media": base64.b64encode(PICTURE).decode(), "media_category": "tweet_image", "additional_owners": "bob"}, "regex"),
    ],
)
async def test_a_wrong_file_in_one_call_is_refused(ada: Connected, body: JSON, words: str) -> None:
    answer = await ada.call("POST", "/2/media/upload", json=body)
    assert answer.status_code == 400
    assert words in answer.text


async def test_an_upload_may_be_finished_with_an_empty_object(ada: Connected) -> None:
    media_id = await begin(ada)
    await append(ada, media_id, IMAGE)
    assert (await ada.call("POST", f"/2/media/upload/{media_id}/finalize", json={"colour": "red"})).status_code == 400
    assert (await ada.call("POST", f"/2/media/upload/{media_id}/finalize", json={})).status_code == 200


@pytest.mark.parametrize(("secret", "status"), [(CLIENT_SECRET, 200), ("another", 401)])
async def test_an_app_may_repeat_its_secret_and_send_json(ada: Connected, x: XSandbox, secret: str, status: int) -> None:
    refresh = x.admit("ada")["refresh_token"]
    body = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": CLIENT_ID, "client_secret": secret}
    answer = await ada.http.post("https://api.x.com/2/oauth2/token", json=body, auth=(CLIENT_ID, CLIENT_SECRET))
    assert answer.status_code == status


async def test_x_may_have_verified_somebody(ada: Connected, x: XSandbox) -> None:
    fields = {"user.fields": "verified,verified_type"}
    told = (await ada.call("GET", "/2/users/me", params=fields)).json()["data"]
    assert (told["verified"], told["verified_type"]) == (False, "none")
    x.verify("ada", "blue")
    for path in ("/2/users/me", "/2/users/by/username/ada", f"/2/users/{told['id']}"):
        known = (await ada.call("GET", path, params=fields)).json()["data"]
        assert (known["id"], known["verified"], known["verified_type"]) == (told["id"], True, "blue")
    nobody = (await ada.call("GET", "/2/users/by/username/nobody_at_all")).json()
    assert (nobody["errors"][0]["parameter"], "data" in nobody) == ("username", False)
    with pytest.raises(ValueError, match="X verifies as"):
        x.verify("ada", "gold")


@pytest.mark.parametrize(
    ("kind", "seconds", "error"),
    [
        ("none", 140, None),
        ("none", 141, "Duration 2.minutes+21.seconds exceeds max duration of 2.minutes+20.seconds"),
        ("blue", 141, None),
    ],
)
async def test_how_long_a_film_may_be_depends_on_who_posts_it(
    ada: Connected, x: XSandbox, clock: Clock, kind: str, seconds: int, error: str | None
) -> None:
    x.verify("ada", kind)
    media_id = await uploaded(ada, film(seconds=seconds, rate=1, sound=None, size=(64, 64)), "video/mp4", "tweet_video")
    clock.turn(5)
    told = (await ada.call("GET", f"/2/media/upload?command=STATUS&media_id={media_id}")).json()["data"]["processing_info"]
    assert (told["state"], told.get("error", {}).get("message")) == ("failed" if error else "succeeded", error)


# Search.


@pytest.fixture
async def found(ada: Connected, x: XSandbox, clock: Clock) -> Any:
    """`found(query, …) -> texts`: what a search brings, of posts by two people."""
    bob = Connected("bob", x, clock)
    first = await ada.post("One cashtag $TSLA and #news")
    await ada.post("a picture of a dog", media=(media(),))
    await bob.post("Look: https://example.org/dogs, all of them")
    await ada.post("dog again", reply_to=first)

    async def search(query: str, **more: Any) -> list[str]:
        answer = await ada.call("GET", "/2/tweets/search/recent", params={"query": query, "max_results": "10", **more})
        assert answer.status_code == 200, answer.text
        return [post["text"].partition(" https://t.co")[0] for post in answer.json().get("data", [])]

    return search


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("dog", ["dog again", "a picture of a dog"]),
        ("DOG again", ["dog again"]),
        ('"of a dog"', ["a picture of a dog"]),
        ("dog -is:reply", ["a picture of a dog"]),
        ("#news", ["One cashtag $TSLA and #news"]),
        ("$TSLA OR has:links", ["Look:", "One cashtag $TSLA and #news"]),
        ("from:bob", ["Look:"]),
        ("from:ada has:media", ["a picture of a dog"]),
        ("from:ada is:reply", ["dog again"]),
        ("url:example.org", ["Look:"]),
        ("cat", []),
    ],
)
async def test_search_finds_what_its_operators_say_newest_first(found: Any, query: str, texts: list[str]) -> None:
    assert await found(query) == texts


async def test_search_goes_on_where_it_stopped_and_knows_seven_days(ada: Connected, x: XSandbox, clock: Clock) -> None:
    for number in range(12):
        await ada.post(f"number {number}")
    asked = {"query": "number", "max_results": "10"}
    first = (await ada.call("GET", "/2/tweets/search/recent", params=asked)).json()
    assert first["meta"]["result_count"] == 10
    second = (await ada.call("GET", "/2/tweets/search/recent", params={**asked, "next_token": first["meta"]["next_token"]})).json()
    assert [post["text"] for post in second["data"]] == ["number 1", "number 0"]
    clock.turn(8 * 86_400)
    later = Connected("ada", x, clock)
    assert (await later.call("GET", "/2/tweets/search/recent", params=asked)).json() == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"query": " "},
        {"query": "x" * 4097},
        {"query": "(a OR b)"},
        {"query": "a OR"},
        {"query": "lang:en dog"},
        {"query": "dog", "max_results": "5"},
        {"query": "dog", "start_time": "2020-01-01T00:00:00Z"},
        {"query": "dog", "sort_order": "loudest"},
        {"query": "dog", "colour": "red"},
        {"query": 'dog "open'},
    ],
)
async def test_search_refuses_what_x_does_not_know_or_is_not_simulated(ada: Connected, given: dict[str, str]) -> None:
    answer = await ada.call("GET", "/2/tweets/search/recent", params=given)
    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Request")
