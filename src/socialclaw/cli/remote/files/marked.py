"""YAML 1.2 with the place of everything in it. What looks like a time stays text: a time without a zone would be another one."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from socialclaw.cli.remote.command import Refused

NAME_OR_INDEX = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
TIME = "tag:yaml.org,2002:timestamp"


@dataclass(frozen=True, slots=True)
class Marked:
    value: Any
    spot: Callable[[str], tuple[str, int | None, int | None]]


class _Constructor(RoundTripConstructor):
    """That of ruamel.yaml, for times as text."""


_Constructor.add_constructor(TIME, lambda constructor, node: str(node.value))


def read(text: str, name: str, first: int = 1) -> Marked:
    """What a text says; Refused, with the place, for what is no YAML. `first`: the number of its first line in its file."""
    loader = YAML(typ="rt", pure=True)
    loader.Constructor = _Constructor
    loader.allow_duplicate_keys = False
    try:
        found = loader.load(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + first}:{mark.column + 1}" if mark else ""
        raise Refused(f"{name}{where}: This is no YAML: {(error.problem or error.context or '').strip()}") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise Refused(f"{name}: This is no YAML: {str(error).splitlines()[0] if str(error) else 'it is nested too deeply'}") from None
    return Marked(plain(found), lambda path: _spot(found, path, name, first))


def plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value if value is None else str(value)


def _spot(found: Any, path: str, name: str, first: int) -> tuple[str, int | None, int | None]:
    """Where a path leads, or the innermost part of it that is there."""
    here, place = found, (0, 0)
    for word, number in NAME_OR_INDEX.findall(path):
        if isinstance(here, CommentedMap) and word in here:
            place, here = here.lc.key(word), here[word]
        elif isinstance(here, CommentedSeq) and number and int(number) < len(here):
            place, here = here.lc.item(int(number)), here[int(number)]
        else:
            break
    line, column = place
    return name, line + first, column + 1
