"""The simulator by itself: what YouTube refuses, it refuses, in YouTube's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from socialclaw.networks.youtube.sandbox.simulator import YouTubeSandbox
from socialclaw.simulation.store import Store
from tests.networks.recorded import Clock
from tests.networks.youtube.conftest import SCOPE, VIDEO, Connected

START = "/upload/youtube/v3/videos"
UNIT = 256 * 1024
PACIFIC = ZoneInfo("America/Los_Angeles")
RESUMABLE = {"uploadType": "resumable", "part": "snippet,status"}


def reason(answer: httpx2.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    assert error["message"]
    return answer.status_code, error["errors"][0]["reason"]


async def begin(ada: Connected, size: int | None = len(VIDEO), *, params: Mapping[str, str] = RESUMABLE, **more: Any) -> httpx2.Response:
    length = {} if size is None else {"x-upload-content-length": str(size)}
    headers = {"x-upload-content-type": "video/mp4", **length, **more.pop("headers", {})}
    body = more.pop("json", {"snippet": {"title": "A film"}, "status": {"privacyStatus": "public"}})
    return await ada.call("POST", START, params=params, headers=headers, json=body, **more)


async def put(ada: Connected, url: str, content: bytes = b"", span: str | None = None) -> httpx2.Response:
    return await ada.call("PUT", url, content=content, headers={} if span is None else {"content-range": span})


@pytest.mark.parametrize(
    ("snippet", "status", "refused"),
    [
        ({}, {}, "invalidTitle"),
        ({"title": "  "}, {}, "invalidTitle"),
        ({"title": "t" * 101}, {}, "invalidTitle"),
        ({"title": "a < b"}, {}, "invalidTitle"),
        ({"title": "t", "description": "d" * 5001}, {}, "invalidDescription"),
        ({"title": "t", "description": "é" * 2501}, {}, "invalidDescription"),
        ({"title": "t", "description": "a > b"}, {}, "invalidDescription"),
        ({"title": "t", "tags": ["t" * 501]}, {}, "invalidTags"),
        ({"title": "t", "tags": ["a b" * 100, "c d" * 66]}, {}, "invalidTags"),
        ({"title": "t", "categoryId": "99"}, {}, "invalidCategoryId"),
        ({"title": "t"}, {"publishAt": "2050-01-01T00:00:00Z", "privacyStatus": "public"}, "invalidPublishAt"),
        ({"title": "t"}, {"publishAt": "soon", "privacyStatus": "private"}, "invalidPublishAt"),
        ({"title": "t"}, {"privacyStatus": "friends"}, "badRequest"),
        ({"title": "t", "colour": "red"}, {}, "badRequest"),
        ({"title": 1}, {}, "badRequest"),
        ({"title": "t"}, {"selfDeclaredMadeForKids": "no"}, "badRequest"),
    ],
)
async def test_metadata_is_judged_when_the_upload_begins(
    ada: Connected, youtube: YouTubeSandbox, snippet: dict[str, Any], status: dict[str, Any], refused: str
) -> None:
    assert reason(await begin(ada, json={"snippet": snippet, "status": status})) == (400, refused)
    assert youtube.shelf.all("sessions") == {}


async def test_the_longest_metadata_is_taken(ada: Connected) -> None:
    snippet = {"title": "t" * 100, "description": "d" * 5000, "tags": ["t" * 249, "u" * 250], "categoryId": "22"}
    status = {"publishAt": "2050-01-01T00:00:00Z", "privacyStatus": "private"}
    assert (await begin(ada, json={"snippet": snippet, "status": status})).status_code == 200


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"params": {"uploadType": "resumable"}}, (400, "missingRequiredParameter")),
        ({"params": {**RESUMABLE, "part": "snippet,colour"}}, (400, "unknownPart")),
        ({"params": {**RESUMABLE, "part": "snippet"}}, (400, "unexpectedPart")),
        ({"params": {**RESUMABLE, "colour": "red"}}, (400, "badRequest")),
        ({"params": {**RESUMABLE, "notifySubscribers": "yes"}}, (400, "badRequest")),
        ({"params": {**RESUMABLE, "uploadType": "media"}}, (400, "badRequest")),
        ({"size": 274_877_906_945}, (413, "uploadTooLarge")),
        ({"headers": {"x-upload-content-type": "image/png"}}, (400, "badRequest")),
        ({"headers": {"content-type": "text/plain"}}, (400, "badRequest")),
        ({"json": []}, (400, "badRequest")),
        ({"json": {"colour": {}}}, (400, "badRequest")),
    ],
)
async def test_a_wrong_beginning_is_refused(ada: Connected, changes: dict[str, Any], refused: tuple[int, str]) -> None:
    assert reason(await begin(ada, **changes)) == refused


async def test_the_session_is_found_where_the_upload_began(ada: Connected) -> None:
    for host in ("www.googleapis.com", "youtube.googleapis.com"):
        answer = await ada.call("POST", f"https://{host}{START}", params=RESUMABLE, json={"snippet": {"title": "t"}})
        assert (answer.status_code, answer.content) == (200, b"")
        location = httpx2.URL(answer.headers["location"])
        assert (location.host, location.path) == (host, START)
        assert location.params["uploadType"] == "resumable"
        assert location.params["upload_id"]


@pytest.mark.parametrize(
    ("content", "span"),
    [
        (bytes(UNIT), f"bytes {UNIT}-{2 * UNIT - 1}/{3 * UNIT}"),  # a gap
        (bytes(UNIT - 1), f"bytes 0-{UNIT - 2}/{3 * UNIT}"),  # no multiple of 256 KiB
        (bytes(UNIT), f"bytes 0-{UNIT}/{3 * UNIT}"),  # more said than sent
        (bytes(UNIT), f"bytes 0-{UNIT - 1}/{4 * UNIT}"),  # another size than at the beginning
        (bytes(UNIT), "nonsense"),
        (b"x", f"bytes */{3 * UNIT}"),
        (bytes(UNIT), None),  # the whole file, too short
    ],
)
async def test_wrong_pieces_are_refused_and_nothing_is_stored(
    ada: Connected, youtube: YouTubeSandbox, content: bytes, span: str | None
) -> None:
    url = (await begin(ada, 3 * UNIT)).headers["location"]
    assert (await put(ada, url, content, span)).status_code == 400
    asked = await put(ada, url, span=f"bytes */{3 * UNIT}")
    assert (asked.status_code, "range" in asked.headers) == (308, False)
    assert youtube.seen() == []


async def test_a_session_says_what_it_has_and_in_the_end_what_it_made(ada: Connected, youtube: YouTubeSandbox) -> None:
    url = (await begin(ada, 2 * UNIT)).headers["location"]
    first = await put(ada, url, bytes(UNIT), f"bytes 0-{UNIT - 1}/{2 * UNIT}")
    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{UNIT - 1}")
    again = await put(ada, url, bytes(UNIT), f"bytes 0-{UNIT - 1}/{2 * UNIT}")
    assert again.headers["range"] == f"bytes=0-{UNIT - 1}"
    made = await put(ada, url, bytes(UNIT), f"bytes {UNIT}-{2 * UNIT - 1}/{2 * UNIT}")
    asked = await put(ada, url, span=f"bytes */{2 * UNIT}")
    assert made.status_code == asked.status_code == 200
    assert made.json()["id"] == asked.json()["id"] == youtube.seen()[0].id
    assert made.json()["status"]["uploadStatus"] == "uploaded"


async def test_a_whole_file_needs_no_range(ada: Connected, youtube: YouTubeSandbox) -> None:
    url = (await begin(ada, None)).headers["location"]
    assert (await put(ada, url, VIDEO)).status_code == 200
    assert youtube.seen()[0].media[0]["size"] == len(VIDEO)


async def test_a_session_is_its_channels_own_and_ends(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    url = (await begin(ada)).headers["location"]
    assert (await put(Connected("bob", youtube, clock), url, VIDEO)).status_code == 404
    assert (await put(ada, url.replace("upload_id=", "upload_id=x"), VIDEO)).status_code == 404
    clock.turn(7 * 86_400)
    ada.log_in()
    assert (await put(ada, url, VIDEO)).status_code == 404
    assert youtube.seen() == []


async def test_an_upload_survives_a_restart(tmp_path: Path, clock: Clock) -> None:
    before = Connected("ada", YouTubeSandbox(Store(tmp_path / "sandbox.db"), clock=clock), clock)
    url = (await begin(before, 2 * UNIT)).headers["location"]
    await put(before, url, bytes(UNIT), f"bytes 0-{UNIT - 1}/{2 * UNIT}")
    before.youtube.store.close()
    after = Connected("ada", YouTubeSandbox(Store(tmp_path / "sandbox.db"), clock=clock), clock)
    assert (await put(after, url, span=f"bytes */{2 * UNIT}")).headers["range"] == f"bytes=0-{UNIT - 1}"
    await put(after, url, bytes(UNIT), f"bytes {UNIT}-{2 * UNIT - 1}/{2 * UNIT}")
    assert after.youtube.seen()[0].media[0]["size"] == 2 * UNIT


@pytest.mark.parametrize(
    ("scopes", "method", "url", "params"),
    [
        (("youtube.readonly",), "POST", START, RESUMABLE),
        (("youtube.upload",), "GET", "/youtube/v3/channels", {"part": "id", "mine": "true"}),
        (("youtube.upload",), "GET", "/youtube/v3/videos", {"part": "id", "id": "x"}),
        (("youtube.upload", "youtube.readonly"), "DELETE", "/youtube/v3/videos", {"id": "x"}),
        (("youtube.upload",), "GET", "https://youtubeanalytics.googleapis.com/v2/reports", {}),
    ],
)
async def test_every_call_needs_its_permission(
    youtube: YouTubeSandbox, clock: Clock, scopes: tuple[str, ...], method: str, url: str, params: dict[str, str]
) -> None:
    user = Connected("ada", youtube, clock, scopes)
    assert reason(await user.call(method, url, params=params)) == (403, "insufficientPermissions")
    for header, expected in (({}, "required"), ({"authorization": "Bearer made-up"}, "authError")):
        target = url if url.startswith("https") else f"https://youtube.googleapis.com{url}"
        answer = await user.http.request(method, target, params=params, headers=header)
        assert reason(answer) == (401, expected)


@pytest.mark.parametrize(
    ("path", "params", "refused"),
    [
        ("videos", {"id": "x"}, (400, "missingRequiredParameter")),
        ("videos", {"part": "snippet"}, (400, "missingRequiredParameter")),
        ("videos", {"part": "snippet,colour", "id": "x"}, (400, "unknownPart")),
        ("videos", {"part": "snippet", "id": "x", "colour": "red"}, (400, "badRequest")),
        ("channels", {"part": "snippet"}, (400, "missingRequiredParameter")),
        ("channels", {"part": "snippet", "mine": "yes"}, (400, "badRequest")),
        ("playlistItems", {"part": "snippet"}, (400, "missingRequiredParameter")),
        ("playlistItems", {"part": "snippet", "playlistId": "UUnowhere"}, (404, "playlistNotFound")),
        ("colours", {}, (404, "notFound")),
    ],
)
async def test_wrong_questions_are_refused(ada: Connected, path: str, params: dict[str, str], refused: tuple[int, str]) -> None:
    assert reason(await ada.call("GET", f"/youtube/v3/{path}", params=params)) == refused


async def test_lists_end_where_the_network_says(ada: Connected) -> None:
    await ada.post()
    uploads = {"part": "snippet", "playlistId": f"UU{ada.id[2:]}"}
    assert reason(await ada.call("GET", "/youtube/v3/playlistItems", params={**uploads, "maxResults": "51"})) == (400, "invalidParameter")
    assert reason(await ada.call("GET", "/youtube/v3/playlistItems", params={**uploads, "pageToken": "x"})) == (400, "invalidPageToken")


async def test_a_private_video_is_its_channels_own(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    hidden = await ada.post(settings={"privacyStatus": "private"})
    shown = await ada.post(settings={"privacyStatus": "unlisted"})
    bob = Connected("bob", youtube, clock)
    for user, expected in ((ada, {hidden, shown}), (bob, {shown})):
        answer = await user.call("GET", "/youtube/v3/videos", params={"part": "status", "id": f"{hidden},{shown}"})
        assert {video["id"] for video in answer.json()["items"]} == expected
    answer = await bob.call("GET", "/youtube/v3/videos", params={"part": "processingDetails", "id": shown})
    assert reason(answer) == (403, "forbidden")


async def test_a_day_has_ten_thousand_units(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    made = await ada.post()
    day = datetime.fromtimestamp(clock(), PACIFIC).date().isoformat()
    youtube.shelf.put("quota", "units", {"day": day, "used": 9_990})
    assert reason(await ada.call("DELETE", "/youtube/v3/videos", params={"id": made})) == (403, "quotaExceeded")
    assert (await ada.call("GET", "/youtube/v3/videos", params={"part": "id", "id": made})).status_code == 200
    youtube.lift_quotas()
    assert (await ada.call("DELETE", "/youtube/v3/videos", params={"id": made})).status_code == 204


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"ids": "channel==UCelse"}, (403, "forbidden")),
        ({"ids": ""}, (400, "required")),
        ({"metrics": "views,applause"}, (400, "badRequest")),
        ({"startDate": "yesterday"}, (400, "badRequest")),
        ({"startDate": "2026-02-30"}, (400, "badRequest")),
        ({"endDate": "2025-12-31"}, (400, "badRequest")),
        ({"dimensions": "colour"}, (400, "badRequest")),
        ({"dimensions": "video"}, (400, "badRequest")),
        ({"filters": "colour==red"}, (400, "badRequest")),
        ({"colour": "red"}, (400, "badRequest")),
    ],
)
async def test_wrong_reports_are_refused(ada: Connected, changes: dict[str, str], refused: tuple[int, str]) -> None:
    query = {"ids": "channel==MINE", "startDate": "2026-01-01", "endDate": "2026-01-31", "metrics": "views", **changes}
    assert reason(await ada.call("GET", "https://youtubeanalytics.googleapis.com/v2/reports", params=query)) == refused


async def test_a_report_without_figures_has_no_rows(ada: Connected) -> None:
    await ada.post()
    query = {"ids": "channel==MINE", "startDate": "2026-01-01", "endDate": "2026-01-31", "metrics": "views,likes"}
    answer = (await ada.call("GET", "https://youtubeanalytics.googleapis.com/v2/reports", params=query)).json()
    assert "rows" not in answer
    assert [header["name"] for header in answer["columnHeaders"]] == ["views", "likes"]


async def test_a_video_can_be_looked_at_by_browsers(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    made = await ada.post("Fish & chips", description="with vinegar", settings={"privacyStatus": "unlisted"})
    page = await ada.http.get(f"https://www.youtube.com/watch?v={made}")
    assert "Fish &amp; chips" in page.text
    assert "is being processed" in page.text
    clock.turn(60)
    page = await ada.http.get(f"https://www.youtube.com/shorts/{made}")
    assert (page.status_code, "Unlisted" in page.text, "is being processed" in page.text) == (200, True, False)
    channel = await ada.http.get(f"https://www.youtube.com/channel/{ada.id}")
    assert f"watch?v={made}" in channel.text
    await ada.adapter.delete(made)
    for url in (f"watch?v={made}", f"shorts/{made}", "watch?v=nothing", "channel/UC" + "x" * 22):
        assert (await ada.http.get(f"https://www.youtube.com/{url}")).status_code == 404


async def test_nothing_foreign_becomes_markup(ada: Connected, youtube: YouTubeSandbox) -> None:
    made = await ada.post('"quoted" & co')
    page = await ada.http.get(f"https://www.youtube.com/watch?v={made}")
    assert "&quot;quoted&quot; &amp; co" in page.text
    assert '"quoted"' not in page.text


async def test_the_public_never_sees_what_could_not_be_processed(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    youtube.fail("fail_processing")
    made = await ada.post()
    assert [seen.id for seen in youtube.seen()] == [made]
    clock.turn(60)
    assert youtube.seen() == []
    answer = await ada.call("GET", "/youtube/v3/videos", params={"part": "status", "id": made})
    assert answer.json()["items"][0]["status"]["failureReason"] == "codec", "but its owner does"
    await ada.adapter.delete(made)
    assert (await ada.call("GET", "/youtube/v3/videos", params={"part": "status", "id": made})).json()["items"] == []


async def test_faults_tell_questions_pieces_and_the_last_piece_apart(ada: Connected, youtube: YouTubeSandbox, small_pieces: int) -> None:
    url = (await begin(ada, 2 * UNIT)).headers["location"]
    await put(ada, url, span=f"bytes */{2 * UNIT}")
    await put(ada, url, bytes(UNIT), f"bytes 0-{UNIT - 1}/{2 * UNIT}")
    await put(ada, url, bytes(UNIT), f"bytes {UNIT}-{2 * UNIT - 1}/{2 * UNIT}")
    assert [line.rpartition(" ")[2] for line in youtube.requests[-3:]] == ["query", "piece", "last"]


async def test_consent_is_googles(ada: Connected) -> None:
    query = {
        **{"client_id": "sandbox-client", "redirect_uri": "https://post.example/oauth/youtube/callback", "response_type": "code"},
        **{"scope": f"{SCOPE}youtube.upload", "state": "s"},
    }
    page = await ada.http.get("https://accounts.google.com/o/oauth2/v2/auth", params=query)
    assert (page.status_code, "Manage your YouTube videos" in page.text) == (200, True)
    wrong = await ada.http.get("https://accounts.google.com/o/oauth2/v2/auth", params={**query, "scope": f"{SCOPE}gmail"})
    assert wrong.status_code == 400
    token = await ada.http.post("https://oauth2.googleapis.com/token", data={"grant_type": "refresh_token", "refresh_token": "x"})
    assert (token.status_code, token.json()["error"]) == (401, "invalid_client")


async def test_a_video_that_was_to_be_public_before_now_is_so_at_once(ada: Connected, youtube: YouTubeSandbox) -> None:
    status = {"publishAt": "2001-01-01T00:00:00Z", "privacyStatus": "private", "madeForKids": True}
    url = (await begin(ada, UNIT, json={"snippet": {"title": "t"}, "status": status})).headers["location"]
    made = (await put(ada, url, bytes(UNIT))).json()
    assert (made["status"]["privacyStatus"], "publishAt" in made["status"]) == ("public", False)
    assert made["status"]["madeForKids"] is False, "only selfDeclaredMadeForKids says so"


async def test_a_part_may_be_named_again_and_again(ada: Connected) -> None:
    made = await ada.post()
    answer = await ada.call("GET", "/youtube/v3/videos", params=[("part", "id"), ("part", "snippet,status"), ("id", made)])
    assert set(answer.json()["items"][0]) >= {"id", "snippet", "status"}
    twice = await ada.call("GET", "/youtube/v3/videos", params=[("part", "id"), ("id", made), ("hl", "en"), ("hl", "de")])
    assert reason(twice) == (400, "badRequest")


async def test_a_video_may_come_with_its_resource_in_one_request(ada: Connected, youtube: YouTubeSandbox) -> None:
    def related(*parts: tuple[str, bytes]) -> dict[str, Any]:
        body = b"".join(b"--b\r\nContent-Type: %s\r\n\r\n%s\r\n" % (kind.encode(), content) for kind, content in parts)
        return {"content": body + b"--b--\r\n", "headers": {"content-type": "multipart/related; boundary=b"}}

    params = {"uploadType": "multipart", "part": "snippet"}
    resource = ("application/json; charset=UTF-8", b'{"snippet": {"title": "t"}}')
    answer = await ada.call("POST", START, params=params, **related(resource, ("video/mp4", b"12345")))
    assert (answer.status_code, answer.json()["snippet"]["title"]) == (200, "t")
    assert [(seen.text, seen.media[0]["size"]) for seen in youtube.seen()] == [("t", 5)]
    for wrong in (related(resource), related(resource, ("image/png", b"1")), {"json": {}}):
        assert reason(await ada.call("POST", START, params=params, **wrong)) == (400, "badRequest")
