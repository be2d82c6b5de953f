"""Speaking to Facebook as a Page: posts with text, photos or a video, read back, measured and deleted.

https://developers.facebook.com/docs/pages-api/posts. Photos are uploaded unpublished, with their alt text, and then attached: so one
small call makes the post visible, however many photos it has, and what a lost answer leaves behind is seen by nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import Rejected, Unavailable
from socialclaw.networks.meta import insights
from socialclaw.networks.meta.discovery import must_be_granted, page_target, pages, person
from socialclaw.networks.meta.graph import FACEBOOK, Graph
from socialclaw.networks.meta.recognition import FIELDS, is_post
from socialclaw.networks.meta.rounds import give_up, names, rounds
from socialclaw.networks.meta.video import Video, sighting
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Media, Published, Target
from socialclaw.providers.form_encoder import form

SCOPES = (
    "pages_show_list",
    "business_management",
    "pages_manage_posts",
    "pages_read_engagement",
    "publish_video",
    "read_insights",
)
NEEDED = ("pages_show_list", "pages_manage_posts", "pages_read_engagement")
PHOTO_LIFE = 20 * 3600.0  # seconds; an unpublished photo that nothing is made of goes after about a day
LINK = re.compile(r"\bhttps?://[^\s<>\"]++", re.IGNORECASE)
TRAILING = ".,;:!?)]}'\u2019\u201d\u2026"  # what ends a sentence and not a link
NO_CARD = ("facebook_link_unreachable", "facebook_link_refused")
LOOK_BACK = 100  # posts

POST_METRICS = {"views": "post_media_view", "reach": "post_total_media_view_unique", "clicks": "post_clicks"}
PAGE_METRICS = {"views": "page_media_view", "reach": "page_total_media_view_unique"}


def web_url(post_id: str, account: Account | None = None) -> str | None:
    return f"https://www.facebook.com/{post_id}" if "_" in post_id else None


class Facebook:
    """One Page; while connecting, the person who runs it."""

    handles = ("facebook:page:", "facebook:user:")
    identity = "facebook_user"

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.account = account
        self.graph = Graph(http, account.secrets["access_token"], base=FACEBOOK, prefix="facebook")

    async def targets(self) -> Sequence[Target]:
        """Every Page that the person may publish to, each with its own token; then the person."""
        await must_be_granted(self.graph, NEEDED, code="facebook_permission_missing")
        found = [page_target(page, handle=self.handles[0]) for page in await pages(self.graph, instagram=False)]
        return [*found, await person(self.graph, handle=self.handles[1], kind=self.identity)] if found else []

    async def check(self) -> None:
        await self.graph.get("me", fields="id")

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        if draft.media and draft.media[0].kind == "video":
            return await Video(self.graph, self.account.id, draft, steps).publish()
        photos = [await self._photo(media, steps, f"photo-{index}") for index, media in enumerate(draft.media)]
        link = card_link(draft)
        try:
            post_id = await steps.irreversible("create", self._create, draft.text, photos, link)
        except Rejected as error:
            if not link or error.code not in NO_CARD:
                raise
            post_id = await steps.irreversible("create", self._create, draft.text, photos, "")
            return Published(post_id, web_url(post_id), note=f"Facebook made no card of the link {link}: {error.message}"[:400])
        return Published(post_id, web_url(post_id))

    async def delete(self, post_id: str) -> None:
        try:
            await self.graph.delete(post_id)
        except Rejected as error:
            if error.code != "facebook_not_found":
                raise

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """A video by its own id, which is known before it is published; other posts by their photos, or text and shape."""
        if video_id := Video.begun(mark.done):
            return await sighting(self.graph, self.account.id, video_id)
        if mark.post_id is not None:
            return await self._one(mark.post_id)
        photos = {step["id"] for step in map(mark.done.get, self._uploads(draft)) if step}
        since = mark.since.replace(microsecond=0)
        found: list[str] = []
        posts = self.graph.every(f"{self.account.id}/published_posts", fields=FIELDS, since=str(int(since.timestamp())), limit="25")
        number = 0
        async for post in posts:
            number += 1
            if is_post(post, draft, since, photos):
                found.append(str(post["id"]))
            if number >= LOOK_BACK:
                break
        return [Published(post_id, web_url(post_id)) for post_id in reversed(found)]

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        """Counts since the post was made. Views and reach come up to a day late; a video without a post has none."""
        if "_" not in post_id:
            return {}
        fields = "shares,reactions.summary(true).limit(0),comments.summary(true).limit(0)"
        post = await self.graph.get(post_id, fields=fields)
        counts = {
            "likes": _total(post.get("reactions")),
            "comments": _total(post.get("comments")),
            "shares": (post.get("shares") or {}).get("count", 0),
        }
        told = await insights.figures(self.graph, f"{post_id}/insights", POST_METRICS, period="lifetime")
        return {**told, **{name: int(count) for name, count in counts.items() if count is not None}}

    async def account_metrics(self, window: str) -> Mapping[str, int]:
        """Followers now; views and reach for a window that ends now. There are none since a Page was made."""
        page = await self.graph.get(self.account.id, fields="followers_count")
        figures = {"followers": int(page["followers_count"])} if "followers_count" in page else {}
        if span := insights.span(window):
            path = f"{self.account.id}/insights"
            figures |= await insights.figures(self.graph, path, PAGE_METRICS, period="total_over_range", **span)
        return figures

    async def _photo(self, media: Media, steps: Steps, what: str) -> str:
        for name in rounds(steps, what):
            photo = await steps.once(name, self._upload, media)
            if photo["at"] + PHOTO_LIFE > clock.now().timestamp():
                return str(photo["id"])
            await give_up(steps, name)
        raise Rejected("Every upload of this photo ended before it could be posted", code="facebook_photo_expired")

    async def _upload(self, media: Media) -> dict[str, Any]:
        """One photo that nobody sees yet."""
        fields = {"published": "false", **({"alt_text_custom": media.alt} if media.alt else {})}
        answer = await self.graph.send(f"{self.account.id}/photos", *form(fields, media, part="source"))
        return {"id": str(answer["id"]), "at": clock.now().timestamp()}

    async def _create(self, text: str, photos: Sequence[str], link: str) -> str:
        fields = {**({"message": text} if text else {}), **({"link": link} if link else {})}
        if photos:
            fields["attached_media"] = json.dumps([{"media_fbid": photo} for photo in photos])
        answer = await self.graph.post(f"{self.account.id}/feed", fields)
        return id_in(answer)

    async def _one(self, post_id: str) -> Sequence[Published]:
        try:
            await self.graph.get(post_id, fields="id")
        except Rejected as error:
            if error.code == "facebook_not_found":
                return []
            raise
        return [Published(post_id, web_url(post_id))]

    @staticmethod
    def _uploads(draft: Draft) -> list[str]:
        return [name for index, _ in enumerate(draft.media) for name in names(f"photo-{index}")]


def card_link(draft: Draft) -> str:
    """The first link of a text without files, of which Facebook makes a card; empty where there is none, or none is wanted."""
    if draft.media or not draft.settings.get("linkCard", True) or not (found := LINK.search(draft.text)):
        return ""
    return found[0].rstrip(TRAILING)


def id_in(answer: Any) -> str:
    """The id of what was made; an answer without it says nothing of what happened."""
    try:
        return str(answer["id"])
    except (KeyError, TypeError) as error:
        raise Unavailable("Meta answered without the id of what was made", sent=True, code="provider_malformed") from error


def _total(edge: Any) -> int | None:
    return ((edge or {}).get("summary") or {}).get("total_count")
