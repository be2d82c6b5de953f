"""How long to wait before another try: one value for whatever is tried again, here or on a network."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """`pauses` in seconds, one after another; from then on the last one doubled each time, up to `most` (which is the last one, where 0).

    `tries`: how many there are in all, the first one among them; without an end where None.
    """

    pauses: tuple[float, ...]
    most: float = 0
    tries: int | None = None

    def pause(self, failed: int) -> float | None:
        """Seconds to wait after so many tries that failed (1 after the first one); None where that was the last one."""
        if self.tries is not None and failed >= self.tries:
            return None
        if failed <= len(self.pauses):
            return self.pauses[max(0, failed - 1)]
        last = self.pauses[-1]
        return float(max(last, min(last * 2 ** min(failed - len(self.pauses), 50), self.most)))

    def __iter__(self) -> Iterator[float]:
        """The pauses between the tries, to their end if they have one."""
        pauses = (self.pause(failed) for failed in itertools.count(1))
        return itertools.takewhile(lambda pause: pause is not None, pauses)  # type: ignore[arg-type]
