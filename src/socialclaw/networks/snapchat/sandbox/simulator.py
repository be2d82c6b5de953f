"""Snapchat in miniature: profiles, encrypted videos, spotlights that are reviewed, stories that end, saved stories, lists and figures.

It shares no code with the adapter. Where the documents leave an answer open, it gives the one that is hardest to live with: lists
do not name the video, a story's answer not the story. A spotlight is seen when it is posted; its review follows on the clock.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2

from socialclaw.networks.snapchat.sandbox import pages, stats
from socialclaw.networks.snapchat.sandbox import words as say
from socialclaw.networks.snapchat.sandbox.base import PROFILE, SITE, SnapchatHouse, api, site
from socialclaw.networks.snapchat.sandbox.media import Videos
from socialclaw.providers.incoming import number_of
from socialclaw.simulation import json_shapes as shapes
from socialclaw.simulation.store import Seen, Store

REVIEW = 60  # seconds from SUBMITTED to LIVE or REJECTED
DAY = 24 * 3600
KINDS = {"spotlights": "spotlight", "stories": "story", "saved_stories": "saved_story"}
TTLS = ("ONE_DAY", "TWO_DAYS", "THREE_DAYS", "ONE_WEEK")
SPOTLIGHT: shapes.Shape = {
    "media_id!": say.text(100),
    "locale!": say.locale,
    "description": say.text(160),
    "skip_save_to_profile": shapes.flag,
}
STORY: shapes.Shape = {"media_id!": say.text(100), "customized_ttl": {"ttl!": shapes.one_of(*TTLS)}}
SAVED_STORY: shapes.Shape = {"title!": say.text(45), "snap_sources!": say.single({"media_id!": say.text(100)})}
POST = {"spotlights": SPOTLIGHT, "stories": STORY, "saved_stories": {"saved_stories!": say.single(SAVED_STORY)}}


class SnapchatSandbox(SnapchatHouse):
    def __init__(self, store: Store, **more: Any) -> None:
        super().__init__(store, **more)
        self.videos = Videos(self.store, self.network, self.clock)

    def spoil_media(self, request: httpx2.Request) -> None:
        """The video of an upload call, or of the next one; the next post; or, in a look at a spotlight, the one looked at."""
        parts = request.url.path.split("/")
        if parts[-1] == "multipart-upload" and (media := self.shelf.get("media", parts[-2])):
            self.shelf.put("media", parts[-2], {**media, "doomed": True})
        elif request.method == "POST" and parts[-1] == "media":
            self.shelf.put("options", "doomed_media", True)
        elif request.method == "POST" and parts[-1] in KINDS:
            self.shelf.put("options", "doomed_post", True)
        elif parts[-2] == "spotlights" and (post := self.shelf.get("spotlights", parts[-1])):
            self.shelf.put("spotlights", parts[-1], {**post, "rejected": True, "submitted_at": self.clock() - REVIEW})
            self.shelf.remove_post(parts[-1], self.clock(), account=post["account"])

    def seen(self, **filters: Any) -> list[Seen]:
        """Stories that have ended are not among them."""
        return [seen for seen in super().seen(**filters) if seen.extra["ends_at"] is None or seen.extra["ends_at"] > self.clock()]

    # Profiles.

    @api("GET", r"/v1/public_profiles/my_profile")
    def my_profile(self, request: httpx2.Request) -> httpx2.Response:
        return say.ok(public_profile=self._profile(self.admit_to(request)))

    @api("GET", PROFILE)
    def one_profile(self, request: httpx2.Request, profile_id: str) -> httpx2.Response:
        return say.ok(public_profiles=[say.row("public_profile", self._profile(self.admit_to(request, profile_id)))])

    @api("GET", r"/v1/organizations/([0-9a-f-]{36})/public_profiles")
    def of_organization(self, request: httpx2.Request, organization: str) -> httpx2.Response:
        profile = self._profile(self.admit_to(request))
        if profile["organization_id"] != organization:
            raise say.refuse("You do not have permission to perform this action", say.DENIED, status=403)
        return say.ok(public_profiles=[say.row("public_profile", profile)], paging={})

    def _profile(self, account: str) -> dict[str, Any]:
        person = self.person_of(account) or {}
        logos = dict.fromkeys(("original_logo_url", "discover_feed_logo_url", "manage_profile_logo_url"), "https://cf-st.sc-cdn.example/l")
        return {
            "id": account,
            "organization_id": str(uuid.uuid5(uuid.NAMESPACE_URL, account)),
            "display_name": person["name"],
            "snap_user_name": person["username"],
            "logo_urls": logos,
            "profile_type": "PUBLIC_PROFILE",
            "profile_tier": "TIER_PUBLIC",
            "subscriber_count": 120,
        }

    # Videos.

    @api("POST", PROFILE + "/media")
    def create_media(self, request: httpx2.Request, profile_id: str) -> httpx2.Response:
        return self.videos.open(self.admit_to(request, profile_id), request)

    @api("POST", rf"/us{PROFILE}/media/([0-9a-f-]{{36}})/multipart-upload")
    def upload(self, request: httpx2.Request, profile_id: str, media_id: str) -> httpx2.Response:
        return self.videos.take(self.admit_to(request, profile_id), media_id, request)

    # Posts.

    @api("POST", PROFILE + r"/(spotlights|stories|saved_stories)")
    def create(self, request: httpx2.Request, profile_id: str, path: str) -> httpx2.Response:
        account = self.admit_to(request, profile_id)
        body, kind = say.body_of(request, POST[path]), KINDS[path]
        asked = body["saved_stories"][0] if kind == "saved_story" else body
        media_id = str(asked["snap_sources"][0]["media_id"] if kind == "saved_story" else asked["media_id"])
        media = self._usable(account, media_id)
        doomed = bool(self.shelf.get("options", "doomed_post"))
        self.shelf.drop("options", "doomed_post")
        if doomed and kind != "spotlight":
            return say.no("The media does not meet the requirements of a story")
        self.shelf.put("media", media_id, {**media, "used": True})
        post_id = self._add(account, kind, asked, media["found"], doomed=doomed)
        match kind:
            case "spotlight":
                return say.ok(spotlight_id=post_id)
            case "saved_story":
                return say.ok(saved_stories=[say.row("saved_story", {"id": post_id, "title": asked["title"]})])
        return say.ok()

    def _usable(self, account: str, media_id: str) -> dict[str, Any]:
        """A video that can be posted now."""
        media = self.videos.get(account, media_id)
        if "found" not in media:
            raise say.refuse("The media is not uploaded")
        if media.get("used"):
            raise say.refuse("A post with this media is in progress", "MEDIA_POSTING_ALREADY_IN_PROGRESS")
        if media["finished_at"] + (self.shelf.get("options", "processing") or 0) > self.clock():
            raise say.refuse("The media is being processed", "MEDIA_PROCESSING", status=400)
        if media["doomed"] or not media["found"].get("mp4"):
            raise say.refuse("The media could not be decrypted, or is no video")
        return media

    def _add(self, account: str, kind: str, asked: dict[str, Any], found: dict[str, Any], *, doomed: bool) -> str:
        """A new post, which the public sees unless the review will refuse it; its id."""
        post_id, now = (f"W7_{secrets.token_urlsafe(30)}" if kind == "spotlight" else str(uuid.uuid4())), self.clock()
        text = asked.get("description", "") if kind == "spotlight" else asked.get("title", "")
        name = (self.person_of(account) or {})["username"]
        url = f"https://{SITE}/spotlight/{post_id}" if kind == "spotlight" else f"https://{SITE}/add/{name}"
        extra = {"kind": kind, "ends_at": now + DAY if kind == "story" else None, "locale": asked.get("locale")}
        if kind == "spotlight":
            extra["on_profile"] = not asked.get("skip_save_to_profile", False)
            record = {"account": account, "description": text, "submitted_at": now, "rejected": doomed}
            self.shelf.put("spotlights", post_id, record)
        if not doomed:
            file = self.describe(b"", "video/mp4") | {"size": found["size"], "sha256": found["sha256"]}
            self.shelf.add_post(Seen(post_id, account, text, now, (file,), url=url, extra=extra))
        return post_id

    # Lists.

    @api("GET", PROFILE + r"/(spotlights|stories|saved_stories)")
    def posts(self, request: httpx2.Request, profile_id: str, path: str) -> httpx2.Response:
        """Newest first, by pages. A post is listed when the list has caught up."""
        rows = self._rows(self.admit_to(request, profile_id), path)
        params = dict(request.url.params)
        limit, cursor = params.pop("limit", "50"), params.pop("cursor", "0")
        first, size = number_of(cursor), number_of(limit)
        if params or first is None or size is None or not 1 <= size <= 1000:
            raise say.invalid("limit must be 1 to 1000, cursor what an answer said")
        end = first + size
        link = f"https://{request.url.host}{request.url.path}?limit={limit}&cursor={end}"
        page = [say.row(KINDS[path], row) for row in rows[first:end]]
        return say.ok(**{path: page}, paging={"next_link": link} if end < len(rows) else {})

    @api("GET", PROFILE + r"/(spotlights|saved_stories)/([A-Za-z0-9_-]+)")
    def post(self, request: httpx2.Request, profile_id: str, path: str, post_id: str) -> httpx2.Response:
        rows = [row for row in self._rows(self.admit_to(request, profile_id), path) if row["id"] == post_id]
        return say.ok(**{path: [say.row(KINDS[path], rows[0])]}) if rows else say.no("Not found", status=404)

    @api("DELETE", PROFILE + r"/(spotlights|saved_stories)/([A-Za-z0-9_-]+)")
    def delete(self, request: httpx2.Request, profile_id: str, path: str, post_id: str) -> httpx2.Response:
        account = self.admit_to(request, profile_id)
        if post_id not in {row["id"] for row in self._rows(account, path)}:
            return say.no("Not found", status=404)
        self.shelf.remove_post(post_id, self.clock(), account=account)
        self.shelf.drop("spotlights", post_id)
        return say.ok()

    def _rows(self, account: str, path: str) -> list[dict[str, Any]]:
        """A profile's posts of one kind, newest first."""
        if path == "spotlights":
            own = [(key, post) for key, post in self.shelf.all("spotlights").items() if post["account"] == account]
            own.sort(key=lambda pair: -float(pair[1]["submitted_at"]))
            return [self._spotlight(key, post) for key, post in own]
        caught_up = self.clock() - float(self.shelf.get("options", "lag") or 0)
        seen = [s for s in self.seen(account=account) if s.extra["kind"] == KINDS[path] and s.created_at <= caught_up]
        titled = path == "saved_stories"
        return [{"id": s.id, "created_at": _stamp(s.created_at), **({"title": s.text} if titled else {})} for s in reversed(seen)]

    def _spotlight(self, post_id: str, post: dict[str, Any]) -> dict[str, Any]:
        over = self.reviews_at_once or self.clock() >= post["submitted_at"] + REVIEW
        status = "SUBMITTED" if not over else "REJECTED" if post["rejected"] else "LIVE"
        return {"id": post_id, "description": post["description"], "status": status, "created_at": _stamp(post["submitted_at"])}

    # Figures.

    @api("GET", PROFILE + "/stats")
    def profile_stats(self, request: httpx2.Request, profile_id: str) -> httpx2.Response:
        account = self.admit_to(request, profile_id)
        return stats.answer("profile", request, self._figures(account, self.clock() - 30 * DAY))

    @api("GET", PROFILE + r"/(spotlights|stories|saved_stories)/([A-Za-z0-9_-]+)/stats")
    def post_stats(self, request: httpx2.Request, profile_id: str, path: str, post_id: str) -> httpx2.Response:
        account = self.admit_to(request, profile_id)
        found = [seen for seen in self.seen(account=account, post_id=post_id) if seen.extra["kind"] == KINDS[path]]
        if not found:
            return say.no("Not found", status=404)
        return stats.answer(KINDS[path], request, self._figures(post_id, found[0].created_at))

    def _figures(self, key: str, since: float) -> Callable[[str], int]:
        return lambda name: self.figure(key, "followers" if name == "SUBSCRIBERS" else name, since)

    # What browsers see.

    @site("GET", r"/spotlight/([A-Za-z0-9_-]+)")
    def spotlight_page(self, request: httpx2.Request, post_id: str) -> httpx2.Response:
        found = [seen for seen in self.seen(post_id=post_id) if seen.extra["kind"] == "spotlight"]
        return pages.spotlight_page(found[0], self._name(found[0].account)) if found else pages.gone_page()

    @site("GET", r"/add/([A-Za-z0-9_.-]{2,30})")
    def profile_page(self, request: httpx2.Request, name: str) -> httpx2.Response:
        person = self.person_of(self.profile(name)["id"])
        if person is None:
            return pages.gone_page()
        shown = [seen for seen in self.seen(account=person["id"]) if seen.extra.get("on_profile", True)]
        return pages.profile_page(person["username"], shown[::-1])

    def _name(self, account: str) -> str:
        return str((self.person_of(account) or {})["username"])


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
