"""Objects that are sent in parts: what a part is, and whether those at hand make an object. The bounds are S3's, for the folder too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from socialclaw.errors import InvalidRequest, NotFound

# docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
MOST_PARTS = 10_000
SMALLEST = 5 * 1024**2  # bytes of every part but the last
LARGEST = 5 * 1024**3
MOST_NAMED = 20


class Part(NamedTuple):
    """A part as it arrived: from 1; in bytes; what its PUT was answered with, without quotes."""

    number: int
    size: int
    etag: str


def check_part(number: int, size: int) -> None:
    """Raises InvalidRequest where no part can be like this."""
    if not 1 <= number <= MOST_PARTS:
        message = f"Parts are numbered from 1 to {MOST_PARTS}"
        raise InvalidRequest(message, code="multipart_part_number_invalid", min=1, max=MOST_PARTS)
    if not 1 <= size <= LARGEST:
        message = f"A part has from 1 to {LARGEST:,} bytes"
        raise InvalidRequest(message, code="multipart_part_size_invalid", min=1, max=LARGEST)


def check(kept: Sequence[Part], said: Sequence[Part], *, count: int = 1) -> list[Part]:
    """The kept parts that make the object `said`, in order. Some services keep a part that was sent twice twice: then the one said counts.

    `count`: so many there are at least; a size of 0 is not looked at. Raises InvalidRequest: `multipart_part_missing` (the numbers are not
    1, 2, 3 … to the last, or one has not arrived), `multipart_etag_mismatch`, `multipart_part_size_mismatch`, `multipart_part_too_small`;
    each names the parts. Also `multipart_part_number_invalid`.
    """
    here = {(part.number, part.etag): part for part in kept}
    sent = {part.number for part in kept}
    named: dict[int, str] = {}
    for part in said:
        check_part(part.number, 1)
        if named.setdefault(part.number, plain(part.etag)) != plain(part.etag):
            raise mismatch([part.number])
    numbers = range(1, max([count, *sent, *named]) + 1)
    unsent, unnamed = [n for n in numbers if n not in sent], [n for n in numbers if n in sent and n not in named]
    if unsent or unnamed:
        why = f"part {unsent[0]} has not arrived" if unsent else f"part {unnamed[0]} has arrived and is not named"
        message = f"The upload cannot be completed: {why}"
        raise InvalidRequest(message, code="multipart_part_missing", missing=unsent[:MOST_NAMED], unnamed=unnamed[:MOST_NAMED])
    if wrong := [number for number in numbers if (number, named[number]) not in here]:
        raise mismatch(wrong)
    found = [here[number, named[number]] for number in numbers]
    sizes = {part.number: part.size for part in said}
    if other := [part for part in found if sizes[part.number] not in (0, part.size)]:
        message = f"Part {other[0].number} has {other[0].size:,} bytes, and must have {sizes[other[0].number]:,}"
        raise InvalidRequest(message, code="multipart_part_size_mismatch", parts=[part.number for part in other[:MOST_NAMED]])
    if small := [part for part in found[:-1] if part.size < SMALLEST]:
        message = f"Every part but the last must have at least {SMALLEST:,} bytes; part {small[0].number} has {small[0].size:,}"
        raise InvalidRequest(message, code="multipart_part_too_small", parts=[p.number for p in small[:MOST_NAMED]], minBytes=SMALLEST)
    return found


def plain(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')


def mismatch(numbers: Sequence[int]) -> InvalidRequest:
    message = f"Part {numbers[0]} is not the one of this ETag: send it again, and use the ETag of that answer"
    return InvalidRequest(message, code="multipart_etag_mismatch", parts=list(numbers[:MOST_NAMED]))


def unknown_upload() -> NotFound:
    return NotFound("There is no such upload: it was completed, aborted, or took too long", code="multipart_upload_not_found")
