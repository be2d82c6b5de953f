"""What this process may use, and how many pixels."""

from __future__ import annotations

from socialclaw.errors import InvalidRequest

MOST_PIXELS = 50_000_000  # of a picture, and of one frame
MEMORY = 1536 * 1024 * 1024
LARGEST = 1024 * 1024 * 1024  # of a file that is written


YIELDING = 10  # how much nicer than others a process is that works for long


def limit(cpu_seconds: int, *, yields: bool = False) -> None:
    """Memory, time and output of this process, and whether others go first."""
    import os
    import resource

    if yields:
        os.nice(YIELDING)

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        message = f"A picture of {width}x{height} pixels is too large; the limit is {MOST_PIXELS:,} pixels"
        raise InvalidRequest(message, code="image_too_large", width=width, height=height, maxPixels=MOST_PIXELS)
