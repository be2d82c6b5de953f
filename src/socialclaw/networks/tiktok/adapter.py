"""Speaking to TikTok: Content Posting API and Display API (https://developers.tiktok.com/doc/content-posting-api-get-started)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import Rejected, Unauthorized, Unavailable, Uncertain
from socialclaw.networks.tiktok import posts, status
from socialclaw.networks.tiktok.listing import FIELDS, is_photo, matches
from socialclaw.networks.tiktok.refusals import explain, failed
from socialclaw.networks.tiktok.status import Status
from socialclaw.networks.tiktok.upload import GONE, Upload, source_of
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target
from socialclaw.providers.wire import call

API = "https://open.tiktokapis.com"
ROUNDS = 5  # tries to get one post through, where TikTok says that the one before came to nothing
AGAIN = ("internal", "upload_expired")
PAGES = 5  # of 20 videos, when a lost post is looked for
MODERATION = timedelta(days=3)  # then no public id is waited for any more
BASIC = "open_id,union_id,avatar_url,display_name"
PROFILE = f"{BASIC},username,is_verified"
FIGURES = {"views": "view_count", "likes": "like_count", "comments": "comment_count", "shares": "share_count"}
UNKNOWABLE = (
    "TikTok gave no answer to the photo post, and its list of public posts does not show it (yet): whether it is there can be seen in "
    "the app only"
)


def post_url(post_id: str, account: Account) -> str | None:
    """The link of a post by its public id; what is known by its publish id only has none."""
    name = account.handle.partition("@")[2]
    return status.web_url(post_id, name) if post_id.isdecimal() and name else None


class TikTok:
    """One account on TikTok."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account
        self.headers = {"authorization": f"Bearer {account.secrets['access_token']}", "content-type": "application/json; charset=UTF-8"}

    async def targets(self) -> Sequence[Target]:
        """The one account behind the token. Its name needs a permission that users may refuse; posting tells it too."""
        try:
            user = await self._user(PROFILE)
        except Unauthorized as error:
            if error.code != "tiktok_scope_missing":
                raise
            user = {**await self._user(BASIC), "username": (await self.creator())["creator_username"]}
        meta = {name: user[name] for name in ("username", "avatar_url", "is_verified", "union_id") if name in user}
        return [
            Target(str(user["open_id"]), f"tiktok:@{user['username']}", "tiktok_user", user.get("display_name") or user["username"], meta)
        ]

    async def check(self) -> None:
        await self._user("open_id")

    async def creator(self) -> Mapping[str, Any]:
        """What the account allows right now; TikTok wants this read before every direct post."""
        data: Mapping[str, Any] = await self._post("/v2/post/publish/creator_info/query/")
        return data

    # Publishing.

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """Send it, and wait while TikTok processes it. What came to nothing by no fault of the post is tried again."""
        reason = ""
        for number in range(ROUNDS):
            known = steps.known(f"end-{number}")
            end = await steps.once(f"end-{number}", self._round, draft, steps, number)
            if end["state"] != "FAILED":
                return status.published(draft, end, end["username"] or self._name(), end["note"])
            reason = end["reason"]
            if not known and reason not in AGAIN:
                break
        raise failed(reason)

    async def _round(self, draft: Draft, steps: Steps, number: int) -> dict[str, Any]:
        """One try: how it ended, with the account's name and what the settings could not have."""
        allowed, publish_id, since = await (self._video if posts.is_video(draft) else self._photos)(draft, steps, number)
        about = {"username": allowed["username"], "note": posts.notes(draft, allowed["off"])}
        if since is None:
            return Status(publish_id, "FAILED", "upload_expired").kept() | about
        found = await self._status(publish_id)
        if found.processing and (elapsed := clock.now().timestamp() - since) < status.PATIENCE:
            steps.wait(status.pause(elapsed), "TikTok is processing the post")
        return found.kept() | about

    async def _video(self, draft: Draft, steps: Steps, number: int) -> tuple[dict[str, Any], str, float | None]:
        """Upload a video. No time: this upload has ended without TikTok having the whole, and can have no effect any more."""
        begun = await steps.once(f"begin-{number}", self._begin, draft)
        upload = Upload(self.http, draft.media[0], steps, number=number, url=begun["upload_url"])
        try:
            return begun["allowed"], begun["publish_id"], await upload.run()
        except Rejected as error:
            if error.code not in GONE:
                raise
            whole = _whole(await self._status(begun["publish_id"]), begun["size"])
        return begun["allowed"], begun["publish_id"], clock.now().timestamp() if whole else None

    async def _begin(self, draft: Draft) -> dict[str, Any]:
        """Announce a video: nothing is posted before its bytes are there."""
        allowed = await self._allowed(draft)
        body: dict[str, Any] = {"source_info": source_of(draft.media[0])}
        if posts.is_draft(draft):
            data = await self._post("/v2/post/publish/inbox/video/init/", body)
        else:
            data = await self._post("/v2/post/publish/video/init/", {"post_info": posts.video_info(draft, allowed["off"]), **body})
        size = draft.media[0].size or 0
        return {"allowed": allowed, "publish_id": str(data["publish_id"]), "upload_url": str(data["upload_url"]), "size": size}

    async def _photos(self, draft: Draft, steps: Steps, number: int) -> tuple[dict[str, Any], str, float | None]:
        """Hand over the addresses of the pictures: with this call TikTok posts by itself."""
        for media in draft.media:
            if (mime := posts.mime_of(media)) not in (*posts.PICTURES, None):
                raise Rejected(f"{media.filename} is {mime}; TikTok takes JPEG and WebP", code="tiktok_image_type_unsupported", mime=mime)
        allowed = await steps.once(f"creator-{number}", self._allowed, draft)
        made = await steps.irreversible(f"create-{number}", self._create, posts.photo_body(draft, allowed["off"]))
        return allowed, made["publish_id"], made["at"]

    async def _create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        data = await self._post("/v2/post/publish/content/init/", body)
        try:
            return {"publish_id": str(data["publish_id"]), "at": clock.now().timestamp()}
        except (KeyError, TypeError) as error:
            raise Unavailable("TikTok answered without a publish id", sent=True, code="provider_malformed") from error

    async def _allowed(self, draft: Draft) -> dict[str, Any]:
        """What the account allows, if it allows this post. A draft for the inbox is settled by the creator."""
        return {"username": "", "off": []} if posts.is_draft(draft) else posts.admit(draft, await self.creator())

    # Looking back.

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """A video is known by its publish id. A photo post is not, where the answer that would have named it is the lost one."""
        if mark.post_id is not None:
            return await self._confirm(draft, mark.post_id, mark.since)
        begun = [int(name.removeprefix("begin-")) for name in mark.done if name.startswith("begin-")]
        if not begun:
            return await self._listed(draft, mark.since)
        last = mark.done[f"begin-{max(begun)}"]
        found = await self._status(last["publish_id"])
        if found.state == "FAILED" or not _whole(found, last["size"]):
            return []
        return [self._published(draft, found)]

    async def _confirm(self, draft: Draft, post_id: str, since: datetime) -> Sequence[Published]:
        """One post by its public id, or by its publish id; Rejected where TikTok has not published it after all."""
        if post_id.isdecimal():
            videos = await self._videos([post_id], "id,share_url")
            return [Published(post_id, status.web_url(post_id, self._name(), video=not is_photo(video))) for video in videos]
        try:
            found = await self._status(post_id)
        except Rejected as error:
            if error.code == "tiktok_invalid_publish_id":
                return []
            raise
        if found.state == "FAILED":
            raise failed(found.reason or "unknown")
        post = self._published(draft, found)
        if not post.final and not found.processing and clock.now() - since > MODERATION:
            return [Published(post.id, post.url, note="TikTok has not made the post public; the app says why")]
        return [post]

    async def _listed(self, draft: Draft, since: datetime) -> Sequence[Published]:
        """Public posts since then that read like this draft; oldest first. Uncertain where absence from the list says nothing."""
        found: list[Mapping[str, Any]] = []
        body: dict[str, Any] = {"max_count": 20}
        try:
            for _ in range(PAGES):
                data = await self._post(f"/v2/video/list/?fields={FIELDS}", body)
                videos = data.get("videos") or ()
                found += [video for video in videos if matches(video, draft, since.timestamp())]
                if not data.get("has_more") or any(int(video["create_time"]) < int(since.timestamp()) for video in videos):
                    break
                body["cursor"] = data["cursor"]
        except Unauthorized as error:
            if error.code != "tiktok_scope_missing":
                raise
        if not found and draft.media and not posts.is_video(draft):
            raise Uncertain(UNKNOWABLE)
        found.sort(key=lambda video: int(video["create_time"]))
        name = self._name()
        return [Published(str(video["id"]), status.web_url(str(video["id"]), name, video=posts.is_video(draft))) for video in found]

    # Figures.

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        """Counts since the post was made. Only posts with a public id have any."""
        videos = await self._videos([post_id], ",".join(("id", *FIGURES.values()))) if post_id.isdecimal() else ()
        if not videos:
            raise Rejected("TikTok gives figures of public posts only", code="tiktok_not_public")
        return {ours: int(videos[0][theirs]) for ours, theirs in FIGURES.items() if videos[0].get(theirs) is not None}

    async def account_metrics(self, window: str) -> Mapping[str, int]:
        user = await self._user("open_id,follower_count,following_count,likes_count,video_count")
        names = {"likes": "likes_count", "followers": "follower_count", "following": "following_count", "videos": "video_count"}
        return {ours: int(user[theirs]) for ours, theirs in names.items() if user.get(theirs) is not None}

    # Behind it all.

    def _name(self) -> str:
        return str(self.account.meta.get("username") or self.account.handle.partition("@")[2])

    def _published(self, draft: Draft, found: Status) -> Published:
        return status.published(draft, found.kept(), self._name())

    async def _status(self, publish_id: str) -> Status:
        return Status.read(publish_id, await self._post("/v2/post/publish/status/fetch/", {"publish_id": publish_id}))

    async def _videos(self, ids: Sequence[str], fields: str) -> Sequence[Mapping[str, Any]]:
        data = await self._post(f"/v2/video/query/?fields={fields}", {"filters": {"video_ids": list(ids)}})
        return data.get("videos") or ()

    async def _user(self, fields: str) -> Mapping[str, Any]:
        answer = await call(self.http, "GET", f"{API}/v2/user/info/", params={"fields": fields}, headers=self.headers, explain=explain)
        user: Mapping[str, Any] = answer["data"]["user"]
        return user

    async def _post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The `data` of an answer."""
        content = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        answer = await call(self.http, "POST", API + path, content=content, headers=self.headers, explain=explain)
        return answer.get("data") or {}


def _whole(found: Status, size: int) -> bool:
    """Whether TikTok has all of a video: what it still receives has no effect. Uncertain where it does not tell."""
    if found.state != "PROCESSING_UPLOAD":
        return found.state != "FAILED"
    if found.uploaded is None:
        raise Uncertain("TikTok does not say whether it has the whole video")
    return found.uploaded >= size
