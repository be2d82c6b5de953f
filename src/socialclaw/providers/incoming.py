"""What somebody else sent, read so that nothing in it can be too much: JSON, numbers and the hosts of URLs.

Python refuses to make a number of more than 4,300 digits, breaks off in JSON that is nested too deeply, and lets a text hold half a
character; each would come to light as an error of ours, far from where it came in.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

MOST_DIGITS = 18  # what no counter, size, id or time of a network has more of, and every database holds


def json_of(content: bytes | str) -> Any:
    """What JSON text holds. ValueError where it is not JSON, nested too deeply, or holds half of a surrogate pair."""
    try:
        found = json.loads(content, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if (b"\\u" if isinstance(content, bytes) else "\\u") in content:  # type: ignore[operator]
        json.dumps(found, ensure_ascii=False).encode()  # a UnicodeEncodeError is a ValueError
    return found


def number_of(text: object, *, most: int = MOST_DIGITS) -> int | None:
    """A whole number of so many digits at most, as text or as a number; None where it is none."""
    written = str(text) if isinstance(text, str) or _is_whole(text) else ""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= most else None


def url_of(text: str) -> SplitResult:
    """The parts of a URL; all of them empty where it is none."""
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**MOST_DIGITS


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")
