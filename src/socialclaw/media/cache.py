"""What was made from an asset and can be made again: one folder for each asset, in the cache."""

from __future__ import annotations

import shutil
from pathlib import Path

from socialclaw.settings import Settings
from socialclaw.storage.base import cache_dir

TRIES = 5


def place(settings: Settings, asset_id: str, name: str) -> Path:
    """Where something that is made from the asset is kept under this name."""
    return cache_dir(settings) / asset_id / name


def keep(settings: Settings, asset_id: str, made: Path, name: str) -> Path:
    """Move what was made to its place, whole at once; two who make the same may do so in any order."""
    target = place(settings, asset_id, name)
    for left in reversed(range(TRIES)):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            return made.replace(target)
        except FileNotFoundError:  # a sweep took the empty folder away
            if not left or not made.exists():
                raise
    raise AssertionError


def forget(settings: Settings, asset_id: str) -> None:
    """Remove all that was made from an asset."""
    shutil.rmtree(cache_dir(settings) / asset_id, ignore_errors=True)
