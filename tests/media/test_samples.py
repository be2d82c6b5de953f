"""Every sample file is kept with the facts that are true of it, or refused with its reason and nothing left of it."""

from __future__ import annotations

import pytest

from socialclaw.errors import InvalidRequest
from socialclaw.system import System
from tests.media.conftest import Upload
from tests.media.samples import SAMPLES, Sample


def test_there_are_enough() -> None:
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES) >= 60


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_a_sample_is_kept_or_refused(system: System, upload: Upload, sample: Sample) -> None:
    if isinstance(sample.expected, str):
        with pytest.raises(InvalidRequest) as refused:
            await upload(sample.make(), "file.bin", mime=sample.said)
        assert refused.value.code == sample.expected
        assert [path for path in system.settings.media_dir.rglob("*") if path.is_file()] == []
        return
    asset = await upload(sample.make(), "file.bin", mime=sample.said)
    assert {name: getattr(asset, name) for name in sample.expected} == sample.expected
