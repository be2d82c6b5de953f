"""What was made from an asset is kept, whatever a sweep does meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from socialclaw.media import cache
from socialclaw.settings import Settings


def test_a_sweep_that_takes_the_empty_folder_away_takes_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, made = Settings(data_dir=tmp_path), tmp_path / "made"
    made.write_bytes(b"picture")
    replace, swept = Path.replace, list[Path]()

    def slow(path: Path, target: Path) -> Path:
        if not swept:
            target.parent.rmdir()
            swept.append(target)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", slow)
    kept = cache.keep(settings, "asset_1", made, "a.jpg")
    assert (kept.read_bytes(), len(swept)) == (b"picture", 1)
