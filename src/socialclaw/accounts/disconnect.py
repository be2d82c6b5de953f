"""Disconnecting an account: its secrets are forgotten here and, where the network can do that, withdrawn there."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from sqlalchemy import select

from socialclaw.accounts import directory
from socialclaw.accounts.developer_apps import app_of
from socialclaw.accounts.lookup import provider_of
from socialclaw.accounts.tokens import ACCESS, REFRESH, unseal
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import Scope, utc_now
from socialclaw.errors import SocialClawError
from socialclaw.events.facts import account_changed
from socialclaw.providers import oauth2
from socialclaw.providers.connect import OAuth2
from socialclaw.system import System
from socialclaw.vault import Vault

PATIENCE = 10.0  # seconds for a network to take the access back; here it is gone already

log = logging.getLogger(__name__)


async def disconnect(system: System, workspace_id: str, account_id: str, *, test: bool) -> tuple[Account, dict[str, Any]]:
    """Disconnect; returns the account's row and its connection as the wire has it.

    The row stays, for its posts; those not yet published fail as `account_disconnected`. Connecting again revives it.
    """
    row, connection, token = await system.write(workspace_id, _forget, system.vault, account_id, test=test)
    if token is not None:
        await _withdraw(system, row, token, test=test)
    return row, connection


async def give_up(system: System, workspace_id: str, account_id: str, *, test: bool) -> None:
    """Disconnect an account of a workspace that is deleted: the network first, so that who is killed in between does it again."""
    row, token = await system.read(workspace_id, _held, system.vault, account_id, test=test)
    if token is not None:
        await _withdraw(system, row, token, test=test)
    await system.write(workspace_id, _forget, system.vault, account_id, test=test)


def _held(scope: Scope, vault: Vault, account_id: str) -> tuple[Account, str | None]:
    row = directory.account(scope, account_id)
    return row, _own_token(scope, vault, row)


async def _withdraw(system: System, row: Account, token: str, *, test: bool) -> None:
    """Best effort: a network that does not answer keeps a token that nobody has any more."""
    provider = provider_of(row)
    if not isinstance(provider.connect, OAuth2):
        return
    try:
        app = app_of(system.settings, provider, test=test)
        http = system.outbound.network(test=test)
        async with asyncio.timeout(PATIENCE), system.acting(row.workspace_id, test=test):
            await oauth2.revoke(http, provider.connect, client_id=app.client_id, client_secret=app.client_secret, token=token)
    except (SocialClawError, TimeoutError) as error:
        log.warning("account %s: its access could not be revoked at the network (%s)", row.id, getattr(error, "code", "timeout"))


def _forget(scope: Scope, vault: Vault, account_id: str) -> tuple[Account, dict[str, Any], str | None]:
    row = directory.account(scope, account_id, lock=True)
    token = _own_token(scope, vault, row)
    let_go(row)
    scope.session.flush()
    account_changed(scope.session, "account.disconnected", row)
    found = scope.session.get(Connection, row.connection_id) if row.connection_id else None
    if found is None:
        return row, {"id": row.connection_id or row.id, "provider": row.provider, "status": "disconnected"}, token
    return row, directory.connection_wire(found, directory.accounts_of(scope, found)), token


def let_go(row: Account) -> None:
    """Nothing is published to this account any more, and nothing that opens it is kept."""
    row.ended_at = row.ended_at or utc_now()
    row.status, row.sealed, row.scopes = "disconnected", None, []
    row.token_expires_at = row.refresh_at = row.refreshing_until = row.refresh_failure_code = None
    row.refresh_status, row.refresh_failures = "none", 0


def _own_token(scope: Scope, vault: Vault, row: Account) -> str | None:
    """The token to withdraw, unless that would take another account's access too: one of the same handshake, or the same
    destination connected by another workspace (some networks withdraw everything that a user gave the app)."""
    secrets = unseal(vault, row)
    token = secrets.get(REFRESH) or secrets.get(ACCESS)
    others = select(Account.id).where(Account.id != row.id, Account.provider == row.provider, Account.status != "disconnected")
    same_handshake = others.where(Account.connection_id == row.connection_id)
    same_place = others.where(Account.external_id == row.external_id)
    shared = any(scope.session.scalar(query.limit(1)) is not None for query in (same_handshake, same_place))
    return None if shared else token
