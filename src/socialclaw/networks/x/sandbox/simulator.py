"""X in miniature: posts, time line, metrics and media uploads, as strict as X's own description (2.167) and its words.

It shares no code with the adapter. A post of the same text and parent as one of the account's last 50 is refused, unless it has
files (each of its own link makes such a text different). One that was deleted counts as well.
"""

from __future__ import annotations

from typing import Any

import httpx2

from socialclaw.networks.x.sandbox import pages
from socialclaw.networks.x.sandbox import words as say
from socialclaw.networks.x.sandbox.base import READ, api, site
from socialclaw.networks.x.sandbox.media import MOST_FILES, Uploads
from socialclaw.networks.x.sandbox.posts import View, clean, compose, escaped, seconds_of
from socialclaw.networks.x.sandbox.search import BOUNDS, VIEWS, XSearch, bounded, page_size
from socialclaw.networks.x.text import LIMIT, cashtags, weigh
from socialclaw.simulation.grants import Refused
from socialclaw.simulation.store import Seen

REMEMBERED = 50  # posts of an account that a new one may not repeat
WRITE = (*READ, "tweet.write")
PAGING = ("max_results", "pagination_token", "exclude", *BOUNDS)
ATTACHMENTS = ("media", "poll", "quote_tweet_id", "card_uri", "direct_message_deep_link")
REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")
TWEET: say.Shape = {
    "text": say.text(),
    "media": {
        "media_ids!": say.ids(MOST_FILES, 1),
        "tagged_user_ids": say.ids(10),
        "title": say.text(),
        "description": say.text(),
        "preview_media_id": say.an_id,
        "embeddable": say.a_boolean,
        "call_to_actions": say.anything,
    },
    "reply": {"in_reply_to_tweet_id!": say.an_id, "exclude_reply_user_ids": say.ids(50), "auto_populate_reply_metadata": say.a_boolean},
    "reply_settings": say.one_of(*REPLY_SETTINGS),
    "quote_tweet_id": say.an_id,
    "poll": {"options!": say.anything, "duration_minutes!": say.integer(5, 10_080), "reply_settings": say.one_of(*REPLY_SETTINGS)},
    "community_id": say.an_id,
    "card_uri": say.text(),
    "direct_message_deep_link": say.text(),
    "geo": {"place_id!": say.text()},
    "edit_options": {"previous_post_id!": say.an_id},
    **{
        name: say.a_boolean for name in ("share_with_followers", "for_super_followers_only", "nullcast", "paid_partnership", "made_with_ai")
    },
}


class XSandbox(XSearch):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uploads = Uploads(self.shelf, self.clock, self.new_id)

    def spoil_media(self, request: httpx2.Request) -> None:
        self.uploads.doom(request)

    # Posts.

    @api("POST", r"/2/tweets")
    def create(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, "POST /2/tweets", *WRITE)
        body = say.body_of(request, TWEET)
        if sum(name in body for name in ATTACHMENTS) > 1:
            raise say.invalid(f"Only one of [{','.join(ATTACHMENTS)}] may be given")
        if unserved := [name for name in ("quote_tweet_id", "community_id", "edit_options", "card_uri", "nullcast") if body.get(name)]:
            raise say.forbidden(f"This access level is not permitted to perform this action: {unserved[0]}")
        text = clean(body.get("text", ""))
        files = self.uploads.attached(body.get("media", {}).get("media_ids", []), account)
        self._judge_text(text, files)
        parent = self._parent(body, account)
        self._refuse_repeated(account, text, parent, files)
        return self._add(account, text, files, parent, body)

    @api("GET", r"/2/tweets/(\d{1,19})")
    def tweet(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        account = self.admit_to(request, "GET /2/tweets", *READ)
        view = View(say.query(request, *VIEWS))
        found = self.shelf.posts(post_id=post_id)
        if not found:
            return httpx2.Response(200, json={"errors": [say.missing("tweet", post_id)]})
        data, errors = self.shown(view, found[0], account)
        return httpx2.Response(200, json={"data": data, **self.included(view, found), **({"errors": errors} if errors else {})})

    @api("GET", r"/2/tweets")
    def tweets(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, "GET /2/tweets", *READ)
        given = say.query(request, "ids", *VIEWS)
        view, wanted = View(given), given.get("ids", "").split(",")
        if not 1 <= len(wanted) <= 100 or any(map(say.an_id, wanted)):
            raise say.invalid("The `ids` query parameter must hold 1 to 100 ids")
        data, errors, there = [], [], list[Seen]()
        for post_id in wanted:
            if found := self.shelf.posts(post_id=post_id):
                there += found
                shown, hidden = self.shown(view, found[0], account)
                data.append(shown)
                errors += hidden
            else:
                errors.append(say.missing("tweet", post_id, "ids"))
        more = {**self.included(view, there), **({"errors": errors} if errors else {})}
        return httpx2.Response(200, json={**({"data": data} if data else {}), **more})

    @api("DELETE", r"/2/tweets/(\d{1,19})")
    def delete(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        account = self.admit_to(request, "DELETE /2/tweets/:id", *WRITE)
        found = self.shelf.posts(post_id=post_id)
        if found and found[0].account != account:
            raise say.forbidden("You are not authorized to delete this Tweet.")
        if not self.shelf.remove_post(post_id, self.clock(), account=account):
            missing = say.missing("tweet", post_id)
            raise Refused(say.problem(404, missing["title"], missing["detail"], kind=missing["type"]))
        return httpx2.Response(200, json={"data": {"deleted": True}})

    @api("GET", r"/2/users/(\d{1,19})/tweets")
    def timeline(self, request: httpx2.Request, user: str) -> httpx2.Response:
        account = self.admit_to(request, "GET /2/users/:id/tweets", *READ)
        given = say.query(request, *PAGING, *VIEWS)
        view = View(given)
        say.words(given.get("exclude"), ("replies", "retweets"), "exclude")
        if self.person_of(user) is None:
            return httpx2.Response(200, json={"errors": [say.missing("user", user)]})
        size, within = page_size(given, 5), bounded(given)
        replies = "replies" not in given.get("exclude", "").split(",")
        since = seconds_of(given["start_time"], "start_time") if "start_time" in given else 0.0
        posts = reversed(self.shelf.posts(account=user, since=since))
        found = [seen for seen in posts if within(seen) and (replies or not seen.reply_to)]
        return self.page_of(view, found, size, account)

    # Media.

    @api("POST", r"/2/media/upload/initialize")
    def upload_begins(self, request: httpx2.Request) -> httpx2.Response:
        return self.uploads.initialize(request, self.admit_to(request, "POST /2/media/upload/initialize", "media.write"))

    @api("POST", r"/2/media/upload/(\d{1,19})/append")
    def upload_goes_on(self, request: httpx2.Request, media_id: str) -> httpx2.Response:
        return self.uploads.append(request, self.admit_to(request, "POST /2/media/upload/:id/append", "media.write"), media_id)

    @api("POST", r"/2/media/upload/(\d{1,19})/finalize")
    def upload_ends(self, request: httpx2.Request, media_id: str) -> httpx2.Response:
        return self.uploads.finalize(request, self.admit_to(request, "POST /2/media/upload/:id/finalize", "media.write"), media_id)

    @api("POST", r"/2/media/upload")
    def upload(self, request: httpx2.Request) -> httpx2.Response:
        return self.uploads.at_once(request, self.admit_to(request, "POST /2/media/upload", "media.write"))

    @api("GET", r"/2/media/upload")
    def upload_status(self, request: httpx2.Request) -> httpx2.Response:
        return self.uploads.status(request, self.admit_to(request, "GET /2/media/upload", "media.write"))

    @api("POST", r"/2/media/metadata")
    def describe_media(self, request: httpx2.Request) -> httpx2.Response:
        return self.uploads.describe(request, self.admit_to(request, "POST /2/media/metadata", "media.write"))

    # What browsers see.

    @site("GET", r"/i/web/status/(\d{1,19})")
    def status_page(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        return self._status_page(post_id, up="../../../")

    @site("GET", r"/[A-Za-z0-9_]{1,15}/status/(\d{1,19})(?:/(?:photo|video)/1)?")
    def status_page_of(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        return self._status_page(post_id, up="../" * (request.url.path.count("/") - 1))

    @site("GET", r"/([A-Za-z0-9_]{1,15})")
    def profile_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        person = self.person_of(self.profile(name)["id"])
        if person is None:
            return pages.gone_page()
        return pages.profile_page(person["username"], self.shelf.posts(account=person["id"], limit=REMEMBERED)[::-1])

    # Behind the routes.

    def _judge_text(self, text: str, files: list[dict[str, Any]]) -> None:
        if not text and not files:
            raise say.invalid("$.text: is missing but it is required: a post has text or media")
        if any(c in text for c in "\ufffe\ufeff\uffff"):
            raise say.bad("Your Tweet text contains invalid characters.")
        if cashtags(text) > 1:
            raise say.forbidden("Posts created by the API are limited to a maximum of one cashtag.")
        if weigh(text) > LIMIT:
            raise say.bad("Your Tweet text is too long.")

    def _parent(self, body: dict[str, Any], account: str) -> Seen | None:
        """The post to be replied to: it must be there, and be the account's own or name it."""
        if "reply" not in body:
            return None
        found = self.shelf.posts(post_id=body["reply"]["in_reply_to_tweet_id"])
        if not found:
            raise say.forbidden(say.UNSEEN)
        name = str((self.person_of(account) or {}).get("username", "")).lower()
        if found[0].account != account and f"@{name}" not in found[0].text.lower():
            raise say.forbidden(say.UNINVITED)
        return found[0]

    def _refuse_repeated(self, account: str, text: str, parent: Seen | None, files: list[dict[str, Any]]) -> None:
        same, latest = (text, parent.id if parent else None), self.shelf.posts(account=account, limit=REMEMBERED, gone=True)
        if not files and any((p.text, p.reply_to) == same and not p.media for p in latest):
            raise say.forbidden("You are not allowed to create a Tweet with duplicate content.")

    def _add(self, account: str, text: str, files: list[dict[str, Any]], parent: Seen | None, body: dict[str, Any]) -> httpx2.Response:
        post_id = self.new_id()
        name = (self.person_of(account) or {})["username"]
        media = [
            self.describe(b"", f["mime"], key=f["key"])
            | {
                "size": f["total"],
                "sha256": f["sha256"],
                "alt": f.get("alt", ""),
                "frames": f["frames"] if f["category"] == "tweet_gif" else 1,
            }
            for f in files
        ]
        shown, urls = compose(text, post_id=post_id, username=name, media=media)
        extra = {
            "shown": shown,
            "urls": urls,
            "media_keys": [f["key"] for f in files],
            "conversation_id": parent.extra["conversation_id"] if parent else post_id,
            "reply_settings": body.get("reply_settings"),
            "reply_to_account": parent.account if parent else None,
        }
        url = f"https://x.com/{name}/status/{post_id}"
        reply_to = parent.id if parent else None
        self.shelf.add_post(Seen(post_id, account, text, self.clock(), tuple(media), reply_to, url, extra=extra))
        return httpx2.Response(201, json={"data": {"id": post_id, "text": escaped(shown), "edit_history_post_ids": [post_id]}})

    def _status_page(self, post_id: str, *, up: str) -> httpx2.Response:
        found = self.shelf.posts(post_id=post_id)
        if not found:
            return pages.gone_page()
        above = self.shelf.posts(post_id=found[0].reply_to) if found[0].reply_to else []
        below = [seen for seen in self.shelf.posts(account=found[0].account, since=found[0].created_at) if seen.reply_to == post_id]
        return pages.status_page([*above, *found, *below], post_id, lambda account: (self.person_of(account) or {})["username"], up=up)
