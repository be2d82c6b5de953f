"""What networks make of a file of ours: taken as it is, changed where the media policy is `fit`, or refused, and why."""

from __future__ import annotations

from typing import Any

from socialclaw.accounts import directory
from socialclaw.accounts.lookup import provider_of, target_of
from socialclaw.db.accounts import Account
from socialclaw.db.assets import Asset
from socialclaw.db.base import Scope
from socialclaw.media.assets import shown
from socialclaw.media.naming import public_url, safe_name
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.fitting import change_for
from socialclaw.scheduling.judge import Judge

AS_IT_IS, CHANGED, REFUSED = "as_it_is", "changed", "refused"


def of(scope: Scope, asset_id: str, account_id: str | None, base_url: str) -> list[dict[str, Any]]:
    """What becomes of the file at each account that publishes, or at one account. Conflict where there is no file yet."""
    m = _media(shown(scope, asset_id), base_url)
    rows = [directory.account(scope, account_id)] if account_id else directory.accounts(scope)
    return [_fit(m, row) for row in rows if account_id or target_of(row).publishes]


def _fit(m: Media, account: Account) -> dict[str, Any]:
    """By the judge of schedules: with a post of this file alone, first as it is, then as it would be made."""
    provider, target = provider_of(account), target_of(account)
    judge = Judge(provider, target, account.account_type)
    reasons, shape = _against(judge, m, account), provider.shapes_of(target, account.meta).get(m.kind)
    change = change_for(m, shape) if shape and reasons else None
    made = change.of(m) if change else None
    if made and _against(judge, made, account):
        change = made = None
    fit = CHANGED if change else REFUSED if reasons else AS_IT_IS
    becomes = made or m
    return {
        "accountId": account.id,
        "account": account.handle,
        "provider": account.provider,
        "fit": fit,
        "reasons": reasons,
        "changes": change.told(m) if change else [],
        "width": None if fit == REFUSED else becomes.width,
        "height": None if fit == REFUSED else becomes.height,
    }


def _against(judge: Judge, m: Media, account: Account) -> list[str]:
    """What is said against the file, and nothing else that such a post lacks."""
    settings, _ = judge.settings({})
    draft = Draft("", "", "", (m,), settings, target_type=judge.account_type, about=account.meta)
    return [issue.message for issue in judge.judge(draft) if issue.path.startswith("assets")]


def _media(asset: Asset, base_url: str) -> Media:
    """A file of ours as rules see it, not open."""
    name = safe_name(asset.filename, asset.mime)
    return Media(
        asset.id,
        asset.kind if asset.kind in ("image", "video") else "other",
        asset.mime,
        asset.size,
        public_url(base_url, asset.id, asset.delivery_token or "", name),
        name,
        asset.alt_text or "",
        asset.width,
        asset.height,
        asset.duration,
        frame_rate=asset.frame_rate,
        video_codec=asset.video_codec,
        audio_codec=asset.audio_codec,
        pixel_format=asset.pixel_format,
        plain=asset.plain,
    )
