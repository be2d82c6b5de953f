"""What every answer is built on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import WithJsonSchema

from socialclaw.api.dialect import Closed, OpenObject, Schema, optional

Anything = Annotated[Any, WithJsonSchema({"type": ["object", "array", "string", "number", "boolean", "null"]})]


class Issue(Schema):
    """Something about a request: `code` is for programs, `message` for people, `path` says where."""

    path: str
    code: str
    message: str
    details: OpenObject


class OkResponse(Schema):
    """Success, with nothing more to say than perhaps `warnings`. As a body: any JSON object."""

    ok: Literal[True]
    warnings: list[Issue] = optional()


class ErrorResponse(Closed):
    """Every failure. `code` is for programs, `message` for people; `details.issues` lists all problems of a request."""

    ok: Literal[False]
    code: str | None = None
    message: str
    details: Anything = None
