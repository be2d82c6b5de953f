"""What a post may contain, as data; and the one function that judges a post by it.

Codes follow the pattern `<prefix>_<rule>`; a network whose code breaks the pattern names it in `Rules.codes`.
The order in which rules are judged is public (the first problem is the answer's `code`), so it is data too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from socialclaw.providers.draft import Draft, Media, is_ours, titled
from socialclaw.providers.issues import Issue, shown
from socialclaw.providers.shapes import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, Shape, extension_of, judge_facts

Check = Callable[[Draft], Sequence[Issue]]


# The order in which the rules of a post are judged unless a network's own order differs.
ORDER = ("interaction", "required", "limit", "kinds", "mix", "size", "text", "extension", "parent")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a provider takes. `shapes` are alternatives; a draft must fit one of them, or have no media.

    `mixed`: images and videos may stand together. `title`: a post has a title of its own ("optional", or "required": then a post
    without a name takes its first line), and `max_text` is for what stands below it.
    """

    shapes: tuple[Shape, ...] = ()
    interactions: tuple[str, ...] = ("post",)
    max_text: int | None = None
    max_caption: int | None = None  # where text beside media is shorter
    measure: Callable[[str], int] | None = None  # how long a text is; characters where None
    text_unit: str = "characters"
    media_required: bool = False
    mixed: bool = False
    title: str = ""  # "" | "optional" | "required"
    max_title: int | None = None
    max_alt: int | None = None
    checks_extension: bool = False
    most: int | None = None  # of files in a post; the largest shape where None
    plain_text: int = 0  # an ASCII text of so many characters, with at most one file of unknown dimensions, is nothing to `Provider.extra`
    order: tuple[str, ...] = ORDER
    codes: Mapping[str, str] = field(default_factory=dict)  # rule -> code, where it breaks the pattern
    prefix: str = ""  # of codes; the provider's key where empty

    def code(self, rule: str, prefix: str) -> str:
        return self.codes.get(rule) or f"{self.prefix or prefix}_{rule}"

    @property
    def limit(self) -> int:
        return self.most if self.most is not None else max((s.most for s in self.shapes), default=0)

    def length(self, text: str) -> int:
        return self.measure(text) if self.measure else len(text)

    def shape(self, media: Sequence[Media]) -> Shape | None:
        """The shape that these files fit by kind, or None."""
        kinds = {m.kind for m in media}
        return next((s for s in self.shapes if kinds == {s.kind} and len(media) <= s.most), None)

    def parts(self, draft: Draft) -> tuple[str, str]:
        """The title (empty where there is none) and the text that `max_text` is for."""
        if (shape := self.shape(draft.media)) and shape.max_title:
            return draft.name, draft.description
        match self.title:
            case "required":
                return titled(draft)
            case "optional":
                return draft.name, draft.description
        return "", draft.text

    def text_limits(self, draft: Draft) -> tuple[int | None, int | None]:
        """How long the title and the text may be beside these files; None where there is no limit (or no title)."""
        shape = self.shape(draft.media)
        caption = self.max_caption if draft.media else None
        return (shape.max_title if shape else None) or self.max_title, (shape.max_text if shape else None) or caption or self.max_text

    @property
    def texts_differ(self) -> bool:
        """Whether how a text is judged depends on the kind of files beside it."""
        return any(shape.max_text or shape.max_title for shape in self.shapes)


def check(draft: Draft, rules: Rules, *, prefix: str) -> Iterator[Issue]:
    """Everything wrong with this draft but its settings, in the provider's order."""
    for rule in rules.order:
        yield from _RULES[rule](draft, rules, prefix)


def _interaction(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    if draft.interaction not in rules.interactions:
        yield Issue(rules.code("interaction_unsupported", prefix), f"This provider takes no {shown(draft.interaction)}", "interaction_type")


def _required(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    if rules.media_required and not draft.media:
        yield Issue(rules.code("media_required", prefix), f"This provider needs media: {_allowed(rules)}", "assets")
    elif not draft.media and not draft.text:
        yield Issue(rules.code("text_or_media_required", prefix), "Write something or attach something")


def _limit(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    count = len(draft.media)
    if count > rules.limit:
        message = f"This provider takes {_allowed(rules)}; this post has {count} files"
        yield Issue(rules.code("media_limit_exceeded", prefix), message, "assets", {"count": count, "maxItems": rules.limit})


def _kinds(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    """One of several files may have a code of its own: `several_unsupported` in `Rules.codes`."""
    kinds = {s.kind for s in rules.shapes}
    rule = "several_unsupported" if len(draft.media) > 1 and "several_unsupported" in rules.codes else "media_unsupported"
    for index, m in enumerate(draft.media):
        if m.kind not in kinds:
            message = f"This provider takes {_allowed(rules)}; {shown(m.filename or m.url)} is neither by its kind nor by its extension"
            yield Issue(rules.code(rule, prefix), message, f"assets[{index}]", {"assetId": m.id, "url": m.url})


def _mix(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    known = [m.kind for m in draft.media if m.kind != "other"]
    most = {s.kind: s.most for s in rules.shapes}
    first = "limit" not in rules.order or rules.order.index("mix") < rules.order.index("limit")
    if len(known) <= 1 or (len(known) > rules.limit and not first) or rules.mixed:
        return
    if len(set(known)) > 1 or (len(known) > most.get(known[0], 0) < rules.limit):
        yield Issue(rules.code("multi_video_unsupported", prefix), f"This provider takes {_allowed(rules)}, not mixed", "assets")


def _size(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    """Bytes, and every other fact of a file that its shape has a bound for."""
    shapes = {s.kind: s for s in rules.shapes}
    for index, m in enumerate(draft.media):
        if (shape := shapes.get(m.kind)) is None:
            continue
        limit = shape.max_bytes
        if m.size and limit and m.size > limit:
            code = rules.code(f"{m.kind}_too_large", prefix)
            details = {"size": m.size, "maxBytes": limit, "assetId": m.id, "url": m.url}
            yield Issue(code, f"The {m.kind} has {m.size:,} bytes; the limit is {limit:,}", f"assets[{index}]", details)
        if shape.judges_facts:
            for rule, issue in judge_facts(m, shape):
                details = {**issue.details, "assetId": m.id, "url": m.url}
                yield Issue(rules.code(f"{m.kind}_{rule}", prefix), issue.message, f"assets[{index}]", details)


def _title(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    title, _ = rules.parts(draft)
    most, _ = rules.text_limits(draft)
    if rules.title == "required" and not title:
        yield Issue(rules.code("title_required", prefix), "This provider needs a title: give the post a name", "name")
    if most and len(title) > most:
        where = "name" if draft.name else "description"
        message = f"The title has {len(title)} characters; the limit is {most}"
        yield Issue(rules.code("title_too_long", prefix), message, where, {"length": len(title), "maxLength": most})


def _text(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    longest_title, most = rules.text_limits(draft)
    if rules.title or longest_title:
        yield from _title(draft, rules, prefix)
    if most and (length := rules.length(rules.parts(draft)[1])) > most:
        message = f"The text has {length} {rules.text_unit}; the limit {'beside media ' if most != rules.max_text else ''}is {most}"
        yield Issue(rules.code("text_too_long", prefix), message, "description", {"length": length, "maxLength": most})
    if rules.max_alt:
        for index, m in enumerate(draft.media):
            if len(m.alt) > rules.max_alt:
                message = f"The alt text has {len(m.alt)} characters; the limit is {rules.max_alt}"
                yield Issue(rules.code("alt_text_too_long", prefix), message, f"assets[{index}].altText", {"maxLength": rules.max_alt})


def _extension(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    """Looks only at the first media URL, and only if that has an extension. What our own files are is known, whatever they are called."""
    if not rules.checks_extension or not draft.media or draft.media[0].kind == "other" or is_ours(draft.media[0]):
        return
    extension = extension_of(draft.media[0].url)
    if extension and extension not in IMAGE_EXTENSIONS | VIDEO_EXTENSIONS:
        message = f"This provider takes no .{shown(extension)} file"
        yield Issue(rules.code("media_unsupported", prefix), message, "assets[0]", {"url": draft.media[0].url})


def _parent(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    if draft.interaction == "reply" and "reply" in rules.interactions and not (draft.parent or draft.reply_to):
        yield Issue(rules.code("reply_parent_required", prefix), "A reply needs a parent step or a post to reply to", "reply_to_step_id")


_RULES = {
    "interaction": _interaction,
    "required": _required,
    "limit": _limit,
    "kinds": _kinds,
    "mix": _mix,
    "size": _size,
    "text": _text,
    "extension": _extension,
    "parent": _parent,
}


def _allowed(rules: Rules) -> str:
    return " or ".join(map(str, rules.shapes)) or "no media"
