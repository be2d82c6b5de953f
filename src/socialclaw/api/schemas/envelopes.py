"""What every answer is built on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import WithJsonSchema

from socialclaw.api.dialect import Closed, Schema

Anything = Annotated[Any, WithJsonSchema({"type": ["object", "array", "string", "number", "boolean", "null"]})]


class OkResponse(Schema):
    """Success, with nothing more to say. As a body: any JSON object."""

    ok: Literal[True]


class ErrorResponse(Closed):
    """Every failure. `code` is for programs, `message` for people; `details.issues` lists all problems of a request."""

    ok: Literal[False]
    code: str | None = None
    message: str
    details: Anything = None
