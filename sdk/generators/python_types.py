"""The types of bodies and answers, from our OpenAPI document: a TypedDict for each component that a key's operation takes or gives."""

from __future__ import annotations

import keyword
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

HEAD = '''"""What the API takes and answers, by the names of its OpenAPI document. Written by `make sdk`; changes made here are lost.

An answer may hold more than is described here: a newer server's.
"""

from typing import Any, Literal, NotRequired, Required, TypedDict

'''
NAMED = {"Provider": ("Post", "provider"), "PostStatus": ("Post", "status"), "RunStatus": ("Run", "status")}
PLAIN = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, Any]",
    "array": "list[Any]",
}
WIDTH = 130  # of what is said of a component


def module(document: Schema) -> str:
    components: dict[str, Schema] = document["components"]["schemas"]
    used = sorted(_reached(components, _asked(document)))
    names = {tuple(_options(components, *place)): name for name, place in NAMED.items() if _options(components, *place)}
    aliases = [f"{name} = {_literal(options)}\n" for options, name in names.items()]
    return HEAD + "".join(aliases) + "".join(f"\n\n{_component(name, components[name], names)}" for name in used)


def _asked(document: Schema) -> Iterator[Any]:
    """What the operations that take a key, or nothing, are described by. The dashboard's own are not for programs."""
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation.get("security") is None or {"api_key": []} in operation["security"]:
                yield operation
    yield {"$ref": "#/components/schemas/ErrorResponse"}


def _reached(components: Mapping[str, Schema], start: Iterable[Any]) -> set[str]:
    found, rest = set[str](), [*start]
    while rest:
        for name in set(_references(rest.pop())) - found:
            found.add(name)
            rest.append(components[name])
    return found


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(reference := value.get("$ref"), str):
            yield _name(reference)
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _options(components: Mapping[str, Schema], component: str, field: str) -> list[Any]:
    options: list[Any] = components.get(component, {}).get("properties", {}).get(field, {}).get("enum", [])
    return options


def _component(name: str, schema: Schema, names: Mapping[tuple[Any, ...], str]) -> str:
    fields: Mapping[str, Schema] = schema.get("properties", {})
    required = set(schema.get("required", ()))
    said = {field: _type(inner, names) for field, inner in fields.items()}
    if any(keyword.iskeyword(field) or not field.isidentifier() for field in fields):  # only a call can name such a field
        pairs = "".join(f'    "{field}": {"Required" if field in required else "NotRequired"}["{kind}"],\n' for field, kind in said.items())
        return f'{name} = TypedDict("{name}", {{\n{pairs}}})\n'
    lines = [_line(field, kind, required=field in required) for field, kind in said.items()]
    return f'class {name}(TypedDict):\n    """{_said(schema)}"""\n\n{"".join(lines)}'


def _line(field: str, kind: str, *, required: bool) -> str:
    """In quotes, because components name each other; within NotRequired, so that what is not required is known at run time too."""
    quoted = f'"{kind}"'
    return f"    {field}: {quoted if required else f'NotRequired[{quoted}]'}\n"


def _said(schema: Schema) -> str:
    """What a component is: its first sentence, and the others of the paragraph below it where they do not fit beside it."""
    text = " ".join(str(schema.get("description", "")).partition("\n\n")[0].split()) or "As the API describes it."
    text = text.replace("\\", "\\\\").replace('"""', "'''")
    if len(text) <= WIDTH:
        return text
    first, stop, rest = text.partition(". ")
    return "\n    ".join([f"{first}{stop.strip()}", "", *textwrap.wrap(rest, WIDTH), ""])


def _type(schema: Any, names: Mapping[tuple[Any, ...], str]) -> str:
    if not isinstance(schema, Mapping) or not schema:
        return "Any"
    if "$ref" in schema:
        return _name(schema["$ref"])
    if "const" in schema:
        return _literal([schema["const"]])
    if "enum" in schema:
        options = tuple(option for option in schema["enum"] if option is not None)
        none = " | None" if None in schema["enum"] else ""
        return names.get(options, _literal(options)) + none
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return _union(_type(inner, names) for inner in schema[word])
    kinds = schema.get("type", "")
    return _union(_plain(kind, schema, names) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _plain(kind: str, schema: Schema, names: Mapping[tuple[Any, ...], str]) -> str:
    if kind == "array" and "items" in schema:
        return f"list[{_type(schema['items'], names)}]"
    if kind == "object" and isinstance(more := schema.get("additionalProperties"), Mapping) and more:
        return f"dict[str, {_type(more, names)}]"
    return PLAIN.get(kind, "Any")


def _union(kinds: Iterable[str]) -> str:
    found = list(dict.fromkeys(kinds))
    return "Any" if "Any" in found else " | ".join(found)


def _literal(options: Iterable[Any]) -> str:
    return f"Literal[{', '.join(map(repr, options))}]"
