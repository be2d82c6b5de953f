"""Where plans are bought: what a store has to be able to do, and what it is asked for. `registry.py` has those that there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from socialclaw.billing.subscriptions import Row
from socialclaw.settings import Settings
from socialclaw.system import System


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants which plan, for which workspace. `test`: at the simulated store."""

    workspace_id: str
    test: bool
    plan: str
    interval: str
    user_id: str
    email: str | None = None
    name: str | None = None

    @property
    def realm(self) -> str:
        return realm_of(test=self.test)


class Source(Protocol):
    """A store. What it does here is asked for by a person who may pay; what it tells us comes to its own webhook.

    Each raises NotReady `billing_unavailable` where the store does not answer.
    """

    name: str

    def sells(self, settings: Settings, *, test: bool) -> Mapping[tuple[str, str], bool]:
        """What can be bought there on the web, by plan and interval; nothing where it is not set up, or sells in its app alone."""

    async def checkout(self, system: System, order: Order) -> str:
        """The address of a page that sells just this. Asked again within ten minutes by the same person, it is the same page."""

    async def change(self, system: System, row: Row, order: Order) -> str:
        """The address of a page on which a running subscription is changed to another plan or interval."""

    async def manage(self, system: System, row: Row) -> str:
        """The address of a page on which a running subscription is paid, paused, canceled and resumed. It signs its visitor in there."""


def realm_of(*, test: bool) -> str:
    return "test" if test else "live"
