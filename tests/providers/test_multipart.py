"""A form with a file, as a server that knows nothing of us reads it."""

from __future__ import annotations

import email
from dataclasses import replace

import pytest

from socialclaw.errors import Rejected, Unavailable
from socialclaw.providers.draft import Media
from socialclaw.providers.form_encoder import CHUNK, filename, form, pieces

CONTENT = bytes(range(256)) * 2048 + b"\r\n--tail"


def media(content: bytes = CONTENT, **more: object) -> tuple[Media, list[int]]:
    asked: list[int] = []

    async def read(offset: int, length: int) -> bytes:
        asked.append(length)
        return content[offset : offset + length]

    return replace(Media("m", "video", "video/mp4", len(content), filename="a film.mp4", read=read), **more), asked  # type: ignore[arg-type]


async def test_the_form_is_read_as_it_was_meant() -> None:
    file, asked = media()
    headers, content = form({"key": "uploads/1", "policy": "abc=="}, file, part="file")
    body = b"".join([piece async for piece in content])
    assert len(body) == int(headers["content-length"])
    parts = email.message_from_bytes(f"content-type: {headers['content-type']}\r\n\r\n".encode() + body).get_payload()
    assert [part.get_param("name", header="content-disposition") for part in parts] == ["key", "policy", "file"]  # type: ignore[union-attr]
    boundary = headers["content-type"].partition("boundary=")[2].encode()
    assert body.split(b"\r\n\r\n")[1].startswith(b"uploads/1")
    assert body.endswith(b"Content-Type: video/mp4\r\n\r\n" + CONTENT + b"\r\n--" + boundary + b"--\r\n")
    assert max(asked) <= CHUNK


async def test_a_file_that_cannot_be_read_ends_the_request_before_it_arrives() -> None:
    async def broken(offset: int, length: int) -> bytes:
        raise OSError("the disk is gone")

    async def refused(offset: int, length: int) -> bytes:
        raise Rejected("no such file", code="asset_gone")

    async def empty(offset: int, length: int) -> bytes:
        return b""

    for read, code in ((None, "media_unreadable"), (broken, "media_unreadable"), (empty, "media_unreadable"), (refused, "asset_gone")):
        with pytest.raises(Unavailable) as told:
            [piece async for piece in pieces(Media("m", "video", "video/mp4", 10, read=read))]
        assert (told.value.sent, told.value.code) == (False, code)


@pytest.mark.parametrize(
    ("given", "sent"), [('a "b".mp4', "a _b_.mp4"), ("a/b", "a_b.mp4"), ("", "file.mp4"), ("film", "film.mp4"), ("ü.mov", "ü.mov")]
)
def test_the_file_name_fits_a_header(given: str, sent: str) -> None:
    assert filename(media(filename=given)[0]) == sent
