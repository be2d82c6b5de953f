"""A file on its way in is counted, hashed, and left whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from socialclaw.errors import InvalidRequest, NotReady, PayloadTooLarge
from socialclaw.media.form_data import Form
from socialclaw.media.incoming import Intake
from tests.media import files

MIB = 1024 * 1024


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / "media" / ".work"


async def test_a_full_disk_is_told_and_leaves_nothing(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullFile:
        def write(self, _: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    def open_full(path: Path, _mode: str) -> FullFile:
        path.touch()
        return FullFile()

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(NotReady) as failed:
        async with Intake(work, most=10 * MIB) as file:
            await file.write(b"x" * 2 * MIB)
    assert failed.value.code == "storage_full"
    assert files.within(work) == []


async def test_a_file_that_grows_too_large_is_dropped_on_the_way(work: Path) -> None:
    async with Intake(work, most=3 * MIB) as file:
        for _ in range(3):
            await file.write(b"x" * MIB)
        with pytest.raises(PayloadTooLarge) as refused:
            await file.write(b"x")
    assert refused.value.details == {"maxAssetBytes": 3 * MIB}
    assert files.within(work) == []


async def test_an_empty_file_is_refused(work: Path) -> None:
    async with Intake(work, most=100) as file:
        with pytest.raises(InvalidRequest) as refused:
            await file.finish()
    assert refused.value.code == "asset_empty"


async def test_a_large_form_is_received_in_little_memory(work: Path) -> None:
    """40 MiB in pieces of 64 KiB: hashed and counted right, with a peak of a few MiB."""
    piece, count = bytes(range(256)) * 256, 640

    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
        for _ in range(count):
            yield piece
        yield b'\r\n--b\r\nContent-Disposition: form-data; name="duration"\r\n\r\n12.5\r\n--b--\r\n'

    digest = hashlib.sha256()
    for _ in range(count):
        digest.update(piece)
    async with Intake(work, most=100 * MIB) as file:
        form = Form("multipart/form-data; boundary=b", file)
        tracemalloc.start()
        await form.read(body())
        received = await file.finish()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (received.size, received.sha256) == (count * len(piece), digest.hexdigest())
        assert received.path.stat().st_size == received.size
    assert (form.filename, form.mime, form.fields) == ("big.mp4", "video/mp4", {"duration": "12.5"})
    assert peak < 8 * MIB
    assert files.within(work) == []


def split(body: bytes, size: int) -> list[bytes]:
    return [body[i : i + size] for i in range(0, len(body), size)]


async def read(work: Path, body: bytes, *, pieces: int = 1000, content_type: str = "multipart/form-data; boundary=b") -> tuple[Form, bytes]:
    async def chunks() -> AsyncIterator[bytes]:
        for piece in split(body, pieces):
            yield piece

    async with Intake(work, most=10 * MIB) as file:
        form = Form(content_type, file)
        await form.read(chunks())
        return form, (await file.finish()).path.read_bytes()


FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'


@pytest.mark.parametrize("pieces", [1, 2, 3, 7, 1000])
async def test_a_form_reads_the_same_however_it_is_cut(work: Path, pieces: int) -> None:
    content = b"\r\n--not the end\r\n--\r\n-" * 20
    form, found = await read(work, FILE + content + b"\r\n--b--\r\n", pieces=pieces)
    assert found == content
    assert (form.filename, form.mime) == ("a.png", "image/png")


OTHER = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
END = b"--b--\r\n"


@pytest.mark.parametrize(
    ("body", "boundary", "code"),
    [
        (FILE + b"half of it", "; boundary=b", "asset_form_invalid"),
        (FILE + b"x\r\n" + END, "", "asset_form_invalid"),
        (FILE + b"x\r\n" + END, "; boundary=" + "b" * 300, "asset_form_invalid"),
        (FILE + b"x\r\n" + FILE + b"y\r\n" + END, "; boundary=b", "asset_form_invalid"),
        (b"not a form at all", "; boundary=b", "asset_form_invalid"),
        (b"", "; boundary=b", "asset_form_invalid"),
        (OTHER % (b"other", b"x") + END, "; boundary=b", "asset_file_required"),
        (OTHER % (b"filename", b"x" * 20_000) + END, "; boundary=b", "asset_form_invalid"),
        (b"".join(OTHER % (b"f%d" % i, b"x") for i in range(50)) + END, "; boundary=b", "asset_form_invalid"),
        (FILE + b"\r\n" + END, "; boundary=b", "asset_empty"),
    ],
    ids=["cut off", "no boundary", "long boundary", "two files", "no form", "nothing", "no file", "long field", "many fields", "empty"],
)
async def test_a_form_that_makes_no_sense_is_refused(work: Path, body: bytes, boundary: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await read(work, body, content_type=f"multipart/form-data{boundary}")
    assert refused.value.code == code
    assert files.within(work) == []
