"""Programs without a browser (RFC 8628): they show a code of eight letters, and ask until somebody has typed it at `/device`."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from socialclaw.db.base import new_id, real_now
from socialclaw.db.grants import DeviceCode
from socialclaw.errors import NotFound
from socialclaw.grants import tokens
from socialclaw.grants.clients import Client
from socialclaw.grants.consent import Allowed
from socialclaw.grants.refusals import OAuthError
from socialclaw.grants.tokens import Issued
from socialclaw.settings import Settings
from socialclaw.vault import digest

LIFE = timedelta(minutes=15)
KEPT = timedelta(days=1)  # after its end, so that who comes late is told why
INTERVAL, SLOWER = 5, 5  # seconds
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words; no letters that are taken for others
LENGTH = 8
PENDING, APPROVED, DENIED, USED = "pending", "approved", "denied", "used"


@dataclass(frozen=True, slots=True)
class Begun:
    """What the program keeps, and what it shows."""

    code: str
    user_code: str
    expires_at: datetime


class DeviceCodeInvalid(NotFound):
    """No code that a program waits with now."""

    code = "device_code_invalid"


def begin(session: Session, client: Client, resource: str, operations: tuple[str, ...]) -> Begun:
    now, code = real_now(), secrets.token_urlsafe(32)
    session.execute(delete(DeviceCode).where(DeviceCode.expires_at < now - KEPT))
    typed = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    row = DeviceCode(
        id=new_id("device"),
        digest=digest(code),
        user_digest=digest(typed),
        client_id=client.id,
        client_name=client.name,
        resource=resource,
        asked=" ".join(operations),
        interval=INTERVAL,
        created_at=now,
        expires_at=now + LIFE,
    )
    session.add(row)
    session.flush()
    return Begun(code, f"{typed[:4]}-{typed[4:]}", row.expires_at)


def look(session: Session, typed: str) -> DeviceCode:
    """What waits with this code, however it is typed. DeviceCodeInvalid where nothing does."""
    plain = "".join(letter for letter in typed.upper() if letter in LETTERS)
    row = session.scalar(select(DeviceCode).where(DeviceCode.user_digest == digest(plain))) if len(plain) == LENGTH else None
    if row is None or row.status != PENDING or row.expires_at <= real_now():
        raise DeviceCodeInvalid("No program waits with this code: compare it with what the program shows, or have it begin again")
    return row


def decide(session: Session, code_id: str, allowed: Allowed | None) -> None:
    """Somebody has allowed it, or has not (None). The first decision is the one that counts."""
    waiting = (DeviceCode.id == code_id, DeviceCode.status == PENDING, DeviceCode.expires_at > real_now())
    values: dict[str, object] = {"status": DENIED}
    if allowed is not None:
        whose = {"workspace_id": allowed.workspace_id, "user_id": allowed.user_id}
        values = {"status": APPROVED, "held": allowed.held, **whose}
    if not session.execute(update(DeviceCode).where(*waiting).values(**values)).rowcount:  # type: ignore[attr-defined]
        raise DeviceCodeInvalid("No program waits with this code any more: have it begin again")


def redeem(session: Session, settings: Settings, client_id: str, code: str) -> Issued | OAuthError:
    """What has become of it. What is refused is answered and not raised: when it was asked is kept."""
    row = session.scalar(select(DeviceCode).where(DeviceCode.digest == digest(code)).with_for_update())
    if row is None or row.client_id != client_id:
        return OAuthError("This code is none of ours, or another client's: begin again")
    now, before = real_now(), row.asked_at
    row.asked_at = now
    if before is not None and now - before < timedelta(seconds=row.interval):
        row.interval += SLOWER
        message = f"Asked too often: wait {row.interval} seconds between two questions"
        return OAuthError(message, code="slow_down", interval=row.interval)
    if row.status == USED:
        return OAuthError("This code was used before, and is good for one time: begin again")
    if row.status == DENIED:
        return OAuthError("Whoever typed the code has not allowed it", code="access_denied")
    if row.expires_at <= now:
        return OAuthError("Nobody has allowed it in time: begin again", code="expired_token")
    if row.status == PENDING:
        return OAuthError("Nobody has typed the code yet: ask again", code="authorization_pending", interval=row.interval)
    row.status = USED
    return tokens.begin(session, settings, Allowed.of(row.held))
