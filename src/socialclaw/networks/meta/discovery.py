"""What a person's consent opens: Pages with tokens of their own, and the professional Instagram accounts linked to them.

`GET /me/accounts` (https://developers.facebook.com/docs/graph-api/reference/user/accounts). A Page's token belongs to its Target:
it does not end with the person's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from socialclaw.errors import Rejected, Unauthorized
from socialclaw.networks.meta.graph import Graph
from socialclaw.providers.draft import Target

PAGE = "id,name,username,access_token,category,tasks,picture{url}"
LINKED = "instagram_business_account{id,username,name,profile_picture_url}"
PUBLISHES = "CREATE_CONTENT"  # the task that a person must have on a Page

Page = Mapping[str, Any]


async def pages(graph: Graph, *, instagram: bool) -> list[Page]:
    """The Pages that the person chose in the dialog and may publish to."""
    fields = f"{PAGE},{LINKED}" if instagram else PAGE
    found = [page async for page in graph.every("me/accounts", fields=fields, limit="100")]
    return [page for page in found if page.get("access_token") and PUBLISHES in page.get("tasks", [PUBLISHES])]


async def must_be_granted(graph: Graph, scopes: Sequence[str], *, code: str) -> None:
    """In Facebook's dialog a person may untick what an app asks for: Rejected `code` names what is missing."""
    answer = await graph.get("me/permissions")
    granted = {entry["permission"] for entry in answer["data"] if entry.get("status") == "granted"}
    if missing := [scope for scope in scopes if scope not in granted]:
        raise Rejected(f"Facebook was not allowed to give: {', '.join(missing)}. Connect again and leave all of it ticked.", code=code)


async def person(graph: Graph, *, handle: str, kind: str) -> Target:
    """Who gave the consent: not published to, but asked again for what there is to publish to."""
    me = await graph.get("me", fields="id,name")
    return Target(str(me["id"]), f"{handle}{me['id']}", kind, me.get("name") or str(me["id"]))


def page_target(page: Page, *, handle: str) -> Target:
    meta = {"username": page.get("username"), "category": page.get("category"), "picture": _picture(page)}
    name = page.get("name") or str(page["id"])
    own = {"access_token": str(page["access_token"])}
    return Target(str(page["id"]), f"{handle}{page['id']}", "facebook_page", name, _known(meta), own)


def instagram_target(page: Page, *, handle: str, kind: str) -> Target | None:
    """The Instagram account linked to a Page; it is published to with the Page's token."""
    linked = page.get("instagram_business_account")
    if not linked:
        return None
    meta = {
        "username": linked.get("username"),
        "picture": linked.get("profile_picture_url"),
        "pageId": str(page["id"]),
        "pageName": page.get("name"),
    }
    name = linked.get("username") or linked.get("name") or str(linked["id"])
    return Target(str(linked["id"]), f"{handle}{linked['id']}", kind, name, _known(meta), {"access_token": str(page["access_token"])})


async def links(graph: Graph, account_type: str, account_id: str, *, handles: tuple[str, str], identity: bool) -> dict[str, Any]:
    """The result of the action `linked-targets`: which Page and which Instagram account belong together.

    `handles` are the prefixes of Pages and of Instagram accounts. With a Page's token, "me" is the Page.
    """
    found: list[Page] = []
    notes: list[str] = []
    try:
        if identity:
            found = [page async for page in graph.every("me/accounts", fields=f"id,name,tasks,{LINKED}", limit="100")]
        else:
            found = [await graph.get("me", fields=f"id,name,{LINKED}")]
    except Unauthorized as error:
        if not error.code.endswith("permission_missing"):
            raise
        notes.append("The consent that was given does not let this account see what is linked to it.")
    shown_pages = [{"id": str(p["id"]), "handle": f"{handles[0]}{p['id']}", "name": p.get("name")} for p in found]
    accounts = [(p["instagram_business_account"], p) for p in found if p.get("instagram_business_account")]
    shown_accounts = [
        {"id": str(a["id"]), "handle": f"{handles[1]}{a['id']}", "username": a.get("username"), "pageId": str(p["id"])} for a, p in accounts
    ]
    if not accounts:
        notes.append(
            "No professional Instagram account is visible: link one to the Page, and connect Instagram once so that it may be seen."
        )
    if account_type == "facebook_page":
        notes.append("An Instagram account is published to with the access of the Page that it is linked to.")
    current = None if identity else next(iter(shown_pages), None)
    current_instagram = next((a for a in shown_accounts if a["id"] == account_id), None if identity else next(iter(shown_accounts), None))
    return {
        "links": {
            "currentPage": current,
            "currentInstagramBusiness": current_instagram,
            "linkedPages": shown_pages,
            "linkedInstagramAccounts": shown_accounts,
        },
        "notes": notes,
    }


def _picture(page: Page) -> str | None:
    data = (page.get("picture") or {}).get("data") or {}
    url = data.get("url")
    return str(url) if url else None


def _known(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in meta.items() if value}
