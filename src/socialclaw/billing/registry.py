"""The stores at which plans are bought: each is a row here."""

from __future__ import annotations

from collections.abc import Mapping

from socialclaw.billing.lemonsqueezy.source import LemonSqueezySource
from socialclaw.billing.sources import Source
from socialclaw.settings import Settings

SOURCES: tuple[Source, ...] = (LemonSqueezySource(),)


def source(name: str) -> Source | None:
    """A store by its name."""
    return next((one for one in SOURCES if one.name == name), None)


def seller(settings: Settings, *, test: bool) -> Source | None:
    """The store that sells on the web, if there is one."""
    return next((one for one in SOURCES if one.sells(settings, test=test)), None)


def available(settings: Settings, *, test: bool) -> Mapping[tuple[str, str], bool]:
    """What can be bought on the web, by plan and interval."""
    found = seller(settings, test=test)
    return found.sells(settings, test=test) if found else {}
