"""HEIC pictures, written box by box (ISO/IEC 23008-12) around a frame that x265 has encoded: nothing at hand writes them."""

from __future__ import annotations

import struct
from functools import cache

from tests.media import files

COLOURS = {"hdr": (9, 16, 9), "": (1, 13, 6)}  # primaries, curve and matrix by ITU-T H.273


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full(kind: bytes, *content: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


@cache
def heic(size: tuple[int, int] = (320, 240), *, hdr: bool = False, depth: bool = False, brand: bytes = b"heic") -> bytes:
    """A picture whose upper half is red. `hdr`: of 10 bits by PQ; `depth`: with a second one that says how far away things are."""
    made = [_frame(size, "yuv420p10le" if hdr else "yuv420p", 16 if hdr else 0), *([_frame(size, "yuv420p", 0)] if depth else [])]
    primaries, curve, matrix = COLOURS["hdr" if hdr else ""]
    own = [config for config, _ in made]
    properties = [
        full(b"ispe", struct.pack(">II", *size)),
        box(b"colr", b"nclx", struct.pack(">HHHB", primaries, curve, matrix, 0x80)),
        *(box(b"hvcC", config) for config in own),
        *([full(b"auxC", b"urn:mpeg:hevc:2015:auxid:2\0")] if depth else []),
    ]
    belongs = [(1, (1, 2, 3)), *([(2, (1, 4, 5))] if depth else [])]
    ties = b"".join(struct.pack(">HB", item, len(of)) + bytes(0x80 | n for n in of) for item, of in belongs)
    entries = b"".join(full(b"infe", struct.pack(">HH4s", n + 1, 0, b"hvc1"), b"\0", version=2) for n in range(len(made)))
    kind = box(b"ftyp", brand, bytes(4), b"mif1", b"heic")

    def index(start: int) -> bytes:
        places, at = b"", start
        for n, (_, data) in enumerate(made):
            places += struct.pack(">HHHII", n + 1, 0, 1, at, len(data))
            at += len(data)
        return full(
            b"meta",
            full(b"hdlr", struct.pack(">I4s12x", 0, b"pict"), b"\0"),
            full(b"pitm", struct.pack(">H", 1)),
            full(b"iloc", struct.pack(">BBH", 0x44, 0, len(made)), places),
            full(b"iinf", struct.pack(">H", len(made)), entries),
            *([full(b"iref", box(b"auxl", struct.pack(">HHH", 2, 1, 1)))] if depth else []),
            box(b"iprp", box(b"ipco", *properties), full(b"ipma", struct.pack(">I", len(belongs)), ties)),
        )

    start = len(kind) + len(index(0)) + 8
    return kind + index(start) + box(b"mdat", *(data for _, data in made))


def _frame(size: tuple[int, int], pixels: str, transfer: int) -> tuple[bytes, bytes]:
    """The configuration (hvcC) and the data of one encoded frame, cut out of a film of one."""
    film = files.film("mp4", "libx265", sound=None, size=size, seconds=1, rate=1, pixels=pixels, transfer=transfer)
    at = film.index(b"hvcC")
    config = film[at + 4 : at - 4 + int.from_bytes(film[at - 4 : at], "big")]
    at = film.index(b"mdat")
    return config, film[at + 4 : at - 4 + int.from_bytes(film[at - 4 : at], "big")]
