"""The adapter against the simulator: what the public sees afterwards, and what a failure becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from socialclaw.errors import RateLimited, Rejected, Unavailable
from socialclaw.networks.reddit.sandbox.subreddits import flairs, subreddit
from socialclaw.networks.reddit.submissions import LONGEST_HELD, standing
from socialclaw.providers.draft import Account, Draft, Mark
from tests.networks.reddit.conftest import Scene, sent
from tests.networks.stage import InMemorySteps


async def test_the_user_is_the_target(scene: Scene, ann: Account) -> None:
    [target] = await scene.of(ann).targets()
    assert (target.handle, target.type, target.name) == ("reddit:ann", "reddit_user", "ann")
    assert target.meta["hasVerifiedEmail"] is True


async def test_a_suspended_user_is_told(scene: Scene, ann: Account) -> None:
    await scene.of(ann).check()
    scene.reddit.shelf.put("people", ann.id, {**scene.reddit.person("ann"), "suspended": True})
    with pytest.raises(Rejected) as told:
        await scene.of(ann).check()
    assert told.value.code == "reddit_account_suspended"


async def test_a_text_post_with_everything_there_is(scene: Scene, ann: Account) -> None:
    flair = next(f for f in flairs(subreddit("CasualTalk") or {}) if f["text_editable"])
    draft = scene.draft(description="**hot**", nsfw=True, spoiler=True, sendReplies=False, flairId=flair["id"], flairText="Mine")
    published = await scene.publish(ann, draft)
    assert sent(scene) == {
        **{"api_type": "json", "kind": "self", "sr": "CasualTalk", "title": "Soup", "text": "**hot**", "sendreplies": "false"},
        **{"nsfw": "true", "spoiler": "true", "validate_on_submit": "true", "flair_id": flair["id"], "flair_text": "Mine"},
    }
    [seen] = scene.seen()
    assert (seen.id, seen.text, seen.account) == (published.id, "Soup\n\n**hot**", ann.id)
    assert (seen.extra["nsfw"], seen.extra["spoiler"], seen.extra["flair"]["text"]) == (True, True, "Mine")
    assert published.url == f"https://www.reddit.com/r/CasualTalk/comments/{seen.id[3:]}/soup/"
    assert published.id.startswith("t3_")


@pytest.mark.parametrize("description", ["", "hot"])
async def test_a_file_becomes_a_link_with_the_text_below_it(scene: Scene, ann: Account, description: str) -> None:
    draft = scene.draft(scene.media("image", 1), description=description)
    published = await scene.publish(ann, draft)
    form = sent(scene)
    assert (form["kind"], form["url"], form.get("text", ""), form["resubmit"]) == ("link", draft.media[0].url, description, "false")
    assert "flair_id" not in form
    [seen] = scene.seen()
    assert (seen.text, published.note) == (draft.text, None)
    assert scene.shows(seen, draft.media)


async def test_a_text_that_reddit_does_not_show_below_a_link_is_noted(scene: Scene, ann: Account) -> None:
    draft = scene.draft(scene.media("image", 1), description="hot")
    post_id = await scene.submit(ann, draft)
    [seen] = scene.seen()
    scene.reddit.shelf.change_post(replace(seen, extra={**seen.extra, "text": ""}))
    [found] = await scene.of(ann).find(draft, Mark(scene.now(), post_id=post_id))
    assert found.final
    assert found.note == "Reddit shows the link without the text that was sent along"


async def test_a_profile_is_posted_to_by_its_name(scene: Scene, ann: Account) -> None:
    await scene.publish(ann, scene.draft(subreddit="u/ann"))
    assert sent(scene)["sr"] == "u_ann"
    assert scene.seen()[0].extra["subreddit"] == "u_ann"


async def test_a_link_is_not_posted_twice_to_a_subreddit(scene: Scene, ann: Account) -> None:
    draft = scene.draft(scene.media("image", 1))
    await scene.publish(ann, draft)
    with pytest.raises(Rejected) as refused:
        await scene.publish(await scene.connect("bob"), draft)
    assert refused.value.code == "reddit_link_already_submitted"
    await scene.publish(ann, replace(draft, settings={**draft.settings, "subreddit": "pictures"}))
    assert [seen.extra["subreddit"] for seen in scene.seen()] == ["CasualTalk", "pictures"]


@pytest.mark.parametrize(
    ("subreddit", "media", "name", "code"),
    [
        ("nosuchplace", False, "Soup", "reddit_subreddit_not_found"),
        ("restricted", False, "Soup", "reddit_posting_not_allowed"),
        ("private", False, "Soup", "reddit_posting_not_allowed"),
        ("u_bob", False, "Soup", "reddit_subreddit_not_found"),
        ("linksonly", False, "Soup", "reddit_text_posts_not_allowed"),
        ("textonly", True, "Soup", "reddit_link_posts_not_allowed"),
        ("flairrequired", False, "Soup", "reddit_flair_required"),
        ("choosy", True, "[OC]", "reddit_too_short"),
        ("choosy", True, "Soup", "reddit_too_short"),
        ("choosy", True, "My soup", "reddit_title_refused"),
        ("choosy", True, "[OC] Buy now", "reddit_title_refused"),
        ("choosy", False, "[OC] Soup", "reddit_body_required"),
    ],
)
async def test_what_a_subreddit_refuses_is_told(scene: Scene, ann: Account, subreddit: str, media: bool, name: str, code: str) -> None:
    files = (scene.media("image", 1),) if media else ()
    with pytest.raises(Rejected) as refused:
        await scene.publish(ann, scene.draft(*files, name=name, subreddit=subreddit))
    assert refused.value.code == code
    assert refused.value.details["said"]
    assert scene.seen() == []


async def test_reddit_says_how_long_to_wait_between_posts(scene: Scene, ann: Account) -> None:
    await scene.publish(ann, scene.draft(subreddit="slow"))
    steps, again = InMemorySteps(), scene.draft(name="Bread", subreddit="slow")
    with pytest.raises(RateLimited) as limit:
        await scene.attempt(ann, again, steps)
    assert 400 < limit.value.retry_after <= 540
    assert limit.value.code == "reddit_ratelimit"
    scene.ahead += limit.value.retry_after
    await scene.publish(ann, again, steps)
    assert [seen.text for seen in scene.seen()] == ["Soup", "Bread"]


# Taken away without a word.


async def removed(scene: Scene, account: Account, **settings: Any) -> Rejected:
    with pytest.raises(Rejected) as told:
        await scene.publish(account, scene.draft(**settings))
    assert scene.seen() == []
    return told.value


async def test_a_post_that_moderators_remove_has_failed(scene: Scene, ann: Account) -> None:
    told = await removed(scene, ann, subreddit="removing")
    assert (told.code, told.details["said"]) == ("reddit_removed_by_moderator", "moderator")


async def test_a_post_that_the_spam_filter_takes_has_failed(scene: Scene, ann: Account) -> None:
    scene.network.fail("fail_processing")
    assert (await removed(scene, ann)).code == "reddit_removed_as_spam"
    await scene.publish(ann, scene.draft(name="Bread"))


async def test_what_is_held_back_waits_for_a_moderator_and_no_longer_than_a_day(scene: Scene, ann: Account) -> None:
    draft = scene.draft(subreddit="heldback")
    post_id = await scene.submit(ann, draft)
    [held] = await scene.of(ann).find(draft, Mark(scene.now(), post_id=post_id))
    assert not held.final
    assert held.note is not None
    assert "moderator" in held.note
    thing = await scene.of(ann).info(post_id)
    assert thing is not None
    with pytest.raises(Rejected) as told:
        standing(thing, draft, now=scene.now() + LONGEST_HELD)
    assert told.value.code == "reddit_held_by_automoderator"
    approved = standing({**thing, "removed_by_category": None}, draft, now=scene.now() + timedelta(hours=5))
    assert (approved.final, approved.id, approved.note) == (True, post_id, None)


@pytest.mark.parametrize(("category", "code"), [("copyright_takedown", "reddit_removed"), ("spam", "reddit_removed_as_spam")])
async def test_other_removals_have_a_code_too(scene: Scene, ann: Account, category: str, code: str) -> None:
    draft = scene.draft()
    thing = await scene.of(ann).info(await scene.submit(ann, draft))
    with pytest.raises(Rejected) as told:
        standing({**(thing or {}), "removed_by_category": category}, draft, now=scene.now())
    assert (told.value.code, told.value.details["said"]) == (code, category)


# Lost answers.


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Soups"},
        {"description": "cold"},
        {"settings": {"subreddit": "pictures"}},
        {"media": "another"},
        {"media": "none"},
    ],
)
async def test_a_lost_link_is_not_mistaken(scene: Scene, ann: Account, change: dict[str, Any]) -> None:
    draft = scene.draft(scene.media("image", 1), description="hot")
    mark = await scene.lose(ann, draft)
    assert [post.id for post in await scene.of(ann).find(draft, mark)] == [scene.seen()[0].id]
    files = {"another": (scene.media("image", 2),), "none": ()}
    other = replace(draft, **{**change, **({"media": files[change["media"]]} if "media" in change else {})})
    assert list(await scene.of(ann).find(other, mark)) == []


async def test_a_lost_post_is_found_however_its_subreddit_is_capitalised(scene: Scene, ann: Account) -> None:
    draft = scene.draft(description="one  \ntwo\n", subreddit="casualTALK")
    mark = await scene.lose(ann, draft)
    [found] = await scene.of(ann).find(draft, mark)
    assert not found.final, "it is still to be seen whether it stays"


async def test_a_lost_post_is_found_behind_many_others(scene: Scene, ann: Account) -> None:
    draft = scene.draft()
    mark = await scene.lose(ann, draft)
    for number in range(150):
        await scene.submit(ann, scene.draft(name=f"Bread {number}"))
    scene.calls.clear()
    assert len(await scene.of(ann).find(draft, mark)) == 1
    assert scene.lines == ["GET /user/ann/submitted"] * 2


async def test_a_lost_post_that_was_removed_is_found_and_told(scene: Scene, ann: Account) -> None:
    draft, steps = scene.draft(subreddit="removing"), InMemorySteps()
    mark = await scene.lose(ann, draft)
    with pytest.raises(Rejected) as told:
        await scene.look(ann, draft, steps, mark)
    assert told.value.code == "reddit_removed_by_moderator"


# Afterwards.


async def test_deleting_is_looked_at_afterwards(scene: Scene, ann: Account) -> None:
    draft = scene.draft()
    published = await scene.publish(ann, draft)
    bob = await scene.connect("bob")
    with pytest.raises(Rejected) as refused:
        await scene.of(bob).delete(published.id)
    assert refused.value.code == "reddit_not_own_post"
    scene.calls.clear()
    await scene.of(ann).delete(published.id)
    assert scene.lines == ["POST /api/del", "GET /api/info"]
    await scene.of(ann).delete("t3_zzzzzz")
    with pytest.raises(Rejected) as gone:
        await scene.of(ann).metrics(published.id, "lifetime")
    assert gone.value.code == "reddit_post_not_found"


async def test_a_post_that_is_still_there_is_not_called_deleted(scene: Scene, ann: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    published = await scene.publish(ann, scene.draft())
    monkeypatch.setattr(scene.reddit.shelf, "change_post", lambda seen: None)
    with pytest.raises(Unavailable):
        await scene.of(ann).delete(published.id)


async def test_figures_are_reddits_own(scene: Scene, ann: Account) -> None:
    published = await scene.publish(ann, scene.draft())
    scene.ahead += 6 * 3600
    figures = await scene.of(ann).metrics(published.id, "lifetime")
    thing = await scene.of(ann).info(published.id)
    assert thing is not None
    assert figures == {"likes": thing["score"], "comments": thing["num_comments"], "shares": thing["num_crossposts"]}
    assert figures["likes"] > 0


async def test_every_call_says_who_calls_and_wants_text_as_it_is(scene: Scene, ann: Account) -> None:
    draft = scene.draft(name="Soup & <bread>", description="a < b & c")
    scene.calls.clear()
    mark = await scene.lose(ann, draft)
    [found] = await scene.of(ann).find(draft, mark)
    await scene.of(ann).delete(found.id)
    for request, _ in scene.calls:
        assert request.headers["user-agent"].startswith("server:com.getsocialclaw:v")
        assert request.url.params["raw_json"] == "1"


async def test_an_answer_that_cannot_be_read_says_nothing(scene: Scene, ann: Account) -> None:
    scene.network.fail("malformed", "GET /api/info")
    with pytest.raises(Unavailable):
        await scene.of(ann).find(Draft(), Mark(scene.now(), post_id="t3_1"))
