"""The files of the simulated TikTok: pieces of a video as they come in, and pictures that it fetches and looks into."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import httpx2

from socialclaw.networks.tiktok.sandbox import words as say
from socialclaw.providers.incoming import url_of
from socialclaw.simulation.files.looking import Look, look
from socialclaw.simulation.files.pieces import look_at_pieces
from socialclaw.simulation.simulator import Fetch
from socialclaw.simulation.spool import Spool
from socialclaw.simulation.store import Shelf

MIMES, PICTURES = ("video/mp4", "video/quicktime", "video/webm"), ("image/jpeg", "image/webp")
LARGEST_PHOTO = 20 * 1024 * 1024
LONG_SIDE, SHORT_SIDE = 1920, 1080  # "1080p"
LIFE = 3600  # seconds that an upload address is open


def take_piece(shelf: Shelf, spool: Spool, request: httpx2.Request, now: float) -> tuple[httpx2.Response, str]:
    """A piece of a video; the answer, and the publish id where this was the last one."""
    upload_id = request.url.params.get("upload_id", "")
    upload: dict[str, Any] | None = shelf.get("uploads", upload_id)
    if upload is None or request.url.params.get("upload_token") != upload["token"]:
        return httpx2.Response(404, text="upload not found"), ""
    if upload["expires_at"] <= now:
        return httpx2.Response(403, text="upload url expired"), ""
    found = re.fullmatch(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})", request.headers.get("content-range", ""))
    size, content = upload["size"], request.content
    proper = found and int(found[3]) == size and int(found[2]) - int(found[1]) + 1 == len(content)
    if not found or not proper or request.headers.get("content-type") not in MIMES or "content-length" not in request.headers:
        return httpx2.Response(400, text="invalid header"), ""
    received, first, end = upload["received"], int(found[1]), int(found[2]) + 1
    if first != received:
        stored = {"content-range": f"bytes 0-{received - 1}/{size}"} if received else {}
        return httpx2.Response(416, headers=stored, text="range mismatch"), ""
    last = first // upload["chunk"] >= upload["count"] - 1
    if end != (size if last else first + upload["chunk"]):
        return httpx2.Response(400, text="invalid chunk length"), ""
    spool.write(upload_id, first, content)
    shelf.put("uploads", upload_id, {**upload, "received": end, "mime": request.headers["content-type"]})
    headers = {"content-range": f"bytes 0-{end - 1}/{size}"}
    return httpx2.Response(201 if last else 206, headers=headers), upload["publish_id"] if last else ""


def whole(spool: Spool, upload_id: str, size: int) -> tuple[str, Look]:
    """SHA-256 of an uploaded video, and what it is; its bytes are forgotten."""
    digest, found = spool.sha256(upload_id, size), look_at_pieces(spool, [upload_id])
    spool.drop(upload_id)
    return digest, found


def problem_of(found: Look, declared: str) -> str:
    """Why a video cannot be posted, in TikTok's word; empty where it can. https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide"""
    mime = "video/mp4" if found.mime == "video/x-m4v" else found.mime
    film = found.film
    if mime not in MIMES or mime != declared or not found.sound or film is None:
        return "file_format_check_failed"
    if film.chroma not in (None, 420) or not found.judged(video=("h264", "hevc", "vp8", "vp9")):
        return "file_format_check_failed"
    if not found.judged(seconds=(0, 600)):
        return "duration_check_failed"
    if not found.judged(frames=(23, 60)):
        return "frame_rate_check_failed"
    return "" if all(360 <= side <= 4096 for side in found.size) else "picture_size_check_failed"


def judge_url(url: str, verified: list[str] | None) -> None:
    """https (a sandbox at home may do without), and an address that the app has proven to be its own."""
    parts = url_of(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or (parts.scheme == "http" and not _at_home(parts.hostname)):
        raise say.invalid("The url must begin with https://")
    if verified is not None and not any(url.startswith(prefix) for prefix in verified):
        raise say.refuse("url_ownership_unverified", "Please review our URL ownership verification rules.")


def pull(fetch: Fetch, url: str, *, photo: bool) -> tuple[bytes, str, str]:
    """Content, MIME type and, where it cannot be posted, the reason for failing."""
    unable = "photo_pull_failed" if photo else "video_pull_failed"
    try:
        answer = fetch(url)
    except httpx2.TransportError:
        return b"", "", unable
    if answer.status_code != 200:  # redirects are not followed
        return b"", "", unable
    content = answer.content
    found = look(content)
    if not photo:
        mime = answer.headers.get("content-type", "").partition(";")[0]
        return content, mime, problem_of(found, mime)
    if found.mime not in PICTURES or not found.sound or len(content) > LARGEST_PHOTO:
        return content, found.mime, "file_format_check_failed"
    shorter, longer = sorted(found.size)
    return content, found.mime, "picture_size_check_failed" if shorter > SHORT_SIDE or longer > LONG_SIDE else ""


def _at_home(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost"
