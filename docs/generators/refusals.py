"""The codes that a network's folder lists in tables: refusals with our codes, and the network's own words with our sentences."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from docs.generators.modules import Module, assigned, modules, plain, texts
from socialclaw.errors import SocialClawError
from socialclaw.networks import providers

WORD = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Use:
    """A code as one place in the source gives it. `kind` is the error class (or `Issue`), empty where there is none."""

    code: str
    module: str
    network: str = ""
    kind: str = ""
    status: int | None = None
    meaning: str = ""
    sure: bool = True  # whether the meaning is this code's own, not one of several that a variable may hold


@cache
def classes() -> dict[str, type[SocialClawError]]:
    """Every error class of the package, by name."""
    for name in modules():
        importlib.import_module(f"socialclaw.{name}" if name else "socialclaw")
    found, rest = {}, [SocialClawError]
    while rest:
        kind = rest.pop()
        rest += kind.__subclasses__()
        if kind.__module__.removeprefix("socialclaw.") in modules():
            found[kind.__name__] = kind
    return found


def listed(module: Module) -> Iterator[Use]:
    """Refusals as a network's folder lists them: tuples, dictionaries and named constants outside of functions, or in them."""
    own = [p for p in providers().values() if p.network == module.network]
    begins = tuple(
        f"{name}_" for name in {module.network, *(p.key for p in own), *(p.rules.prefix for p in own if p.rules.prefix), "provider"}
    )
    ours = {t.name for p in own for t in p.targets} | {p.key for p in providers().values()}
    ours |= {scope for p in own for scope in getattr(p.connect, "scopes", ())}

    def is_code(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.startswith(begins)
            and node.value not in ours
            and bool(WORD.fullmatch(node.value))
        )

    for node in ast.walk(module.tree):
        if isinstance(node, ast.Tuple):
            kind = next((e.id for e in node.elts if isinstance(e, ast.Name) and e.id in classes()), "")
            for place, part in enumerate(node.elts):
                after = node.elts[place + 1] if place + 1 < len(node.elts) else None
                said = after.value if isinstance(after, ast.Constant) and isinstance(after.value, str) and " " in after.value else ""
                names = [part.value] if is_code(part) else []  # type: ignore[attr-defined]
                if kind and isinstance(part, ast.Name):
                    names = [text for text in texts(part, module, []) if text.startswith(begins)]
                for name in names:
                    yield Use(name, module.name, module.network, kind or "ProviderError", None, said)
        elif isinstance(node, ast.Dict):
            yield from (Use(v.value, module.name, module.network, "ProviderError") for v in node.values if is_code(v))  # type: ignore[attr-defined]
    for values in module.constants.values():
        for text in values:
            if text.startswith(begins) and text not in ours and WORD.fullmatch(text):
                yield Use(text, module.name, module.network, "ProviderError")


def explained(module: Module) -> Iterator[Use]:
    """The network's own words for what went wrong that a table puts into ours: they are codes as they stand."""
    for node in module.tree.body:
        for _, table in assigned(node):
            if isinstance(table, ast.Dict):
                yield from _explained(table, module)


def _explained(table: ast.Dict, module: Module) -> Iterator[Use]:
    for key, value in zip(table.keys, table.values, strict=True):
        word, said = (plain(node)[0] if node is not None and plain(node) else "" for node in (key, value))
        if "_" in word and WORD.fullmatch(word) and " " in said:
            yield Use(word, module.name, module.network, "Rejected", None, said)
