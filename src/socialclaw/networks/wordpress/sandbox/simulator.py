"""WordPress.com in miniature: users, sites with files, posts and a trash, as its endpoints' source has them.

Source: https://github.com/Automattic/jetpack, json-endpoints. It shares no code with the adapter. Posts are published, downgraded,
recognised again (v1.2), put into the trash, deleted for good.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import httpx2

from socialclaw.networks.wordpress.sandbox import pages
from socialclaw.networks.wordpress.sandbox import words as say
from socialclaw.networks.wordpress.sandbox.base import CAN, Document, address_of, api, site
from socialclaw.networks.wordpress.sandbox.html import read, stripped, uncommented
from socialclaw.networks.wordpress.sandbox.sites import WordPressSites
from socialclaw.simulation.store import Seen

TYPES = ("post", "page")
LISTED = ("publish", "draft", "pending", "private", "future")  # "any" of them: neither trash nor what was saved by itself
TOLERANCE = 60.0  # seconds that a date may lie ahead without the post waiting for it
ORDERS = {"date": "date", "ID": "id", "modified": "modified", "title": "title"}


class WordPressSandbox(WordPressSites):
    # Posts.

    @api("POST", r"/sites/([^/]+)/posts/new", versions=r"1\.([12])")
    def create(self, request: httpx2.Request, version: str, place: str) -> httpx2.Response:
        user, found = self.site_of(request, place, "posts")
        given = say.query(request, "autosave")
        body = say.post_of(request)
        if not any(body.get(name) for name in ("title", "content", "excerpt")):
            raise say.invalid()
        kind = body.get("type") or "post"
        if kind not in TYPES:
            raise say.unknown("post type")
        status = self._status(user, found, body)
        post = self._drafted(user, found, body, kind=kind, status=status)
        if version == "2" and (same := self._same(post)):
            return httpx2.Response(200, json=say.only(self._shown(same, found, given), given))
        post["id"] = self.shelf.count(f"ids:{found['id']}")
        post["slug"] = self._slug(post, str(body.get("slug") or ""))
        self._put(post, found)
        if body.get("publicize", True) not in (False, "false", 0, "0", []) and status == "publish":
            self.shelf.put("shared", f"{found['id']}:{post['id']}", True)
        return httpx2.Response(200, json=say.only(self._shown(post, found, given), given))

    @api("GET", r"/sites/([^/]+)/posts", versions=r"1\.[12]")
    def posts(self, request: httpx2.Request, place: str) -> httpx2.Response:
        user, found = self.site_of(request, place, "posts")
        given = say.query(request, "number", "page", "order", "order_by", "after", "before", "status", "type", "search")
        number, page = say.integer(given, "number", 20, most=100), say.integer(given, "page", 1, most=100_000)
        statuses = LISTED if given.get("status") == "any" else tuple(given.get("status", "publish").split(","))
        kinds = TYPES if given.get("type") == "any" else (given.get("type", "post"),)
        if given.get("order", "DESC") not in ("ASC", "DESC") or given.get("order_by", "date") not in ORDERS:
            raise say.invalid("order")
        after, before = (say.moment(given[name]) if name in given else None for name in ("after", "before"))
        matching = [
            post
            for post in self._of(found)
            if post["status"] in statuses
            and post["type"] in kinds
            and (after is None or post["date"] > after or (before is not None and post["date"] == after))
            and (before is None or post["date"] < before)
            and given.get("search", "").lower() in f"{post['title']} {post['content']}".lower()
            and (post["status"] == "publish" or "publish_posts" in self._may(user, found) or post["author"] == user)
        ]
        name = ORDERS[given.get("order_by", "date")]
        matching.sort(key=lambda post: (post[name], post["id"]), reverse=given.get("order", "DESC") == "DESC")
        shown = [say.only(self._shown(post, found, given), given) for post in matching[(page - 1) * number : page * number]]
        return httpx2.Response(200, json={"found": len(matching), "posts": shown, "meta": {"links": {}, "wpcom": True}})

    @api("GET", r"/sites/([^/]+)/posts/(\d+)", versions=r"1\.[12]")
    def post(self, request: httpx2.Request, place: str, number: str) -> httpx2.Response:
        _, found = self.site_of(request, place, "posts")
        given = say.query(request)
        return httpx2.Response(200, json=say.only(self._shown(self._post(found, number), found, given), given))

    @api("POST", r"/sites/([^/]+)/posts/(\d+)/delete")
    def delete(self, request: httpx2.Request, place: str, number: str) -> httpx2.Response:
        """Into the trash; what is there already is deleted for good."""
        user, found = self.site_of(request, place, "posts")
        given = say.query(request)
        post = self._post(found, number)
        if post["author"] != user and "publish_posts" not in self._may(user, found):
            raise say.unauthorized("User cannot delete posts")
        status = "deleted" if post["status"] == "trash" else "trash"
        if status == "deleted":
            self.shelf.drop(f"posts:{found['id']}", number)
        else:
            self._put({**post, "status": status, "was": post["status"]}, found)
        return httpx2.Response(200, json=say.only(self._shown({**post, "status": status}, found, given), given))

    @api("GET", r"/sites/([^/]+)/stats/post/(\d+)")
    def stats(self, request: httpx2.Request, place: str, number: str) -> httpx2.Response:
        user, found = self.site_of(request, place, "stats")
        self.allow(user, found, "view_stats", "user cannot view stats")
        given = say.query(request)
        post = self._post(found, number)
        key, since = f"{found['id']}:{number}", post["created_at"]
        views = self.figure(key, "views", since)
        likes, comments = self.figure(key, "likes", since, most=100) // 4, self.figure(key, "comments", since, most=50) // 8
        now = datetime.fromtimestamp(self.clock(), UTC)
        months = {str(now.year): {"months": {str(now.month): views}, "total": views}}
        told = {"date": f"{now:%Y-%m-%d}", "views": views, "years": months, "averages": {}, "weeks": []}
        more = {"like_count": likes, "discussion": {"comment_count": comments}, "post": {"ID": post["id"]}}
        return httpx2.Response(200, json=say.only({**told, **more}, given))

    # What a site's people do without the API.

    def approve(self, place: str, number: str) -> None:
        """An editor makes a post public."""
        with self.store.transaction():
            found = self.shelf.get("sites", place)
            self._put({**self._post(found, number), "status": "publish"}, found)

    def status_of(self, place: str, number: str) -> str | None:
        """In which status a post is; None where it is not there (any more)."""
        post = self.shelf.get(f"posts:{place}", number)
        return str(post["status"]) if post else None

    # What browsers see.

    @site("GET", r"/([a-z0-9_-]+)/")
    def home(self, request: httpx2.Request, slug: str) -> httpx2.Response:
        found = self._named(slug)
        if found is None:
            return pages.gone_page()
        if asked := re.fullmatch(r"[0-9]{1,18}", request.url.params.get("p", request.url.params.get("page_id", ""))):
            return self._page(found, lambda post: post["id"] == int(asked[0]))
        return pages.home_page(found, [seen for seen in self.shelf.posts(account=found["id"])[::-1] if seen.extra["type"] == "post"])

    @site("GET", r"/([a-z0-9_-]+)/(?:\d{4}/\d{2}/\d{2}/)?([^/]+)/")
    def post_page(self, request: httpx2.Request, slug: str, name: str) -> httpx2.Response:
        found = self._named(slug)
        return self._page(found, lambda post: post["slug"] == name) if found else pages.gone_page()

    def _page(self, found: Document, fits: Any) -> httpx2.Response:
        post = next((post for post in self._of(found) if post["status"] == "publish" and fits(post)), None)
        [*seen] = self.shelf.posts(account=found["id"], post_id=str(post["id"])) if post else []
        return pages.post_page(found, seen[0]) if seen else pages.gone_page()

    # Behind the routes.

    def _named(self, slug: str) -> Document | None:
        return next((place for place in self.shelf.all("sites").values() if place["slug"] == slug), None)

    def _may(self, user: str, found: Document) -> set[str]:
        return set(CAN[found["people"][user]])

    def _of(self, found: Document) -> list[Document]:
        return list(self.shelf.all(f"posts:{found['id']}").values())

    def _post(self, found: Document, number: str) -> Document:
        post: Document | None = self.shelf.get(f"posts:{found['id']}", number)
        if post is None:
            raise say.unknown("post")
        return post

    def _status(self, user: str, found: Document, body: Document) -> str:
        """The status that the post gets: without leave to publish it waits for an editor, and nobody says so."""
        may, asked = self._may(user, found), str(body.get("status") or "publish")
        asked = "publish" if asked == "future" else asked
        if "edit_posts" not in may:
            raise say.unauthorized("User cannot publish posts" if asked == "publish" else "User cannot edit posts")
        if asked == "publish" and "publish_posts" not in may:
            return "pending"
        if asked == "publish" and "date" in body and say.moment(body["date"]) >= self.clock() + TOLERANCE:
            return "future"
        return asked

    def _drafted(self, user: str, found: Document, body: Document, *, kind: str, status: str) -> Document:
        now = self.clock()
        return {
            "site": found["id"],
            "author": user,
            "type": kind,
            "status": status,
            "title": stripped(str(body.get("title") or "")),
            "content": stripped(str(body.get("content") or "")),
            "excerpt": stripped(str(body.get("excerpt") or "")),
            "date": float(int(say.moment(body["date"]) if "date" in body else now)),
            "modified": float(int(now)),
            "created_at": now,
        }

    def _same(self, post: Document) -> Document | None:
        """A published post of the same second, type, title (where there is one) and content: v1.2 makes no second."""
        for number in self.shelf.get("seconds", _second(post)) or ():
            known = self.shelf.get(f"posts:{post['site']}", number)
            alike = known and known["status"] == "publish" and known["content"] == post["content"]
            if alike and post["title"] in ("", known["title"]):
                return dict(known)
        return None

    def _slug(self, post: Document, asked: str) -> str:
        wanted = asked or read(post["title"])[0]
        slug = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-")[:200] or str(post["id"])
        return slug if self.shelf.get("slugs", f"{post['site']}:{slug}") is None else f"{slug}-{post['id']}"

    def _url(self, post: Document, found: Document) -> str:
        if post["status"] not in ("publish", "private"):
            return f"{address_of(found)}/?{'page_id' if post['type'] == 'page' else 'p'}={post['id']}"
        day = f"{datetime.fromtimestamp(post['date'], UTC):%Y/%m/%d}/" if post["type"] == "post" else ""
        return f"{address_of(found)}/{day}{post['slug']}/"

    def _put(self, post: Document, found: Document) -> None:
        """Keep a post, and show the public what it may see of it."""
        number = str(post["id"])
        self.shelf.put(f"posts:{found['id']}", number, post)
        self.shelf.put("slugs", f"{found['id']}:{post['slug']}", number)
        second = self.shelf.get("seconds", _second(post)) or []
        self.shelf.put("seconds", _second(post), [*second, *({number} - set(second))])
        shown = self.shelf.posts(account=found["id"], post_id=number)
        if post["status"] != "publish":
            self.shelf.remove_post(number, self.clock(), account=found["id"])
        elif not shown:
            self.shelf.add_post(self._seen(post, found))

    def _seen(self, post: Document, found: Document) -> Seen:
        title, _ = read(post["title"])
        text, sources = read(post["content"])
        files = []
        for source, alt in sources:
            item = self.shelf.get("media", self.shelf.get("addresses", source) or "")
            known = (
                {name: item[name] for name in ("kind", "mime", "size", "sha256", "frames") if name in item}
                if item
                else {"kind": "broken", "url": source}
            )
            files.append({**known, "alt": alt, "width": (item or {}).get("width"), "height": (item or {}).get("height")})
        words = "\n\n".join(filter(None, (title, text)))
        author = (self.person_of(post["author"]) or {}).get("name", "")
        extra = {"title": title, "body": text, "type": post["type"], "author": author, "date": post["date"], "slug": post["slug"]}
        return Seen(str(post["id"]), found["id"], words, self.clock(), tuple(files), url=self._url(post, found), extra=extra)

    def _shown(self, post: Document, found: Document, given: dict[str, str]) -> Document:
        edit = given.get("context") == "edit"
        person = self.person_of(post["author"]) or {}
        when = {name: datetime.fromtimestamp(post[name], UTC).isoformat() for name in ("date", "modified")}
        return {
            "ID": post["id"],
            "site_ID": int(found["id"]),
            "author": {"ID": int(post["author"]), "login": person.get("username"), "name": person.get("name")},
            **when,
            "title": post["title"],
            "URL": self._url(post, found),
            "short_URL": f"https://wp.me/p{found['id']}-{post['id']}",
            "content": post["content"] if edit else uncommented(post["content"]),
            "excerpt": post["excerpt"],
            "slug": post["slug"] if post["status"] in ("publish", "private", "trash") else "",
            "guid": f"{address_of(found)}/?p={post['id']}",
            "status": post["status"],
            "sticky": False,
            "password": "",
            "type": post["type"],
            "discussion": {"comments_open": True, "comment_count": 0},
            "likes_enabled": True,
            "sharing_enabled": True,
            "like_count": 0,
            "i_like": False,
            "featured_image": "",
            "format": "standard",
            "publicize_URLs": [],
            "tags": {},
            "categories": {},
            "attachments": {},
            "attachment_count": 0,
            "metadata": [],
            "meta": {"links": {}},
            "capabilities": {"publish_post": True, "delete_post": True, "edit_post": True},
        }


def _second(post: Document) -> str:
    """What posts share that may be the same."""
    return f"{post['site']}:{post['type']}:{post['date']:.0f}"
