"""The table: every tool in its toolset, and which of them somebody has chosen by a URL, by headers or on the command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from socialclaw.errors import InvalidRequest
from socialclaw.mcp import accounts, insight, media, posts, sandbox, schedules
from socialclaw.mcp.entry import Tool
from socialclaw.spelling import nearest

TOOLSETS: dict[str, tuple[Tool, ...]] = {
    "publish": (*accounts.LISTS, media.UPLOAD, *schedules.TOOLS, *posts.TOOLS, *schedules.STATUS),
    "trust": posts.TRUST,
    "accounts": accounts.TOOLS,
    "media": media.TOOLS,
    "insight": insight.TOOLS,
    "ops": posts.OPS,
    "sandbox": sandbox.TOOLS,
}
TABLE = {tool.name: tool for tools in TOOLSETS.values() for tool in tools}
USUAL, ALL = "default", "all"
OFF = ("", "0", "false", "no")


def toolset_of(name: str) -> str | None:
    return next((toolset for toolset, tools in TOOLSETS.items() if any(tool.name == name for tool in tools)), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """`toolsets`: words of toolsets, `default` and `all`; `tools`: single ones beside them; `readonly`: of all these, those that read."""

    toolsets: tuple[str, ...] = (USUAL,)
    tools: tuple[str, ...] = ()
    readonly: bool = False

    def listed(self, operations: Collection[str] | None = None, *, of_test: bool = True) -> list[Tool]:
        """The tools, in the order of the table. `operations`: those of the caller's key; `of_test`: whether its workspace is a test one."""
        chosen = [tool for name in self.toolsets for tool in _of(name)]
        names = {tool.name for tool in chosen} | {*self.tools}
        return [
            tool
            for tool in TABLE.values()
            if tool.name in names and (tool.reads_only or not self.readonly)
            if (operations is None or tool.needs in operations) and (of_test or not tool.of_test)
        ]


def _of(name: str) -> list[Tool]:
    if name == ALL:
        return [*TABLE.values()]
    return [tool for tool in TABLE.values() if tool.usual] if name == USUAL else [*TOOLSETS[name]]


def chosen(toolsets: str | None = None, tools: str | None = None, readonly: str | None = None) -> Choice:
    """What is asked for, with commas between the words; InvalidRequest where there is no such toolset or tool."""
    sets, single = _words(toolsets, (USUAL, ALL, *TOOLSETS), "toolset"), _words(tools, TABLE, "tool")
    return Choice(sets or (() if single else (USUAL,)), single, (readonly or "").strip().lower() not in OFF)


def asked(query: Mapping[str, str], headers: Mapping[str, str]) -> Choice:
    """The same of a request; what the URL says comes first."""
    return chosen(
        query.get("toolsets") or headers.get("x-mcp-toolsets"),
        query.get("tools") or headers.get("x-mcp-tools"),
        query.get("readonly") or headers.get("x-mcp-readonly"),
    )


def _words(given: str | None, known: Collection[str], what: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word for part in (given or "").split(",") if (word := part.strip())))
    for word in words:
        if word not in known:
            near = nearest(word, known)
            meant = f": did you mean {near}?" if near else ""
            allowed = [*known]
            raise InvalidRequest(f"There is no {what} {word[:40]!r}{meant}", code="filter_invalid", path=f"{what}s", allowed=allowed)
    return words
