"""Files of one content in one workspace are one object, whatever happens at the same time; each asset has a life of its own."""

from __future__ import annotations

import asyncio

import pytest

from socialclaw.media import assets, uploads
from socialclaw.media.sweep import sweep
from socialclaw.storage.base import read_range
from socialclaw.storage.folder import Folder
from socialclaw.system import System
from socialclaw.workspaces import usage
from tests.conftest import BASE_URL, Member
from tests.media import files
from tests.media.conftest import Upload, UsedBy
from tests.media.test_assets import let_pass, rows

pytestmark = pytest.mark.usefixtures("both_databases")

CONTENT = files.picture(size=(30, 20))


def objects(system: System) -> list[str]:
    """Everything in the media folder but what can be made again."""
    root = system.settings.media_dir
    found = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    return sorted(str(path) for path in found if path.parts[0] != ".cache")


async def content_of(system: System, asset_id: str) -> bytes:
    [row] = [row for row in await rows(system) if row.id == asset_id]
    return await read_range(system.storage, row.object_key, 0, row.size)


async def test_the_same_file_twice_is_two_assets_and_one_object(system: System, workspace: Member, upload: Upload) -> None:
    first, second = await upload(CONTENT, "one.png"), await upload(CONTENT, "two.png")
    assert first.id != second.id
    assert first.delivery_token != second.delivery_token
    assert assets.wire(second, BASE_URL)["publicUrl"].endswith("/two.png")
    assert objects(system) == [first.object_key] == [second.object_key]
    assert (second.width, second.sha256, second.status, second.delete_after) == (30, first.sha256, "ready", None)
    assert files.within(system.settings.media_dir / ".work") == []


async def test_an_object_of_several_assets_takes_its_bytes_once(system: System, workspace: Member, upload: Upload) -> None:
    await upload(CONTENT, "one.png")
    await upload(CONTENT, "two.png")
    await upload(b"%PDF-1.7 something else", "three.pdf")
    kept = await system.read(workspace.id, usage.storage)
    assert (kept["assets"], kept["bytes"]) == (3, len(CONTENT) + len(b"%PDF-1.7 something else"))


async def test_it_goes_with_the_last(system: System, workspace: Member, upload: Upload) -> None:
    first, second, third = [await upload(CONTENT, f"{n}.png") for n in range(3)]
    await let_pass(system, first.id, third.id)
    assert await sweep(system) == 2
    assert objects(system) == [second.object_key]
    assert await content_of(system, second.id) == CONTENT
    await let_pass(system, second.id)
    assert await sweep(system) == 1
    assert objects(system) == []


async def test_a_post_keeps_only_its_own_asset(system: System, upload: Upload, used_by: UsedBy) -> None:
    first, second = await upload(CONTENT), await upload(CONTENT)
    await used_by([{"id": second.id}])
    await let_pass(system, first.id, second.id)
    assert await sweep(system) == 1
    assert [row.id for row in await rows(system)] == [second.id]
    assert await content_of(system, second.id) == CONTENT


async def test_nothing_is_shared_between_workspaces(system: System, other_workspace: Member, upload: Upload) -> None:
    ours, theirs = await upload(CONTENT), await upload(CONTENT, member=other_workspace)
    assert sorted(objects(system)) == sorted([ours.object_key, theirs.object_key])
    await let_pass(system, ours.id)
    await sweep(system)
    assert objects(system) == [theirs.object_key]


async def test_many_at_once_are_one_object_after_the_sweep(system: System, upload: Upload) -> None:
    made = await asyncio.gather(*(upload(CONTENT, f"{n}.png") for n in range(6)))
    assert len({asset.object_key for asset in await rows(system) if asset.status == "ready"}) == 1
    await sweep(system)
    assert {row.id for row in await rows(system)} == {asset.id for asset in made}
    assert len(objects(system)) == 1


async def test_an_upload_while_its_twin_is_swept_has_its_file(system: System, upload: Upload) -> None:
    """Each round the only asset of the content is over while the content comes again, once or twice."""
    last = await upload(CONTENT)
    for n in range(8):
        await let_pass(system, last.id)
        *made, _ = await asyncio.gather(*(upload(CONTENT) for _ in range(1 + n % 2)), sweep(system))
        for asset in made:
            assert await content_of(system, asset.id) == CONTENT
        await let_pass(system, *(asset.id for asset in made[1:]))
        last = made[0]
    await sweep(system)
    assert objects(system) == [row.object_key for row in await rows(system)]


async def test_an_upload_between_the_last_look_and_the_deletion_has_its_file(
    system: System, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await upload(CONTENT)
    await let_pass(system, first.id)
    really, made = Folder.delete, []

    async def late(self: Folder, key: str) -> None:
        if not made:
            made.append(await upload(CONTENT))
        await really(self, key)

    monkeypatch.setattr(Folder, "delete", late)
    assert await sweep(system) == 1
    assert await content_of(system, made[0].id) == CONTENT


async def test_two_sweepers_of_two_twins_leave_no_object(system: System, upload: Upload) -> None:
    for _ in range(4):
        first, second = await upload(CONTENT), await upload(CONTENT)
        await let_pass(system, first.id)
        await asyncio.gather(sweep(system), let_pass(system, second.id), sweep(system))
        await sweep(system)
        assert (await rows(system), objects(system)) == ([], [])


async def test_a_registered_object_stays_under_its_key_and_is_shared_from_there(system: System, workspace: Member, upload: Upload) -> None:
    first, key = await upload(CONTENT), f"{workspace.id}/manual/launch.png"
    path = system.settings.media_dir / key
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    registered = await uploads.register(system, workspace.id, key, uploads.Claims("launch.png"))
    assert registered.object_key == key
    await let_pass(system, first.id)
    await sweep(system)
    assert (await upload(CONTENT)).object_key == key
    assert objects(system) == [key]


async def test_an_object_that_is_deleted_just_when_it_is_registered(
    system: System, workspace: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"{workspace.id}/manual/launch.png"
    path = system.settings.media_dir / key
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    really = uploads.examine

    async def then_gone(*args: object, **named: object) -> object:
        facts = await really(*args, **named)  # type: ignore[arg-type]
        path.unlink()
        return facts

    monkeypatch.setattr(uploads, "examine", then_gone)
    with pytest.raises(Exception, match="no such object"):
        await uploads.register(system, workspace.id, key, uploads.Claims("launch.png"))
    assert await rows(system) == []
