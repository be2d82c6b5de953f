"""Part of the simulator: the user who asks, subreddits and profiles, what they want of posts, and their flairs."""

from __future__ import annotations

from typing import Any

import httpx2

from socialclaw.networks.reddit.sandbox import submissions, subreddits
from socialclaw.networks.reddit.sandbox import words as say
from socialclaw.networks.reddit.sandbox.base import RedditHouse, api
from socialclaw.networks.reddit.sandbox.subreddits import Document
from socialclaw.simulation.grants import Refused


class RedditPlaces(RedditHouse):
    @api("GET", r"/api/v1/me")
    def me(self, request: httpx2.Request) -> httpx2.Response:
        person = self.admit_to(request, "identity")
        say.query(request)
        return say.answer(request, submissions.user(person, self.figure))

    @api("GET", r"/subreddits/mine/(subscriber|moderator|contributor)")
    def mine(self, request: httpx2.Request, relationship: str) -> httpx2.Response:
        person = self.admit_to(request, "mysubreddits")
        given = say.query(request)
        names = {"subscriber": subreddits.JOINED, "moderator": (f"u_{person['username']}",)}.get(relationship, ())
        found = [submissions.subreddit(self.place(name), self.figure, moderator=relationship == "moderator") for name in names]
        return say.answer(request, say.listing(given, found))

    @api("GET", r"/r/([\w.-]+)/about")
    def about(self, request: httpx2.Request, name: str) -> httpx2.Response:
        self.admit_to(request, "read")
        say.query(request)
        return say.answer(request, submissions.subreddit(self.open_place(name), self.figure))

    @api("GET", r"/r/([\w.-]+)/about/rules")
    def rules(self, request: httpx2.Request, name: str) -> httpx2.Response:
        self.admit_to(request, "read")
        say.query(request)
        self.open_place(name)
        rule = {"kind": "all", "short_name": "Be kind", "description": "", "violation_reason": "Be kind", "priority": 0}
        rules = [rule | {"created_utc": subreddits.CREATED}]
        return say.answer(request, {"rules": rules, "site_rules": ["Spam", "Personal and confidential information"], "site_rules_flow": []})

    @api("GET", r"/api/v1/([\w.-]+)/post_requirements")
    def requirements(self, request: httpx2.Request, name: str) -> httpx2.Response:
        self.admit_to(request, "submit")
        say.query(request)
        return say.answer(request, self.open_place(name)["requirements"])

    @api("GET", r"/r/([\w.-]+)/api/link_flair_v2")
    def flairs(self, request: httpx2.Request, name: str) -> httpx2.Response:
        self.admit_to(request, "flair")
        say.query(request)
        place = self.open_place(name)
        if not place["link_flair_enabled"]:
            raise Refused(say.error(403, "Forbidden"))
        return say.answer(request, subreddits.flairs(place))

    @api("POST", r"/r/([\w.-]+)/api/flairselector")
    def choices(self, request: httpx2.Request, name: str) -> httpx2.Response:
        """The flairs that this user may give to a new post."""
        self.admit_to(request, "flair")
        say.form(request, "is_newlink", "link")
        found = [flair for flair in subreddits.flairs(self.open_place(name)) if not flair["mod_only"]]
        names = {"flair_template_id": "id", "flair_text": "text", "flair_text_editable": "text_editable", "flair_css_class": "css_class"}
        listed = [{**{theirs: flair[own] for theirs, own in names.items()}, "flair_position": "right"} for flair in found]
        current = {"flair_css_class": "", "flair_template_id": None, "flair_text": None, "flair_position": "right"}
        return say.answer(request, {"current": current, "choices": listed})

    def place(self, name: str) -> Any:
        """The subreddit or the profile of this name, or None."""
        if not name.lower().startswith("u_"):
            return subreddits.subreddit(name)
        owner = self.person_of(self.profile(name[2:])["id"])
        return subreddits.subreddit(name, owner=owner["username"]) if owner else None

    def open_place(self, name: str) -> Document:
        """The same of one that anybody may look at."""
        place: Document | None = self.place(name)
        if place is None:
            raise say.not_found()
        if place.get("banned"):
            raise say.not_found(reason="banned")
        if place["subreddit_type"] == "private":
            raise Refused(say.error(403, "Forbidden", reason="private"))
        return place
