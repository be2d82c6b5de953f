"""The OpenAPI document: the operations as FastAPI reads them off the routes, the components as our own dialect writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from socialclaw.api.dialect import INLINE, REF, Schema, components, write_out
from socialclaw.api.schemas import models
from socialclaw.events.kinds import KINDS, Kind

STATUS = "Status and Authentication"
ACCOUNTS = "Connections and Accounts"
POSTS = "Publishing Runs and Posts"
ASSETS = "Assets and Media Delivery"
ANALYTICS = "Analytics"
SANDBOX = "Sandbox"
EVENTS = "Events and Webhooks"
DASHBOARD = "Dashboard Browser API"
BOARD = "Dashboard Planning"
SIGN_IN = "Auth, Billing, and Provider Callbacks"

TAGS = [
    {"name": STATUS, "description": "Whether the service works, who a key belongs to, and what its workspace has used."},
    {"name": ACCOUNTS, "description": "Connecting networks, and what can be published to the accounts that this leads to."},
    {"name": POSTS, "description": "Submitting a schedule, and following its posts step by step until they are published."},
    {"name": ASSETS, "description": "Media files: uploaded once, delivered to the networks from here."},
    {"name": ANALYTICS, "description": "What the networks report about posts and accounts: snapshots, and a run's posts added up."},
    {"name": EVENTS, "description": "What has happened, each thing once and in order: read, followed as a stream, or sent to you."},
    {"name": DASHBOARD, "description": "What people do who are signed in; the other operations take their session as well as a key."},
    {"name": BOARD, "description": "What a calendar and a list of posts need besides: runs, what needs somebody, moves and verdicts."},
    {"name": SIGN_IN, "description": "Signing in and out."},
    {
        "name": SANDBOX,
        "description": "For test workspaces: what the public would see, faults to arm, a clock to move.",
    },
]
DESCRIPTION = """Schedule once, and it really gets published: once, on time, inspectable step by step.

Send a workspace API key as `Authorization: Bearer sc_…`; people who are signed in come with the cookie of their session. Every success is
a JSON object with `ok: true`; every failure is `{"ok": false, "code", "message", "details"}`. Times are ISO 8601 in UTC with milliseconds
and `Z`.

Every POST that makes something takes the header `Idempotency-Key`: sent again within 24 hours with the same body it is answered like the
first time, and done once; with another body it is a 409 `idempotency_key_conflict`. For `/v1/posts/apply` it is the body's
`idempotencyKey`, which is kept for as long as the run is."""

SECURITY = {
    "api_key": {"type": "http", "scheme": "bearer", "description": "A workspace API key: `Authorization: Bearer sc_live_…`"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-sc_session",
        "description": "A person who is signed in; `sc_session` on a server that only its own machine reaches, by plain http. What"
        " changes something comes with `Origin` or `Sec-Fetch-Site`, as browsers send them. `X-Workspace` names the workspace; without it,"
        " it is the last used one.",
    },
}


def takes(*models: type[Schema], required: bool = True, media: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`openapi_extra` of a route that reads its body itself: `@router.post(…, openapi_extra=takes(ScheduleEnvelope))`.

    Of several models a body is any one. `media`: the schemas of further media types that it takes, by their names.
    """
    schemas = [{"$ref": REF + model.__name__} for model in models]
    kinds = {"application/json": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}, **(media or {})}
    return {"requestBody": {"required": required, "content": {kind: {"schema": schema} for kind, schema in kinds.items()}}}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of this app, with every schema of the API."""
    written = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        separate_input_output_schemas=False,
    )
    for method, operation in operations(written):
        _tidy(operation)
        _declare(method, operation)
    _write_out(written)
    write_out(written["paths"], models())
    schemas = components(models())
    written.setdefault("components", {})["securitySchemes"] = SECURITY
    if unknown := _names(written["paths"]) - schemas.keys():
        raise RuntimeError(f"operations refer to {', '.join(sorted(unknown))}, which are not among the API's schemas")
    written["webhooks"] = {name: _webhook(kind) for name, kind in KINDS.items()}
    written["components"]["schemas"] = {name: schemas[name] for name in sorted(schemas)}
    return written


def _webhook(kind: Kind) -> dict[str, Any]:
    """What an endpoint is sent of this kind."""
    ids = {name: {"type": "string"} for name in kind.subject}
    own = {
        "type": {"const": kind.type},
        "subject": {"type": "object", "properties": ids, "required": [*ids]},
        "data": kind.schema,
    }
    schema = {"allOf": [{"$ref": f"{REF}Event"}, {"type": "object", "properties": own}]}
    content = {"application/json": {"schema": schema, "example": kind.event()}}
    taken = {"2XX": {"description": "It was taken"}}
    return {"post": {"summary": kind.says, "requestBody": {"required": True, "content": content}, "responses": taken}}


def operations(written: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its method."""
    for path in written["paths"].values():
        yield from path.items()


def _declare(method: str, operation: dict[str, Any]) -> None:
    """What any request may be told before it reaches its route: see `guard.py`."""
    statuses = {422: "The request is wrong; details.issues lists every problem"}
    if method != "get":
        statuses |= {400: "The body is not JSON", 413: "The body is too large"}
    for status, description in statuses.items():
        content = {"application/json": {"schema": {"$ref": f"{REF}ErrorResponse"}}}
        operation["responses"].setdefault(str(status), {"description": description, "content": content})


def _tidy(operation: dict[str, Any]) -> None:
    """Query parameters are never null; FastAPI's own validation answer is not ours; titles say nothing."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        schema.pop("title", None)
        schema.pop("description", None)
        if choices := [choice for choice in schema.pop("anyOf", ()) if choice != {"type": "null"}]:
            schema.update(choices[0] if len(choices) == 1 else {"anyOf": choices})
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values():
            schema = content.get("schema", {})
            schema.pop("title", None)
            if schema.get("$ref", "").endswith("/HTTPValidationError"):
                content["schema"] = {"$ref": f"{REF}ErrorResponse"}
                answer["description"] = "The request is wrong; details.issues lists every problem"
        if int(status) >= 400 and not answer.get("content"):
            answer["content"] = {"application/json": {"schema": {"$ref": f"{REF}ErrorResponse"}}}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    body.pop("title", None)
    if choices := [choice for choice in body.pop("anyOf", ()) if choice != {"type": "null"}]:
        body.update(choices[0] if len(choices) == 1 else {"anyOf": choices})  # an optional body is absent, not null


def _write_out(written: dict[str, Any]) -> None:
    """Put the bodies that are no components where they are used."""
    made = written.get("components", {}).get("schemas", {})
    inlined = {REF + name: _plain(schema) for name, schema in made.items() if INLINE in schema}
    for _, operation in operations(written):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        if (ref := content.get("schema", {}).get("$ref")) in inlined:
            content["schema"] = inlined[ref]


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A generated schema without titles and marks. What may be left out is not null where it is there."""
    properties = {}
    for name, field in schema.get("properties", {}).items():
        kept = {key: value for key, value in field.items() if key not in ("title", "default", "anyOf")}
        choices = [choice for choice in field.get("anyOf", ()) if choice != {"type": "null"}]
        properties[name] = {**kept, **(choices[0] if choices else {})}
    return {key: value for key, value in schema.items() if key not in ("title", INLINE)} | {"properties": properties}


def _names(node: Any) -> set[str]:
    return set(re.findall(rf"{re.escape(REF)}([\w-]+)", repr(node)))
