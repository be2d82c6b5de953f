"""Posts at both edges of all that a provider declares, and one past them: made from its rules, each with a name to be told by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from socialclaw.providers.base import Provider
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import Shape
from tests.networks.stage import Stage

NO_TEXT, LETTER, LONGEST = "no text", "one letter", "longest text"
Change = Callable[[Stage, Draft], Draft]
"""`change(stage, plain)`: the plain post, changed in one way."""


def plain(stage: Stage, account: Account) -> Draft:
    """The simplest post there is."""
    draft = worded(Draft(settings=stage.settled(account.type), target_type=account.type), "Good morning")
    if not stage.provider.rules.media_required:
        return draft
    return replace(draft, media=(stage.media(stage.provider.rules.shapes[0].kind, 0),))


def worded(draft: Draft, text: str) -> Draft:
    """The draft with this text. Where posts have a title, its first line is that."""
    return replace(draft, text=text, name="", description=text)


def longest(rules: Rules, shape: Shape | None) -> str:
    """The longest text there is beside such files (None: beside none), below the longest title where there must be one."""
    most = (shape and (shape.max_text or rules.max_caption)) or rules.max_text
    assert most is not None, "a text without a limit is not a description of a network"
    title = "t" * (rules.max_title or 1) + "\n\n" if rules.title == "required" else ""
    return title + "a" * most


@dataclass(frozen=True)
class Edge:
    """A post that a provider must take: its files, by kind and in order, and how much text."""

    kinds: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{named(self.kinds)}, {self.text}"

    def draft(self, stage: Stage, account: Account) -> Draft:
        rules = stage.provider.rules
        alt = "What there is to see on this {}" if rules.max_alt else ""
        files = tuple(stage.media(kind, number, alt=alt.format(kind)) for number, kind in enumerate(self.kinds))
        words = {NO_TEXT: "", LETTER: "a", LONGEST: longest(rules, rules.shape(files)) if self.text == LONGEST else ""}
        fine = Draft(settings=stage.settled(account.type), target_type=account.type)
        return worded(replace(fine, media=files), words[self.text])


def named(kinds: Sequence[str]) -> str:
    """Files in words: `4 image + 1 video`, in the order in which each kind first comes."""
    return " + ".join(f"{count} {kind}" for kind, count in Counter(kinds).items()) or "no files"


def edges(provider: Provider) -> list[Edge]:
    """The fewest and the most files of each mix, with the shortest text and the longest."""
    rules, found = provider.rules, list[Edge]()
    texts = (LETTER, LONGEST) if rules.title == "required" else (NO_TEXT, LETTER, LONGEST)
    for mix in rules.combinations:
        found += [Edge((kind,) * count, text) for kind in mix.counts for count in sorted({1, most(mix, kind)}) for text in texts]
        if len(mix.counts) > 1:
            found += [Edge(dealt(mix, first), text) for first in mix.counts for text in texts[-2:]]
    if not rules.media_required:
        found += [Edge((), LETTER), Edge((), LONGEST)]
    return list(dict.fromkeys(found))


def most(mix: Mix, kind: str) -> int:
    return min(mix.counts[kind], mix.most or mix.counts[kind])


def dealt(mix: Mix, first: str) -> tuple[str, ...]:
    """As many files as a mix takes, of all its kinds in turn, beginning with one."""
    order, left, found = [first, *(kind for kind in mix.counts if kind != first)], dict(mix.counts), list[str]()
    whole = min(mix.most or sum(left.values()), sum(left.values()))
    while len(found) < whole:
        for kind in order:
            if left[kind] and len(found) < whole:
                found.append(kind)
                left[kind] -= 1
    return tuple(found)


def too_many(rules: Rules) -> list[tuple[str, ...]]:
    """Files that no mix takes: one more of each kind than there may be, one more than a full mix, kinds that do not go together."""
    kinds = [shape.kind for shape in rules.shapes]
    tried = [(kind,) * (most(mix, kind) + 1) for mix in rules.combinations for kind in mix.counts]
    tried += [(*dealt(mix, first), kind) for mix in rules.combinations for first in mix.counts for kind in kinds]
    tried += [*combinations(kinds, 2)]
    return [files for files in dict.fromkeys(tried) if not any(_within(files, mix) for mix in rules.combinations)]


def _within(files: Sequence[str], mix: Mix) -> bool:
    return len(files) <= (mix.most or len(files)) and all(count <= mix.counts.get(kind, 0) for kind, count in Counter(files).items())


def within(provider: Provider) -> dict[str, Change]:
    """The last figure that is taken, of each bound of a file."""
    rules, found = provider.rules, dict[str, Change]()
    for shape in rules.shapes:
        if shape.max_title:
            found[f"{shape.kind}, longest title"] = partial(_titled, shape=shape, length=shape.max_title)
        if shape.max_bytes is not None:
            found[f"{shape.kind}, most bytes"] = partial(_of_file, shape=shape, change=lambda m, s: replace(m, size=s.max_bytes))
        if rules.max_alt:
            found[f"{shape.kind}, longest alt text"] = partial(
                _of_file, shape=shape, change=lambda m, _: replace(m, alt="a" * (rules.max_alt or 0))
            )
    return found


def past(provider: Provider) -> dict[str, Change]:
    """One past each edge, and what no provider takes."""
    rules = provider.rules
    found: dict[str, Change] = {
        "nothing at all": lambda stage, fine: replace(worded(fine, ""), media=()),
        "an unknown setting": lambda stage, fine: replace(fine, settings={**fine.settings, "nonsense": 1}),
        "an unknown interaction": lambda stage, fine: replace(fine, interaction="nonsense"),
        "text one too long": lambda stage, fine: worded(fine, longest(rules, rules.shape(fine.media)) + "a"),
    }
    if rules.interactions != ("reply",):
        found["a reply to nothing"] = lambda stage, fine: replace(fine, interaction="reply")
    if rules.media_required:
        found["no files"] = lambda stage, fine: replace(fine, media=())
    if rules.title == "required":
        found["title one too long"] = lambda stage, fine: worded(fine, "t" * ((rules.max_title or 0) + 1))
    for kind in sorted({"image", "video", "other"} - {shape.kind for shape in rules.shapes}):
        found[f"a file of kind {kind}"] = partial(_foreign, kind=kind)
    for files in too_many(rules):
        found[f"files: {named(files)}"] = partial(_with_files, kinds=files)
    for shape in rules.shapes:
        found |= {f"{shape.kind}, {name}": change for name, change in _past_shape(rules, shape)}
    return found


def _past_shape(rules: Rules, shape: Shape) -> Iterator[tuple[str, Change]]:
    words = longest(rules, shape) + "a"
    yield "text one too long", lambda stage, fine: worded(_with_files(stage, fine, kinds=(shape.kind,)), words)
    if shape.max_title:
        yield "title one too long", partial(_titled, shape=shape, length=shape.max_title + 1)
    if shape.max_bytes is not None:
        yield "one byte too many", partial(_of_file, shape=shape, change=lambda m, s: replace(m, size=(s.max_bytes or 0) + 1))
    if rules.max_alt:
        yield "alt text one too long", partial(_of_file, shape=shape, change=lambda m, _: replace(m, alt="a" * ((rules.max_alt or 0) + 1)))
    sample = Media("m", shape.kind)
    for index, (name, _) in enumerate(beyond(sample, shape)):
        yield name, partial(_of_file, shape=shape, change=lambda m, s, index=index: [*beyond(m, s)][index][1])


def _of_file(stage: Stage, fine: Draft, *, shape: Shape, change: Callable[[Media, Shape], Media]) -> Draft:
    return worded(replace(fine, media=(change(stage.media(shape.kind, 0), shape),)), "a")


def _with_files(stage: Stage, fine: Draft, *, kinds: Sequence[str]) -> Draft:
    return replace(fine, media=tuple(stage.media(kind, number) for number, kind in enumerate(kinds)))


def _titled(stage: Stage, fine: Draft, *, shape: Shape, length: int) -> Draft:
    return replace(_with_files(stage, fine, kinds=(shape.kind,)), name="t" * length)


def _foreign(stage: Stage, fine: Draft, *, kind: str) -> Draft:
    file = stage.media(kind, 0) if kind != "other" else Media("m", "other", url="https://media.example/a.pdf")
    return replace(fine, media=(file,))


def beyond(file: Media, shape: Shape) -> Iterable[tuple[str, Media]]:
    """The file, in every way one past a bound of its shape, and which."""
    for name, (least, most) in (("width", shape.width), ("height", shape.height), ("duration", shape.seconds)):
        if least:
            yield f"{name} one too little", replace(file, **{name: least - 1})
        if most:
            yield f"{name} one too much", replace(file, **{name: most + 1})
    low, high = shape.aspect
    if low:
        yield "too upright", replace(file, width=max(1, int(1000 * low) - 10), height=1000)
    if high:
        yield "too wide", replace(file, width=int(1000 * high) + 10, height=1000)
    if shape.frames[0]:
        yield "frame rate one too low", replace(file, frame_rate=shape.frames[0] - 1)
    if shape.frames[1]:
        yield "frame rate one too high", replace(file, frame_rate=shape.frames[1] + 1)
    if shape.long_side[1]:
        yield "longer side one too long", replace(file, width=shape.long_side[1] + 1, height=shape.long_side[1])
    if shape.mimes:
        yield "another type", replace(file, mime=f"{shape.kind}/x-nonsense")
    if shape.video_codecs:
        yield "another video codec", replace(file, video_codec="nonsense")
    if shape.audio_codecs:
        yield "another audio codec", replace(file, audio_codec="nonsense")
