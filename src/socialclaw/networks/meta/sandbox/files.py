"""Files as the simulated Meta gets them: fetched or sent, and told apart by their bytes."""

from __future__ import annotations

from collections.abc import Callable

import httpx2

from socialclaw.simulation.files.looking import Look, look

Fetch = Callable[[str], httpx2.Response]


def mime_of(content: bytes) -> str:
    """What a file is by its bytes; empty if it is nothing that is known here."""
    return look(content).mime


def is_reel(found: Look) -> bool:
    """A video that Instagram takes: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"""
    kind = found.sound and found.plain and found.mime in ("video/mp4", "video/quicktime", "video/x-m4v")
    fits = found.judged(video=("h264", "hevc"), audio=("aac",), seconds=(3, 900), frames=(23, 60))
    return kind and fits and found.width <= 1920 and 0.01 <= found.width / found.height <= 10


def fetched(fetch: Fetch, url: str) -> bytes | None:
    """The file at a URL, or None where it cannot be had. Redirects are not followed."""
    if not url.startswith(("https://", "http://")) or not url.isascii():
        return None
    try:
        response = fetch(url)
    except httpx2.TransportError:
        return None
    return response.content if response.status_code == 200 else None
