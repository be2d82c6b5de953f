"""A program of its own: `python convert.py SOURCE TARGET` writes a picture as JPEG, on white, upright, without its metadata.

It runs as a child process, so that a picture made to do harm can only harm the child. It imports nothing of ours.
"""

from __future__ import annotations

import sys

MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "WEBP", "GIF", "JPEG")
MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 40
LARGEST = 256 * 1024 * 1024


def limit() -> None:
    """Memory, time and output of this process."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def write_jpeg(source: str, target: str) -> None:
    """The first frame of `source`. Raises what Pillow raises where it is no picture of FORMATS or too large."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses from twice this on
    with Image.open(source, formats=FORMATS) as opened:
        opened.load()
        profile = opened.info.get("icc_profile") if opened.mode in ("RGB", "RGBA") else None
        upright = ImageOps.exif_transpose(opened)
        if upright.mode.startswith("I"):  # 16 bits of grey
            upright = upright.convert("I").point(lambda level: level / 256).convert("L")
        solid = upright.convert("RGBA")
        flat = Image.new("RGB", solid.size, "white")
        flat.paste(solid, mask=solid.getchannel("A"))
        more = {"icc_profile": profile} if profile else {}
        flat.save(target, "JPEG", quality=92, **more)


if __name__ == "__main__":
    try:
        limit()
        write_jpeg(sys.argv[1], sys.argv[2])
    except Exception:  # damaged, too large, out of memory: the parent only needs to know that there is no result
        sys.exit(1)
