"""What a call raises: the API's own words, or what kept them from coming."""

from __future__ import annotations

from typing import Any


class ClientError(Exception):
    """The API said no, or could not be asked: then the code is `network_error` or `invalid_response`.

    `details` are the answer's. `next` is what to do now, as the API has it: a sentence under `do`, the operation that does it, and under
    `retryable` whether the same call may go well later. `request_id` finds the call in the server's log. `body` is
    the answer itself, or what it would have been.
    """

    def __init__(
        self, code: str, message: str, details: Any = None, status: int = 0, *, request_id: str = "", body: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: dict[str, Any] = details if isinstance(details, dict) else {}
        self.status = status
        self.request_id = request_id
        self.body = body or {"ok": False, "code": code, "message": message, "details": self.details}

    @property
    def next(self) -> dict[str, Any]:
        found = self.details.get("next")
        return found if isinstance(found, dict) else {}

    @property
    def retryable(self) -> bool:
        """Whether the same call may go well later."""
        return bool(self.next.get("retryable", self.status in (429, 503) or self.code == "network_error"))
