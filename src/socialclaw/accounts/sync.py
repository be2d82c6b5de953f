"""Looking again for the destinations behind an account: boards made, pages granted or sites opened after it was connected.

New ones become accounts that share the access of the account that was asked; what is known already gets its present name. What was
disconnected on purpose stays so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from socialclaw.accounts.connect import discover
from socialclaw.accounts.connect_store import adopt, fitting
from socialclaw.accounts.lookup import provider_of
from socialclaw.accounts.tokens import Grant, unseal
from socialclaw.billing import terms
from socialclaw.db.accounts import Account, Connection
from socialclaw.db.base import Scope, utc_now
from socialclaw.providers import draft
from socialclaw.providers.draft import Target
from socialclaw.system import System


async def sync(system: System, row: Account, opened: draft.Account, *, test: bool) -> Mapping[str, Any]:
    """Ask the network for its destinations; the `result` of the action. Raises what the network did."""
    targets = await discover(system, provider_of(row), opened.secrets, test=test)
    found, new, left = await system.write(row.workspace_id, _keep, system, row.id, targets, test=test)
    shown = [
        {"id": a.id, "handle": a.handle, "displayName": a.display_name, "accountType": a.account_type, "new": a.id in new} for a in found
    ]
    told = {"accounts": shown, "added": len(new), "total": len(shown)}
    return told | {"leftOut": [target.name or target.handle for target in left]} if left else told


def _keep(scope: Scope, system: System, account_id: str, targets: Sequence[Target]) -> tuple[list[Account], set[str], Sequence[Target]]:
    """Every destination's row, the ids of those that are new, and what the plan has no room for.

    Secrets are read here: a refresh may have replaced them meanwhile.
    """
    now, vault = utc_now(), system.vault
    paid = terms.held(scope, system.settings)
    asked = scope.one(Account, account_id, lock=True)
    left = (asked.token_expires_at - now).total_seconds() if asked.token_expires_at else None
    grant = Grant(unseal(vault, asked), tuple(asked.scopes), left)
    connection = scope.one(Connection, asked.connection_id or "")
    known = {row.external_id: row for row in scope.session.scalars(scope.all(Account).where(Account.provider == asked.provider))}
    rows, new = [], set()
    taken, beyond = fitting(scope, asked.provider, [target for target in targets if not _gone(known.get(target.id))], paid)
    for target in taken:
        row = known.get(target.id)
        if row is None:
            row = adopt(scope, vault, connection, target=target, grant=grant, now=now)
            new.add(row.id)
        row.handle, row.account_type, row.display_name, row.meta = target.handle, target.type, target.name, dict(target.meta)
        rows.append(row)
    ours = (row.id for row in rows if row.connection_id == connection.id)  # another user may have connected the same place
    connection.account_ids = list(dict.fromkeys([*connection.account_ids, *ours]))
    return rows, new, beyond


def _gone(row: Account | None) -> bool:
    return row is not None and row.status == "disconnected"
