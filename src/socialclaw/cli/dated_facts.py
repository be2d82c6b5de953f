"""All that is true of the networks for a while only, each once, what ends first at the top."""

from __future__ import annotations

from socialclaw.networks import providers
from socialclaw.providers.dated import Dated, oldest_first


def facts() -> list[tuple[str, Dated]]:
    """(network, fact)."""
    by_fact = {fact: p.network for p in providers().values() for fact in p.dated}
    return [(by_fact[fact], fact) for fact in oldest_first(by_fact)]
