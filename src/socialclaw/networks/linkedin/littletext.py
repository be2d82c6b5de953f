r"""LinkedIn's "little text", the format of a post's commentary: reserved signs are literal only behind a backslash. Pure.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format. An unescaped bracket cuts the
public text off without a word. A `#` before a letter or digit is left alone, so that hashtags stay hashtags.
"""

from __future__ import annotations

import re

from socialclaw.providers.spelling import nfc

_RESERVED = re.compile(r"[|{}@\[\]()<>\\*_~]|#(?![^\W_])")
_HASHTAG = re.compile(r"\{hashtag\|\\?#\|([^}|]*)\}")
_ESCAPED = re.compile(r"\\([|{}@\[\]()<>#\\*_~])")


def escaped(text: str) -> str:
    """The text as a commentary that shows exactly it."""
    return _RESERVED.sub(lambda found: "\\" + found[0], text)


def plain(commentary: str) -> str:
    """What a commentary shows, in one spelling: for comparing."""
    shown = _ESCAPED.sub(r"\1", _HASHTAG.sub(r"#\1", commentary))
    return nfc(shown).replace("\r\n", "\n").strip()
