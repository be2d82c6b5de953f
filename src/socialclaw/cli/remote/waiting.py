"""A sign that something is going on, for whoever looks at a terminal and has waited for two seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import httpx2

PATIENCE_SECONDS = 2.0


class Waiting:
    """Over one call after another of a client: what it waits for is said once that takes long, and taken away again."""

    def __init__(self, screen: TextIO) -> None:
        self._screen = screen
        self._timer: threading.Timer | None = None
        self._status: Any = None

    def hooks(self) -> dict[str, list[Callable[..., Any]]]:
        return {"request": [self.begin], "response": [self.end]} if self._screen.isatty() else {}

    def begin(self, request: httpx2.Request) -> None:
        self.end()
        self._timer = threading.Timer(PATIENCE_SECONDS, self._show, [f"Waiting for {request.method} {request.url.path}"])
        self._timer.daemon = True
        self._timer.start()

    def end(self, _: object = None) -> None:
        if self._timer:
            self._timer.cancel()
        if self._status:
            self._status.stop()
        self._timer = self._status = None

    def _show(self, text: str) -> None:
        from rich.console import Console

        self._status = Console(file=self._screen).status(text)
        self._status.start()
