"""The simulated Instagram: containers that are prepared for a while, publishing, posts, figures and quotas."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.networks.meta.sandbox import words as say
from socialclaw.networks.meta.sandbox.base import GRAPH, INSTAGRAM, Caller, graph
from socialclaw.networks.meta.sandbox.facebook import LIST, PageEdges, moment, paged
from socialclaw.networks.meta.sandbox.files import fetched, is_reel
from socialclaw.simulation.files.looking import look
from socialclaw.simulation.simulator import outside
from socialclaw.simulation.store import Seen

MB = 1024 * 1024
MOST_CAPTION, MOST_ALT, MOST_HASHTAGS, MOST_MENTIONS = 2200, 1000, 30, 20
MOST_IMAGE, MOST_VIDEO = 8 * MB, 300 * MB
LIFE, DAY = 86_400.0, 86_400.0
MOST_CONTAINERS, MOST_POSTS = 400, 100  # in a day
IMAGE_SECONDS, VIDEO_SECONDS = 1.0, 4.0
CONTAINER = (
    *("image_url", "video_url", "media_type", "caption", "alt_text", "is_carousel_item", "children", "collaborators", "cover_url"),
    *("thumb_offset", "share_to_feed", "audio_name", "location_id", "user_tags", "product_tags", "trial_params", "upload_type"),
)
MEDIA_FIELDS = (
    *("id", "caption", "timestamp", "permalink", "shortcode", "media_type", "media_product_type", "media_url", "thumbnail_url"),
    *("username", "children", "like_count", "comments_count", "owner", "alt_text", "is_comment_enabled", "is_shared_to_feed"),
)
CONTAINER_FIELDS = ("id", "status", "status_code", "copyright_check_status", "video_status")
MEDIA_FIGURES = ("reach", "views", "likes", "comments", "saved", "shares", "total_interactions", "follows", "profile_visits", "reposts")
ACCOUNT_FIGURES = (
    *("reach", "views", "accounts_engaged", "likes", "comments", "saves", "shares", "replies", "reposts", "total_interactions"),
    *("profile_links_taps", "follows_and_unfollows", "follower_count"),
)
PUBLISHES = ("instagram_basic", "instagram_content_publish")
PUBLISHES_ALONE = ("instagram_business_basic", "instagram_business_content_publish")
HOSTS = (GRAPH, INSTAGRAM)


class InstagramEdges(PageEdges):
    def account_caller(self, request: httpx2.Request, account_id: str, scopes: tuple[str, ...], alone: tuple[str, ...]) -> Caller:
        """Who may act as the account: its person, the Page it is linked to, or itself."""
        caller = self.caller(request, *scopes, instead=alone)
        account = self.people.instagram(account_id)
        page = self.people.page(caller.id) if caller.kind == "page" else None
        mine = account and account["person"] == caller.person and (page is None or page["instagram"] == account_id)
        if not mine:
            raise say.absent(account_id, request.method.lower())
        return caller

    @outside
    @graph("POST", r"/(\d+)/media", *HOSTS)
    def media(self, request: httpx2.Request, account_id: str) -> httpx2.Response:
        with self.store.transaction():
            self.account_caller(request, account_id, PUBLISHES, PUBLISHES_ALONE)
            asked = say.only(request, *CONTAINER)
            self._judge(asked)
            self._room("containers", account_id, MOST_CONTAINERS, subcode=2207042)
            if asked.get("media_type") == "CAROUSEL":
                return self._made(account_id, asked, items=self._children(asked, account_id))
        url = asked.get("video_url") or asked.get("image_url") or ""
        story = asked.get("media_type") == "STORIES"
        file = self._file(url, fetched(self.fetch, url), video="video_url" in asked, alt=asked.get("alt_text", ""), story=story)
        with self.store.transaction():
            return self._made(account_id, asked, items=[file])

    @graph("POST", r"/(\d+)/media_publish", *HOSTS)
    def media_publish(self, request: httpx2.Request, account_id: str) -> httpx2.Response:
        self.account_caller(request, account_id, PUBLISHES, PUBLISHES_ALONE)
        asked = say.only(request, "creation_id")
        container = self.shelf.get("containers", asked.get("creation_id", ""))
        if container is None or container["account"] != account_id or container["item"]:
            raise say.unfit("The requested resource does not exist", 24, 2207008, "Media not found")
        state = self.container_state(container)
        if state == "PUBLISHED":
            raise say.unfit("The requested resource does not exist", 24, 2207006, "Media not found")
        if state == "EXPIRED":
            raise say.unfit("The media has expired.", -2, 2207020, "Media expired")
        if state != "FINISHED":
            raise say.unfit("The media is not ready for publishing, please wait for a moment", 9007, 2207027, "Media ID is not available")
        self._room("published", account_id, MOST_POSTS, subcode=2207042)
        media_id = self._publish_media(container)
        self.shelf.put("containers", container["id"], {**container, "published": media_id})
        return httpx2.Response(200, json={"id": media_id})

    @graph("GET", r"/(\d+)/content_publishing_limit", *HOSTS)
    def content_publishing_limit(self, request: httpx2.Request, account_id: str) -> httpx2.Response:
        self.account_caller(request, account_id, PUBLISHES, PUBLISHES_ALONE)
        say.only(request, "fields", "since")
        used = len(self._recent("published", account_id))
        total = 10**6 if self.quotas_lifted else MOST_POSTS
        body = {"quota_usage": used, "config": {"quota_total": total, "quota_duration": int(DAY)}}
        return httpx2.Response(200, json={"data": [body]})

    @graph("GET", r"/(\d+)/media", *HOSTS)
    def media_list(self, request: httpx2.Request, account_id: str) -> httpx2.Response:
        self.account_caller(request, account_id, ("instagram_basic",), ("instagram_business_basic",))
        asked = say.only(request, *LIST)
        wanted = say.fields_of(asked.get("fields", ""))
        since, until = say.number(asked, "since", 0), say.number(asked, "until", 10**12)
        found = [s for s in self.shelf.posts(account=account_id) if since <= s.created_at < until and not s.extra["story"]][::-1]
        return paged([self.shown_media(seen, wanted) for seen in found], asked, request)

    @graph("GET", r"/(\d+)/stories", *HOSTS)
    def stories(self, request: httpx2.Request, account_id: str) -> httpx2.Response:
        """Those of the last day."""
        self.account_caller(request, account_id, ("instagram_basic",), ("instagram_business_basic",))
        asked = say.only(request, "fields", "limit", "after", "before")
        found = [s for s in self.shelf.posts(account=account_id, since=self.clock() - DAY) if s.extra["story"]][::-1]
        return paged([self.shown_media(seen, say.fields_of(asked.get("fields", ""))) for seen in found], asked, request)

    @graph("GET", r"/(18\d+)/insights", *HOSTS)
    def media_insights(self, request: httpx2.Request, media_id: str) -> httpx2.Response:
        seen = self.post(media_id)
        own, alone = ("instagram_basic", "instagram_manage_insights"), ("instagram_business_basic", "instagram_business_manage_insights")
        self.account_caller(request, seen.account, own, alone)
        asked = say.only(request, "metric", "period", "breakdown", "fields")
        return self._rows(asked, MEDIA_FIGURES, media_id, seen.created_at, period="lifetime", total=False)

    @graph("GET", r"/(17\d+)/insights", *HOSTS)
    def account_insights(self, request: httpx2.Request, account_id: str) -> httpx2.Response:
        own, alone = ("instagram_basic", "instagram_manage_insights"), ("instagram_business_basic", "instagram_business_manage_insights")
        self.account_caller(request, account_id, own, alone)
        asked = say.only(request, "metric", "period", "metric_type", "since", "until", "timeframe", "breakdown", "fields")
        since, until = say.number(asked, "since", int(self.clock()) - 86_400), say.number(asked, "until", int(self.clock()))
        if until - since > 30 * 86_400 + 3600:
            raise say.invalid("There cannot be more than 30 days (2592000 s) between since and until")
        if asked.get("period") not in ("day", "lifetime"):
            raise say.invalid("Param period is required")
        total = asked.get("metric_type") == "total_value"
        return self._rows(asked, ACCOUNT_FIGURES, account_id, since, period=asked["period"], total=total)

    # Behind the routes.

    def container_state(self, container: Mapping[str, Any]) -> str:
        if container.get("published"):
            return "PUBLISHED"
        if container["at"] + LIFE < self.clock():
            return "EXPIRED"
        if self.clock() < container["ready_at"]:
            return "IN_PROGRESS"
        return "ERROR" if container["doomed"] else "FINISHED"

    def shown_container(self, container: Mapping[str, Any], wanted: say.Fields) -> dict[str, Any]:
        code = self.container_state(container)
        said = {"ERROR": f"Error: Media upload has failed with error code {container['doomed']}", "FINISHED": "Finished: Media is ready"}
        node = {"id": container["id"], "status_code": code, "status": said.get(code, code.replace("_", " ").capitalize())}
        return say.shown(node, wanted, kind="IGContainer", known=CONTAINER_FIELDS, default=())

    def shown_media(self, seen: Seen, wanted: say.Fields) -> dict[str, Any]:
        kinds = [m["kind"].upper() for m in seen.media]
        children = [{"id": f"{seen.id}{index:02d}", "media_type": kind} for index, kind in enumerate(kinds)]
        account = self.people.instagram(seen.account) or {}
        likes = self.figure(seen.id, "likes", seen.created_at, most=300)
        node = {
            "id": seen.id,
            "caption": seen.text or None,
            "timestamp": moment(seen.created_at),
            "permalink": seen.url,
            "shortcode": seen.extra["shortcode"],
            "media_type": kinds[0] if len(kinds) == 1 else "CAROUSEL_ALBUM",
            "media_product_type": "STORY" if seen.extra["story"] else "REELS" if kinds == ["VIDEO"] else "FEED",
            "username": account.get("username"),
            "owner": {"id": seen.account},
            "children": {"data": children} if len(kinds) > 1 else None,
            "like_count": likes,
            "comments_count": likes // 8,
        }
        return say.shown(node, wanted, kind="IGMedia", known=MEDIA_FIELDS, default=())

    def doom_container(self, request: httpx2.Request) -> None:
        """Let the media of this request, or the next, fail to be prepared."""
        named = say.given(request).get("creation_id") or request.url.path.rpartition("/")[2]
        container = self.shelf.get("containers", named)
        if container and not container.get("published"):
            self.shelf.put("containers", container["id"], {**container, "doomed": 2207026})
        elif request.url.path.endswith("/media"):
            self.shelf.put("options", "doomed_container", True)

    def _judge(self, asked: Mapping[str, str]) -> None:
        kind, caption = asked.get("media_type", ""), asked.get("caption", "")
        if kind and kind not in ("REELS", "VIDEO", "CAROUSEL", "STORIES", "IMAGE"):
            raise say.unfit("Unknown media type", 100, 2207023, "Unknown media type")
        if asked.get("upload_type"):
            raise say.invalid("Param upload_type is not supported here: give a public URL")
        if kind == "VIDEO" and not say.truth(asked.get("is_carousel_item", "false")):
            raise say.invalid("The media_type VIDEO is deprecated; use REELS to publish a video")
        if kind != "CAROUSEL" and ("image_url" in asked) == ("video_url" in asked):
            raise say.invalid("The parameter image_url or video_url is required")
        if "video_url" in asked and kind not in ("REELS", "VIDEO", "STORIES"):
            raise say.invalid("Param media_type must be REELS for a video")
        if len(caption) > MOST_CAPTION:
            raise say.unfit("The caption was too long.", 36004, 2207010, "Caption too long")
        tags, mentions = re.findall(r"(?<![\w&])#\w+", caption), re.findall(r"(?<![\w.])@[\w.]+", caption)
        if len(tags) > MOST_HASHTAGS or len(mentions) > MOST_MENTIONS:
            raise say.invalid(f"A caption has up to {MOST_HASHTAGS} hashtags and {MOST_MENTIONS} mentions")
        if len(asked.get("alt_text", "")) > MOST_ALT or ("alt_text" in asked and "image_url" not in asked):
            raise say.invalid(f"Param alt_text is for images and has up to {MOST_ALT} characters")

    def _children(self, asked: Mapping[str, str], account_id: str) -> list[dict[str, Any]]:
        ids = [str(item) for item in say.items(asked, "children")]
        if not 2 <= len(ids) <= 10 or len(set(ids)) < len(ids):
            raise say.unfit("A carousel needs 2 to 10 different items", 100, 2207028, "Carousel validation failed")
        files = []
        for item in ids:
            container = self.shelf.get("containers", item)
            if container is None or container["account"] != account_id or not container["item"]:
                raise say.unfit("The requested resource does not exist", 24, 2207008, "Media not found")
            if self.container_state(container) != "FINISHED":
                raise say.unfit("The media is not ready, please wait for a moment", 9007, 2207027, "Media ID is not available")
            files += container["files"]
        return files

    def _file(self, url: str, content: bytes | None, *, video: bool, alt: str, story: bool) -> dict[str, Any]:
        if content is None:
            raise say.unfit("The media could not be fetched from this URI", 9004, 2207052, "Media download has failed")
        found = look(content)
        mime = found.mime
        if video:
            return self.describe(content, mime if mime.startswith("video/") and is_reel(found) else "video/unknown", alt="", url=url)
        if mime != "image/jpeg" or found.several or not found.sound:
            raise say.unfit("The image format is not supported. Supported formats are: JPEG", 36001, 2207005, "Image format not supported")
        if len(content) > MOST_IMAGE:
            raise say.unfit("The image is too large to download. It should be less than 8 MiB.", 36000, 2207004, "Image size too large")
        if not (story or 0.8 <= found.width / found.height <= 1.91):  # a story fills what it does not cover
            raise say.unfit("The submitted image has an invalid aspect ratio.", 36003, 2207009, "Invalid aspect ratio")
        return self.describe(content, mime, alt=alt, url=url)

    def _made(self, account_id: str, asked: Mapping[str, str], *, items: list[dict[str, Any]]) -> httpx2.Response:
        video = any(item["kind"] == "video" for item in items)
        broken = any(item["kind"] == "video" and (item["mime"] == "video/unknown" or item["size"] > MOST_VIDEO) for item in items)
        doomed = self.shelf.get("options", "doomed_container") is not None or broken
        self.shelf.drop("options", "doomed_container")
        now = self.clock()
        container: dict[str, Any] = {
            "id": self.new_id("19"),
            "account": account_id,
            "files": items,
            "caption": asked.get("caption", ""),
            "item": say.truth(asked.get("is_carousel_item", "false")),
            "story": asked.get("media_type") == "STORIES",
            "at": now,
            "ready_at": now + (VIDEO_SECONDS if video else IMAGE_SECONDS),
            "doomed": 2207026 if doomed else 0,
        }
        self.shelf.put("containers", container["id"], container)
        self._note("containers", account_id)
        return httpx2.Response(200, json={"id": container["id"]})

    def _publish_media(self, container: Mapping[str, Any]) -> str:
        media_id = self.new_id("18")
        code = base64.urlsafe_b64encode(hashlib.sha256(media_id.encode()).digest())[:11].decode()
        reel = [f["kind"] for f in container["files"]] == ["video"]
        url = f"https://www.instagram.com/{'reel' if reel else 'p'}/{code}/"
        files, text = tuple(container["files"]), container["caption"].strip()
        account, extra = container["account"], {"shortcode": code, "story": container["story"]}
        if container["story"]:  # without a caption, and no post of the feed
            url, text = f"https://www.instagram.com/stories/{self.called(account).removeprefix('@')}/{media_id}/", ""
        self.shelf.add_post(Seen(media_id, account, text, self.clock(), files, url=url, extra=extra))
        self.shelf.put("shortcodes", code, media_id)
        self._note("published", account)
        return media_id

    def _recent(self, what: str, account_id: str) -> list[float]:
        now = self.clock()
        return [at for at in self.shelf.get(f"{what} in a day", account_id) or [] if at > now - DAY]

    def _note(self, what: str, account_id: str) -> None:
        self.shelf.put(f"{what} in a day", account_id, [*self._recent(what, account_id)[-MOST_CONTAINERS:], self.clock()])

    def _room(self, what: str, account_id: str, most: int, *, subcode: int) -> None:
        if len(self._recent(what, account_id)) >= most and not self.quotas_lifted:
            raise say.unfit("You reached maximum number of posts that is allowed to be published.", 9, subcode, "Too many posts")

    def _rows(
        self, asked: Mapping[str, str], known: tuple[str, ...], key: str, since: float, *, period: str, total: bool
    ) -> httpx2.Response:
        metrics = [str(m) for m in say.items(asked, "metric")]
        unknown = [m for m in metrics if m not in known]
        if unknown or not metrics:
            raise say.invalid(f"metric[0] must be one of the following values: {', '.join(known)}", subcode=1504028 if unknown else 0)
        rows = []
        for metric in metrics:
            value = {"value": self.figure(key, metric, since)}
            told: dict[str, Any] = {"total_value": value} if total else {"values": [value]}
            title = metric.replace("_", " ").capitalize()
            row = {"name": metric, "period": period, "title": title, "description": f"{metric} of {key}", **told}
            rows.append({**row, "id": f"{key}/insights/{metric}/{period}"})
        return httpx2.Response(200, json={"data": say.figures(rows, asked)})
