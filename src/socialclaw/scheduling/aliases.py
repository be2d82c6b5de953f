"""The fields of a document's objects: their names, their other names, and when one says something."""

from __future__ import annotations

from typing import Any

# A field and its other names. Where several are given, the first that says something wins.
ALIASES = {
    "account": ("channel",),
    "name": ("title",),
    "description": ("text",),
    "publish_at": ("publishAt", "publishAtUtc"),  # the last: a post of an answer, sent again, keeps its time
    "latest_at": ("latestAt",),
    "interaction_type": ("interactionType",),
    "reply_to_step_id": ("replyToStepId", "parent_step_id", "parentStepId"),
    "media_link": ("mediaLink",),
    "media_policy": ("mediaPolicy",),
    "first_comment": ("firstComment",),
    "delay_ms": ("delayMs",),
    "delay_seconds": ("delaySeconds",),
    "delay_minutes": ("delayMinutes",),
}
_FIRST_NAMES = {other: name for name, others in ALIASES.items() for other in others}
plain = frozenset(_FIRST_NAMES).isdisjoint  # whether an object has its fields under their first names


def given(value: object) -> bool:
    """Whether a field says something: null and empty text are as good as absent."""
    return value is not None and value != ""


def canonical(raw: dict[str, Any]) -> dict[str, Any]:
    """The same object under the first names of its fields."""
    if plain(raw):
        return raw
    named = {_FIRST_NAMES.get(name, name): value for name, value in raw.items()}
    if len(named) == len(raw):
        return named
    named = dict(raw)  # a field under several names
    for name, others in ALIASES.items():
        if not given(named.get(name)):
            named[name] = next((raw[other] for other in others if given(raw.get(other))), None)
    return named
