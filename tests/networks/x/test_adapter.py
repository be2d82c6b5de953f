"""The adapter against the simulator: what the public sees afterwards, and what a failure becomes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from socialclaw.errors import Missing, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain, Unpaid
from socialclaw.networks.x.refusals import explain
from socialclaw.networks.x.sandbox.simulator import XSandbox
from socialclaw.networks.x.upload import CHUNK
from socialclaw.providers.draft import Draft, Mark
from tests.media import files
from tests.media.files import padded, picture
from tests.networks.recorded import Clock
from tests.networks.stage import InMemorySteps, NotYet
from tests.networks.x.conftest import IMAGE, VIDEO, Connected, media, now_of

PROBLEMS = "https://api.x.com/2/problems/"


async def test_the_account_behind_the_token_is_the_target(ada: Connected) -> None:
    [target] = await ada.adapter.targets()
    assert (target.id, target.handle, target.type, target.name) == (ada.id, "x:@ada", "x_user", "ada")
    assert target.meta["username"] == "ada"


async def test_a_text_is_published_with_its_place_on_the_web(ada: Connected, x: XSandbox) -> None:
    published = await ada.adapter.publish(Draft(text="hello <world> & all", settings={"replyControl": "following"}), ada.steps)
    [seen] = x.seen()
    assert (seen.id, seen.account, seen.text) == (published.id, ada.id, "hello <world> & all")
    assert seen.extra["reply_settings"] == "following"
    assert published.url == f"https://x.com/i/web/status/{published.id}"


async def test_four_images_arrive_whole_in_order_and_described(ada: Connected, x: XSandbox) -> None:
    files = [picture("PNG", colour=(n, 0, 0)) for n in range(4)]
    await ada.post("four", media=tuple(media(f, alt=f"picture {n}") for n, f in enumerate(files)))
    [seen] = x.seen()
    assert [m["sha256"] for m in seen.media] == [hashlib.sha256(f).hexdigest() for f in files]
    assert [m["alt"] for m in seen.media] == [f"picture {n}" for n in range(4)]


async def test_a_large_file_is_read_and_sent_in_pieces(ada: Connected, x: XSandbox) -> None:
    content = padded(VIDEO, 2 * CHUNK + 4)
    reads: list[tuple[int, int]] = []
    await ada.post("film", media=(media(content, "video", reads=reads),))
    assert reads == [(0, CHUNK), (CHUNK, CHUNK), (2 * CHUNK, 4)]
    assert x.seen()[0].media[0]["sha256"] == hashlib.sha256(content).hexdigest()


async def test_a_video_gives_the_worker_back_while_it_is_processed(ada: Connected, x: XSandbox, clock: Clock) -> None:
    post = Draft(text="film", media=(media(VIDEO, "video"),))
    with pytest.raises(NotYet) as pause:
        await ada.adapter.publish(post, ada.steps)
    assert 0 < pause.value.seconds <= 5
    assert x.seen() == []
    await ada.publish(post)
    assert [m["kind"] for m in x.seen()[0].media] == ["video"]
    assert ada.lines.count("POST /2/media/upload/initialize") == 1


async def test_alt_text_of_a_video_is_named_as_left_out(ada: Connected, clock: Clock) -> None:
    post = Draft(text="film", media=(media(VIDEO, "video", alt="a film", filename="film.mp4"),))
    await ada.publish(post)
    published = await ada.adapter.publish(post, ada.steps)
    assert published.note is not None
    assert "film.mp4" in published.note


async def test_an_unprocessable_video_is_refused_with_the_reason_of_x(ada: Connected, x: XSandbox) -> None:
    x.fail("fail_processing", r"finalize")
    with pytest.raises(Rejected, match="Unsupported video format") as refused:
        await ada.post("film", media=(media(VIDEO, "video"),))
    assert refused.value.code == "x_media_processing_failed"


NOISE = {"noise alone": files.MP4 + bytes(range(256)) * 40, "frames of noise": files.noisy(VIDEO)}


@pytest.mark.parametrize("content", NOISE.values(), ids=NOISE)
async def test_a_film_of_noise_fails_in_processing_and_the_post_that_is_tried_again_sends_it_again(
    ada: Connected, x: XSandbox, content: bytes
) -> None:
    draft = Draft(text="film", media=(media(content, "video"),))
    for tries in (1, 2, 3):
        with pytest.raises(Rejected) as refused:
            await ada.publish(draft)
        assert refused.value.code == "x_media_processing_failed"
        assert refused.value.message == "X could not process the file: InvalidMedia Unsupported video format"
        assert ada.lines.count("POST /2/media/upload/initialize") == tries
    assert "POST /2/tweets" not in ada.lines
    assert x.seen() == []


async def test_a_picture_of_noise_is_refused_by_name_and_nothing_is_posted(ada: Connected, x: XSandbox) -> None:
    with pytest.raises(Rejected) as refused:
        await ada.post("picture", media=(media(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40, mime="image/jpeg"),))
    assert (refused.value.code, refused.value.details["said"]) == ("x_media_unreadable", "Bad Request | Media type unrecognized.")
    assert x.seen() == []


async def test_a_video_that_never_gets_ready_ends_after_fifteen_looks(ada: Connected, x: XSandbox) -> None:
    x.uploads.processing_seconds = 10**9
    with pytest.raises(Rejected) as refused:
        await ada.post("film", media=(media(VIDEO, "video"),))
    assert refused.value.code == "x_media_processing_timeout"
    assert ada.lines.count("GET /2/media/upload") == 15


async def test_a_broken_upload_goes_on_where_it_was(ada: Connected, x: XSandbox) -> None:
    post = Draft(text="picture", media=(media(),))
    x.fail("timeout", r"finalize")
    with pytest.raises(Unavailable):
        await ada.adapter.publish(post, ada.steps)
    await ada.publish(post)
    assert [line.rpartition("/")[2] for line in ada.lines].count("append") == 1
    assert len(x.seen()) == 1


async def test_a_lost_answer_to_finalize_is_only_a_delay(ada: Connected, x: XSandbox) -> None:
    post = Draft(text="picture", media=(media(),))
    x.fail("timeout_after", r"finalize")
    with pytest.raises(Unavailable):
        await ada.adapter.publish(post, ada.steps)
    await ada.publish(post)
    assert len(x.seen()) == 1


async def test_an_upload_that_ended_meanwhile_is_made_again(ada: Connected, x: XSandbox, clock: Clock) -> None:
    post = Draft(text="picture", media=(media(), media(IMAGE + b"2")))
    x.fail("refuse", r"POST /2/tweets$")
    with pytest.raises(Unavailable):
        await ada.adapter.publish(post, ada.steps)
    clock.turn(25 * 3600)
    ada.tokens = x.admit("ada")
    ada.adapter.headers = {"authorization": f"Bearer {ada.tokens['access_token']}"}
    await ada.publish(post)
    assert [len(seen.media) for seen in x.seen()] == [2]


async def test_a_half_made_upload_that_ended_is_made_again(ada: Connected, x: XSandbox, clock: Clock) -> None:
    post = Draft(text="picture", media=(media(),))
    x.fail("refuse", r"append")
    with pytest.raises(Unavailable):
        await ada.adapter.publish(post, ada.steps)
    clock.turn(25 * 3600)
    ada.adapter.headers = {"authorization": f"Bearer {x.admit('ada')['access_token']}"}
    await ada.publish(post)
    assert len(x.seen()) == 1


async def test_files_that_x_keeps_refusing_end_the_post(ada: Connected, x: XSandbox) -> None:
    x.fail("fail_processing", r"POST /2/tweets$", times=100)
    with pytest.raises(Rejected) as refused:
        await ada.post("film", media=(media(VIDEO, "video"),))
    assert refused.value.code == "x_media_invalid"
    assert x.seen() == []


async def test_a_file_that_shrank_is_refused(ada: Connected) -> None:
    with pytest.raises(Rejected) as refused:
        await ada.post("picture", media=(replace(media(), size=len(IMAGE) + 1),))
    assert refused.value.code == "asset_changed"


async def test_a_reply_hangs_below_its_parent(ada: Connected, x: XSandbox) -> None:
    first = await ada.post("first")
    second = await ada.post("second", interaction="reply", reply_to=first)
    assert {seen.id: seen.reply_to for seen in x.seen()} == {first: None, second: first}


async def test_a_reply_to_nothing_is_refused(ada: Connected) -> None:
    with pytest.raises(Rejected) as refused:
        await ada.post("second", interaction="reply", reply_to="12345")
    assert refused.value.code == "x_reply_refused"


async def test_the_same_text_again_is_refused_by_name(ada: Connected, x: XSandbox) -> None:
    await ada.post("same")
    with pytest.raises(Rejected) as refused:
        await ada.post("same")
    assert refused.value.code == "x_duplicate_content"
    assert len(x.seen()) == 1


@pytest.mark.parametrize("fault", ["timeout_after", "reset_after", "error_after", "malformed_after"])
async def test_a_lost_answer_is_found_again_and_never_sent_twice(ada: Connected, x: XSandbox, clock: Clock, fault: str) -> None:
    before = now_of(clock)
    parent = await ada.post("a look-alike follows https://example.com/a?b=1&c=2")
    post = Draft(
        text="<b>bold</b> & see example.com/a, https://example.com/x?q=1&r=2 — done",
        media=(media(),),
        interaction="reply",
        reply_to=parent,
    )
    x.fail(fault)
    ada.steps = InMemorySteps()
    with pytest.raises(Uncertain):
        await ada.publish(post)
    with pytest.raises(Uncertain):
        await ada.publish(post)
    found = await ada.adapter.find(post, Mark(since=before))
    assert [p.id for p in found] == [x.seen()[-1].id]
    assert len(x.seen()) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"text": "another text"},
        {"text": "wanted", "media": (media(),)},
        {"text": "wanted!", "reply_to": None},
        {"text": "Wanted"},
    ],
)
async def test_another_post_is_not_taken_for_the_lost_one(ada: Connected, clock: Clock, other: dict[str, object]) -> None:
    before = now_of(clock)
    await ada.post(**other)  # type: ignore[arg-type]
    assert await ada.adapter.find(Draft(text="wanted"), Mark(since=before)) == []


async def test_a_reply_is_not_taken_for_a_post(ada: Connected, clock: Clock) -> None:
    before = now_of(clock)
    parent = await ada.post("parent")
    await ada.post("wanted", interaction="reply", reply_to=parent)
    assert await ada.adapter.find(Draft(text="wanted"), Mark(since=before)) == []


async def test_what_was_posted_before_the_mark_is_not_found(ada: Connected, clock: Clock) -> None:
    await ada.post("wanted")
    assert await ada.adapter.find(Draft(text="wanted"), Mark(since=now_of(clock) + timedelta(seconds=5))) == []


async def test_candidates_come_oldest_first_from_every_page(ada: Connected, x: XSandbox, clock: Clock) -> None:
    before = now_of(clock)
    first = await ada.post("wanted")
    x.lift_quotas()
    for number in range(105):
        await ada.call("POST", "/2/tweets", json={"text": f"noise {number}"})
    last = await ada.post("wanted")
    assert [p.id for p in await ada.adapter.find(Draft(text="wanted"), Mark(since=before))] == [first, last]


async def test_a_known_id_is_looked_up_by_itself(ada: Connected) -> None:
    post_id = await ada.post("text")
    mark = Mark(since=now_of(ada.clock), post_id=post_id)
    assert [p.id for p in await ada.adapter.find(Draft(text="whatever"), mark)] == [post_id]
    await ada.adapter.delete(post_id)
    assert await ada.adapter.find(Draft(text="whatever"), mark) == []


async def test_an_x_of_older_names_is_understood(ada: Connected, x: XSandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    before = now_of(clock)
    parent = await ada.post("parent")
    post_id = await ada.post("wanted example.com", interaction="reply", reply_to=parent)
    known = ("max_results", "exclude", "start_time", "tweet.fields", "expansions")
    monkeypatch.setattr("socialclaw.networks.x.sandbox.simulator.PAGING", known)
    monkeypatch.setattr("socialclaw.networks.x.sandbox.simulator.VIEWS", ("tweet.fields", "expansions"))
    wanted = Draft(text="wanted example.com", interaction="reply", reply_to=parent)
    assert [p.id for p in await ada.adapter.find(wanted, Mark(since=before))] == [post_id]
    assert "likes" in await ada.adapter.metrics(post_id, "lifetime")


async def test_a_deleted_post_is_gone_and_deleting_it_again_is_no_error(ada: Connected, x: XSandbox) -> None:
    post_id = await ada.post("text")
    await ada.adapter.delete(post_id)
    assert x.seen() == []
    await ada.adapter.delete(post_id)


async def test_somebody_elses_post_cannot_be_deleted(ada: Connected, x: XSandbox, clock: Clock) -> None:
    post_id = await Connected("bob", x, clock).post("of bob")
    with pytest.raises(Rejected) as refused:
        await ada.adapter.delete(post_id)
    assert refused.value.code == "x_not_the_author"


async def test_metrics_use_our_names_and_grow(ada: Connected, clock: Clock) -> None:
    post_id = await ada.post("see https://example.com")
    early = await ada.adapter.metrics(post_id, "lifetime")
    assert set(early) == {"impressions", "likes", "comments", "shares", "saves", "clicks"}
    clock.turn(3600)
    late = await ada.adapter.metrics(post_id, "lifetime")
    assert all(late[name] >= early[name] for name in early)
    assert late["impressions"] > early["impressions"]


async def test_metrics_of_an_old_post_lack_what_x_no_longer_tells(ada: Connected, x: XSandbox, clock: Clock) -> None:
    post_id = await ada.post("old")
    clock.turn(31 * 86_400)
    ada.adapter.headers = {"authorization": f"Bearer {x.admit('ada')['access_token']}"}
    assert set(await ada.adapter.metrics(post_id, "lifetime")) == {"impressions", "likes", "comments", "shares", "saves"}


async def test_metrics_of_a_missing_post_are_refused(ada: Connected) -> None:
    with pytest.raises(Rejected) as refused:
        await ada.adapter.metrics("123", "lifetime")
    assert refused.value.code == "x_not_found"


@pytest.mark.parametrize("fault", ["expire_token", "revoke_token"])
async def test_a_dead_token_is_unauthorized(ada: Connected, x: XSandbox, fault: str) -> None:
    x.fail(fault)
    with pytest.raises(Unauthorized):
        await ada.post("text")
    with pytest.raises(Unauthorized):
        await ada.adapter.check()
    assert x.seen() == []


async def test_a_missing_scope_asks_for_consent(x: XSandbox, clock: Clock) -> None:
    reader = Connected("reader", x, clock, scopes=("tweet.read", "users.read"))
    reader.adapter.account = replace(reader.adapter.account, scopes=("tweet.read", "users.read"))
    await reader.adapter.check()
    with pytest.raises(Unauthorized) as refused:
        await reader.post("text")
    assert refused.value.code == "x_consent_missing"


async def test_a_second_cashtag_is_refused_by_name(ada: Connected) -> None:
    await ada.post("$AAPL")
    with pytest.raises(Rejected) as refused:
        await ada.post("$AAPL $TSLA")
    assert refused.value.code == "x_too_many_cashtags"


async def test_a_refusal_without_a_reason_is_the_one_posts(ada: Connected, x: XSandbox) -> None:
    """The account goes on: it has all scopes, and its token opens what it did."""
    x.fail("forbid")
    with pytest.raises(Rejected) as refused:
        await ada.post("a text that X does not like")
    assert refused.value.code == "x_forbidden"
    await ada.post("another text")
    assert [seen.text for seen in x.seen()] == ["another text"]


async def test_a_refusal_without_a_reason_is_the_accounts_where_the_account_opens_nothing_any_more(ada: Connected, x: XSandbox) -> None:
    x.fail("forbid", times=2)
    x.fail("forbid", "GET /2/users/me")
    with pytest.raises(Unauthorized) as refused:
        await ada.post("text")
    assert refused.value.code == "x_consent_missing"


async def test_a_refusal_without_a_reason_waits_where_nobody_can_be_asked_whose_it_is(ada: Connected, x: XSandbox) -> None:
    x.fail("forbid")
    x.fail("error", "GET /2/users/me")
    with pytest.raises(Unavailable):
        await ada.post("text")
    assert ada.steps.marks == set()


@pytest.mark.parametrize(("fault", "code"), [("unpaid", "x_credits_depleted"), ("spend_cap", "x_spend_cap_reached")])
async def test_a_bill_of_the_developer_app_is_nobodys_fault(ada: Connected, x: XSandbox, fault: str, code: str) -> None:
    x.fail(fault)
    with pytest.raises(Unpaid) as refused:
        await ada.post("text")
    assert refused.value.code == code
    assert await ada.publish(Draft("text")) == x.seen()[0].id


async def test_too_many_posts_wait_until_the_window_opens(ada: Connected, x: XSandbox) -> None:
    for number in range(100):
        assert (await ada.call("POST", "/2/tweets", json={"text": f"number {number}"})).status_code == 201
    with pytest.raises(RateLimited) as limited:
        await ada.post("one more")
    assert 850 <= limited.value.retry_after <= 901
    x.lift_quotas()
    await ada.post("one more")


async def test_a_limit_of_x_is_told_in_seconds(ada: Connected, x: XSandbox) -> None:
    x.fail("rate_limit", seconds=42)
    with pytest.raises(RateLimited) as limited:
        await ada.post("text")
    assert limited.value.retry_after == pytest.approx(42, abs=1)


@pytest.mark.parametrize(("fault", "sent"), [("refuse", False), ("timeout", True), ("error", True), ("malformed", True)])
async def test_silence_tells_whether_the_request_may_have_arrived(ada: Connected, x: XSandbox, fault: str, sent: bool) -> None:
    x.fail(fault, r"GET /2/users/me")
    with pytest.raises(Unavailable) as silence:
        await ada.adapter.check()
    assert silence.value.sent is sent


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (
            401,
            {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
            Unauthorized,
            "provider_unauthorized",
        ),
        (
            403,
            {"type": "https://api.x.com/2/problems/unsupported-authentication", "title": "Unsupported Authentication"},
            Unauthorized,
            "x_consent_missing",
        ),
        (403, {"type": "about:blank", "detail": "You are not permitted to perform this action."}, Rejected, "x_forbidden"),
        (403, {"detail": "You can only reply to or quote posts where you are mentioned or are the author."}, Rejected, "x_reply_refused"),
        (403, {"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."}, Missing, "x_reply_refused"),
        (
            402,
            {"title": "CreditsDepleted", "type": f"{PROBLEMS}credits"},
            Unpaid,
            "x_credits_depleted",
        ),
        (403, {"title": "SpendCapReached", "detail": "your spend cap", "type": f"{PROBLEMS}credits"}, Unpaid, "x_spend_cap_reached"),
        (403, {"type": "https://api.x.com/2/problems/client-forbidden", "reason": "client-not-enrolled"}, Rejected, "x_app_not_enrolled"),
        (403, {"detail": "You are not allowed to create a Tweet with duplicate content."}, Rejected, "x_duplicate_content"),
        (403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}, Rejected, "x_duplicate_content"),
        (403, {"code": 226, "message": "This request looks like it might be automated."}, Rejected, "x_automation_blocked"),
        (403, {"type": "https://api.x.com/2/problems/user-suspended", "detail": "suspended"}, Rejected, "x_account_suspended"),
        (403, {"detail": "This user is not allowed to post a video longer than 2 minutes"}, Rejected, "x_video_too_long"),
        (403, {"detail": "a maximum of one cashtag"}, Rejected, "x_too_many_cashtags"),
        (403, {"detail": "Something new"}, Rejected, "x_forbidden"),
        (400, {"errors": [{"message": "Your media IDs are invalid."}]}, Rejected, "x_media_invalid"),
        (400, {"detail": "Your Tweet text is too long."}, Rejected, "x_text_too_long"),
        (400, {"detail": "The Tweet contains an invalid URL."}, Rejected, "x_invalid_url"),
        (400, {"title": "Invalid Request", "errors": [{"message": "$.foo: is not defined"}]}, Rejected, "x_invalid_request"),
        (
            429,
            {"type": "https://api.x.com/2/problems/usage-capped", "title": "UsageCapExceeded", "period": "Monthly"},
            Unpaid,
            "x_usage_capped",
        ),
        (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, RateLimited, "provider_rate_limited"),
        (413, None, Rejected, "x_media_too_large"),
        (200, {"errors": [{"type": "https://api.x.com/2/problems/resource-not-found"}]}, Rejected, "x_not_found"),
    ],
)
def test_each_refusal_of_x_has_a_name(status: int, body: object, kind: type[Exception], code: str) -> None:
    response = httpx2.Response(status, json=body) if body else httpx2.Response(status, text="too large")
    error = explain(response)
    assert isinstance(error, kind)
    assert error.code == code  # type: ignore[attr-defined]


@pytest.mark.parametrize("content", [b"", b"[]", b'"text"', b'{"errors": 7}', b'{"errors": [null, 3]}'])
def test_strange_answers_do_not_break_the_reading(content: bytes) -> None:
    assert explain(httpx2.Response(503, content=content)) is None
    if content != b'{"errors": 7}':
        assert isinstance(explain(httpx2.Response(400, content=content)), Rejected)


def test_the_longest_window_that_is_used_up_counts() -> None:
    headers = {
        "date": "Mon, 02 Nov 2026 12:00:00 GMT",
        "x-rate-limit-remaining": "5",
        "x-rate-limit-reset": "1793620860",
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": "1793624400",
    }
    error = explain(httpx2.Response(429, headers=headers, json={"title": "Too Many Requests"}))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 1793624400 - 1793620800
