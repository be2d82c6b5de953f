"""A tool: a row of the table. What an agent reads of it, which operation of the API it stands for, and how that is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from socialclaw.client import Client

Answer = dict[str, Any]
TEXT: dict[str, Any] = {"type": "string"}
WHOLE: dict[str, Any] = {"type": "integer"}
YES_NO: dict[str, Any] = {"type": "boolean"}
OBJECT: dict[str, Any] = {"type": "object"}
NUMBER: dict[str, Any] = {"type": "number"}


def one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": [*words]}


def up_to(most: int, usual: int | None = None) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": most, **({"default": usual} if usual is not None else {})}


def shaped(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an answer that may hold more."""
    return {"type": "object", "properties": properties}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who calls: the API with their key; `root`: the folder of which files may be read, where the server runs on their machine."""

    api: Client
    root: Path | None = None


Call = Callable[[Asking, Mapping[str, Any]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Tool:
    """`hints`: R reads only, W writes; D destroys or makes public, I may be repeated, O reaches a network.

    `operation`: of the API; `needs`: what a key must have for it. `usual`: in the list that nobody has chosen from.
    """

    name: str
    title: str
    hints: str
    operation: str
    needs: str
    description: str
    call: Call
    takes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    answers: Mapping[str, Any] | None = None
    local: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # arguments where the server runs on the caller's machine
    usual: bool = False
    of_test: bool = False  # of test workspaces alone

    @property
    def reads_only(self) -> bool:
        return "R" in self.hints

    def arguments(self, *, local: bool) -> dict[str, Mapping[str, Any]]:
        return {**self.takes, **(self.local if local else {})}

    def input_schema(self, *, local: bool) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "object", "properties": self.arguments(local=local), "additionalProperties": False}
        return schema | ({"required": [*self.required]} if self.required else {})
