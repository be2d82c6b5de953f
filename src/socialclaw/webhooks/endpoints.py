"""Endpoints: made, changed, switched on and off, and given other secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope, iso, new_id, real_now, utc_now
from socialclaw.db.webhooks import Delivery, Endpoint
from socialclaw.db.workspaces import hold
from socialclaw.errors import Conflict, InvalidRequest, NotFound
from socialclaw.events.feed import expanded
from socialclaw.events.record import record
from socialclaw.settings import Settings
from socialclaw.vault import Vault
from socialclaw.webhooks.sending import check_url
from socialclaw.webhooks.signing import new_secret

MOST = 20  # of a workspace
LONGEST_OVERLAP = 24 * 7  # hours
MOST_SECRETS = 3
SWITCHED_OFF = "Somebody disabled it"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an endpoint is to be; None stays as it is."""

    url: str | None = None
    types: Sequence[str] | None = None
    description: str | None = None
    accounts: Sequence[str] | None = None
    ordered: bool | None = None
    enabled: bool | None = None


def create(scope: Scope, settings: Settings, vault: Vault, wanted: Wanted) -> tuple[Endpoint, str]:
    """A new endpoint and its secret. Conflict `webhook_limit_reached` where there are enough."""
    hold(scope)
    if scope.count(scope.all(Endpoint)) >= MOST:
        message = f"A workspace has at most {MOST} webhook endpoints: delete one that is not needed any more"
        raise Conflict(message, code="webhook_limit_reached", most=MOST)
    row = Endpoint(id=new_id("hook"), types=["*"], accounts=[], ordered=False, status="enabled", exhausted=0)
    _set(scope, settings, row, wanted)
    secret = new_secret()
    row.sealed = _seal(vault, row.id, [{"secret": secret, "until": None}])
    scope.add(row)
    scope.session.flush()
    return row, secret


def listed(scope: Scope) -> Sequence[Endpoint]:
    """All of the workspace, the newest first."""
    return scope.session.scalars(scope.all(Endpoint).order_by(Endpoint.created_at.desc(), Endpoint.id.desc())).all()


def find(scope: Scope, endpoint_id: str, *, lock: bool = False) -> Endpoint:
    query = scope.all(Endpoint).where(Endpoint.id == endpoint_id)
    row = scope.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound(f"There is no webhook endpoint {endpoint_id[:60]!r} in this workspace", code="webhook_not_found")
    return row


def change(scope: Scope, settings: Settings, endpoint_id: str, wanted: Wanted) -> Endpoint:
    row = find(scope, endpoint_id, lock=True)
    _set(scope, settings, row, wanted)
    if wanted.enabled and row.status == "disabled":
        row.status, row.disabled_because, row.failing_since, row.exhausted = "enabled", None, None, 0
    elif wanted.enabled is False and row.status != "disabled":
        disable(scope.session, row, SWITCHED_OFF)
    scope.session.flush()
    return row


def remove(scope: Scope, endpoint_id: str) -> None:
    """With its deliveries: nothing more is sent, and what is on its way is not noted any more."""
    row = find(scope, endpoint_id, lock=True)
    scope.session.execute(delete(Endpoint).where(Endpoint.id == row.id))


def rotate(scope: Scope, vault: Vault, endpoint_id: str, overlap_hours: float) -> tuple[Endpoint, str]:
    """Another secret; the one there is signs too for so many hours."""
    if not 0 <= overlap_hours <= LONGEST_OVERLAP:
        message = f"overlapHours is from 0 to {LONGEST_OVERLAP}: so long the secret of now signs too"
        raise InvalidRequest(message, code="webhook_overlap_invalid", path="overlapHours", minimum=0, maximum=LONGEST_OVERLAP)
    row = find(scope, endpoint_id, lock=True)
    until, secret = real_now() + timedelta(hours=overlap_hours), new_secret()
    kept = [{**one, "until": min(filter(None, (one["until"], iso(until))))} for one in _open(vault, row.id, row.sealed)]
    still = [each for each in kept if each["until"] > iso(real_now())]
    row.sealed = _seal(vault, row.id, [{"secret": secret, "until": None}, *still][:MOST_SECRETS])
    return row, secret


def secrets_of(vault: Vault, endpoint_id: str, sealed: str) -> list[str]:
    """Those that sign now, the newest first."""
    now = iso(real_now())
    return [one["secret"] for one in _open(vault, endpoint_id, sealed) if one["until"] is None or one["until"] > now]


def disable(session: Session, row: Endpoint, why: str) -> None:
    """Nothing more is sent; what waits is abandoned, and can be sent again once it is enabled."""
    row.status, row.disabled_because = "disabled", why
    waiting = (Delivery.endpoint_id == row.id, Delivery.next_at.is_not(None))
    gone = update(Delivery).where(*waiting).values(status="abandoned", next_at=None)
    session.execute(gone.execution_options(synchronize_session=False))
    tell(session, row, "webhook.disabled")


def tell(session: Session, row: Endpoint, type: str) -> None:
    """The other endpoints, and whoever reads events."""
    told = {
        "id": row.id,
        "url": row.url,
        "description": row.description,
        "status": row.status,
        "failingSince": iso(row.failing_since) if row.failing_since else None,
        "because": row.disabled_because,
    }
    record(session, row.workspace_id, type, {"webhook": row.id}, {"webhook": told})


def wire(row: Endpoint) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "description": row.description,
        "types": row.types,
        "accounts": row.accounts,
        "ordered": row.ordered,
        "status": row.status,
        "failingSince": iso(row.failing_since) if row.failing_since else None,
        "disabledBecause": row.disabled_because,
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
    }


def _set(scope: Scope, settings: Settings, row: Endpoint, wanted: Wanted) -> None:
    if wanted.url is not None:
        row.url = check_url(wanted.url, settings, test=scope.test)
    if wanted.types is not None:
        for word in wanted.types:
            expanded(word)
        row.types = list(dict.fromkeys(wanted.types)) or ["*"]
    if wanted.description is not None:
        row.description = wanted.description or None
    if wanted.accounts is not None:
        row.accounts = _accounts(scope, wanted.accounts)
    if wanted.ordered is not None:
        row.ordered = wanted.ordered
    row.updated_at = utc_now()


def _accounts(scope: Scope, named: Sequence[str]) -> list[str]:
    """Ids of accounts of the workspace; handles are taken too."""
    known: dict[str, str] = {}
    for account_id, handle in scope.session.execute(select(Account.id, Account.handle).where(Account.workspace_id == scope.workspace_id)):
        known |= {account_id: account_id, handle: account_id}
    if unknown := [one for one in named if one not in known]:
        raise NotFound(f"There is no account {unknown[0][:60]!r} in this workspace", code="account_not_found", path="accounts")
    return list(dict.fromkeys(known[one] for one in named))


def _seal(vault: Vault, endpoint_id: str, secrets: Sequence[Mapping[str, Any]]) -> str:
    return vault.seal_json(secrets, bound_to=f"endpoints:{endpoint_id}:secrets")


def _open(vault: Vault, endpoint_id: str, sealed: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = vault.unseal_json(sealed, bound_to=f"endpoints:{endpoint_id}:secrets")
    return found
