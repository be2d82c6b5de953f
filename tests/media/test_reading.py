"""The media of a post, as its network's adapter gets to read it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from PIL import Image

from socialclaw.db.assets import Asset
from socialclaw.media import assets
from socialclaw.media.post_media import opened
from socialclaw.outbound import Blocked
from socialclaw.providers.draft import Media
from socialclaw.storage.base import Gone, work_dir
from socialclaw.system import System
from tests.conftest import BASE_URL, Member
from tests.media import files
from tests.media.conftest import Upload

PICTURE = files.picture(size=(64, 48))


def url_of(asset: Asset) -> str:
    return str(assets.wire(asset, BASE_URL)["publicUrl"])


async def all_of(media: Media) -> bytes:
    assert media.read is not None
    assert media.size is not None
    return b"".join([await media.read(at, 1000) for at in range(0, media.size, 1000)])


@pytest.fixture
def web(system: System, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The internet as the guarded client sees it: one picture everywhere. Lists what was asked for."""
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, content=PICTURE, headers={"content-type": "image/png"})

    monkeypatch.setattr(system.outbound, "guarded", httpx2.AsyncClient(transport=httpx2.MockTransport(answer)))
    return asked


async def test_our_own_file_is_read_from_storage(system: System, workspace: Member, upload: Upload, web: list[str]) -> None:
    asset = await upload(PICTURE, "My photo.png")
    stored: Sequence[dict[str, Any]] = [
        {"id": asset.id, "url": url_of(asset), "managed": True, "altText": "A red field", "size": 5, "mime": "video/mp4"},
        {"id": "asset_1", "url": url_of(asset), "managed": False},
        {"id": asset.id, "managed": True},
    ]
    async with opened(system, workspace.id, stored, test=True) as media:
        for one in media:
            assert (one.id, one.kind, one.mime, one.size) == (asset.id, "image", "image/png", len(PICTURE))
            assert (one.filename, one.width, one.height) == ("My-photo.png", 64, 48)
            assert one.url == url_of(asset)
            assert await all_of(one) == PICTURE
        assert media[0].alt == "A red field"
    assert web == []


async def test_a_url_that_asks_for_jpeg_reads_as_jpeg(system: System, workspace: Member, upload: Upload) -> None:
    asset = await upload(PICTURE)
    async with opened(system, workspace.id, [{"id": asset.id, "url": f"{url_of(asset)}?format=jpeg", "managed": True}]) as [media]:
        content = await all_of(media)
        assert (media.mime, media.filename) == ("image/jpeg", "photo.jpg")
        with Image.open(io.BytesIO(content)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (64, 48))


async def test_a_file_that_is_to_be_deleted_can_still_be_published(system: System, workspace: Member, upload: Upload) -> None:
    asset = await upload(PICTURE)
    await system.write(workspace.id, assets.delete, asset.id, 7)
    async with opened(system, workspace.id, [{"id": asset.id, "url": url_of(asset), "managed": True}]) as [media]:
        assert await all_of(media) == PICTURE


@pytest.mark.parametrize("managed", [True, False])
async def test_a_file_of_ours_that_is_gone_is_told(system: System, workspace: Member, web: list[str], managed: bool) -> None:
    missing = {"id": "asset_gone", "url": f"{BASE_URL}/media/asset_gone/token/a.png", "managed": managed}
    with pytest.raises(Gone):
        async with opened(system, workspace.id, [missing]):
            pass
    assert web == []


async def test_the_file_of_another_workspace_is_not_opened(system: System, other_workspace: Member, upload: Upload) -> None:
    asset = await upload(PICTURE)
    for managed in (True, False):
        with pytest.raises(Gone):
            async with opened(system, other_workspace.id, [{"id": asset.id, "url": url_of(asset), "managed": managed}]):
                pass


async def test_a_file_elsewhere_is_known_by_size_and_fetched_when_read(system: System, workspace: Member, web: list[str]) -> None:
    stored = [{"id": "asset_1", "url": "https://cdn.test/some/a.png", "altText": "A"}, {"id": "asset_2", "url": "https://cdn.test/noname"}]
    async with opened(system, workspace.id, stored) as [first, second]:
        assert (first.kind, first.mime, first.size, first.filename, first.alt) == ("image", "image/png", len(PICTURE), "a.png", "A")
        assert (second.kind, second.mime, second.filename) == ("image", "image/png", "noname.png")
        assert len(web) == 2
        assert await all_of(second) == PICTURE
        assert len(web) == 3
        assert len(files.within(work_dir(system.settings))) == 1
    assert files.within(work_dir(system.settings)) == []


async def test_what_a_file_is_counts_and_not_what_a_post_says_of_it(system: System, workspace: Member, web: list[str]) -> None:
    said = {"id": "asset_1", "url": "https://cdn.test/a.mp4", "kind": "video", "mime": "video/mp4", "size": 1, "width": 1, "height": 1}
    async with opened(system, workspace.id, [said]) as [media]:
        facts = (media.kind, media.mime, media.size, media.width, media.height)
        assert facts == ("image", "image/png", len(PICTURE), 64, 48)


@pytest.mark.parametrize("test", [True, False])
async def test_a_url_that_leads_inside_is_not_fetched(system: System, workspace: Member, test: bool) -> None:
    with pytest.raises(Blocked):
        async with opened(system, workspace.id, [{"id": "asset_1", "url": "http://127.0.0.1/a.png"}], test=test):
            pass
