"""Public Profiles as destinations (https://developers.snap.com/api/marketing-api/Public-Profile-API/Profiles)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from socialclaw.networks.snapchat.kinds import SPOTLIGHT, Kind
from socialclaw.providers.draft import Account, Target

SITE = "https://www.snapchat.com"
KEPT = ("organization_id", "profile_type", "profile_tier", "subscriber_count")


def read(answer: Any) -> list[Mapping[str, Any]]:
    """The profiles in an answer: one, or a list, each in an envelope of its own or not."""
    if not isinstance(answer, Mapping):
        return []
    told = answer.get("public_profiles") or answer.get("public_profile") or answer.get("me") or ()
    rows = told if isinstance(told, list) else [told]
    found = [row.get("public_profile", row) for row in rows if isinstance(row, Mapping)]
    return [profile for profile in found if isinstance(profile, Mapping) and profile.get("id")]


def target(profile: Mapping[str, Any]) -> Target:
    profile_id, username = str(profile["id"]), str(profile.get("snap_user_name") or "")
    handle = f"snapchat:@{username}" if username else f"snapchat:profile:{profile_id}"
    logos = profile.get("logo_urls")
    meta = {name: profile[name] for name in KEPT if name in profile}
    if isinstance(logos, Mapping) and logos.get("original_logo_url"):
        meta["logo_url"] = logos["original_logo_url"]
    name = str(profile.get("display_name") or username or profile_id)
    return Target(profile_id, handle, "snapchat_public_profile", name, meta | ({"username": username} if username else {}))


def link(kind: Kind, id_there: str, account: Account) -> str | None:
    """Where the public finds a post: a spotlight by itself, stories on the profile."""
    if kind is SPOTLIGHT:
        return f"{SITE}/spotlight/{quote(id_there, safe='')}"
    name = str(account.meta.get("username") or account.handle.partition("@")[2])
    return f"{SITE}/add/{quote(name, safe='')}" if name else None
