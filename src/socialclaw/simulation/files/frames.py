"""Whether bytes have the form of a frame of a codec. Nothing is decoded; noise and zeros have no such form."""

from __future__ import annotations

import re

MOST_FRAME = 16 * 1024 * 1024  # bytes of a frame that are looked at
# How a frame of these begins, by each codec's own description.
BEGINS = {
    "prores": re.compile(rb".{4}icpf", re.DOTALL),
    "mjpeg": re.compile(rb"\xff\xd8"),
    "mpeg4": re.compile(rb"\x00\x00\x01"),
    "vp9": re.compile(rb"[\x80-\xbf]"),
}


def is_frame(codec: str, frame: bytes, unit: int = 0) -> bool:
    """`unit`: the bytes of the length before each unit of H.264 and HEVC; 0 where that is not known. What is not known is not judged."""
    if unit and codec in ("h264", "hevc"):
        return _is_units(frame, unit)
    begins = BEGINS.get(codec)
    return begins is None or begins.match(frame) is not None


def _is_units(frame: bytes, unit: int) -> bool:
    """Whether lengths and units add up (ISO/IEC 14496-15, 4.2.2), and each unit begins with a bit that is 0 in all of them."""
    at = 0
    while at < len(frame):
        length = int.from_bytes(frame[at : at + unit], "big")
        at += unit + length
        if not length or at > len(frame) or frame[at - length] & 0x80:
            return len(frame) == MOST_FRAME and at > len(frame)  # the rest was not looked at
    return bool(frame)
