"""Comments of the simulated Reddit, and the lists in which others find a post: of a subreddit, and by the link that it is.

https://www.reddit.com/dev/api. A comment is no post: it stands below one, and goes when its author deletes it.
"""

from __future__ import annotations

from html import escape
from typing import Any

import httpx2

from socialclaw.networks.reddit.sandbox import submissions
from socialclaw.networks.reddit.sandbox import words as say
from socialclaw.networks.reddit.sandbox.base import api
from socialclaw.networks.reddit.sandbox.places import RedditPlaces
from socialclaw.networks.reddit.sandbox.subreddits import Document, base36
from socialclaw.simulation.store import Seen

MOST_COMMENT = 10_000
Tree = dict[str, list[Document]]
DEEPEST = 10  # comments below comments that one answer shows


class RedditComments(RedditPlaces):
    @api("POST", r"/api/comment")
    def comment(self, request: httpx2.Request) -> httpx2.Response:
        """Below a post, or below another comment."""
        author = self.admit_to(request, "submit")
        given = say.form(request, "thing_id", "text", "richtext_json", "return_rtjson")
        text, above = given.get("text", "").replace("\r\n", "\n").strip(), given.get("thing_id", "")
        post = self._post_of(above)
        wrong = [] if text else [say.triple("NO_TEXT", "text")]
        wrong += [say.too_long("text", MOST_COMMENT)] if len(text) > MOST_COMMENT else []
        if post is None:
            wrong.append(say.triple("NO_THING_ID", "parent"))
        elif post.extra["removed"] == "deleted":
            wrong.append(say.triple("DELETED_LINK", "parent"))
        if wrong or post is None:
            raise say.failed(wrong)
        name = f"t1_{base36(36**6 + self.shelf.count('comments'))}"
        kept = {"name": name, "author": author["username"], "account": author["id"], "text": text, "parent": above}
        self.shelf.put("comments", name, {**kept, "post": post.id, "at": self.clock()})
        return say.answer(request, {"json": {"errors": [], "data": {"things": [told(self.shelf.get("comments", name), post, {})]}}})

    @api("GET", r"/comments/([a-z0-9]+)")
    def comments(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        """A post and what stands below it."""
        self.admit_to(request, "read")
        given = say.query(request)
        found = self.shelf.posts(post_id=f"t3_{post_id}", gone=True)
        if not found:
            raise say.not_found()
        tree = self.below(found[0].id)
        below = [told(one, found[0], tree) for one in tree.get(found[0].id, ())]
        return say.answer(request, [say.listing({}, [self.shown(seen) for seen in found]), say.listing(given, below)])

    @api("GET", r"/(?:r/[\w.-]+/)?api/info")
    def info(self, request: httpx2.Request) -> httpx2.Response:
        """Things by their names; or posts by the address that they link to."""
        self.admit_to(request, "read")
        given = say.query(request)
        if url := given.get("url"):
            found = [self.shown(seen) for seen in reversed(self.shelf.posts()) if seen.extra["url"] == url]
            return say.answer(request, say.listing({"limit": "100", **given}, found))
        names = given.get("id", "").split(",")[:100]
        things = [self.shown(seen) for name in names if name for seen in self.shelf.posts(post_id=name, gone=True)]
        for one in (self.shelf.get("comments", name) for name in names if name.startswith("t1_")):
            things += [told(one, post, {}) for post in self.shelf.posts(post_id=one["post"], gone=True)] if one else []
        return say.answer(request, say.listing({"limit": "100"}, things))

    @api("GET", r"/r/([\w.-]+)/new")
    def latest(self, request: httpx2.Request, name: str) -> httpx2.Response:
        """The posts of a subreddit, newest first."""
        self.admit_to(request, "read")
        given, place = say.query(request), self.open_place(name)
        posts = [seen for seen in self.shelf.posts() if seen.extra["subreddit"] == place["name"]]
        return say.answer(request, say.listing(given, [self.shown(seen) for seen in posts[::-1]]))

    def delete_comment(self, name: str, user: str) -> None:
        """Of this user; what stands below it stays."""
        if (found := self.shelf.get("comments", name)) and found["account"] == user:
            self.shelf.drop("comments", name)

    def shown(self, seen: Seen) -> Document:
        return submissions.post(seen, self.author(seen), self.figure)

    def author(self, seen: Seen) -> str:
        return str((self.person_of(seen.account) or {}).get("username"))

    def _post_of(self, name: str) -> Seen | None:
        """The post that is called so, or below which this comment stands."""
        comment = self.shelf.get("comments", name)
        found = self.shelf.posts(post_id=comment["post"] if comment else name, gone=True) if name else []
        return found[0] if found else None

    def below(self, post_id: str) -> Tree:
        """The comments of a post, oldest first, by what they answer."""
        found: Tree = {}
        for one in sorted(
            (c for c in self.shelf.all("comments").values() if c["post"] == post_id), key=lambda one: (one["at"], one["name"])
        ):
            found.setdefault(one["parent"], []).append(one)
        return found


def told(one: Document, post: Seen, tree: Tree, deep: int = DEEPEST) -> Document:
    """A comment (t1) with those below it."""
    below = [told(other, post, tree, deep - 1) for other in tree.get(one["name"], ())] if deep else []
    at, number = float(int(one["at"])), one["name"].removeprefix("t1_")
    data: dict[str, Any] = {
        "id": number,
        "name": one["name"],
        "author": one["author"],
        "body": one["text"],
        "body_html": f'<div class="md"><p>{escape(one["text"])}</p>\n</div>',
        "link_id": post.id,
        "parent_id": one["parent"],
        "permalink": f"{post.extra['permalink']}{number}/",
        "subreddit": post.extra["subreddit"],
        "subreddit_id": f"t5_{post.extra['subreddit_id']}",
        "subreddit_name_prefixed": f"r/{post.extra['subreddit']}",
        "created": at,
        "created_utc": at,
        "score": 1,
        "ups": 1,
        "downs": 0,
        "edited": False,
        "stickied": False,
        "replies": say.listing({"limit": "100"}, below) if below else "",
    }
    return {"kind": "t1", "data": data}
