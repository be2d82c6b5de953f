"""Films in boxes (MP4, MOV, M4V, 3GP), read off their index and the form of their first frame; nothing is decoded.

ISO/IEC 14496-12, and 14496-15 for the codecs.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from socialclaw.simulation.files.frames import MOST_FRAME, is_frame

MOST_BOXES, MOST_INDEX = 10_000, 64 * 1024 * 1024
HEADERS = {b"hdlr": 8, b"stsd": 8, b"meta": 4}  # bytes before the boxes within
WITHIN = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
CODECS = {
    **dict.fromkeys((b"avc1", b"avc3"), "h264"),
    **dict.fromkeys((b"hvc1", b"hev1", b"dvh1", b"dvhe"), "hevc"),
    **dict.fromkeys((b"apch", b"apcn", b"apcs", b"apco", b"ap4h", b"ap4x"), "prores"),
    b"av01": "av1",
    b"vp08": "vp8",
    b"vp09": "vp9",
    b"mp4v": "mpeg4",
    b"mjpg": "mjpeg",
    b"jpeg": "mjpeg",
    b"mp4a": "aac",
    b"Opus": "opus",
    b"alac": "alac",
    b"ac-3": "ac3",
    b".mp3": "mp3",
    b"fLaC": "flac",
}
SOUNDS = {0x69: "mp3", 0x6B: "mp3", 0xA5: "ac3", 0xAD: "opus"}
SIDEWAYS = ((0, 1, -1, 0), (0, -1, 1, 0))  # the turns of a track header in which width and height change places


@dataclass(slots=True)
class Film:
    """What is known of a film; width and height as it is shown, `chroma` 420, 422 or 444, bits of a sample. None: not known."""

    video: str = ""
    audio: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    frames: float = 0.0  # a second
    chroma: int | None = None
    bits: int | None = None
    whole: bool = True  # not cut off
    legible: bool = True  # its first frame has the form of its codec, or where that lies is not known


@dataclass(slots=True)
class _Track:
    handler: bytes = b""
    turned: bool = False
    codec: str = ""
    sides: tuple[int, int] = (0, 0)
    scale: int = 0
    length: int = 0
    samples: int = 0
    chroma: int | None = None
    bits: int | None = None
    unit: int = 0  # bytes of the length before each unit of a frame (H.264, HEVC)
    boxes: dict[bytes, bytes] = field(default_factory=dict)


def read(file: BinaryIO, size: int) -> Film | None:
    """None where there is no index, or it cannot be read."""
    index, ends = None, 0
    for kind, start, end in _outer(file, size):
        ends = end
        if kind == b"moov" and end - start <= MOST_INDEX:
            file.seek(start)
            index = file.read(end - start)
    if index is None:
        return None
    try:
        tracks = [_track(body) for kind, body in _boxes(index) if kind == b"trak"]
        moving = next(
            (t for t in tracks if t.handler == b"vide" and t.samples > 1), next((t for t in tracks if t.handler == b"vide"), None)
        )
        film = _film(tracks, moving, dict(_boxes(index)).get(b"mvhd", b""))
        film.legible = moving is None or _is_legible(file, moving)
    except (struct.error, IndexError, ValueError):
        return None
    film.whole = ends <= size
    return film if film.video or film.audio else None


def _outer(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    at = 0
    for _ in range(MOST_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8 or not head[4:8].isascii():
            return
        length, kind, start = int.from_bytes(head[:4], "big"), head[4:8], at + 8
        if length == 1:
            length, start = int.from_bytes(head[8:16], "big"), at + 16
        end = size if length == 0 else at + length
        if end < start:
            return
        yield kind, start, end
        at = end


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(body):
        length = int.from_bytes(body[at : at + 4], "big")
        if length < 8:
            return
        yield body[at + 4 : at + 8], body[at + 8 : at + length]
        at += length


def _track(body: bytes) -> _Track:
    track = _Track()
    _into(track, body)
    track.handler = track.boxes.get(b"hdlr", b"")[8:12]
    head = track.boxes.get(b"tkhd", b"")
    if head:
        turn = struct.unpack_from(">9i", head, 52 if head[0] else 40)
        track.turned = tuple(side // 65_536 for side in (turn[0], turn[1], turn[3], turn[4])) in SIDEWAYS
    clock = track.boxes.get(b"mdhd", b"")
    if clock:
        track.scale, track.length = struct.unpack_from(">IQ" if clock[0] else ">II", clock, 20 if clock[0] else 12)
    times = track.boxes.get(b"stts", b"")
    for n in range(int.from_bytes(times[4:8], "big")):
        track.samples += struct.unpack_from(">I", times, 8 + 8 * n)[0]
    entry = next(_boxes(track.boxes.get(b"stsd", b"")[8:]), None)
    if entry:
        _codec(track, *entry)
    return track


def _into(track: _Track, body: bytes) -> None:
    for kind, inner in _boxes(body):
        if kind in WITHIN:
            _into(track, inner)
        else:
            track.boxes.setdefault(kind, inner)


def _codec(track: _Track, kind: bytes, body: bytes) -> None:
    track.codec = CODECS.get(kind, kind.decode("latin-1").strip())
    if track.handler != b"vide":
        at = body.find(b"esds")
        track.codec = SOUNDS.get(_object_type(body[at + 8 :]), "aac") if kind == b"mp4a" and at > 0 else track.codec
        return
    track.sides = struct.unpack_from(">HH", body, 24)
    about = dict(_boxes(body[78:]))
    if avc := about.get(b"avcC"):
        track.chroma, track.bits = h264_depth(avc)
        track.unit = 1 + (avc[4] & 3)
    elif hvc := about.get(b"hvcC"):
        track.chroma, track.bits = (400, 420, 422, 444)[hvc[16] & 3], 8 + (hvc[17] & 7)
        track.unit = 1 + (hvc[21] & 3)
    elif av1 := about.get(b"av1C"):
        track.bits = 8 if not av1[2] & 0x40 else 12 if av1[2] & 0x20 else 10
        track.chroma = 400 if av1[2] & 0x10 else (444, 422, 0, 420)[av1[2] >> 2 & 3]
    elif vpc := about.get(b"vpcC"):
        track.bits, track.chroma = vpc[6] >> 4, (420, 420, 422, 444)[vpc[6] >> 1 & 3]
    elif track.codec == "prores":
        track.bits, track.chroma = (12, 444) if kind.startswith(b"ap4") else (10, 422)


def _object_type(body: bytes) -> int:
    """What an elementary stream holds (ISO/IEC 14496-1, 7.2.6): behind two tags, each with a length of one to four bytes."""
    at = 0
    for behind in (3, 0):
        at += 1
        while body[at] & 0x80:
            at += 1
        at += 1 + behind
    return body[at]


def h264_depth(config: bytes) -> tuple[int, int]:
    """Chroma and bits off the first sequence parameter set (ITU-T H.264, 7.3.2.1.1)."""
    length = int.from_bytes(config[6:8], "big")
    parameters = config[8 : 8 + length].replace(b"\0\0\3", b"\0\0")
    if parameters[1] not in (100, 110, 122, 244, 44, 83, 86, 118, 128):
        return 420, 8
    bits = int.from_bytes(parameters[4:], "big"), (len(parameters) - 4) * 8
    at, values = 0, list[int]()
    for place in ("id", "chroma", "depth"):
        zeros = 0
        while not bits[0] >> (bits[1] - 1 - at - zeros) & 1:
            zeros += 1
        values.append((bits[0] >> (bits[1] - 1 - at - 2 * zeros) & ((1 << zeros + 1) - 1)) - 1)
        at += 2 * zeros + 1
        if place == "chroma" and values[-1] == 3:
            at += 1
    return (400, 420, 422, 444)[values[1]], 8 + values[2]


def _is_legible(file: BinaryIO, track: _Track) -> bool:
    """Whether the first frame looks like one; the frames of a film in fragments are not looked for."""
    places, sizes = track.boxes.get(b"stco") or track.boxes.get(b"co64", b""), track.boxes.get(b"stsz", b"")
    width = 4 if b"stco" in track.boxes else 8
    if len(places) < 8 + width or len(sizes) < 12:
        return True
    length = int.from_bytes(sizes[4:8], "big") or int.from_bytes(sizes[12:16], "big")
    file.seek(int.from_bytes(places[8 : 8 + width], "big"))
    return is_frame(track.codec, file.read(min(length, MOST_FRAME)), track.unit)


def _film(tracks: list[_Track], moving: _Track | None, head: bytes) -> Film:
    film = Film()
    if head:
        scale, length = struct.unpack_from(">IQ" if head[0] else ">II", head, 20 if head[0] else 12)
        film.seconds = length / scale if scale else 0.0
    if moving:
        film.video, film.chroma, film.bits = moving.codec, moving.chroma, moving.bits
        film.width, film.height = moving.sides[::-1] if moving.turned else moving.sides
        film.frames = moving.samples * moving.scale / moving.length if moving.length else 0.0
    film.audio = next((t.codec for t in tracks if t.handler == b"soun"), "")
    return film
