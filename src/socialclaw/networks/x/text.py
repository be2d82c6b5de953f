"""How long a text is on X, and what in it becomes a link. Pure; linear in the text, whatever it holds.

The rules are twitter-text's version 3 (https://docs.x.com/fundamentals/counting-characters): the text is NFC; most scripts weigh
1 a character and the others 2; an emoji of any length weighs 2; a link weighs 23, whether or not it has a scheme.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

from socialclaw.networks.x.paths import LATIN, Paths
from socialclaw.providers.spelling import nfc

LIMIT = 280
LINK_WEIGHT = 23
LONGEST_LINK = 4096
LONGEST_SLUG = 40  # of t.co
LONGEST_LABEL = 255  # characters of a host's label, before they are written in the 63 that DNS has for it
# More characters than these, outside links and with them, never fit (140 emoji, each shorter than 20 code points; 12 links).
HOPELESS = 20 * LIMIT // 2
HOPELESS_WITH_LINKS = HOPELESS + LIMIT // LINK_WEIGHT * LONGEST_LINK

_DOT = re.compile(r"\.(?=\w)")
_HEAVY = re.compile("[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")

# What a host may consist of: all but punctuation, blanks, invalid characters and directional marks.
_RUN = re.compile(
    r"[^!'#%&()*+,\\/:;<=>?@\[\]^{|}~$＠＃\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    r"\ufffe\ufeff\uffff\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069]++"
)
_SCHEME = re.compile(r"(?:^|[^a-z0-9@＠$#＃])https?://$", re.IGNORECASE)
_BARE_HOST = re.compile(rf"(?<![a-z0-9{LATIN}-])(?:[a-z0-9{LATIN}-]++\.)++", re.IGNORECASE)
_LABEL = re.compile(r"[^_.-](?:[^.]*[^_.-])?")
_NAME = re.compile(r"[^_.-](?:[^._]*[^_.-])?")
_PUNYCODE = re.compile(r"xn--[-0-9a-z]++", re.IGNORECASE)
_PORT = re.compile(r":[0-9]+")
_TCO = re.compile(r"https?://t\.co/([a-z0-9]+)", re.IGNORECASE)

_CASHTAG = re.compile(r"(?<![^\s\u200e\u200f\u202a-\u202e])\$[a-z]{1,6}+(?:[._][a-z]{1,2}+)?(?=\s|[^\w\s$]|\Z)", re.IGNORECASE)

_BASE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_ONE = f"{_BASE}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
_EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*+")


def cashtags(text: str) -> int:
    """How many signs of shares a text has, as twitter-text sees them: `$AAPL`, `$BRK.B`."""
    return sum(1 for _ in _CASHTAG.finditer(text)) if "$" in text else 0


def measure(text: str) -> int:
    """The weighted length; where a bound that costs next to nothing is within the limit already, that bound."""
    bound = len(text)
    if not text.isascii():
        if nfc(text) != text:
            return weigh(text)
        bound += len(_HEAVY.findall(text)) + text.count("\u00a9") + text.count("\u00ae")  # as emoji these two weigh 2
    if bound <= LIMIT and "." in text:
        bound += LINK_WEIGHT * len(_DOT.findall(text))
    return bound if bound <= LIMIT else weigh(text)


def weigh(text: str) -> int:
    """The weighted length. Of a text that is far too long, links and emoji are not sought out: each character counts by itself."""
    text = re.sub(r"\r\n?", "\n", nfc(text))
    if len(text) > HOPELESS_WITH_LINKS:
        return len(text) + len(_HEAVY.findall(text))
    total, position, rest = 0, 0, list[str]()
    for start, end in links(text):
        total += LINK_WEIGHT
        rest.append(text[position:start])
        position = end
    rest.append(text[position:])
    hopeless = sum(map(len, rest)) > HOPELESS
    for piece in rest:
        if not piece.isascii() and not hopeless:
            piece, emoji = _EMOJI.subn("", piece)
            total += 2 * emoji
        total += len(piece) + len(_HEAVY.findall(piece))
    return total


def links(text: str) -> Iterator[tuple[int, int]]:
    """Where the links of an NFC text begin and end, as X sees them."""
    position, paths = 0, Paths(text)
    while run := _RUN.search(text, position):
        start, position = run.span()
        if "." not in run[0]:
            continue
        if _SCHEME.search(text, max(0, start - 9), start):
            before = start - (8 if text[start - 4] in "sS" else 7)
            if link := _with_scheme(text, before, start, position, paths):
                yield link
                position = link[1]
        else:
            for link in _bare(text, start, position, paths):
                yield link
                position = link[1] if link[1] > position else position


def _with_scheme(text: str, before: int, start: int, end: int, paths: Paths) -> tuple[int, int] | None:
    host_end = _host_end(text, start, end)
    if host_end is None:
        return None
    stop = _tail(text, host_end, paths)
    if (slug := _TCO.match(text, before, stop)) is not None:
        if len(slug[1]) > LONGEST_SLUG:
            return None
        stop = slug.end()
        stop = paths.query(stop) or stop
    return (before, stop) if stop - before <= LONGEST_LINK else None


def _bare(text: str, start: int, end: int, paths: Paths) -> Iterator[tuple[int, int]]:
    """Links without a scheme: their hosts are of Latin letters. Port and query belong to them only after a path."""
    for found in _BARE_HOST.finditer(text, start, end):
        first = found.start()
        if first and text[first - 1] in "@＠$#＃/-_.":
            continue
        next_dot = text.find(".", found.end(), end)
        host_end = _host_end(text, first, end if next_dot < 0 else next_dot)
        if host_end is not None:
            leads_on = text.startswith("/", _after_port(text, host_end))
            stop = _tail(text, host_end, paths) if leads_on else host_end
            if stop - first <= LONGEST_LINK:
                yield first, stop


def _host_end(text: str, start: int, end: int) -> int | None:
    """Where the longest host that begins at `start` ends: labels, then a name, then a top-level domain."""
    dots = [i for i in range(start, end) if text[i] == "."]
    starts = [start, *(i + 1 for i in dots)]
    valid = 0  # how many labels from the left may stand before others
    while valid < len(dots) and _LABEL.fullmatch(text, starts[valid], dots[valid]) and _resolves(text[starts[valid] : dots[valid]]):
        valid += 1
    for index in range(min(valid, len(dots)), 0, -1):
        stop = _tld_end(text, starts[index], dots[index] if index < len(dots) else end)
        if stop and _NAME.fullmatch(text, starts[index - 1], dots[index - 1]) and _resolves(text[starts[index] : stop], last=True):
            return stop
    return None


def _tld_end(text: str, start: int, end: int) -> int | None:
    if found := _PUNYCODE.match(text, start, end):
        return found.end()
    known, longest = tlds()
    label = text[start : min(end, start + longest)]
    for length in range(len(label), 0, -1):
        following = text[start + length : start + length + 1]
        if label[:length].lower() in known and not (following.isascii() and (following.isalnum() or following in ("@", "+", "-"))):
            return start + length
    return None


def _resolves(label: str, *, last: bool = False) -> bool:
    """Whether a label can be written in DNS, as the last of a host or before others."""
    if label.isascii():
        return 0 < len(label) <= 63
    try:
        return len(label) <= LONGEST_LABEL and bool((label if last else f"{label}.com").encode("idna"))
    except UnicodeError:
        return False


def _after_port(text: str, position: int) -> int:
    found = _PORT.match(text, position)
    return found.end() if found else position


def _tail(text: str, position: int, paths: Paths) -> int:
    """Where port, path and query end that follow a host."""
    position = paths.path(_after_port(text, position))
    return paths.query(position) or position


@cache
def tlds() -> tuple[frozenset[str], int]:
    """Every top-level domain, and the length of the longest."""
    lines = resources.files(__package__).joinpath("tlds.txt").read_text("utf-8").splitlines()
    words = frozenset(word for line in lines if not line.startswith("#") for word in line.split())
    return words, max(map(len, words))
