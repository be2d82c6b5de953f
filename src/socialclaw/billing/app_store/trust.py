"""Whom we believe: Apple's root for live workspaces, the simulated App Store's own for test ones. Neither counts for the other.

Purchases of Apple's sandbox are free, so a live workspace has them only while App Review, which buys there, looks at the app in it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from socialclaw.app_store_settings import AppStoreSettings
from socialclaw.billing import terms
from socialclaw.errors import Conflict
from socialclaw.merchants.app_store.client import AppStore, Key
from socialclaw.merchants.app_store.sandbox import authority, catalogue
from socialclaw.merchants.app_store.signed_data import (
    PRODUCTION,
    SANDBOX,
    Environment,
    Notification,
    Transaction,
    Unverified,
    Verifier,
    apple_root,
    available,
    claimed_environment,
)
from socialclaw.settings import Settings
from socialclaw.system import System

LIVE, TEST = "live", "test"
log = logging.getLogger(__name__)
Products = Mapping[str, tuple[str, str]]
"""What each product sells: a plan, and its interval."""


@dataclass(frozen=True, slots=True)
class Trust:
    """`environment`: where the workspaces of this realm buy. `apis`: where subscriptions can be read; none without a key."""

    realm: str
    bundle_id: str
    environment: Environment
    products: Products
    family: bool
    verifiers: Sequence[Verifier]
    apis: Sequence[AppStore]

    @property
    def test(self) -> bool:
        return self.realm == TEST

    def transaction(self, signed: str) -> tuple[Environment, Transaction]:
        """A transaction of our app, and where it was made. Raises Unverified."""
        verifier = self._verifier(signed)
        return verifier.environment, verifier.transaction(signed)

    def notification(self, signed: str) -> Notification:
        """Raises Unverified."""
        return self._verifier(signed).notification(signed)

    def _verifier(self, signed: str) -> Verifier:
        """The one for the environment that it says it is of: whether it is, the verifier sees."""
        claimed = claimed_environment(signed)
        found = next((verifier for verifier in self.verifiers if verifier.environment == claimed), None)
        if found is None:
            raise Unverified("it is of no environment that is taken here")
        return found


def of_realm(system: System, realm: str) -> Trust | None:
    """None where nothing is sold there, or the library is not installed."""
    if not enabled(system.settings, test=realm == TEST):
        return None
    return _simulated(system) if realm == TEST else _own(system)


def of_workspace(system: System, *, test: bool) -> Trust:
    """The same of a workspace's realm. Conflict `billing_not_configured` where there is none."""
    found = of_realm(system, TEST if test else LIVE)
    if found is None:
        message = "Nothing is sold here on Apple devices: the operator has set up no app (SOCIALCLAW_APP_STORE), or not installed `apple`"
        raise Conflict(message, code="billing_not_configured")
    return found


def enabled(settings: Settings, *, test: bool) -> bool:
    sold = settings.sandbox != "off" and terms.sold(settings, test=True) if test else settings.app_store.ready
    return sold and available()


def all_of(system: System) -> list[Trust]:
    return [found for realm in (LIVE, TEST) if (found := of_realm(system, realm)) is not None]


def _own(system: System) -> Trust:
    given, http = system.settings.app_store, system.outbound.network(test=False)
    verifiers = (
        Verifier([apple_root()], PRODUCTION, given.bundle_id, int(given.app_apple_id)),
        Verifier([apple_root()], SANDBOX, given.bundle_id),
    )
    apis = [AppStore(http, ours, given.bundle_id, verifier) for verifier in verifiers] if (ours := _usable(given)) else []
    return Trust(LIVE, given.bundle_id, PRODUCTION, given.product_ids, given.family_sharing, verifiers, apis)


@cache
def key(given: AppStoreSettings) -> Key:
    """The key of the settings, read once. Raises OSError or ValueError, in words for the operator."""
    return Key(given.issuer_id, given.key_id, given.key_file.read_text() if given.key_file else "")


def _usable(given: AppStoreSettings) -> Key | None:
    """Without a key nothing can be read, and everything else goes on."""
    if not given.reads:
        return None
    try:
        return key(given)
    except (OSError, ValueError) as error:
        log.error("app store: SOCIALCLAW_APP_STORE__KEY_FILE cannot be used, so no subscription is read: %s", error)
        return None


def _simulated(system: System) -> Trust:
    secrets = system.door.derived(authority.PURPOSE)
    verifier = Verifier([authority.root_of(secret) for secret in secrets], SANDBOX, catalogue.BUNDLE_ID)
    ours = Key(catalogue.ISSUER_ID, catalogue.KEY_ID, authority.api_key(secrets[0]))
    api = AppStore(system.outbound.network(test=True), ours, catalogue.BUNDLE_ID, verifier)
    products = {product: sold for sold, product in catalogue.SOLD_AS.items()}
    return Trust(TEST, catalogue.BUNDLE_ID, SANDBOX, products, system.settings.app_store.family_sharing, (verifier,), (api,))
