"""The life of an asset: kept whole or not at all, found again, never deleted from under a post that needs it."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.posts import Post
from socialclaw.errors import Conflict, NotFound, NotReady
from socialclaw.media import assets, uploads
from socialclaw.media.jpeg import as_jpeg
from socialclaw.media.sweep import BATCH, sweep
from socialclaw.storage.base import OCTETS, cache_dir, work_dir
from socialclaw.storage.folder import Folder
from socialclaw.system import System
from tests.conftest import BASE_URL, Member
from tests.media import files
from tests.media.conftest import Upload, UsedBy

pytestmark = pytest.mark.usefixtures("both_databases")


def objects(system: System) -> list[str]:
    """Everything that lies in the media folder, but what was made from assets that are there and can be made again."""
    root = system.settings.media_dir
    made = {f"{cache_dir(system.settings) / path.parent.name}" for path in root.glob("*/assets/*/*")}
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file() and str(p.parent) not in made)


async def rows(system: System) -> list[Asset]:
    return list(await system.database.read(lambda session: session.scalars(select(Asset).order_by(Asset.id)).all()))


async def let_pass(system: System, *asset_ids: str) -> None:
    """The time of these assets is over."""
    over = utc_now() - timedelta(minutes=1)
    await system.database.write(lambda s: s.execute(update(Asset).where(Asset.id.in_(asset_ids)).values(delete_after=over)))


async def test_an_upload_is_one_row_and_one_object(system: System, workspace: Member, upload: Upload) -> None:
    asset = await upload(files.picture(size=(640, 480)), "My photo.png", mime="image/jpeg", width=1, height=1)
    assert (asset.status, asset.mime, asset.kind, asset.width, asset.height) == ("ready", "image/png", "image", 640, 480)
    assert asset.delete_after is None
    assert objects(system) == [f"{workspace.id}/assets/{asset.id}/My-photo.png"] == [asset.object_key]
    assert (system.settings.media_dir / asset.object_key).read_bytes() == files.picture(size=(640, 480))
    assert len(asset.delivery_token or "") == 32


async def test_what_a_sender_says_counts_where_the_file_does_not_tell(upload: Upload) -> None:
    asset = await upload(b"ID3\x04" + bytes(200), "song.mp3", duration=24.5)
    assert (asset.mime, asset.kind, asset.duration) == ("audio/mpeg", "audio", 24.5)
    asset = await upload(files.film(), "clip.mp4", width=1080, height=1920, duration=24.5)
    assert (asset.width, asset.height, asset.duration) == (320, 240, pytest.approx(1.0, abs=0.1))


async def test_an_upload_that_storage_refuses_leaves_nothing(system: System, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Folder, "_put", full)
    with pytest.raises(NotReady) as failed:
        await upload(files.picture())
    assert failed.value.code == "storage_full"
    assert await rows(system) == []
    assert objects(system) == []


async def test_an_upload_cut_off_by_a_crash_is_swept_away(system: System, upload: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies between putting the object into storage and saying so."""
    stored, dead = asyncio.Event(), asyncio.Event()
    really = Folder.put

    async def put_and_die(self: Folder, key: str, path: Path, mime: str = OCTETS) -> None:
        await really(self, key, path, mime)
        stored.set()
        await dead.wait()

    monkeypatch.setattr(Folder, "put", put_and_die)
    task = asyncio.create_task(upload())
    await stored.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    [asset] = await rows(system)
    assert asset.status == "storing"
    with pytest.raises(NotFound):
        await system.read(asset.workspace_id, assets.shown, asset.id)
    assert await sweep(system) == 0
    await let_pass(system, asset.id)
    assert await sweep(system) == 1
    assert await rows(system) == []
    assert objects(system) == []


async def test_an_object_that_is_there_can_be_registered_once(system: System, workspace: Member) -> None:
    key = f"{workspace.id}/manual/launch.png"
    path = system.settings.media_dir / key
    path.parent.mkdir(parents=True)
    path.write_bytes(files.picture(size=(10, 20)))
    asset = await uploads.register(system, workspace.id, key, uploads.Claims("launch.png"), size=path.stat().st_size)
    assert (asset.status, asset.mime, asset.width, asset.height, asset.size) == ("ready", "image/png", 10, 20, path.stat().st_size)
    with pytest.raises(Conflict) as refused:
        await uploads.register(system, workspace.id, key, uploads.Claims("launch.png"))
    assert refused.value.code == "object_key_taken"


async def test_two_who_register_the_same_object_at_once_get_one_asset(system: System, workspace: Member) -> None:
    key = f"{workspace.id}/manual/launch.png"
    path = system.settings.media_dir / key
    path.parent.mkdir(parents=True)
    path.write_bytes(files.picture())
    tries = [uploads.register(system, workspace.id, key, uploads.Claims("launch.png")) for _ in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["Asset"] + ["Conflict"] * 4
    assert len(await rows(system)) == 1


async def test_assets_are_known_by_id_and_by_url_in_their_own_workspace_only(
    system: System, workspace: Member, other_workspace: Member, upload: Upload
) -> None:
    asset = await upload()
    url = assets.wire(asset, BASE_URL)["publicUrl"]
    wrong = url.replace(asset.delivery_token, "x" * 32)
    asked = [asset.id, url, f"{url}?format=jpeg", wrong, "asset_1", "https://elsewhere.test/a.png"]
    found = await system.read(workspace.id, assets.known, asked, base_url=BASE_URL)
    assert {reference: row.id for reference, row in found.items()} == dict.fromkeys([asset.id, url, f"{url}?format=jpeg"], asset.id)
    assert await system.read(other_workspace.id, assets.known, asked, base_url=BASE_URL) == {}
    locked = await system.write(workspace.id, lambda scope: assets.known(scope, asked, base_url=BASE_URL, lock=True))
    assert set(locked) == set(found)
    await system.write(workspace.id, assets.delete, asset.id, 7)
    assert await system.read(workspace.id, assets.known, asked, base_url=BASE_URL) == {}


@pytest.mark.parametrize("status", ["draft", "scheduled", "publishing", "retry_pending"])
async def test_an_asset_that_a_post_still_needs_is_not_deleted(
    system: System, workspace: Member, upload: Upload, used_by: UsedBy, status: str
) -> None:
    asset = await upload()
    url = assets.wire(asset, BASE_URL)["publicUrl"]
    by_id = await used_by([{"id": asset.id, "url": "", "managed": True}], status=status)
    by_url = await used_by([{"id": "asset_1", "url": url, "managed": False, "altText": "ä"}], status=status)
    with pytest.raises(Conflict) as refused:
        await system.write(workspace.id, assets.delete, asset.id, 0)
    assert refused.value.code == "asset_in_use"
    assert set(refused.value.details["posts"]) == {by_id, by_url}
    assert (await rows(system))[0].status == "ready"


@pytest.mark.parametrize("status", ["published", "failed", "canceled"])
async def test_a_post_that_is_over_does_not_keep_an_asset(
    system: System, workspace: Member, upload: Upload, used_by: UsedBy, status: str
) -> None:
    asset = await upload()
    await used_by([{"id": asset.id}], status=status)
    assert (await system.write(workspace.id, assets.delete, asset.id, 0)).status == "pending_delete"


async def test_the_posts_of_another_workspace_do_not_matter(
    system: System, workspace: Member, other_workspace: Member, upload: Upload, used_by: UsedBy
) -> None:
    asset = await upload()
    await used_by([{"id": asset.id}], member=other_workspace)
    await used_by([{"id": asset.id.replace("_", "x")}])
    with pytest.raises(NotFound):
        await system.write(other_workspace.id, assets.delete, asset.id, 0)
    assert (await system.write(workspace.id, assets.delete, asset.id, 0)).status == "pending_delete"


async def test_deletion_waits_for_its_day(system: System, workspace: Member, upload: Upload) -> None:
    asset = await upload()
    deleted = await system.write(workspace.id, assets.delete, asset.id, 7)
    assert deleted.delete_after is not None
    assert timedelta(days=6.9) < deleted.delete_after - utc_now() <= timedelta(days=7)
    assert await sweep(system) == 0
    assert objects(system) == [asset.object_key]


async def test_sweeping_twice_is_sweeping_once(system: System, workspace: Member, upload: Upload) -> None:
    kept, gone = await upload(), await upload(files.picture("WEBP"), "b.webp")
    await as_jpeg(system, gone)
    await system.write(workspace.id, assets.delete, gone.id, 0)
    assert sorted(await asyncio.gather(sweep(system), sweep(system))) in ([0, 1],)
    assert await sweep(system) == 0
    assert [row.id for row in await rows(system)] == [kept.id]
    assert objects(system) == [kept.object_key]


async def test_a_sweep_that_died_after_the_object_is_finished_by_the_next(system: System, upload: Upload) -> None:
    asset = await upload()
    await let_pass(system, asset.id)
    await system.database.write(lambda s: s.execute(update(Asset).values(status="deleting")))
    await system.storage.delete(asset.object_key)
    assert await sweep(system) == 1
    assert await rows(system) == []


async def test_an_asset_whose_time_is_over_waits_for_the_posts_that_need_it(system: System, upload: Upload, used_by: UsedBy) -> None:
    asset = await upload(delete_after=utc_now() + timedelta(days=1))
    post_id = await used_by([{"id": asset.id}])
    await let_pass(system, asset.id)
    assert await sweep(system) == 0
    assert (await system.database.read(assets.deliverable, asset.id, asset.delivery_token or "", "photo.png")).id == asset.id
    await system.database.write(lambda s: s.execute(update(Post).where(Post.id == post_id).values(status="published")))
    assert await sweep(system) == 1


async def test_assets_in_use_do_not_hide_those_behind_them(system: System, workspace: Member, used_by: UsedBy) -> None:
    """More than one batch: the first assets are needed, the last ones are not."""

    def fill(scope: Scope) -> list[str]:
        common = {"mime": "image/png", "kind": "image", "size": 1, "sha256": "", "filename": "a.png"}
        ids = [f"asset_{n:04}" for n in range(BATCH + 10)]
        for n, asset_id in enumerate(ids):
            over = utc_now() - timedelta(hours=1) + timedelta(seconds=n // 7)
            scope.add(Asset(id=asset_id, object_key=f"{scope.workspace_id}/{asset_id}", delete_after=over, **common))
        return ids

    ids = await system.write(workspace.id, fill)
    await used_by([{"id": asset_id} for asset_id in ids[:BATCH]])
    assert await sweep(system) == 10
    assert [row.id for row in await rows(system)] == ids[:BATCH]


async def test_old_working_files_are_cleared_away(system: System) -> None:
    folders = work_dir(system.settings), cache_dir(system.settings)
    for folder, days in zip(folders, (2, 8), strict=True):
        folder.mkdir(parents=True)
        (folder / "new").touch()
        (folder / "old").touch()
        os.utime(folder / "old", (time.time() - days * 86_400,) * 2)
    await sweep(system)
    assert [[p.name for p in folder.iterdir()] for folder in folders] == [["new"], ["new"]]
