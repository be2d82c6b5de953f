"""Files into a site's media library: each in one streamed request; videos are waited for where the site transcodes them (VideoPress).

Every upload is a remembered step. One whose answer was lost is made again: the library may then hold the file twice, the post not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from socialclaw.networks.wordpress.refusals import unreadable
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Media
from socialclaw.providers.multipart import form

Call = Callable[..., Awaitable[Any]]

LOOKS = 20
FIRST_WAIT, LONGEST_WAIT = 5.0, 60.0  # seconds between two looks, half as long again each time


class Uploads:
    """The files of one post. `call(method, path, ...)` speaks to WordPress about the site."""

    def __init__(self, call: Call, files: Sequence[Media], steps: Steps) -> None:
        self.call = call
        self.files = files
        self.steps = steps

    async def run(self) -> list[dict[str, Any]]:
        """`id`, `url` and `ready` of each file in the library. May give the worker back while the site works on videos."""
        kept = [await self.steps.once(f"media-{number}", self._send, media) for number, media in enumerate(self.files)]
        wait = FIRST_WAIT
        for look in range(LOOKS):
            if all(file["ready"] for file in kept):
                break
            fresh: list[int] = []
            kept = [await self._looked(number, file, look, fresh) for number, file in enumerate(kept)]
            if fresh and not all(file["ready"] for file in kept):
                self.steps.wait(wait, "WordPress is processing the videos")
            wait = min(wait * 1.5, LONGEST_WAIT)
        return kept

    async def _send(self, media: Media) -> dict[str, Any]:
        fields = {"attrs[0][alt]": media.alt} if media.alt and media.kind == "image" else {}
        headers, content = form(fields, media, part="media[]")
        answer = await self.call("POST", "/media/new", headers=headers, content=content)
        try:
            [item] = answer["media"]
            return {"id": int(item["ID"]), "url": str(item["URL"]), "ready": _is_ready(item)}
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable("the uploaded file") from error

    async def _looked(self, number: int, file: dict[str, Any], look: int, fresh: list[int]) -> dict[str, Any]:
        """The file as this look finds it; `fresh` gets it if this attempt has looked."""
        if file["ready"]:
            return file
        return {**file, "ready": await self.steps.once(f"media-{number}-look-{look}", self._look, int(file["id"]), fresh)}

    async def _look(self, media_id: int, fresh: list[int]) -> bool:
        fresh.append(media_id)
        return _is_ready(await self.call("GET", f"/media/{media_id}"))


def _is_ready(item: dict[str, Any]) -> bool:
    """A file is, unless it is a video that the site says it is still working on."""
    return not item.get("videopress_guid") or item.get("videopress_processing_done") is not False
