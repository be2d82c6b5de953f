# Written by `make sdk` from aio/client.py; changes made here are lost.
"""The client: the operations, and what takes several of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import ClientError
from .operations import Operations

if TYPE_CHECKING:
    from .. import types

PAGE = 200  # posts asked for at a time
GOING_ON = ("created", "processing")  # states of a run that end by themselves
LONGEST_AWAY = 30.0  # seconds between two questions to a server that does not answer
FIRST_LOOK, LONGEST_LOOK = 0.2, 5.0  # seconds between two looks at a run
LONGEST_WAIT = 25  # seconds that the server holds an answer back for, until there is another


class Client(Operations):
    """The API of one workspace: `Client("https://post.example.org", "sc_live_…")`."""

    def iter_posts(self, **filters: Any) -> Iterator[types.Post]:
        """All posts that there are of these, page by page; the filters of `posts`."""
        offset = 0
        while True:
            page = (self.posts(**{"limit": PAGE, "offset": offset} | filters))["posts"]
            for post in page:
                yield post
            offset += len(page)
            if len(page) < int(filters.get("limit", PAGE)):
                return

    def events(
        self, *, cursor: str | None = None, types: str | None = None, subject: str | None = None, wait: int = 25
    ) -> Iterator[types.Event]:
        """Events as they happen, for ever: each once, in order. While the server is away, it is asked again and again.

        `cursor`: go on behind the event with this `seq`; without it, with the next one that happens. `types`: `post.*,run.completed`.
        """
        at, failed = cursor or "latest", 0
        while True:
            try:
                page = self.event_page(cursor=at, types=types, subject=subject, wait=wait)
            except ClientError as error:
                if not error.retryable:
                    raise
                self._sleep(min(LONGEST_AWAY, 2.0**failed))
                failed = min(failed + 1, 10)
                continue
            at, failed = page["nextCursor"], 0
            for event in page["events"]:
                yield event

    def wait_for_run(self, run_id: str, *, seconds: float | None = None) -> types.RunStatusResponse:
        """A run's status once nothing of it is to be done any more. TimeoutError where that takes longer than `seconds`.

        A draft is not waited for: it ends by nothing that the server does.
        """
        until = None if seconds is None else time.monotonic() + seconds
        look, wait = FIRST_LOOK, 0
        while True:
            asked = time.monotonic()
            status = self.run_status(run_id, wait=wait or None)
            if status["run"]["status"] not in GOING_ON:
                return status
            now = time.monotonic()
            if until is not None and now + look > until:
                raise TimeoutError(f"{run_id} is still {status['run']['status']} after {seconds:g} seconds; it goes on")
            wait = LONGEST_WAIT if until is None else min(LONGEST_WAIT, int(until - now))
            if now - asked < look:  # something happens there just now, or the server does not know how to wait
                self._sleep(look)
                look = min(LONGEST_LOOK, look * 1.5)
