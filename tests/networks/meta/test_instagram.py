"""An Instagram account through the adapter: containers, waiting, publishing, what a lost answer leaves behind, and renewal of the token."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs

import httpx2
import pytest

from socialclaw import clock
from socialclaw.errors import RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks import providers
from socialclaw.networks.meta import linked_targets
from socialclaw.networks.meta.instagram import InstagramBusiness, InstagramStandalone
from socialclaw.providers.base import Confirms, Deletes
from socialclaw.providers.draft import Account, Mark
from socialclaw.simulation.worlds import Caller
from tests.networks.meta.conftest import Play, play
from tests.networks.stage import InMemorySteps

KEYS = ["instagram_business", "instagram"]


@pytest.fixture(params=KEYS)
async def insta(request: pytest.FixtureRequest) -> Play:
    """An account, through either log-in."""
    return await play(request.param)


def sent(request: httpx2.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def posts(stage: Play, edge: str) -> list[dict[str, str]]:
    return [sent(request) for request in stage.said if request.method == "POST" and request.url.path.endswith(edge)]


def finder(stage: Play) -> Confirms:
    return cast(Confirms, stage.adapter(stage.account))


def mark(steps: InMemorySteps, **more: Any) -> Mark:
    since = (steps.marked_at or datetime.now(UTC)) - timedelta(seconds=5)
    return Mark(since, dict(steps.done), **more)


# Publishing.


async def test_an_image_is_a_container_that_is_published_when_it_is_ready(insta: Play) -> None:
    draft = insta.draft("Look", insta.media("image", 0, alt="a square"))
    published = await insta.publish(insta.account, draft)
    [container] = posts(insta, "/media")
    assert container == {"image_url": draft.media[0].url, "alt_text": "a square", "caption": "Look"}
    assert insta.paths("GET")[0] == f"{insta.account.id}/content_publishing_limit"
    assert published.url is not None
    assert published.url.startswith("https://www.instagram.com/p/")


async def test_a_video_is_a_reel(insta: Play) -> None:
    draft = insta.draft("Look", insta.media("video", 0))
    published = await insta.publish(insta.account, draft)
    assert posts(insta, "/media") == [{"media_type": "REELS", "share_to_feed": "true", "video_url": draft.media[0].url, "caption": "Look"}]
    assert published.url is not None
    assert "/reel/" in published.url


async def test_a_carousel_has_its_caption_once_and_its_files_in_order(insta: Play) -> None:
    media = (insta.media("video", 0), insta.media("image", 1, alt="one"), insta.media("video", 2))
    await insta.publish(insta.account, insta.draft("Three", *media))
    *items, album = posts(insta, "/media")
    assert [item.get("media_type") for item in items] == ["VIDEO", None, "VIDEO"]
    assert all(item["is_carousel_item"] == "true" and "caption" not in item for item in items)
    assert (album["media_type"], album["caption"], album["children"].count(",")) == ("CAROUSEL", "Three", 2)
    [seen] = insta.seen()
    assert [m["kind"] for m in seen.media] == ["video", "image", "video"]


async def test_a_png_from_elsewhere_is_refused_in_words_that_help(insta: Play) -> None:
    png = insta.media("image", 0)
    insta.files[png.url] = httpx2.Response(200, content=b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(Rejected, match="what is uploaded here is converted") as told:
        await insta.publish(insta.account, insta.draft("", png))
    assert told.value.code == "instagram_image_refused"


async def test_a_file_that_instagram_cannot_fetch_is_said_to_be_out_of_reach(insta: Play) -> None:
    draft = insta.draft("", insta.media("image", 0))
    insta.files.clear()
    with pytest.raises(Unavailable) as told:
        await insta.attempt(insta.account, draft, InMemorySteps())
    assert (told.value.code, told.value.sent) == ("instagram_media_unreachable", False)


async def test_a_note_says_that_a_video_has_no_alt_text(insta: Play) -> None:
    published = await insta.publish(insta.account, insta.draft("", insta.media("video", 0, alt="a film")))
    assert published.note is not None
    assert "video-0.mp4" in published.note


async def test_the_day_is_full_before_anything_is_prepared(insta: Play) -> None:
    insta.meta.shelf.put("published in a day", insta.account.id, [insta.meta.clock()] * 100)
    with pytest.raises(RateLimited) as told:
        await insta.attempt(insta.account, insta.draft("", insta.media("image", 0)), InMemorySteps())
    assert told.value.code == "instagram_quota_used"
    assert "100 of the 100" in told.value.message
    assert insta.paths("POST") == []


async def test_a_day_that_fills_up_meanwhile_is_waited_for_with_the_same_container(insta: Play) -> None:
    draft, steps = insta.draft("Later", insta.media("image", 0)), InMemorySteps()
    insta.network.fail("refuse")
    with pytest.raises(Unavailable):
        await insta.attempt(insta.account, draft, steps)
    insta.meta.shelf.put("published in a day", insta.account.id, [insta.meta.clock()] * 100)
    with pytest.raises(RateLimited):
        await insta.attempt(insta.account, draft, steps)
    insta.meta.shelf.put("published in a day", insta.account.id, [])
    await insta.attempt(insta.account, draft, steps)
    assert len(posts(insta, "/media")) == 1
    assert [seen.text for seen in insta.seen()] == ["Later"]


async def test_a_limit_that_cannot_be_read_is_left_to_instagram(insta: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    insta.meta.people.shelf.put("options", "x", 1)
    original = insta.meta.begin

    def without(request: httpx2.Request, who: Caller) -> httpx2.Response:
        if request.url.path.endswith("content_publishing_limit"):
            return httpx2.Response(400, json={"error": {"code": 100, "message": "nothing here"}}, request=request)
        return original(request, who)

    monkeypatch.setattr(insta.meta, "begin", without)
    await insta.publish(insta.account, insta.draft("", insta.media("image", 0)))
    assert len(insta.seen()) == 1


async def test_media_that_fails_is_prepared_anew_if_that_may_help(insta: Play) -> None:
    draft, steps = insta.draft("Film", insta.media("video", 0)), InMemorySteps()
    insta.network.fail("fail_processing", r"/media$")
    answer = insta.meta.shown_container

    def passing(container: Any, wanted: Any) -> dict[str, Any]:
        shown = answer(container, wanted)
        return {**shown, "status": shown["status"].replace("2207026", "2207053")}

    insta.meta.shown_container = passing  # type: ignore[method-assign]
    await insta.attempt(insta.account, draft, steps)
    assert len(posts(insta, "/media")) == 2
    assert len(insta.seen()) == 1


async def test_media_that_instagram_does_not_take_fails_with_its_number(insta: Play) -> None:
    draft = insta.draft("Film", insta.media("video", 0))
    insta.files[draft.media[0].url] = httpx2.Response(200, content=b"not a video at all")
    with pytest.raises(Rejected) as told:
        await insta.attempt(insta.account, draft, InMemorySteps())
    assert told.value.code == "instagram_video_refused"
    assert "2207026" in told.value.details["said"]
    assert len(posts(insta, "/media")) == 1, "a repetition would not help"


async def test_a_failed_post_that_is_sent_again_by_hand_begins_anew(insta: Play) -> None:
    draft, steps = insta.draft("Film", insta.media("video", 0)), InMemorySteps()
    insta.network.fail("fail_processing", r"/media$")
    with pytest.raises(Rejected):
        await insta.attempt(insta.account, draft, steps)
    await insta.attempt(insta.account, draft, steps)
    assert [seen.text for seen in insta.seen()] == ["Film"]


async def test_containers_that_have_become_too_old_are_made_anew(insta: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    draft, steps = insta.draft("Late", insta.media("image", 0), insta.media("image", 1)), InMemorySteps()
    insta.network.fail("refuse")
    with pytest.raises(Unavailable):
        await insta.attempt(insta.account, draft, steps)
    insta.ahead += 25 * 3600
    now = time.time()
    monkeypatch.setattr(clock, "now", lambda: datetime.fromtimestamp(now + insta.ahead, UTC))
    await insta.attempt(insta.account, draft, steps)
    assert len(posts(insta, "/media")) == 6
    assert [seen.text for seen in insta.seen()] == ["Late"]


async def test_containers_that_instagram_has_forgotten_are_made_anew(insta: Play) -> None:
    draft, steps = insta.draft("Late", insta.media("image", 0)), InMemorySteps()
    insta.network.fail("refuse")
    with pytest.raises(Unavailable):
        await insta.attempt(insta.account, draft, steps)
    insta.ahead += 25 * 3600
    await insta.attempt(insta.account, draft, steps)
    assert [seen.text for seen in insta.seen()] == ["Late"]


async def test_a_link_that_cannot_be_read_is_read_later(insta: Play) -> None:
    draft, steps = insta.draft("Look", insta.media("image", 0)), InMemorySteps()
    insta.network.fail("timeout", "^GET /v25.0/18*")
    published = await insta.attempt(insta.account, draft, steps)
    assert (published.final, published.url) == (False, None)
    [found] = await finder(insta).find(draft, mark(steps, post_id=published.id))
    assert found.final
    assert found.url == insta.seen()[0].url


# A lost answer.


async def lost(stage: Play, kind: str, draft: Any) -> InMemorySteps:
    steps = InMemorySteps()
    stage.network.fail(kind)
    with pytest.raises(Uncertain):
        await stage.attempt(stage.account, draft, steps)
    return steps


async def test_the_container_proves_that_nothing_was_published(insta: Play) -> None:
    draft = insta.draft("Same words", insta.media("image", 0))
    steps = await lost(insta, "timeout", draft)
    await insta.publish(insta.account, draft)
    assert list(await finder(insta).find(draft, mark(steps))) == [], "what looks alike is another post"


async def test_what_is_published_but_not_listed_yet_is_not_absent(insta: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = insta.draft("Look", insta.media("image", 0))
    steps = await lost(insta, "timeout_after", draft)
    monkeypatch.setattr(insta.meta, "shown_media", lambda seen, wanted: {"id": "1", "timestamp": "2020-01-01T00:00:00+0000"})
    with pytest.raises(Unavailable) as told:
        await finder(insta).find(draft, mark(steps))
    assert told.value.code == "instagram_not_listed"


async def test_without_its_container_a_post_is_found_among_the_latest(insta: Play) -> None:
    draft = insta.draft("Look", insta.media("video", 0), insta.media("image", 1))
    steps = await lost(insta, "timeout_after", draft)
    [seen] = insta.seen()
    for number in range(30):
        await insta.publish(insta.account, insta.draft(f"number {number}", insta.media("image", 0)))
    insta.meta.shelf.drop("containers", steps.done["container"]["id"])
    found = await finder(insta).find(draft, mark(steps))
    assert [(p.id, p.url) for p in found] == [(seen.id, seen.url)]


# The two log-ins.


async def test_an_account_is_published_to_with_its_pages_token(linked: Play) -> None:
    adapter = InstagramBusiness(linked.http, Account(id="", secrets=await linked.secrets("ann")))
    account, person = await adapter.targets()
    assert (account.type, account.handle) == ("instagram_business_linked", f"instagram:business:{account.id}")
    assert account.meta["pageName"] == "Ann & Co."
    record = await linked.say("GET", "me", token=account.secrets["access_token"], fields="id,name")
    assert record.json()["name"] == "Ann & Co."
    assert (person.type, person.secrets) == ("instagram_business_identity", {})


async def test_a_page_without_an_instagram_account_is_no_destination(linked: Play) -> None:
    zoe = linked.meta.person("zoe")
    [shop] = linked.meta.people.pages_of(zoe["id"])
    linked.meta.shelf.put("pages", shop["id"], {**shop, "instagram": None})
    token = linked.meta.admit("zoe")["access_token"]
    assert await InstagramBusiness(linked.http, Account(id="", secrets={"access_token": token})).targets() == []


async def test_only_facebook_login_can_delete(linked: Play, alone: Play) -> None:
    published = await linked.publish(linked.account, linked.draft("", linked.media("image", 0)))
    await InstagramBusiness(linked.http, linked.account).delete(published.id)
    assert linked.seen() == []
    assert not providers()["instagram"].can(Deletes)
    published = await alone.publish(alone.account, alone.draft("", alone.media("image", 0)))
    answer = await alone.say("DELETE", published.id, base="https://graph.instagram.com/v25.0")
    assert answer.status_code == 400
    assert len(alone.seen()) == 1


async def test_a_token_of_instagram_login_lives_sixty_days_and_is_renewed(alone: Play) -> None:
    alone.ahead += 30 * 86_400
    fresh = await alone.refresh(alone.account)
    assert fresh.secrets["access_token"] != alone.account.secrets["access_token"]
    assert fresh.secrets["refresh_token"] == fresh.secrets["access_token"]
    alone.ahead += 45 * 86_400
    with pytest.raises(Unauthorized):
        await InstagramStandalone(alone.http, alone.account).check()
    await alone.publish(fresh, alone.draft("still here", alone.media("image", 0)))
    with pytest.raises(Unauthorized):
        await alone.refresh(alone.account)


async def test_a_token_that_is_too_young_cannot_be_renewed(alone: Play) -> None:
    with pytest.raises(Unauthorized):
        await alone.refresh(alone.account)


async def test_a_personal_account_is_refused(alone: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    account = {"id": alone.account.id, "username": "ann", "account_type": "PERSONAL"}
    monkeypatch.setattr(alone.meta, "_account", lambda *args: account)
    with pytest.raises(Rejected) as told:
        await InstagramStandalone(alone.http, alone.account).targets()
    assert told.value.code == "instagram_account_personal"


async def test_figures_of_a_post_and_of_an_account(insta: Play) -> None:
    published = await insta.publish(insta.account, insta.draft("", insta.media("image", 0)))
    adapter: Any = insta.adapter(insta.account)
    assert set(await adapter.metrics(published.id, "lifetime")) == {"reach", "views", "likes", "comments", "shares", "saves"}
    assert set(await adapter.account_metrics("lifetime")) == {"followers"}
    assert set(await adapter.account_metrics("30d")) == {"followers", "reach", "views", "likes", "comments", "shares", "saves"}


async def test_linked_targets_of_an_account(linked: Play) -> None:
    found = await linked_targets(InstagramBusiness(linked.http, linked.account), {})
    assert found["links"]["currentInstagramBusiness"]["handle"] == linked.account.handle
    assert found["links"]["currentPage"]["handle"].startswith("facebook:page:")
    assert found["notes"] == []


async def test_an_account_of_an_older_workspace_is_an_instagram_account(legacy: Play) -> None:
    assert legacy.account.handle.startswith("meta:instagram:")
    draft = legacy.draft("Both", legacy.media("image", 0), legacy.media("video", 1))
    assert legacy.issues(draft, legacy.account.type) == []
    published = await legacy.publish(legacy.account, draft)
    adapter: Any = legacy.adapter(legacy.account)
    await adapter.check()
    assert [p.id for p in await adapter.find(draft, Mark(datetime.now(UTC), post_id=published.id))] == [published.id]
    assert "saves" in await adapter.metrics(published.id, "lifetime")
    found = await linked_targets(adapter, {})
    assert found["links"]["linkedPages"][0]["handle"].startswith("meta:page:")
    await adapter.delete(published.id)
    assert legacy.seen() == []
