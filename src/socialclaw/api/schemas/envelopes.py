"""What every answer is built on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StrictBool, WithJsonSchema

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


class NextStep(Schema):
    """What leads on from a failure. `operation` and `tool`: that of this API and that of MCP by which it is done, null where it is none.

    `retryable`: the very same request may succeed later.
    """

    do: str
    operation: str | None
    tool: str | None
    retryable: StrictBool


class ErrorResponse(Closed):
    """Every failure. `code` is for programs, `message` for people; `details.issues` lists all problems of a request.

    `details.next` is a NextStep: what to do about it.
    """

    ok: Literal[False]
    code: str | None = None
    message: str
    details: Anything = None
