"""One look at a file: what it is, whether a network could show it, and how it would be shown."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import BinaryIO

from socialclaw.simulation.files import iso_films, matroska_films
from socialclaw.simulation.files.iso_films import Film

PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
SIGNS = ((b"II*\0", "image/tiff"), (b"MM\0*", "image/tiff"), (b"BM", "image/bmp"))  # told by their beginning alone
ORIENTATION = 0x0112
SIDEWAYS = range(5, 9)
HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim")
FILMS = {b"qt  ": "video/quicktime", b"M4V ": "video/x-m4v", b"M4VH": "video/x-m4v", b"M4VP": "video/x-m4v"}


Span = tuple[float, float]
FREE: Span = (0, float("inf"))


def _within(value: float, span: Span) -> bool:
    """What is not known is not judged."""
    return not value or span[0] <= value <= span[1]


@dataclass(frozen=True, slots=True)
class Look:
    """`mime` by the bytes, empty where they are nothing known. `sound`: it could be shown. Sides as shown; as `stored`, without EXIF.

    `several`: a JPEG that holds more than one picture (MPO); `frames`: pictures of one that moves; `mode` is Pillow's.
    """

    mime: str = ""
    sound: bool = False
    width: int = 0
    height: int = 0
    stored: tuple[int, int] = (0, 0)
    frames: int = 1
    several: bool = False
    mode: str = ""
    film: Film | None = None

    @property
    def kind(self) -> str:
        return self.mime.partition("/")[0]

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    def judged(self, *, video: tuple[str, ...] = (), audio: tuple[str, ...] = (), seconds: Span = FREE, frames: Span = FREE) -> bool:
        """Whether a film has one of these codecs (any where none is named), and its figures lie within."""
        film = self.film
        if film is None:  # told by its beginning alone
            return True
        codecs = (not video or film.video in video) and (not audio or not film.audio or film.audio in audio)
        return codecs and _within(film.seconds, seconds) and _within(round(film.frames), frames)

    @property
    def plain(self) -> bool:
        """A film in three planes of 8 bits, the colours at half the size, which every player shows; or one of which that is not known."""
        return self.film is None or (self.film.chroma, self.film.bits) in ((420, 8), (None, None))


def look(content: bytes) -> Look:
    return look_at(io.BytesIO(content), len(content))


def look_at(file: BinaryIO, size: int) -> Look:
    """The same of a file that is not in memory."""
    file.seek(0)
    head = file.read(400)
    mime = _film_type(head)
    if not mime:
        return _picture(file)
    film = None
    if mime in ("video/webm", "video/x-matroska"):
        film = matroska_films.read(file, size)
    elif head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        film = iso_films.read(file, size)
    else:
        return Look(mime, sound=True)  # told by its beginning alone
    if film is None:
        return Look(mime)
    if not film.video:
        return Look(mime.replace("video/", "audio/"), film=film)
    return Look(mime, film.whole and film.legible, film.width, film.height, (film.width, film.height), film=film)


def _film_type(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in HEIC or brand in (b"avif", b"avis"):
            return ""
        return "video/3gpp" if brand.startswith(b"3g") else FILMS.get(brand, "video/mp4")
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "video/quicktime"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:4] == b"RIFF" and head[8:16] == b"AVI LIST" and head[20:24] == b"hdrl":
        return "video/x-msvideo"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "video/mp2t"
    return ""


def _picture(file: BinaryIO) -> Look:
    from PIL import Image  # not at the top: most processes never look at a picture

    file.seek(0)
    head = file.read(12)
    if head[4:8] == b"ftyp":
        return Look("image/heic" if head[8:12] in HEIC else "image/avif", sound=True, frames=2 if head[8:12] == b"avis" else 1)
    if found := next((mime for sign, mime in SIGNS if head.startswith(sign)), ""):
        return Look(found, sound=True)
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(file, formats=tuple(PICTURES))
            sides = picture.size
            turned = picture.format in ("JPEG", "MPO") and picture.getexif().get(ORIENTATION) in SIDEWAYS
            frames, form = int(getattr(picture, "n_frames", 1)), str(picture.format)
            width, height = sides[::-1] if turned else sides
            several = form == "MPO"
            mime = PICTURES["JPEG" if several else form]
            picture.verify()
            return Look(mime, True, width, height, sides, 1 if several else frames, several, picture.mode)
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, Image.DecompressionBombError):
        return Look()
