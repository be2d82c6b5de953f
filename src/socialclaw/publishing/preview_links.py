"""Links to look at a run by: for whoever has one, until it expires or is taken back. They show what the run would publish, and no secret.

The secret is told once and kept as a digest. What a link shows is read each time, so it is what the run is now.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from socialclaw.db.accounts import Account
from socialclaw.db.assets import SHOWN, Asset
from socialclaw.db.base import Scope, iso, real_now
from socialclaw.db.planning import PreviewLink
from socialclaw.db.posts import Post, Run
from socialclaw.db.workspaces import Workspace
from socialclaw.errors import Conflict, InvalidRequest, NotFound
from socialclaw.media import previews
from socialclaw.networks import providers
from socialclaw.providers.drafting import text_of
from socialclaw.vault import digest

USUAL_DAYS, MOST_DAYS = 7, 90
MOST = 20  # of a run, at a time


@dataclass(frozen=True, slots=True)
class Picture:
    """A file of ours that can be shown."""

    asset_id: str
    alt: str


@dataclass(frozen=True, slots=True)
class ShownPost:
    """A post as strangers may see it."""

    network: str
    account: str
    handle: str
    status: str
    at: datetime
    text: str
    reply: bool
    pictures: Sequence[Picture]
    files: int  # others


@dataclass(frozen=True, slots=True)
class Shown:
    """A run as strangers may see it."""

    workspace: str
    timezone: str
    expires_at: datetime
    posts: Sequence[ShownPost]


def make(scope: Scope, run_id: str, days: int | None, by: str | None) -> tuple[PreviewLink, str]:
    """A new link to a run, and its secret. NotFound `run_not_found`."""
    days = USUAL_DAYS if days is None else days
    if not 1 <= days <= MOST_DAYS:
        message = f"A preview is shown for 1 to {MOST_DAYS} days"
        raise InvalidRequest(message, code="preview_days_invalid", path="days", minimum=1, maximum=MOST_DAYS)
    run = scope.one(Run, run_id, lock=True)
    scope.session.execute(delete(PreviewLink).where(PreviewLink.run_id == run.id, PreviewLink.expires_at <= real_now()))
    if scope.count(scope.all(PreviewLink).where(PreviewLink.run_id == run.id)) >= MOST:
        raise Conflict(
            f"A run has {MOST} links at most: take one back that is not needed any more", code="preview_links_too_many", most=MOST
        )
    secret = secrets.token_urlsafe(32)
    row = PreviewLink(run_id=run.id, digest=digest(secret), expires_at=real_now() + timedelta(days=days), made_by=by)
    scope.add(row)
    scope.session.flush()
    return row, secret


def listed(scope: Scope, run_id: str) -> list[PreviewLink]:
    """The links of a run that open something, the newest first."""
    run = scope.one(Run, run_id)
    query = scope.all(PreviewLink).where(PreviewLink.run_id == run.id, PreviewLink.expires_at > real_now())
    return list(scope.session.scalars(query.order_by(PreviewLink.created_at.desc(), PreviewLink.id.desc())))


def take_back(scope: Scope, run_id: str, link_id: str) -> PreviewLink:
    """Have a link open nothing any more. NotFound `preview_link_not_found`."""
    run = scope.one(Run, run_id)
    row = scope.session.scalar(scope.all(PreviewLink).where(PreviewLink.id == link_id, PreviewLink.run_id == run.id))
    if row is None:
        raise NotFound(f"There is no link {link_id[:100]!r} to this run", code="preview_link_not_found")
    scope.session.delete(row)
    return row


def wire(row: PreviewLink) -> dict[str, Any]:
    """A link on the wire, without its secret."""
    return {
        "id": row.id,
        "runId": row.run_id,
        "madeBy": row.made_by,
        "createdAt": iso(row.created_at),
        "expiresAt": iso(row.expires_at),
    }


def look(session: Session, secret: str) -> Shown:
    """What whoever has the secret sees. NotFound `preview_not_found`, in the same words whatever the reason is."""
    link = _open(session, secret)
    run, workspace = session.get_one(Run, link.run_id), session.get_one(Workspace, link.workspace_id)
    query = select(Post, Account.display_name).outerjoin(Account, Account.id == Post.account_id).where(Post.run_id == run.id)
    rows = session.execute(query.order_by(Post.publish_at, Post.position)).all()
    ids = {asset["id"] for post, _ in rows for asset in post.assets if asset.get("managed") and asset.get("id")}
    assets = session.scalars(select(Asset).where(Asset.workspace_id == link.workspace_id, Asset.id.in_(ids), Asset.status.in_(SHOWN)))
    drawn = {asset.id for asset in assets if previews.names(asset)}
    return Shown(workspace.name, run.timezone, link.expires_at, [_shown(post, name, drawn) for post, name in rows])


def picture(session: Session, secret: str, asset_id: str) -> Asset:
    """A file that a post of the run shows. NotFound as above."""
    link = _open(session, secret)
    posts = session.scalars(select(Post.assets).where(Post.run_id == link.run_id))
    if not any(asset.get("managed") and asset.get("id") == asset_id for assets in posts for asset in assets):
        raise _nothing()
    mine = Asset.id == asset_id, Asset.workspace_id == link.workspace_id, Asset.status.in_(SHOWN)
    asset = session.scalar(select(Asset).where(*mine))
    if asset is None or not previews.names(asset):
        raise _nothing()
    return asset


def _open(session: Session, secret: str) -> PreviewLink:
    query = select(PreviewLink).join(Workspace, Workspace.id == PreviewLink.workspace_id)
    row = session.scalar(
        query.where(PreviewLink.digest == digest(secret), PreviewLink.expires_at > real_now(), Workspace.erase_at.is_(None))
    )
    if row is None:
        raise _nothing()
    return row


def _nothing() -> NotFound:
    message = "This preview is over, was taken back, or never was: ask whoever sent the link for another one"
    return NotFound(message, code="preview_not_found")


def _shown(post: Post, name: str | None, drawn: set[str]) -> ShownPost:
    provider = providers().get(post.provider)
    pictures = [Picture(a["id"], a.get("altText") or "") for a in post.assets if a.get("managed") and a.get("id") in drawn]
    return ShownPost(
        provider.label if provider else post.provider,
        name or post.account,
        post.account,
        post.status,
        post.publish_at,
        text_of(post),
        post.interaction_type == "reply",
        pictures,
        len(post.assets) - len(pictures),
    )
