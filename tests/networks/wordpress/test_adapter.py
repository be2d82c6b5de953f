"""What the adapter makes of a post, and of what WordPress answers."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.errors import Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.wordpress.content import is_of
from socialclaw.providers.draft import Account, Mark
from tests.networks.stage import InMemorySteps
from tests.networks.wordpress.conftest import PROVIDER, Scene, ids, now_mark, sent

# Connecting.


async def test_connecting_finds_the_sites_and_the_user(scene: Scene) -> None:
    found = await scene.accounts()
    own, voice, user = found.values()
    assert [account.type for account in found.values()] == ["wordpress_site", "wordpress_site", "wordpress_user"]
    assert own.handle == f"wordpress:site:{own.id}"
    assert user.handle == f"wordpress:user:{user.id}"
    assert own.meta["url"] == "https://sandboxsites.wordpress.com/ann"
    assert own.meta["canPublishPosts"] is True
    assert own.meta["notes"] == []
    assert voice.meta["canPublishPosts"] is False
    assert "pending" in voice.meta["notes"][0]


async def test_a_site_made_later_is_found_by_looking_again(scene: Scene, site: Account) -> None:
    new = scene.wordpress.new_site("ann", "Recipes", "recipes")
    assert f"wordpress:site:{new}" in await scene.accounts()


async def test_list_sites_tells_what_may_be_done_on_each(scene: Scene, site: Account) -> None:
    [action] = PROVIDER.actions
    listed = (await action.run(scene.of(site), {}))["sites"]
    assert {found["handle"]: found["canPublishPosts"] for found in listed} == {site.handle: True, "wordpress:site:900000001": False}
    assert {found["name"] for found in listed} == {"ann's notes", "The Village Voice"}
    assert all("mp4" in found["allowedFileTypes"] for found in listed)


async def test_a_site_of_which_little_is_told_is_taken_as_it_is(scene: Scene, site: Account) -> None:
    body = {"sites": [{"ID": 7, "URL": "https://blog.example.org", "jetpack": True}]}
    scene.instead = lambda request: httpx2.Response(200, json=body) if request.url.path.endswith("/me/sites") else None
    target = (await scene.of(site).targets())[0]
    assert (target.id, target.name, target.meta["jetpack"], target.meta["canPublishPosts"]) == ("7", "blog.example.org", True, True)


@pytest.mark.parametrize("body", [{}, {"sites": 5}, {"sites": [5]}, []])
async def test_sites_that_cannot_be_read(scene: Scene, site: Account, body: Any) -> None:
    scene.instead = lambda request: httpx2.Response(200, json=body) if request.url.path.endswith("/me/sites") else None
    with pytest.raises(Unavailable):
        await scene.of(site).targets()


async def test_a_check_asks_for_what_the_account_is(scene: Scene, site: Account) -> None:
    user = next(account for account in (await scene.accounts()).values() if account.type == "wordpress_user")
    for account, path in ((site, f"/rest/v1.1/sites/{site.id}"), (user, "/rest/v1.1/me")):
        await scene.of(account).check()
        assert scene.calls[-1][0].url.path == path
    with pytest.raises(Rejected) as gone:
        await scene.of(Account("5", "wordpress:site:5", "wordpress_site", site.secrets)).check()
    assert gone.value.code == "wordpress_site_not_found"


# What is sent.


async def test_a_post_becomes_an_article(scene: Scene, site: Account) -> None:
    image, film = scene.media("image", 1, alt='a "bowl"'), scene.media("video", 2)
    draft = scene.draft(image, film, name="Soup & <bread>", description="One\ntwo\n\n[gallery] it's...", slug="soup")
    published = await scene.publish(site, draft)
    body = sent(scene)
    assert body["title"] == "Soup &amp; &lt;bread&gt;"
    assert (body["slug"], body["status"], body["type"], body["publicize"]) == ("soup", "publish", "post", False)
    assert "<p>One<br />two</p>" in body["content"]
    assert "&#091;gallery&#093; it&#039;s&#046;.." in body["content"]
    assert 'alt="a &quot;bowl&quot;"' in body["content"]
    [seen] = scene.seen()
    assert seen.text == draft.text
    assert [media["kind"] for media in seen.media] == ["image", "video"]
    assert seen.media[0]["alt"] == 'a "bowl"'
    assert published.note is None
    assert published.url == f"https://sandboxsites.wordpress.com/ann/{datetime.now(UTC):%Y/%m/%d}/soup/"


async def test_the_date_has_an_offset_and_no_fractions(scene: Scene, site: Account) -> None:
    await scene.publish(site, scene.draft(description="Hello"))
    date = datetime.fromisoformat(sent(scene)["date"])
    assert (date.utcoffset(), date.microsecond) == (timedelta(0), 0)
    assert abs(date - datetime.now(UTC)) < timedelta(minutes=1)


async def test_what_is_not_given_is_not_sent(scene: Scene, site: Account) -> None:
    await scene.publish(site, scene.draft(description="Hello"))
    assert set(sent(scene)) == {"content", "date", "status", "type", "publicize"}
    await scene.publish(site, scene.draft(name="Only a title"))
    assert set(sent(scene)) == {"title", "date", "status", "type", "publicize"}


async def test_nothing_is_shared_to_other_networks(scene: Scene, site: Account) -> None:
    published = await scene.publish(site, scene.draft(description="Hello"))
    assert scene.network.shelf.get("shared", f"{site.id}:{published.id}") is None
    body = {"content": "x", "status": "publish"}
    other = await scene.raw(site, "POST", f"/v1.2/sites/{site.id}/posts/new", json=body)
    assert scene.network.shelf.get("shared", f"{site.id}:{other.json()['ID']}") is True


async def test_a_page_is_a_page(scene: Scene, site: Account) -> None:
    published = await scene.publish(site, scene.draft(name="About us", description="Hello", postType="page"))
    assert published.url == "https://sandboxsites.wordpress.com/ann/about-us/"
    assert "Hello" in (await scene.http.get(published.url)).text
    assert scene.seen()[0].extra["type"] == "page"


async def test_the_description_of_a_picture_goes_with_the_file(scene: Scene, site: Account) -> None:
    await scene.publish(site, scene.draft(scene.media("image", 1, alt="Ein Töpfchen")))
    upload = next(request for request, _ in scene.calls if request.url.path.endswith("/media/new"))
    assert 'name="attrs[0][alt]"\r\n\r\nEin Töpfchen'.encode() in upload.content
    assert b'name="media[]"; filename="image-1.jpg"' in upload.content


async def test_videos_are_uploaded_first_and_then_waited_for_together(scene: Scene, site: Account) -> None:
    await scene.publish(site, scene.draft(scene.media("video", 1), scene.media("video", 2)))
    posts = [line for line in scene.lines if "media/" in line or "posts/" in line]
    assert posts[:4] == ["POST media/new", "POST media/new", "GET media/1", "GET media/2"]
    assert posts[-1] == "POST posts/new"


async def test_a_video_that_never_gets_ready_is_published_with_a_note(scene: Scene, site: Account) -> None:
    scene.network.fail("fail_processing", "GET */media/*")
    published = await scene.publish(site, scene.draft(scene.media("video", 1), description="Film"))
    assert published.note == "WordPress is still processing 1 of the videos"
    assert len(scene.seen()) == 1


# What WordPress makes of it.


@pytest.mark.parametrize(("status", "words"), [("draft", "draft"), ("pending", "editor"), ("private", "privately")])
async def test_what_was_asked_not_to_be_public_says_so(scene: Scene, site: Account, status: str, words: str) -> None:
    published = await scene.publish(site, scene.draft(description="Hello", postStatus=status))
    assert published.final
    assert published.note is not None
    assert words in published.note
    assert scene.seen() == []
    assert scene.wordpress.status_of(site.id, published.id) == status


async def test_a_pending_post_is_no_success_until_an_editor_approves_it(scene: Scene, voice: Account) -> None:
    draft, steps = scene.draft(description="Hello"), InMemorySteps()
    published = await scene.attempt(voice, draft, steps)
    assert not published.final
    assert published.note is not None
    assert "may not publish" in published.note
    assert scene.seen() == []
    mark = now_mark(done=dict(steps.done), post_id=published.id)
    [still] = await scene.of(voice).find(draft, mark)
    assert not still.final
    scene.wordpress.approve(voice.id, published.id)
    [now] = await scene.of(voice).find(draft, mark)
    assert (now.id, now.final, now.note) == (published.id, True, None)
    assert [seen.id for seen in scene.seen()] == [published.id]


@pytest.mark.parametrize("status", ["pending", "future", "draft", "something-new"])
async def test_any_other_status_than_the_one_asked_for_is_no_success(scene: Scene, site: Account, status: str) -> None:
    body = {"ID": 5, "URL": "https://e.org/?p=5", "status": status}
    scene.instead = lambda request: httpx2.Response(200, json=body) if request.url.path.endswith("/posts/new") else None
    published = await scene.attempt(site, scene.draft(description="Hello"), InMemorySteps())
    assert not published.final
    assert published.note


async def test_files_that_wordpress_left_out_are_told(scene: Scene, site: Account) -> None:
    errors = [{"file": "a.jpg", "error": "upload_error", "message": "No such file."}]
    body = {"ID": 5, "URL": "https://e.org/5/", "status": "publish", "media_errors": errors}
    scene.instead = lambda request: httpx2.Response(200, json=body) if request.url.path.endswith("/posts/new") else None
    published = await scene.attempt(site, scene.draft(description="Hello"), InMemorySteps())
    assert published.note == "WordPress left out a file: No such file."


@pytest.mark.parametrize("body", [{}, {"ID": "x", "status": "publish"}, {"ID": 5}, [], 5])
async def test_a_success_that_cannot_be_read_is_uncertain(scene: Scene, site: Account, body: Any) -> None:
    scene.instead = lambda request: httpx2.Response(200, json=body) if request.url.path.endswith("/posts/new") else None
    with pytest.raises(Uncertain):
        await scene.attempt(site, scene.draft(description="Hello"), InMemorySteps())


@pytest.mark.parametrize("body", [{}, {"media": []}, {"media": [{"ID": 5}]}, {"media": [{"ID": "x", "URL": "u"}]}])
async def test_an_upload_that_cannot_be_read_is_only_a_delay(scene: Scene, site: Account, body: Any) -> None:
    scene.instead = lambda request: httpx2.Response(200, json=body) if request.url.path.endswith("/media/new") else None
    with pytest.raises(Unavailable):
        await scene.attempt(site, scene.draft(scene.media("image", 1)), InMemorySteps())
    assert scene.seen() == []


async def test_a_file_that_the_site_does_not_take_ends_the_post(scene: Scene, site: Account) -> None:
    scene.network.fail("fail_processing", r"/media/new$")
    with pytest.raises(Rejected) as refused:
        await scene.publish(site, scene.draft(scene.media("image", 1), description="Hello"))
    assert refused.value.code == "wordpress_media_refused"
    assert "not allowed to upload this file type" in refused.value.message
    assert scene.seen() == []


async def test_a_site_without_space_says_so(scene: Scene, site: Account) -> None:
    found = scene.network.shelf.get("sites", site.id)
    scene.network.shelf.put("sites", site.id, {**found, "space": 100})
    with pytest.raises(Rejected) as refused:
        await scene.publish(site, scene.draft(scene.media("image", 1)))
    assert refused.value.code == "wordpress_storage_full"


async def test_a_site_that_is_not_reached_leaves_the_post_uncertain_and_is_tried_again_for_its_files(scene: Scene, site: Account) -> None:
    found = scene.network.shelf.get("sites", site.id)
    scene.network.shelf.put("sites", site.id, {**found, "reachable": False})
    with pytest.raises(Unavailable) as trouble:
        await scene.attempt(site, scene.draft(scene.media("image", 1)), InMemorySteps())
    assert trouble.value.code == "wordpress_site_unreachable"
    with pytest.raises(Uncertain):
        await scene.attempt(site, scene.draft(description="Hello"), InMemorySteps())


async def test_a_token_that_was_withdrawn(scene: Scene, site: Account) -> None:
    scene.network.fail("revoke_token", "*")
    for _ in range(2):
        with pytest.raises(Unauthorized):
            await scene.of(site).check()


# Lost answers.


@pytest.mark.parametrize("status", ["publish", "draft", "pending", "private"])
@pytest.mark.parametrize("kind", ["post", "page"])
async def test_a_lost_post_of_any_status_and_type_is_found(scene: Scene, site: Account, status: str, kind: str) -> None:
    draft = scene.draft(scene.media("image", 1), name="Soup", description="hot", postStatus=status, postType=kind)
    mark = await scene.lose(site, draft)
    [found] = await scene.of(site).find(draft, mark)
    assert found.final
    assert scene.wordpress.status_of(site.id, found.id) == status
    assert (found.note is None) == (status == "publish")


async def test_a_lost_post_that_was_downgraded_is_found_as_not_final(scene: Scene, voice: Account) -> None:
    draft = scene.draft(description="Hello")
    [found] = await scene.of(voice).find(draft, await scene.lose(voice, draft))
    assert not found.final


async def test_the_same_post_of_another_second_is_another_post(scene: Scene, site: Account) -> None:
    draft = scene.draft(name="Soup", description="hot")
    body = {"title": "Soup", "content": "<p>hot</p>", "date": (datetime.now(UTC) + timedelta(seconds=3)).isoformat()}
    assert (await scene.raw(site, "POST", f"/v1.2/sites/{site.id}/posts/new", json=body)).status_code == 200
    mark = await scene.lose(site, draft, kind="timeout")
    assert ids(await scene.of(site).find(draft, mark)) == []


async def test_a_post_in_the_trash_is_not_found(scene: Scene, site: Account) -> None:
    draft = scene.draft(description="Hello")
    mark = await scene.lose(site, draft)
    [found] = await scene.of(site).find(draft, mark)
    await scene.of(site).delete(found.id)
    assert ids(await scene.of(site).find(draft, mark)) == []


async def test_a_lost_post_that_comes_in_late_is_not_made_twice(scene: Scene, site: Account) -> None:
    """It was looked for in vain, and is sent again with the date of the first time: WordPress knows its own."""
    draft, steps = scene.draft(scene.media("image", 1), name="Soup", description='it\'s "hot"...'), InMemorySteps()
    scene.network.fail("timeout")
    with pytest.raises(Uncertain):
        await scene.publish(site, draft, steps)
    late = sent(scene)
    assert ids(await scene.of(site).find(draft, now_mark(done=dict(steps.done)))) == []
    await scene.raw(site, "POST", f"/v1.2/sites/{site.id}/posts/new", json=late)
    steps.marks.clear()
    published = await scene.publish(site, draft, steps)
    assert [seen.id for seen in scene.seen()] == [published.id]


async def test_a_date_is_kept_while_it_is_fresh_and_all_are_looked_for(scene: Scene, site: Account) -> None:
    draft, steps = scene.draft(description="Hello"), InMemorySteps()
    old = (datetime.now(UTC) - timedelta(minutes=11)).replace(microsecond=0)
    steps.done["date-0"] = old.isoformat()
    await scene.attempt(site, draft, steps)
    assert steps.done["date-1"] == sent(scene)["date"] != steps.done["date-0"]
    found = await scene.of(site).find(draft, now_mark(done=dict(steps.done)))
    assert len(found) == 1
    body = {**sent(scene), "date": old.isoformat()}
    await scene.raw(site, "POST", f"/v1.2/sites/{site.id}/posts/new", json=body)
    assert len(await scene.of(site).find(draft, now_mark(done=dict(steps.done)))) == 2


async def test_looking_turns_pages(scene: Scene, site: Account) -> None:
    draft = scene.draft(description="The last")
    since = datetime.now(UTC) - timedelta(minutes=2)
    for number in range(101):
        date = (since + timedelta(seconds=number)).isoformat()
        await scene.raw(site, "POST", f"/v1.2/sites/{site.id}/posts/new", json={"content": f"<p>{number}</p>", "date": date})
    published = await scene.publish(site, draft)
    assert ids(await scene.of(site).find(draft, Mark(since))) == [published.id]
    assert [request.url.params["page"] for request, _ in scene.calls if request.url.path.endswith("/posts/")] == ["1", "2"]


@pytest.mark.parametrize("body", [{}, {"posts": 5}, {"posts": [{"ID": 5}]}, {"posts": [{"ID": 5, "date": "soon"}]}])
async def test_a_list_that_cannot_be_read_is_no_evidence(scene: Scene, site: Account, body: Any) -> None:
    scene.instead = lambda request: httpx2.Response(200, json=body) if request.url.path.endswith("/posts/") else None
    with pytest.raises(Unavailable):
        await scene.of(site).find(scene.draft(description="Hello"), now_mark())


def test_words_are_compared_and_not_the_html_that_plugins_change(scene: Scene) -> None:
    draft = scene.draft(scene.media("image", 1), name="Soup & bread", description="it's hot\n\nvery")
    content = '<p class="x">it&#39;s hot</p>\n<div><p>very</p></div><img loading="lazy" src="x">'
    post = {"title": "Soup &#038; bread", "content": content, "type": "post"}
    assert is_of(post, draft)
    assert not is_of({**post, "content": content + '<img src="y">'}, draft)
    assert not is_of({**post, "title": "Soup"}, draft)
    assert not is_of({**post, "type": "page"}, draft)


# Afterwards.


async def test_deleting_is_into_the_trash_and_never_beyond(scene: Scene, site: Account) -> None:
    published = await scene.publish(site, scene.draft(description="Hello"))
    for _ in range(3):
        await scene.of(site).delete(published.id)
    assert scene.wordpress.status_of(site.id, published.id) == "trash"
    assert scene.lines.count(f"POST posts/{published.id}/delete") == 1
    assert scene.seen() == []


async def test_a_delete_whose_answer_was_lost_can_be_repeated(scene: Scene, site: Account) -> None:
    published = await scene.publish(site, scene.draft(description="Hello"))
    scene.network.fail("timeout_after", r"/delete$")
    with pytest.raises(Unavailable):
        await scene.of(site).delete(published.id)
    await scene.of(site).delete(published.id)
    assert scene.wordpress.status_of(site.id, published.id) == "trash"


async def test_deleting_what_is_gone_is_a_success_and_at_a_site_that_is_gone_is_not(scene: Scene, site: Account) -> None:
    await scene.of(site).delete("12345")
    with pytest.raises(Rejected) as gone:
        await scene.of(Account("5", "wordpress:site:5", "wordpress_site", site.secrets)).delete("1")
    assert gone.value.code == "wordpress_site_not_found"


async def test_figures_that_are_told_are_passed_on_and_others_left_out(scene: Scene, site: Account) -> None:
    published = await scene.publish(site, scene.draft(description="Hello"))
    first = await scene.of(site).metrics(published.id, "lifetime")
    assert set(first) == {"views", "likes", "comments"}
    scene.ahead += 86_400
    assert (await scene.of(site).metrics(published.id, "lifetime"))["views"] > first["views"]
    body = {"date": "2026-11-26", "like_count": None, "discussion": {"comment_count": 3}}
    scene.instead = lambda request: httpx2.Response(200, json=body) if "/stats/" in request.url.path else None
    assert await scene.of(site).metrics(published.id, "lifetime") == {"comments": 3}


async def test_figures_of_a_site_that_keeps_them_from_the_user(scene: Scene, voice: Account) -> None:
    published = await scene.attempt(voice, scene.draft(description="Hello"), InMemorySteps())
    with pytest.raises(Rejected) as refused:
        await scene.of(voice).metrics(published.id, "lifetime")
    assert refused.value.code == "wordpress_stats_forbidden"


async def test_a_large_file_is_read_in_pieces(scene: Scene, site: Account) -> None:
    film, lengths = scene.media("video", 1), []
    content = scene.files[film.url].content + bytes(1_000_000)

    async def read(offset: int, length: int) -> bytes:
        lengths.append(length)
        return content[offset : offset + length]

    await scene.publish(site, scene.draft(dataclasses.replace(film, read=read, size=len(content))))
    assert max(lengths) <= 256 * 1024
    [seen] = scene.seen()
    assert seen.media[0]["size"] == len(content)
