"""What a document is read against: the workspace's accounts, and the files of ours that it names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import case, select

from socialclaw.db.accounts import Account
from socialclaw.db.base import Scope
from socialclaw.db.workspaces import Workspace
from socialclaw.media.assets import UNREADY, known
from socialclaw.media.naming import public_url, safe_name
from socialclaw.networks import providers, publishing_types
from socialclaw.scheduling.library import Library, StoredAsset, asset_ids
from socialclaw.scheduling.plan import Destination, Directory


def destinations(scope: Scope) -> Directory:
    """Finds the connected accounts of the workspace by id or handle."""
    about = case((Account.provider.in_(_judged_by()), Account.meta))
    query = select(Account.id, Account.provider, Account.handle, Account.account_type, Account.status, about)
    publishing = publishing_types()
    rows = scope.session.execute(query.where(Account.workspace_id == scope.workspace_id, Account.status != "disconnected"))
    return Directory(
        Destination(i, p, handle, kind, (p, kind) in publishing, status, _about(p, meta) if meta else None)
        for i, p, handle, kind, status, meta in rows
    )


@cache
def _judged_by() -> dict[str, tuple[str, ...]]:
    """Providers that judge a post by what is known of its account, and by what of it."""
    return {p.key: p.judged_by for p in providers().values() if p.judged_by}


def _about(provider: str, meta: Mapping[str, Any]) -> dict[str, Any]:
    return {name: meta[name] for name in _judged_by()[provider] if name in meta}


def library(scope: Scope, document: object, *, base_url: str) -> Library:
    """The workspace's files that the document may mean."""
    ids = asset_ids(document, base_url)
    stored = {}
    for row in known(scope, ids, base_url=base_url, statuses=("ready", *UNREADY)).values() if ids else ():
        name = safe_name(row.filename, row.mime)
        url = public_url(base_url, row.id, row.delivery_token, name) if row.delivery_token else ""
        film = row.frame_rate, row.video_codec, row.audio_codec, row.pixel_format
        stored[row.id] = StoredAsset(
            *(row.id, url, row.kind, row.mime, row.size, row.duration, row.width, row.height, name),
            *(*film, UNREADY.get(row.status, ""), row.alt_text or ""),
        )
    policy = scope.session.scalar(select(Workspace.media_policy).where(Workspace.id == scope.workspace_id)) if stored else None
    return Library(base_url, stored, policy or "strict")
