"""Asking whoever runs the server for help."""

from __future__ import annotations

from typing import ClassVar

from socialclaw.api.dialect import Body, OpenObject
from socialclaw.api.schemas.envelopes import OkResponse


class SupportRequest(Body):
    """What somebody asks the operator, and where they were when they did. `email` gets the answer, and no other mail."""

    misses: ClassVar = {"text": "message", "body": "message", "mail": "email", "url": "pageUrl", "title": "pageTitle"}

    message: str
    email: str | None = None
    page_url: str | None = None
    page_title: str | None = None
    source: str | None = None


class SupportResponse(OkResponse):
    """It is kept; `message` says what happens now."""

    request: OpenObject
    message: str
