"""Whether the database works, as this process has last seen it: one log line when it goes, and one when it is back."""

from __future__ import annotations

import logging
import time

from socialclaw.db.trouble import DatabaseTrouble

log = logging.getLogger(__name__)
CALM_SECONDS = 5.0  # after an outage, for which another of the same kind is not told at once: one that flickers fills no log

ADVICE = {
    "database_unavailable": "it is asked again and again",
    "database_busy": "it is asked again and again",
    "database_refused": "it is asked again and again",
    "database_full": "nothing is written until there is room",
    "database_read_only": "nothing is written until it takes writes again",
    "database_damaged": "stop the server, and restore a backup if it stays so",
    "database_missing": "nothing is read or written any more: stop the server, put the file back, and start it again",
}


class Availability:
    """Told of every read and write; used on the event loop alone. `trouble`: what is wrong now. `quiet`: whoever asks tells it himself."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self.trouble: DatabaseTrouble | None = None
        self.since = 0.0
        self._told = False
        self._last: tuple[str, float] = ("", 0.0)  # the code of the last outage that was told, and when it ended

    def failed(self, trouble: DatabaseTrouble) -> None:
        now = time.monotonic()
        if self.trouble is None or self.trouble.code != trouble.code:
            self.since = self.since if self.trouble else now
            self._told = False
        self.trouble = trouble
        code, ended = self._last
        if not self._quiet and not self._told and (code != trouble.code or now - ended >= CALM_SECONDS):
            self._told = True
            said = f" ({trouble.said})" if trouble.said else ""
            log.error("%s%s: %s; requests are answered with 503 (%s)", trouble.message, said, ADVICE[trouble.code], trouble.code)

    def worked(self, began: float, *, wrote: bool) -> None:
        """Something succeeded that began at `began`. On a full disk some writes still find room: that proves nothing."""
        if self.trouble is None or began < self.since or (self.trouble.stays_readable and not wrote):
            return
        if self.trouble.code != "database_full":
            self.proven()

    def proven(self) -> None:
        """It works again."""
        if self.trouble is None:
            return
        now = time.monotonic()
        if self._told:
            log.warning("The database is back after %.1f s (%s)", now - self.since, self.trouble.code)
            self._last = (self.trouble.code, now)
        self.trouble, self._told = None, False
