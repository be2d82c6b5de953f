"""What a file holds is found out apart, with limits; what would do harm or is not whole is refused with a reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from socialclaw.db.assets import Asset
from socialclaw.errors import InvalidRequest
from socialclaw.media import cache, decoder_process
from socialclaw.storage.base import work_dir
from socialclaw.system import System
from tests.conftest import Member
from tests.media import files
from tests.media.conftest import Upload

FILMS = [
    ("mp4", "libx264", "aac", "video/mp4", "h264"),
    ("mp4", "libx265", None, "video/mp4", "hevc"),
    ("mov", "libx264", "aac", "video/quicktime", "h264"),
    ("webm", "libvpx-vp9", "libopus", "video/webm", "vp9"),
    ("matroska", "libx264", "aac", "video/x-matroska", "h264"),
]


@pytest.mark.parametrize(("container", "codec", "sound", "mime", "found"), FILMS)
async def test_a_film_tells_what_is_in_it(upload: Upload, container: str, codec: str, sound: str | None, mime: str, found: str) -> None:
    content = files.film(container, codec, sound=sound, seconds=2, rate=20)
    asset = await upload(content, "photo.png", mime="image/png")
    assert (asset.mime, asset.kind, asset.width, asset.height) == (mime, "video", 320, 240)
    assert (asset.video_codec, asset.frame_rate) == (found, 20)
    assert asset.audio_codec == (sound.removeprefix("lib") if sound else None)
    assert asset.duration == pytest.approx(2.0, abs=0.1)
    assert asset.bit_rate == pytest.approx(len(content) * 8 / asset.duration, rel=0.02)


@pytest.mark.parametrize(("degrees", "size"), [(90, (240, 320)), (180, (320, 240)), (270, (240, 320))])
async def test_a_film_taken_on_its_side_has_the_size_that_is_shown(upload: Upload, degrees: int, size: tuple[int, int]) -> None:
    asset = await upload(files.on_its_side(files.film(), degrees), "a.mp4")
    assert (asset.width, asset.height) == size


async def test_sound_in_the_container_of_films_is_sound(upload: Upload) -> None:
    asset = await upload(files.music(), "a.mp4", mime="video/mp4")
    assert (asset.kind, asset.mime, asset.audio_codec, asset.video_codec, asset.width) == ("audio", "audio/mp4", "aac", None, None)
    asset = await upload(files.film(), "a.m4a", mime="audio/mp4")
    assert (asset.kind, asset.mime) == ("video", "video/mp4")


async def test_a_file_that_is_refused_leaves_nothing(system: System, upload: Upload) -> None:
    with pytest.raises(InvalidRequest):
        await upload(files.film(fast=True)[:-3000], "a.mp4")
    assert files.within(work_dir(system.settings)) == []
    assert [path for path in system.settings.media_dir.rglob("*") if path.is_file()] == []


async def test_a_file_that_takes_too_long_is_refused_and_its_process_ended(system: System, workspace: Member, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(files.film())
    with pytest.raises(InvalidRequest) as refused:
        await decoder_process.run(system, workspace.id, "probe", path, "video/mp4", cpu_seconds=0)
    assert refused.value.code == "media_too_costly"


def apart(job: dict[str, Any], before: str = "") -> dict[str, Any]:
    """The program's answer to a job, in a process of its own in which `before` is run first."""
    lines = "import json, sys", "from socialclaw.media.decoder import __main__ as apart", before
    program = "\n".join((*lines, "print(json.dumps(apart.main(json.loads(sys.argv[1]))))"))
    done = subprocess.run([sys.executable, "-I", "-c", program, json.dumps(job)], capture_output=True, check=True, env={})
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_memory_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(files.picture(size=(6000, 6000)))
    job = {"do": "probe", "source": str(path), "mime": "image/png", "cpu_seconds": 40, "folder": str(tmp_path)}
    assert apart(job)["facts"]["width"] == 6000
    few = "from socialclaw.media.decoder import limits; limits.MEMORY = 100 * 1024 * 1024"
    assert apart(job, few)["refused"] in ("media_too_costly", "media_damaged")


def test_the_server_itself_loads_no_decoder_of_films() -> None:
    seen = "import sys; import socialclaw.app; print([m for m in ('av', 'pi_heif') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


async def test_previews_are_there_when_the_file_is(system: System, upload: Upload) -> None:
    asset: Asset = await upload(files.film(size=(640, 360)), "a.mp4")
    names = files.within(cache.place(system.settings, asset.id, "small.webp").parent)
    assert names == ["large.webp", "medium.webp", "poster.jpg", "small.webp"]
