"""Secrets that work: read for publishing, refreshed ahead of their end and after a 401.

A network may rotate its refresh token at every use, so three things are kept to: only one refresh of a token is under way
anywhere (a lease in the row; callers of this process share one task), what it brought is committed before it is used, and all
accounts that share the token get it. A network that cannot be reached changes nothing but `refresh_status`; only its refusal
makes an account `reconnect_required`. A refresh whose answer was lost may have used the token up: the next one finds out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, object_session

from socialclaw.accounts.developer_apps import app_of
from socialclaw.accounts.lookup import provider_of
from socialclaw.accounts.tokens import REFRESH, SOON, Grant, bind, unlock, unseal
from socialclaw.backoff import Backoff
from socialclaw.db.accounts import Account
from socialclaw.db.base import utc_now
from socialclaw.db.database import insist
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import NotFound, NotReady, ProviderError, Rejected, Unauthorized, Unavailable
from socialclaw.events.facts import account_changed
from socialclaw.providers import draft, oauth2
from socialclaw.providers.base import Provider
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Tokens
from socialclaw.system import System
from socialclaw.vault import Vault

T = TypeVar("T")

LOOK_AGAIN = 0.1  # seconds between two looks at a refresh that another process is making
LEASE_MARGIN = 10.0  # seconds beyond the time limits of the token endpoint's call
LONGEST_PAUSE = 3600.0  # seconds between two refreshes ahead of time while the network cannot be reached

_flights: dict[tuple[int, str], asyncio.Task[draft.Account]] = {}


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to use this refresh token now. `test`: its network is the sandbox."""

    account_id: str
    workspace_id: str
    provider: Provider
    refresh_token: str
    test: bool


async def fresh(system: System, account: Account | str) -> draft.Account:
    """The account (a row just read, or an id) with secrets that will last for a publish.

    Raises Rejected `account_disconnected`, Unauthorized `account_reconnect_required`, or Unavailable where an expired token
    could not be refreshed because the network did not answer.
    """
    row = await system.database.read(_load, account) if isinstance(account, str) else account
    opened = _opened(system, row)
    if row.token_expires_at is None or row.token_expires_at - utc_now() > SOON:
        return opened
    expired = row.token_expires_at <= utc_now()
    if not expired and REFRESH not in opened.secrets:
        return opened
    try:
        return await refresh_now(system, row.id, opened)
    except Unavailable:
        if expired:
            raise
        return opened  # it still has some seconds, and the network decides


async def refresh_now(system: System, account_id: str, refused: draft.Account) -> draft.Account:
    """The account with other secrets than the refused ones (or those about to end).

    If another worker has refreshed it already, those are the stored ones. An account without a refresh token is marked
    `reconnect_required`. Raises as `fresh` does.
    """
    key = (id(system.database), account_id)
    while (flight := _flights.get(key)) is not None:
        account = await asyncio.shield(flight)
        if account.secrets != refused.secrets:
            return account
    # A task of its own: a caller that goes away must not lose the token that the network has just handed out.
    flight = _flights[key] = asyncio.create_task(_refresh(system, account_id, refused.secrets))
    flight.add_done_callback(lambda done: _landed(key, done))
    return await asyncio.shield(flight)


async def using(system: System, account: Account, do: Callable[[draft.Account], Awaitable[T]]) -> T:
    """`await do(opened)` with secrets that last; where the network refuses them, once more with refreshed ones.

    Raises what `do` raises, and as `fresh` does.
    """
    opened = await fresh(system, account)
    try:
        return await do(opened)
    except Unauthorized:
        if REFRESH not in opened.secrets:
            raise
        return await do(await refresh_now(system, account.id, opened))


async def refresh_due(system: System, account_id: str) -> None:
    """Refresh ahead of time if it is time. Failures are written to the account, not raised."""
    row = await system.database.read(_find, account_id)
    if row is None or row.status != "connected" or row.refresh_at is None or row.refresh_at > utc_now():
        return
    try:
        await refresh_now(system, account_id, unlock(system.vault, row))
    except ProviderError:
        return


def _landed(key: tuple[int, str], done: asyncio.Task[draft.Account]) -> None:
    _flights.pop(key, None)
    if not done.cancelled():
        done.exception()  # every caller may have gone; then nobody else asks for it


async def _refresh(system: System, account_id: str, used: Mapping[str, str]) -> draft.Account:
    lease = await _acquire(system, account_id, used)
    if isinstance(lease, Account):
        return _opened(system, lease)
    try:
        tokens = await _ask(system, lease)
    except Unauthorized as error:
        if error.code == "oauth_client_refused":  # the operator's app, not the user's consent
            raise await _put_off(system, lease, error) from error
        row = await system.database.write(_refuse, system.vault, lease, error.code)
        return _opened(system, row, cause=error)
    except ProviderError as error:
        raise await _put_off(system, lease, error) from error
    saved = await insist(lambda: system.database.write(_save, system.vault, lease, tokens))  # the old refresh token may be void by now
    return _opened(system, saved)


async def _put_off(system: System, lease: Lease, error: ProviderError) -> Unavailable:
    await system.database.write(_postpone, system.vault, lease, error.code, Backoff((system.settings.retry_first_seconds,), LONGEST_PAUSE))
    message = f"Access to {lease.provider.label} could not be renewed: {error.message}"
    return Unavailable(message, sent=False, code="token_refresh_failed", cause=error.code)


def _opened(system: System, row: Account, cause: ProviderError | None = None) -> draft.Account:
    _must_be_usable(row, cause)
    return unlock(system.vault, row)


async def _acquire(system: System, account_id: str, used: Mapping[str, str]) -> Lease | Account:
    """The lease, or the row if there is nothing (more) to refresh; waits while another process is at it."""
    seconds = system.settings.connect_seconds + system.settings.answer_seconds + LEASE_MARGIN
    while True:
        found = await system.database.write(_lease, system.vault, account_id, used, seconds)
        if found is not None:
            return found
        await asyncio.sleep(LOOK_AGAIN)


async def _ask(system: System, lease: Lease) -> Tokens:
    spec = lease.provider.connect
    if not isinstance(spec, OAuth2):
        raise Unauthorized(f"{lease.provider.label} has nothing to refresh")
    try:
        app = app_of(system.settings, lease.provider, test=lease.test)
    except NotReady as error:
        raise Unavailable(error.message, sent=False, code=error.code) from error
    http = system.outbound.network(test=lease.test)
    async with system.acting(lease.workspace_id, test=lease.test):
        return await oauth2.refresh(http, spec, client_id=app.client_id, client_secret=app.client_secret, refresh_token=lease.refresh_token)


# In the database.


def _find(session: Session, account_id: str) -> Account | None:
    return session.get(Account, account_id)


def _load(session: Session, account_id: str) -> Account:
    row = _find(session, account_id)
    if row is None:
        raise NotFound(f"There is no account {account_id!r}", code="account_not_found")
    return row


def _family(session: Session, account_id: str) -> tuple[Account, list[Account]]:
    """The account, and all of the same handshake (it among them), locked in one order."""
    row = _load(session, account_id)
    same = and_(Account.workspace_id == row.workspace_id, Account.connection_id == row.connection_id)
    query = select(Account).where(or_(Account.id == account_id, same)).order_by(Account.id)
    rows = list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))
    return row, rows


def _lease(session: Session, vault: Vault, account_id: str, used: Mapping[str, str], seconds: float) -> Lease | Account | None:
    """A lease; or the row, where its token is another one by now or cannot be refreshed; or None while another has the lease."""
    row, family = _family(session, account_id)
    secrets, now = unseal(vault, row), utc_now()
    if row.status != "connected" or secrets != used:
        return row
    if REFRESH not in secrets:
        _require_reconnect(row, "no_refresh_token")
        return row
    sharing = _sharing(vault, family, secrets[REFRESH])
    if any(r.refreshing_until is not None and r.refreshing_until > now for r in sharing):
        return None
    for r in sharing:
        r.refreshing_until = now + timedelta(seconds=seconds)
    workspace = session.get_one(Workspace, row.workspace_id)
    return Lease(account_id, row.workspace_id, provider_of(row), secrets[REFRESH], workspace.mode == "test")


def _save(session: Session, vault: Vault, lease: Lease, tokens: Tokens) -> Account:
    """Keep what the refresh brought. An account connected anew meanwhile keeps what that brought."""
    now = utc_now()
    row, family = _family(session, lease.account_id)
    for shared in _sharing(vault, family, lease.refresh_token):
        secrets = {**unseal(vault, shared), **Grant.of(tokens).secrets}
        bind(shared, vault, Grant(secrets, expires_in=tokens.expires_in), now)
        shared.scopes = list(tokens.scopes) or shared.scopes
        shared.refresh_status, shared.refreshing_until = "ok", None
    return row


def _refuse(session: Session, vault: Vault, lease: Lease, code: str) -> Account:
    """The network refused the refresh token: the accounts that still hold it need a person."""
    row, family = _family(session, lease.account_id)
    for shared in _sharing(vault, family, lease.refresh_token):
        _require_reconnect(shared, code)
    return row


def _postpone(session: Session, vault: Vault, lease: Lease, code: str, backoff: Backoff) -> None:
    """The network did not answer: the accounts stay, and the next refresh ahead of time is put off, doubling."""
    now = utc_now()
    for row in _sharing(vault, _family(session, lease.account_id)[1], lease.refresh_token):
        row.refresh_status, row.refresh_failure_code, row.refreshing_until = "failing", code, None
        row.refresh_failures += 1
        row.refresh_at = now + timedelta(seconds=backoff.pause(row.refresh_failures) or 0)


def _sharing(vault: Vault, family: list[Account], refresh_token: str) -> list[Account]:
    return [row for row in family if unseal(vault, row).get(REFRESH) == refresh_token]


def withdrawn(row: Account, code: str) -> None:
    """The network says by itself that the access was taken back: what we hold of it is forgotten."""
    row.sealed, row.token_expires_at, row.scopes = None, None, []
    _require_reconnect(row, code)


def _require_reconnect(row: Account, code: str) -> None:
    if row.status != "reconnect_required":
        session = object_session(row)
        assert session is not None
        row.ended_at = utc_now()
        account_changed(session, "account.reconnect_required", row)
    row.status, row.refresh_status, row.refresh_failure_code = "reconnect_required", "refused", code
    row.refresh_at = row.refreshing_until = None


def _must_be_usable(row: Account, cause: ProviderError | None = None) -> None:
    details: dict[str, Any] = {"accountId": row.id, "provider": row.provider, **({"cause": cause.code} if cause else {})}
    if row.status == "disconnected":
        raise Rejected(f"The account {row.handle} was disconnected", code="account_disconnected", **details)
    if row.status == "reconnect_required":
        message = f"{provider_of(row).label} no longer grants access to {row.handle}: connect it again"
        raise Unauthorized(message, code="account_reconnect_required", **details)
