"""What a finished handshake leaves behind: its accounts, as many as the plan has room for, and the posts that waited for them released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from socialclaw.accounts.tokens import REFRESH, Grant, bind, unseal
from socialclaw.billing import counting, terms
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.db.workspaces import Workspace
from socialclaw.events.facts import account_changed
from socialclaw.lifecycle.writing import release
from socialclaw.networks import providers, publishing_types
from socialclaw.providers.base import MeasuresAccount
from socialclaw.providers.draft import Target
from socialclaw.settings import Settings
from socialclaw.vault import Vault


def complete(
    scope: Scope, vault: Vault, connection: Connection, *, targets: Sequence[Target], grant: Grant, sells: Settings | None = None
) -> list[Account]:
    """Store every target as an account, once per destination however often it is connected, and close the connection.

    `sells`: see `apply`. What the plan has no room for is left out, and named in the connection; PlanRequired where that is all.
    """
    now = utc_now()
    taken, left = fitting(scope, connection.provider, targets, terms.held(scope, sells))
    rows = [adopt(scope, vault, connection, target=target, grant=grant, now=now) for target in taken]
    connection.status, connection.error, connection.error_code = "connected", None, None
    if left:
        connection.error_code = counting.ACCOUNTS
        connection.error = f"The plan has no room for {', '.join(target.name or target.handle for target in left)}"
    connection.account_ids = [row.id for row in rows]
    _close(connection, now)
    scope.session.flush()
    release(scope.session, connection.account_ids, now)
    for account_id in connection.account_ids:
        scope.hint("publish", account_id, now)
    for row in rows:
        account_changed(scope.session, "account.connected", row)
    return rows


def fitting(scope: Scope, provider: str, targets: Sequence[Target], paid: terms.Terms | None) -> tuple[Sequence[Target], Sequence[Target]]:
    """Of these destinations, in the network's order, what the plan has room for, and what not. What is connected already takes none."""
    room = counting.room(scope, paid)
    if paid is None or room is None:
        return targets, ()
    there = scope.all(Account).where(Account.provider == provider, Account.status != "disconnected")
    known = set(scope.session.scalars(there.with_only_columns(Account.external_id)))
    new = [target for target in targets if target.id not in known and (provider, target.type) in publishing_types()]
    left = new[room:]
    if left and len(left) == len(targets):
        raise counting.full(scope, paid, requested=len(left))
    return [target for target in targets if target not in left], left


def fail(scope: Scope, connection_id: str, *, code: str, message: str) -> Connection:
    connection = scope.one(Connection, connection_id, lock=True)
    connection.status, connection.error_code, connection.error = "failed", code, message
    _close(connection, utc_now())
    return connection


def _close(connection: Connection, now: datetime) -> None:
    connection.finished_at = now
    connection.state_digest = connection.sealed = connection.authorize_url = None


def adopt(scope: Scope, vault: Vault, connection: Connection, *, target: Target, grant: Grant, now: datetime) -> Account:
    """The row of a destination that a handshake opened, with what opens it."""
    row = _row(scope, connection.provider, target)
    before = unseal(vault, row)
    if target.secrets:  # the destination's own, which do not expire with the user's
        grant = Grant(dict(target.secrets), grant.scopes)
    elif REFRESH in before and REFRESH not in grant.secrets:  # a network that hands one out only the first time
        grant = Grant({**grant.secrets, REFRESH: before[REFRESH]}, grant.scopes, grant.expires_in)
    row.connection_id = connection.id
    row.handle, row.account_type, row.display_name, row.meta = target.handle, target.type, target.name, dict(target.meta)
    row.scopes = list(grant.scopes)
    row.status, row.refresh_status = "connected", "none"
    row.clocked = (scope.session.get_one(Workspace, scope.workspace_id)).clock_at is not None
    row.collect_at = now if providers()[row.provider].can(MeasuresAccount) else None
    bind(row, vault, grant, now)
    row.refreshing_until = None
    return row


def _row(scope: Scope, provider: str, target: Target) -> Account:
    """The destination's row, locked; made if it has none, also where another connection makes it at the same time."""
    own = {"id": new_id("acct"), "workspace_id": scope.workspace_id, "provider": provider, "external_id": target.id}
    shown = {"handle": target.handle, "account_type": target.type}
    insert = postgresql.insert(Account) if scope.session.get_bind().dialect.name == "postgresql" else sqlite.insert(Account)
    scope.session.execute(insert.values(**own, **shown).on_conflict_do_nothing())
    query = scope.all(Account).where(Account.provider == provider, Account.external_id == target.id)
    return scope.session.scalars(query.with_for_update()).one()
