"""The issuers that this server lets people sign in with, and who it is to each of them: by the settings, or as the sandbox knows us.

Whoever a simulated issuer vouches for may be anybody. So such people are of the realm `test`, and known by another issuer's name than
those of the real one: none is ever taken for the other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import httpx2

from socialclaw.clock import act_for
from socialclaw.errors import NotReady
from socialclaw.issuers.apple.client_secret import SigningKey
from socialclaw.issuers.apple.issuer import APPLE
from socialclaw.issuers.apple.sandbox import developer
from socialclaw.issuers.base import Client, ClientRefused, Issuer, Password
from socialclaw.issuers.google import GOOGLE
from socialclaw.issuers.google.sandbox import simulator as simulated_google
from socialclaw.issuers.signing_keys import SigningKeys
from socialclaw.settings import Settings
from socialclaw.sign_in_settings import listed
from socialclaw.system import System

Realm = Literal["live", "test"]
ISSUERS: Mapping[str, Issuer] = {issuer.key: issuer for issuer in (GOOGLE, APPLE)}
SIMULATED = "simulated-"  # before the name of an issuer that is
WORLD = "sign-in"  # the simulated world in which people sign in: no workspace is called so
NEEDED = {
    "google": ("GOOGLE__CLIENT_ID", "GOOGLE__CLIENT_SECRET"),
    "apple": ("APPLE__SERVICES_ID", "APPLE__TEAM_ID", "APPLE__KEY_ID", "APPLE__KEY_FILE"),
}


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """One issuer, and us. `on_the_web`: a browser can be sent there; `bundle_ids`: our apps in which they do."""

    issuer: Issuer
    realm: Realm
    http: httpx2.AsyncClient
    keys: SigningKeys
    app: Client
    redirect_uri: str
    on_the_web: bool
    bundle_ids: tuple[str, ...] = ()
    hosted_domain: str = ""

    @property
    def name(self) -> str:
        """What identities of this issuer are kept under."""
        return self.issuer.key if self.realm == "live" else f"{SIMULATED}{self.issuer.key}"

    @property
    def label(self) -> str:
        return self.issuer.label

    @property
    def called(self) -> str:
        """What it is called to people who choose one."""
        return self.label if self.realm == "live" else f"{self.label} (simulated)"

    def of(self, client_id: str) -> Client:
        """Us by another of our client ids: of an app."""
        return Client(client_id, self.app.secret, self.app.audiences)

    @contextmanager
    def reached(self) -> Iterator[None]:
        """Calls within go to this issuer, by no workspace's time."""
        if self.realm == "live":
            yield
            return
        with act_for(WORLD):
            yield


class RelyingParties:
    """Those of one installation. Raises ClientRefused, in words for the operator, where what is set cannot be."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._by_key = {party.issuer.key: party for party in _parties(system)}

    @cached_property
    def ways(self) -> list[str]:
        """The issuers that a browser can be sent to."""
        return [key for key, party in self._by_key.items() if party.on_the_web]

    def web(self, key: str) -> RelyingParty:
        """NotReady `sign_in_not_configured` (409) where nobody can be sent there."""
        party = self._by_key.get(key)
        if party is None or not party.on_the_web:
            raise _not_configured(key, NEEDED[key])
        return party

    def native(self) -> RelyingParty:
        """Apple, for tokens that our apps got."""
        party = self._by_key.get(APPLE.key)
        if party is None or not party.bundle_ids:
            raise _not_configured(APPLE.key, ("APPLE__BUNDLE_IDS", *NEEDED["apple"][1:]))
        return party

    def apple(self) -> RelyingParty:
        """Apple, for its news of accounts."""
        party = self._by_key.get(APPLE.key)
        if party is None:
            raise _not_configured(APPLE.key, NEEDED["apple"])
        return party

    def link(self, party: RelyingParty, url: str, seconds: float) -> str:
        """Where a browser finds a URL of this issuer, for so long."""
        return self._system.consent_link(url, WORLD, test=party.realm == "test", seconds=seconds)


def _parties(system: System) -> Iterator[RelyingParty]:
    settings = system.settings
    own = {GOOGLE.key: _google(settings), APPLE.key: _apple(settings)}
    for key, issuer in ISSUERS.items():
        found, realm = own[key], "live"
        if found is None and settings.sign_in.simulated:
            found, realm = _simulated(key), "test"
        if found is None:
            continue
        client, on_the_web, bundle_ids = found
        http = system.outbound.network(test=realm == "test")
        hosted = settings.sign_in.google.hosted_domain if issuer is GOOGLE else ""
        yield RelyingParty(
            issuer,
            "test" if realm == "test" else "live",
            http,
            SigningKeys(issuer, http),
            client,
            f"{settings.base_url}/auth/{key}/callback",
            on_the_web,
            bundle_ids,
            hosted,
        )


Found = tuple[Client, bool, tuple[str, ...]]


def _google(settings: Settings) -> Found | None:
    given = settings.sign_in.google
    if not given.client_id:
        return None
    audiences = (given.client_id, *listed(given.audiences))
    return Client(given.client_id, Password(given.client_secret.get_secret_value()), audiences), True, ()


def _apple(settings: Settings) -> Found | None:
    given = settings.sign_in.apple
    if given.key_file is None:
        return None
    try:
        pem = given.key_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ClientRefused(f"SOCIALCLAW_SIGN_IN__APPLE__KEY_FILE {given.key_file} cannot be read ({error})") from None
    bundle_ids = tuple(listed(given.bundle_ids))
    audiences = tuple(filter(None, (given.services_id, *bundle_ids)))
    try:
        key = SigningKey(given.team_id, given.key_id, pem)
    except ValueError as error:
        raise ClientRefused(f"SOCIALCLAW_SIGN_IN__APPLE__KEY_FILE {given.key_file}: {error}") from None
    return Client(given.services_id or bundle_ids[0], key, audiences), bool(given.services_id), bundle_ids


def _simulated(key: str) -> Found:
    if key == GOOGLE.key:
        secret = Password(simulated_google.CLIENT_SECRET)
        return Client(simulated_google.CLIENT_ID, secret, (simulated_google.CLIENT_ID,)), True, ()
    signing = SigningKey(developer.TEAM_ID, developer.KEY_ID, developer.pem())
    return Client(developer.SERVICES_ID, signing, developer.CLIENTS), True, (developer.BUNDLE_ID,)


def _not_configured(key: str, needed: tuple[str, ...]) -> NotReady:
    names = [f"SOCIALCLAW_SIGN_IN__{part}" for part in needed]
    message = f"Nobody can sign in with {ISSUERS[key].label} here: the operator has to set {' and '.join(names)}"
    return NotReady(message, code="sign_in_not_configured", status=409, settings=names)


def now() -> float:
    """The real time, whoever rehearses."""
    return time.time()
