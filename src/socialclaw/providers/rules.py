"""What a post may contain, as data; and the one function that judges a post by it.

Codes follow the pattern `<prefix>_<rule>`; a network whose code breaks the pattern names it in `Rules.codes`.
The order in which rules are judged is public (the first problem is the answer's `code`), so it is data too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from socialclaw.providers.draft import Draft, Media

KB, MB, GB = 1024, 1024 * 1024, 1024 * 1024 * 1024

IMAGE_EXTENSIONS = frozenset({"jpg", "jpeg", "png", "webp"})
VIDEO_EXTENSIONS = frozenset({"mp4", "mov", "webm", "m4v"})
KINDS = {**dict.fromkeys(IMAGE_EXTENSIONS, "image"), **dict.fromkeys(VIDEO_EXTENSIONS, "video")}

MOST_UNKNOWN = 50  # unknown settings that are listed one by one
MOST_NUMBER = 2**53  # beyond it, JSON readers disagree


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a post. `path` is below the post, e.g. `settings.parseMode`."""

    code: str
    message: str
    path: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[Draft], Sequence[Issue]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One allowed combination of media, e.g. one to four images."""

    kind: str  # "image" | "video"
    most: int = 1
    least: int = 1
    max_bytes: int | None = None
    mimes: tuple[str, ...] = ()

    def __str__(self) -> str:
        count = str(self.most) if self.least == self.most else f"{self.least} to {self.most}"
        return f"{count} {self.kind}{'s' if self.most > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Setting:
    """One per-post option: it describes itself to clients and checks what they send."""

    id: str
    type: str = "string"  # "enum" | "boolean" | "string" | "number"
    options: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    description: str = ""
    min: float | None = None
    aliases: tuple[str, ...] = ()
    lower: bool = False  # options are compared in lower case
    strict: bool = True  # a boolean must be one; otherwise its truth is taken
    dropped: tuple[Any, ...] = ()  # given values that mean "not given"
    nulled: tuple[Any, ...] = ()  # given values that are stored as null
    write_default: bool = True
    code: str = ""  # of a refused value; `<prefix>_<id in snake case>_invalid` where empty
    required_code: str = ""

    def read(self, value: Any) -> Any:
        """The value as we store it; ValueError says what is wrong with it. What it returned once, it takes again."""
        if value in self.nulled or (value is None and self.nulled):
            return None
        if self.type == "enum":
            word = value.lower() if self.lower and isinstance(value, str) else value
            if word not in self.options:
                raise ValueError(f"{self.id} must be one of {', '.join(filter(None, self.options))}")
            return word
        if self.type == "boolean":
            if self.strict and not isinstance(value, bool):
                raise ValueError(f"{self.id} must be true or false")
            return bool(value)
        if self.type == "number":
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(f"{self.id} must be a number")
            if not math.isfinite(value) if isinstance(value, float) else abs(value) > MOST_NUMBER:
                raise ValueError(f"{self.id} must be a number of ordinary size")
            if self.min is not None and value < self.min:
                raise ValueError(f"{self.id} must be at least {self.min}")
            return value
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{self.id} must be text")
        return value


def snake(name: str) -> str:
    """camelCase -> snake_case, as the codes spell a setting."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


# The order in which the rules of a post are judged unless a network's own order differs.
ORDER = ("interaction", "required", "limit", "kinds", "mix", "size", "text", "extension", "parent")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a provider takes. `shapes` are alternatives; a draft must fit one of them, or have no media."""

    shapes: tuple[Shape, ...] = ()
    interactions: tuple[str, ...] = ("post",)
    max_text: int | None = None
    max_caption: int | None = None  # where text beside media is shorter
    measure: Callable[[str], int] | None = None  # how long a text is; characters where None
    text_unit: str = "characters"
    media_required: bool = False
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
    kinds = {s.kind for s in rules.shapes}
    for index, m in enumerate(draft.media):
        if m.kind not in kinds:
            message = f"This provider takes {_allowed(rules)}; {shown(m.filename or m.url)} is neither by its kind nor by its extension"
            yield Issue(rules.code("media_unsupported", prefix), message, f"assets[{index}]", {"assetId": m.id, "url": m.url})


def _mix(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    known = [m.kind for m in draft.media if m.kind != "other"]
    most = {s.kind: s.most for s in rules.shapes}
    if len(known) <= 1 or len(known) > rules.limit:
        return
    if len(set(known)) > 1 or len(known) > most.get(known[0], 0):
        yield Issue(rules.code("multi_video_unsupported", prefix), f"This provider takes {_allowed(rules)}, not mixed", "assets")


def _size(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    limits = {s.kind: s.max_bytes for s in rules.shapes}
    for index, m in enumerate(draft.media):
        limit = limits.get(m.kind)
        if m.size and limit and m.size > limit:
            code = rules.code(f"{m.kind}_too_large", prefix)
            details = {"size": m.size, "maxBytes": limit, "assetId": m.id, "url": m.url}
            yield Issue(code, f"The {m.kind} has {m.size:,} bytes; the limit is {limit:,}", f"assets[{index}]", details)


def _text(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    most = rules.max_caption if draft.media and rules.max_caption else rules.max_text
    if most and (length := rules.length(draft.text)) > most:
        message = f"The text has {length} {rules.text_unit}; the limit {'beside media ' if most == rules.max_caption else ''}is {most}"
        yield Issue(rules.code("text_too_long", prefix), message, "description", {"length": length, "maxLength": most})
    if rules.max_alt:
        for index, m in enumerate(draft.media):
            if len(m.alt) > rules.max_alt:
                message = f"The alt text has {len(m.alt)} characters; the limit is {rules.max_alt}"
                yield Issue(rules.code("alt_text_too_long", prefix), message, f"assets[{index}].altText", {"maxLength": rules.max_alt})


def _extension(draft: Draft, rules: Rules, prefix: str) -> Iterator[Issue]:
    """Looks only at the first media URL, and only if that has an extension."""
    if not rules.checks_extension or not draft.media or draft.media[0].kind == "other":
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


def settle(given: Mapping[str, Any], settings: Sequence[Setting], *, prefix: str) -> tuple[dict[str, Any], list[Issue]]:
    """The effective settings behind the given ones, and what is wrong with those."""
    if not settings:
        issue = Issue("publish_settings_unsupported", "This account type has no settings", "settings", {"allowedKeys": []})
        return {}, [issue] if given else []
    known = {name: s for s in settings for name in (s.id, *s.aliases)}
    issues = [
        Issue(
            f"{prefix}_settings_unsupported",
            f"Unknown setting {shown(name)}; allowed: {', '.join(s.id for s in settings)}",
            f"settings.{shown(name)}",
            {"allowedKeys": [s.id for s in settings]},
        )
        for name in islice((name for name in given if name not in known), MOST_UNKNOWN)
    ]
    effective: dict[str, Any] = {}
    for s in settings:
        name = next((n for n in (s.id, *s.aliases) if n in given), None)
        if name is None or given[name] in s.dropped:
            if s.required:
                code = s.required_code or f"{prefix}_{snake(s.id)}_required"
                issues.append(Issue(code, f"{s.id} is required", f"settings.{s.id}", _supported(s)))
            elif s.write_default and name is None:
                effective[s.id] = None if s.default in s.nulled else s.default
            continue
        try:
            effective[s.id] = s.read(given[name])
        except ValueError as error:
            code = s.code or f"{prefix}_{snake(s.id)}_invalid"
            issues.append(Issue(code, str(error), f"settings.{name}", _supported(s)))
    return effective, issues


def _supported(setting: Setting) -> dict[str, Any]:
    return {"supportedValues": [o for o in setting.options if o]} if setting.options else {}


def extension_of(url: str) -> str:
    """The file extension of a URL's path in lower case, without the dot; empty if it has none. Never fails."""
    path = url.partition("#")[0].partition("?")[0]
    _, scheme, rest = path.partition("://")
    name = (rest.partition("/")[2] if scheme else path).rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of_url(url: str) -> str:
    """image, video or other, by the extension of a URL without its query."""
    quick = KINDS.get(url[url.rfind(".") + 1 :])
    if quick and "?" not in url and "#" not in url and url.find("/", 8) > 0:
        return quick
    return KINDS.get(extension_of(url), "other")


def shown(text: str, most: int = 80) -> str:
    """A piece of somebody's text as a message may repeat it: short, and with nothing that cannot be written."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else "\ufffd" for c in short)


def _allowed(rules: Rules) -> str:
    return " or ".join(map(str, rules.shapes)) or "no media"
