"""Every storage keeps whole objects or none, and gives back what was put."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialclaw.storage.base import Gone, Storage, read_range
from tests.storage.conftest import Put


async def test_what_is_put_can_be_read_in_parts(storage: Storage, put: Put) -> None:
    content = bytes(range(256)) * 4096
    await put("t/a/one.bin", content)
    assert await storage.size("t/a/one.bin") == len(content)
    assert b"".join([chunk async for chunk in storage.read("t/a/one.bin")]) == content
    assert b"".join([chunk async for chunk in storage.read("t/a/one.bin", len(content) - 5)]) == content[-5:]
    assert await read_range(storage, "t/a/one.bin", 0, len(content)) == content
    assert await read_range(storage, "t/a/one.bin", 1000, 7) == content[1000:1007]
    assert await read_range(storage, "t/a/one.bin", len(content) - 3, 100) == content[-3:]
    assert await read_range(storage, "t/a/one.bin", len(content), 100) == b""
    assert await read_range(storage, "t/a/one.bin", 5, 0) == b""


@pytest.mark.parametrize("key", ["t/assets/asset_1/über name (1)+&=@.png", "t/a/100%25.bin", "t/a/ü/ñ.bin"])
async def test_names_as_people_write_them(storage: Storage, put: Put, key: str) -> None:
    await put(key, b"content")
    assert await read_range(storage, key, 0, 100) == b"content"
    assert await storage.size(key) == 7
    await storage.delete(key)
    assert await storage.size(key) is None


async def test_what_is_put_again_replaces_what_was_there(storage: Storage, put: Put) -> None:
    await put("t/a/one.bin", b"first, and longer")
    await put("t/a/one.bin", b"second")
    assert await read_range(storage, "t/a/one.bin", 0, 100) == b"second"


async def test_deleting_twice_is_fine(storage: Storage, put: Put) -> None:
    await put("t/a/one.bin", b"x")
    await storage.delete("t/a/one.bin")
    await storage.delete("t/a/one.bin")
    assert await storage.size("t/a/one.bin") is None
    with pytest.raises(Gone):
        await read_range(storage, "t/a/one.bin", 0, 1)


async def test_a_storage_that_works_says_so(storage: Storage) -> None:
    await storage.check()


async def test_a_file_that_is_not_there_cannot_be_put(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="storage"):
        await storage.put("t/a/one.bin", tmp_path / "nothing")
    assert await storage.size("t/a/one.bin") is None
