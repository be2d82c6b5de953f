"""A part of a picture as a file of its own, read back by an independent decoder; the picture that it is of stays."""

from __future__ import annotations

import io
from typing import Any

import httpx2
import pytest
from PIL import Image

from socialclaw.media import assets
from socialclaw.system import System
from tests.conftest import Member
from tests.media.conftest import Upload
from tests.media.files import picture, turned

RED, BLUE = (220, 30, 30), (30, 30, 220)


def halves(kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    """Red on the left, blue on the right: 80 x 40."""
    made = Image.new(mode, (80, 40), RED)
    made.paste(BLUE, (40, 0, 80, 40))
    file = io.BytesIO()
    made.save(file, kind, **options)
    return file.getvalue()


async def shown(anonymous: httpx2.AsyncClient, asset: dict[str, Any]) -> Image.Image:
    content = (await anonymous.get(asset["publicUrl"])).content
    return Image.open(io.BytesIO(content))


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/jpeg")])
async def test_a_part_is_a_new_file_and_the_picture_stays(
    api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, system: System, workspace: Member, upload: Upload, kind: str, mime: str
) -> None:
    whole = await upload(halves(kind), f"hills.{kind.lower()}")
    await system.write(workspace.id, assets.describe, whole.id, "Hills", test=True)
    answer = await api.post(f"/v1/assets/{whole.id}/crop", json={"left": 44, "top": 4, "width": 32, "height": 30})
    assert answer.status_code == 201, answer.text
    part = answer.json()["asset"]
    assert part["id"] != whole.id
    assert (part["mime"], part["width"], part["height"], part["altText"]) == (mime, 32, 30, "Hills")
    assert part["originalFilename"].startswith("hills 32x30.")
    picture = (await shown(anonymous, part)).convert("RGB")
    assert picture.size == (32, 30)
    for place in ((0, 0), (31, 29)):
        assert all(abs(a - b) < 12 for a, b in zip(picture.getpixel(place), BLUE, strict=True)), "of the right half alone"  # type: ignore[arg-type]
    original = (await api.get(f"/v1/assets/{whole.id}")).json()["asset"]
    assert (original["width"], original["height"], original["sha256"]) == (80, 40, whole.sha256)


async def test_it_is_cut_as_it_is_shown_and_as_clear_as_it_is(
    api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, upload: Upload
) -> None:
    lying = await upload(turned(6, (64, 48)), "phone.jpg")
    part = (await api.post(f"/v1/assets/{lying.id}/crop", json={"left": 0, "top": 0, "width": 48, "height": 64})).json()["asset"]
    assert (await shown(anonymous, part)).size == (48, 64), "its EXIF says that it stands"
    clear = await upload(picture("PNG", (20, 20), "RGBA", (0, 0, 0, 0)), "clear.png")
    part = (await api.post(f"/v1/assets/{clear.id}/crop", json={"left": 2, "top": 2, "width": 10, "height": 5})).json()["asset"]
    cut = await shown(anonymous, part)
    assert (cut.mode, cut.getpixel((0, 0))[3]) == ("RGBA", 0)  # type: ignore[index]


@pytest.mark.parametrize(
    ("area", "path"),
    [((0, 0, 81, 10), "width"), ((60, 0, 30, 10), "width"), ((0, 30, 10, 11), "height"), ((-1, 0, 5, 5), "left"), ((80, 0, 1, 1), "left")],
)
async def test_a_part_that_is_not_in_the_picture_is_refused_and_nothing_is_kept(
    api: httpx2.AsyncClient, upload: Upload, area: tuple[int, ...], path: str
) -> None:
    whole = await upload(halves())
    names = ("left", "top", "width", "height")
    answer = await api.post(f"/v1/assets/{whole.id}/crop", json=dict(zip(names, area, strict=True)))
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]["path"]) == (422, "crop_outside", path)
    assert "80 pixels wide and 40 high" in answer.json()["message"]
    assert (await api.get("/v1/assets")).json()["total"] == 1


async def test_what_moves_or_is_no_picture_is_not_cut(api: httpx2.AsyncClient, upload: Upload, other_api: httpx2.AsyncClient) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    area = {"left": 0, "top": 0, "width": 5, "height": 5}
    moving = await upload(file.getvalue(), "moves.gif")
    answer = await api.post(f"/v1/assets/{moving.id}/crop", json=area)
    assert (answer.status_code, answer.json()["code"]) == (409, "asset_not_cuttable")
    whole = await upload(halves())
    assert (await other_api.post(f"/v1/assets/{whole.id}/crop", json=area)).json()["code"] == "asset_not_found"
    misnamed = await api.post(f"/v1/assets/{whole.id}/crop", json={"x": 0, "top": 0, "width": 5, "height": 5})
    assert (misnamed.status_code, "left" in misnamed.json()["message"]) == (422, True)
