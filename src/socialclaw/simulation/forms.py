"""The parts of a multipart form as the simulated networks read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

LONGEST_HEAD = 1024  # bytes of a part's headers that are looked at; a name and a type need a tenth of it


def parts(sections: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Head and body of each part of a form that was split at its boundary: what precedes the first and follows the last is none."""
    for section in sections[1:-1]:
        head, _, body = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        yield head[:LONGEST_HEAD], body
