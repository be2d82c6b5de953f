"""Files that are more than they seem, or less: a second file hidden in a picture or film, and one that was cut off."""

from __future__ import annotations

import os
import re
import zipfile
from typing import BinaryIO

from socialclaw.errors import InvalidRequest

EDGE = 64 * 1024  # bytes that are searched for text, at either end
ACTIVE = re.compile(rb"<script[\s>]|<\?php|<html[\s>]|<!doctype html|<iframe[\s>]|<svg[\s>]|javascript:", re.IGNORECASE)
PDF = re.compile(rb"%PDF-[12]\.\d")
MOST_BOXES = 100_000


def check(path: str) -> None:
    """Raises InvalidRequest `media_polyglot` where a picture or film is another kind of file as well."""
    with open(path, "rb") as file:  # noqa: PTH123
        head, tail = _ends(file)
    for where in (head, tail):
        if found := ACTIVE.search(where):
            _refuse(f"it contains code that a browser or server may run ({found[0].decode('ascii', 'replace').strip()})")
    if PDF.search(head[:1024]) or (PDF.search(tail) and b"%%EOF" in tail):
        _refuse("it is a PDF as well")
    if b"PK\x05\x06" in tail and _is_archive(path):
        _refuse("it is a ZIP archive as well")


def _refuse(why: str) -> None:
    raise InvalidRequest(f"The file is more than it seems: {why}. Save it again with an image or video editor", code="media_polyglot")


def _ends(file: BinaryIO) -> tuple[bytes, bytes]:
    size = os.fstat(file.fileno()).st_size
    head = file.read(EDGE)
    file.seek(max(0, size - EDGE - 1024))
    return head, file.read()


def _is_archive(path: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def check_whole(path: str, mime: str) -> None:
    """Raises InvalidRequest `media_truncated` where a container announces more bytes than there are, or a PNG has no end."""
    with open(path, "rb") as file:  # noqa: PTH123
        size = os.fstat(file.fileno()).st_size
        if mime == "image/png":
            if b"IEND" not in b"".join(_ends(file)):
                raise InvalidRequest("The file was cut off: a PNG has a last chunk, and this one has none", code="media_truncated")
            return
        ends = _segment_end(file) if mime in ("video/webm", "video/x-matroska") else _boxes_end(file, size)
    if ends > size:
        message = f"The file was cut off: it has {size:,} bytes and should have at least {ends:,}"
        raise InvalidRequest(message, code="media_truncated", size=size, announced=ends)


def _boxes_end(file: BinaryIO, size: int) -> int:
    """Where the last box ends (ISO/IEC 14496-12, 4.2)."""
    at = 0
    for _ in range(MOST_BOXES):
        if at + 8 > size:
            break
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0 or not head[4:8].isascii():  # to the end of the file; or no box, as some programs leave at the end
            return size
        if length < 8:
            break
        at += length
    return at


def _segment_end(file: BinaryIO) -> int:
    """Where the segment ends (RFC 8794, 4 and 5); the size of a live recording is not known and counts as 0."""
    head = file.read(4096)
    start = head.find(b"\x18\x53\x80\x67")
    if start < 0 or len(head) < start + 5:
        return 0
    first = head[start + 4]
    length = 9 - first.bit_length()
    if length > 8:
        return 0
    value = int.from_bytes(head[start + 4 : start + 4 + length], "big") & ((1 << 7 * length) - 1)
    return 0 if value == (1 << 7 * length) - 1 else start + 4 + length + value
