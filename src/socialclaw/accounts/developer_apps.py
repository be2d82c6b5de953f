"""The developer app through which a workspace speaks to a network: the operator's, or the sandbox's own."""

from __future__ import annotations

from typing import NamedTuple

from socialclaw.errors import NotReady
from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.providers.withdrawals import Signer
from socialclaw.settings import Settings
from socialclaw.simulation.notices import callbacks_of
from socialclaw.simulation.passes import Doorkeeper


class App(NamedTuple):
    client_id: str
    client_secret: str


SANDBOX = App("sandbox-client", "sandbox-secret")


def app_name(provider: Provider) -> str:
    """The app by its name in the settings: its network's, or one of its own."""
    return provider.app or provider.network


def variables(provider: Provider) -> list[str]:
    """The environment variables with the id and the secret of its app."""
    return [f"SOCIALCLAW_APPS__{app_name(provider).upper()}__{part}" for part in ("CLIENT_ID", "CLIENT_SECRET")]


def app_of(settings: Settings, provider: Provider, *, test: bool) -> App:
    """The app's credentials; 409 `provider_not_configured` where the operator has set none."""
    if test:
        return SANDBOX
    found = settings.apps.get(app_name(provider))
    if found is None or not found.client_id:
        names = variables(provider)
        message = f"{provider.label} is not set up on this server: register a developer app there and set {' and '.join(names)}"
        raise NotReady(message, code="provider_not_configured", status=409, provider=provider.key, settings=names)
    return App(found.client_id, found.client_secret.get_secret_value())


def of_app(name: str) -> list[str]:
    """The keys of the providers that are connected through this app."""
    return [provider.key for provider in providers().values() if app_name(provider) == name]


def signers(settings: Settings, door: Doorkeeper, *names: str, world: str) -> list[Signer]:
    """Who may sign what networks send us by themselves: these developer apps, and their simulated ones in the `world` in which it is said
    to have happened, which know what only this installation does. 503 `provider_not_configured` where there are none."""
    given = {name: settings.apps.get(name) for name in names}
    found = [Signer(name, app.client_secret.get_secret_value()) for name, app in given.items() if app]
    if settings.sandbox != "off":
        found += [Signer(name, secret, True, world) for name in names for secret in door.derived(callbacks_of(name, world))]
    if not any(signer.secret for signer in found):
        message = f"No developer app is set up on this server that could send this: SOCIALCLAW_APPS__{names[0].upper()}__CLIENT_SECRET"
        raise NotReady(message, code="provider_not_configured")
    return found
