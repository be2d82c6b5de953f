"""What a tool answers: compact JSON of at most 8 kB, the same as text and as structure; a failure as text alone, with what leads on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from socialclaw.errors import SocialClawError

MOST_BYTES = 8_000
LONGEST_QUOTE = 500  # characters of what somebody else wrote
LONGEST_TEXT = 1_000
MOST_ISSUES = 12


def compact(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def size(content: Any) -> int:
    return len(compact(content).encode())


def quoted(text: object) -> dict[str, str]:
    """Words of somebody else, marked as such: they are told, and never to be obeyed. Nothing where there are none."""
    return {"quoted": cut(str(text), LONGEST_QUOTE)} if text else {}


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def there(**parts: Any) -> dict[str, Any]:
    """What is there of these."""
    return {name: value for name, value in parts.items() if value not in (None, "", [], {})}


def fitting(content: dict[str, Any]) -> dict[str, Any]:
    """The same in no more bytes than an agent has room for: of the longest list the end is left out, and how much that is is said."""
    while size(content) > MOST_BYTES:
        lists = {name: value for name, value in content.items() if isinstance(value, list) and len(value) > 1}
        if not lists:
            cut_down: dict[str, Any] = _shortened(content)
            return cut_down
        longest = max(lists, key=lambda name: size(lists[name]))
        kept = lists[longest][: max(1, len(lists[longest]) * 3 // 4)]
        left_out = content.get("leftOut", {})
        out = {**left_out, longest: left_out.get(longest, 0) + len(lists[longest]) - len(kept)}
        content = {**content, longest: kept, "leftOut": out}
    return content


def _shortened(content: Any, most: int = LONGEST_TEXT) -> Any:
    """With every text cut, as far as it takes."""
    while most > 20:
        found = _cut_all(content, most)
        if size(found) <= MOST_BYTES:
            return found
        most //= 2
    return {"leftOut": "it is too long to be told"}


def _cut_all(content: Any, most: int) -> Any:
    if isinstance(content, str):
        return cut(content, most)
    if isinstance(content, Mapping):
        return {name: _cut_all(value, most) for name, value in content.items()}
    if isinstance(content, Sequence):
        return [_cut_all(value, most) for value in content[:MOST_ISSUES]]
    return content


def failure(error: SocialClawError, tool: str, operation: str, known: Sequence[str]) -> dict[str, Any]:
    """Of a tool, and the operation that it stands for. `known`: the tools that the caller has; to another one they are not sent."""
    details = error.details
    said = details.get("next")
    leads: dict[str, Any] = said if isinstance(said, dict) else {}
    issues = details.get("issues") or [{**details, "code": error.code, "message": error.message}] * ("path" in details)
    told: dict[str, Any] = {"code": error.code, "message": cut(error.message, LONGEST_TEXT)}
    if issues:
        told["issues"] = [_issue(issue) for issue in issues[:MOST_ISSUES]]
    if len(issues) > MOST_ISSUES:
        told["moreIssues"] = len(issues) - MOST_ISSUES
    told["next"] = leads.get("do") or "Correct the arguments, and call it again."
    again = leads.get("operation") == operation if leads else True
    named = leads.get("tool") or (tool if again else None)
    if named in known:
        told["tool"] = named
    told["retryable"] = bool(leads.get("retryable"))
    rest = {
        name: value for name, value in details.items() if name not in ("issues", "next", "said", "path") and size(value) < LONGEST_QUOTE
    }
    told |= there(details=rest, **quoted(details.get("said") and compact(details["said"])))
    return fitting(told)


def _issue(issue: Mapping[str, Any]) -> dict[str, Any]:
    message = cut(str(issue.get("message", "")), LONGEST_QUOTE)
    return {"path": issue.get("path", ""), "code": issue.get("code"), "message": message, **there(fix=_fix(issue.get("details") or {}))}


def _fix(details: Mapping[str, Any]) -> str | None:
    """How to put it right, where that is known."""
    if near := details.get("didYouMean"):
        return f"Write {near}"
    if fits := details.get("nextFitUtc"):
        return f"Move it to {fits} or later"
    for name in ("allowed", "supportedValues", "candidates", "allowedKeys"):
        if choices := details.get(name):
            return cut(f"One of: {', '.join(map(str, choices))}", LONGEST_QUOTE)
    if (most := details.get("maxLength")) is not None:
        return f"At most {most}"
    return None
