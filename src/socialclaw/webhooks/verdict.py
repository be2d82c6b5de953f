"""What comes of one try at a delivery: taken, tried again later, or given up; and what that says of its endpoint. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialclaw.backoff import Backoff

SCHEDULE = Backoff((5, 300, 1800, 7200, 18_000, 36_000, 36_000), tries=8)  # 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h: 27.6 hours
JITTER = 0.1
LONGEST_ASKED = timedelta(days=1)  # that a Retry-After puts a try off
FAILING_AFTER = timedelta(minutes=30)  # without one that was taken
DISABLED_AFTER = timedelta(days=5)
MOST_GIVEN_UP = 2
GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What a try came to. `status` None: there was no answer, and `error` says why. `retry_after`: seconds."""

    status: int | None
    ms: int
    text: str = ""
    error: str | None = None
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def next_try(answer: Answer, tries: int, now: datetime) -> datetime | None:
    """When it is tried again after so many tries; None where it is not."""
    pause = SCHEDULE.pause(tries)
    if pause is None or answer.status == GONE:
        return None
    at = now + timedelta(seconds=pause * random.uniform(1 - JITTER, 1 + JITTER))
    if answer.retry_after is None:
        return at
    return max(at, now + min(timedelta(seconds=answer.retry_after), LONGEST_ASKED))


def health(status: str, failing_since: datetime, given_up: int, answer: Answer, now: datetime) -> tuple[str, str | None]:
    """What an endpoint is after a try that failed, and why, if it is disabled now. `given_up`: deliveries since nothing was taken."""
    if answer.status == GONE:
        return "disabled", "It answered 410 Gone: it wants no more events"
    if given_up >= MOST_GIVEN_UP and now - failing_since >= DISABLED_AFTER:
        return "disabled", f"Nothing was taken for {DISABLED_AFTER.days} days; the last try: {answer.error or f'status {answer.status}'}"
    return ("failing" if now - failing_since >= FAILING_AFTER else status), None
