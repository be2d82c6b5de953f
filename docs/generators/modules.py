"""The package's modules as syntax trees: their constants, their functions that take a code, and what a name in them may stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import socialclaw

ROOT = Path(socialclaw.__file__).parent
SILENT = ("cli", "client", "sdk", "db.migrations", "__main__")  # they answer no caller of the API


@dataclass
class Module:
    """One file. `constants` are its own names for texts; `imported` says where a name of another module comes from."""

    name: str  # below socialclaw, e.g. "networks.x.refusals"
    tree: ast.Module
    constants: dict[str, list[str]] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def network(self) -> str:
        """The network whose folder this is in, or nothing."""
        top, _, rest = self.name.partition(".")
        folder = rest.partition(".")[0]
        return folder if top == "networks" and (ROOT / top / folder).is_dir() else ""


@cache
def modules() -> dict[str, Module]:
    """Every module that can answer, by name. A simulator answers as a network does, so it is none of them."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        relative = path.relative_to(ROOT)
        name = ".".join(relative.parent.parts if relative.stem == "__init__" else relative.with_suffix("").parts)
        if relative.parts[0] == "networks" and "sandbox" in relative.parts:
            continue
        if not any(name == silent or name.startswith(f"{silent}.") for silent in SILENT):
            found[name] = read(name, path.read_text(encoding="utf-8"))
    return found


def read(name: str, source: str) -> Module:
    module = Module(name, ast.parse(source))
    for node in module.tree.body:
        for target, value in assigned(node):
            module.constants.setdefault(target, []).extend(plain(value))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("socialclaw."):
            for alias in node.names:
                module.imported[alias.asname or alias.name] = ((node.module or "").removeprefix("socialclaw."), alias.name)
    return module


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Name -> value of an assignment; `a, b = 1, 2` and `a, b = (1, 2) if c else (3, 4)` are taken apart."""
    match node:
        case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _pairs(target, value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ((ast.Name(id=name) | ast.Attribute(attr=name)), _):
            yield name, value
        case ast.Tuple(), ast.IfExp():
            yield from _pairs(target, value.body)
            yield from _pairs(target, value.orelse)
        case ast.Tuple(), ast.Tuple() if len(target.elts) == len(value.elts):
            for inner, part in zip(target.elts, value.elts, strict=True):
                yield from _pairs(inner, part)


def plain(node: ast.expr) -> list[str]:
    """The texts that an expression may be without looking anything up."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr():
            return ["".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)]
        case ast.IfExp():
            return plain(node.body) + plain(node.orelse)
        case ast.BoolOp():
            return [text for value in node.values for text in plain(value)]
        case ast.BinOp(op=ast.Add()):
            return ["".join([*plain(node.left)[:1], *plain(node.right)[:1]])]
    return []


def texts(node: ast.expr, module: Module, inside: Sequence[ast.AST], known: Mapping[str, Module] | None = None) -> list[str]:
    """The texts that an expression may be. `inside` is the body of the function it is in."""
    match node:
        case ast.Name(id=name):
            local = [text for part in inside for target, value in assigned(part) if target == name for text in plain(value)]
            return local or constant(module, name, known if known is not None else modules())
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in module.imported:
            package, part = module.imported[owner]
            other = (known if known is not None else modules()).get(f"{package}.{part}")
            return other.constants.get(name, []) if other else []
        case ast.IfExp():
            return texts(node.body, module, inside, known) + texts(node.orelse, module, inside, known)
        case ast.BoolOp():
            return [text for value in node.values for text in texts(value, module, inside, known)]
    return plain(node)


def constant(module: Module, name: str, known: Mapping[str, Module]) -> list[str]:
    """A constant of this module, or of the one that it is imported from."""
    if name in module.constants:
        return module.constants[name]
    package, original = module.imported.get(name, ("", ""))
    return known[package].constants.get(original, []) if package in known else []
