"""Which known name a nearly right one means: by another case, other separators, or one slip of the fingers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

SHORTEST = 6  # of a name in which a slip is still told from another word
LONGEST = 40  # of a name that is looked at; ours are shorter
_SEPARATORS = str.maketrans("", "", "_- .")


def bare(name: str) -> str:
    """A name without what spellings differ in: `Publish-At`, `publishAt` and `publish_at` are one."""
    return name.translate(_SEPARATORS).lower()


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one is nearly; None where it is like none of them."""
    return _nearest(name, tuple(known)) if len(name) <= LONGEST else None


def unknown(names: Iterable[str], known: Collection[str]) -> list[str]:
    """Those of the names that are not among the known ones."""
    return [name for name in names if name not in known]


@lru_cache(maxsize=1024)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    word = bare(name)
    exact = next((one for one in known if bare(one) == word), None)
    if exact or len(word) < SHORTEST:
        return exact
    return next((one for one in known if len(bare(one)) >= SHORTEST - 1 and _one_slip(word, bare(one))), None)


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter is missing, added, another, or two that stand together are exchanged."""
    if abs(len(one) - len(other)) > 1:
        return False
    begin, most = 0, min(len(one), len(other))
    while begin < most and one[begin] == other[begin]:
        begin += 1
    end = 0
    while end < most - begin and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[begin : len(one) - end], other[begin : len(other) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == len(right) == 2 and left == right[::-1])
