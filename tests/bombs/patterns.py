"""Every regular expression of the sources, read off them, and texts that each would trip over if it were to trip at all."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

from tests.test_architecture import MODULES, SOURCE, dotted, name

CALLS = frozenset({"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
MENTION = re.compile(rf"\.({'|'.join(CALLS)})\b")  # without one of these words there is nothing to look for
MOST_PIECES = 3  # of one pattern, to be put together


@dataclass(frozen=True)
class Use:
    """One call of `re`, where it stands; `pattern` is None where it is no constant."""

    path: str
    line: int
    call: str
    pattern: str | bytes | None
    flags: int
    anchored: bool  # it is only asked whether a text begins with it, or is it, at one place

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass
class Sighting:
    """What there is of regular expressions in one module; its tree is not kept."""

    calls: list[ast.Call] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)  # of a compiled pattern: the call that makes it, and what it is called
    methods: list[tuple[str, str]] = field(default_factory=list)  # a name, and what is done with it


@cache
def seen() -> dict[Path, Sighting]:
    """Of every module that has any."""
    texts = {path: path.read_text(encoding="utf-8") for path in MODULES}
    return {path: _seen(text) for path, text in texts.items() if MENTION.search(text)}


def _seen(text: str) -> Sighting:
    found = Sighting()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call() if is_regular(node):
                found.calls.append(node)
            case ast.Assign(targets=[ast.Name(id=word), *_], value=ast.Call() as made) if is_regular(made):
                found.names.append((ast.unparse(made), word))
            case ast.Attribute(value=ast.Name(id=word) | ast.Attribute(attr=word), attr=method) if method in CALLS:
                found.methods.append((word, method))
    return found


def is_regular(node: ast.Call) -> bool:
    return dotted(node.func).startswith("re.") and dotted(node.func)[3:] in CALLS


def uses() -> Iterator[Use]:
    for path, sighting in seen().items():
        module: ModuleType | None = None
        for node in sighting.calls:
            module = module or importlib.import_module(".".join(("socialclaw", *path.relative_to(SOURCE).with_suffix("").parts)))
            flags = [_value(k.value, module) for k in node.keywords if k.arg == "flags"] + [_value(a, module) for a in node.args[1:]]
            known = next((int(flag) for flag in flags if isinstance(flag, re.RegexFlag)), 0)
            yield Use(
                name(path), node.lineno, dotted(node.func)[3:], _value(node.args[0], module), known, anchored(dotted(node.func)[3:], node)
            )


def anchored(call: str, node: ast.Call) -> bool:
    """Whether a pattern is never searched for: by the call itself, or by all that is done with the name that it is compiled to."""
    done = {call} if call != "compile" else {method for named in names().get(ast.unparse(node), ()) for method in methods().get(named, ())}
    return bool(done) and done <= {"match", "fullmatch"}


@cache
def names() -> dict[str, list[str]]:
    """What compiled patterns are called, by the call that makes them."""
    found: dict[str, list[str]] = {}
    for made, word in (pair for sighting in seen().values() for pair in sighting.names):
        found.setdefault(made, []).append(word)
    return found


@cache
def methods() -> dict[str, set[str]]:
    """What is done with a name, in any module; what is only handed on is done nothing with."""
    found: dict[str, set[str]] = {}
    for word, method in (pair for sighting in seen().values() for pair in sighting.methods):
        found.setdefault(word, set()).add(method)
    return found


def _value(node: ast.expr, module: ModuleType) -> Any:
    """What an expression of constants means: literals, and names of the module that are written there in capitals."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    if any(isinstance(n, ast.Call) for n in ast.walk(node)) or any(not n.strip("_").isupper() and n != "re" for n in names):
        return None
    return eval(compile(ast.Expression(node), "pattern", "eval"), vars(module))


def pumps(pattern: str | bytes, flags: int) -> Iterator[str]:
    """Pieces that parts of this pattern match, alone and two together: what it would have to repeat to take long."""
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    pieces = list(dict.fromkeys(_pieces(_parser.parse(text, flags & ~re.DEBUG))))[:MOST_PIECES]
    yield from pieces
    yield from ("".join(pair) for pair in product(pieces, repeat=2) if pair[0] != pair[1])
    yield "".join(pieces)


def _pieces(parsed: Any) -> Iterator[str]:
    """A character for each set, the whole of each run of literals, and both of each branch."""
    run = ""
    for operation, argument in parsed:
        if operation is _constants.LITERAL:
            run += chr(argument)
            continue
        if run:
            yield run
        run = ""
        yield from members(argument) if operation is _constants.IN else _within(operation, argument)
    if run:
        yield run


def _within(operation: Any, argument: Any) -> Iterator[str]:
    match operation:
        case _constants.MAX_REPEAT | _constants.MIN_REPEAT | _constants.POSSESSIVE_REPEAT:
            yield from _pieces(argument[2])
        case _constants.SUBPATTERN:
            yield from _pieces(argument[3])
        case _constants.ATOMIC_GROUP:
            yield from _pieces(argument)
        case _constants.BRANCH:
            for branch in argument[1]:
                yield from _pieces(branch)
        case _constants.ASSERT | _constants.ASSERT_NOT:
            yield from _pieces(argument[1])
        case _constants.ANY | _constants.NOT_LITERAL:
            yield "x"


def members(those: Any) -> Iterator[str]:
    """Up to three members of a set."""
    if those[0][0] is _constants.NEGATE:
        yield "x"
        return
    for operation, argument in those[:3]:
        match operation:
            case _constants.LITERAL:
                yield chr(argument)
            case _constants.RANGE:
                yield chr(argument[0])
            case _constants.CATEGORY:
                yield " " if argument is _constants.CATEGORY_SPACE else "0" if argument is _constants.CATEGORY_DIGIT else "a"
