"""YouTube in miniature: resumable uploads, processing, lists, deletion and Analytics, as strict as Google's discovery documents.

It shares no code with the adapter. `judge_next` lets the next video fail or be taken down; the quota of a day is the whole project's.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx2

from socialclaw.networks.youtube.sandbox import pages
from socialclaw.networks.youtube.sandbox import videos as shown
from socialclaw.networks.youtube.sandbox import words as say
from socialclaw.networks.youtube.sandbox.base import INSERTS, MANAGE, READ, REPORT, UPLOAD, YouTubeHouse, api, has_channel, site, uploads_of
from socialclaw.networks.youtube.sandbox.reports import report
from socialclaw.networks.youtube.sandbox.uploads import Session, Uploads, kind_of
from socialclaw.simulation.simulator import route
from socialclaw.simulation.store import Seen

UPLOADS = r"(?:/resumable)?/upload/youtube/v3/videos"
HIDDEN = ("private",)
MOST_LISTED = 50


class YouTubeSandbox(YouTubeHouse):
    creates = rf"^(PUT {UPLOADS} last|POST {UPLOADS} multipart)$"
    tells = ("x-guploader-uploadid", "id")
    processing_seconds: float = 3.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uploads = Uploads(self.store, self.network, self.clock)

    def line(self, request: httpx2.Request) -> str:
        """Of the calls to an upload session, only the one with the last bytes makes a video; one with all of it does so by itself."""
        line = super().line(request)
        if "/upload/" not in request.url.path:
            return line
        if request.method == "PUT":
            return f"{line} {kind_of(request)}"
        return f"{line} multipart" if request.url.params.get("uploadType") == "multipart" else line

    def judge_next(self, status: str, reason: str) -> None:
        """Let the next video end as `failed` or `rejected`, for this reason of the discovery document."""
        with self.store.transaction():
            self.shelf.put("options", "verdict", [status, reason])

    def spoil_media(self, request: httpx2.Request) -> None:
        verdict = ("failed", "codec")
        self.uploads.doom(request, verdict)
        for video_id in request.url.params.get("id", "").split(",") if request.method == "GET" else ():
            if seen := self._there(video_id):
                self.shelf.change_post(replace(seen, extra={**seen.extra, "verdict": verdict}))
                self.shelf.put("doomed", video_id, seen.extra["processed_at"])

    def seen(self, **filters: Any) -> list[Seen]:
        with self.store.transaction():
            self._take_down()
        return super().seen(**filters)

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        with self.store.transaction():
            self._take_down()
        return super()._dispatch(request)

    # Uploads.

    @api("POST", UPLOADS)
    def upload_begins(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, UPLOAD, units=0)
        if not has_channel(account):
            raise say.refused(
                401, "youtubeSignupRequired", "Unauthorized", domain="youtube.header", location="Authorization", kind="header"
            )
        given = say.query(request, "part", "uploadType", "notifySubscribers", "autoLevels", "stabilize", required=("part",))
        wanted = say.parts(given, shown.VIDEO_PARTS)
        say.flag(given, "notifySubscribers", default=True)
        self.charge("inserts", 1, INSERTS)
        match given.get("uploadType"):
            case "resumable":
                body = say.video_of(request.headers.get("content-type", ""), request.content, wanted, self.clock())
                return self.uploads.open(request, account, body, given)
            case "multipart":
                return self._at_once(request, account, given, wanted)
        raise say.bad("Only resumable and multipart uploads are simulated.", location="uploadType")

    def _at_once(self, request: httpx2.Request, account: str, given: Mapping[str, str], wanted: list[str]) -> httpx2.Response:
        """The video resource and the file in one request."""
        resource, file = say.related(request.headers.get("content-type", ""), request.content)
        session = self.uploads.whole(account, say.video_of(*resource, wanted, self.clock()), given, *file)
        [seen] = self.shelf.posts(post_id=self._make(session, hashlib.sha256(file[1]).hexdigest()), gone=True)
        return httpx2.Response(200, json=self._video(seen, wanted))

    @api("PUT", UPLOADS)
    def upload_goes_on(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, UPLOAD, units=0)
        given = say.query(request, "part", "uploadType", "notifySubscribers", "autoLevels", "stabilize", "upload_id")
        done = self.uploads.take(request, account, self._make)
        if isinstance(done, httpx2.Response):
            return done
        [seen] = self.shelf.posts(post_id=done, gone=True)
        return httpx2.Response(200, json=self._video(seen, given.get("part", "snippet,status").split(",")))

    # Reading and deleting.

    @api("GET", r"/youtube/v3/videos")
    def videos(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, READ)
        given = say.query(request, "part", "id", "maxResults", "pageToken", "hl", required=("part",))
        wanted = say.parts(given, shown.VIDEO_PARTS)
        ids = given.get("id", "").split(",")
        if ids == [""] or len(ids) > MOST_LISTED:
            message = "No filter selected. Expected one of: myRating, chart, id" if ids == [""] else "Too many ids"
            raise say.refused(400, "missingRequiredParameter", message, location="parameters", kind="other")
        found = [seen for one in ids if (seen := self._there(one)) and self._may_see(seen, account)]
        if any(part in shown.OWN_PARTS for part in wanted) and any(seen.account != account for seen in found):
            raise say.refused(403, "forbidden", "The request cannot access user rating information.", domain="youtube.video")
        items = [self._video(seen, wanted) for seen in found]
        return httpx2.Response(200, json=shown.listed("video", items, total=len(items), size=len(items)))

    @api("DELETE", r"/youtube/v3/videos")
    def delete(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, MANAGE, units=50)
        given = say.query(request, "id", required=("id",))
        seen = self._there(given["id"])
        if seen is None:
            message = "The video that you are trying to delete cannot be found."
            raise say.refused(404, "videoNotFound", message, domain="youtube.video", location="id")
        if seen.account != account:
            message = "The video that you are trying to delete cannot be deleted. The request might not be properly authorized."
            raise say.refused(403, "forbidden", message, domain="youtube.video")
        self.shelf.remove_post(seen.id, self.clock(), account=account)
        self.shelf.drop("failed", seen.id)
        return httpx2.Response(204)

    @api("GET", r"/youtube/v3/channels")
    def channels(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, READ)
        given = say.query(request, "part", "mine", "id", "maxResults", "pageToken", required=("part",))
        wanted = say.parts(given, shown.CHANNEL_PARTS)
        if ("mine" in given) == ("id" in given):
            message = "No filter selected. Expected one of: id, mine"
            raise say.refused(400, "missingRequiredParameter", message, location="parameters", kind="other")
        ids = given["id"].split(",") if "id" in given else [account] if say.flag(given, "mine", default=False) else []
        people = [person for one in ids if has_channel(one) and (person := self.person_of(one))]
        items = [shown.channel(p, wanted, self.shelf.posts(account=p["id"]), self.figure) for p in people]
        body = shown.listed("channel", items, total=len(items), size=say.number(given, "maxResults", 5, 50))
        if not items:
            del body["items"]
        return httpx2.Response(200, json=body)

    @api("GET", r"/youtube/v3/playlistItems")
    def playlist(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, READ)
        given = say.query(request, "part", "playlistId", "maxResults", "pageToken", required=("part", "playlistId"))
        wanted, size = say.parts(given, shown.ITEM_PARTS), say.number(given, "maxResults", 5, MOST_LISTED)
        owner = f"UC{given['playlistId'][2:]}"
        if self.person_of(owner) is None or given["playlistId"] != uploads_of(owner):
            message = "The playlist identified with the request's playlistId parameter cannot be found."
            raise say.refused(404, "playlistNotFound", message, domain="youtube.playlistItem", location="playlistId")
        every = [seen for seen in reversed(self.shelf.posts(account=owner)) if self._may_see(seen, account)]
        token = given.get("pageToken", "P0")
        if not re.fullmatch(r"P\d{1,6}", token):
            raise say.refused(400, "invalidPageToken", "The request specifies an invalid page token.", location="pageToken")
        start = int(token[1:])
        items = [shown.item(seen, wanted, start + n) for n, seen in enumerate(every[start : start + size])]
        more = {"nextPageToken": f"P{start + size}"} if start + size < len(every) else {}
        return httpx2.Response(200, json=shown.listed("playlistItem", items, total=len(every), size=size, **more))

    @route("GET", r"/v2/reports", host="youtubeanalytics.googleapis.com")
    def reports(self, request: httpx2.Request) -> httpx2.Response:
        account = self.admit_to(request, REPORT, units=0)
        return report(request, account, self.shelf.posts(account=account), self._views_until, self.clock())

    # What browsers see.

    @site("GET", r"/watch")
    def watch_page(self, request: httpx2.Request) -> httpx2.Response:
        return self._watch_page(request.url.params.get("v", ""), up="")

    @site("GET", r"/shorts/([A-Za-z0-9_-]{11})")
    def short_page(self, request: httpx2.Request, video_id: str) -> httpx2.Response:
        return self._watch_page(video_id, up="../")

    @site("GET", r"/channel/(UC[A-Za-z0-9_-]{22})")
    def channel_page(self, request: httpx2.Request, channel: str) -> httpx2.Response:
        person = self.person_of(channel)
        return pages.channel_page(person, self.shelf.posts(account=channel)[::-1], up="../") if person else pages.gone_page()

    # Behind the routes.

    def _make(self, session: Session, sha256: str) -> str:
        """Make the video of a session whose bytes are complete."""
        video_id, now, verdict = secrets.token_urlsafe(8), self.clock(), session["verdict"]
        snippet, status = session["body"].get("snippet", {}), dict(session["body"].get("status", {}))
        status.setdefault("privacyStatus", "public")
        if self.shelf.get("options", "unaudited"):
            status["privacyStatus"] = "private"
        person = self.person_of(session["account"]) or {}
        mime = session["mime"] if session["mime"].startswith("video/") else "video/mp4"
        media = self.describe(b"", mime) | {"size": session["size"], "sha256": sha256}
        extra = {
            "snippet": snippet,
            "status": status,
            "channel": person["name"],
            "notified": session["notify"],
            "verdict": verdict,
            "processed_at": now + self.processing_seconds,
        }
        text = "\n\n".join(filter(None, (snippet["title"], snippet.get("description", ""))))
        url = f"https://www.youtube.com/watch?v={video_id}"
        self.shelf.add_post(Seen(video_id, session["account"], text, now, (media,), None, url, extra=extra))
        if verdict:
            self.shelf.put("doomed", video_id, extra["processed_at"])
        return video_id

    def _take_down(self) -> None:
        """What could not be processed, or was refused after it, is nothing that the public sees."""
        for video_id, at in self.shelf.all("doomed").items():
            if at <= self.clock():
                self.shelf.remove_post(video_id, self.clock())
                self.shelf.put("failed", video_id, True)
                self.shelf.drop("doomed", video_id)

    def _there(self, video_id: str) -> Seen | None:
        """A video that has not been deleted; its owner sees it also where it has failed."""
        found = self.shelf.posts(post_id=video_id, gone=True)
        return found[0] if found and (found[0].deleted_at is None or self.shelf.get("failed", video_id)) else None

    def _video(self, seen: Seen, parts: list[str]) -> dict[str, Any]:
        return shown.video(seen, parts, self.clock(), self.figure)

    def _may_see(self, seen: Seen, account: str) -> bool:
        return seen.account == account or seen.extra["status"]["privacyStatus"] not in HIDDEN

    def _views_until(self, seen: Seen, at: float) -> int:
        """The views of a video until a moment, as `figure` counts them until now."""
        return self.figure(seen.id, "views", seen.created_at + self.clock() - at) if at > seen.created_at else 0

    def _watch_page(self, video_id: str, *, up: str) -> httpx2.Response:
        found = self.shelf.posts(post_id=video_id)
        if not found:
            return pages.gone_page()
        state, _ = shown.state_of(found[0], self.clock())
        return pages.watch_page(found[0], shown.counts(found[0], self.figure)["viewCount"], state, up=up)
