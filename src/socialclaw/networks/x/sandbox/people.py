"""The people of the simulated X: who one is oneself, who somebody is, and what posts bring along of people, files and other posts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import httpx2

from socialclaw.networks.x.sandbox import words as say
from socialclaw.networks.x.sandbox.base import READ, XHouse, api
from socialclaw.networks.x.sandbox.posts import View, media_of
from socialclaw.simulation.store import Seen

FIELDS = ("user.fields", "expansions", "post.fields", "tweet.fields")
VERIFIED = ("none", "blue", "business", "government")


class XPeople(XHouse):
    def verify(self, login: str, kind: str) -> None:
        """Let X have verified this user, or no longer."""
        if kind not in VERIFIED:
            raise ValueError(f"X verifies as {', '.join(VERIFIED)}, not as {kind!r}")
        with self.store.transaction():
            person = self.person(login)
            self.shelf.put("people", person["id"], {**person, "verified_type": kind})

    @api("GET", r"/2/users/me")
    def me(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, "GET /2/users/me", *READ)
        return self._told(request, self.person_of(account), "id", account)

    @api("GET", r"/2/users/by/username/(\w{1,15})")
    def user_by_name(self, request: httpx2.Request, name: str) -> httpx2.Response:
        self.admit_to(request, "GET /2/users/:id", *READ)
        return self._told(request, self.person_of(self.profile(name)["id"]), "username", name)

    @api("GET", r"/2/users/(\d{1,19})")
    def user(self, request: httpx2.Request, user: str) -> httpx2.Response:
        self.admit_to(request, "GET /2/users/:id", *READ)
        return self._told(request, self.person_of(user), "id", user)

    def included(self, view: View, found: Sequence[Seen]) -> dict[str, Any]:
        """What the expansions of a request bring along; empty where they bring nothing."""
        above = [seen for post in found if post.reply_to for seen in self.shelf.posts(post_id=post.reply_to)]
        users = {post.account for post in found} if "author_id" in view.expansions else set[str]()
        users |= {seen.account for seen in above} if "in_reply_to_user_id" in view.expansions else set()
        brought: dict[str, list[dict[str, Any]]] = {
            "users": [self._person(person, view.of_users) for user in sorted(users) if (person := self.person_of(user))]
        }
        if "attachments.media_keys" in view.expansions:
            brought["media"] = [media for post in found for media in media_of(post, view.of_media)]
        if not view.expansions.isdisjoint({"referenced_tweets.id", "referenced_posts"}):
            brought[view.posts] = [view.show(seen, own=False, now=self.clock(), views=0)[0] for seen in above]
        includes = {name: items for name, items in brought.items() if items}
        return {"includes": includes} if includes else {}

    def _told(self, request: httpx2.Request, person: dict[str, Any] | None, parameter: str, asked: str) -> httpx2.Response:
        given = say.query(request, *FIELDS)
        if person is None:
            return httpx2.Response(200, json={"errors": [say.missing("user", asked, parameter)]})
        wanted = given.get("user.fields", "").split(",")
        return httpx2.Response(200, json={"data": self._person(person, wanted, old="tweet.fields" in given)})

    def _person(self, person: dict[str, Any], wanted: Collection[str], *, old: bool = False) -> dict[str, Any]:
        verified = person.get("verified_type", "none")
        more = {
            "verified": verified != "none",
            "verified_type": verified,
            "protected": False,
            "created_at": "2020-01-01T00:00:00.000Z",
            "public_metrics": {
                "followers_count": 120,
                "following_count": 80,
                "tweet_count" if old else "post_count": len(self.shelf.posts(account=person["id"])),
                "listed_count": 1,
            },
        }
        data = {"id": person["id"], "name": person["name"], "username": person["username"]}
        return data | {name: value for name, value in more.items() if name in wanted}
