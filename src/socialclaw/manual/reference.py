"""The reference of the API, made of its OpenAPI document: a page for each tag, with every operation of it, and one of the schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from socialclaw.manual.rendering import Rendered, Section, blocks, inline
from socialclaw.manual.samples import REF, SAMPLES, call_of

SCHEMAS = "schemas"
METHODS = ("get", "post", "put", "patch", "delete")
Document = Mapping[str, Any]


def slug(tag: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", tag.lower()).strip("-")


def tags(document: Document) -> dict[str, Mapping[str, str]]:
    """Tags that have operations, by the name of their page."""
    used = {tag for _, _, operation in operations(document) for tag in operation["tags"]}
    return {slug(tag["name"]): tag for tag in document.get("tags", ()) if tag["name"] in used}


def operations(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def index(document: Document, home: str) -> Rendered:
    """What there is, by tag."""
    rows = [f"<h1>API reference</h1>{blocks(document['info'].get('description', ''))}"]
    for name, tag in tags(document).items():
        listed = "".join(
            f'<li><a href="{home}/api/{name}#{operation["operationId"]}"><code>{method.upper()} {escape(path)}</code></a> '
            f"{inline(operation['summary'])}</li>"
            for method, path, operation in operations(document)
            if tag["name"] in operation["tags"]
        )
        rows.append(
            f'<h2 id="{name}"><a href="{home}/api/{name}">{escape(tag["name"])}</a></h2>{blocks(tag["description"])}<ul>{listed}</ul>'
        )
    rows.append(f'<h2 id="{SCHEMAS}"><a href="{home}/api/{SCHEMAS}">Schemas</a></h2><p>Every object of bodies and answers.</p>')
    return Rendered("API reference", "".join(rows), [Section("API reference", "", document["info"].get("description", ""))])


def page(document: Document, name: str, home: str) -> Rendered | None:
    """The page of a tag, or of the schemas; None where there is none of this name."""
    if name == SCHEMAS:
        return _schemas(document, home)
    tag = tags(document).get(name)
    if tag is None:
        return None
    found = [one for one in operations(document) if tag["name"] in one[2]["tags"]]
    html = "".join(_operation(document, *one, home) for one in found)
    sections = [Section(f"{m.upper()} {p}: {o['summary']}", o["operationId"], o["description"]) for m, p, o in found]
    return Rendered(tag["name"], f"<h1>{escape(tag['name'])}</h1>{blocks(tag['description'])}{html}", sections)


def _operation(document: Document, method: str, path: str, operation: Mapping[str, Any], home: str) -> str:
    schemas = document["components"]["schemas"]
    call = call_of(method, path, operation, schemas)
    parts = [
        f'<section class="operation"><h2 id="{operation["operationId"]}">{inline(operation["summary"])}</h2>',
        f'<p><code class="call"><b>{method.upper()}</b> {escape(path)}</code></p>',
        blocks(operation["description"]),
        f'<p class="quiet">{_allowed(operation)}</p>',
        _parameters(operation.get("parameters", ()), home),
        _body(operation, schemas, home),
        f"<h3>Answers</h3>{_answers(operation.get('responses', {}), home)}",
    ]
    parts += [f'<h3>{name}</h3><pre tabindex="0"><code>{escape(sample(call))}</code></pre>' for name, sample in SAMPLES.items()]
    return "".join([*parts, "</section>"])


def _allowed(operation: Mapping[str, Any]) -> str:
    schemes = {name for each in operation.get("security", ()) for name in each}
    words = []
    if "api_key" in schemes:
        right = operation.get("x-operation")
        words.append(f"a key{f' with <code>{right}</code>' if right else ''}")
    if "session" in schemes:
        role = operation.get("x-role")
        words.append(f"a session{f', from the role {role} on' if role else ''}")
    return f"Takes {' or '.join(words)}." if words else "Takes no key."


def _parameters(parameters: Sequence[Mapping[str, Any]], home: str) -> str:
    rows = [
        (p["name"], p["in"], kind(p.get("schema", {}), home), _must(p.get("required")), inline(p.get("description", "")))
        for p in parameters
    ]
    return _table(("Parameter", "In", "Type", "", "Meaning"), [(f"<code>{escape(n)}</code>", *rest) for n, *rest in rows]) if rows else ""


def _body(operation: Mapping[str, Any], schemas: Mapping[str, Any], home: str) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    parts = []
    for media, of in content.items():
        schema = of.get("schema", {})
        for one in schema.get("anyOf", [schema]):
            named = f" {kind(one, home)}" if "$ref" in one else ""
            parts.append(f"<h3>Body: <code>{escape(media)}</code>{named}</h3>{_fields(_resolved(one, schemas), home)}")
    return "".join(parts)


def _answers(responses: Mapping[str, Any], home: str) -> str:
    rows = []
    for status, answer in responses.items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        rows.append((f"<code>{escape(status)}</code>", inline(answer.get("description", "")), kind(schema, home) if schema else ""))
    return _table(("Status", "Meaning", "Holds"), rows)


def _schemas(document: Document, home: str) -> Rendered:
    found = sorted(document["components"]["schemas"].items())
    html = "".join(
        f'<section><h2 id="{escape(name)}">{escape(name)}</h2>{blocks(schema.get("description", ""))}{_fields(schema, home)}</section>'
        for name, schema in found
    )
    sections = [Section(name, name, schema.get("description", "")) for name, schema in found]
    return Rendered("Schemas", f"<h1>Schemas</h1>{html}", sections)


def _fields(schema: Mapping[str, Any], home: str) -> str:
    must = schema.get("required", ())
    rows = [
        (f"<code>{escape(name)}</code>", kind(field, home), _must(name in must), inline(field.get("description", "")))
        for name, field in schema.get("properties", {}).items()
    ]
    return _table(("Field", "Type", "", "Meaning"), rows) if rows else ""


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schemas.get(schema.get("$ref", "").removeprefix(REF), schema)
    return found


def kind(schema: Mapping[str, Any], home: str) -> str:
    """A type in words, with links to schemas."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return f'<a href="{home}/api/{SCHEMAS}#{escape(name)}">{escape(name)}</a>'
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(kind(one, home) for one in schema[several]))
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}), home)}"
    found = schema.get("type", "anything")
    words = " or ".join(found) if isinstance(found, list) else found
    return escape(f"{words} ({schema['format']})" if "format" in schema else words)


def _must(required: object) -> str:
    return "required" if required else ""


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
