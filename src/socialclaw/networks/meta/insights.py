"""Figures of posts, Pages and accounts, and the span of time that they are asked for.

A figure that an API version no longer has must not take the others with it, so a refused list is asked for one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from socialclaw import clock
from socialclaw.errors import Rejected
from socialclaw.networks.meta.graph import Graph

DAYS = {"24h": 1, "7d": 7, "30d": 30}


async def figures(graph: Graph, path: str, names: Mapping[str, str], **params: str) -> dict[str, int]:
    """Our name -> figure, of `names` (our name -> the network's); what the network does not tell is left out."""
    told = await _ask(graph, path, list(names.values()), params)
    return {ours: told[theirs] for ours, theirs in names.items() if theirs in told}


def span(window: str) -> dict[str, str]:
    """`since` and `until` for a window that ends now; empty for "lifetime"."""
    if window not in DAYS:
        return {}
    now = int(clock.now().timestamp())
    return {"since": str(now - DAYS[window] * 86_400), "until": str(now)}


async def _ask(graph: Graph, path: str, metrics: Sequence[str], params: Mapping[str, str]) -> dict[str, int]:
    try:
        answer = await graph.get(path, metric=",".join(metrics), **params)
    except Rejected as error:
        if not error.code.endswith("metric_unavailable"):
            raise
        if len(metrics) == 1:
            return {}
        found: dict[str, int] = {}
        for metric in metrics:
            found |= await _ask(graph, path, [metric], params)
        return found
    rows = {str(row["name"]): _value(row) for row in answer.get("data") or ()}
    return {name: value for name, value in rows.items() if value is not None}


def _value(row: Mapping[str, Any]) -> int | None:
    """A row's figure: its total, or its latest value; a figure by kind is summed."""
    total = row.get("total_value")
    values = row.get("values") or ()
    value = total.get("value") if isinstance(total, Mapping) else values[-1].get("value") if values else None
    if isinstance(value, Mapping):
        value = sum(v for v in value.values() if isinstance(v, int | float))
    return int(value) if isinstance(value, int | float) else None
