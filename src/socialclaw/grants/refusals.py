"""What the authorization server refuses, in the words of OAuth: `code` is the `error` of RFC 6749 and of those that extend it."""

from __future__ import annotations

from typing import Any

from socialclaw.errors import SocialClawError


class OAuthError(SocialClawError):
    """A refusal that a client of OAuth understands. `code` says which."""

    code, status = "invalid_grant", 400

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None, **details: Any) -> None:
        super().__init__(message, code=code, status=status, **details)


class ClientInvalid(OAuthError):
    """The client is unknown, or has not shown that it is who it says."""

    code, status = "invalid_client", 401
