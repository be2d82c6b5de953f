"""Reddit in miniature: users, subreddits with rules of their own, posts, and their removal, as strict as recorded answers show it.

It shares no code with the adapter. A link that a subreddit has already is refused only where `resubmit` is false, as on Reddit.
"""

from __future__ import annotations

import re
from dataclasses import replace

import httpx2

from socialclaw.networks.reddit.sandbox import pages, submissions, subreddits
from socialclaw.networks.reddit.sandbox import words as say
from socialclaw.networks.reddit.sandbox.base import api, site
from socialclaw.networks.reddit.sandbox.comments import RedditComments
from socialclaw.networks.reddit.sandbox.subreddits import Document
from socialclaw.simulation.grants import key_of
from socialclaw.simulation.simulator import outside
from socialclaw.simulation.store import Seen

MOST_TITLE, MOST_TEXT, MOST_FLAIR = 300, 40_000, 64
BREAK = 540.0  # seconds between two posts to `slow`
FIELDS = (
    *("kind", "sr", "title", "text", "url", "flair_id", "flair_text", "nsfw", "spoiler", "sendreplies", "resubmit", "validate_on_submit"),
    *("discussion_type", "collection_id", "video_poster_url", "richtext_json"),
)


class RedditSandbox(RedditComments):
    def spoil_media(self, request: httpx2.Request) -> None:
        """Reddit processes no files of links: what may happen to such a post is that the spam filter takes it away."""
        record = self.shelf.get("tokens", key_of(self.token_of(request) or ""))
        if record:
            self.shelf.put("spoiled", record["account"], True)

    # Posts.

    @outside
    @api("POST", r"/api/submit")
    def submit(self, request: httpx2.Request) -> httpx2.Response:
        """What is linked to is looked at before the post is there, and not while others wait for the store."""
        with self.store.transaction():
            author = self.admit_to(request, "submit")
            given, _ = self._judged(request, author)
        files = (self._linked(given["url"]),) if given["kind"] == "link" else ()
        with self.store.transaction():
            self.bearer(request, "submit")
            given, place = self._judged(request, author)
            return self._add(request, author, given, place, tuple(filter(None, files)))

    @api("POST", r"/api/del")
    def delete(self, request: httpx2.Request) -> httpx2.Response:
        """The answer is the same whether or not there is such a post, and whoever's it is."""
        user = self.admit_to(request, "edit")["id"]
        given = say.form(request, "id")
        self.delete_comment(given.get("id", ""), user)
        for seen in self.shelf.posts(account=user, post_id=given.get("id", ""), gone=True):
            self.shelf.change_post(replace(seen, extra={**seen.extra, "removed": "deleted"}))
            self.shelf.remove_post(seen.id, self.clock())
        return say.answer(request, {})

    @api("GET", r"/user/([\w-]+)/submitted")
    def submitted(self, request: httpx2.Request, name: str) -> httpx2.Response:
        """A user's posts, newest first; their author sees also those that were taken away."""
        reader = self.admit_to(request, "history")["id"]
        given = say.query(request)
        owner = self.person_of(self.profile(name)["id"])
        if owner is None:
            raise say.not_found()
        posts = self.shelf.posts(account=owner["id"], gone=owner["id"] == reader)
        return say.answer(request, say.listing(given, [self.shown(seen) for seen in posts[::-1] if seen.extra["removed"] != "deleted"]))

    # What browsers see.

    @site("GET", r"/r/[\w.-]+/comments/([a-z0-9]+)(?:/[^/]*)?/?")
    def post_page(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        return self._page(request, f"t3_{post_id}")

    @site("GET", r"/by_id/(t3_[a-z0-9]+)/?")
    def page_by_id(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        return self._page(request, post_id)

    @site("GET", r"/r/([\w.-]+)/?")
    def subreddit_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        posts = [seen for seen in self.shelf.posts() if seen.extra["subreddit"].lower() == name.lower()]
        return pages.list_page(f"r/{name}", self._signed(posts[::-1]), up=_up(request))

    @site("GET", r"/user/([\w-]+)/?")
    def user_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        owner = self.person_of(self.profile(name)["id"])
        if owner is None:
            return pages.gone_page()
        return pages.list_page(f"u/{owner['username']}", self._signed(self.shelf.posts(account=owner["id"])[::-1]), up=_up(request))

    # Behind the routes.

    def _judged(self, request: httpx2.Request, author: Document) -> tuple[dict[str, str], Document]:
        """The form of a new post, and where it goes; refused where Reddit or the subreddit does not take it."""
        given = say.form(request, *FIELDS)
        for name, default in (
            ("nsfw", False),
            ("spoiler", False),
            ("sendreplies", True),
            ("resubmit", True),
            ("validate_on_submit", False),
        ):
            given[name] = str(say.truth(given, name, default=default))
        if given.get("api_type") != "json":
            raise say.bad_request("api_type must be json")
        place = self.place(given.get("sr", "")) if given.get("sr") else None
        if wrong := [*_wrong(given), *self._misplaced(given, place, author)]:
            raise say.failed(wrong)
        assert place is not None
        if broken := subreddits.broken(place["requirements"], given):
            field, reason, explanation = broken
            if given["validate_on_submit"] == "True":
                raise say.invalid(field, reason, explanation)
            raise say.failed([say.triple(reason, field, explanation)])
        self._repeated(given, place, author)
        return given, place

    def _misplaced(self, given: dict[str, str], place: Document | None, author: Document) -> list[say.Triple]:
        if not given.get("sr"):
            return [say.triple("SUBREDDIT_REQUIRED", "sr")]
        if place is None or place.get("banned"):
            return [say.triple("SUBREDDIT_NOEXIST", "sr")]
        foreign = place["subreddit_type"] == "user" and place["name"].lower() != f"u_{author['username']}".lower()
        if foreign or place["subreddit_type"] in ("restricted", "private"):
            return [say.triple("SUBREDDIT_NOTALLOWED", "sr")]
        if place["submission_type"] not in ("any", given.get("kind")):
            return [say.triple("NO_LINKS" if given.get("kind") == "link" else "NO_SELFS", "sr")]
        if flair := given.get("flair_id"):
            known = next((one for one in subreddits.flairs(place) if one["id"] == flair and not one["mod_only"]), None)
            if known is None or (given.get("flair_text") and not known["text_editable"] and given["flair_text"] != known["text"]):
                return [say.triple("INVALID_OPTION", "flair_id")]
        return []

    def _repeated(self, given: dict[str, str], place: Document, author: Document) -> None:
        """Refused where the subreddit has the link already, or the user has posted to it a moment ago."""
        posts = [seen for seen in self.shelf.posts() if seen.extra["subreddit"] == place["name"]]
        if given["resubmit"] == "False" and given["kind"] == "link" and any(seen.extra["url"] == given["url"] for seen in posts):
            raise say.failed([say.triple("ALREADY_SUB", "url")])
        since = max((seen.created_at for seen in posts if seen.account == author["id"]), default=0.0)
        if place.get("slow") and not self.quotas_lifted and (wait := since + BREAK - self.clock()) > 0:
            raise say.failed([say.triple("RATELIMIT", "ratelimit")], ratelimit=round(wait, 3))

    def _add(
        self, request: httpx2.Request, author: Document, given: dict[str, str], place: Document, files: tuple[Document, ...]
    ) -> httpx2.Response:
        title, text = " ".join(given["title"].split()), given.get("text", "").replace("\r\n", "\n").strip()
        post_id = self.new_id()
        link = submissions.permalink(place["name"], post_id, title)
        flair = next((one for one in subreddits.flairs(place) if one["id"] == given.get("flair_id")), None)
        spoiled = self.shelf.get("spoiled", author["id"])
        self.shelf.drop("spoiled", author["id"])
        extra = {
            "title": title,
            "text": text,
            "url": given["url"] if given["kind"] == "link" else None,
            "subreddit": place["name"],
            "subreddit_id": place["id"],
            "permalink": link,
            "nsfw": given["nsfw"] == "True",
            "spoiler": given["spoiler"] == "True",
            "send_replies": given["sendreplies"] == "True",
            "flair": {"id": flair["id"], "text": given.get("flair_text") or flair["text"]} if flair else None,
            "removed": "reddit" if spoiled else place.get("removes"),
        }
        words = "\n\n".join(filter(None, (title, text)))
        url = f"https://www.reddit.com{link}"
        self.shelf.add_post(Seen(post_id, author["id"], words, self.clock(), files, url=url, extra=extra))
        if extra["removed"]:
            self.shelf.remove_post(post_id, self.clock())
        made = {"url": url, "drafts_count": 0, "id": post_id.removeprefix("t3_"), "name": post_id}
        return say.answer(request, {"json": {"errors": [], "data": made}})

    def _linked(self, url: str) -> Document | None:
        """What is found behind a link. Reddit does not mind when there is nothing."""
        try:
            found = self.fetch(url)
        except httpx2.TransportError:
            return None
        mime = found.headers.get("content-type", "application/octet-stream").partition(";")[0]
        file = self.describe(found.content, mime, url=url)
        return file if file["kind"] in ("image", "video") else {**file, "kind": "other"}

    def _signed(self, posts: list[Seen]) -> list[tuple[Seen, str]]:
        return [(seen, self.author(seen)) for seen in posts]

    def _page(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        found = self.shelf.posts(post_id=post_id)
        if not found:
            return pages.gone_page()
        comments = [(one["author"], one["text"]) for below in self.below(post_id).values() for one in below]
        return pages.post_page(found[0], self.author(found[0]), comments, up=_up(request))


def _wrong(given: dict[str, str]) -> list[say.Triple]:
    """Everything that is wrong with a new post wherever it goes."""
    wrong = []
    if given.get("kind") not in ("self", "link"):
        wrong.append(say.triple("INVALID_OPTION", "kind"))
    if not given.get("title", "").strip():
        wrong.append(say.triple("NO_TEXT", "title"))
    for name, most in (("title", MOST_TITLE), ("text", MOST_TEXT), ("flair_text", MOST_FLAIR)):
        if len(given.get(name, "")) > most:
            wrong.append(say.too_long(name, most))
    if given.get("kind") == "link" and not given.get("url"):
        wrong.append(say.triple("NO_URL", "url"))
    elif given.get("kind") == "link" and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", given["url"]):
        wrong.append(say.triple("BAD_URL", "url"))
    return wrong


def _up(request: httpx2.Request) -> str:
    """From a page to the root of the site."""
    return "../" * (request.url.path.count("/") - 1)
