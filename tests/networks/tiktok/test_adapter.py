"""The adapter against the simulator: what the public sees afterwards, and what a failure becomes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.errors import RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.tiktok import upload
from socialclaw.networks.tiktok.refusals import explain, explain_upload, failed
from socialclaw.networks.tiktok.sandbox.simulator import TikTokSandbox
from socialclaw.networks.tiktok.status import pause
from socialclaw.networks.tiktok.upload import source_of
from socialclaw.providers.draft import Mark, Media
from socialclaw.providers.wire import by_status
from tests.networks.recorded import Clock, Web
from tests.networks.stage import NotYet
from tests.networks.tiktok.conftest import PROVIDER, VIDEO, Connected, draft, media, picture

Photos = Callable[[int], tuple[Media, ...]]
INIT, CREATE, STATUS = "/v2/post/publish/video/init/", "/v2/post/publish/content/init/", "/v2/post/publish/status/fetch/"
CREATOR = "/v2/post/publish/creator_info/query/"
MB = 1024 * 1024


# Connecting.


async def test_the_account_behind_the_token_is_the_target(ada: Connected) -> None:
    [target] = await ada.adapter.targets()
    assert (target.id, target.handle, target.type, target.name) == (ada.id, "tiktok:@ada", "tiktok_user", "ada")
    assert target.meta["username"] == "ada"


async def test_who_keeps_the_profile_private_is_named_by_the_creator_info(tiktok: TikTokSandbox, clock: Clock) -> None:
    shy = Connected("shy", tiktok, clock, ("user.info.basic", "video.publish"))
    [target] = await shy.adapter.targets()
    assert (target.id, target.handle) == (shy.id, "tiktok:@shy")


async def test_what_the_account_allows_can_be_asked(ada: Connected, tiktok: TikTokSandbox) -> None:
    tiktok.option("off", ["duet"])
    [action] = PROVIDER.actions
    assert action.id == "creator-info"
    creator = (await action.run(ada.adapter, {}))["creator"]
    assert creator["privacyLevelOptions"] == ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert (creator["commentDisabled"], creator["duetDisabled"], creator["maxVideoPostDurationSec"]) == (False, True, 600)
    assert (creator["username"], creator["nickname"]) == ("ada", "ada")


# Videos.


async def test_a_video_is_announced_uploaded_processed_and_gets_its_link_after_moderation(ada: Connected, tiktok: TikTokSandbox) -> None:
    accepted = await ada.attempt(draft("A film #fun"))
    assert (accepted.final, accepted.url) == (False, "https://www.tiktok.com/@ada")
    assert accepted.id.startswith("v_pub_file~v2.")
    ada.clock.turn(60)
    [published] = await ada.adapter.find(draft("A film #fun"), ada.mark(post_id=accepted.id))
    [seen] = tiktok.seen()
    assert (published.id, published.url, published.final) == (seen.id, f"https://www.tiktok.com/@ada/video/{seen.id}", True)
    assert (seen.text, seen.media[0]["sha256"]) == ("A film #fun", hashlib.sha256(VIDEO).hexdigest())
    order = [line for line in ada.lines if not line.endswith("/fetch/")]
    assert order == [f"POST {CREATOR}", f"POST {INIT}", "PUT /video/"]


async def test_interactions_are_off_unless_asked_for_and_labels_are_set(ada: Connected, tiktok: TikTokSandbox) -> None:
    await ada.publish(draft("off"))
    await ada.publish(draft("on", commentEnabled=True, duetEnabled=True, stitchEnabled=True, brandContentToggle=True))
    off, on = tiktok.seen()
    assert off.extra["allows"] == {"comment": False, "duet": False, "stitch": False}
    assert on.extra["allows"] == {"comment": True, "duet": True, "stitch": True}
    assert (off.extra["label"], on.extra["label"]) == ("", "Paid partnership")


async def test_what_the_account_has_switched_off_stays_off_and_is_named(ada: Connected, tiktok: TikTokSandbox) -> None:
    tiktok.option("off", ["comment", "stitch"])
    published = await ada.attempt(draft("film", commentEnabled=True, duetEnabled=True, stitchEnabled=True))
    assert published.note == "Comments and Stitches stay off: the account has switched them off"
    assert tiktok.seen()[0].extra["allows"] == {"comment": False, "duet": True, "stitch": False}


async def test_a_large_video_is_read_and_sent_in_pieces_in_order(ada: Connected, tiktok: TikTokSandbox) -> None:
    content = VIDEO + bytes(2 * upload.CHUNK + 3 * MB)
    reads: list[tuple[int, int]] = []
    await ada.publish(draft("long", media(content, reads=reads)))
    assert ada.lines.count("PUT /video/") == 2
    assert max(length for _, length in reads) <= MB
    assert tiktok.seen()[0].media[0] | {"kind": "video"} == {
        "kind": "video",
        "mime": "video/mp4",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


@pytest.mark.parametrize("size", [1, 5 * MB, 16 * MB, 32 * MB - 1, 32 * MB, 100 * MB, 4096 * MB])
def test_chunks_keep_to_the_rules_of_tiktok(size: int) -> None:
    source = source_of(replace(media(), size=size))
    chunk, count = source["chunk_size"], source["total_chunk_count"]
    assert count == max(1, size // chunk)
    assert count <= 1000
    assert chunk <= 64_000_000
    assert chunk >= 5_000_000 or (chunk == size and count == 1)
    assert size - (count - 1) * chunk <= 128_000_000


async def test_a_piece_whose_answer_was_lost_is_not_sent_into_the_wrong_place(ada: Connected, tiktok: TikTokSandbox) -> None:
    film = draft("long", media(VIDEO + bytes(2 * upload.CHUNK)))
    tiktok.fail("timeout_after", r"^PUT /video/ part$")
    with pytest.raises(Unavailable):
        await ada.attempt(film)
    await ada.attempt(film)
    assert len(tiktok.seen()) == 1
    assert ada.lines.count(f"POST {INIT}") == 1


async def test_an_upload_that_ended_meanwhile_is_made_anew(ada: Connected, tiktok: TikTokSandbox) -> None:
    tiktok.fail("refuse")
    with pytest.raises(Unavailable):
        await ada.attempt(draft("film"))
    ada.clock.turn(3601)
    await ada.attempt(draft("film"))
    assert len(tiktok.seen()) == 1
    assert ada.lines.count(f"POST {INIT}") == 2


async def test_an_upload_that_ended_but_had_the_whole_is_not_made_anew(ada: Connected, tiktok: TikTokSandbox) -> None:
    """As if the answer to the last piece was lost, and evidence said too early that it had not arrived."""
    tiktok.fail("timeout_after")
    with pytest.raises(Uncertain):
        await ada.attempt(draft("film"))
    ada.steps.marks.clear()
    ada.clock.turn(3601)
    await ada.attempt(draft("film"))
    assert len(tiktok.seen()) == 1
    assert ada.lines.count(f"POST {INIT}") == 1


async def test_uploads_that_end_again_and_again_end_the_post(
    ada: Connected, tiktok: TikTokSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialclaw.networks.tiktok.sandbox.media.LIFE", -1)
    with pytest.raises(Rejected) as refused:
        await ada.attempt(draft("film"))
    assert refused.value.code == "tiktok_upload_expired"
    assert tiktok.seen() == []


async def test_a_video_that_cannot_be_processed_fails_with_the_word_of_tiktok_and_can_be_tried_again(
    ada: Connected, tiktok: TikTokSandbox
) -> None:
    tiktok.fail("fail_processing")
    with pytest.raises(Rejected) as refused:
        await ada.attempt(draft("film"))
    assert refused.value.code == "file_format_check_failed"
    assert tiktok.seen() == []
    await ada.attempt(draft("film"))
    assert len(tiktok.seen()) == 1


async def test_trouble_inside_tiktok_is_overcome_by_another_try(ada: Connected, tiktok: TikTokSandbox) -> None:
    with tiktok.store.transaction():
        tiktok.shelf.put("options", "doomed", "internal")
    await ada.attempt(draft("film"))
    assert [seen.text for seen in tiktok.seen()] == ["film"]
    assert ada.lines.count(f"POST {INIT}") == 2


async def test_processing_gives_the_worker_back_longer_and_longer(ada: Connected, tiktok: TikTokSandbox) -> None:
    with pytest.raises(NotYet) as wait:
        await ada.adapter.publish(draft("film"), ada.steps)
    assert wait.value.seconds == 5
    assert [pause(elapsed) for elapsed in (0, 20, 60, 600)] == [5, 5, 15, 30]


async def test_a_post_for_few_has_no_link_of_its_own(ada: Connected) -> None:
    for level in ("SELF_ONLY", "MUTUAL_FOLLOW_FRIENDS"):
        published = await ada.publish(draft("film", privacyLevel=level))
        assert published.final
        assert published.id.startswith("v_pub_file~v2.")
        assert published.url == "https://www.tiktok.com/@ada"
        with pytest.raises(Rejected, match="public posts only") as refused:
            await ada.adapter.metrics(published.id, "lifetime")
        assert refused.value.code == "tiktok_not_public"


async def test_a_private_account_posts_for_its_followers(tiktok: TikTokSandbox, clock: Clock) -> None:
    eve = Connected("private_eve", tiktok, clock)
    await eve.publish(draft("film", privacyLevel="FOLLOWER_OF_CREATOR"))
    assert [seen.extra["privacy_level"] for seen in tiktok.seen()] == ["FOLLOWER_OF_CREATOR"]


async def test_a_draft_goes_to_the_inbox_and_nowhere_else(ada: Connected, tiktok: TikTokSandbox, photos: Photos) -> None:
    video = await ada.publish(draft("film", tiktokPostMode="draft"))
    gallery = await ada.publish(draft("pictures", *photos(2), tiktokPostMode="draft"))
    assert (video.final, video.url) == (True, None)
    assert video.note is not None
    assert "inbox" in video.note
    assert gallery.note == video.note
    assert tiktok.seen() == []
    assert [p["kind"] for p in tiktok.inbox(ada.id)] == ["video", "photo"]
    assert f"POST {CREATOR}" not in ada.lines


async def test_every_value_of_the_other_settings_can_be_posted(ada: Connected, tiktok: TikTokSandbox, photos: Photos) -> None:
    tiktok.lift_quotas()
    switches = ("commentEnabled", "duetEnabled", "stitchEnabled", "brandOrganicToggle", "brandContentToggle", "autoAddMusic")
    for files in ((media(),), photos(2)):
        for name in switches:
            for value in (True, False):
                await ada.publish(draft(f"{name} {value}", *files, **{name: value}))
    assert len(tiktok.seen()) == 2 * 2 * len(switches)


# Photos.


async def test_photos_are_fetched_in_order_with_title_description_and_cover(ada: Connected, tiktok: TikTokSandbox, photos: Photos) -> None:
    files = photos(35)
    published = await ada.publish(draft("What we saw", *files, name="A trip", photoCoverIndex=4, autoAddMusic=True))
    [seen] = tiktok.seen()
    assert (published.id, published.url) == (seen.id, f"https://www.tiktok.com/@ada/photo/{seen.id}")
    assert (seen.text, seen.extra["title"], seen.extra["description"]) == ("A trip\n\nWhat we saw", "A trip", "What we saw")
    assert (seen.extra["cover"], seen.extra["music"], len(seen.media)) == (4, True, 35)
    assert ada.sent(CREATE)["source_info"]["photo_images"] == [m.url for m in files]


async def test_a_png_is_refused_before_tiktok_takes_it_and_fails(ada: Connected, tiktok: TikTokSandbox) -> None:
    with pytest.raises(Rejected) as refused:
        await ada.publish(draft("theirs", media(b"", "image", "image/png", url="https://e.org/a.png")))
    assert refused.value.code == "tiktok_image_type_unsupported"
    assert tiktok.seen() == []


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (picture(kind="PNG"), 200, "file_format_check_failed"),
        (b"no picture", 200, "file_format_check_failed"),
        (picture(1080, 1921), 200, "picture_size_check_failed"),
        (picture(1081, 1081), 200, "picture_size_check_failed"),
        (picture(), 302, "photo_pull_failed"),
        (picture(), 404, "photo_pull_failed"),
    ],
)
async def test_a_photo_that_tiktok_does_not_take_fails_with_its_word(
    ada: Connected, tiktok: TikTokSandbox, web: Web, content: bytes, status: int, reason: str
) -> None:
    url = web.put("https://cdn.example/a.jpg", content, status=status)
    with pytest.raises(Rejected) as refused:
        await ada.publish(draft("picture", media(content, "image", "image/jpeg", url=url)))
    assert refused.value.code == reason
    assert tiktok.seen() == []


async def test_a_full_hd_photo_is_taken(ada: Connected, tiktok: TikTokSandbox, web: Web) -> None:
    content = picture(1080, 1920)
    url = web.put("https://cdn.example/a.jpg", content)
    await ada.publish(draft("picture", media(content, "image", "image/jpeg", url=url)))
    assert len(tiktok.seen()) == 1


# What the account and the app do not allow.


async def test_a_privacy_level_that_the_account_does_not_offer_is_refused_before_anything_is_announced(ada: Connected) -> None:
    with pytest.raises(Rejected) as refused:
        await ada.attempt(draft("film", privacyLevel="FOLLOWER_OF_CREATOR"))
    assert refused.value.code == "tiktok_privacy_level_option_mismatch"
    assert refused.value.details["supportedValues"] == ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert ada.lines == [f"POST {CREATOR}"]


async def test_a_video_longer_than_the_account_may_post_is_refused(ada: Connected) -> None:
    with pytest.raises(Rejected) as refused:
        await ada.attempt(draft("film", media(duration=600.5)))
    assert (refused.value.code, refused.value.details["maxSeconds"]) == ("tiktok_video_duration_invalid", 600)


async def test_an_app_without_audit_posts_to_private_accounts_for_themselves(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    tiktok.option("audited", False)
    with pytest.raises(Rejected, match="not audited") as refused:
        await ada.attempt(draft("film"))
    assert refused.value.code == "tiktok_unaudited_client_can_only_post_to_private_accounts"
    eve = Connected("private_eve", tiktok, clock)
    await eve.publish(draft("film", privacyLevel="SELF_ONLY"))
    assert len(tiktok.seen()) == 1


async def test_an_address_that_is_not_verified_is_refused_with_what_to_do(ada: Connected, tiktok: TikTokSandbox, photos: Photos) -> None:
    tiktok.option("verified", ["https://me.example/"])
    with pytest.raises(Rejected, match="not verified in the developer app") as refused:
        await ada.attempt(draft("pictures", *photos(1)))
    assert refused.value.code == "tiktok_url_ownership_unverified"


async def test_the_daily_cap_comes_with_status_200_and_is_waited_for(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    for number in range(15):
        await ada.publish(draft(f"film {number}"))
    with pytest.raises(RateLimited) as limit:
        await ada.publish(draft("one too many"))
    assert (limit.value.code, limit.value.retry_after) == ("tiktok_spam_risk_too_many_posts", 3600)
    assert ada.wire.calls[-1][1].status_code == 200
    clock.turn(86_400)
    ada.log_in()
    await ada.publish(draft("the next day"))
    assert len(tiktok.seen()) == 16


async def test_a_limit_of_calls_is_waited_for_a_minute_as_tiktok_names_no_time(ada: Connected, tiktok: TikTokSandbox, clock: Clock) -> None:
    tiktok.fail("rate_limit", seconds=7)
    with pytest.raises(RateLimited) as limit:
        await ada.attempt(draft("film"))
    assert (limit.value.code, limit.value.retry_after) == ("tiktok_rate_limit_exceeded", 60)
    clock.turn(60)
    await ada.attempt(draft("film"))
    assert len(tiktok.seen()) == 1


async def test_a_permission_that_was_not_given_is_asked_for_again(tiktok: TikTokSandbox, clock: Clock) -> None:
    shy = Connected("shy", tiktok, clock, ("user.info.basic", "user.info.profile"))
    with pytest.raises(Unauthorized) as refused:
        await shy.attempt(draft("film"))
    assert refused.value.code == "tiktok_scope_missing"


# A lost answer.


@pytest.mark.parametrize("kind", ["timeout_after", "error_after", "malformed_after", "reset_after"])
async def test_a_lost_video_is_found_by_its_publish_id_while_it_is_processed(ada: Connected, tiktok: TikTokSandbox, kind: str) -> None:
    tiktok.fail(kind)
    with pytest.raises(Uncertain):
        await ada.attempt(draft("film"))
    [found] = await ada.adapter.find(draft("film"), ada.mark())
    assert (found.final, found.id) == (False, ada.steps.done["begin-0"]["publish_id"])


async def test_a_video_of_which_tiktok_has_a_part_is_evidence_of_absence(ada: Connected, tiktok: TikTokSandbox) -> None:
    film = draft("long", media(VIDEO + bytes(2 * upload.CHUNK)))
    tiktok.fail("timeout")
    with pytest.raises(Uncertain):
        await ada.attempt(film)
    assert list(await ada.adapter.find(film, ada.mark())) == []
    ada.steps.marks.clear()
    await ada.attempt(film)
    assert len(tiktok.seen()) == 1


async def test_a_lost_video_that_failed_is_no_longer_there(ada: Connected, tiktok: TikTokSandbox) -> None:
    tiktok.fail("fail_processing", "^POST */video/init/$")
    tiktok.fail("timeout_after")
    with pytest.raises(Uncertain):
        await ada.attempt(draft("film"))
    ada.clock.turn(10)
    assert list(await ada.adapter.find(draft("film"), ada.mark())) == []
    ada.steps.marks.clear()
    with pytest.raises(Rejected) as refused:
        await ada.attempt(draft("film"))
    assert refused.value.code == "file_format_check_failed"


async def test_a_lost_photo_post_is_found_in_the_list_or_stays_unknown(ada: Connected, tiktok: TikTokSandbox, photos: Photos) -> None:
    gallery = draft("What we saw", *photos(2), name="A trip")
    await ada.publish(draft("Another trip", *photos(2)))
    tiktok.fail("timeout_after")
    ada.steps = type(ada.steps)()
    with pytest.raises(Uncertain):
        await ada.attempt(gallery)
    with pytest.raises(Uncertain, match="in the app only"):
        await ada.adapter.find(gallery, ada.mark())
    ada.clock.turn(60)
    [found] = await ada.adapter.find(gallery, ada.mark())
    assert (found.id, found.url) == (tiktok.seen()[1].id, f"https://www.tiktok.com/@ada/photo/{found.id}")


async def test_a_photo_post_that_never_arrived_stays_unknown_as_absence_from_the_list_says_nothing(
    ada: Connected, tiktok: TikTokSandbox, photos: Photos
) -> None:
    tiktok.fail("timeout")
    with pytest.raises(Uncertain):
        await ada.attempt(draft("pictures", *photos(1)))
    ada.clock.turn(3600)
    with pytest.raises(Uncertain):
        await ada.adapter.find(draft("pictures", *photos(1)), ada.mark())


async def test_a_photo_post_cannot_be_looked_for_without_the_permission_to_list(
    tiktok: TikTokSandbox, clock: Clock, photos: Photos
) -> None:
    shy = Connected("shy", tiktok, clock, ("user.info.basic", "video.publish"))
    with pytest.raises(Uncertain):
        await shy.adapter.find(draft("pictures", *photos(1)), shy.mark())


async def test_a_long_description_is_recognised_though_the_list_cuts_it(ada: Connected, tiktok: TikTokSandbox, photos: Photos) -> None:
    gallery = draft("d" * 4000, *photos(1))
    published = await ada.publish(gallery)
    found = await ada.adapter.find(gallery, Mark(datetime.now(UTC) - timedelta(minutes=1)))
    assert [post.id for post in found] == [published.id]


async def test_a_post_far_down_the_list_is_found(ada: Connected, tiktok: TikTokSandbox, photos: Photos) -> None:
    tiktok.lift_quotas()
    first = draft("the first", *photos(1))
    published = await ada.publish(first)
    for number in range(45):
        ada.clock.turn(2)
        await ada.publish(draft(f"later {number}", *photos(1)))
    found = await ada.adapter.find(first, Mark(datetime.now(UTC) - timedelta(minutes=1)))
    assert [post.id for post in found] == [published.id]


# Later.


async def test_a_post_that_moderation_refuses_fails_with_the_word_of_tiktok(ada: Connected, tiktok: TikTokSandbox) -> None:
    accepted = await ada.attempt(draft("film"))
    assert not accepted.final
    tiktok.fail("fail_processing", "status/fetch")
    with pytest.raises(Rejected) as refused:
        await ada.adapter.find(draft("film"), ada.mark(post_id=accepted.id))
    assert refused.value.code == "spam_risk_text"
    assert tiktok.seen() == []


async def test_a_public_post_that_never_gets_a_link_is_not_waited_for_for_ever(ada: Connected, tiktok: TikTokSandbox) -> None:
    tiktok.moderation_seconds = 10**9
    accepted = await ada.attempt(draft("film"))
    mark = Mark(datetime.now(UTC) - timedelta(days=2), post_id=accepted.id)
    assert [post.final for post in await ada.adapter.find(draft("film"), mark)] == [False]
    old = Mark(datetime.now(UTC) - timedelta(days=4), post_id=accepted.id)
    [post] = await ada.adapter.find(draft("film"), old)
    assert post.final
    assert post.note is not None
    assert "not made the post public" in post.note


async def test_what_tiktok_does_not_know_is_not_found(ada: Connected) -> None:
    for post_id in ("7123456789012345678", "v_pub_file~v2.1"):
        assert list(await ada.adapter.find(draft("film"), ada.mark(post_id=post_id))) == []


async def test_figures_of_a_post_and_of_the_account(ada: Connected) -> None:
    published = await ada.publish(draft("film"))
    figures = await ada.adapter.metrics(published.id, "lifetime")
    assert set(figures) == {"views", "likes", "comments", "shares"}
    account = await ada.adapter.account_metrics("lifetime")
    assert (account["followers"], account["videos"], account["likes"]) == (120, 1, figures["likes"])


# TikTok's words.


def answered(status: int, body: Any = None, **headers: str) -> httpx2.Response:
    given = {"json": body} if isinstance(body, dict) else {"text": body or ""}
    return httpx2.Response(status, headers=headers, request=httpx2.Request("POST", "https://open.tiktokapis.com/x"), **given)  # type: ignore[arg-type]


def saying(status: int, code: str) -> httpx2.Response:
    return answered(status, {"data": {}, "error": {"code": code, "message": "m", "log_id": "l"}})


@pytest.mark.parametrize(
    ("status", "code", "kind", "ours"),
    [
        (400, "invalid_params", Rejected, "tiktok_invalid_params"),
        (400, "invalid_param", Rejected, "tiktok_invalid_param"),
        (400, "app_version_check_failed", Rejected, "tiktok_app_version_check_failed"),
        (400, "invalid_file_upload", Rejected, "tiktok_invalid_file_upload"),
        (400, "invalid_publish_id", Rejected, "tiktok_invalid_publish_id"),
        (401, "access_token_invalid", Unauthorized, "tiktok_access_token_invalid"),
        (401, "scope_not_authorized", Unauthorized, "tiktok_scope_missing"),
        (401, "scope_permission_missed", Unauthorized, "tiktok_scope_missing"),
        (401, "anything_else", Unauthorized, "tiktok_anything_else"),
        (403, "spam_risk_too_many_posts", RateLimited, "tiktok_spam_risk_too_many_posts"),
        (403, "spam_risk_too_many_pending_share", RateLimited, "tiktok_spam_risk_too_many_pending_share"),
        (403, "reached_active_user_cap", RateLimited, "tiktok_reached_active_user_cap"),
        (200, "reached_active_user_cap", RateLimited, "tiktok_reached_active_user_cap"),
        (403, "spam_risk_user_banned_from_posting", Rejected, "tiktok_spam_risk_user_banned_from_posting"),
        (200, "spam_risk_user_banned_from_posting", Rejected, "tiktok_spam_risk_user_banned_from_posting"),
        (403, "unaudited_client_can_only_post_to_private_accounts", Rejected, "tiktok_unaudited_client_can_only_post_to_private_accounts"),
        (403, "url_ownership_unverified", Rejected, "tiktok_url_ownership_unverified"),
        (403, "privacy_level_option_mismatch", Rejected, "tiktok_privacy_level_option_mismatch"),
        (403, "token_not_authorized_for_specified_publish_id", Rejected, "tiktok_token_not_authorized_for_specified_publish_id"),
        (429, "rate_limit_exceeded", RateLimited, "tiktok_rate_limit_exceeded"),
        (500, "internal_error", Unavailable, "provider_unavailable"),
        (200, "internal_error", Unavailable, "provider_unavailable"),
        (503, "access_token_invalid", Unavailable, "provider_unavailable"),
        (400, "Strange Code!", Rejected, "tiktok_strange_code_"),
    ],
)
def test_every_word_is_one_of_our_errors(status: int, code: str, kind: type, ours: str) -> None:
    error = explain(saying(status, code))
    assert isinstance(error, kind)
    assert error is not None
    assert error.code == ours


def test_an_answer_without_an_envelope_is_judged_by_its_status_and_a_success_without_one_is_none() -> None:
    assert explain(saying(200, "ok")) is None
    assert explain(answered(502, "bad gateway")) is None
    assert isinstance(by_status(answered(502, "bad gateway")), Unavailable)
    for body in ("", "<html>", {"data": {}}):
        error = explain(answered(200, body))
        assert isinstance(error, Unavailable)
        assert error.sent


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "tiktok_upload_refused"),
        (403, "tiktok_upload_expired"),
        (404, "tiktok_upload_expired"),
        (416, "tiktok_upload_out_of_step"),
        (429, "tiktok_rate_limit_exceeded"),
        (200, "provider_malformed"),
    ],
)
def test_every_answer_to_a_piece_is_one_of_our_errors(status: int, code: str) -> None:
    error = explain_upload(answered(status))
    assert error is not None
    assert error.code == code


def test_a_piece_in_the_wrong_place_tells_what_is_stored() -> None:
    assert explain_upload(answered(201)) is explain_upload(answered(206)) is None
    error = explain_upload(answered(416, **{"content-range": "bytes 0-99/200"}))
    assert error is not None
    assert error.details["stored"] == 100


@pytest.mark.parametrize(
    "reason",
    [
        "file_format_check_failed",
        "duration_check_failed",
        "frame_rate_check_failed",
        "picture_size_check_failed",
        "video_pull_failed",
        "photo_pull_failed",
        "publish_cancelled",
        "auth_removed",
        "spam_risk_too_many_posts",
        "spam_risk_user_banned_from_posting",
        "spam_risk_text",
        "spam_risk",
        "something_new",
    ],
)
def test_a_reason_to_fail_keeps_its_own_code_and_is_explained(reason: str) -> None:
    error = failed(reason)
    assert error.code == reason
    assert error.message != reason
    assert failed("internal").code == "tiktok_internal"
