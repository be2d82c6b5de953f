"""Reading after writing: a network may deny for some seconds what it has just made, since not all of its machines know of it yet.

So a Missing that comes soon after something was made is no refusal: the post waits, longer each time, until PATIENCE is over.
"""

from __future__ import annotations

PATIENCE = 120.0  # seconds after the last thing that was made for a post, its parent included
LONGEST_PAUSE = 30.0


def pause(age: float | None) -> float | None:
    """Seconds until the network is asked again for what was made `age` seconds ago (None: nothing was); None where it has had its time."""
    if age is None or age >= PATIENCE:
        return None
    return min(max(1.0, age), LONGEST_PAUSE)
