"""The user comes back from a network's consent page: the state is spent, the code exchanged, the accounts stored.

Whatever goes wrong after the state was accepted is written to the connection in words for the user; a state that is not ours,
not of this provider, spent or too old changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from socialclaw.accounts.connect import discover, redirect_uri
from socialclaw.accounts.connect_store import complete, fail
from socialclaw.accounts.developer_apps import app_of
from socialclaw.accounts.tokens import Grant, scrub
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import Scope, utc_now
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import InvalidRequest, PlanRequired, SocialClawError
from socialclaw.networks import canonical, providers
from socialclaw.providers import oauth2
from socialclaw.providers.base import Provider
from socialclaw.providers.connect import OAuth2
from socialclaw.providers.draft import Target
from socialclaw.system import System
from socialclaw.vault import digest

LONGEST_SAID = 300


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a handshake. `error` is for the user; `accounts` are their names; `client` is who had begun it, as it called itself."""

    connection_id: str
    provider: Provider
    callback_scheme: str | None
    client: str | None
    accounts: tuple[str, ...] = ()
    error: str | None = None

    @property
    def status(self) -> str:
        return "failed" if self.error else "connected"


async def finish(system: System, provider_name: str, answer: Mapping[str, str]) -> Finished:
    """Finish a handshake with the query of the network's redirect: `state`, and `code` or `error` (`error_description`).

    Raises InvalidRequest `oauth_state_invalid` (400) for a state that opens nothing; then nothing has changed.
    """
    state = answer.get("state", "")
    key = canonical(provider_name)
    if key is None or len(state) > 500 or system.vault.verify(state) is None:
        raise _state_invalid()
    row, test = await system.database.write(_spend, digest(state), key)
    async with system.acting(row.workspace_id, test=test):
        return await _finish(system, row, answer, state, test=test)


async def _finish(system: System, row: Connection, answer: Mapping[str, str], state: str, *, test: bool) -> Finished:
    provider, sealed = providers()[row.provider], row.sealed or ""
    hidden = [state, answer.get("code", "")]
    try:
        if "error" in answer or not answer.get("code"):
            raise InvalidRequest(_declined(provider, answer), code="consent_declined" if "error" in answer else "consent_incomplete")
        verifier = system.vault.unseal(sealed, bound_to=f"connections:{row.id}:verifier")
        hidden.append(verifier)
        grant = await _exchange(system, provider, answer["code"], verifier, test=test)
        hidden += grant.secrets.values()
        targets = await discover(system, provider, grant.secrets, test=test)
    except SocialClawError as error:
        return await _failed(system, row, provider, error, hidden, test=test)
    try:
        accounts = await system.write(row.workspace_id, _store, system, row.id, targets, grant, test=test)
    except PlanRequired as error:
        return await _failed(system, row, provider, error, hidden, test=test)
    return Finished(row.id, provider, row.callback_scheme, row.client, tuple(a.display_name or a.handle for a in accounts))


async def _failed(
    system: System, row: Connection, provider: Provider, error: SocialClawError, hidden: Sequence[str], *, test: bool
) -> Finished:
    message = scrub(error.message, hidden)[:LONGEST_SAID]
    await system.write(row.workspace_id, fail, row.id, code=error.code, message=message, test=test)
    return Finished(row.id, provider, row.callback_scheme, row.client, error=message)


async def _exchange(system: System, provider: Provider, code: str, verifier: str, *, test: bool) -> Grant:
    app = app_of(system.settings, provider, test=test)
    tokens = await oauth2.exchange(
        system.outbound.network(test=test),
        cast(OAuth2, provider.connect),
        client_id=app.client_id,
        client_secret=app.client_secret,
        code=code,
        redirect_uri=redirect_uri(system, provider),
        verifier=verifier,
    )
    return Grant.of(tokens)


def _spend(session: Session, state_digest: str, provider: str) -> tuple[Connection, bool]:
    """Take the pending connection of this state; only one callback ever gets it."""
    found = session.scalar(select(Connection).where(Connection.state_digest == state_digest))
    if found is None or found.provider != provider or found.status != "pending":
        raise _state_invalid()
    workspace = session.get_one(Workspace, found.workspace_id)
    if found.expires_at is None or found.expires_at <= (workspace.clock_at or utc_now()):
        raise _state_invalid()
    mine = update(Connection).where(Connection.id == found.id, Connection.state_digest == state_digest)
    spent = session.execute(mine.values(state_digest=None).execution_options(synchronize_session=False))
    if cast("CursorResult[object]", spent).rowcount != 1:
        raise _state_invalid()
    return found, workspace.mode == "test"


def _store(scope: Scope, system: System, connection_id: str, targets: Sequence[Target], grant: Grant) -> list[Account]:
    row = scope.one(Connection, connection_id, lock=True)
    return complete(scope, system.vault, row, targets=targets, grant=grant, sells=system.settings)


def _declined(provider: Provider, answer: Mapping[str, str]) -> str:
    own = provider.connect.declined if isinstance(provider.connect, OAuth2) else ()
    if answer.get("error") in ("access_denied", "user_denied", *own):
        return f"You did not allow access to {provider.label}. Start the connection again if that was not intended."
    said = answer.get("error_description") or answer.get("error")
    return f"{provider.label} did not finish the connection: {said}" if said else f"{provider.label} sent you back without a code."


def _state_invalid() -> InvalidRequest:
    message = "This link is not valid (any longer): it was used before, is too old, or was not made here. Start the connection again."
    return InvalidRequest(message, code="oauth_state_invalid", status=400)
