"""One spelling of a text: Unicode's composed form, for counting and comparing."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

# Marks that follow each other are put in order one by one, which takes their number times their number: long rows are sorted beforehand.
_ROW = re.compile(r"[^\w\s\x00-\x7f]{64,}")


def nfc(text: str) -> str:
    """The text in Normalization Form C."""
    return text if text.isascii() else unicodedata.normalize("NFC", _ROW.sub(_sorted, text))


def _sorted(row: re.Match[str]) -> str:
    """The same row, canonically equivalent, with its marks in their order."""
    taken_apart = (mark for character in row[0] for mark in unicodedata.normalize("NFD", character))
    return "".join(mark for _, marks in groupby(taken_apart, key=_is_mark) for mark in sorted(marks, key=unicodedata.combining))


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) > 0
