"""A Page's video by way of the developer app: what goes out, where it goes on, and what becomes of it where people may not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from socialclaw.errors import ProviderError, Rejected, Unavailable, Uncertain
from socialclaw.networks.meta import handles, video
from tests.networks.meta.conftest import Play
from tests.networks.meta.test_facebook import finder, mark
from tests.networks.stage import InMemorySteps

UPLOADS, PARTS = "/uploads$", "POST */upload:*"


def ways(page: Play) -> list[str]:
    """The last words of the paths of what was sent."""
    return [path.rpartition("/")[2].partition(":")[0] for path in page.paths("POST")]


async def test_a_film_is_sent_in_parts_to_the_app_and_published_by_its_handle(page: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = page.draft("Film", page.media("video", 0), facebookVideoUploadMode="resumable")
    size = draft.media[0].size or 0
    part = size // 3 + 1
    monkeypatch.setattr(handles, "PART", part)
    monkeypatch.setattr(handles, "BATCH", 1)
    published = await page.publish(page.account, draft)
    [seen] = page.seen()
    assert (seen.id, seen.text) == (published.id, "Film")
    assert page.shows(seen, draft.media)
    assert ways(page) == ["uploads", *["upload"] * 3, "videos"]
    parts = [request for request in page.said if request.method == "POST" and "/upload:" in request.url.path]
    assert [part.headers["file_offset"] for part in parts] == ["0", str(part), str(2 * part)]
    assert {part.headers["authorization"].partition(" ")[0] for part in parts} == {"OAuth"}
    assert all(part.url.params["sig"] for part in parts)


@pytest.mark.parametrize("fault", ["reset", "reset_after", "timeout_after", "error", "malformed_after"])
async def test_a_broken_upload_goes_on_from_where_facebook_says(page: Play, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """Where all has arrived and the handle was lost, the file is sent again: nobody has seen it."""
    draft = page.draft("Film", page.media("video", 0), facebookVideoUploadMode="resumable")
    monkeypatch.setattr(handles, "PART", (draft.media[0].size or 0) // 2)
    for number in (1, 3):
        page.network.fail(fault, PARTS, times=number)
        published = await page.publish(page.account, draft)
        assert page.seen()[-1].id == published.id
        assert page.shows(page.seen()[-1], draft.media)
    assert len(page.seen()) == 2


@pytest.mark.parametrize("lost", ["timeout", "timeout_after"])
async def test_a_lost_answer_is_looked_for_among_the_pages_posts(page: Play, lost: str) -> None:
    draft, steps = page.draft("Film", page.media("video", 0), facebookVideoUploadMode="resumable"), InMemorySteps()
    page.network.fail(lost)
    for _ in range(2):
        with pytest.raises(Uncertain):
            await page.attempt(page.account, draft, steps)
    page.ahead += 60
    found = await finder(page).find(draft, mark(steps))
    assert [post.id for post in found] == [seen.id for seen in page.seen()]
    assert len(page.seen()) == (1 if lost == "timeout_after" else 0)


async def test_who_has_no_role_on_the_app_is_told_so_and_the_account_is_not_blamed(page: Play) -> None:
    page.network.fail("no_app_role", UPLOADS)
    with pytest.raises(Rejected) as told:
        await page.attempt(page.account, page.draft("Film", page.media("video", 0), facebookVideoUploadMode="resumable"), InMemorySteps())
    assert (told.value.code, told.value.details["metaCode"]) == ("facebook_upload_role_missing", 200)
    assert "role on the developer app" in told.value.message
    assert page.seen() == []


@pytest.mark.parametrize(("role", "last"), [(True, ["uploads", "upload", "videos"]), (False, ["uploads", "videos"])])
async def test_auto_tries_the_handle_after_the_parts_and_lets_facebook_fetch_at_last(page: Play, role: bool, last: list[str]) -> None:
    draft, steps = page.draft("Film", page.media("video", 0), facebookVideoUploadMode="auto"), InMemorySteps()
    steps.done["video-begin"] = {"id": "1", "video_id": "2", "start": 0, "end": 1024}  # a session that Facebook has forgotten
    if not role:
        page.network.fail("no_app_role", UPLOADS)
    published = await page.attempt(page.account, draft, steps)
    assert [seen.id for seen in page.seen()] == [published.id]
    assert ways(page)[-len(last) :] == last


async def test_only_mp4_goes_this_way(page: Play) -> None:
    """The upload takes no other film; `auto` leaves it out then."""
    film = replace(page.media("video", 0), mime="video/quicktime")
    [issue] = page.issues(page.draft("Film", film, facebookVideoUploadMode="resumable"), page.account.type)
    assert (issue.code, issue.path) == ("facebook_video_upload_mode_mismatch", "settings.facebookVideoUploadMode")
    draft, steps = page.draft("Film", film, facebookVideoUploadMode="auto"), InMemorySteps()
    assert page.issues(draft, page.account.type) == []
    steps.done["video-gone"] = True
    await page.attempt(page.account, draft, steps)
    assert ways(page) == ["videos"]


class SetBack(InMemorySteps):
    """Facebook loses what it was sent, whenever a step has sent some of it."""

    def __init__(self, page: Play, shelf: str) -> None:
        super().__init__()
        self.page, self.shelf = page, shelf

    async def once(self, name: str, do: Any, *args: Any) -> Any:
        told = await super().once(name, do, *args)
        if "-sent-" in name or "-from-" in name:
            for key, upload in self.page.meta.shelf.all(self.shelf).items():
                self.page.meta.shelf.put(self.shelf, key, {**upload, "at": 0})
        return told


@pytest.mark.parametrize(("mode", "shelf", "error", "code"), [
    ("resumable", "uploads", Rejected, "facebook_upload_failed"),
    ("native", "sessions", Unavailable, "facebook_upload_stuck"),
])  # fmt: skip
async def test_an_upload_that_does_not_get_on_ends(
    page: Play, monkeypatch: pytest.MonkeyPatch, mode: str, shelf: str, error: type[ProviderError], code: str
) -> None:
    draft = page.draft("Film", page.media("video", 0), facebookVideoUploadMode=mode)
    monkeypatch.setattr(handles, "PART", (draft.media[0].size or 0) // 5)
    for module in (handles, video):
        monkeypatch.setattr(module, "BATCH", 1)
    with pytest.raises(error) as told:
        await page.attempt(page.account, draft, SetBack(page, shelf))
    assert told.value.code == code
    assert page.seen() == []
