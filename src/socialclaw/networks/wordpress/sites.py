"""The sites of a user, as destinations and as the action `list-sites` tells them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from socialclaw.networks.wordpress.refusals import unreadable
from socialclaw.providers.draft import Target

Call = Callable[..., Awaitable[Any]]

IDENTITY = "wordpress_user"
SITE_FIELDS = "ID,name,URL,jetpack,is_wpcom_atomic,is_private,capabilities,options,plan"
SITE_OPTIONS = "allowed_file_types,timezone"
QUERY = {"fields": SITE_FIELDS, "options": SITE_OPTIONS, "site_visibility": "all"}


async def found(api: Call) -> Sequence[Target]:
    """The sites on which the user may publish, then the others, then the user."""
    user = await api("GET", "/v1.1/me")
    sites = [_described(site) for site in await _sites(api)]
    sites.sort(key=lambda site: not site["canPublishPosts"])
    try:
        number, name = str(user["ID"]), str(user.get("display_name") or user["username"])
    except (KeyError, TypeError) as error:
        raise unreadable("the user") from error
    about = {ours: user[theirs] for ours, theirs in (("username", "username"), ("profileImage", "avatar_URL")) if user.get(theirs)}
    return [*(_target(site, about) for site in sites), Target(number, f"wordpress:user:{number}", IDENTITY, name, about)]


async def list_sites(adapter: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"sites": [{**_described(site), "handle": f"wordpress:site:{site['ID']}"} for site in await _sites(adapter.api)]}


async def _sites(api: Call) -> list[Mapping[str, Any]]:
    answer = await api("GET", "/v1.1/me/sites", params=QUERY)
    try:
        return [site for site in answer["sites"] if site["ID"]]
    except (KeyError, TypeError) as error:
        raise unreadable("the user's sites") from error


def _described(site: Mapping[str, Any]) -> dict[str, Any]:
    """A site in our words. What the user may do there is taken for allowed where WordPress does not say."""
    may, options = site.get("capabilities") or {}, site.get("options") or {}
    address = str(site.get("URL") or "")
    return {
        "id": str(site["ID"]),
        "name": str(site.get("name") or address.partition("://")[2] or site["ID"]),
        "url": address,
        "jetpack": bool(site.get("jetpack")) and not site.get("is_wpcom_atomic"),
        "private": bool(site.get("is_private")),
        "canPublishPosts": may.get("publish_posts") is not False,
        "canUploadFiles": may.get("upload_files") is not False,
        "plan": (site.get("plan") or {}).get("product_slug"),
        "allowedFileTypes": list(options.get("allowed_file_types") or ()),
        "timezone": options.get("timezone") or None,
    }


def _target(site: Mapping[str, Any], user: Mapping[str, Any]) -> Target:
    notes = [] if site["canPublishPosts"] else ["The user may not publish on this site: posts stay pending until an editor approves them"]
    meta = {name: value for name, value in site.items() if name not in ("id", "name") and value not in (None, "", [])}
    return Target(site["id"], f"wordpress:site:{site['id']}", "wordpress_site", site["name"], {**user, **meta, "notes": notes})
