"""All media moves from one storage into another, both ways, while assets come and go: every byte is had before, during and after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from socialclaw.db.assets import Asset
from socialclaw.db.base import new_id
from socialclaw.errors import NotReady
from socialclaw.media import assets, ingest, migration, stored_objects
from socialclaw.media.migration import Moves
from socialclaw.media.stored_objects import Amount, Ended, Kept
from socialclaw.media.sweep import sweep
from socialclaw.s3_settings import S3Settings
from socialclaw.settings import Settings
from socialclaw.storage.base import Storage, now, read_range, work_dir
from socialclaw.system import System
from tests.conftest import BASE_URL
from tests.crash.leftovers import assets as rows
from tests.crash.leftovers import objects
from tests.media import files
from tests.media.conftest import upload

__all__ = ["upload"]

Upload = Callable[..., Awaitable[Asset]]
DAY = timedelta(days=1)


@pytest.fixture(params=["local", "s3"])
def kind(request: pytest.FixtureRequest) -> str:
    """Where the files are at first."""
    found: str = request.param
    return found


@pytest.fixture
def settings(settings: Settings, kind: str, s3: S3Settings) -> Settings:
    """Both storages are set up."""
    return settings.model_copy(update={"storage": kind, "s3": s3})


@pytest.fixture
def target(system: System, kind: str) -> Storage:
    return system.storages["s3" if kind == "local" else "local"]


async def move(system: System, target: Storage, *, keep: bool = False, told: Callable[[Kept, Ended], None] | None = None) -> Moves:
    return await migration.move(system, target, keep=keep, at_once=3, told=told or (lambda *_: None))


async def change(system: System, asset: Asset, **values: Any) -> None:
    await system.database.write(lambda session: session.execute(update(Asset).where(Asset.id == asset.id).values(**values)))


def during_the_copy(monkeypatch: pytest.MonkeyPatch, target: Storage, do: Callable[[], Awaitable[object]]) -> None:
    """Something happens when an object has just been copied, and is not named there yet."""
    put = target.put

    async def and_then(*args: Any) -> None:
        await put(*args)
        await do()

    monkeypatch.setattr(target, "put", and_then)


async def test_everything_is_there_before_and_after(
    system: System, target: Storage, storage: Storage, upload: Upload, anonymous: httpx2.AsyncClient
) -> None:
    contents = [files.picture(size=(20 + n, 10)) for n in range(7)]
    content = {(await upload(one, f"{n}.png")).id: one for n, one in enumerate(contents)}
    content |= {(await upload(contents[0], "again.png")).id: contents[0]}
    before = await objects(system, storage)
    assert len(before) == 7
    moved = sum(map(len, contents))
    assert await system.database.read(stored_objects.amounts) == [Amount(storage.name, 7, moved, 0)]
    told: list[tuple[str, Ended]] = []
    moves = await move(system, target, told=lambda one, ended: told.append((one.key, ended)))
    assert (moves.counts["moved"], moves.bytes, moves.failed) == (7, moved, [])
    assert sorted(told) == [(key, "moved") for key in sorted(before)]
    assert sorted(await objects(system, target)) == sorted(await objects(system, storage)) == sorted(before)
    assert await system.database.read(stored_objects.amounts) == [Amount(target.name, 7, moved, 0)]
    assert files.within(work_dir(system.settings)) == []
    for asset in [row for row in await rows(system) if row.status == "ready"]:
        assert asset.storage == target.name
        seen = assets.wire(asset, BASE_URL)
        answer = await anonymous.get(seen["publicUrl"])
        assert (answer.status_code, answer.content) == (200, content.pop(asset.id))
        assert (await anonymous.get(seen["preview"]["small"])).status_code == 200
    assert content == {}
    await sweep(system, now() + DAY - timedelta(minutes=1))
    assert len(await objects(system, storage)) == 7, "for who is reading them"
    await sweep(system, now() + DAY + timedelta(minutes=1))
    assert (await objects(system, storage), len(await objects(system, target))) == ([], 7)
    assert {row.status for row in await rows(system)} == {"ready"}
    assert (await move(system, target)).counts == dict.fromkeys(stored_objects.ENDS, 0)


async def test_who_had_looked_an_asset_up_before_reads_it_after(system: System, target: Storage, upload: Upload) -> None:
    asset = await upload(files.picture())
    await move(system, target)
    assert await read_range(system.storage_of(asset), asset.object_key, 0, asset.size + 1) == files.picture()


async def test_the_old_objects_can_stay_for_good(system: System, target: Storage, storage: Storage, upload: Upload) -> None:
    await upload(files.picture())
    await move(system, target, keep=True)
    await sweep(system, now() + 9 * DAY)
    assert await objects(system, storage) == await objects(system, target) != []
    assert [row.storage for row in await rows(system)] == [target.name]


async def test_there_and_back_again(system: System, target: Storage, storage: Storage, upload: Upload) -> None:
    """On the way back, the old object is still there, and about to be swept: the copy gets a place of its own."""
    asset = await upload(files.picture())
    await move(system, target)
    assert (await move(system, storage)).counts["moved"] == 1
    await sweep(system, now() + 2 * DAY)
    [row] = await rows(system)
    assert (row.id, row.storage) == (asset.id, storage.name)
    assert await objects(system, storage) == [row.object_key]
    assert await objects(system, target) == []
    assert await read_range(storage, row.object_key, 0, row.size) == files.picture()


async def test_what_is_not_right_stays_and_is_named(
    system: System, target: Storage, storage: Storage, upload: Upload, tmp_path: Path
) -> None:
    shapes = {"missing": None, "other": b"x" * 2000, "longer": files.picture(size=(30, 3)) + b"x", "empty": b""}
    broken = {what: await upload(files.picture(size=(30, n)), f"{what}.png") for n, what in enumerate(shapes, 1)}
    good = await upload(files.picture(size=(31, 31)))
    for what, content in shapes.items():
        await storage.delete(broken[what].object_key)
        if content is not None:
            path = tmp_path / what
            path.write_bytes(content)
            await storage.put(broken[what].object_key, path)
    moves = await move(system, target)
    assert sorted(moves.failed) == sorted((asset.object_key, "missing" if what == "missing" else "wrong") for what, asset in broken.items())
    assert moves.counts["moved"] == 1
    await sweep(system)
    assert await objects(system, target) == [good.object_key], "nothing else is left there"
    assert {row.id: row.storage for row in await rows(system) if row.status == "ready"} == (
        {asset.id: storage.name for asset in broken.values()} | {good.id: target.name}
    )


async def test_a_copy_that_is_not_the_same_is_not_used(
    system: System, target: Storage, storage: Storage, upload: Upload, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asset = await upload(files.picture())
    put = target.put
    (tmp_path / "other").write_bytes(b"other")

    async def other(key: str, path: Path, mime: str) -> None:
        await put(key, tmp_path / "other", mime)

    monkeypatch.setattr(target, "put", other)
    assert (await move(system, target)).failed == [(asset.object_key, "wrong")]
    await sweep(system)
    assert (await objects(system, target), await objects(system, storage)) == ([], [asset.object_key])


async def test_what_is_deleted_meanwhile_leaves_nothing(
    system: System, target: Storage, storage: Storage, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = await upload(files.picture())

    async def delete() -> None:
        await system.write(asset.workspace_id, assets.delete, asset.id, 0)
        await sweep(system, now() + timedelta(seconds=1))

    during_the_copy(monkeypatch, target, delete)
    moves = await move(system, target)
    assert (moves.counts["gone"], moves.failed) == (1, [])
    await sweep(system, now() + DAY)
    assert (await rows(system), await objects(system, target), await objects(system, storage)) == ([], [], [])


async def test_an_asset_of_the_same_content_that_comes_meanwhile_moves_too(
    system: System, target: Storage, storage: Storage, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = await upload(files.picture())
    during_the_copy(monkeypatch, target, upload)
    await move(system, target)
    await sweep(system, now() + 2 * DAY)
    found = await rows(system)
    assert [(row.storage, row.object_key) for row in found] == [(target.name, asset.object_key)] * 2
    assert await objects(system, storage) == []


async def test_a_move_that_was_interrupted_is_begun_again(
    system: System, target: Storage, storage: Storage, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service goes in the middle: it is said, and what was moved stays moved."""
    for n in range(1, 6):
        await upload(files.picture(size=(n, 5)))
    count = 0

    async def fail() -> None:
        nonlocal count
        count += 1
        if count > 2:
            raise NotReady("The media storage does not answer", code="storage_unavailable")

    with monkeypatch.context() as patch:
        during_the_copy(patch, target, fail)
        with pytest.raises(NotReady, match="does not answer"):
            await move(system, target)
    left = [row for row in await rows(system) if row.status == "ready" and row.storage == storage.name]
    assert 0 < len(left) < 5
    assert (await move(system, target)).counts["moved"] == len(left)
    await sweep(system, now() + 2 * DAY)
    found = await rows(system)
    assert sorted(await objects(system, target)) == sorted(row.object_key for row in found)
    assert ({row.storage for row in found}, await objects(system, storage)) == ({target.name}, [])


async def test_two_moves_at_once_do_no_harm(system: System, target: Storage, storage: Storage, upload: Upload) -> None:
    content = {(await upload(files.picture(size=(n, 5)))).id: files.picture(size=(n, 5)) for n in range(1, 9)}
    one, other = await asyncio.gather(move(system, target), move(system, target))
    assert one.counts["moved"] + other.counts["moved"] == 8
    assert one.failed == other.failed == []
    await sweep(system, now() + 2 * DAY)
    found = await rows(system)
    assert sorted(await objects(system, target)) == sorted(row.object_key for row in found)
    for row in found:
        assert await read_range(target, row.object_key, 0, row.size + 1) == content[row.id]


async def test_a_copy_that_the_sweeper_may_have_found_is_not_named(
    system: System, target: Storage, storage: Storage, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took a day to copy."""
    asset = await upload(files.picture())

    async def late() -> None:
        [mark] = [row for row in await rows(system) if row.status == "deleting"]
        await change(system, mark, delete_after=now() + timedelta(minutes=1))

    during_the_copy(monkeypatch, target, late)
    assert (await move(system, target)).failed == [(asset.object_key, "late")]
    await sweep(system)
    assert (await objects(system, target), await objects(system, storage)) == ([], [asset.object_key])


async def test_uploads_under_way_stay_where_they_began(system: System, target: Storage, storage: Storage, upload: Upload) -> None:
    asset = await upload(files.picture())
    for status in ("uploading", "storing"):
        values = {name: getattr(asset, name) for name in ingest.OF_OBJECT} | {"object_key": f"{asset.workspace_id}/{status}/a.png"}
        row = Asset(id=new_id("asset"), workspace_id=asset.workspace_id, status=status, delete_after=now() + DAY, **values)
        await system.database.write(lambda session, row=row: session.add(row))
    assert await system.database.read(stored_objects.amounts) == [Amount(storage.name, 1, asset.size, 2)]
    assert (await move(system, target)).counts["moved"] == 1
    assert await system.database.read(stored_objects.amounts) == sorted(
        [Amount(target.name, 1, asset.size, 0), Amount(storage.name, 0, 0, 2)]
    )
