"""Who there is on the simulated LinkedIn: members, Pages, the roles that members have on them, and what these allow."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.networks.linkedin.sandbox import words as say
from socialclaw.networks.linkedin.sandbox.base import API, POSTS_FOR_PAGES, LinkedInHouse, api
from socialclaw.simulation.simulator import route

POSTING = ("ADMINISTRATOR", "CONTENT_ADMINISTRATOR")
Document = dict[str, Any]


class LinkedInMembers(LinkedInHouse):
    several = "Pages"

    def profile(self, login: str) -> Document:
        digest = hashlib.sha256(f"linkedin:{login.lower()}".encode()).hexdigest()
        name = " ".join(part.capitalize() for part in login.replace("_", " ").replace(".", " ").replace("-", " ").split())
        return {"id": digest[:10], "username": login.lower(), "name": name or login}

    def person(self, login: str) -> Document:
        """Everybody has a Page of their own, unless their name begins with "nopage"."""
        found = super().person(login)
        if not self.shelf.get("settled", found["id"]):
            self.shelf.put("settled", found["id"], True)
            if not login.lower().startswith("nopage"):
                self.add_page(found, f"{found['name']} & Co.")
        return found

    def add_page(self, person: Mapping[str, Any], name: str, *, role: str = "ADMINISTRATOR", state: str = "APPROVED") -> Document:
        """A Page on which this member has this role."""
        number = 10**7 + int(hashlib.sha256(f"page:{name.lower()}".encode()).hexdigest()[:12], 16) % (9 * 10**7)
        page = {"id": str(number), "name": name, "vanity": "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())}
        self.shelf.put("pages", page["id"], page)
        self.shelf.put("roles", f"{page['id']} {person['id']}", {"page": page["id"], "person": person["id"], "role": role, "state": state})
        return page

    def have(self, login: str, count: int) -> None:
        person = self.person(login)
        for key, entry in self.shelf.all("roles").items():
            if entry["person"] == person["id"]:
                self.shelf.drop("roles", key)
        for number in range(1, count + 1):
            self.add_page(person, f"{person['name']} & Co." if number == 1 else f"{person['name']} & Co. {number}")

    def called(self, account: str) -> str:
        page = self.shelf.get("pages", account)
        person = self.person_of(account)
        return str(page["name"]) if page else str(person["name"]) if person else account

    def role_on(self, page: str, person: str) -> str:
        found = self.shelf.get("roles", f"{page} {person}")
        return str(found["role"]) if found and found["state"] == "APPROVED" else ""

    def may_post(self, caller: Mapping[str, Any], author: str, what: str) -> str:
        """The bare id of an author for whom the caller may act; refused otherwise."""
        _, _, kind, account = author.split(":")
        right = (
            account == caller["account"] and "w_member_social" in caller["scopes"]
            if kind == "person"
            else POSTS_FOR_PAGES in caller["scopes"] and self.role_on(account, caller["account"]) in POSTING
        )
        if not right:
            raise say.no_access(what)
        return account

    def may_read(self, caller: Mapping[str, Any], author: str, what: str) -> None:
        """Members' posts and files are closed to apps; a Page's are open to those who run it."""
        _, _, kind, account = author.split(":")
        if kind == "person" or "r_organization_social" not in caller["scopes"] or not self.role_on(account, caller["account"]):
            raise say.no_access(what)

    def must_own(self, caller: Mapping[str, Any], file: Mapping[str, Any], what: str) -> None:
        self.may_post(caller, file["owner"], what)

    @route("GET", r"/v2/userinfo", host=API)
    def userinfo(self, request: httpx2.Request) -> httpx2.Response:
        person = self.person_of(self.bearer(request, "openid", "profile")["account"]) or {}
        given, _, family = person["name"].partition(" ")
        about = {"sub": person["id"], "name": person["name"], "given_name": given, "family_name": family}
        return httpx2.Response(200, json={**about, "locale": {"country": "US", "language": "en"}})

    @api("GET", r"/organizationAcls")
    def acls(self, request: httpx2.Request) -> httpx2.Response:
        caller = self.admit_to(request, "rw_organization_admin")
        given = say.query(request, "role", "state", "start", "count", required=("q",))
        if given["q"] != "roleAssignee":
            raise say.refused(400, "ILLEGAL_ARGUMENT", f"Unknown finder {given['q']}")
        found = [
            {
                "organization": f"urn:li:organization:{entry['page']}",
                "roleAssignee": f"urn:li:person:{entry['person']}",
                "role": entry["role"],
                "state": entry["state"],
            }
            for entry in self.shelf.all("roles").values()
            if entry["person"] == caller["account"] and all(given.get(name, entry[name]) == entry[name] for name in ("role", "state"))
        ]
        return say.page_of(given, found)

    @api("GET", r"/organizationsLookup")
    def organizations(self, request: httpx2.Request) -> httpx2.Response:
        self.admit_to(request, "rw_organization_admin")
        ids = say.listed(say.query(request, required=("ids",))["ids"])
        known = {page_id: page for page_id in ids if (page := self.shelf.get("pages", page_id))}
        results = {
            page_id: {"id": int(page_id), "localizedName": page["name"], "vanityName": page["vanity"]} for page_id, page in known.items()
        }
        lost = {page_id: {"status": 404, "message": "not found"} for page_id in ids if page_id not in known}
        return httpx2.Response(200, json={"results": results, "statuses": dict.fromkeys(known, 200), "errors": lost})

    @api("GET", r"/networkSizes/urn:li:organization:(\d+)")
    def followers(self, request: httpx2.Request, page_id: str) -> httpx2.Response:
        self.admit_to(request, "r_organization_social")
        if say.query(request, required=("edgeType",))["edgeType"] != "COMPANY_FOLLOWED_BY_MEMBER":
            raise say.refused(400, "ILLEGAL_ARGUMENT", "Unknown edgeType")
        if self.shelf.get("pages", page_id) is None:
            raise say.missing(page_id)
        return httpx2.Response(200, json={"firstDegreeSize": self.figure(page_id, "followers", 0)})
