"""Files that are not ours: fetched late, once, bounded, and never from inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw.errors import PayloadTooLarge, Rejected, Unavailable
from socialclaw.media import remote_file
from socialclaw.media.remote_file import RemoteFile
from socialclaw.outbound import Blocked
from socialclaw.system import System
from tests.media import files

URL = "https://cdn.test/a.png"
CONTENT = files.picture(size=(300, 200)) + b"tail" * 5000

Answer = Callable[[httpx2.Request], httpx2.Response]


class Web:
    """What answers; counts how often it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.asked = 0
        self._answer = answer

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return self._answer(request)

    def file(self, folder: Path, *, most: int = 1_000_000, **pace: Any) -> RemoteFile:
        return RemoteFile(httpx2.AsyncClient(transport=httpx2.MockTransport(self)), URL, folder=folder, most=most, **pace)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    """A body that does not say its length."""
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]


async def test_looking_tells_size_and_kind_and_reading_fetches_once(tmp_path: Path) -> None:
    web = Web(lambda _: httpx2.Response(200, content=CONTENT, headers={"content-type": "image/jpeg"}))
    async with web.file(tmp_path) as file:
        facts = await file.look(expect="image")
        assert (facts.mime, facts.kind, facts.width, file.size) == ("image/png", "image", 300, len(CONTENT))
        assert files.within(tmp_path) == []
        parts = await asyncio.gather(file.read(0, 100), file.read(100, 100), file.read(len(CONTENT) - 5, 100))
        assert parts == [CONTENT[:100], CONTENT[100:200], CONTENT[-5:]]
        assert web.asked == 2
        assert len(files.within(tmp_path)) == 1
    assert files.within(tmp_path) == []


async def test_a_file_of_unknown_length_is_fetched_to_know_it(tmp_path: Path) -> None:
    web = Web(lambda _: httpx2.Response(200, content=pieces(CONTENT)))
    async with web.file(tmp_path) as file:
        await file.look()
        assert file.size == len(CONTENT)
        assert await file.read(0, len(CONTENT)) == CONTENT
    assert files.within(tmp_path) == []


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_that_is_too_large_is_refused_before_it_is_all_there(tmp_path: Path, announced: bool) -> None:
    web = Web(lambda _: httpx2.Response(200, content=CONTENT if announced else pieces(CONTENT)))
    async with web.file(tmp_path, most=5000) as file:
        with pytest.raises(PayloadTooLarge) as refused:
            await file.look()
    assert refused.value.code == "asset_too_large"
    assert files.within(tmp_path) == []


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
async def test_a_server_that_does_not_hand_it_out_is_worth_another_try(tmp_path: Path, status: int) -> None:
    web = Web(lambda _: httpx2.Response(status))
    async with web.file(tmp_path) as file:
        with pytest.raises(Unavailable) as failed:
            await file.look()
    assert (failed.value.code, failed.value.sent) == ("media_unreachable", False)


async def test_a_web_page_in_the_place_of_a_picture_is_refused(tmp_path: Path) -> None:
    web = Web(lambda _: httpx2.Response(200, content=files.HTML, headers={"content-type": "image/png"}))
    async with web.file(tmp_path) as file:
        with pytest.raises(Rejected) as refused:
            await file.look(expect="image")
    assert refused.value.code == "media_not_a_file"


async def test_a_file_that_changes_under_our_hands_is_not_passed_on(tmp_path: Path) -> None:
    contents = iter([CONTENT, CONTENT[:-1], CONTENT])
    web = Web(lambda _: httpx2.Response(200, content=next(contents)))
    async with web.file(tmp_path) as file:
        await file.look()
        with pytest.raises(Unavailable):
            await file.read(0, 10)
        assert await file.read(0, 10) == CONTENT[:10]
    assert files.within(tmp_path) == []


async def test_a_connection_that_breaks_can_be_tried_again(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT[:2000]
        raise httpx2.ReadError("gone")

    bodies = iter([CONTENT, broken(), CONTENT])
    length = {"content-length": str(len(CONTENT))}
    web = Web(lambda _: httpx2.Response(200, content=next(bodies), headers=length))
    async with web.file(tmp_path) as file:
        await file.look()
        with pytest.raises(Unavailable):
            await file.read(0, 10)
        assert await file.read(2000, 10) == CONTENT[2000:2010]
    assert files.within(tmp_path) == []


async def test_a_server_that_never_ends_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    monkeypatch.setattr(remote_file, "LOOK_SECONDS", 0.05)
    web = Web(lambda _: httpx2.Response(200, content=endless()))
    async with web.file(tmp_path) as file:
        with pytest.raises(Unavailable) as failed:
            await file.look()
    assert failed.value.code == "media_unreachable"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.png",
        "http://localhost/a.png",
        "http://[::1]/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/a.png",
        "http://0x7f.1/a.png",
        "http://8.8.8.8:22/a.png",
        "http://user:secret@8.8.8.8/a.png",
        "file:///etc/passwd",
        "ftp://8.8.8.8/a.png",
        "no url",
    ],
)
async def test_nothing_is_fetched_from_inside(system: System, tmp_path: Path, url: str) -> None:
    async with RemoteFile(system.outbound.guarded, url, folder=tmp_path / "work", most=1000) as file:
        with pytest.raises(Blocked):
            await file.look()


async def test_a_redirect_to_the_inside_is_not_followed(system: System, tmp_path: Path) -> None:
    """The redirect comes from outside; what follows it is the guarded client's own connection."""
    guarded = system.outbound.guarded._transport

    class Outside(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.host == "cdn.test":
                return httpx2.Response(302, headers={"location": "http://127.0.0.1/admin"})
            return await guarded.handle_async_request(request)

    async with RemoteFile(httpx2.AsyncClient(transport=Outside()), URL, folder=tmp_path, most=1000) as file:
        with pytest.raises(Blocked):
            await file.look()


async def test_a_source_that_drips_is_given_up_by_name_and_leaves_nothing(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def drips() -> AsyncIterator[bytes]:
        yield CONTENT[:10]
        await ended.wait()

    web = Web(lambda _: httpx2.Response(200, content=drips(), headers={"content-length": str(len(CONTENT))}))
    async with web.file(tmp_path, least=1000, slow=0.1) as file:
        with pytest.raises(Unavailable) as slow:
            await file.read(0, 10)
        assert (slow.value.code, slow.value.sent) == ("media_too_slow", False)
    assert files.within(tmp_path) == []
