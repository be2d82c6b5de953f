"""Films in Matroska and WebM, read off their index (RFC 9559); nothing is decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from socialclaw.simulation.files.iso_films import Film, h264_depth

HEAD = 1024 * 1024  # in which an index stands
SEGMENT, INFO, TRACKS, ENTRY = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
SCALE, DURATION, CODEC, PRIVATE, VIDEO, DEFAULT, WIDTH, HEIGHT, CLUSTER = (
    0x2AD7B1,
    0x4489,
    0x86,
    0x63A2,
    0xE0,
    0x23E383,
    0xB0,
    0xBA,
    0x1F43B675,
)
CODECS = {
    b"V_VP8": "vp8",
    b"V_VP9": "vp9",
    b"V_AV1": "av1",
    b"V_MPEG4/ISO/AVC": "h264",
    b"V_MPEGH/ISO/HEVC": "hevc",
    b"A_OPUS": "opus",
    b"A_VORBIS": "vorbis",
    b"A_AAC": "aac",
}


def read(file: BinaryIO, size: int) -> Film | None:
    """None where there is no index."""
    file.seek(0)
    head = file.read(min(HEAD, size))
    found = next(((body, length) for kind, body, length in _elements(head) if kind == SEGMENT), None)
    if found is None:
        return None
    film, scale, duration = Film(whole=found[1] <= size), 1_000_000, 0.0
    for kind, body, _ in _elements(found[0]):
        if kind == INFO:
            about = {k: b for k, b, _ in _elements(body)}
            scale = int.from_bytes(about.get(SCALE, b"\x0f\x42\x40"), "big")
            duration = _float(about.get(DURATION, b""))
        elif kind == TRACKS:
            for entry in (b for k, b, _ in _elements(body) if k == ENTRY):
                _track(film, {k: b for k, b, _ in _elements(entry)})
        elif kind == CLUSTER:
            break
    film.seconds = duration * scale / 1e9
    return film if film.video or film.audio else None


def _track(film: Film, about: dict[int, bytes]) -> None:
    name = about.get(CODEC, b"").rstrip(b"\0")
    codec = CODECS.get(name, name.decode("latin-1"))
    if name.startswith(b"V_") and not film.video:
        shown = {k: b for k, b, _ in _elements(about.get(VIDEO, b""))}
        film.video = codec
        film.width, film.height = (int.from_bytes(shown.get(side, b""), "big") for side in (WIDTH, HEIGHT))
        each = int.from_bytes(about.get(DEFAULT, b""), "big")
        film.frames = 1e9 / each if each else 0.0
        if codec == "h264" and len(about.get(PRIVATE, b"")) > 8:
            film.chroma, film.bits = h264_depth(about[PRIVATE])
    elif name.startswith(b"A_"):
        film.audio = film.audio or codec


def _float(body: bytes) -> float:
    return float(struct.unpack(">f" if len(body) == 4 else ">d", body)[0]) if len(body) in (4, 8) else 0.0


def _elements(body: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(id, content, where it ends); an element of unknown length goes on to the end."""
    at = 0
    while at < len(body):
        first = body[at]
        width = 9 - first.bit_length()
        if width > 4 or at + width >= len(body):
            return
        kind, at = int.from_bytes(body[at : at + width], "big"), at + width
        width = 9 - body[at].bit_length()
        if width > 8:
            return
        length = int.from_bytes(body[at : at + width], "big") & ((1 << 7 * width) - 1)
        at += width
        end = len(body) if length == (1 << 7 * width) - 1 else at + length
        yield kind, body[at:end], end
        at = end
