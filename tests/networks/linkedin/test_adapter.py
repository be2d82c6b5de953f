"""What the adapters make of LinkedIn's answers: each refusal of the documentation, lost answers in every step, slow files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import httpx2
import pytest

from socialclaw.clock import act_for
from socialclaw.errors import RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.linkedin.dated import DATED, VERSION
from socialclaw.networks.linkedin.page import Page
from socialclaw.networks.linkedin.refusals import explain, explain_upload
from socialclaw.networks.linkedin.sandbox.words import is_active
from socialclaw.providers.draft import Account, Mark, Media, Published
from tests.media.files import playable
from tests.networks.linkedin.conftest import Scene, post
from tests.networks.stage import InMemorySteps, NotYet

MIB = 1024 * 1024


def answer(status: int, **body: object) -> httpx2.Response:
    return httpx2.Response(status, json=body, request=httpx2.Request("POST", "https://api.linkedin.com/rest/posts"))


DUPLICATE = "Content is a duplicate of urn:li:share:7141138937766391808"
TOO_EARLY = "Accessing this video resource is forbidden"


@pytest.mark.parametrize(
    ("response", "kind", "code"),
    [
        (answer(400, code="FIELD_LENGTH_TOO_LONG", message="too long"), Rejected, "linkedin_text_too_long"),
        (answer(400, code="MISSING_FIELD", message="author"), Rejected, "linkedin_invalid_request"),
        (answer(400, code="VERSION_MISSING", message="A version must be present"), Rejected, "linkedin_version_missing"),
        (answer(401, code="EXPIRED_ACCESS_TOKEN", serviceErrorCode=65602, message="expired"), Unauthorized, "provider_unauthorized"),
        (answer(403, code="ACCESS_DENIED", serviceErrorCode=100, message="Not enough"), Unauthorized, "linkedin_permission_missing"),
        (answer(403, code="ACCESS_DENIED", message=TOO_EARLY), Rejected, "linkedin_media_not_ready"),
        (answer(404, code="NOT_FOUND", message="no"), Rejected, "linkedin_not_found"),
        (answer(409, code="CONFLICT", message="concurrent"), Unavailable, "linkedin_conflict"),
        (answer(422, code="UNPROCESSABLE_ENTITY", message=DUPLICATE), Rejected, "linkedin_duplicate_post"),
        (answer(422, message="no", errorDetails={"inputErrors": [{"code": "DUPLICATE_POST"}]}), Rejected, "linkedin_duplicate_post"),
        (answer(422, code="UNPROCESSABLE_ENTITY", message="no"), Rejected, "linkedin_invalid_request"),
        (answer(426, code="NONEXISTENT_VERSION", message="not active"), Unavailable, "linkedin_version_retired"),
        (answer(429, code="TOO_MANY_REQUESTS", message="Resource level throttle"), RateLimited, "provider_rate_limited"),
    ],
)
def test_each_refusal_is_told_apart(response: httpx2.Response, kind: type[Exception], code: str) -> None:
    error = explain(response)
    assert isinstance(error, kind)
    assert error is not None
    assert error.code == code
    assert error.details["said"]


@pytest.mark.parametrize("status", [200, 201, 408, 425, 500, 502, 503, 504])
def test_what_is_no_refusal_is_left_to_the_status(status: int) -> None:
    assert explain(answer(status, message=DUPLICATE)) is None


def test_a_duplicate_names_the_original() -> None:
    error = explain(answer(422, message=DUPLICATE))
    assert error is not None
    assert error.details["urn"] == "urn:li:share:7141138937766391808"
    assert "urn:li:share:7141138937766391808" in error.message


def test_a_retired_version_is_the_operators_business_and_no_fault_of_the_post() -> None:
    error = explain(answer(426, code="NONEXISTENT_VERSION", message="Requested version 20250501 is not active"))
    assert isinstance(error, Unavailable)
    assert error.sent is False
    assert "update" in error.message


@pytest.mark.parametrize(
    ("version", "day", "active"),
    [
        ("202510", "2026-10-15", True),
        ("202510", "2026-10-16", False),
        ("202610", "2026-09-30", False),
        ("202610", "2026-10-01", True),
        ("202613", "2026-10-01", False),
        ("2026-10", "2026-10-01", False),
    ],
)
def test_the_simulators_versions_live_by_the_clock(version: str, day: str, active: bool) -> None:
    assert is_active(version, datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()) is active


def test_our_version_lives_as_long_as_its_dated_fact_says() -> None:
    [fact] = DATED
    assert fact.value == VERSION
    assert fact.ends is not None
    last = datetime.combine(fact.ends, time(12), UTC)
    assert is_active(VERSION, last.timestamp())
    assert not is_active(VERSION, (last + timedelta(days=1)).timestamp())


def test_a_days_limit_ends_at_midnight_utc() -> None:
    throttled = answer(429, message="Resource level throttle APPLICATION DAY limit for calls to this resource is reached.")
    with act_for("w", datetime(2026, 10, 5, 21, 30, tzinfo=UTC)):
        error = explain(throttled)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 2.5 * 3600 + 60
    brief = explain(answer(429, message="Too many requests"))
    assert isinstance(brief, RateLimited)
    assert brief.retry_after == 60


@pytest.mark.parametrize(
    ("status", "code"), [(403, "linkedin_upload_ended"), (404, "linkedin_upload_ended"), (400, "linkedin_upload_refused")]
)
def test_an_upload_that_is_refused(status: int, code: str) -> None:
    error = explain_upload(httpx2.Response(status, text="no"))
    assert isinstance(error, Rejected)
    assert error.code == code


# Posting.


async def test_a_post_is_sent_as_documented(members: Scene, ann: Account) -> None:
    files = [members.media("image", number, alt=f"Picture {number}") for number in range(2)]
    published = await members.publish(ann, members.draft("Hello (world) #news", *files))
    sent = members.sent()
    urns = [image["id"] for image in sent["content"]["multiImage"]["images"]]
    images = [{"id": urn, "altText": f"Picture {n}"} for n, urn in enumerate(urns)]
    assert sent == post(ann, r"Hello \(world\) #news", content={"multiImage": {"images": images}})
    request = next(request for request, _ in members.calls if request.url.path == "/rest/posts")
    assert request.headers["linkedin-version"] == VERSION
    assert request.headers["x-restli-protocol-version"] == "2.0.0"
    assert published.url == f"https://www.linkedin.com/feed/update/{published.id}/"
    [seen] = members.seen()
    assert (seen.text, [m["alt"] for m in seen.media]) == ("Hello (world) #news", ["Picture 0", "Picture 1"])


async def test_a_video_goes_in_parts_and_never_as_a_whole(pages: Scene, company: Account) -> None:
    size = 9 * MIB + 17
    reads, content = list[int](), playable(size=size)

    async def read(offset: int, length: int) -> bytes:
        reads.append(length)
        return content[offset : offset + length]

    film = Media("v", "video", "video/mp4", size, "https://media.example/film.mp4", "film.mp4", read=read)
    published = await pages.publish(company, pages.draft("A film", film))
    assert published.id.startswith("urn:li:ugcPost:")
    assert published.final
    parts = [request for request, _ in pages.calls if request.method == "PUT"]
    assert [len(request.content) for request in parts] == [4 * MIB, 4 * MIB, MIB + 17]
    assert all("authorization" not in request.headers for request in parts)
    assert len(pages.sent("POST /rest/videos finalizeUpload")["finalizeUploadRequest"]["uploadedPartIds"]) == 3
    assert max(reads) <= MIB
    assert [m["size"] for seen in pages.seen() for m in seen.media] == [size]


async def test_a_part_whose_answer_is_lost_is_sent_again_and_no_other(pages: Scene, company: Account) -> None:
    size = 40 * MIB
    content = playable(size=size)

    async def read(offset: int, length: int) -> bytes:
        return content[offset : offset + length]

    film = Media("v", "video", "video/mp4", size, "https://media.example/film.mp4", "film.mp4", read=read)
    pages.network.fail("timeout_after", "^PUT /dms-uploads/*/uploadedVideo/9$")
    await pages.publish(company, pages.draft("A film", film))
    numbers = [int(request.url.path.rpartition("/")[2]) for request, _ in pages.calls if request.method == "PUT"]
    assert numbers == [*range(8), 8, 8, 9], "the eight before are remembered"
    assert len(pages.seen()) == 1


async def test_a_members_files_are_given_time_instead_of_looked_at(members: Scene, ann: Account) -> None:
    steps, draft = InMemorySteps(), members.draft("Look", *(members.media("image", number) for number in range(3)))
    with pytest.raises(NotYet) as pause:
        await members.member(ann).publish(draft, steps)
    assert pause.value.seconds == 5
    members.ahead += 5
    await members.member(ann).publish(draft, steps)
    assert len(members.seen()) == 1
    assert len([line for line in members.lines if line.startswith("GET /rest/images/")]) == 1, "one refusal says it for all"


async def test_a_members_video_is_looked_at_where_linkedin_lets_the_app(members: Scene, ann: Account) -> None:
    await members.publish(ann, members.draft("Look", members.media("video", 0)))
    assert len([line for line in members.lines if line.startswith("GET /rest/videos/")]) > 1
    assert members.lines.count("POST /rest/posts") == 1
    assert len(members.seen()) == 1


async def test_what_comes_too_early_is_sent_again_later(members: Scene, ann: Account) -> None:
    members.linkedin.shows_members_videos = False
    members.linkedin.files.processing_seconds = {"image": 60.0, "video": 60.0}
    await members.publish(ann, members.draft("Look", members.media("video", 0)))
    assert members.lines.count("POST /rest/posts") > 2
    assert len(members.seen()) == 1


async def test_what_is_never_ready_ends_as_a_refusal(members: Scene, ann: Account) -> None:
    members.linkedin.files.processing_seconds = {"image": 1e9, "video": 1e9}
    with pytest.raises(Rejected) as refusal:
        await members.publish(ann, members.draft("Look", members.media("image", 0)))
    assert refusal.value.code == "linkedin_media_not_ready"
    assert members.seen() == []


async def test_a_file_that_fails_to_process_is_told(pages: Scene, company: Account) -> None:
    for kind in ("image", "video"):
        pages.network.fail("fail_processing", f"^POST /rest/{kind}s initializeUpload$")
        with pytest.raises(Rejected) as refusal:
            await pages.publish(company, pages.draft("Look", pages.media(kind, 0)))
        assert refusal.value.code == "linkedin_media_failed"
    assert pages.seen() == []


async def test_leave_that_has_ended_is_asked_for_again(pages: Scene, company: Account) -> None:
    steps, draft = InMemorySteps(), pages.draft("Look", pages.media("image", 0))
    pages.network.fail("timeout", "^PUT ")
    with pytest.raises(Unavailable):
        await pages.page(company).publish(draft, steps)
    pages.ahead += 2 * 86_400
    await pages.publish(company, draft, steps)
    assert pages.lines.count("POST /rest/images initializeUpload") == 2
    assert len(pages.seen()) == 1


async def test_no_token_goes_to_another_host(members: Scene, ann: Account) -> None:
    async def elsewhere(request: httpx2.Request) -> httpx2.Response:
        assert request.url.host == "api.linkedin.com"
        return httpx2.Response(200, json={"value": {"image": "urn:li:image:1", "uploadUrl": "https://evil.example/linkedin.com"}})

    members.http = httpx2.AsyncClient(transport=httpx2.MockTransport(elsewhere))
    with pytest.raises(Rejected) as refusal:
        await members.member(ann).publish(members.draft("Look", members.media("image", 0)), InMemorySteps())
    assert refusal.value.code == "linkedin_upload_refused"
    assert "evil.example" in refusal.value.message


async def test_alt_text_of_a_video_is_left_out_and_said_so(pages: Scene, company: Account) -> None:
    published = await pages.attempt(company, pages.draft("A film", pages.media("video", 0, alt="Waves")), InMemorySteps())
    assert published.note == "LinkedIn takes alt text for images only; left out for video-0.mp4"
    assert published.final is False, "a Page's post with files is looked at again"


# Lost answers.


async def test_a_repetition_is_told_to_a_member_and_never_adopted(members: Scene, ann: Account) -> None:
    """Not even where the post was sent before: which one LinkedIn names cannot be looked at."""
    steps, draft = InMemorySteps(), members.draft()
    members.network.fail("timeout_after")
    with pytest.raises(Uncertain):
        await members.attempt(ann, draft, steps)
    [seen] = members.seen()
    steps.marks.clear()  # a person who has looked wants it sent again
    with pytest.raises(Rejected) as refusal:
        await members.attempt(ann, draft, steps)
    assert (refusal.value.code, refusal.value.details["urn"]) == ("linkedin_duplicate_post", seen.id)
    assert len(members.seen()) == 1


async def test_a_text_that_was_deleted_is_a_duplicate_all_the_same_and_is_not_taken_for_ours(pages: Scene, company: Account) -> None:
    """LinkedIn remembers a text for a day or two, whatever became of the post; the one that it names is gone."""
    deleted = await pages.publish(company, pages.draft())
    await pages.adapter(company).delete(deleted.id)
    pages.ahead += 3600
    with pytest.raises(Rejected) as refusal:
        await pages.attempt(company, pages.draft(), InMemorySteps())
    assert (refusal.value.code, refusal.value.details["urn"]) == ("linkedin_duplicate_post", deleted.id)
    assert pages.seen() == []
    pages.ahead += 86_400
    assert (await pages.attempt(company, pages.draft(), InMemorySteps())).id != deleted.id


async def test_a_page_adopts_the_original_of_a_duplicate_only_if_it_was_sent_for_this_post(pages: Scene, company: Account) -> None:
    draft, steps = pages.draft(), InMemorySteps()
    pages.network.fail("timeout_after")
    with pytest.raises(Uncertain):
        await pages.attempt(company, draft, steps)
    [seen] = pages.seen()
    steps.marks.clear()  # the list lagged, and the post was taken for absent
    assert (await pages.attempt(company, draft, steps)).id == seen.id
    assert len(pages.seen()) == 1


async def test_an_older_post_is_not_adopted_for_a_new_one(pages: Scene, company: Account) -> None:
    older = await pages.publish(company, pages.draft())
    pages.ahead += 60
    with act_for("w", datetime.now(UTC) + timedelta(seconds=60)), pytest.raises(Rejected) as refusal:
        await pages.attempt(company, pages.draft(), InMemorySteps())
    assert (refusal.value.code, refusal.value.details["urn"]) == ("linkedin_duplicate_post", older.id)


async def test_a_lost_post_is_known_by_its_own_files(pages: Scene, company: Account) -> None:
    """Another post with the same text and as many files, made at the same time, is not taken for it."""
    others = InMemorySteps()
    twin = await pages.publish(company, pages.draft("Twins", pages.media("image", 1)), others)
    steps, draft = InMemorySteps(), pages.draft("Twins", pages.media("image", 2))
    pages.network.fail("timeout_after")
    with pytest.raises(Uncertain):
        await pages.attempt(company, draft, steps)
    steps.marked_at = others.marked_at
    [found] = await pages.page(company).find(draft, pages.mark(steps))
    assert found.id in {seen.id for seen in pages.seen()} - {twin.id}


async def test_what_linkedin_drops_after_accepting_is_told(pages: Scene, company: Account) -> None:
    steps, draft = InMemorySteps(), pages.draft("Look", pages.media("image", 0))
    pages.network.fail("fail_processing", "^POST /rest/posts$")
    published = await pages.attempt(company, draft, steps)
    assert published.final is False
    with pytest.raises(Rejected) as refusal:
        await pages.page(company).find(draft, pages.mark(steps, post_id=published.id))
    assert refusal.value.code == "linkedin_publish_failed"


async def test_a_post_made_since_is_found_among_many(pages: Scene, company: Account) -> None:
    for number in range(101):
        await pages.raw(company, "POST", "/rest/posts", json=post(company, f"Post {number}"))
    [first] = [seen for seen in pages.seen() if seen.text == "Post 0"]
    found = await pages.page(company).find(pages.draft("Post 0"), Mark(datetime.now(UTC) - timedelta(minutes=1)))
    assert [entry.id for entry in found if isinstance(entry, Published)] == [first.id]


# Who and what there is.


async def test_a_members_profile(members: Scene, ann: Account) -> None:
    [target] = await members.member(ann).targets()
    assert (target.handle, target.type, target.name) == (f"linkedin:member:{ann.id}", "linkedin_member", "Ann")
    assert "refresh_token" not in ann.secrets


async def test_pages_are_found_by_the_roles_that_may_post(pages: Scene) -> None:
    person = pages.linkedin.person("dora")
    pages.linkedin.add_page(person, "Content", role="CONTENT_ADMINISTRATOR")
    pages.linkedin.add_page(person, "Ads only", role="DIRECT_SPONSORED_CONTENT_POSTER")
    pages.linkedin.add_page(person, "Not yet", state="REQUESTED")
    found = await Page(pages.http, Account("", secrets=await pages.secrets("dora"))).targets()
    named = {target.name: (target.type, target.handle.rpartition(":")[0]) for target in found}
    expected = {name: ("linkedin_page", "linkedin:page") for name in ("Dora & Co.", "Content")}
    assert named == {**expected, "LinkedIn Page admin": ("linkedin_member", "linkedin:page-admin")}
    assert next(target for target in found if target.type == "linkedin_member").id == person["id"]


async def test_many_pages_are_looked_up_together(pages: Scene) -> None:
    person = pages.linkedin.person("dora")
    for number in range(120):
        pages.linkedin.add_page(person, f"Page {number}")
    found = await Page(pages.http, Account("", secrets=await pages.secrets("dora"))).targets()
    assert len(found) == 122
    assert all(target.name.startswith(("Page", "Dora", "LinkedIn Page admin")) for target in found)
    assert pages.lines.count("GET /rest/organizationsLookup") == 3


async def test_whoever_runs_no_page_is_told_what_to_do(pages: Scene) -> None:
    with pytest.raises(Rejected) as refusal:
        await Page(pages.http, Account("", secrets=await pages.secrets("nopage"))).targets()
    assert refusal.value.code == "linkedin_page_none"
    assert "admin" in refusal.value.message


async def test_a_lost_role_is_noticed(pages: Scene, company: Account) -> None:
    await pages.page(company).check()
    for key, entry in pages.linkedin.shelf.all("roles").items():
        pages.linkedin.shelf.put("roles", key, {**entry, "role": "ANALYST"})
    with pytest.raises(Rejected) as refusal:
        await pages.page(company).check()
    assert refusal.value.code == "linkedin_page_role_lost"
    with pytest.raises(Unauthorized) as told:
        await pages.attempt(company, pages.draft(), InMemorySteps())
    assert told.value.code == "linkedin_permission_missing"
    with pytest.raises(Unauthorized):
        await pages.page(replace(company, secrets={"access_token": "another"})).check()


async def test_figures_of_posts_and_of_the_page(pages: Scene, company: Account) -> None:
    text = await pages.publish(company, pages.draft("Text"))
    film = await pages.publish(company, pages.draft("Film", pages.media("video", 0)))
    pages.ahead += 3600
    page = pages.page(company)
    ours = [await page.metrics(published.id, "lifetime") for published in (text, film)]
    assert all(set(figures) == {"impressions", "reach", "clicks", "likes", "comments", "shares"} for figures in ours)
    total = await page.account_metrics("lifetime")
    assert total["impressions"] == sum(figures["impressions"] for figures in ours) > 0
    with act_for("w", datetime.now(UTC) + timedelta(seconds=pages.ahead)):
        week = await page.account_metrics("7d")
    assert week["impressions"] == total["impressions"]
    assert ("reach" in total, "reach" in week, total["followers"] > 0) == (True, False, True)
    assert await page.metrics("urn:li:share:1", "lifetime") == {}


async def test_whoever_may_post_but_not_measure_is_not_asked_to_connect_again(pages: Scene, company: Account) -> None:
    published = await pages.publish(company, pages.draft())
    for key, entry in pages.linkedin.shelf.all("roles").items():
        pages.linkedin.shelf.put("roles", key, {**entry, "role": "CONTENT_ADMINISTRATOR"})
    page = pages.page(company)
    await page.check()
    for asked in (page.metrics(published.id, "lifetime"), page.account_metrics("7d")):
        with pytest.raises(Rejected) as refusal:
            await asked
        assert refusal.value.code == "linkedin_figures_not_permitted"
    with pytest.raises(Unauthorized):
        await pages.page(replace(company, secrets={"access_token": "another"})).account_metrics("lifetime")
