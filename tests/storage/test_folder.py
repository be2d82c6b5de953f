"""The folder leaves nothing behind, is never left, and tells what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialclaw.errors import InvalidRequest, NotFound, NotReady
from socialclaw.storage.base import Gone, read_range
from socialclaw.storage.folder import Folder
from socialclaw.storage.parts import Part
from socialclaw.system import System


@pytest.fixture
def storage(system: System) -> Folder:
    found = system.storage
    assert isinstance(found, Folder)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    return path


async def test_putting_leaves_nothing_else_behind(storage: Folder, file: Path) -> None:
    await storage.put("t/a/one.bin", file)
    assert [p.name for p in storage.root.rglob("*") if p.is_file()] == ["one.bin"]


async def test_the_empty_folder_goes_with_the_last_object(storage: Folder, file: Path) -> None:
    await storage.put("t/a/one.bin", file)
    await storage.delete("t/a/one.bin")
    assert not (storage.root / "t/a").exists()


@pytest.mark.parametrize("key", ["../secret", "t/../../secret", "/etc/hostname", "t/\0", "link/secret", ""])
async def test_no_key_leads_out_of_the_folder(storage: Folder, file: Path, key: str) -> None:
    secret = storage.root.parent / "secret"
    secret.write_text("secret")
    storage.root.mkdir()
    (storage.root / "link").symlink_to(storage.root.parent)
    assert await storage.size(key) is None
    with pytest.raises(Gone):
        await read_range(storage, key, 0, 10)
    with pytest.raises(Gone):
        await storage.delete(key)
    with pytest.raises(Gone):
        await storage.put(key, file)
    with pytest.raises(Gone):
        await storage.begin(key, "image/png")
    assert secret.read_text() == "secret"


@pytest.mark.parametrize("upload_id", ["../../data", "..", ".", "", "0" * 39, "0" * 40 + "/", "\0", "../.uploads/" + "0" * 40])
async def test_no_upload_id_leads_anywhere(storage: Folder, upload_id: str) -> None:
    with pytest.raises(NotFound):
        await storage.parts("t/a", upload_id)
    with pytest.raises(NotFound):
        await storage.takes(upload_id)
    await storage.abort("t/a", upload_id)
    assert storage.root.parent.is_dir()


async def test_the_etag_of_a_part_that_was_replaced_names_nothing(storage: Folder, tmp_path: Path) -> None:
    upload_id = await storage.begin("t/a", "image/png")
    for content in ("first", "second"):
        (tmp_path / "part").write_text(content)
        await storage.keep(upload_id, 1, tmp_path / "part", content)
    with pytest.raises(InvalidRequest) as refused:
        await storage.complete("t/a", upload_id, [Part(1, 5, "first")])
    assert refused.value.code == "multipart_etag_mismatch"


async def test_a_folder_that_cannot_be_made_is_told(storage: Folder) -> None:
    storage.root.parent.mkdir(exist_ok=True)
    storage.root.touch()
    with pytest.raises(NotReady):
        await storage.check()
