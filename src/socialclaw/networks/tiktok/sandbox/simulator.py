"""TikTok in miniature: creator info, videos in pieces, photos that it fetches, processing, moderation, the list of public videos.

It shares no code with the adapter. A post is seen from the moment TikTok has all of it; what TikTok tells of it follows later, when
processing and moderation are over. A user whose name begins with "private" has a private account.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2

from socialclaw.networks.tiktok.sandbox import media as files
from socialclaw.networks.tiktok.sandbox import pages
from socialclaw.networks.tiktok.sandbox import posts as asked
from socialclaw.networks.tiktok.sandbox import words as say
from socialclaw.networks.tiktok.sandbox.base import UPLOADS, api, site
from socialclaw.networks.tiktok.sandbox.ledger import TikTokLedger
from socialclaw.networks.tiktok.sandbox.removal import AppRemoval
from socialclaw.simulation import json_shapes as shapes
from socialclaw.simulation.simulator import outside, route
from socialclaw.simulation.spool import Spool
from socialclaw.simulation.store import Seen

LISTED = 150  # characters of a text that the list of videos shows
PUBLISH = ("video.publish", "video.upload")
USER = {
    **dict.fromkeys(("open_id", "union_id", "avatar_url", "avatar_url_100", "avatar_large_url", "display_name"), "user.info.basic"),
    **dict.fromkeys(("bio_description", "profile_deep_link", "is_verified", "username"), "user.info.profile"),
    **dict.fromkeys(("follower_count", "following_count", "likes_count", "video_count"), "user.info.stats"),
}
FIGURES = ("like_count", "comment_count", "share_count", "view_count")
_VIDEO = "id create_time cover_image_url share_url video_description duration height width title embed_html embed_link is_aigc"
VIDEO = frozenset([*_VIDEO.split(), *FIGURES])


class TikTokSandbox(TikTokLedger, AppRemoval):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spool = Spool(self.store, self.network)

    # What an operator of the sandbox may decide.

    def option(self, name: str, value: Any) -> None:
        """`audited` (bool), `verified` (list of URL prefixes; None takes all), `off` (what accounts have switched off)."""
        with self.store.transaction():
            self.shelf.put("options", name, value)

    def inbox(self, account: str) -> list[dict[str, Any]]:
        """What waits in a creator's inbox to be posted from there; oldest first."""
        own = [p for p in self.shelf.all("publishes").values() if p["account"] == account and p["draft"] and p["accepted_at"]]
        return sorted(own, key=lambda p: float(p["accepted_at"]))

    def spoil_media(self, request: httpx2.Request) -> None:
        """The video of a piece, or of the next init; a status call lets a post fail that was accepted already."""
        path = request.url.path
        upload = self.shelf.get("uploads", request.url.params.get("upload_id", "")) if path == "/video/" else None
        if upload:
            self._change(upload["publish_id"], doomed="file_format_check_failed")
        elif path.endswith("/status/fetch/"):
            publish_id = str(say.body_of(request, {"publish_id!": say.text(64)})["publish_id"])
            if publish := self.shelf.get("publishes", publish_id):
                self._change(publish_id, failed="spam_risk_text")
                self.shelf.remove_post(publish["post_id"], self.clock(), account=publish["account"])
        elif path.endswith("/init/"):
            self.shelf.put("options", "doomed", "picture_size_check_failed" if "/content/" in path else "file_format_check_failed")

    # The account.

    @api("GET", r"/v2/user/info/")
    def user_info(self, request: httpx2.Request) -> httpx2.Response:
        names = say.fields_of(request, USER)
        account = self.admit_to(request, "display", *sorted({USER[name] for name in names}))
        person = self.person_of(account) or {}
        posts = self._public(account)
        known = {
            "open_id": account,
            "union_id": f"union{account}",
            "display_name": person["name"],
            "username": person["username"],
            "profile_deep_link": f"https://www.tiktok.com/@{person['username']}",
            "bio_description": "",
            "is_verified": False,
            "follower_count": 120,
            "following_count": 80,
            "video_count": len(posts),
            "likes_count": sum(self.figure(p.id, "like_count", p.created_at) for p in posts),
        }
        return say.answer({"user": {name: known.get(name, "https://p16-sign.tiktokcdn.example/avatar.jpeg") for name in names}})

    @api("POST", r"/v2/post/publish/creator_info/query/")
    def creator_info(self, request: httpx2.Request) -> httpx2.Response:
        """A cap that is reached is told with status 200."""
        account = self.admit_to(request, "creator_info", "video.publish")
        say.body_of(request, {}, empty=True)
        self._judge_caps(account, draft=False, status=200)
        person = self.person_of(account) or {}
        off = self.shelf.get("options", "off") or ()
        data = {
            "creator_avatar_url": "https://p16-sign.tiktokcdn.example/avatar.jpeg",
            "creator_username": person["username"],
            "creator_nickname": person["name"],
            "privacy_level_options": asked.options_of(person),
            **{
                f"{name}_disabled": name in off or (bool(person["private"]) and name != "comment") for name in ("comment", "duet", "stitch")
            },
            "max_video_post_duration_sec": 600,
        }
        return say.answer(data)

    # Posts.

    @api("POST", r"/v2/post/publish/video/init/")
    @outside
    def video_init(self, request: httpx2.Request) -> httpx2.Response:
        return self._announce(request, "video.publish", asked.VIDEO, draft=False)

    @api("POST", r"/v2/post/publish/inbox/video/init/")
    @outside
    def inbox_init(self, request: httpx2.Request) -> httpx2.Response:
        return self._announce(request, "video.upload", asked.INBOX, draft=True)

    def _announce(self, request: httpx2.Request, scope: str, shape: shapes.Shape, *, draft: bool) -> httpx2.Response:
        with self.store.transaction():
            account = self.admit_to(request, "init", scope)
            body = say.body_of(request, shape)
            info, source = body.get("post_info", {}), body["source_info"]
            self._judge(account, info, draft=draft)
            pulled = source["source"] == "PULL_FROM_URL"
            if pulled:
                files.judge_url(source.get("video_url", ""), self.shelf.get("options", "verified"))
            else:
                asked.judge_chunks(source)
            kind = f"v_{'inbox' if draft else 'pub'}_{'url' if pulled else 'file'}~v2."
            publish_id = self._new(account, kind, info, draft=draft)
            if not pulled:
                return say.answer({"publish_id": publish_id, "upload_url": self._open(publish_id, source)})
        content, mime, reason = files.pull(self.fetch, source["video_url"], photo=False)
        with self.store.transaction():
            self._accept(publish_id, [self.describe(content, mime)], reason=reason)
        return say.answer({"publish_id": publish_id})

    @api("POST", r"/v2/post/publish/content/init/")
    @outside
    def content_init(self, request: httpx2.Request) -> httpx2.Response:
        with self.store.transaction():
            body = say.body_of(request, asked.PHOTO)
            draft, info, source = body["post_mode"] == "MEDIA_UPLOAD", body.get("post_info", {}), body["source_info"]
            account = self.admit_to(request, "init", "video.upload" if draft else "video.publish")
            urls, cover = source["photo_images"], source.get("photo_cover_index", 0)
            if len(urls) > asked.MOST_PHOTOS or cover >= len(urls):
                raise say.invalid("A post takes 1 to 35 photos, one of which is the cover")
            self._judge(account, info, draft=draft)
            for url in urls:
                files.judge_url(url, self.shelf.get("options", "verified"))
            publish_id = self._new(account, "p_inbox_url~v2." if draft else "p_pub_url~v2.", info, draft=draft, cover=cover)
        found = [files.pull(self.fetch, url, photo=True) for url in urls]
        with self.store.transaction():
            media = [self.describe(content, mime, frames=1) for content, mime, _ in found]
            self._accept(publish_id, media, reason=next((reason for *_, reason in found if reason), ""))
        return say.answer({"publish_id": publish_id})

    @route("PUT", r"/video/", host=UPLOADS)
    def upload(self, request: httpx2.Request) -> httpx2.Response:
        response, publish_id = files.take_piece(self.shelf, self.spool, request, self.clock())
        if publish_id:
            upload = self.shelf.get("uploads", request.url.params["upload_id"])
            digest, found = files.whole(self.spool, request.url.params["upload_id"], upload["size"])
            media = self.describe(b"", upload["mime"]) | {"size": upload["size"], "sha256": digest}
            self._accept(publish_id, [media], reason=files.problem_of(found, upload["mime"]))
        return response

    @api("POST", r"/v2/post/publish/status/fetch/")
    def status(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, "status", any_of=PUBLISH)
        publish_id = str(say.body_of(request, {"publish_id!": say.text(64)})["publish_id"])
        publish = self.shelf.get("publishes", publish_id)
        if publish is None:
            raise say.refuse("invalid_publish_id", "The publish_id does not exist.")
        if publish["account"] != account:
            words = "The access_token does not have authorization for this publish_id."
            raise say.refuse("token_not_authorized_for_specified_publish_id", words)
        return say.answer(self._status(publish, publish_id))

    # The list of public videos.

    @api("POST", r"/v2/video/list/")
    def videos(self, request: httpx2.Request) -> httpx2.Response:
        names = say.fields_of(request, VIDEO)
        account = self.admit_to(request, "display", "video.list")
        body = say.body_of(request, {"max_count": say.number, "cursor": say.number}, empty=True)
        count, cursor = body.get("max_count", 10), body.get("cursor") or self.clock() * 1000 + 1
        if not 1 <= count <= 20:
            raise say.invalid("max_count must be 1 to 20")
        found = [p for p in reversed(self._public(account)) if p.created_at * 1000 < cursor]
        last = int(found[:count][-1].created_at * 1000) if found else int(cursor)
        shown = [self._video(seen, names) for seen in found[:count]]
        return say.answer({"videos": shown, "cursor": last, "has_more": len(found) > count})

    @api("POST", r"/v2/video/query/")
    def query(self, request: httpx2.Request) -> httpx2.Response:
        names = say.fields_of(request, VIDEO)
        account = self.admit_to(request, "display", "video.list")
        wanted = say.body_of(request, {"filters!": {"video_ids!": say.words}})["filters"]["video_ids"]
        if len(wanted) > 20:
            raise say.invalid("At most 20 video ids may be asked for")
        return say.answer({"videos": [self._video(seen, names) for seen in self._public(account) if seen.id in wanted]})

    # What browsers see.

    @site("GET", r"/@([A-Za-z0-9_.]{2,24})/(?:video|photo)/(\d{1,19})")
    def post_page(self, request: httpx2.Request, name: str, post_id: str) -> httpx2.Response:
        account = self.profile(name)["id"]
        found = [seen for seen in self._public(account) if seen.id == post_id]
        return pages.post_page(found[0], name.lower()) if found else pages.gone_page()

    @site("GET", r"/@([A-Za-z0-9_.]{2,24})/?")
    def profile_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        person = self.person_of(self.profile(name)["id"])
        return pages.profile_page(person["username"], self._public(person["id"])[::-1]) if person else pages.gone_page()

    def _video(self, seen: Seen, names: Sequence[str]) -> dict[str, Any]:
        known = {
            "id": seen.id,
            "create_time": int(seen.created_at),
            "share_url": f"{seen.url}?utm_campaign=tt4d_open_api&utm_source=sandbox",
            "title": (seen.extra["title"] or seen.extra["description"])[:LISTED],
            "video_description": seen.extra["description"][:LISTED],
            "duration": 0 if seen.extra["kind"] == "photo" else 15,
            "height": 1024,
            "width": 576,
            "is_aigc": False,
            **{name: self.figure(seen.id, name, seen.created_at) for name in FIGURES},
        }
        return {name: known.get(name, "https://p16-sign.tiktokcdn.example/cover.jpeg") for name in names}
