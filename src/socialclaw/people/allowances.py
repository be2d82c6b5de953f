"""How often strangers may do what is dear, or could be guessed at: counted in a table, so that all processes count together.

What stands for somebody is a keyed digest: nobody can read an address in the database.
"""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from socialclaw.db.allowances import Allowance
from socialclaw.db.base import real_now
from socialclaw.errors import TooManyRequests
from socialclaw.vault import Vault

FORGOTTEN = 100  # past ones that are forgotten on the way


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` of something in so many seconds; `what` it is, in words."""

    name: str
    most: int
    seconds: int
    what: str


def spend(session: Session, vault: Vault, limit: Limit, who: str) -> None:
    """Count one more of somebody's (an address, say). TooManyRequests where there were enough: then it is not counted."""
    now = real_now()
    past = select(Allowance.digest).where(Allowance.ends_at <= now).limit(FORGOTTEN).with_for_update(skip_locked=True)
    session.execute(delete(Allowance).where(Allowance.digest.in_(list(session.scalars(past)))))
    insert = postgresql.insert(Allowance) if session.get_bind().dialect.name == "postgresql" else sqlite.insert(Allowance)
    begun = insert.values(digest=_name(vault, limit, who), ends_at=now + timedelta(seconds=limit.seconds), used=1)
    over = Allowance.ends_at <= now
    counted = begun.on_conflict_do_update(
        index_elements=[Allowance.digest],
        set_={
            "used": case((over, 1), else_=Allowance.used + 1),
            "ends_at": case((over, begun.excluded.ends_at), else_=Allowance.ends_at),
        },
    ).returning(Allowance.used, Allowance.ends_at)
    used, ends_at = session.execute(counted).one()
    if used > limit.most:
        # Who waited for the other's row looked at the clock before it: never told to wait longer than a while lasts.
        wait = min(limit.seconds, max(1, math.ceil((ends_at - now).total_seconds())))
        raise TooManyRequests(f"More than {limit.most} {limit.what}: try again in {wait} s", retry_after=wait)


def left(session: Session, vault: Vault, limit: Limit, who: str) -> bool:
    """Count one more, of what is left out without a word where there were enough; whether there were not."""
    try:
        spend(session, vault, limit, who)
    except TooManyRequests:
        return False
    return True


def _name(vault: Vault, limit: Limit, who: str) -> str:
    key = vault.derived("counting")[0].encode()
    return hmac.digest(key, f"{limit.name} {limit.seconds} {who}".encode(errors="replace"), "sha256").hex()
