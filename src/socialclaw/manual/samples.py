"""A call of each operation as one writes it with curl, in Python and in JavaScript; its body has what it must have, as an example."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REF = "#/components/schemas/"
DEEPEST = 4
# What a field is like to hold, by its name; else by its type.
WORDS: dict[str, Any] = {
    "account": "x:@sandbox",
    "text": "Hello, world",
    "description": "Hello, world",
    "filename": "boat.jpg",
    "objectKey": "tenant_…/boat.jpg",
    "contentBase64": "/9j/4AAQ…",
    "sourceUrl": "https://example.org/boat.jpg",
    "url": "https://example.org/boat.jpg",
    "rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
    "time": "09:30",
    "weekday": "monday",
    "email": "ada@example.org",
    "name": "Launch",
    "role": "editor",
    "timezone": "Europe/Berlin",
}
BODIES: dict[str, Any] = {
    "ScheduleEnvelope": {"posts": [{"account": "x:@sandbox", "description": "Hello, world", "publish_at": "2030-01-31T09:00:00Z"}]},
    "create_repeat": {
        "rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=10",
        "startsAt": "2030-01-31T09:00:00",
        "post": {"account": "x:@sandbox", "description": "Hello again"},
    },
    "dashboard_compose": {"targets": [{"account": "x:@sandbox"}], "text": "Hello, world", "publishNow": True},
}
TABLE = "account,text,publish_at\nx:@sandbox,Hello,2030-01-31T09:00:00Z\n"
SESSION = "session"


@dataclass(frozen=True, slots=True)
class Call:
    """An operation as it is called. `kind`: the media type of the body, where there is one."""

    method: str
    path: str
    keyed: bool
    open: bool
    kind: str | None = None
    body: Any = None


def call_of(method: str, path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Call:
    """How an operation of the document is called."""
    security = [name for each in operation.get("security", ()) for name in each]
    content = operation.get("requestBody", {}).get("content", {})
    kind = next((known for known in ("application/json", "text/csv", "multipart/form-data") if known in content), None)
    return Call(method.upper(), path, "api_key" in security, not security, kind, _body(operation, content, kind, schemas))


def _body(operation: Mapping[str, Any], content: Mapping[str, Any], kind: str | None, schemas: Mapping[str, Any]) -> Any:
    if kind != "application/json":
        return TABLE if kind == "text/csv" else None
    schema = content[kind].get("schema", {})
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    name = operation["operationId"]
    if name in BODIES:
        return BODIES[name]
    return BODIES.get(schema.get("$ref", "").removeprefix(REF)) or example(schema, schemas)


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "", deep: int = 0) -> Any:
    """A value that a schema describes: of an object what it must have."""
    if "$ref" in schema:
        return example(schemas.get(schema["$ref"].removeprefix(REF), {}), schemas, name, deep)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example(schema[several][0], schemas, name, deep)
    if name in WORDS:
        return WORDS[name]
    if "enum" in schema or "const" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        return [example(schema.get("items", {}), schemas, "", deep + 1)] if deep < DEEPEST else []
    if kind == "object":
        known = schema.get("properties", {})
        return {one: example(known.get(one, {}), schemas, one, deep + 1) for one in schema.get("required", ())} if deep < DEEPEST else {}
    if schema.get("format") == "date-time":
        return "2030-01-31T09:00:00Z"
    return {"integer": 1, "number": 1.5, "boolean": True, "null": None}.get(kind, f"{name or 'text'}…")


def curl(call: Call) -> str:
    """For a shell, with the variables that the quickstart has."""
    path = re.sub(r"{(\w+)}", lambda slot: f"${_shouted(slot[1])}", call.path)
    lines = [f'curl -s -X {call.method} "$BASE{path}"' if call.method != "GET" else f'curl -s "$BASE{path}"']
    if call.keyed:
        lines.append('-H "Authorization: Bearer $KEY"')
    elif not call.open:
        lines += ['-b "$COOKIE"', *([] if call.method == "GET" else ['-H "Origin: $BASE"'])]
    if call.kind == "application/json":
        said = json.dumps(call.body, ensure_ascii=False).replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{said}'"]
    elif call.kind == "text/csv":
        lines += ['-H "Content-Type: text/csv"', "--data-binary @posts.csv"]
    elif call.kind == "multipart/form-data":
        lines.append("-F file=@boat.jpg")
    return " \\\n  ".join(lines)


def python(call: Call) -> str:
    """With Requests."""
    path = re.sub(r"{(\w+)}", lambda slot: f"{{{_snake(slot[1])}}}", call.path)
    said = [f'f"{{BASE}}{path}"']
    if call.keyed:
        said.append(
            'headers={"Authorization": f"Bearer {KEY}"}'
            if call.kind != "text/csv"
            else 'headers={"Authorization": f"Bearer {KEY}", "Content-Type": "text/csv"}'
        )
    elif not call.open:
        said.append('headers={"Cookie": COOKIE, "Origin": BASE}')
    if call.kind == "application/json":
        said.append(f"json={call.body!r}")
    elif call.kind == "text/csv":
        said.append('data=open("posts.csv", "rb")')
    elif call.kind == "multipart/form-data":
        said.append('files={"file": open("boat.jpg", "rb")}')
    return f"import requests\n\nanswer = requests.{call.method.lower()}(\n    " + ",\n    ".join(said) + ",\n)\nprint(answer.json())"


def javascript(call: Call) -> str:
    """With fetch, in a module."""
    path = re.sub(r"{(\w+)}", r"${\1}", call.path)
    options = [] if call.method == "GET" else [f'method: "{call.method}"']
    headers = ["Authorization: `Bearer ${KEY}`"] if call.keyed else []
    if not call.keyed and not call.open:
        options.append('credentials: "include"')
    if call.kind == "application/json":
        headers.append('"Content-Type": "application/json"')
        options.append(f"body: JSON.stringify({json.dumps(call.body, ensure_ascii=False)})")
    elif call.kind == "text/csv":
        headers.append('"Content-Type": "text/csv"')
        options.append("body: table")
    elif call.kind == "multipart/form-data":
        options.append("body: form")
    if headers:
        options.insert(min(1, len(options)), f"headers: {{ {', '.join(headers)} }}")
    given = ", {\n  " + ",\n  ".join(options) + ",\n}" if options else ""
    return f"const answer = await fetch(`${{BASE}}{path}`{given});\nconsole.log(await answer.json());"


SAMPLES = {"curl": curl, "Python": python, "JavaScript": javascript}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _shouted(name: str) -> str:
    return _snake(name).upper()
