"""A video's way onto YouTube: in bounded pieces, going on where it broke, and never made twice."""

from __future__ import annotations

import hashlib
import tracemalloc

import httpx2
import pytest

from socialclaw.errors import RateLimited, Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.youtube.adapter import YouTube
from socialclaw.networks.youtube.sandbox.simulator import YouTubeSandbox
from socialclaw.networks.youtube.upload import PIECE
from socialclaw.providers.draft import Account
from tests.networks.recorded import Clock
from tests.networks.stage import InMemorySteps
from tests.networks.youtube.conftest import VIDEO, Connected, film, made, media

MB = 1024 * 1024


def numbered(size: int) -> bytes:
    """Bytes of which no piece is like another."""
    return b"".join(n.to_bytes(8, "big") for n in range(size // 8 + 1))[:size]


class Sink(httpx2.AsyncBaseTransport):
    """An upload session that keeps nothing but the digest of what it was sent."""

    def __init__(self, size: int) -> None:
        self.size, self.stored, self.requests = size, 0, list[int]()
        self.digest = hashlib.sha256()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(200, headers={"location": "https://www.googleapis.com/upload/youtube/v3/videos?upload_id=1"})
        start, length = self.stored, int(request.headers["content-length"])
        assert request.headers["content-range"] == f"bytes {start}-{start + length - 1}/{self.size}"
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        async for block in request.stream:
            self.digest.update(block)
            self.stored += len(block)
        assert self.stored == start + length
        self.requests.append(length)
        if self.stored < self.size:
            return httpx2.Response(308, headers={"range": f"bytes=0-{self.stored - 1}"})
        return httpx2.Response(200, json={"id": "dQw4w9WgXcQ", "status": {"uploadStatus": "uploaded"}})


async def test_half_a_gigabyte_goes_out_with_next_to_nothing_in_memory() -> None:
    size, block = 500 * MB + 12_345, bytes(range(256)) * 4096  # a MiB
    reads: list[int] = []

    async def read(offset: int, length: int) -> bytes:
        reads.append(length)
        length = min(length, size - offset)
        start = offset % MB
        return (block * (length // MB + 2))[start : start + length]

    sink = Sink(size)
    adapter = YouTube(httpx2.AsyncClient(transport=sink), Account("UC1", secrets={"access_token": "t"}))
    tracemalloc.start()
    try:
        published = await adapter.publish(film(media=(made(size, read),)), InMemorySteps())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (published.id, sink.stored) == ("dQw4w9WgXcQ", size)
    expected = hashlib.sha256()
    for _ in range(500):
        expected.update(block)
    expected.update(block[:12_345])
    assert sink.digest.hexdigest() == expected.hexdigest()
    assert max(sink.requests) == PIECE == 8 * MB
    assert max(reads) <= MB
    assert peak < 4 * MB, f"{peak / MB:.1f} MiB at once"


async def test_pieces_arrive_as_one_file(ada: Connected, youtube: YouTubeSandbox, small_pieces: int) -> None:
    content = numbered(3 * small_pieces + 1)
    await ada.post(media=(media(content),))
    total = len(content)
    expected = [f"bytes {n * small_pieces}-{(n + 1) * small_pieces - 1}/{total}" for n in range(3)]
    assert ada.wire.ranges == [*expected, f"bytes {3 * small_pieces}-{3 * small_pieces}/{total}"]
    assert youtube.seen()[0].media[0]["sha256"] == hashlib.sha256(content).hexdigest()
    assert [path for path in youtube.uploads.spool.root.rglob("*") if path.is_file()] == [], "nothing is kept of a finished upload"


async def test_the_last_piece_may_be_a_whole_one(ada: Connected, youtube: YouTubeSandbox, small_pieces: int) -> None:
    await ada.post(media=(media(numbered(2 * small_pieces)),))
    assert len(ada.wire.ranges) == 2
    assert youtube.seen()[0].media[0]["size"] == 2 * small_pieces


@pytest.mark.parametrize("kind", ["timeout", "timeout_after", "reset", "reset_after", "error", "error_after", "malformed", "refuse"])
async def test_a_broken_upload_goes_on_where_the_session_says(
    ada: Connected, youtube: YouTubeSandbox, small_pieces: int, kind: str
) -> None:
    content = numbered(4 * small_pieces)
    post = film(media=(media(content),))
    youtube.fail("slow", "piece$", times=1)
    youtube.fail(kind, "piece$", times=1)
    with pytest.raises(Unavailable):
        await ada.publish(post)
    await ada.publish(post)
    asked = next(n for n, line in enumerate(ada.wire.ranges) if line.startswith("bytes *"))
    kept = 2 if kind.endswith("_after") else 1
    assert ada.wire.ranges[asked + 1] == f"bytes {kept * small_pieces}-{(kept + 1) * small_pieces - 1}/{len(content)}"
    assert ada.lines.count("POST /upload/youtube/v3/videos") == 1
    assert [seen.media[0]["sha256"] for seen in youtube.seen()] == [hashlib.sha256(content).hexdigest()]


async def test_what_youtube_did_not_store_of_a_piece_is_sent_again(
    ada: Connected, youtube: YouTubeSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialclaw.networks.youtube.upload.PIECE", MB)
    content = numbered(3 * MB)
    youtube.shelf.put("options", "store_only", 256 * 1024)
    await ada.post(media=(media(content),))
    assert ada.wire.ranges[1].startswith(f"bytes {256 * 1024}-")
    assert youtube.seen()[0].media[0]["sha256"] == hashlib.sha256(content).hexdigest()


async def test_of_the_last_piece_too(ada: Connected, youtube: YouTubeSandbox) -> None:
    content = numbered(600 * 1024)
    youtube.shelf.put("options", "store_only", 256 * 1024)
    await ada.post(media=(media(content),))
    assert ada.wire.ranges == [f"bytes 0-{len(content) - 1}/{len(content)}", f"bytes {256 * 1024}-{len(content) - 1}/{len(content)}"]
    assert youtube.seen()[0].media[0]["sha256"] == hashlib.sha256(content).hexdigest()


async def test_a_session_that_stores_nothing_is_left_alone_for_a_while(ada: Connected, youtube: YouTubeSandbox, small_pieces: int) -> None:
    youtube.shelf.put("options", "store_only", 0)
    with pytest.raises(Unavailable) as told:
        await ada.publish(film(media=(media(numbered(3 * small_pieces)),)))
    assert told.value.code == "youtube_upload_stuck"


@pytest.mark.parametrize("fault", ["timeout_after", "reset_after", "error_after", "malformed_after"])
async def test_a_lost_last_answer_is_told_by_the_session(ada: Connected, youtube: YouTubeSandbox, small_pieces: int, fault: str) -> None:
    post = film(media=(media(numbered(3 * small_pieces)),))
    youtube.fail(fault)
    for _ in range(2):
        with pytest.raises(Uncertain):
            await ada.publish(post)
    before = len(ada.lines)
    found = await ada.adapter.find(post, ada.mark())
    assert [published.id for published in found] == [seen.id for seen in youtube.seen()]
    assert ada.lines[before:] == ["PUT /upload/youtube/v3/videos query"], "the session knows, nothing else is asked"


async def test_a_session_with_bytes_missing_is_evidence_that_there_is_no_video(ada: Connected, youtube: YouTubeSandbox) -> None:
    await ada.post()  # a twin that must not be taken for it
    ada.steps = InMemorySteps()
    youtube.fail("timeout")
    with pytest.raises(Uncertain):
        await ada.publish(film())
    assert await ada.adapter.find(film(), ada.mark()) == []
    ada.steps.marks.clear()  # as the engine does after the settle time
    await ada.publish(film())
    assert len(youtube.seen()) == 2
    assert ada.lines.count("POST /upload/youtube/v3/videos") == 2


async def test_a_video_that_was_made_after_all_is_adopted_not_sent_again(ada: Connected, youtube: YouTubeSandbox) -> None:
    youtube.fail("timeout_after")
    with pytest.raises(Uncertain):
        await ada.publish(film())
    ada.steps.marks.clear()  # somebody took it for absent too soon
    published = await ada.publish(film())
    assert [seen.id for seen in youtube.seen()] == [published.id]


async def test_a_forgotten_session_is_followed_by_another(ada: Connected, youtube: YouTubeSandbox, clock: Clock, small_pieces: int) -> None:
    content = numbered(3 * small_pieces)
    post = film(media=(media(content),))
    youtube.fail("slow", "piece$", times=1)
    youtube.fail("timeout_after", "piece$")
    with pytest.raises(Unavailable):
        await ada.publish(post)
    clock.turn(8 * 86_400)
    ada.log_in()
    await ada.publish(post)
    assert ada.lines.count("POST /upload/youtube/v3/videos") == 2
    assert [seen.media[0]["sha256"] for seen in youtube.seen()] == [hashlib.sha256(content).hexdigest()]
    assert set(ada.steps.done) >= {"session", "over", "session-again-1", "video-again-1"}


async def test_a_published_video_is_not_uploaded_again_when_its_session_is_forgotten(
    ada: Connected, youtube: YouTubeSandbox, clock: Clock
) -> None:
    first = await ada.publish(film())
    clock.turn(8 * 86_400)
    ada.log_in()
    again = await ada.publish(film())
    assert again.id == first.id
    assert len(youtube.seen()) == 1


async def test_after_three_sessions_the_post_fails(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    for _ in range(3):
        youtube.fail("refuse")
        with pytest.raises(Unavailable):
            await ada.publish(film())
        clock.turn(8 * 86_400)
        ada.log_in()
    with pytest.raises(Rejected):
        await ada.publish(film())
    assert ada.lines.count("POST /upload/youtube/v3/videos") == 3
    assert youtube.seen() == []


async def test_where_the_session_is_forgotten_the_uploads_decide(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    await ada.post("Another film")
    await ada.post(media=(media(VIDEO + b"longer"),))  # the same words, another file
    ada.steps = InMemorySteps()
    youtube.fail("timeout_after")
    with pytest.raises(Uncertain):
        await ada.publish(film())
    for key in youtube.shelf.all("sessions"):
        youtube.shelf.drop("sessions", key)
    clock.turn(60)
    found = await ada.adapter.find(film(), ada.mark())
    assert [published.id for published in found] == [youtube.seen()[-1].id]


async def test_the_uploads_are_searched_page_by_page(ada: Connected, youtube: YouTubeSandbox, clock: Clock) -> None:
    wanted = await ada.post("The one")
    mark = ada.mark()
    for number in range(55):
        await ada.post(f"Film {number}")
    clock.turn(60)
    found = await ada.adapter.find(film("The one"), type(mark)(mark.since))
    assert [published.id for published in found] == [wanted]
    assert ada.lines.count("GET /youtube/v3/playlistItems") == 2


async def test_an_expired_token_between_two_pieces_costs_one_question(ada: Connected, youtube: YouTubeSandbox, small_pieces: int) -> None:
    post = film(media=(media(numbered(3 * small_pieces)),))
    youtube.fail("slow", "piece$", times=1)
    youtube.fail("expire_token", "piece$")
    with pytest.raises(Unauthorized):
        await ada.publish(post)
    ada.log_in()
    await ada.publish(post)
    assert [line.partition(" ")[2][:1] for line in ada.wire.ranges].count("*") == 1
    assert len(youtube.seen()) == 1


async def test_a_limit_in_the_last_piece_leaves_no_doubt(ada: Connected, youtube: YouTubeSandbox) -> None:
    youtube.fail("rate_limit", seconds=30)
    with pytest.raises(RateLimited) as limit:
        await ada.publish(film())
    assert limit.value.retry_after == 30
    assert ada.steps.marks == set()
    await ada.publish(film())
    assert len(youtube.seen()) == 1


async def test_a_file_that_cannot_be_read_to_its_end_makes_no_video(ada: Connected, youtube: YouTubeSandbox) -> None:
    async def short(offset: int, length: int) -> bytes:
        return VIDEO[:-1][offset : offset + length]

    with pytest.raises(Unavailable) as failed:
        await ada.publish(film(media=(made(len(VIDEO), short),)))
    assert (failed.value.code, failed.value.sent) == ("media_unreadable", False)
    assert ada.steps.marks == set()
    assert youtube.seen() == []
    await ada.publish(film())
    assert len(youtube.seen()) == 1


async def test_an_empty_file_is_refused_before_anything_is_sent(ada: Connected) -> None:
    with pytest.raises(Rejected) as refused:
        await ada.publish(film(media=(media(b""),)))
    assert (refused.value.code, ada.lines) == ("youtube_video_required", [])


@pytest.mark.parametrize(
    "location", ["", "https://evil.example/upload", "http://www.googleapis.com/upload", "https://googleapis.com.evil.example/"]
)
async def test_the_token_goes_to_google_only(location: str) -> None:
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.host)
        return httpx2.Response(200, headers={"location": location})

    adapter = YouTube(httpx2.AsyncClient(transport=httpx2.MockTransport(answer)), Account("UC1", secrets={"access_token": "t"}))
    with pytest.raises(Unavailable):
        await adapter.publish(film(), InMemorySteps())
    assert seen == ["www.googleapis.com"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, json={"kind": "youtube#video"}),
        httpx2.Response(200, text="<html>"),
        httpx2.Response(308, headers={"range": "bytes=0-99999999"}),
        httpx2.Response(308, headers={"range": "nonsense"}),
    ],
)
async def test_an_answer_that_cannot_be_read_may_hide_a_video(answer: httpx2.Response) -> None:
    def reply(request: httpx2.Request) -> httpx2.Response:
        return answer if request.method == "PUT" else httpx2.Response(200, headers={"location": "https://www.googleapis.com/upload/1"})

    adapter = YouTube(httpx2.AsyncClient(transport=httpx2.MockTransport(reply)), Account("UC1", secrets={"access_token": "t"}))
    with pytest.raises(Uncertain):
        await adapter.publish(film(), InMemorySteps())
