"""A Page through the adapter: what goes out, what happens when it is refused, lost or slow, and what is read back."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs

import httpx2
import pytest

from socialclaw import clock
from socialclaw.errors import Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.meta import linked_targets
from socialclaw.networks.meta import video as video_module
from socialclaw.networks.meta.facebook import Facebook
from socialclaw.providers.base import Confirms, Discovers
from socialclaw.providers.draft import Account, Draft, Mark, Target
from tests.networks.meta.conftest import Play
from tests.networks.stage import InMemorySteps


def sent(request: httpx2.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


async def targets(stage: Play) -> list[Target]:
    found = stage.provider.adapter(stage.http, Account(id="", secrets=await stage.secrets("ann")))
    assert isinstance(found, Discovers)
    return list(await found.targets())


def finder(stage: Play) -> Confirms:
    return cast(Confirms, stage.adapter(stage.account))


def mark(steps: InMemorySteps, **more: Any) -> Mark:
    since = (steps.marked_at or datetime.now(UTC)) - timedelta(seconds=5)
    return Mark(since, dict(steps.done), **more)


# Connecting.


async def test_connecting_finds_pages_with_tokens_of_their_own_and_then_the_person(page: Play) -> None:
    first, person = await targets(page)
    assert first.type == "facebook_page"
    assert first.handle == f"facebook:page:{first.id}"
    assert first.name == "Ann & Co."
    assert first.meta["username"] == "annco"
    token = (await page.secrets("ann"))["access_token"]
    assert first.secrets["access_token"] not in ("", token)
    assert (person.type, person.handle, person.secrets) == ("facebook_user", f"facebook:user:{person.id}", {})


async def test_a_page_that_the_person_may_not_post_to_is_left_out(page: Play) -> None:
    ann = page.meta.person("ann")
    page.meta.people.add_page(ann, "Only Numbers", tasks=("ANALYZE",))
    page.meta.people.add_page(ann, "Second Shop")
    assert sorted(t.name for t in await targets(page) if t.type == "facebook_page") == ["Ann & Co.", "Second Shop"]


async def test_every_page_is_found_however_many_there_are(page: Play) -> None:
    ann = page.meta.person("ann")
    for number in range(230):
        page.meta.people.add_page(ann, f"Shop {number}")
    assert len(await targets(page)) == 232
    assert page.paths("GET").count("me/accounts") == 3


async def test_a_permission_that_was_unticked_is_named(page: Play) -> None:
    token = page.meta.admit("zoe", scopes=["pages_show_list", "pages_read_engagement"])["access_token"]
    adapter = Facebook(page.http, Account(id="", secrets={"access_token": token}))
    with pytest.raises(Rejected, match="pages_manage_posts") as told:
        await adapter.targets()
    assert told.value.code == "facebook_permission_missing"


async def test_a_person_without_pages_has_nothing_to_publish_to(page: Play) -> None:
    token = page.meta.admit("zoe")["access_token"]
    for shop in page.meta.people.pages_of(page.meta.person("zoe")["id"]):
        page.meta.shelf.drop("pages", shop["id"])
    assert await Facebook(page.http, Account(id="", secrets={"access_token": token})).targets() == []


async def test_a_page_token_outlives_the_persons(page: Play) -> None:
    page.ahead += 100 * 86_400
    await page.publish(page.account, page.draft("much later"))
    assert [seen.text for seen in page.seen()] == ["much later"]


# Publishing.


async def test_a_text_is_one_call(page: Play) -> None:
    await page.publish(page.account, page.draft("Hello & goodbye"))
    [request] = page.said
    assert sent(request) == {"message": "Hello & goodbye"}
    assert "access_token" not in str(request.url)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("See https://example.org/a?b=1.", "https://example.org/a?b=1"),
        ("(HTTPS://example.org/x) and https://other.example/", "HTTPS://example.org/x"),
        ("no link here, example.org", ""),
    ],
)
async def test_a_link_in_a_text_gets_its_card(page: Play, text: str, link: str) -> None:
    await page.publish(page.account, Draft(text))
    [seen] = page.seen()
    assert (seen.text, seen.extra.get("link", "")) == (text, link)
    [found] = await finder(page).find(Draft(text), Mark(datetime.now(UTC) - timedelta(seconds=5)))
    assert found.id == seen.id


async def test_a_card_can_be_left_out_and_photos_have_none(page: Play) -> None:
    await page.publish(page.account, Draft("See https://example.org/", settings={"linkCard": False}))
    await page.publish(page.account, Draft("Look: https://example.org/", media=(page.media("image", 0),)))
    assert [seen.extra.get("link", "") for seen in page.seen()] == ["", ""]


async def test_a_link_that_facebook_cannot_open_goes_out_as_text_with_a_note(page: Play) -> None:
    published = await page.publish(page.account, Draft("See http://localhost/ now"))
    [seen] = page.seen()
    assert (seen.id, seen.extra.get("link", "")) == (published.id, "")
    assert "no card" in (published.note or "")


async def test_photos_are_sent_unseen_with_their_alt_text_and_then_attached(page: Play) -> None:
    media = (page.media("image", 0, alt="one"), page.media("image", 1), page.media("image", 2, alt="three"))
    await page.publish(page.account, page.draft("Look", *media))
    assert [path.rpartition("/")[2] for path in page.paths("POST")] == ["photos", "photos", "photos", "feed"]
    assert len(json.loads(sent(page.said[-1])["attached_media"])) == 3
    [seen] = page.seen()
    assert [m["alt"] for m in seen.media] == ["one", "", "three"]


async def test_photos_that_have_become_too_old_are_sent_again(page: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    draft, steps = page.draft("Look", page.media("image", 0)), InMemorySteps()
    page.network.fail("refuse")
    with pytest.raises(Exception, match="Could not reach"):
        await page.attempt(page.account, draft, steps)
    first = steps.done["photo-0"]["id"]
    page.ahead += 25 * 3600
    now = time.time()
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(now + page.ahead, UTC))
    await page.attempt(page.account, draft, steps)
    assert steps.done["photo-0-again-1"]["id"] != first
    assert len(page.seen()) == 1


async def test_a_repeated_text_is_refused_in_facebooks_words(page: Play) -> None:
    await page.publish(page.account, page.draft("Again"))
    with pytest.raises(Rejected, match="Duplicate status message") as told:
        await page.publish(page.account, page.draft("Again"))
    assert told.value.code == "facebook_duplicate_post"
    page.ahead += 600
    await page.publish(page.account, page.draft("Again"))
    assert len(page.seen()) == 2


async def test_a_post_is_found_by_its_own_photos_though_another_looks_alike(page: Play) -> None:
    draft, steps = page.draft("Look", page.media("image", 0)), InMemorySteps()
    page.network.fail("timeout_after")
    with pytest.raises(Uncertain):
        await page.attempt(page.account, draft, steps)
    await page.publish(page.account, draft)
    lost, other = page.seen()
    assert [p.id for p in await finder(page).find(draft, mark(steps))] == [lost.id]
    assert len(await finder(page).find(draft, Mark(mark(steps).since))) == 2, "without the photos' ids both may be it"
    assert other.id != lost.id


async def test_a_page_of_the_list_is_not_the_end_of_it(page: Play) -> None:
    steps = InMemorySteps()
    page.network.fail("timeout_after")
    with pytest.raises(Uncertain):
        await page.attempt(page.account, page.draft("the lost one"), steps)
    for number in range(30):
        await page.publish(page.account, page.draft(f"number {number}"))
    assert len(await finder(page).find(page.draft("the lost one"), mark(steps))) == 1


# Videos.


async def test_a_video_is_sent_in_the_parts_that_facebook_asks_for(page: Play) -> None:
    await page.publish(page.account, page.draft("Film", page.media("video", 0)))
    lines = [line.rpartition("/")[2] for line in page.network.requests if line.startswith("POST") and "/videos" in line]
    assert lines == ["videos start", "videos transfer", "videos transfer", "videos transfer", "videos finish"]
    [seen] = page.seen()
    assert (seen.text, seen.media[0]["kind"]) == ("Film", "video")


async def test_a_part_that_is_asked_for_again_is_sent_again(page: Play) -> None:
    """An answer that is lost leaves the upload further on than we think."""
    page.network.fail("reset_after", r"videos transfer$", times=2)
    draft = page.draft("Film", page.media("video", 0))
    published = await page.publish(page.account, draft)
    [seen] = page.seen()
    assert seen.id == published.id
    assert page.shows(seen, draft.media)


async def test_the_parts_of_a_large_video_are_read_piece_by_piece(page: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_module, "LARGEST_PART", 500)
    reads: list[int] = []
    video = page.media("video", 0)
    inner = video.read
    assert inner is not None

    async def read(offset: int, length: int) -> bytes:
        reads.append(length)
        return await inner(offset, length)

    draft = page.draft("Film", replace(video, read=read))
    await page.publish(page.account, draft)
    assert max(reads) <= 500
    assert page.shows(page.seen()[0], draft.media)


async def test_a_video_that_facebook_cannot_process_fails_and_may_be_tried_anew(page: Play) -> None:
    draft, steps = page.draft("Film", page.media("video", 0)), InMemorySteps()
    page.network.fail("fail_processing", r"videos finish$")
    with pytest.raises(Rejected, match="could not be read") as told:
        await page.attempt(page.account, draft, steps)
    assert told.value.code == "facebook_video_failed"
    assert page.seen() == []
    await page.attempt(page.account, draft, steps)
    assert [seen.text for seen in page.seen()] == ["Film"]


async def test_a_video_that_takes_long_is_accepted_first_and_confirmed_later(page: Play) -> None:
    page.meta.processing_seconds = 7200
    draft, steps = page.draft("Film", page.media("video", 0)), InMemorySteps()
    published = await page.attempt(page.account, draft, steps)
    assert published.final is False
    [found] = await finder(page).find(draft, mark(steps, post_id=published.id))
    assert found.final is False
    page.ahead += 7200
    [found] = await finder(page).find(draft, mark(steps, post_id=published.id))
    assert found.final is True
    assert [seen.id for seen in page.seen()] == [found.id]


async def test_a_video_that_fails_after_it_was_accepted_is_reported_by_the_later_look(page: Play) -> None:
    page.meta.processing_seconds = 7200
    draft, steps = page.draft("Film", page.media("video", 0)), InMemorySteps()
    published = await page.attempt(page.account, draft, steps)
    page.network.fail("fail_processing", r"^GET ")
    await finder(page).find(draft, mark(steps, post_id=published.id))
    page.ahead += 7200
    with pytest.raises(Rejected) as told:
        await finder(page).find(draft, mark(steps, post_id=published.id))
    assert told.value.code == "facebook_video_failed"
    assert page.seen() == []


async def test_a_look_that_gets_no_answer_is_no_failure_of_a_published_video(page: Play) -> None:
    draft, steps = page.draft("Film", page.media("video", 0)), InMemorySteps()
    page.network.fail("timeout", r"^GET ", times=9)
    published = await page.attempt(page.account, draft, steps)
    assert published.final is False
    page.network.shelf.disarm()
    page.ahead += 60
    [found] = await finder(page).find(draft, mark(steps, post_id=published.id))
    assert [seen.id for seen in page.seen()] == [found.id]


async def test_a_video_whose_upload_was_not_finished_is_not_there(page: Play) -> None:
    draft, steps = page.draft("Film", page.media("video", 0)), InMemorySteps()
    page.network.fail("timeout")
    with pytest.raises(Uncertain):
        await page.attempt(page.account, draft, steps)
    assert list(await finder(page).find(draft, mark(steps))) == []


@pytest.mark.parametrize("lost", [False, True])
async def test_a_video_can_be_fetched_by_facebook(page: Play, lost: bool) -> None:
    draft, steps = page.draft("Film", page.media("video", 0), facebookVideoUploadMode="remote_url"), InMemorySteps()
    if lost:
        page.network.fail("timeout_after")
        with pytest.raises(Uncertain):
            await page.attempt(page.account, draft, steps)
        assert list(await finder(page).find(draft, mark(steps))) == [], "it is not listed before it is processed"
        page.ahead += 60
        [published] = await finder(page).find(draft, mark(steps))
    else:
        published = await page.attempt(page.account, draft, steps)
    assert [seen.id for seen in page.seen()] == [published.id]
    assert [line for line in page.network.requests if "videos" in line and line.startswith("POST")] == [
        f"POST /v25.0/{page.account.id}/videos"
    ]


async def test_a_video_that_facebook_cannot_fetch_says_so(page: Play) -> None:
    draft = page.draft("Film", page.media("video", 0), facebookVideoUploadMode="remote_url")
    page.files.clear()
    with pytest.raises(Unavailable) as told:
        await page.attempt(page.account, draft, InMemorySteps())
    assert (told.value.code, told.value.sent) == ("facebook_video_unreachable", False)


async def test_auto_uploads_where_that_works(page: Play) -> None:
    await page.publish(page.account, page.draft("Film", page.media("video", 0), facebookVideoUploadMode="auto"))
    assert f"POST /v25.0/{page.account.id}/videos finish" in page.network.requests


# Afterwards.


async def test_a_video_post_is_deleted_with_its_video(page: Play) -> None:
    published = await page.publish(page.account, page.draft("Film", page.media("video", 0)))
    await Facebook(page.http, page.account).delete(published.id)
    await Facebook(page.http, page.account).delete(published.id)
    assert page.seen() == []


async def test_figures_that_facebook_no_longer_has_do_not_take_the_others_with_them(page: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    published = await page.publish(page.account, page.draft("Count me"))
    monkeypatch.setattr("socialclaw.networks.meta.sandbox.facebook.POST_FIGURES", ("post_media_view", "post_clicks"))
    page.ahead += 86_400
    found = await Facebook(page.http, page.account).metrics(published.id, "lifetime")
    assert set(found) == {"views", "clicks", "likes", "comments", "shares"}


async def test_a_page_is_measured_over_a_window_and_has_followers_at_any_time(page: Play) -> None:
    adapter = Facebook(page.http, page.account)
    assert set(await adapter.account_metrics("lifetime")) == {"followers"}
    assert set(await adapter.account_metrics("7d")) == {"followers", "views", "reach"}
    since, until = (int(page.said[-1].url.params[name]) for name in ("since", "until"))
    assert until - since == 7 * 86_400


async def test_linked_targets_of_a_page_are_seen_once_instagram_was_connected(page: Play) -> None:
    before = await linked_targets(Facebook(page.http, page.account), {})
    assert before["links"]["currentPage"]["handle"] == page.account.handle
    assert before["links"]["linkedInstagramAccounts"] == []
    assert any("connect Instagram once" in note for note in before["notes"])
    page.meta.admit("ann", scopes=["instagram_basic"])
    again = await page.connect()
    after = await linked_targets(Facebook(page.http, again), {})
    [account] = after["links"]["linkedInstagramAccounts"]
    assert account["handle"] == f"instagram:business:{account['id']}"
    assert after["links"]["currentInstagramBusiness"] == account


async def test_linked_targets_of_the_person_are_all_of_them(person: Play) -> None:
    person.meta.people.add_page(person.meta.person("ann"), "Second Shop")
    found = await linked_targets(Facebook(person.http, person.account), {})
    assert found["links"]["currentPage"] is None
    assert len(found["links"]["linkedPages"]) == 2
    await Facebook(person.http, person.account).check()


async def test_a_person_cannot_post_as_a_page(person: Play) -> None:
    [shop] = person.meta.people.pages_of(person.account.id)
    wrong = Account(shop["id"], f"facebook:page:{shop['id']}", "facebook_page", person.account.secrets)
    with pytest.raises(Unauthorized) as told:
        await Facebook(person.http, wrong).publish(Draft("text"), InMemorySteps())
    assert told.value.code == "facebook_permission_missing"
