"""What a run's posts make of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

ENDED = ("published", "failed", "canceled")


def status_of(mode: str, counts: Mapping[str, int], *, started: bool) -> str:
    """draft | created (nothing started) | processing | completed (all published or canceled) | partial_failed.

    `counts`: of its posts, by status; `total` may be among them.
    """
    if mode == "draft":
        return "draft"
    total = counts.get("total", sum(counts.values()))
    if sum(counts.get(status, 0) for status in ENDED) == total:
        return "partial_failed" if counts.get("failed") else "completed"
    return "processing" if started else "created"
