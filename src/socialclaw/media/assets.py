"""Assets in the tables: their life from upload to deletion, how they look on the wire, and which posts need them.

`storing` (handed in whole, going into storage; not shown) or `uploading` (in parts, or from a URL) -> `ready` -> `pending_delete` (kept
until `delete_after`) -> `deleting` (the sweeper has it; not shown) -> no row. What is uploading may also end as `failed` (told for a day),
or as `aborted` (not shown). A post that is not over keeps an asset out of `deleting`. `media/ingest.py` is how it begins.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, Text, cast, select
from sqlalchemy.orm import Session

from socialclaw.db.assets import SHOWN, Arrival, Asset
from socialclaw.db.base import Scope, iso, utc_now
from socialclaw.db.posts import Post
from socialclaw.errors import Conflict, InvalidRequest, NotFound
from socialclaw.media import previews
from socialclaw.media.ingest import new_token
from socialclaw.media.naming import name_as_given, public_url, reference, safe_name
from socialclaw.storage.base import now

LIVE = ("draft", "scheduled", "publishing", "retry_pending")
ARRIVING = ("uploading", "failed")
UNREADY = {"uploading": "is still uploading", "failed": "could not be uploaded"}
MOST_DAYS = 3650
MOST_ALT = 2000  # characters
MOST_NAMED = 20


def wire(asset: Asset, base_url: str, arrival: Arrival | None = None) -> dict[str, Any]:
    """An asset as clients read it. `useAsMediaLink` is the URL to put into a schedule, once there is a file. Size 0 is not known yet."""
    url = None
    if asset.delivery_token and asset.status in SHOWN:
        url = public_url(base_url, asset.id, asset.delivery_token, safe_name(asset.filename, asset.mime))
    return {
        "id": asset.id,
        "tenantId": asset.workspace_id,
        "storage": asset.storage,
        "objectKey": asset.object_key,
        "originalFilename": asset.filename,
        "mime": asset.mime,
        "kind": asset.kind,
        "size": asset.size,
        "status": asset.status,
        "publicUrl": url,
        "useAsMediaLink": url,
        "preview": preview_urls(asset, base_url) or None,
        "width": asset.width,
        "height": asset.height,
        "duration": asset.duration,
        "videoCodec": asset.video_codec,
        "audioCodec": asset.audio_codec,
        "frameRate": asset.frame_rate,
        "bitRate": asset.bit_rate,
        "pixelFormat": asset.pixel_format,
        "sha256": asset.sha256 or None,
        "altText": asset.alt_text,
        "createdAt": iso(asset.created_at),
        "deleteAfter": iso(asset.delete_after) if asset.delete_after else None,
        "progress": _progress(asset, arrival),
        "error": {"code": arrival.error_code, "message": arrival.error} if arrival and arrival.error_code else None,
    }


def _progress(asset: Asset, arrival: Arrival | None) -> dict[str, Any] | None:
    """How far an import is."""
    if asset.status != "uploading" or arrival is None or arrival.upload_id:
        return None
    again = arrival.next_at if arrival.error_code else None
    return {
        "receivedBytes": arrival.received,
        "totalBytes": arrival.total,
        "tries": arrival.tries,
        "nextTryAt": iso(again) if again else None,
    }


def preview_urls(asset: Asset, base_url: str) -> dict[str, str]:
    """Where its previews are: `small`, `medium` and `large` (WebP), and the `poster` (JPEG) of a film."""
    token = asset.delivery_token
    return {n.partition(".")[0]: public_url(base_url, asset.id, token, f"previews/{n}") for n in previews.names(asset)} if token else {}


def find(scope: Scope, asset_id: str, *, lock: bool = False) -> Asset:
    """The asset, which may still be uploading, or have failed to. NotFound `asset_not_found`."""
    asset = scope.one(Asset, asset_id, lock=lock)
    if asset.status not in (*SHOWN, *ARRIVING):
        raise NotFound(f"There is no asset {asset_id!r} in this workspace", code="asset_not_found")
    return asset


def shown(scope: Scope, asset_id: str, *, lock: bool = False) -> Asset:
    """The asset, of which there is a file; Conflict `asset_not_ready` where it is not there yet. NotFound `asset_not_found`."""
    asset = find(scope, asset_id, lock=lock)
    if asset.status in ARRIVING:
        raise Conflict(f"There is no file for this asset: it {UNREADY[asset.status]}", code="asset_not_ready", assetStatus=asset.status)
    return asset


def delete(scope: Scope, asset_id: str, retention_days: int) -> Asset:
    """Mark for deletion after so many days. Conflict `asset_in_use`, naming posts, while a post that is not over needs it.

    One that is still uploading is aborted.
    """
    asset = find(scope, asset_id, lock=True)
    if asset.status in ARRIVING:
        asset.status, asset.delete_after = "aborted", now()
        return asset
    _unused(scope, asset_id)
    asset.status, asset.delete_after = "pending_delete", utc_now() + timedelta(days=retention_days)
    return asset


def describe(scope: Scope, asset_id: str, alt_text: str | None) -> Asset:
    """Say what is to be seen in a file, for posts that show it and do not say; None: say nothing any more."""
    asset = find(scope, asset_id, lock=True)
    if alt_text is not None and len(alt_text) > MOST_ALT:
        message = f"An alt text has {MOST_ALT:,} characters at most; networks take fewer"
        raise InvalidRequest(message, code="alt_text_too_long", path="altText", maxLength=MOST_ALT)
    asset.alt_text = (alt_text or "").strip() or None
    return asset


def revoke_delivery(scope: Scope, asset_id: str) -> Asset:
    """Give it a new delivery token: nothing opens by the old one any more. Conflict as for `delete`, since posts hold its URL."""
    asset = _unused(scope, asset_id)
    asset.delivery_token = new_token()
    return asset


def _unused(scope: Scope, asset_id: str) -> Asset:
    """The asset, locked; Conflict `asset_in_use`, naming posts, while a post that is not over needs it."""
    asset = shown(scope, asset_id, lock=True)
    used = scope.session.scalars(users(scope.workspace_id, asset_id).limit(MOST_NAMED + 1)).all()
    if used:
        message = f"Posts that are not published yet use this asset: {', '.join(used[:3])}{' and more' if len(used) > 3 else ''}"
        raise Conflict(message, code="asset_in_use", assetId=asset_id, posts=list(used[:MOST_NAMED]), more=len(used) > MOST_NAMED)
    return asset


def users(workspace_id: str, asset_id: str) -> Select[str]:
    """Ids of the posts that are not over and name the asset: by its id, or by its URL, which holds the id."""
    names_it = cast(Post.assets, Text).contains(asset_id, autoescape=True)
    return select(Post.id).where(Post.workspace_id == workspace_id, Post.status.in_(LIVE), names_it).order_by(Post.publish_at, Post.id)


def known(
    scope: Scope, references: Iterable[str], *, base_url: str, lock: bool = False, statuses: tuple[str, ...] = ("ready",)
) -> dict[str, Asset]:
    """Those of the given ids and URLs that are assets of this workspace: reference -> row.

    `lock` keeps them from being deleted before this transaction ends. An asset that is going to be deleted is not known.
    """
    wanted: dict[str, tuple[str, str | None]] = {}
    for given in references:
        if named := reference(given, base_url):
            wanted[given] = (named.asset_id, named.token)
        elif given.startswith("asset_"):
            wanted[given] = (given, None)
    if not wanted:
        return {}
    query = scope.all(Asset).where(Asset.id.in_({asset_id for asset_id, _ in wanted.values()}), Asset.status.in_(statuses))
    rows = {asset.id: asset for asset in scope.session.scalars(query.order_by(Asset.id).with_for_update() if lock else query)}
    return {
        given: rows[asset_id]
        for given, (asset_id, token) in wanted.items()
        if asset_id in rows and (token is None or opens(rows[asset_id], token))
    }


def opens(asset: Asset, token: str) -> bool:
    """Whether a delivery token is the asset's; takes the same time however much of it is right."""
    return hmac.compare_digest((asset.delivery_token or "").encode(), token.encode(errors="replace")) and bool(asset.delivery_token)


def deliverable(session: Session, asset_id: str, token: str, filename: str | None) -> Asset:
    """The asset behind a public URL, whoever asks. NotFound `media_not_found`, in the same words, for everything else.

    `filename` None: whatever the file is called, for what was made from it.
    """
    asset = session.get(Asset, asset_id) if "\0" not in asset_id else None
    open_to_all = asset is not None and opens(asset, token) and filename in _names(asset)
    if asset is None or not open_to_all or not _kept(asset):
        raise NotFound("There is no such file", code="media_not_found")
    return asset


def _names(asset: Asset) -> tuple[str | None, ...]:
    return None, safe_name(asset.filename, asset.mime), name_as_given(asset.filename, asset.mime)


def _kept(asset: Asset) -> bool:
    """A ready asset is delivered until it is swept: a post may still need it after its time."""
    over = asset.status == "pending_delete" and asset.delete_after is not None and asset.delete_after <= utc_now()
    return asset.status in SHOWN and not over


def check_retention(value: object, default: int) -> int:
    """Days to keep a deleted asset: 0 to 3650, or the default where nothing is given."""
    match value:
        case None:
            return default
        case bool():
            pass
        case int() if 0 <= value <= MOST_DAYS:
            return value
    message = f"retentionDays must be a whole number from 0 to {MOST_DAYS}"
    raise InvalidRequest(message, code="retention_days_invalid", min=0, max=MOST_DAYS)
