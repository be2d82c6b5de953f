"""The first start: a test workspace with an account connected on every simulated network, through the way every user goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import select
from sqlalchemy.orm import Session

from socialclaw.cli.consent import allow
from socialclaw.cli.output import Problem, complain, say
from socialclaw.client import Client
from socialclaw.clock import act_for
from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import SocialClawError
from socialclaw.networks import providers
from socialclaw.providers.base import Provider
from socialclaw.providers.connect import Form
from socialclaw.simulation.sandbox import caller_headers
from socialclaw.simulation.worlds import Caller, within
from socialclaw.system import System
from socialclaw.workspaces import keys, tenants

NAME = "Sandbox"
USER = "sandbox"  # who logs in at the simulated networks


@dataclass(frozen=True, slots=True)
class Sandboxed:
    """The test workspace. `fresh`: it was made just now."""

    workspace_id: str
    fresh: bool
    missing: tuple[Provider, ...]  # simulated, and never connected here


async def test_workspace(system: System) -> Sandboxed | None:
    """The test workspace, made where there is none; None where an operator gave its name to a live one."""
    known = await system.database.read(_named)
    row: Workspace = known if known else await system.database.write(tenants.create, NAME, "test")
    if row.mode != "test":
        return None
    connected = await system.read(row.id, _connected, test=True)
    return Sandboxed(row.id, known is None, tuple(p for p in providers().values() if p.key not in connected))


async def new_key(system: System, workspace_id: str, label: str) -> tuple[str, str]:
    """An API key of the test workspace: its id and its secret."""
    row, secret = await system.write(workspace_id, keys.create, system.vault, label, test=True)
    return row.id, secret


async def connect_all(system: System, client: Client, missing: Sequence[Provider]) -> None:
    """Connect an account on each; one that cannot be connected is named, and does not stop the others."""
    for provider in missing:
        try:
            say(f"  connected  {provider.label:<12} {', '.join(await connect(system, client, provider))}")
        except (SocialClawError, httpx2.HTTPError) as error:
            complain(f"{provider.label} could not be connected: {str(error) or type(error).__name__}")


async def connect(system: System, client: Client, provider: Provider) -> list[str]:
    """Connect one provider as a user would: paste what its form asks for, or consent in a browser. The accounts' handles."""
    typed = await _credentials(system, provider, client)
    if isinstance(provider.connect, Form):
        answer = await client.start_connection(provider.key, **typed)
        return [account["handle"] for account in answer["accounts"]]
    started = (await client.start_connection(provider.key))["connection"]
    await allow(client.http, str(started["authorizeUrl"]), typed)
    done = (await client.connection(started["id"]))["connection"]
    if done["status"] != "connected":
        raise Problem(done.get("error") or "the consent page did not lead back here")
    return [account["handle"] for account in (await client.accounts(provider.key))["accounts"]]


async def _credentials(system: System, provider: Provider, client: Client) -> Mapping[str, str]:
    """What the sandbox's user would paste or type; asked of the sandbox's own process where it has one."""
    workspace_id = (await client.validate_key())["tenant"]["id"]
    if system.sandbox is not None:
        network = system.sandbox.networks[provider.simulator.network]

        def known() -> Mapping[str, str]:
            with within(Caller(workspace_id)):
                return network.credentials(USER)

        return await system.sandbox.apart(known)
    asked = {"network": provider.simulator.network, "name": USER}
    with act_for(workspace_id):
        headers = caller_headers(system.door.secret)
    answer = await client.http.post(f"{system.settings.networks_url}/sandbox/credentials", json=asked, headers=headers)
    answer.raise_for_status()
    given: dict[str, Any] = answer.json()["credentials"]
    return given


def _named(session: Session) -> Workspace | None:
    return session.scalar(select(Workspace).where(Workspace.name == NAME))


def _connected(scope: Scope) -> set[str]:
    """Providers with an account, whatever its state: one that was disconnected on purpose stays so."""
    return {row.provider for row in scope.session.scalars(scope.all(Account))}
