"""Every code in the source: where a text becomes the `code` of an error, of an issue or of an attempt.

Such a place is an argument, a variable, an attribute, a dictionary's key or a parameter called `code` (or `…_code`), the first argument
of `Issue`, an error class, and in a network's folder a table of refusals.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

from docs.generators.modules import Module, assigned, modules, plain, texts
from docs.generators.refusals import WORD, Use, classes, explained, listed
from socialclaw.networks import providers
from socialclaw.providers.connect import Form

FAMILY = re.compile(r"[a-z]+(?:_[a-z]+)*_…")  # a network's own code behind a prefix: nobody has a list of them
NAMED = re.compile(r"(?:\w+_)?code|[a-z]+Code")
FOREIGN = ("status_code", "statusCode", "country_code", "language_code")
JUDGED = ("providers.rules", "providers.options", "providers.shapes")  # their codes follow from what a provider declares
Taking = dict[str, tuple[int, str]]
Place = tuple[ast.expr | str, str, int | None, ast.expr | None]


@cache
def uses() -> tuple[Use, ...]:
    """Every use of every code, in the order of the source."""
    own = (Use(kind.code, kind.__module__.removeprefix("socialclaw."), kind=name, status=kind.status) for name, kind in classes().items())
    return (*own, *(use for module in modules().values() for use in scan(module, takings())))


@cache
def takings() -> Taking:
    return {name: taken for module in modules().values() for name, taken in takers(module)}


def takers(module: Module) -> Iterator[tuple[str, tuple[int, str]]]:
    """Functions with a parameter `code`: its place among the arguments of a call, and whether it makes issues."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")]
            if "code" in names:
                yield node.name, (names.index("code"), "Issue" if "path" in names else "")


def scan(module: Module, taking: Taking) -> Iterator[Use]:
    for body in _bodies(module.tree):
        for node in body:
            for where, kind, status, said in _places(node, taking):
                given = [where] if isinstance(where, str) else texts(where, module, body)
                meaning = next((text for text in (texts(said, module, body) if said is not None else []) if " " in text), "")
                sure = isinstance(where, str) or bool(plain(where)) or not meaning
                for code, network in _expanded(given, module):
                    yield Use(code, module.name, network, kind, status, meaning, sure)
    if module.network:
        yield from listed(module)
        yield from explained(module)


def _bodies(tree: ast.Module) -> Iterator[list[ast.AST]]:
    """The nodes of each function by itself, and those outside of any."""
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and id(node) not in inner:
            body = [*ast.walk(node)]
            inner.update(map(id, body))
            yield body
    yield [node for node in ast.walk(tree) if id(node) not in inner]


def _places(node: ast.AST, taking: Taking) -> Iterator[Place]:
    """(the code, the kind of error, its status, the message) of each place in one node where a text becomes a code."""
    match node:
        case ast.Call():
            yield from _of_call(node, taking)
        case ast.Dict():
            given = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
            for key in given:
                if isinstance(key, str) and NAMED.fullmatch(key) and key not in FOREIGN:
                    yield given[key], "Issue" if "path" in given else "", None, given.get("message")
        case ast.Assign() | ast.AnnAssign():
            pairs = [*assigned(node)]
            said = [value for target, value in pairs if target in ("message", "error")]
            named = [value for target, value in pairs if NAMED.fullmatch(target) and target not in FOREIGN]
            for place, value in enumerate(named):
                yield value, "", None, said[place] if place < len(said) else None


def _of_call(node: ast.Call, taking: Taking) -> Iterator[Place]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    given = {k.arg: k.value for k in node.keywords if k.arg}
    status = given["status"].value if isinstance(given.get("status"), ast.Constant) else None  # type: ignore[attr-defined]
    first = given.get("message") or (node.args[0] if node.args else None)
    if "code" in given:
        yield given["code"], name, status, first
    elif "error_code" in given:
        yield given["error_code"], "", None, given.get("error")
    elif name in classes() and classes()[name].code:
        yield classes()[name].code, name, status, first
    elif name == "Issue" and node.args:
        yield node.args[0], name, None, node.args[1] if len(node.args) > 1 else given.get("message")
    elif name in taking and len(node.args) > max(1, taking[name][0]):
        index, kind = taking[name]
        rest = [a for i, a in enumerate(node.args) if i != index]
        if any("_" in text for text in plain(node.args[index])) or isinstance(node.args[index], ast.Name):
            yield node.args[index], kind, None, rest[0]


def _expanded(found: Iterable[str], module: Module) -> Iterator[tuple[str, str]]:
    """Codes, each with its network. One that begins with a name that is not written out stands for several: of each table, or
    of each provider. What `JUDGED` modules put together depends on more than a name: see `judged.py`.
    """
    for text in found:
        if "…" not in text:
            if WORD.fullmatch(text) and text != "code":
                yield text, module.network
        elif module.network and FAMILY.fullmatch(text):
            yield text, module.network
        elif module.name == "db.base":
            yield from ((text.replace("…", table), "") for table in tables())
        elif re.fullmatch(r"…_[a-z_]+", text) and module.name not in JUDGED:
            for provider in providers().values():
                pasted = "_credentials_" in text and not isinstance(provider.connect, Form)
                if module.network in ("", provider.network) and not pasted:
                    yield f"{provider.rules.prefix or provider.key}{text[1:]}", provider.network


@cache
def tables() -> list[str]:
    """The tables of which one row is asked for by its id: `scope.one(Post, …)`."""
    calls = (node for module in modules().values() for node in ast.walk(module.tree) if isinstance(node, ast.Call) and node.args)
    asked = (c.args[0].id for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "one" and isinstance(c.args[0], ast.Name))
    return sorted({name.lower() for name in asked})


def unclear() -> list[str]:
    """Codes that are put together in a way that cannot be read off the source, each with its place."""
    return sorted(
        f"{module.name}: {text}"
        for module in modules().values()
        for body in _bodies(module.tree)
        for node in body
        for where, *_ in _places(node, takings())
        for text in ([where] if isinstance(where, str) else texts(where, module, body))
        if "…" in text and module.name not in ("db.base", *JUDGED) and not re.fullmatch(r"…_[a-z_]+", text)
        if not (module.network and FAMILY.fullmatch(text))
    )
