"""Small pictures to show a file by: WebP in three sizes, and of a film one frame as JPEG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from socialclaw.media.decoder import images

if TYPE_CHECKING:
    from PIL.Image import Image

SIZES = {"large": 1280, "medium": 480, "small": 160}  # pixels of the longer side, from large to small; never more than there are
POSTER = "poster.jpg"


def write(picture: Image, folder: str, *, film: bool) -> list[str]:
    """Writes `<name>.webp` for each of SIZES; returns the names of all files written. The picture is used up."""
    made = picture if "A" in picture.mode or "transparency" in picture.info else images.flat(picture)
    if made.mode not in ("RGB", "RGBA"):
        made = made.convert("RGBA")
    made.info = {}
    names = []
    if film:
        images.write_jpeg(made, str(Path(folder) / POSTER), quality=85)
        names.append(POSTER)
    for name, side in SIZES.items():
        made.thumbnail((side, side))
        made.save(Path(folder) / f"{name}.webp", "WEBP", quality=80, method=2)
        names.append(f"{name}.webp")
    return names
