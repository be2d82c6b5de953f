"""Every sample file is kept with the facts that are true of it, or refused with its reason and nothing left of it."""

from __future__ import annotations

from typing import Any

import pytest

from socialclaw.db.assets import Asset
from socialclaw.errors import InvalidRequest
from socialclaw.system import System
from tests.conftest import Member
from tests.media.conftest import Upload
from tests.media.samples import SAMPLES, Sample

FACTS = ("mime", "kind", "width", "height", "duration", "frame_rate", "video_codec", "audio_codec", "pixel_format", "plain")


def test_there_are_enough() -> None:
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES) >= 60


def facts(asset: Asset) -> dict[str, Any]:
    return {name: value for name in FACTS if (value := getattr(asset, name)) is not None}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_a_sample_is_kept_or_refused(system: System, workspace: Member, upload: Upload, sample: Sample) -> None:
    if isinstance(sample.expected, str):
        with pytest.raises(InvalidRequest) as refused:
            await upload(sample.make(), "file.bin", mime=sample.said)
        assert refused.value.code == sample.expected
        assert [path for path in system.settings.media_dir.rglob("*") if path.is_file()] == []
        return
    asset = await upload(sample.make(), "file.bin", mime=sample.said)
    assert facts(asset) == sample.expected
