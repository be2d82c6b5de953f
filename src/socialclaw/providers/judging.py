"""Holds a post to what a provider declares. The rules are made into one function, once for each provider, and nothing else judges by them.

A rule that can find nothing with a provider (no bound on alt texts, say) is left out of its function; each of the others looks first for
the reason to be content, because with nearly all posts nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from socialclaw.providers.draft import Draft, is_ours
from socialclaw.providers.issues import Issue, shown
from socialclaw.providers.rules import Check, Rules
from socialclaw.providers.shapes import IMAGE_EXTENSIONS, VIDEO_EXTENSIONS, extension_of, judge_facts

FINE: tuple[Issue, ...] = ()


def judge_of(rules: Rules, prefix: str) -> Callable[[Draft], list[Issue]]:
    """The function that finds everything wrong with a draft but its settings, in the provider's order."""
    made = [make(rules, prefix) for rule in rules.order for make in _RULES[rule]]
    parts = [part for part in made if part]

    def judge(draft: Draft) -> list[Issue]:
        found: list[Issue] = []
        for part in parts:
            if issues := part(draft):
                found += issues
        return found

    return judge


def check(draft: Draft, rules: Rules, *, prefix: str) -> list[Issue]:
    """The same for one draft."""
    return judge_of(rules, prefix)(draft)


def _interaction(rules: Rules, prefix: str) -> Check:
    taken, code = rules.interactions, rules.code("interaction_unsupported", prefix)

    def judge(draft: Draft) -> Sequence[Issue]:
        if draft.interaction in taken:
            return FINE
        return [Issue(code, f"This provider does not support {shown(draft.interaction)}", "interaction_type")]

    return judge


def _required(rules: Rules, prefix: str) -> Check:
    def judge(draft: Draft) -> Sequence[Issue]:
        if draft.media:
            return FINE
        if rules.media_required:
            return [Issue(rules.code("media_required", prefix), f"This provider needs media: {rules.allowed}", "assets")]
        return FINE if draft.text else [Issue(rules.code("text_or_media_required", prefix), "Write some text or attach media")]

    return judge


def _limit(rules: Rules, prefix: str) -> Check:
    limit, code = rules.limit, rules.code("media_limit_exceeded", prefix)

    def judge(draft: Draft) -> Sequence[Issue]:
        if (count := len(draft.media)) <= limit:
            return FINE
        message = f"This provider takes {rules.allowed}; this post has {count} files"
        return [Issue(code, message, "assets", {"count": count, "maxItems": limit})]

    return judge


def _kinds(rules: Rules, prefix: str) -> Check:
    """One of several files may have a code of its own: `several_unsupported` in `Rules.codes`."""
    kinds = {s.kind for s in rules.shapes}

    def judge(draft: Draft) -> Sequence[Issue]:
        return [_neither(draft, index) for index, m in enumerate(draft.media) if m.kind not in kinds] if draft.media else FINE

    def _neither(draft: Draft, index: int) -> Issue:
        m, several = draft.media[index], len(draft.media) > 1 and "several_unsupported" in rules.codes
        message = f"This provider takes {rules.allowed}; {shown(m.filename or m.url)} is none of these, going by its type and its extension"
        code = rules.code("several_unsupported" if several else "media_unsupported", prefix)
        return Issue(code, message, f"assets[{index}]", {"assetId": m.id, "url": m.url})

    return judge


def _mix(rules: Rules, prefix: str) -> Check:
    """Files that no mix takes together. Where only their number is too large, `limit` says so."""
    kinds, mixes, limit = {s.kind for s in rules.shapes}, rules.combinations, rules.limit
    code = rules.code("multi_video_unsupported", prefix)
    after_limit = "limit" in rules.order and rules.order.index("limit") < rules.order.index("mix")
    largest = [mix for mix in mixes if mix.limit == limit]

    def judge(draft: Draft) -> Sequence[Issue]:
        if len(draft.media) <= 1:
            return FINE
        known = [m.kind for m in draft.media if m.kind in kinds]
        if len(known) <= 1 or any(mix.takes(known) for mix in mixes):
            return FINE
        if len(known) > limit and (after_limit or any(set(known) <= mix.counts.keys() for mix in largest)):
            return FINE
        return [Issue(code, f"This provider takes {rules.allowed}{'' if rules.mixed else ', not mixed'}", "assets")]

    return judge


def _size(rules: Rules, prefix: str) -> Check:
    """Bytes, and every other fact of a file that its shape has a bound for."""
    shapes = {s.kind: (s, s.max_bytes, s.judges_facts) for s in rules.shapes}

    def judge(draft: Draft) -> Sequence[Issue]:
        return [*_judged(draft)] if draft.media else FINE

    def _judged(draft: Draft) -> Iterator[Issue]:
        for index, m in enumerate(draft.media):
            if m.kind not in shapes:
                continue
            shape, limit, judges_facts = shapes[m.kind]
            if shape.instead:
                shape = shape.of(m)
                limit, judges_facts = shape.max_bytes, shape.judges_facts
            if m.size and limit and m.size > limit:
                code = rules.code(f"{m.kind}_too_large", prefix)
                details = {"size": m.size, "maxBytes": limit, "assetId": m.id, "url": m.url}
                yield Issue(code, f"The {m.kind} has {m.size:,} bytes; the limit is {limit:,}", f"assets[{index}]", details)
            if judges_facts:
                for rule, issue in judge_facts(m, shape):
                    about = {**issue.details, "assetId": m.id, "url": m.url}
                    yield Issue(rules.code(f"{m.kind}_{rule}", prefix), issue.message, f"assets[{index}]", about)

    return judge


def _title(rules: Rules, prefix: str) -> Check | None:
    if not (rules.title or any(shape.max_title for shape in rules.shapes)):
        return None

    def judge(draft: Draft) -> Sequence[Issue]:
        (title, _), (most, _) = rules.parts(draft), rules.text_limits(draft)
        if rules.title == "required" and not title:
            return [Issue(rules.code("title_required", prefix), "This provider needs a title: give the post a name", "name")]
        if not most or len(title) <= most:
            return FINE
        message = f"The title has {len(title)} characters; the limit is {most}"
        where, details = "name" if draft.name else "description", {"length": len(title), "maxLength": most}
        return [Issue(rules.code("title_too_long", prefix), message, where, details)]

    return judge


def _text(rules: Rules, prefix: str) -> Check:
    def judge(draft: Draft) -> Sequence[Issue]:
        _, most = rules.text_limits(draft)
        if not most or (length := rules.length(rules.parts(draft)[1])) <= most:
            return FINE
        message = f"The text has {length} {rules.text_unit}; the limit {'with media ' if most != rules.max_text else ''}is {most}"
        return [Issue(rules.code("text_too_long", prefix), message, "description", {"length": length, "maxLength": most})]

    return judge


def _alt(rules: Rules, prefix: str) -> Check | None:
    if not (most := rules.max_alt):
        return None

    def judge(draft: Draft) -> Sequence[Issue]:
        return [_long(index, len(m.alt)) for index, m in enumerate(draft.media) if len(m.alt) > most] if draft.media else FINE

    def _long(index: int, length: int) -> Issue:
        message = f"The alt text has {length} characters; the limit is {most}"
        return Issue(rules.code("alt_text_too_long", prefix), message, f"assets[{index}].altText", {"maxLength": most})

    return judge


def _extension(rules: Rules, prefix: str) -> Check | None:
    """Looks only at the first media URL, and only if that has an extension. What our own files are is known, whatever they are called."""
    if not rules.checks_extension:
        return None

    def judge(draft: Draft) -> Sequence[Issue]:
        if not draft.media or draft.media[0].kind == "other":
            return FINE
        extension = extension_of(draft.media[0].url)
        if not extension or extension in IMAGE_EXTENSIONS or extension in VIDEO_EXTENSIONS or is_ours(draft.media[0]):
            return FINE
        message = f"This provider does not take .{shown(extension)} files"
        return [Issue(rules.code("media_unsupported", prefix), message, "assets[0]", {"url": draft.media[0].url})]

    return judge


def _parent(rules: Rules, prefix: str) -> Check | None:
    if "reply" not in rules.interactions:
        return None

    def judge(draft: Draft) -> Sequence[Issue]:
        if draft.interaction != "reply" or draft.parent or draft.reply_to:
            return FINE
        return [Issue(rules.code("reply_parent_required", prefix), "A reply needs a parent step or a post to reply to", "reply_to_step_id")]

    return judge


_RULES: dict[str, tuple[Callable[[Rules, str], Check | None], ...]] = {
    "interaction": (_interaction,),
    "required": (_required,),
    "limit": (_limit,),
    "kinds": (_kinds,),
    "mix": (_mix,),
    "size": (_size,),
    "text": (_title, _text, _alt),
    "extension": (_extension,),
    "parent": (_parent,),
}
