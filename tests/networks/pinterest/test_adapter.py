"""The adapter against the simulator: what the public sees afterwards, and what a failure becomes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from socialclaw.errors import Rejected, Unavailable
from socialclaw.networks.pinterest.upload import LOOKS
from socialclaw.providers.draft import Account, Mark, Media
from socialclaw.providers.form_encoder import CHUNK
from tests.media.files import playable
from tests.networks.pinterest.conftest import Scene, ids, sent
from tests.networks.stage import InMemorySteps, NotYet


async def test_boards_are_the_targets_and_the_user_is_an_identity(scene: Scene) -> None:
    identity = await scene.identity()
    await scene.of(identity).call("POST", "/boards", json={"name": "Recipes", "privacy": "PROTECTED"})
    await scene.of(identity).call("POST", "/boards", json={"name": "Adverts", "is_ads_only": True})
    first, second, user = await scene.of(identity).targets()
    assert [(t.type, t.name, t.handle) for t in (first, second, user)] == [
        ("pinterest_board", "Ideas", f"pinterest:board:{first.id}"),
        ("pinterest_board", "Recipes", f"pinterest:board:{second.id}"),
        ("pinterest_user", "ann", f"pinterest:user:{user.id}"),
    ]
    assert (second.meta["privacy"], second.meta["owner"], second.meta["username"]) == ("PROTECTED", "ann", "ann")


async def test_boards_of_many_pages_are_all_found(scene: Scene, board: Account) -> None:
    person = scene.pinterest.person("ann")
    for number in range(300):
        scene.pinterest.add_board(person, f"Board {number}")
    assert len(await scene.of(board).targets()) == 302
    assert scene.lines.count("GET /v5/boards") == 3


async def test_a_check_asks_for_the_board_itself(scene: Scene, board: Account) -> None:
    await scene.of(board).check()
    scene.pinterest.shelf.drop("boards", board.id)
    with pytest.raises(Rejected) as gone:
        await scene.of(board).check()
    assert gone.value.code == "pinterest_board_not_found"


async def test_a_pin_with_everything_there_is(scene: Scene, board: Account) -> None:
    [section] = scene.pinterest.sections_of(board.id)
    draft = scene.draft(
        scene.media("image", 1, alt="a square"),
        name="Soup",
        description="How to cook it",
        link="https://e.org/soup",
        boardSectionId=section["id"],
        dominantColor="6e7874",
    )
    published = await scene.publish(board, draft)
    assert sent(scene) == {
        "board_id": board.id,
        "board_section_id": section["id"],
        "title": "Soup",
        "description": "How to cook it",
        "alt_text": "a square",
        "link": "https://e.org/soup",
        "dominant_color": "#6e7874",
        "media_source": {"source_type": "image_url", "url": draft.media[0].url},
    }
    [seen] = scene.seen()
    assert (seen.text, seen.account, seen.media[0]["alt"]) == ("Soup\n\nHow to cook it", board.id, "a square")
    assert (published.id, published.url, published.note) == (seen.id, f"https://www.pinterest.com/pin/{seen.id}/", None)


async def test_what_is_not_given_is_not_sent(scene: Scene, board: Account) -> None:
    await scene.publish(board, scene.draft())
    assert set(sent(scene)) == {"board_id", "media_source"}


async def test_a_carousel_keeps_order_and_joins_its_alt_texts(scene: Scene, board: Account) -> None:
    files = [scene.media("image", n, alt=alt) for n, alt in enumerate(["red", "red", "blue"])]
    published = await scene.publish(board, scene.draft(*files))
    [seen] = scene.seen()
    assert scene.shows(seen, tuple(files))
    assert sent(scene)["alt_text"] == "red\nblue"
    assert published.note is not None
    assert "alt text" in published.note
    own = await scene.publish(board, scene.draft(*files, altText="three squares"))
    assert (sent(scene)["alt_text"], own.note) == ("three squares", None)


async def test_a_standard_pin_of_several_images_is_named_as_a_carousel(scene: Scene, board: Account) -> None:
    published = await scene.publish(board, scene.draft(scene.media("image", 1), scene.media("image", 2), pinMode="standard"))
    assert published.note is not None
    assert "carousel" in published.note


async def test_a_video_is_registered_uploaded_awaited_and_pinned(scene: Scene, board: Account) -> None:
    draft, steps = scene.draft(scene.media("video", 1, alt="a film"), coverImageKeyFrameTime=2.9), InMemorySteps()
    scene.calls.clear()
    with pytest.raises(NotYet) as pause:
        await scene.of(board).publish(draft, steps)
    assert pause.value.seconds == 5
    assert scene.seen() == []
    await scene.publish(board, draft, steps)
    assert list(dict.fromkeys(line.rpartition("/v5")[2].split("/")[1] for line in scene.lines)) == ["media", "", "pins"]
    assert (scene.lines.count("POST /v5/media"), scene.lines.count("POST /"), scene.lines.count("POST /v5/pins")) == (1, 1, 1)
    assert sent(scene)["media_source"]["cover_image_key_frame_time"] == 2
    assert (scene.seen()[0].media[0]["kind"], scene.seen()[0].media[0]["alt"]) == ("video", "a film")
    [upload] = [request for request, _ in scene.calls if request.url.path == "/"]
    assert "authorization" not in upload.headers


@pytest.mark.parametrize(
    ("settings", "cover"),
    [
        ({}, {"cover_image_key_frame_time": 0}),
        ({"coverImageUrl": "https://e.org/c.png"}, {"cover_image_url": "https://e.org/c.png"}),
        ({"coverImageUrl": "https://e.org/c.png", "coverImageKeyFrameTime": 3}, {"cover_image_url": "https://e.org/c.png"}),
    ],
)
async def test_a_video_always_has_one_cover(scene: Scene, board: Account, settings: dict[str, Any], cover: dict[str, Any]) -> None:
    await scene.publish(board, scene.draft(scene.media("video", 1), **settings))
    source = sent(scene)["media_source"]
    assert {name: value for name, value in source.items() if name.startswith("cover")} == cover


async def test_a_large_video_is_read_and_sent_in_pieces(scene: Scene, board: Account) -> None:
    content, reads = playable(size=2 * CHUNK + 12), list[int]()

    async def read(offset: int, length: int) -> bytes:
        reads.append(length)
        return content[offset : offset + length]

    film = Media("film", "video", "video/mp4", len(content), "https://media.example/film.mp4", "film.mp4", read=read)
    await scene.publish(board, scene.draft(film))
    assert max(reads) == CHUNK
    assert scene.seen()[0].media[0]["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("where", [r"POST /v5/media$", r"POST /$", r"GET /v5/media/"])
async def test_a_video_that_cannot_be_processed_is_refused(scene: Scene, board: Account, where: str) -> None:
    scene.network.fail("fail_processing", where)
    with pytest.raises(Rejected) as refused:
        await scene.publish(board, scene.draft(scene.media("video", 1)))
    assert refused.value.code == "pinterest_media_processing_failed"
    assert scene.seen() == []


async def test_patience_with_a_video_ends(scene: Scene, board: Account) -> None:
    scene.pinterest.videos.processing_seconds = 10**9
    draft, steps, waits = scene.draft(scene.media("video", 1)), InMemorySteps(), list[float]()
    with pytest.raises(Rejected) as refused:  # noqa: PT012
        while True:
            try:
                await scene.of(board).publish(draft, steps)
            except NotYet as pause:
                waits.append(pause.seconds)
    assert refused.value.code == "pinterest_media_processing_timeout"
    assert (len(waits), waits[:3], max(waits)) == (LOOKS, [5, 7.5, 11.25], 60)


async def test_an_upload_whose_leave_has_ended_is_registered_again(scene: Scene, board: Account) -> None:
    draft, steps = scene.draft(scene.media("video", 1)), InMemorySteps()
    scene.network.fail("refuse", r"POST /$")
    with pytest.raises(Unavailable):
        await scene.attempt(board, draft, steps)
    scene.ahead += 2 * 3600
    await scene.publish(board, draft, steps)
    assert (scene.lines.count("POST /v5/media"), len(scene.seen())) == (2, 1)


async def test_an_upload_that_pinterest_forgot_while_processing_is_made_again(scene: Scene, board: Account) -> None:
    draft, steps = scene.draft(scene.media("video", 1)), InMemorySteps()
    with pytest.raises(NotYet):
        await scene.of(board).publish(draft, steps)
    for media_id in scene.network.shelf.all("media"):
        scene.network.shelf.drop("media", media_id)
    await scene.publish(board, draft, steps)
    assert (scene.lines.count("POST /v5/media"), len(scene.seen())) == (2, 1)


async def test_an_upload_that_was_ready_and_is_forgotten_is_made_again(scene: Scene, board: Account) -> None:
    draft, steps = scene.draft(scene.media("video", 1)), InMemorySteps()
    scene.network.fail("refuse", r"POST /v5/pins$")
    with pytest.raises(Unavailable):
        await scene.attempt(board, draft, steps)
    for media_id in scene.network.shelf.all("media"):
        scene.network.shelf.drop("media", media_id)
    await scene.publish(board, draft, steps)
    assert (scene.lines.count("POST /v5/media"), len(scene.seen())) == (2, 1)


async def test_forgotten_again_and_again_it_is_given_up(scene: Scene, board: Account) -> None:
    draft, steps = scene.draft(scene.media("video", 1)), InMemorySteps()
    with pytest.raises(Rejected) as refused:  # noqa: PT012
        while True:
            try:
                await scene.of(board).publish(draft, steps)
            except NotYet:
                for media_id in scene.network.shelf.all("media"):
                    scene.network.shelf.drop("media", media_id)
    assert refused.value.code == "pinterest_media_expired"


async def test_a_file_that_cannot_be_read_is_only_a_delay(scene: Scene, board: Account) -> None:
    async def gone(offset: int, length: int) -> bytes:
        raise OSError("the disk is gone")

    whole = scene.media("video", 1)
    draft, steps = scene.draft(replace(whole, read=gone)), InMemorySteps()
    with pytest.raises(Unavailable) as told:
        await scene.attempt(board, draft, steps)
    assert told.value.code == "media_unreadable"
    await scene.publish(board, replace(draft, media=(whole,)), steps)
    assert len(scene.seen()) == 1


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"boardSectionId": "1"}, "pinterest_board_section_not_found"),
        ({"link": "nowhere"}, "pinterest_link_invalid"),
    ],
)
async def test_what_pinterest_refuses_is_told_with_its_words(scene: Scene, board: Account, settings: dict[str, Any], code: str) -> None:
    with pytest.raises(Rejected) as refused:
        await scene.publish(board, scene.draft(scene.media("image", 1), **settings))
    assert refused.value.code == code
    assert refused.value.details["said"]
    assert scene.seen() == []


async def test_a_file_that_pinterest_cannot_fetch_now_may_be_fetched_later(scene: Scene, board: Account) -> None:
    file = replace(scene.media("image", 1), url="https://media.example/nothing.png")
    with pytest.raises(Unavailable) as told:
        await scene.attempt(board, scene.draft(file), InMemorySteps())
    assert (told.value.code, told.value.sent) == ("pinterest_image_broken", False)
    assert told.value.details["said"]
    assert scene.seen() == []


async def test_a_board_that_is_gone_is_refused_as_such(scene: Scene, board: Account) -> None:
    scene.pinterest.shelf.drop("boards", board.id)
    with pytest.raises(Rejected) as refused:
        await scene.publish(board, scene.draft())
    assert refused.value.code == "pinterest_board_not_found"


# Looking for a lost Pin.


async def test_a_lost_pin_is_found_in_its_section_too(scene: Scene, board: Account) -> None:
    [section] = scene.pinterest.sections_of(board.id)
    draft = scene.draft(name="Soup", boardSectionId=section["id"])
    mark = await scene.lose(board, draft)
    assert ids(await scene.of(board).find(draft, mark)) == [seen.id for seen in scene.seen()]
    assert f"GET /v5/boards/{board.id}/sections/{section['id']}/pins" in scene.lines


async def test_a_lost_pin_is_found_below_many_newer_ones(scene: Scene, board: Account) -> None:
    draft = scene.draft(name="Soup")
    mark = await scene.lose(board, draft)
    scene.pinterest.lift_quotas()
    for number in range(260):
        await scene.publish(board, scene.draft(name=f"Another {number}"))
    assert ids(await scene.of(board).find(draft, mark)) == [scene.seen()[0].id]


async def test_older_pins_are_not_read_for_nothing(scene: Scene, board: Account) -> None:
    scene.pinterest.lift_quotas()
    for number in range(260):
        await scene.publish(board, scene.draft(name=f"Older {number}"))
    scene.ahead += 3600
    scene.calls.clear()
    assert ids(await scene.of(board).find(scene.draft(name="Soup"), Mark(scene.now()))) == []
    assert scene.lines == [f"GET /v5/boards/{board.id}/pins"]


async def test_only_what_is_the_same_is_found(scene: Scene, board: Account) -> None:
    mark = Mark(scene.now() - timedelta(seconds=5))
    draft = scene.draft(
        scene.media("image", 1), scene.media("image", 2), name="Soup", description="of the day", link="https://www.e.org/soup"
    )
    published = await scene.publish(board, draft)
    finder = scene.of(board)
    assert ids(await finder.find(draft, mark)) == [published.id]
    assert ids(await finder.find(replace(draft, description="of the day \r\n"), mark)) == [published.id]
    assert ids(await finder.find(replace(draft, settings={**draft.settings, "link": "http://e.org/soup?ref=pin"}), mark)) == [published.id]
    for other in (
        replace(draft, name="Soups"),
        replace(draft, name="", description="Soup\n\nof the day"),
        replace(draft, media=draft.media[:1]),
        replace(draft, media=(scene.media("video", 3),)),
        replace(draft, settings={**draft.settings, "link": None}),
        replace(draft, settings={**draft.settings, "link": "https://other.example/soup"}),
    ):
        assert ids(await finder.find(other, mark)) == []


async def test_two_pins_that_look_alike_are_both_named_oldest_first(scene: Scene, board: Account) -> None:
    mark = Mark(scene.now() - timedelta(seconds=5))
    draft = scene.draft(name="Soup")
    first = await scene.publish(board, draft)
    scene.ahead += 2
    second = await scene.publish(board, draft)
    assert ids(await scene.of(board).find(draft, mark)) == [first.id, second.id]


async def test_a_pin_of_somebody_else_on_the_board_is_none_of_ours(scene: Scene, board: Account) -> None:
    mark = Mark(scene.now() - timedelta(seconds=5))
    draft = scene.draft(name="Soup")
    await scene.publish(board, draft)
    [seen] = scene.seen()
    scene.pinterest.shelf.change_post(replace(seen, extra={**seen.extra, "user": "1"}))
    assert ids(await scene.of(board).find(draft, mark)) == []


# Deleting and measuring.


async def test_a_pin_that_is_not_ours_is_not_deleted_in_silence(scene: Scene, board: Account) -> None:
    published = await scene.publish(board, scene.draft())
    other = await scene.connect("bob")
    with pytest.raises(Rejected) as refused:
        await scene.of(other).delete(published.id)
    assert refused.value.code == "pinterest_forbidden"


async def test_figures_of_a_young_pin_are_all_there_is_to_know(scene: Scene, board: Account) -> None:
    published = await scene.publish(board, scene.draft(link="https://e.org"))
    scene.ahead += 5 * 3600
    figures = await scene.of(board).metrics(published.id, "lifetime")
    assert set(figures) == {"impressions", "saves", "clicks", "comments", "likes"}
    assert figures["impressions"] > figures["saves"] > figures["comments"] >= 0
    week = await scene.of(board).metrics(published.id, "7d")
    assert set(week) == {"impressions", "saves", "clicks"}
    assert week["impressions"] == figures["impressions"]


async def test_views_are_told_of_videos_only(scene: Scene, board: Account) -> None:
    published = await scene.publish(board, scene.draft(scene.media("video", 1)))
    assert "views" in await scene.of(board).metrics(published.id, "30d")


async def test_what_90_days_do_not_cover_is_left_out_of_a_life(scene: Scene, board: Account) -> None:
    published = await scene.publish(board, scene.draft(link="https://e.org"))
    [seen] = scene.seen()
    scene.network.shelf._run("UPDATE posts SET created_at = created_at - ? WHERE id = ?", 100 * 86_400, seen.id)
    figures = await scene.of(board).metrics(published.id, "lifetime")
    assert set(figures) == {"impressions", "clicks", "comments", "likes"}
    assert figures["impressions"] > 0
    assert (await scene.of(board).metrics(published.id, "30d"))["impressions"] == 0


async def test_figures_of_the_user_have_a_window_and_followers_of_now(scene: Scene, board: Account) -> None:
    await scene.publish(board, scene.draft(link="https://e.org"))
    scene.calls.clear()
    assert set(await scene.of(board).account_metrics("lifetime")) == {"followers"}
    assert scene.lines == ["GET /v5/user_account"]
    month = await scene.of(board).account_metrics("30d")
    assert set(month) == {"followers", "impressions", "saves", "clicks"}
    assert month["impressions"] > 0


async def test_figures_of_a_pin_that_is_gone_are_refused(scene: Scene, board: Account) -> None:
    with pytest.raises(Rejected) as refused:
        await scene.of(board).metrics("123", "7d")
    assert refused.value.code == "pinterest_pin_not_found"
