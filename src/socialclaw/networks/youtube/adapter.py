"""Speaking to YouTube: Data API v3, resumable uploads, Analytics v2 (https://developers.google.com/youtube/v3/docs)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2

from socialclaw.errors import Rejected
from socialclaw.networks.youtube.figures import CHANNEL, STATISTICS, counted, reported
from socialclaw.networks.youtube.refusals import explain, explain_beside
from socialclaw.networks.youtube.upload import ROUNDS, Upload, is_gone, named, stored
from socialclaw.networks.youtube.verdicts import has_failed, judge, web_url
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Account, Draft, Mark, Published, Target, titled
from socialclaw.providers.wire import call, send

API = "https://youtube.googleapis.com/youtube/v3"
PAGES = 5  # of 50 videos, when a lost one is looked for
BATCH = 50
KNOWN = ("title", "description")


class YouTube:
    """One channel on YouTube."""

    def __init__(self, http: httpx2.AsyncClient, account: Account) -> None:
        self.http = http
        self.account = account
        self.headers = {"authorization": f"Bearer {account.secrets['access_token']}"}

    async def targets(self) -> Sequence[Target]:
        """The one channel that the user chose on the consent page. Rejected `youtube_no_channel` where there is none."""
        found = await self._channels("snippet,contentDetails,status")
        if not found:
            message = "This Google account has no YouTube channel: create one at youtube.com, then connect again"
            raise Rejected(message, code="youtube_no_channel")
        return [_target(channel) for channel in found]

    async def check(self) -> None:
        await self._channels("id")

    async def publish(self, draft: Draft, steps: Steps) -> Published:
        """Upload the video. YouTube goes on processing it: whether it can be watched is told by `find`.

        A video of an earlier attempt that YouTube could not process is uploaded once more.
        """
        [media] = draft.media
        params = {"notifySubscribers": "true" if draft.settings.get("notifySubscribers") else "false"}
        upload = Upload(self._send, media, steps, body=_resource(draft), params=params)
        video, fresh = await upload.run()
        if not fresh:
            [video] = await self._videos([video["id"]], "status") or [video]
            if has_failed(video) and await upload.give_up():
                video, _ = await upload.run()
        return judge(video, draft)

    async def delete(self, post_id: str) -> None:
        try:
            await call(self.http, "DELETE", f"{API}/videos", params={"id": post_id}, headers=self.headers, explain=explain_beside)
        except Rejected as error:
            if error.code != "youtube_not_found":
                raise

    async def find(self, draft: Draft, mark: Mark) -> Sequence[Published]:
        """What became of a video, by its id, by the session that took it, or else among the channel's uploads since the mark.

        Raises Rejected where YouTube could not process it, or has taken it down.
        """
        if mark.post_id is not None:
            found = await self._videos([mark.post_id], "status")
            return [judge(video, draft) for video in found if (video.get("status") or {}).get("uploadStatus") != "deleted"]
        if len(draft.media) != 1:
            return []
        session = next((mark.done[name] for number in reversed(range(ROUNDS)) if (name := named("session", number)) in mark.done), None)
        if session and draft.media[0].size:
            try:
                video = await stored(self._send, session["url"], draft.media[0].size)
            except Rejected as error:
                if not is_gone(error):
                    raise
            else:
                return [] if isinstance(video, int) else [judge(video, draft)]
        return await self._among_uploads(draft, mark.since.astimezone(UTC).replace(microsecond=0))

    async def metrics(self, post_id: str, window: str) -> Mapping[str, int]:
        """Counts since the video was made, or of the last whole days; those come about two days late."""
        if window != "lifetime":
            return await reported(self._ask, window, video=post_id)
        found = await self._videos([post_id], "statistics")
        if not found:
            raise Rejected("YouTube does not have the video, or not any more", code="youtube_not_found")
        return counted(found[0].get("statistics") or {}, STATISTICS)

    async def account_metrics(self, window: str) -> Mapping[str, int]:
        if window != "lifetime":
            return await reported(self._ask, window)
        found = await self._channels("statistics")
        return counted(found[0].get("statistics") or {}, CHANNEL) if found else {}

    async def channels(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The result of the action `list-channels`."""
        found = await self._channels("snippet,statistics,status")
        notes = ["A connection opens the one channel that was chosen at Google; connect again to choose another."]
        return {"channels": [_described(channel) for channel in found], "notes": notes}

    async def _among_uploads(self, draft: Draft, since: datetime) -> list[Published]:
        """Videos uploaded since then with this title and description, and of this size where YouTube tells it; oldest first."""
        found = []
        for video in await self._videos(await self._uploaded(since), "snippet,status,fileDetails"):
            size = (video.get("fileDetails") or {}).get("fileSize")
            fits = size is None or draft.media[0].size is None or int(size) == draft.media[0].size
            if fits and _read(video["snippet"]) == tuple(map(_plain, titled(draft))):
                found.append(video)
        return [judge(video, draft) for video in sorted(found, key=lambda video: video["snippet"]["publishedAt"])]

    async def _uploaded(self, since: datetime) -> list[str]:
        """The ids of the channel's uploads since then; the list has the latest first."""
        playlist = self.account.meta.get("uploads") or f"UU{self.account.id[2:]}"
        params = {"part": "snippet", "playlistId": playlist, "maxResults": str(BATCH)}
        ids: list[str] = []
        for _ in range(PAGES):
            answer = await self._ask("GET", f"{API}/playlistItems", params=params, missing="youtube_playlist_not_found")
            times = [datetime.fromisoformat(item["snippet"]["publishedAt"]) for item in answer.get("items") or ()]
            ids += [
                item["snippet"]["resourceId"]["videoId"] for item, at in zip(answer.get("items") or (), times, strict=True) if at >= since
            ]
            if not answer.get("nextPageToken") or (times and times[-1] < since):
                break
            params["pageToken"] = answer["nextPageToken"]
        return ids

    async def _videos(self, ids: Sequence[str], part: str) -> list[Mapping[str, Any]]:
        """What YouTube has of these videos; those that it does not have are left out."""
        found: list[Mapping[str, Any]] = []
        for start in range(0, len(ids), BATCH):
            params = {"part": part, "id": ",".join(ids[start : start + BATCH])}
            found += (await self._ask("GET", f"{API}/videos", params=params)).get("items") or ()
        return found

    async def _channels(self, part: str) -> list[Mapping[str, Any]]:
        answer = await call(
            self.http, "GET", f"{API}/channels", params={"part": part, "mine": "true"}, headers=self.headers, explain=explain
        )
        return list(answer.get("items") or ())

    async def _ask(self, method: str, url: str, *, missing: str = "", **kwargs: Any) -> Any:
        """What publishing can do without. An answer with the code `missing` is an empty one."""
        try:
            return await call(self.http, method, url, headers=self.headers, explain=explain_beside, **kwargs)
        except Rejected as error:
            if error.code != missing:
                raise
            return {}

    async def _send(self, method: str, url: str, *, headers: Mapping[str, str], **kwargs: Any) -> httpx2.Response:
        return await send(self.http, method, url, headers={**self.headers, **headers}, explain=explain, **kwargs)


def _resource(draft: Draft) -> dict[str, Any]:
    """The video resource that `videos.insert` takes."""
    title, description = titled(draft)
    return {
        "snippet": {"title": title, "description": description},
        "status": {
            "privacyStatus": draft.settings.get("privacyStatus") or "private",
            "selfDeclaredMadeForKids": bool(draft.settings.get("madeForKids")),
        },
    }


def _target(channel: Mapping[str, Any]) -> Target:
    snippet, status = channel.get("snippet") or {}, channel.get("status") or {}
    playlists = (channel.get("contentDetails") or {}).get("relatedPlaylists") or {}
    known = {
        "customUrl": snippet.get("customUrl"),
        "picture": ((snippet.get("thumbnails") or {}).get("default") or {}).get("url"),
        "uploads": playlists.get("uploads"),
        "longUploads": status.get("longUploadsStatus"),
    }
    meta = {name: value for name, value in known.items() if value}
    name = snippet.get("title") or snippet.get("customUrl") or channel["id"]
    return Target(str(channel["id"]), f"youtube:channel:{channel['id']}", "youtube_channel", name, meta)


def _described(channel: Mapping[str, Any]) -> dict[str, Any]:
    snippet, statistics = channel.get("snippet") or {}, channel.get("statistics") or {}
    return {
        "id": channel["id"],
        "handle": f"youtube:channel:{channel['id']}",
        "title": snippet.get("title"),
        "customUrl": snippet.get("customUrl"),
        "url": f"https://www.youtube.com/channel/{channel['id']}",
        "subscribers": None if statistics.get("hiddenSubscriberCount") else int(statistics.get("subscriberCount") or 0),
        "videos": int(statistics.get("videoCount") or 0),
        "longUploads": (channel.get("status") or {}).get("longUploadsStatus") == "allowed",
    }


def _read(snippet: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(_plain(snippet.get(name) or "") for name in KNOWN)


def _plain(text: str) -> str:
    """A text without what YouTube may change about its blanks."""
    return " ".join(text.split())


__all__ = ["YouTube", "web_url"]
