"""Films in Matroska and WebM, read off their index and the form of their first frame (RFC 9559); nothing is decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from socialclaw.simulation.files.frames import is_frame
from socialclaw.simulation.files.iso_films import Film, h264_depth

HEAD = 1024 * 1024  # in which an index stands
SEGMENT, INFO, TRACKS, ENTRY = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
SCALE, DURATION, CODEC, PRIVATE, VIDEO, DEFAULT, WIDTH, HEIGHT = 0x2AD7B1, 0x4489, 0x86, 0x63A2, 0xE0, 0x23E383, 0xB0, 0xBA
CLUSTER, SIMPLE_BLOCK, GROUP, BLOCK, NUMBER = 0x1F43B675, 0xA3, 0xA0, 0xA1, 0xD7
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
    film, scale, duration, tracks = Film(whole=found[1] <= size), 1_000_000, 0.0, list[dict[int, bytes]]()
    for kind, body, _ in _elements(found[0]):
        if kind == INFO:
            about = {k: b for k, b, _ in _elements(body)}
            scale = int.from_bytes(about.get(SCALE, b"\x0f\x42\x40"), "big")
            duration = _float(about.get(DURATION, b""))
        elif kind == TRACKS:
            tracks = [{k: b for k, b, _ in _elements(entry)} for k, entry, _ in _elements(body) if k == ENTRY]
            for track in tracks:
                _track(film, track)
        elif kind == CLUSTER:
            film.legible = _is_legible(film, body, tracks)
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


def _is_legible(film: Film, cluster: bytes, tracks: Sequence[dict[int, bytes]]) -> bool:
    """Whether the first frame in a cluster looks like one; one that goes beyond what was read is not judged."""
    moving = next((track for track in tracks if track.get(CODEC, b"").startswith(b"V_")), {})
    number, config = moving.get(NUMBER, b"\1")[-1], moving.get(PRIVATE, b"")
    unit = 1 + (config[4] & 3) if film.video == "h264" and len(config) > 4 else 0
    for block, whole in _blocks(cluster):
        if len(block) > 4 and block[0] == 0x80 | number:
            return not whole or is_frame(film.video, block[4:], unit)
    return not film.video


def _blocks(cluster: bytes) -> Iterator[tuple[bytes, bool]]:
    """The blocks of a cluster, and whether each is all there."""
    for kind, body, end in _elements(cluster):
        if kind == SIMPLE_BLOCK:
            yield body, end <= len(cluster)
        elif kind == GROUP:
            yield from ((inner, end <= len(cluster)) for k, inner, _ in _elements(body) if k == BLOCK)


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
