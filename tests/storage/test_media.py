"""All that is done with media, done on each storage: taken, registered, delivered, converted, shown small, read and swept."""

from __future__ import annotations

import io
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from sqlalchemy import update

from socialclaw.backoff import Backoff
from socialclaw.db.assets import Asset
from socialclaw.db.base import utc_now
from socialclaw.errors import NotReady
from socialclaw.media import assets, uploads
from socialclaw.media.post_media import opened
from socialclaw.media.sweep import sweep
from socialclaw.s3_settings import S3Settings
from socialclaw.storage.base import Storage, cache_dir, work_dir
from socialclaw.storage.choice import storages
from socialclaw.system import System
from tests.conftest import BASE_URL, Member
from tests.media import files
from tests.media.conftest import upload

__all__ = ["upload"]

Upload = Callable[..., Awaitable[Asset]]


async def forget(system: System, asset_id: str) -> None:
    """An asset's time is over."""
    past = utc_now() - timedelta(seconds=1)
    await system.database.write(lambda s: s.execute(update(Asset).where(Asset.id == asset_id).values(delete_after=past)))


def move(system: System, s3: S3Settings) -> None:
    """New files go to S3 from now on."""
    system.settings = system.settings.model_copy(update={"storage": "s3", "s3": s3})
    system.storages = storages(system.settings, system.vault, system.outbound.storage)


async def test_the_life_of_a_file(
    kind: str, storage: Storage, system: System, workspace: Member, upload: Upload, anonymous: httpx2.AsyncClient
) -> None:
    content = files.picture(size=(640, 480))
    asset = await upload(content, "My photo.png")
    assert asset.storage == kind
    assert await storage.size(asset.object_key) == len(content)
    assert files.within(work_dir(system.settings)) == []
    seen = assets.wire(asset, BASE_URL)
    whole = await anonymous.get(seen["publicUrl"])
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, content, "image/png")
    part = await anonymous.get(seen["publicUrl"], headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    jpeg = await anonymous.get(f"{seen['publicUrl']}?format=jpeg")
    assert Image.open(io.BytesIO(jpeg.content)).format == "JPEG"
    shutil.rmtree(cache_dir(system.settings))
    small = await anonymous.get(seen["preview"]["small"])
    assert Image.open(io.BytesIO(small.content)).format == "WEBP"
    async with opened(system, workspace.id, [{"id": asset.id, "managed": True, "url": seen["publicUrl"]}]) as (media,):
        assert media.read is not None
        assert await media.read(5, 20) == content[5:25]
    await forget(system, asset.id)
    assert await sweep(system) == 1
    assert await storage.size(asset.object_key) is None
    assert (await anonymous.get(seen["publicUrl"])).status_code == 404


async def test_an_object_that_is_there_is_registered(storage: Storage, system: System, workspace: Member, tmp_path: Path) -> None:
    key, path = f"{workspace.id}/manual/launch.png", tmp_path / "launch.png"
    path.write_bytes(files.picture(size=(10, 20)))
    await storage.put(key, path)
    asset = await uploads.register(system, workspace.id, key, uploads.Claims("launch.png"))
    assert (asset.storage, asset.width, asset.height) == (storage.name, 10, 20)


async def test_a_file_is_read_from_where_its_row_says(
    s3: S3Settings, system: System, upload: Upload, anonymous: httpx2.AsyncClient
) -> None:
    """In the middle of a migration some files are here and some there; new ones go where the settings say."""
    here = await upload(files.picture(colour=1))
    move(system, s3)
    there = await upload(files.picture(colour=2))
    assert (here.storage, there.storage) == ("local", "s3")
    for asset in (here, there):
        assert (await anonymous.get(assets.wire(asset, BASE_URL)["publicUrl"])).status_code == 200
    system.storages = {"local": system.storages["local"]}
    answer = await anonymous.get(assets.wire(there, BASE_URL)["publicUrl"])
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    await forget(system, here.id)
    await forget(system, there.id)
    assert await sweep(system) == 1, "what is in a storage that is not set up waits; the rest goes"


async def test_a_storage_that_does_not_answer_is_unhealthy(
    system: System, s3: S3Settings, anonymous: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens at the endpoint."""
    monkeypatch.setattr("socialclaw.storage.bucket.BACKOFF", Backoff((0.0,), tries=1))
    move(system, s3.model_copy(update={"endpoint": "http://127.0.0.1:9"}))
    answer = await anonymous.get("/health")
    facts = answer.json()["details"]["assetStorage"]
    assert (answer.status_code, facts["ok"], facts["driver"], facts["error"]) == (503, False, "s3", "storage_unavailable")
    assert "127.0.0.1:9" not in answer.text.replace(BASE_URL, "")
    with pytest.raises(NotReady):
        await system.storage.size("t/a")
