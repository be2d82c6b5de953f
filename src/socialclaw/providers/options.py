"""Per-post options of an account type, as data: they describe themselves to clients, and check what clients send."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from socialclaw.providers.issues import Issue, shown
from socialclaw.spelling import nearest

MOST_UNKNOWN = 50  # unknown settings that are listed one by one
MOST_NUMBER = 2**53  # beyond it, JSON readers disagree


@dataclass(frozen=True, slots=True)
class Setting:
    """One per-post option: it describes itself to clients and checks what they send."""

    id: str
    type: str = "string"  # "enum" | "boolean" | "string" | "number"
    options: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    description: str = ""
    example: Any = None  # a value that anybody may use to try it out, where neither a default nor the options give one
    min: float | None = None
    aliases: tuple[str, ...] = ()
    lower: bool = False  # options are compared in lower case
    strict: bool = True  # a boolean must be one; otherwise its truth is taken
    dropped: tuple[Any, ...] = ()  # given values that mean "not given"
    nulled: tuple[Any, ...] = ()  # given values that are stored as null
    leading: tuple[str, ...] = ()  # of a text: what is removed from its front, and blanks from both its ends
    write_default: bool = True
    code: str = ""  # of a refused value; `<prefix>_<id in snake case>_invalid` where empty
    required_code: str = ""
    only_with: tuple[str, tuple[str, ...]] = ("", ())  # an earlier setting and those of its values beside which this one is not dropped

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
                raise ValueError(f"{self.id} must be a number between -{MOST_NUMBER} and {MOST_NUMBER}")
            if self.min is not None and value < self.min:
                raise ValueError(f"{self.id} must be at least {self.min}")
            return value
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{self.id} must be text")
        return self._bare(value) if value and self.leading else value

    def _bare(self, text: str) -> str:
        """The text without what may stand before it; ValueError where nothing else is there."""
        bare = text.strip()
        while bare.startswith(self.leading):
            front = next(front for front in self.leading if bare.startswith(front))
            bare = bare.removeprefix(front).strip()
        if self.required and not bare:
            raise ValueError(f"{self.id} is required")
        return bare


def snake(name: str) -> str:
    """camelCase -> snake_case, as the codes spell a setting."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def settle(
    given: Mapping[str, Any], settings: Sequence[Setting], *, prefix: str, none_code: str = ""
) -> tuple[dict[str, Any], list[Issue]]:
    """The effective settings behind the given ones, and what is wrong with those.

    `none_code`: of any setting given to an account type that has none; `publish_settings_unsupported` where empty.
    """
    if not settings:
        issue = Issue(none_code or "publish_settings_unsupported", "This account type has no settings", "settings", {"allowedKeys": []})
        return {}, [issue] if given else []
    known = {name: s for s in settings for name in (s.id, *s.aliases)}
    issues = [_unknown(name, settings, prefix) for name in islice((name for name in given if name not in known), MOST_UNKNOWN)]
    effective: dict[str, Any] = {}
    for s in settings:
        if s.only_with[0] and effective.get(s.only_with[0]) not in s.only_with[1]:
            continue
        name = next((n for n in (s.id, *s.aliases) if n in given and not (s.type == "enum" and given[n] == "")), None)  # "" is not set
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


def _unknown(name: str, settings: Sequence[Setting], prefix: str) -> Issue:
    ids = [s.id for s in settings]
    meant = nearest(name, ids)
    hint = f"did you mean {meant}?" if meant else f"allowed: {', '.join(ids)}"
    message = f"Unknown setting {shown(name)}; {hint}"
    details = {"allowedKeys": ids, **({"didYouMean": meant} if meant else {})}
    return Issue(f"{prefix}_settings_unsupported", message, f"settings.{shown(name)}", details)
