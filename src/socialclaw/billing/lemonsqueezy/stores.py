"""Our stores at Lemon Squeezy: the one that the operator has set up, for live workspaces, and the simulated one, for test workspaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import httpx2

from socialclaw.billing import terms
from socialclaw.billing.lemonsqueezy.rows import Variants
from socialclaw.errors import Conflict
from socialclaw.merchants.lemonsqueezy.client import LemonSqueezy
from socialclaw.merchants.lemonsqueezy.sandbox import credentials
from socialclaw.merchants.lemonsqueezy.sandbox.catalogue import SOLD_AS
from socialclaw.settings import Settings
from socialclaw.system import System

LIVE, TEST = "live", "test"
Sold = Mapping[tuple[str, str], int]
SIMULATED: Sold = {(name.partition(":")[0], name.partition(":")[2]): variant for name, variant in SOLD_AS.items()}


@dataclass(frozen=True)
class Store:
    """`sold`: by plan and interval, the variant that it is sold as. `secrets`: what its webhooks may be signed with."""

    realm: str
    client: LemonSqueezy
    sold: Sold
    secrets: tuple[str, ...]

    @cached_property
    def variants(self) -> Variants:
        return {variant: what for what, variant in self.sold.items()}

    @property
    def test(self) -> bool:
        return self.realm == TEST


def of_realm(system: System, realm: str) -> Store | None:
    """The store of live workspaces, or of test workspaces; None where there is none."""
    return _simulated(system) if realm == TEST else _own(system)


def of_workspace(system: System, *, test: bool) -> Store:
    """The store at which a workspace buys. Conflict `billing_not_configured` where there is none."""
    found = of_realm(system, TEST if test else LIVE)
    if found is None:
        raise Conflict("Nothing is sold here: the operator has not set up a store (SOCIALCLAW_BILLING)", code="billing_not_configured")
    return found


def sold_by(settings: Settings, *, test: bool) -> Sold:
    """What the store of these workspaces sells; nothing where there is none."""
    if not test:
        return settings.billing.variant_ids if settings.billing.ready else {}
    return SIMULATED if settings.sandbox != "off" and terms.sold(settings, test=True) else {}


def own_client(settings: Settings, http: httpx2.AsyncClient) -> LemonSqueezy:
    """The store that the operator has set up."""
    set_up = settings.billing
    return LemonSqueezy(http, set_up.api_key.get_secret_value(), int(set_up.store_id), test_mode=set_up.test_mode)


def all_of(system: System) -> list[Store]:
    return [store for store in (_own(system), _simulated(system)) if store is not None]


def _own(system: System) -> Store | None:
    set_up = system.settings.billing
    if not set_up.ready:
        return None
    client = own_client(system.settings, system.outbound.network(test=False))
    return Store(LIVE, client, sold_by(system.settings, test=False), tuple(set_up.secrets))


def _simulated(system: System) -> Store | None:
    if not (sold := sold_by(system.settings, test=True)):
        return None
    keys = system.door.derived(credentials.API_KEY)
    client = LemonSqueezy(system.outbound.network(test=True), keys[0], credentials.STORE_ID, test_mode=True)
    secrets = tuple(credentials.webhook_secret(derived) for derived in system.door.derived(credentials.WEBHOOKS))
    return Store(TEST, client, sold, secrets)
