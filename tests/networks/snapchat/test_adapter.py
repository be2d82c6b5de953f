"""The adapter against the simulator: what the public sees afterwards, and what a failure becomes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from socialclaw.errors import Conflict, ProviderError, RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.snapchat import figures, listing, profiles, upload
from socialclaw.networks.snapchat.adapter import Snapchat
from socialclaw.networks.snapchat.kinds import SPOTLIGHT, STORY, post_id, split
from socialclaw.networks.snapchat.refusals import explain, explain_post
from socialclaw.networks.snapchat.sandbox.simulator import SnapchatSandbox
from socialclaw.networks.snapchat.sealing import Secret, sealed_size
from socialclaw.providers.draft import Account, Mark
from tests.media import files
from tests.networks.recorded import Clock
from tests.networks.snapchat.conftest import VIDEO, Connected, draft, media
from tests.networks.stage import InMemorySteps, NotYet

UPLOADS = r"/multipart-upload"
DIGEST = hashlib.sha256(VIDEO).hexdigest()


# Connecting.


async def test_the_profile_of_the_user_is_the_target(ada: Connected) -> None:
    [target] = await ada.adapter.targets()
    assert (target.id, target.handle, target.type, target.name) == (ada.id, "snapchat:@ada", "snapchat_public_profile", "ada")
    assert target.meta["username"] == "ada"


async def test_an_app_that_snap_has_not_allowed_is_told_so(ada: Connected, snapchat: SnapchatSandbox) -> None:
    snapchat.option("allowed", False)
    with pytest.raises(Rejected) as refused:
        await ada.adapter.targets()
    assert refused.value.code == "snapchat_authorization_permission_denied"
    assert "on its list" in refused.value.message


@pytest.mark.parametrize(
    "answer",
    [
        {"public_profile": {"id": "1", "snap_user_name": "ada"}},
        {"public_profiles": [{"sub_request_status": "SUCCESS", "public_profile": {"id": "1", "snap_user_name": "ada"}}]},
        {"me": {"id": "1", "snap_user_name": "ada"}},
    ],
)
def test_a_profile_is_read_in_every_form_that_was_met(answer: dict[str, Any]) -> None:
    [profile] = profiles.read(answer)
    assert profiles.target(profile).handle == "snapchat:@ada"


def test_a_profile_without_a_user_name_goes_by_its_id() -> None:
    assert profiles.target({"id": "1-2", "display_name": "Brand"}).handle == "snapchat:profile:1-2"


# The three kinds.


async def test_a_spotlight_is_reviewed_and_has_a_link_of_its_own(ada: Connected, snapchat: SnapchatSandbox) -> None:
    post = draft("Look #fun", locale="de_DE", skipSaveToProfile=True)
    accepted = await ada.attempt(post)
    [seen] = snapchat.seen()
    assert (accepted.id, accepted.final) == (seen.id, False)
    assert accepted.url == f"https://www.snapchat.com/spotlight/{seen.id}"
    [waiting] = await ada.adapter.find(post, ada.mark(post_id=accepted.id))
    assert waiting.final is False
    ada.clock.turn(61)
    [live] = await ada.adapter.find(post, ada.mark(post_id=accepted.id))
    assert live.final
    assert (seen.text, seen.media[0]["sha256"], seen.media[0]["size"]) == ("Look #fun", DIGEST, len(VIDEO))
    sent = ada.sent("/spotlights")
    assert (sent["locale"], sent["skip_save_to_profile"], sent["description"]) == ("de_DE", True, "Look #fun")


async def test_a_story_is_its_video_alone_and_its_id_is_looked_up(ada: Connected, snapchat: SnapchatSandbox) -> None:
    await ada.publish(draft(mode="story"))
    snapchat.option("lag", 2)
    ada.clock.turn(5)
    published = await ada.publish(draft("not shown", mode="story"))
    first, second = snapchat.seen()
    assert published.id == f"story:{second.id}"
    assert published.url == "https://www.snapchat.com/add/ada"
    assert published.note == "Snapchat shows no text with a story: it was left out"
    assert (first.text, second.text) == ("", "")
    assert list(ada.sent("/stories")) == ["media_id"]


async def test_a_story_that_snapchat_does_not_name_is_known_by_its_video_until_it_does(ada: Connected, snapchat: SnapchatSandbox) -> None:
    snapchat.option("lag", 600)
    post = draft(mode="story")
    published = await ada.attempt(post)
    assert published.id.startswith("story:media:")
    assert published.final is False
    assert ada.lines.count("GET /stories") == 5  # before, and four times after
    with pytest.raises(Rejected, match="no figures"):
        await ada.adapter.metrics(published.id, "lifetime")
    snapchat.option("lag", 0)
    since = datetime.now(UTC) + timedelta(seconds=4)  # as where the engine knows only when the attempt ended
    [named] = await ada.adapter.find(post, replace(ada.mark(post_id=published.id), since=since))
    assert named.id == f"story:{snapchat.seen()[0].id}"


async def test_of_two_stories_without_a_name_the_nearer_one_comes_first(ada: Connected, snapchat: SnapchatSandbox) -> None:
    """Which of them are other posts' already the engine knows."""
    snapchat.option("lag", 600)
    accepted, marks = [], []
    for _ in range(2):
        ada.steps = InMemorySteps()
        accepted.append(await ada.attempt(draft(mode="story")))
        marks.append(ada.mark(post_id=accepted[-1].id))
    snapchat.option("lag", 0)
    first, second = (f"story:{seen.id}" for seen in snapchat.seen())
    made = [seen.created_at for seen in snapchat.seen()]
    for mark, at in zip(marks, made, strict=True):
        mark.done["post-0"]["at"] = at  # the clock of the network was turned, ours was not
    found = [[post.id for post in await ada.adapter.find(draft(mode="story"), mark)] for mark in marks]
    assert found == [[first, second], [second, first]]


async def test_a_story_that_is_never_named_is_left_alone_after_a_while(ada: Connected, snapchat: SnapchatSandbox) -> None:
    snapchat.option("lag", 1e9)
    published = await ada.attempt(draft(mode="story"))
    late = replace(ada.mark(post_id=published.id), since=datetime.now(UTC) - timedelta(hours=2))
    [left] = await ada.adapter.find(draft(mode="story"), late)
    assert (left.id, left.final) == (published.id, True)


async def test_a_list_that_is_refused_does_not_stop_a_story(ada: Connected, snapchat: SnapchatSandbox) -> None:
    post = draft(mode="story")
    real = ada.adapter._listed

    async def refused(kind: Any) -> Any:
        raise Rejected("no list for you")

    ada.adapter._listed = refused  # type: ignore[method-assign]
    published = await ada.attempt(post)
    ada.adapter._listed = real  # type: ignore[method-assign]
    assert published.id.startswith("story:media:")
    assert len(snapchat.seen()) == 1


async def test_a_saved_story_has_the_name_as_its_title(ada: Connected, snapchat: SnapchatSandbox) -> None:
    published = await ada.publish(draft("not shown", name="Our trip", mode="saved_story"))
    [seen] = snapchat.seen()
    assert (published.id, seen.text) == (f"saved_story:{seen.id}", "Our trip")
    assert published.note is not None
    [sent] = ada.sent("/saved_stories")["saved_stories"]
    assert sent["title"] == "Our trip"
    [again] = await ada.adapter.find(draft(name="Our trip", mode="saved_story"), ada.mark(post_id=published.id))
    assert again.id == published.id


def test_ids_tell_the_kind() -> None:
    assert split(post_id(STORY, "a:b")) == (STORY, "a:b")
    assert split(post_id(SPOTLIGHT, "W7_x")) == (SPOTLIGHT, "W7_x")
    assert split("other:W7") == (SPOTLIGHT, "other:W7")


# The upload.


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 63, 64, 65, 128, 200, 1000])
async def test_a_file_of_any_length_arrives_whole_in_parts(
    ada: Connected, snapchat: SnapchatSandbox, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(upload, "PART", 2048)
    content = files.padded(VIDEO, len(VIDEO) + 8 + size)
    await ada.publish(draft("film", media(content)))
    [seen] = snapchat.seen()
    assert (seen.media[0]["size"], seen.media[0]["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    parts = sum(b'name="part_number"' in q.content for q, _ in ada.wire.calls)
    assert parts == -(-sealed_size(len(content)) // 2048)


async def test_a_large_video_is_read_in_slices_and_never_as_a_whole(ada: Connected, snapchat: SnapchatSandbox) -> None:
    reads: list[tuple[int, int]] = []
    content = files.padded(VIDEO, 3 * 1024 * 1024)
    await ada.publish(draft("film", media(content, reads=reads)))
    assert max(length for _, length in reads) <= 256 * 1024
    assert sum(length for _, length in reads) == len(content)
    assert snapchat.seen()[0].media[0]["sha256"] == hashlib.sha256(content).hexdigest()


def test_parts_keep_to_the_limits_of_snapchat_up_to_the_largest_video() -> None:
    assert upload.PART < 32 * 1000 * 1000
    assert upload.PART % 16 == 0
    assert -(-sealed_size(1024**3) // upload.PART) <= 35


@pytest.mark.parametrize("kind", ["reset", "timeout_after", "error"])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_an_interrupted_upload_goes_on_with_the_same_key(
    ada: Connected, snapchat: SnapchatSandbox, monkeypatch: pytest.MonkeyPatch, kind: str, number: int
) -> None:
    monkeypatch.setattr(upload, "PART", 2048)
    snapchat.fail(kind, rf"{UPLOADS} ADD {number}$")
    with pytest.raises(Unavailable):
        await ada.attempt(draft("film"))
    await ada.attempt(draft("film"))
    assert ada.lines.count("POST /media") == 1
    assert [seen.media[0]["sha256"] for seen in snapchat.seen()] == [DIGEST]


async def test_a_lost_answer_to_the_end_of_an_upload_is_only_a_delay(ada: Connected, snapchat: SnapchatSandbox) -> None:
    snapchat.fail("timeout_after", f"{UPLOADS} FINALIZE$")
    with pytest.raises(Unavailable):
        await ada.attempt(draft("film"))
    await ada.attempt(draft("film"))
    assert len(snapchat.seen()) == 1


async def test_an_upload_that_is_refused_at_its_end_is_not_posted(ada: Connected, snapchat: SnapchatSandbox) -> None:
    """Where nothing was sent before, a refusal is one."""
    ada.steps.done |= {"secret-0": {"key": Secret.new().key, "iv": Secret.new().iv}}
    made = (await ada.call("media", {"type": "VIDEO", "name": "n", **ada.steps.done["secret-0"]})).json()
    ada.steps.done["media-0"] = {name: made[name] for name in ("media_id", "add_path", "finalize_path")} | {"at": 4e9}
    ada.steps.done["part-0-0"] = "AAAAAAAAAAAAAAAAAAAAAA=="  # which Snapchat has not got
    with pytest.raises(Rejected, match="Parts are missing"):
        await ada.attempt(draft("film"))
    assert snapchat.seen() == []


async def test_a_video_that_waited_for_more_than_a_day_is_uploaded_anew(ada: Connected, snapchat: SnapchatSandbox) -> None:
    snapchat.fail("refuse")
    with pytest.raises(Unavailable):
        await ada.attempt(draft("film"))
    ada.clock.turn(24 * 3600 + 1)
    ada.log_in()
    await ada.attempt(draft("film"))
    assert ada.lines.count("POST /media") == 2
    assert len(snapchat.seen()) == 1


async def test_a_video_that_cannot_be_read_is_no_upload(ada: Connected, snapchat: SnapchatSandbox) -> None:
    with pytest.raises(Unavailable) as failed:
        await ada.attempt(draft("film", media(VIDEO, size=len(VIDEO) + 100)))
    assert (failed.value.code, failed.value.sent) == ("media_unreadable", False)
    assert snapchat.seen() == []


async def test_a_video_that_is_being_processed_is_waited_for(ada: Connected, snapchat: SnapchatSandbox) -> None:
    snapchat.option("processing", 12)
    with pytest.raises(NotYet) as pause:
        await ada.adapter.publish(draft("film"), ada.steps)
    assert 5 <= pause.value.seconds <= 30
    assert ada.steps.marks == set()
    await ada.attempt(draft("film"))
    assert len(snapchat.seen()) == 1


async def test_a_video_that_is_never_ready_fails_after_a_while(
    ada: Connected, snapchat: SnapchatSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialclaw.networks.snapchat.adapter.PATIENCE", -1)
    snapchat.option("processing", 1e9)
    with pytest.raises(Rejected) as failed:
        await ada.attempt(draft("film"))
    assert failed.value.code == "snapchat_media_processing"


@pytest.mark.parametrize("where", [r"/media$", f"{UPLOADS} ADD 1$", f"{UPLOADS} FINALIZE$"])
async def test_a_video_that_snapchat_cannot_use_is_refused_in_its_words(ada: Connected, snapchat: SnapchatSandbox, where: str) -> None:
    snapchat.fail("fail_processing", where)
    with pytest.raises(Rejected, match="could not be decrypted"):
        await ada.attempt(draft("film"))
    assert snapchat.seen() == []


# Lost answers, and evidence.


@pytest.mark.parametrize(
    "post", [draft("film"), draft(mode="story"), draft(name="Trip", mode="saved_story")], ids=["spot", "story", "saved"]
)
async def test_a_lost_post_of_each_kind_is_found_and_one_that_never_came_is_not(
    ada: Connected, snapchat: SnapchatSandbox, post: Any
) -> None:
    await ada.publish(post)  # one alike, before
    ada.clock.turn(120)
    ada.steps = InMemorySteps()
    snapchat.fail("timeout")
    with pytest.raises(Uncertain):
        await ada.attempt(post)
    since = datetime.now(UTC) + timedelta(seconds=ada.clock.passed - 5)
    assert list(await ada.adapter.find(post, replace(ada.mark(), since=since))) == []
    ada.steps = InMemorySteps()
    snapchat.fail("timeout_after")
    with pytest.raises(Uncertain):
        await ada.attempt(post)
    [found] = await ada.adapter.find(post, replace(ada.mark(), since=since))
    assert split(found.id)[1] == snapchat.seen()[-1].id


async def test_a_video_that_is_being_posted_already_is_evidence_and_no_failure(ada: Connected, snapchat: SnapchatSandbox) -> None:
    """As if the first call got through unseen and evidence said too early that it had not."""
    snapchat.fail("timeout_after")
    with pytest.raises(Uncertain):
        await ada.attempt(draft("film"))
    ada.steps.marks.clear()
    with pytest.raises(Uncertain, match="already"):
        await ada.attempt(draft("film"))
    [found] = await ada.adapter.find(draft("film"), ada.mark())
    assert found.id == snapchat.seen()[0].id
    await ada.adapter.delete(found.id)
    with pytest.raises(Uncertain, match="publishing the spotlight already"):
        await ada.adapter.find(draft("film"), ada.mark())


async def test_what_does_not_say_when_it_was_made_decides_nothing() -> None:
    rows = [{"id": "1", "description": "film"}, {"id": "2", "description": "other"}]
    with pytest.raises(Uncertain):
        listing.alike(rows, draft("film"), SPOTLIGHT, since=0)
    assert listing.alike(rows, draft("third"), SPOTLIGHT, since=0) == []


def test_a_row_that_names_the_video_needs_no_other_evidence() -> None:
    rows = [{"story_id": "1", "media_id": "other"}, {"story_id": "2", "media_id": "mine"}]
    assert [listing.id_of(row) for row in listing.alike(rows, draft(mode="story"), STORY, since=1e12, media_id="mine")] == ["2"]


@pytest.mark.parametrize(
    ("row", "seconds"),
    [
        ({"created_at": "2026-09-01T00:00:00.500Z"}, 1788220800.5),
        ({"posted_at": "2026-09-01T02:00:00+02:00"}, 1788220800.0),
        ({"created_at": "2026-09-01T00:00:00"}, 1788220800.0),
        ({"create_time": 1788220800}, 1788220800.0),
        ({"created_at": "1788220800000"}, 1788220800.0),
        ({"created_at": "yesterday"}, None),
        ({"created_at": {}}, None),
        ({}, None),
    ],
)
def test_times_are_read_in_every_form(row: dict[str, Any], seconds: float | None) -> None:
    assert listing.made_at(row) == seconds


async def test_lists_are_read_to_their_end_and_only_on_snapchats_host(
    ada: Connected, snapchat: SnapchatSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialclaw.networks.snapchat.adapter.PAGE", 1)
    posts = [await ada.publish(draft(f"film {number}")) for number in range(3)]
    found = await ada.adapter.find(draft("film 0"), Mark(datetime.now(UTC) - timedelta(seconds=60)))
    assert [post.id for post in found] == [posts[0].id]
    monkeypatch.setattr("socialclaw.networks.snapchat.adapter.PAGES", 2)
    with pytest.raises(Uncertain, match="too many"):
        await ada.adapter.find(draft("film 0"), Mark(datetime.now(UTC) - timedelta(seconds=60)))
    assert listing.next_cursor({"paging": {"next_link": "https://evil.example/?cursor=abc"}}) == "abc"
    assert listing.next_cursor({"paging": {"next_page_id": "def"}}) == "def"


# After the answer.


@pytest.mark.parametrize("where", ["creating", "looking"])
async def test_a_spotlight_that_the_review_refuses_fails_then(ada: Connected, snapchat: SnapchatSandbox, where: str) -> None:
    snapchat.fail("fail_processing", "" if where == "creating" else "^GET */spotlights/")
    accepted = await ada.attempt(draft("film"))
    ada.clock.turn(61)
    with pytest.raises(Rejected) as refused:
        await ada.adapter.find(draft("film"), ada.mark(post_id=accepted.id))
    assert refused.value.code == "REJECTED"
    assert snapchat.seen() == []


async def test_a_review_without_end_is_left_alone_after_days(ada: Connected) -> None:
    accepted = await ada.attempt(draft("film"))
    late = replace(ada.mark(post_id=accepted.id), since=datetime.now(UTC) - timedelta(days=4))
    [left] = await ada.adapter.find(draft("film"), late)
    assert left.final
    assert left.note is not None


async def test_spotlights_and_saved_stories_can_be_deleted_stories_not(ada: Connected, snapchat: SnapchatSandbox) -> None:
    spotlight = await ada.publish(draft("film"))
    saved = await ada.publish(draft(name="Trip", mode="saved_story"))
    story = await ada.publish(draft(mode="story"))
    for post in (spotlight, saved, spotlight):
        await ada.adapter.delete(post.id)
    calls = len(ada.wire.calls)
    with pytest.raises(Conflict) as refused:
        await ada.adapter.delete(story.id)
    assert (refused.value.code, refused.value.status) == ("provider_delete_unsupported", 409)
    assert len(ada.wire.calls) == calls
    assert [seen.id for seen in snapchat.seen()] == [split(story.id)[1]]


async def test_figures_of_each_kind_and_of_the_profile(ada: Connected, clock: Clock) -> None:
    posts = [
        await ada.publish(draft("film")),
        await ada.publish(draft(mode="story")),
        await ada.publish(draft(name="T", mode="saved_story")),
    ]
    clock.turn(1800)
    found = [await ada.adapter.metrics(post.id, "lifetime") for post in posts]
    assert [set(figures) for figures in found] == [
        {"views", "reach", "likes", "comments", "shares"},
        {"views", "reach", "likes", "shares"},
        {"views", "reach", "shares"},
    ]
    assert all(value > 0 for figures in found for value in figures.values())
    for window in ("lifetime", "7d", "30d"):
        assert set(await ada.adapter.account_metrics(window)) == {"views", "reach", "shares", "followers"}


def test_a_window_ends_at_the_last_midnight() -> None:
    now = datetime(2026, 9, 11, 13, 5, tzinfo=UTC)
    span = {"granularity": "TOTAL", "startTime": "2026-09-04T00:00:00.000Z", "endTime": "2026-09-11T00:00:00.000Z"}
    assert figures.span("7d", now) == span
    assert figures.span("lifetime", now) == {"granularity": "LIFETIME"}


async def test_figures_that_cannot_be_read_are_trouble() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"request_status": "SUCCESS", "assets": [{"timeseries": [{"fields": [{"field": {}}]}]}]})

    adapter = Snapchat(httpx2.AsyncClient(transport=httpx2.MockTransport(answer)), Account("1", secrets={"access_token": "t"}))
    with pytest.raises(Unavailable) as failed:
        await adapter.metrics("W7_x", "lifetime")
    assert failed.value.code == "provider_malformed"


# Snapchat's words.


def said(status: int, body: Any = None, **more: Any) -> httpx2.Response:
    request = httpx2.Request("POST", "https://businessapi.snapchat.com/")
    return (
        httpx2.Response(status, json=body, request=request, **more)
        if body is not None
        else httpx2.Response(status, request=request, **more)
    )


ERROR = {"request_status": "ERROR", "request_id": "1"}


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (said(200, {**ERROR, "error_code": "MEDIA_EXPIRED"}), Rejected, "snapchat_media_expired"),
        (said(200, {**ERROR, "error_code": "AUTHORIZATION_PERMISSION_DENIED"}), Rejected, "snapchat_authorization_permission_denied"),
        (said(403, {**ERROR, "debug_message": "no"}), Rejected, "snapchat_authorization_permission_denied"),
        (said(200, {**ERROR, "display_message": "The locale is wrong"}), Rejected, "provider_rejected"),
        (said(200, {**ERROR, "error_code": "E 17/x"}), Rejected, "snapchat_e_17_x"),
        (
            said(200, {**ERROR, "error_code": "MEDIA_POSTING_ALREADY_IN_PROGRESS"}),
            Unavailable,
            "snapchat_media_posting_already_in_progress",
        ),
        (said(200, {**ERROR, "error_code": "INTERNAL_ERROR"}), Unavailable, "provider_unavailable"),
        (said(200, {**ERROR, "error_code": "TOO_MANY_REQUESTS"}), RateLimited, "snapchat_rate_limited"),
        (said(429, text="Too Many Requests"), RateLimited, "snapchat_rate_limited"),
        (said(401, headers={"www-authenticate": 'Bearer error="invalid_token"'}), Unauthorized, "snapchat_unauthorized"),
        (said(200, text="<html>"), Unavailable, "provider_malformed"),
        (said(200, []), Unavailable, "provider_malformed"),
    ],
)
def test_each_refusal_is_told_as_what_it_is(response: httpx2.Response, kind: type[ProviderError], code: str) -> None:
    error = explain(response)
    assert error is not None
    assert (type(error), error.code) == (kind, code)


def test_words_that_come_twice_are_told_once() -> None:
    error = explain(said(404, {**ERROR, "display_message": "Not found", "debug_message": "Not found"}))
    assert error is not None
    assert error.message == "Snapchat did not accept the request: Not found"


def test_a_limit_without_a_header_is_waited_for_a_second() -> None:
    error = explain(said(429, text="Too Many Requests"))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 1


@pytest.mark.parametrize("status", ["SUCCESS", "PARTIAL", "ERROR"])
def test_a_row_that_failed_is_a_refusal_whatever_stands_above_it(status: str) -> None:
    row = {"sub_request_status": "ERROR", "sub_request_error_reason": "Error code: E1001, message: Title is too long"}
    error = explain_post(said(200, {"request_status": status, "saved_stories": [row]}))
    assert isinstance(error, Rejected)
    assert error.code == "snapchat_e1001"
    assert "Title is too long" in error.message


def test_success_and_silence_are_no_refusals() -> None:
    fine = {"request_status": "success", "saved_stories": [{"sub_request_status": "SUCCESS", "saved_story": {"id": "1"}}]}
    assert explain_post(said(200, fine)) is None
    assert explain(said(204)) is None
    assert explain(said(503, text="down")) is None


async def test_an_answer_without_the_id_of_a_saved_story_is_looked_for() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        path = "/us/x"
        made = {"media_id": "m", "add_path": path, "finalize_path": path} if request.url.path.endswith("/media") else {}
        return httpx2.Response(200, json={"request_status": "SUCCESS", **made})

    adapter = Snapchat(httpx2.AsyncClient(transport=httpx2.MockTransport(answer)), Account("1", secrets={"access_token": "t"}))
    with pytest.raises(Uncertain, match="without the id"):
        await adapter.publish(draft(name="Trip", mode="saved_story"), InMemorySteps())
