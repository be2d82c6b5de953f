"""What a JSON body must be, as some simulated networks judge it: every name known, none missing that is required, every value right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Judge = Callable[[Any], bool]
Shape = Mapping[str, "Judge | Shape"]  # a name that ends in ! is required


def judge(value: Any, shape: Judge | Shape, path: str = "body") -> Iterator[str]:
    """Everything that is wrong with a value."""
    if callable(shape):
        if not shape(value):
            yield f"The value of {path} is invalid"
        return
    if not isinstance(value, dict):
        yield f"{path} must be an object"
        return
    known = {name.removesuffix("!"): (inner, name.endswith("!")) for name, inner in shape.items()}
    yield from (f"{path}.{name} is unknown" for name in value if name not in known)
    for name, (inner, required) in known.items():
        if name in value:
            yield from judge(value[name], inner, f"{path}.{name}")
        elif required:
            yield f"{path}.{name} is required"


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def one_of(*options: str) -> Judge:
    return lambda value: value in options
