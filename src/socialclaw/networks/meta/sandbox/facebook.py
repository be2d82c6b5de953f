"""The simulated Facebook Page: photos, posts, the list of them, their figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from socialclaw.networks.meta.sandbox import words as say
from socialclaw.networks.meta.sandbox.base import GRAPH, VIDEO, Caller, MetaHouse, graph
from socialclaw.networks.meta.sandbox.files import fetched, mime_of
from socialclaw.providers.incoming import number_of
from socialclaw.simulation.simulator import outside
from socialclaw.simulation.store import Seen

MB = 1024 * 1024
MOST_TEXT = 63_206
MOST_PHOTO = 10 * MB
PHOTO_LIFE = 86_400.0
REPEATED = 300.0  # seconds in which the same text is taken for a repetition
SOONEST, LATEST = 600, 30 * 86_400  # of a post that Facebook is to publish later, in seconds
PHOTO_TYPES = ("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff")
ON_FACEBOOK = (GRAPH, VIDEO)
LATER = ("published", "scheduled_publish_time", "unpublished_content_type")
FEED = (
    *("message", "link", "attached_media", "place", "tags", "targeting", "feed_targeting", "call_to_action", "backdated_time", "fields"),
    *LATER,
)
PHOTO = ("url", "source", "caption", "message", "name", "alt_text_custom", "temporary", "no_story", "place", "targeting", *LATER)
LIST = ("fields", "limit", "since", "until", "after", "before", "include_hidden", "show_expired", "with")
POST_FIELDS = (
    *("id", "message", "created_time", "updated_time", "permalink_url", "is_published", "is_hidden", "full_picture", "status_type", "from"),
    *(
        "attachments",
        "shares",
        "reactions",
        "likes",
        "comments",
        "story",
        "icon",
        "picture",
        "privacy",
        "properties",
        "scheduled_publish_time",
    ),
)
POST_FIGURES = (
    *("post_media_view", "post_total_media_view_unique", "post_clicks", "post_clicks_by_type", "post_reactions_by_type_total"),
    *("post_reactions_like_total", "post_activity_by_action_type", "post_video_views", "post_video_avg_time_watched"),
    "post_video_view_time",
)
PAGE_FIGURES = (
    *("page_media_view", "page_total_media_view_unique", "page_post_engagements", "page_daily_follows", "page_daily_follows_unique"),
    *("page_daily_unfollows_unique", "page_follows", "page_views_total", "page_video_views", "page_actions_post_reactions_like_total"),
)
PERIODS = ("day", "week", "days_28", "month", "lifetime", "total_over_range")


class PageEdges(MetaHouse):
    def page_caller(self, request: httpx2.Request, page_id: str, *scopes: str) -> Caller:
        """Only a Page's own token acts as the Page."""
        caller = self.caller(request)
        if self.people.page(page_id) is None:
            raise say.absent(page_id, request.method.lower())
        if caller.kind != "page" or caller.id != page_id:
            message = "(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin with permission"
            raise say.no(200, message, status=403)
        return self.caller(request, *scopes)

    def new_id(self, lead: str) -> str:
        """A number of 17 digits that begins with `lead`, and grows."""
        return f"{lead}{10**14 + self.shelf.count('ids'):015d}"

    @outside
    @graph("POST", r"/(\d+)/photos", *ON_FACEBOOK)
    def photos(self, request: httpx2.Request, page_id: str) -> httpx2.Response:
        with self.store.transaction():
            self.page_caller(request, page_id, "pages_manage_posts", "pages_read_engagement")
            asked = say.only(request, *PHOTO)
        source = say.files_of(request).get("source")
        if (source is None) == ("url" not in asked):
            raise say.invalid("You must provide exactly one of url and source")
        content = source if source is not None else fetched(self.fetch, asked["url"])
        with self.store.transaction():
            photo = self._photo(page_id, content, asked)
            if not say.truth(asked.get("published", "true")):
                return httpx2.Response(200, json={"id": photo["id"]})
            post_id = self.publish_post(page_id, asked.get("caption") or asked.get("message") or "", [photo])
            return httpx2.Response(200, json={"id": photo["id"], "post_id": post_id})

    @graph("POST", r"/(\d+)/feed", *ON_FACEBOOK)
    def feed(self, request: httpx2.Request, page_id: str) -> httpx2.Response:
        self.page_caller(request, page_id, "pages_manage_posts", "pages_read_engagement")
        asked = say.only(request, *FEED)
        photos = [self._attached(item, page_id) for item in say.items(asked, "attached_media")]
        if len({photo["id"] for photo in photos}) < len(photos):
            raise say.invalid("A photo is attached twice", subcode=1366051)
        text = asked.get("message", "")
        if not text.strip() and not photos and not asked.get("link"):
            raise say.invalid("The post is empty. Please enter a message to share.")
        if not say.truth(asked.get("published", "true")):
            return self._later(page_id, asked)
        now = self.clock()
        recent = self.shelf.posts(account=page_id, since=now - REPEATED)
        if not photos and any(seen.text == text.strip() and not seen.media for seen in recent):
            raise say.no(506, "(#506) Duplicate status message", error_user_title="Duplicate Status Update")
        link = self._linked(asked.get("link", ""))
        made = self.publish_post(page_id, text, photos, link=link)
        return httpx2.Response(200, json=self.shown_post(self.post(made), say.fields_of(asked.get("fields", "id"))))

    @graph("GET", r"/(\d+)/(?:published_posts|feed|posts)", *ON_FACEBOOK)
    def published_posts(self, request: httpx2.Request, page_id: str) -> httpx2.Response:
        self.page_caller(request, page_id, "pages_read_engagement")
        asked = say.only(request, *LIST)
        wanted = say.fields_of(asked.get("fields", ""))
        since, until = say.number(asked, "since", 0), say.number(asked, "until", 10**12)
        found = [s for s in self.shelf.posts(account=page_id) if since <= s.created_at < until and self.is_live(s)][::-1]
        return paged([self.shown_post(seen, wanted) for seen in found], asked, request)

    @graph("GET", r"/(\d+_\d+)/insights", *ON_FACEBOOK)
    def post_insights(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        self.page_caller(request, post_id.partition("_")[0], "read_insights", "pages_read_engagement")
        asked = say.only(request, "metric", "period", "since", "until", "date_preset", "fields")
        seen = self.post(post_id)
        return self._figures(asked, POST_FIGURES, post_id, seen.created_at, period="lifetime")

    @graph("GET", r"/(61\d+)/insights", *ON_FACEBOOK)
    def page_insights(self, request: httpx2.Request, page_id: str) -> httpx2.Response:
        self.page_caller(request, page_id, "read_insights", "pages_read_engagement")
        asked = say.only(request, "metric", "period", "since", "until", "date_preset", "breakdown", "fields")
        since, until = say.number(asked, "since", int(self.clock()) - 86_400), say.number(asked, "until", int(self.clock()))
        if until - since > 93 * 86_400:
            raise say.invalid("There cannot be more than 93 days (8035200 s) between since and until")
        return self._figures(asked, PAGE_FIGURES, page_id, since, period=asked.get("period", "day"))

    # Behind the routes.

    def post(self, post_id: str, verb: str = "get") -> Seen:
        found = self.shelf.posts(post_id=post_id)
        if not found:
            raise say.absent(post_id, verb)
        return found[0]

    def is_live(self, seen: Seen) -> bool:
        """Whether a post is listed: one with a video is when that is processed."""
        return bool(self.clock() >= seen.extra.get("live_at", 0))

    def publish_post(self, page_id: str, text: str, photos: list[dict[str, Any]], **extra: Any) -> str:
        if len(text) > MOST_TEXT:
            raise say.invalid(f"Param message must be at most {MOST_TEXT} characters")
        post_id = f"{page_id}_{self.new_id('12')}"
        media = [photo["file"] for photo in photos]
        for photo in photos:
            self.shelf.put("photos", photo["id"], {**photo, "used": True})
        more = {"photos": [photo["id"] for photo in photos], **extra}
        url = f"https://www.facebook.com/{post_id}"
        self.shelf.add_post(Seen(post_id, page_id, text.strip(), self.clock(), tuple(media), url=url, extra=more))
        return post_id

    def _linked(self, link: str) -> str:
        """The link of which a card is made; refused where Facebook could not open it."""
        if link and (not link.lower().startswith(("http://", "https://")) or "." not in httpx2.URL(link).host):
            raise say.no(1609005, "There was an error trying to scrape data from the given link.", error_user_title="Couldn't Scrape Link")
        return link

    def shown_post(self, seen: Seen, wanted: say.Fields) -> dict[str, Any]:
        made = moment(seen.created_at)
        page = self.people.page(seen.account) or {}
        reactions = self.figure(seen.id, "reactions", seen.created_at, most=300)
        kinds = "photo" if seen.extra["photos"] else "video" if seen.extra.get("video") else ""
        node = {
            "id": seen.id,
            "message": seen.text or None,
            "created_time": made,
            "updated_time": made,
            "permalink_url": seen.url,
            "is_published": True,
            "is_hidden": False,
            "from": {"id": seen.account, "name": page.get("name")},
            "status_type": {"photo": "added_photos", "video": "added_video"}.get(kinds, "mobile_status_update"),
            "attachments": self._attachments(seen),
            "shares": {"count": reactions // 12} if reactions >= 12 else None,
            "reactions": {"data": [], "summary": {"total_count": reactions}},
            "likes": {"data": [], "summary": {"total_count": reactions * 3 // 4, "can_like": True, "has_liked": False}},
            "comments": {"data": [], "summary": {"order": "ranked", "total_count": reactions // 7, "can_comment": True}},
        }
        return say.shown(node, wanted, kind="PagePost", known=POST_FIELDS, default=("message", "created_time"))

    def _photo(self, page_id: str, content: bytes | None, asked: Mapping[str, str]) -> dict[str, Any]:
        mime = mime_of(content or b"")
        if content is None:
            raise say.no(324, "(#324) Missing or invalid image file", subcode=2069019)
        if mime not in PHOTO_TYPES:
            raise say.no(324, "(#324) Missing or invalid image file", subcode=2069019, error_user_msg="The file is no image that we take")
        if len(content) > MOST_PHOTO:
            raise say.no(1, "Your photo is too large: photos have up to 10 MB", subcode=1366046)
        file = self.describe(content, mime, alt=asked.get("alt_text_custom", ""), url=asked.get("url", ""), frames=1)
        photo: dict[str, Any] = {"id": self.new_id("13"), "page": page_id, "file": file, "at": self.clock(), "used": False}
        self.shelf.put("photos", photo["id"], photo)
        return photo

    def _attached(self, item: Any, page_id: str) -> dict[str, Any]:
        """A photo of this Page that nothing has been made of, and that is not a day old."""
        photo = self.shelf.get("photos", str(item.get("media_fbid") or "")) if isinstance(item, dict) else None
        if photo is None or photo["page"] != page_id or photo["at"] + PHOTO_LIFE < self.clock():
            raise say.invalid("Param attached_media must hold ids of unpublished photos of this Page")
        if photo["used"]:
            raise say.invalid("These photos were already posted.", subcode=1366051)
        found: dict[str, Any] = photo
        return found

    def _later(self, page_id: str, asked: Mapping[str, str]) -> httpx2.Response:
        """A post for Facebook to publish at its time, or one that is only for advertisements; not seen by anybody."""
        if "scheduled_publish_time" in asked:
            at = say.number(asked, "scheduled_publish_time") - self.clock()
            if not SOONEST <= at <= LATEST:
                raise say.invalid("The specified scheduled publish time is invalid.")
        post_id = f"{page_id}_{self.new_id('12')}"
        self.shelf.put("unpublished", post_id, dict(asked))
        return httpx2.Response(200, json={"id": post_id})

    def _attachments(self, seen: Seen) -> dict[str, Any] | None:
        if video := seen.extra.get("video"):
            return {"data": [{"media_type": "video", "type": "video_inline", "target": {"id": video}}]}
        if link := seen.extra.get("link"):
            return {"data": [{"media_type": "link", "type": "share", "url": link, "target": {"url": link}}]}
        entries = [{"media_type": "photo", "type": "photo", "target": {"id": photo}} for photo in seen.extra["photos"]]
        if len(entries) > 1:
            album = {"media_type": "album", "type": "album", "target": {"id": seen.account}, "subattachments": {"data": entries}}
            return {"data": [album]}
        return {"data": entries} if entries else None

    def _figures(self, asked: Mapping[str, str], known: tuple[str, ...], key: str, since: float, *, period: str) -> httpx2.Response:
        metrics = [str(m) for m in say.items(asked, "metric")]
        if not metrics or [m for m in metrics if m not in known]:
            raise say.invalid("The value must be a valid insights metric")
        if period not in PERIODS:
            raise say.invalid(f"Param period must be one of {{{', '.join(PERIODS)}}}")
        rows = [
            {
                "name": metric,
                "period": period,
                "values": [{"value": self.figure(key, metric, since)}],
                "title": metric.replace("_", " ").capitalize(),
                "description": f"{metric} of {key}",
                "id": f"{key}/insights/{metric}/{period}",
            }
            for metric in metrics
        ]
        return httpx2.Response(200, json={"data": say.figures(rows, asked), "paging": {}})


def paged(entries: list[dict[str, Any]], asked: Mapping[str, str], request: httpx2.Request) -> httpx2.Response:
    """A page of a list, with the cursors to the next."""
    size = min(say.number(asked, "limit", 25), 100)
    start = number_of(asked.get("after")) or 0
    shown = entries[start : start + size]
    body: dict[str, Any] = {"data": shown}
    if shown:
        end = start + len(shown)
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(entries):
            paging["next"] = str(request.url.copy_with(params={**asked, "after": str(end)}))
        body["paging"] = paging
    return httpx2.Response(200, json=body)


def moment(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
