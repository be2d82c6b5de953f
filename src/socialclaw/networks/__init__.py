"""One folder per social network; this file only finds them.

Nothing below imports a sibling, the database or the API.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from functools import cache

from socialclaw.providers.base import Provider


@cache
def providers() -> dict[str, Provider]:
    """Every provider of every network, by key. A folder is found by being there."""
    found: dict[str, Provider] = {}
    for folder in pkgutil.iter_modules(__path__):
        if not folder.ispkg:
            continue
        for declared in importlib.import_module(f"{__name__}.{folder.name}").PROVIDERS:
            if declared.key in found:
                raise RuntimeError(f"two networks declare the provider {declared.key!r}")
            found[declared.key] = replace(declared, network=folder.name)
    return found


@cache
def spellings() -> dict[str, str]:
    """Every key and alias, lower case -> provider key."""
    return {name.lower(): p.key for p in providers().values() for name in (p.key, *p.aliases)}


def canonical(name: str) -> str | None:
    """The provider key behind a key or alias, or None."""
    return spellings().get(name.strip().lower())


@cache
def handle_prefixes() -> tuple[tuple[str, str], ...]:
    """Handle prefixes with the provider they mean, longest first (`linkedin:page:` before `linkedin:`)."""
    pairs = {(prefix, p.key) for p in providers().values() for t in p.targets for prefix in t.handles}
    pairs |= {(f"{name}:", key) for name, key in spellings().items()}
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def provider_of_handle(handle: str) -> str | None:
    """The provider key that a handle such as `telegram:-100…` names, or None."""
    low = handle.lower()
    if ":" not in low:
        return None
    return next((key for prefix, key in handle_prefixes() if low.startswith(prefix)), None)


@cache
def publishing_types() -> frozenset[tuple[str, str]]:
    """The account types that can be published to, each with its provider's key."""
    return frozenset((p.key, kind.name) for p in providers().values() for kind in p.targets if kind.publishes)
