"""The developer app through which a workspace speaks to a network: the operator's, or the sandbox's own."""

from __future__ import annotations

from typing import NamedTuple

from socialclaw.errors import NotReady
from socialclaw.providers.base import Provider
from socialclaw.settings import Settings


class App(NamedTuple):
    client_id: str
    client_secret: str


SANDBOX = App("sandbox-client", "sandbox-secret")


def app_of(settings: Settings, provider: Provider, *, test: bool) -> App:
    """The app's credentials; 409 `provider_not_configured` where the operator has set none."""
    if test:
        return SANDBOX
    name = provider.app or provider.network
    found = settings.apps.get(name)
    if found is None or not found.client_id:
        names = [f"SOCIALCLAW_APPS__{name.upper()}__{part}" for part in ("CLIENT_ID", "CLIENT_SECRET")]
        message = f"{provider.label} is not set up on this server: register a developer app there and set {' and '.join(names)}"
        raise NotReady(message, code="provider_not_configured", status=409, provider=provider.key, settings=names)
    return App(found.client_id, found.client_secret.get_secret_value())
