"""Who there is on the simulated Meta: a person for every name that logs in, with a Page and an Instagram account linked to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from socialclaw.simulation.flow import Flow
from socialclaw.simulation.store import Shelf

TASKS = ("ANALYZE", "ADVERTISE", "MODERATE", "CREATE_CONTENT", "MANAGE", "MESSAGING")

FACEBOOK_FLOW = Flow(
    name="Facebook",
    callbacks=("facebook", "instagram_business", "meta"),
    scopes={
        "public_profile": "See your name and picture",
        "pages_show_list": "See which Pages you run",
        "business_management": "See the Pages of your businesses",
        "pages_manage_posts": "Post and delete posts on your Pages",
        "pages_read_engagement": "Read what your Pages post and how people react",
        "publish_video": "Post videos to your Pages",
        "read_insights": "See the figures of your Pages",
        "instagram_basic": "See the Instagram accounts linked to your Pages",
        "instagram_content_publish": "Post to Instagram for you",
        "instagram_manage_insights": "See the figures of your Instagram accounts",
        "instagram_manage_contents": "Delete posts on Instagram",
    },
    accent="#0866ff",
    separator=",",
    client_auth=("body",),
    access_seconds=5400,
    refresh_scope=None,
    granular=True,
)
INSTAGRAM_FLOW = Flow(
    name="Instagram",
    callbacks=("instagram",),
    scopes={
        "instagram_business_basic": "See your profile and posts",
        "instagram_business_content_publish": "Post for you",
        "instagram_business_manage_insights": "See your figures",
    },
    accent="#d62976",
    separator=",",
    client_auth=("body",),
    code_seconds=3600,
    access_seconds=3600,
    refresh_scope=None,
)


def profile_of(login: str) -> dict[str, Any]:
    """A person who logs in for the first time; the same numbers wherever the name is used."""
    return {"id": numbered("person", login, "10"), "username": login, "name": _written(login)}


def scoped_id(login: str) -> str:
    """How the app knows the user of an Instagram account: not by the account's own id."""
    return numbered("scoped", login, "24")


def numbered(kind: str, name: str, lead: str) -> str:
    """An id of 17 digits that begins with `lead`."""
    digits = int(hashlib.sha256(f"{kind}:{name.lower()}".encode()).hexdigest()[:13], 16) % 10**15
    return f"{lead}{digits:015d}"


class People:
    """Pages and Instagram accounts: documents of the shelf, found by id or by their person."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def settle(self, person: Mapping[str, Any]) -> None:
        """A new person's Page, with the Instagram account linked to it."""
        login = str(person["username"])
        account = {"id": numbered("instagram", login, "17"), "username": login.lower(), "name": person["name"], "person": person["id"]}
        self.shelf.put("instagram", account["id"], account)
        self.add_page(person, f"{person['name']} & Co.", instagram=account["id"])

    def add_page(
        self, person: Mapping[str, Any], name: str, *, instagram: str | None = None, tasks: tuple[str, ...] = TASKS
    ) -> dict[str, Any]:
        page = {"id": numbered("page", f"{person['id']}:{name}", "61"), "name": name, "person": person["id"], "instagram": instagram}
        page |= {"tasks": list(tasks), "category": "Shop", "username": "".join(c for c in name.lower() if c.isalnum())}
        self.shelf.put("pages", page["id"], page)
        return page

    def run(self, person: Mapping[str, Any], count: int) -> None:
        """Let a person run so many Pages; the first one is linked to their Instagram account."""
        first = f"{person['name']} & Co."
        names = [first, *(f"{first} {number}" for number in range(2, count + 1))][:count]
        pages = {page["name"]: page["id"] for page in self.pages_of(person["id"])}
        for name in pages.keys() - names:
            self.shelf.drop("pages", pages[name])
        for name in names:
            if name not in pages:
                linked = numbered("instagram", str(person["username"]), "17") if name == first else None
                self.add_page(person, name, instagram=linked)

    def page(self, page_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.shelf.get("pages", page_id)
        return found

    def pages_of(self, person: str) -> list[dict[str, Any]]:
        return [page for page in self.shelf.all("pages").values() if page["person"] == person]

    def instagram(self, account_id: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.shelf.get("instagram", account_id)
        return found

    def instagram_of(self, person: str) -> dict[str, Any]:
        found: dict[str, Any] = next(a for a in self.shelf.all("instagram").values() if a["person"] == person)
        return found

    def named(self, username: str) -> dict[str, Any] | None:
        """The Instagram account of this name."""
        return self.instagram(numbered("instagram", username, "17"))

    def called(self, account: str) -> str:
        if page := self.page(account):
            return str(page["name"])
        found = self.instagram(account)
        return f"@{found['username']}" if found else account


def _written(login: str) -> str:
    return " ".join(part.capitalize() for part in login.replace("_", " ").replace(".", " ").replace("-", " ").split()) or login
