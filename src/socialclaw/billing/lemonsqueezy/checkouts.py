"""Checkouts as they are kept: so that a second click leads to the same page, and what is bought there is known to be whose."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from socialclaw.billing.sources import Order
from socialclaw.db.base import Scope, new_id, utc_now
from socialclaw.db.checkouts import Checkout
from socialclaw.db.workspaces import hold
from socialclaw.vault import Vault

SAME = timedelta(minutes=10)  # in which a second click leads to the same checkout
LIFE = timedelta(hours=24)
LOOKED_FOR = timedelta(hours=1)  # how often it is looked for what nobody has told us of
LEFT = timedelta(days=1)  # after which, once it has expired, that ends


@dataclass(frozen=True, slots=True)
class Made:
    """A checkout at the store. `id` is ours, drawn before it was made: the store gives it back with the news."""

    id: str
    external_id: str
    variant_id: int
    url: str = field(repr=False)
    expires_at: datetime


def fresh_id() -> str:
    return new_id("checkout")


def ticket(vault: Vault, checkout_id: str) -> str:
    """What names a checkout to others: nobody can make one up."""
    return vault.sign(checkout_id)


def named_by(vault: Vault, given: str | None) -> str | None:
    """The id behind a ticket of ours."""
    found = vault.verify(given) if given else None
    return found if found and found.startswith("checkout_") else None


def recent(scope: Scope, vault: Vault, order: Order) -> tuple[Checkout, str] | None:
    """The checkout to which this person's last click for this led, a moment ago, and where it is."""
    query = scope.all(Checkout).where(
        Checkout.realm == order.realm,
        Checkout.plan == order.plan,
        Checkout.interval == order.interval,
        Checkout.user_id == order.user_id,
        Checkout.created_at > utc_now() - SAME,
        Checkout.subscription_id.is_(None),
    )
    row = scope.session.scalar(query.order_by(Checkout.created_at.desc(), Checkout.id.desc()).limit(1))
    return (row, vault.unseal(row.sealed, bound_to=_bound_to(row.id))) if row else None


def keep(scope: Scope, vault: Vault, order: Order, made: Made) -> str:
    """Remember a new checkout; where to go. Of two clicks at a time, both go where the first one to be remembered leads."""
    hold(scope)
    if found := recent(scope, vault, order):
        return found[1]
    row = Checkout(
        id=made.id,
        user_id=order.user_id,
        realm=order.realm,
        plan=order.plan,
        interval=order.interval,
        variant_id=made.variant_id,
        external_id=made.external_id,
        sealed=vault.seal(made.url, bound_to=_bound_to(made.id)),
        email=order.email.lower() if order.email else None,
        expires_at=made.expires_at,
        next_at=utc_now() + LOOKED_FOR,
    )
    scope.add(row)
    return made.url


def of_ticket(session: Session, vault: Vault, given: str | None, realm: str | None = None) -> Checkout | None:
    """The checkout that a ticket names, if there is one; in this realm, where one is given."""
    checkout_id = named_by(vault, given)
    row = session.get(Checkout, checkout_id) if checkout_id else None
    return row if row is not None and realm in (None, row.realm) else None


def bought(session: Session, row: Checkout, subscription_id: str) -> None:
    """It is known what was bought there."""
    row.subscription_id, row.next_at = subscription_id, None


def later(row: Checkout, now: datetime) -> None:
    """It is looked for again, until nobody can have bought there any more."""
    row.next_at = now + LOOKED_FOR if now < row.expires_at + LEFT else None


def _bound_to(checkout_id: str) -> str:
    return f"checkouts:{checkout_id}:sealed"
