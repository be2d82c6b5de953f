"""Looks into a file that has arrived: what it is and holds, whether it is whole and only that, and its previews."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from socialclaw.errors import InvalidRequest
from socialclaw.media import cache, decoder_process
from socialclaw.media.decoder.limits import MOST_PIXELS
from socialclaw.media.sniff import Facts, kind_of, look_into
from socialclaw.system import System

PICTURES = tuple(f"image/{name}" for name in ("jpeg", "png", "webp", "gif", "avif", "heic", "heif", "tiff", "bmp"))
SOUND_OF = {"video/mp4": "audio/mp4", "video/x-m4v": "audio/mp4", "video/webm": "audio/webm", "video/x-matroska": "audio/x-matroska"}
FILM_OF = {sound: film for film, sound in SOUND_OF.items() if film != "video/x-m4v"} | {"audio/x-m4a": "video/mp4"}
FILMS = (*SOUND_OF, *FILM_OF, "video/quicktime", "video/3gpp", "video/x-msvideo", "video/mp2t")
OPENED = (*PICTURES, *FILMS)
# Texts that name other files to play. A player that takes one for a film would open what it names.
PLAYLIST = re.compile(rb"#EXTM3U|ffconcat\s|\[playlist\]|\[reference\]|<asx[\s>]|<smil[\s>]|(?:<\?xml[^>]*>\s*)?<MPD[\s>]", re.IGNORECASE)


async def examine(system: System, workspace_id: str, path: Path, head: bytes, said: str | None, *, asset_id: str) -> Facts:
    """The facts of a whole file that begins with `head`; its previews are in the asset's cache afterwards.

    A file of a kind that is not in OPENED is not opened: its type is known from its beginning, and nothing else of it. Raises
    InvalidRequest: `media_playlist`, `media_polyglot`, `media_truncated`, `media_damaged`, `media_too_costly`, `image_too_large`.
    """
    if PLAYLIST.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        raise InvalidRequest("The file is a playlist: upload the video itself, not a list of its locations", code="media_playlist")
    first = look_into(head, said)
    if first.mime not in OPENED:
        return first
    if first.width and first.height and first.width * first.height > MOST_PIXELS:
        message = f"A picture of {first.width}x{first.height} pixels is too large; the limit is {MOST_PIXELS:,} pixels"
        raise InvalidRequest(message, code="image_too_large", width=first.width, height=first.height, maxPixels=MOST_PIXELS)
    async with decoder_process.work_folder(system.settings) as folder:
        found = await decoder_process.run(system, workspace_id, "probe", path, first.mime, folder=str(folder))
        for name in found.get("previews", ()):
            cache.keep(system.settings, asset_id, folder / name, name)
    return _facts(first, found)


def _facts(first: Facts, found: dict[str, Any]) -> Facts:
    """Where a container may hold pictures or only sound, what is in it decides."""
    mime = first.mime
    if found["kind"] != kind_of(mime):
        mime = (SOUND_OF if found["kind"] == "audio" else FILM_OF).get(mime, mime)
    known = {f.name for f in fields(Facts)}
    return replace(first, **{name: value for name, value in found.items() if name in known}, mime=mime)
