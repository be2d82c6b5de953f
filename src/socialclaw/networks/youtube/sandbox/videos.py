"""Videos, channels and playlist items as the simulated YouTube keeps and shows them. Pure, but for the figures that it is given.

The forms are those of the discovery document: counts are texts, times are RFC 3339.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from socialclaw.networks.youtube.sandbox.base import uploads_of
from socialclaw.simulation.store import Seen

Figure = Callable[[str, str, float], int]
"""`figure(key, name, since)`: a made-up count that only grows."""

OWN_PARTS = ("fileDetails", "processingDetails")
VIDEO_PARTS = ("id", "snippet", "status", "statistics", "contentDetails", *OWN_PARTS)
CHANNEL_PARTS = ("id", "snippet", "contentDetails", "statistics", "status")
ITEM_PARTS = ("id", "snippet", "contentDetails", "status")


def moment(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def state_of(seen: Seen, now: float) -> tuple[str, str | None]:
    """uploadStatus, and the reason where it is a bad one."""
    if now < seen.extra["processed_at"]:
        return "uploaded", None
    if seen.extra["verdict"]:
        status, reason = seen.extra["verdict"]
        return status, reason
    return "processed", None


def counts(seen: Seen, figure: Figure) -> dict[str, int]:
    views = figure(seen.id, "views", seen.created_at)
    return {"viewCount": views, "likeCount": views // 20, "dislikeCount": views // 400, "favoriteCount": 0, "commentCount": views // 90}


def video(seen: Seen, parts: Sequence[str], now: float, figure: Figure) -> dict[str, Any]:
    """A video resource with these parts, as its owner sees it."""
    every: dict[str, Callable[[], dict[str, Any]]] = {
        "snippet": lambda: _snippet(seen),
        "status": lambda: _status(seen, now),
        "statistics": lambda: {name: str(count) for name, count in counts(seen, figure).items()},
        "contentDetails": lambda: {
            "duration": "PT1M4S",
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
            "licensedContent": False,
        },
        "processingDetails": lambda: _processing(seen, now),
        "fileDetails": lambda: _file(seen, now),
    }
    shown = {part: every[part]() for part in parts if part in every}
    return {"kind": "youtube#video", "etag": etag(seen.id, shown), "id": seen.id, **shown}


def channel(person: Mapping[str, Any], parts: Sequence[str], videos: Sequence[Seen], figure: Figure) -> dict[str, Any]:
    followers = figure(person["id"], "followers", 0.0)
    every: dict[str, dict[str, Any]] = {
        "snippet": {
            "title": person["name"],
            "description": "",
            "customUrl": f"@{person['username']}",
            "publishedAt": "2020-01-01T00:00:00Z",
            "thumbnails": {size: _thumbnail(f"https://yt3.ggpht.com/{person['id']}", px, px) for size, px in _SQUARES.items()},
            "localized": {"title": person["name"], "description": ""},
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_of(person["id"])}},
        "statistics": {
            "viewCount": str(sum(counts(seen, figure)["viewCount"] for seen in videos)),
            "subscriberCount": str(followers),
            "hiddenSubscriberCount": False,
            "videoCount": str(len(videos)),
        },
        "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "allowed", "madeForKids": False},
    }
    shown = {part: every[part] for part in parts if part in every}
    return {"kind": "youtube#channel", "etag": etag(person["id"], shown), "id": person["id"], **shown}


def item(seen: Seen, parts: Sequence[str], position: int) -> dict[str, Any]:
    """A video as an entry of its channel's uploads."""
    snippet = _snippet(seen)
    every: dict[str, dict[str, Any]] = {
        "snippet": {
            **{name: snippet[name] for name in ("publishedAt", "channelId", "title", "description", "thumbnails", "channelTitle")},
            "playlistId": uploads_of(seen.account),
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": seen.id},
            "videoOwnerChannelTitle": snippet["channelTitle"],
            "videoOwnerChannelId": seen.account,
        },
        "contentDetails": {"videoId": seen.id, "videoPublishedAt": snippet["publishedAt"]},
        "status": {"privacyStatus": seen.extra["status"]["privacyStatus"]},
    }
    shown = {part: every[part] for part in parts if part in every}
    return {"kind": "youtube#playlistItem", "etag": etag(seen.id, shown), "id": f"{uploads_of(seen.account)}.{seen.id}", **shown}


def listed(kind: str, items: Sequence[Mapping[str, Any]], *, total: int, size: int, **more: Any) -> dict[str, Any]:
    """A list response."""
    head = {"kind": f"youtube#{kind}ListResponse", "etag": etag(kind, items), **more}
    return {**head, "pageInfo": {"totalResults": total, "resultsPerPage": size}, "items": list(items)}


def etag(key: str, shown: Any) -> str:
    return hashlib.sha256(f"{key}{json.dumps(shown, sort_keys=True)}".encode()).hexdigest()[:27]


_SQUARES = {"default": 88, "medium": 240, "high": 800}
_FRAMES = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}


def _thumbnail(url: str, width: int, height: int) -> dict[str, Any]:
    return {"url": url, "width": width, "height": height}


def _snippet(seen: Seen) -> dict[str, Any]:
    own = seen.extra["snippet"]
    url = f"https://i.ytimg.com/vi/{seen.id}"
    return {
        "publishedAt": moment(seen.created_at),
        "channelId": seen.account,
        "title": own["title"],
        "description": own.get("description", ""),
        "thumbnails": {size: _thumbnail(f"{url}/{size}.jpg", *px) for size, px in _FRAMES.items()},
        "channelTitle": seen.extra["channel"],
        **({"tags": own["tags"]} if own.get("tags") else {}),
        "categoryId": own.get("categoryId", "22"),
        "liveBroadcastContent": "none",
        "localized": {"title": own["title"], "description": own.get("description", "")},
    }


def _status(seen: Seen, now: float) -> dict[str, Any]:
    state, reason = state_of(seen, now)
    own = seen.extra["status"]
    told = {"failed": "failureReason", "rejected": "rejectionReason"}.get(state)
    return {
        "uploadStatus": state,
        **({told: reason} if told else {}),
        "license": "youtube",
        "embeddable": True,
        "publicStatsViewable": True,
        **own,
        "madeForKids": own.get("selfDeclaredMadeForKids", False),
    }


def _processing(seen: Seen, now: float) -> dict[str, Any]:
    state, _ = state_of(seen, now)
    done = state != "uploaded"
    status = {"uploaded": "processing", "failed": "failed", "rejected": "terminated"}.get(state, "succeeded")
    shown: dict[str, Any] = {"processingStatus": status, "fileDetailsAvailability": "available" if done else "inProgress"}
    if status == "failed":
        shown["processingFailureReason"] = "transcodeFailed"
    elif not done:
        left = max(0, round(1000 * (seen.extra["processed_at"] - now)))
        shown["processingProgress"] = {"partsTotal": "100", "partsProcessed": "10", "timeLeftMs": str(left)}
    return shown


def _file(seen: Seen, now: float) -> dict[str, Any]:
    return {"fileSize": str(seen.media[0]["size"]), "fileType": "video"} if state_of(seen, now)[0] != "uploaded" else {}
