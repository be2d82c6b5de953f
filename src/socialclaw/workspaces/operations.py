"""What a key may do: twelve operations, which are also its scopes, and presets of them. Each keyed route names the one that it needs.

What the posts of a key may be (how many, where, when) is another matter, and not decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from socialclaw.errors import Forbidden, InvalidRequest
from socialclaw.spelling import nearest

OPERATIONS = {
    "read": "look at everything but keys",
    "validate": "validate and preview schedules",
    "rehearse": "arm faults and move the clock of a test workspace",
    "media": "upload and delete files",
    "draft": "apply schedules as drafts",
    "publish": "send posts: apply schedules that are not drafts, publish drafts, retry, reconcile",
    "cancel": "take posts back before they are published",
    "delete": "take published posts down on their networks",
    "connect": "connect and disconnect accounts",
    "webhooks": "set up webhooks",
    "approve": "decide on what waits for approval",
    "keys": "make, list and revoke keys",
}
DRAFTER = ("read", "validate", "rehearse", "media", "draft")
PRESETS = {"reader": ("read",), "drafter": DRAFTER, "agent": (*DRAFTER, "publish", "cancel"), "admin": tuple(OPERATIONS)}
NEVER_AGENTS = ("approve", "keys")  # a person's alone
USUAL = {"personal": "admin", "agent": "agent"}  # the preset of a key that names no operations, by its kind


def ordered(words: Collection[str]) -> tuple[str, ...]:
    """These operations, each once, in the order in which they are documented."""
    return tuple(word for word in OPERATIONS if word in words)


def granted(kind: str, asked: Sequence[str] | None, within: Collection[str]) -> tuple[str, ...]:
    """The operations of a new key of this kind, of those asked for: never more than `within`, those of whoever makes it.

    Where nothing is asked for, it gets the usual ones, as far as its maker has them.
    """
    words = _expanded(asked) if asked is not None else {*PRESETS[USUAL[kind]]} & {*within}
    if not words:
        raise InvalidRequest("A key needs at least one operation", code="operations_missing", path="operations", allowed=_allowed())
    if kind == "agent" and (never := ordered(words & {*NEVER_AGENTS})):
        message = f"A key of kind agent never has {' or '.join(never)}: leave it out, or make a personal key"
        raise InvalidRequest(message, code="operation_not_for_agents", path="operations", operations=list(never))
    if wider := ordered(words - {*within}):
        message = f"A key cannot make a wider one: this one has no {' or '.join(wider)} itself"
        raise Forbidden(message, code="operations_too_wide", wider=list(wider), operations=list(ordered(within)))
    return ordered(words)


def require(needed: str, has: Collection[str]) -> None:
    """Forbidden `operation_not_allowed` where a key has not the operation that is needed."""
    if needed not in has:
        message = (
            f"This key may not {needed}: it has {', '.join(ordered(has))}. Use a key that has {needed};"
            f" one that has keys makes such a key, and so does `socialclaw keys create --operations` on the server"
        )
        raise Forbidden(message, code="operation_not_allowed", needs=needed, operations=list(ordered(has)))


def _expanded(asked: Iterable[str]) -> set[str]:
    words = set[str]()
    for word in asked:
        if word not in OPERATIONS and word not in PRESETS:
            near = nearest(word, _allowed())
            meant = f": did you mean {near}? There are" if near else "; there are"
            message = f"Unknown operation {word[:40]!r}{meant} {', '.join(OPERATIONS)}, and the presets {', '.join(PRESETS)}"
            raise InvalidRequest(message, code="operation_unknown", path="operations", allowed=_allowed())
        words.update(PRESETS.get(word, (word,)))
    return words


def _allowed() -> list[str]:
    return [*OPERATIONS, *PRESETS]
