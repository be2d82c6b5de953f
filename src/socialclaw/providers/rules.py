"""What a post may contain, as data. What is not said here is refused: a post fits if one mix takes all its files.

Codes follow the pattern `<prefix>_<rule>`; a network whose code breaks the pattern names it in `Rules.codes`.
The order in which rules are judged is public (the first problem is the answer's `code`), so it is data too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from socialclaw.providers.draft import Draft, Media, titled
from socialclaw.providers.issues import Issue
from socialclaw.providers.shapes import Shape

Check = Callable[[Draft], Sequence[Issue]]


# The order in which the rules of a post are judged unless a network's own order differs.
ORDER = ("interaction", "required", "limit", "kinds", "mix", "size", "text", "extension", "parent")


@dataclass(frozen=True, slots=True)
class Mix:
    """Files that one post may have together: up to so many of each kind, and up to `most` in all (their sum where 0)."""

    counts: Mapping[str, int]
    most: int = 0

    @property
    def limit(self) -> int:
        return min(self.most or sum(self.counts.values()), sum(self.counts.values()))

    def takes(self, kinds: Iterable[str]) -> bool:
        found = Counter(kinds)
        return found.total() <= self.limit and all(count <= self.counts.get(kind, 0) for kind, count in found.items())

    def __str__(self) -> str:
        most = {kind: min(count, self.limit) for kind, count in self.counts.items()}
        if len(most) == 1 or set(most.values()) == {self.limit}:
            words = " and ".join(_files(kind, self.limit) for kind in most)
            return f"{'1 to ' if self.limit > 1 else ''}{self.limit} {words}"
        together = " and ".join(f"{count} {_files(kind, count)}" for kind, count in most.items())
        return f"up to {together} together" + (f" ({self.limit} files at most)" if self.limit < sum(most.values()) else "")


def _files(kind: str, count: int) -> str:
    return f"{'other file' if kind == 'other' else kind}{'s' if count > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a provider takes. `shapes` say what a file of each kind must be, `mixes` which files may stand together: alternatives.

    Without `mixes` a post has one file. `title`: a post has a title of its own ("optional", or "required": then a post without a name
    takes its first line), and `max_text` is for what stands below it.
    """

    shapes: tuple[Shape, ...] = ()
    mixes: tuple[Mix, ...] = ()
    interactions: tuple[str, ...] = ("post",)
    max_text: int | None = None
    max_caption: int | None = None  # where text beside media is shorter
    measure: Callable[[str], int] | None = None  # how long a text is; characters where None
    text_unit: str = "characters"
    media_required: bool = False
    title: str = ""  # "" | "optional" | "required"
    max_title: int | None = None
    max_alt: int | None = None
    checks_extension: bool = False
    order: tuple[str, ...] = ORDER
    codes: Mapping[str, str] = field(default_factory=dict)  # rule -> code, where it breaks the pattern
    prefix: str = ""  # of codes; the provider's key where empty

    texts_differ: bool = field(init=False, default=False)  # how a text is judged depends on the kind of files beside it

    def __post_init__(self) -> None:
        """What would be passed over in silence is a mistake of who describes a network."""
        object.__setattr__(self, "texts_differ", any(shape.max_text or shape.max_title for shape in self.shapes))
        if self.mixes and {s.kind for s in self.shapes} != {kind for mix in self.mixes for kind in mix.counts}:
            raise ValueError("each kind of file needs a shape that bounds it, and a mix that takes it")
        if self.order and self.limit > 1 and not {"limit", "mix"} <= set(self.order):
            raise ValueError("where a post may have several files, the order must have the rules limit and mix")

    def code(self, rule: str, prefix: str) -> str:
        return self.codes.get(rule) or f"{self.prefix or prefix}_{rule}"

    @property
    def combinations(self) -> tuple[Mix, ...]:
        return self.mixes or tuple(Mix({shape.kind: 1}) for shape in self.shapes)

    @property
    def limit(self) -> int:
        """How many files a post may have."""
        return max((mix.limit for mix in self.combinations), default=0)

    def most(self, kind: str) -> int:
        """How many files of one kind a post may have."""
        return max((min(mix.counts.get(kind, 0), mix.limit) for mix in self.combinations), default=0)

    @property
    def mixed(self) -> bool:
        """Whether files of several kinds may stand together."""
        return any(len(mix.counts) > 1 for mix in self.mixes)

    @property
    def allowed(self) -> str:
        """The files that a post may have, in words."""
        return " or ".join(map(str, self.combinations)) or "no media"

    def length(self, text: str) -> int:
        return self.measure(text) if self.measure else len(text)

    def shape(self, media: Sequence[Media]) -> Shape | None:
        """The shape that all of these files fit by kind and number, or None."""
        kinds = {m.kind for m in media}
        shape = next((s for s in self.shapes if kinds == {s.kind}), None)
        return shape if shape and len(media) <= self.most(shape.kind) else None

    def parts(self, draft: Draft) -> tuple[str, str]:
        """The title (empty where there is none) and the text that `max_text` is for."""
        if self.texts_differ and (shape := self.shape(draft.media)) and shape.max_title:
            return draft.name, draft.description
        match self.title:
            case "required":
                return titled(draft)
            case "optional":
                return draft.name, draft.description
        return "", draft.text

    def text_limits(self, draft: Draft) -> tuple[int | None, int | None]:
        """How long the title and the text may be beside these files; None where there is no limit (or no title)."""
        shape = self.shape(draft.media) if self.texts_differ else None
        caption = self.max_caption if draft.media else None
        return (shape.max_title if shape else None) or self.max_title, (shape.max_text if shape else None) or caption or self.max_text
