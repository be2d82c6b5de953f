"""Files into a site's media library: each in one streamed request; videos are waited for where the site transcodes them (VideoPress).

Every upload is a remembered step. One whose answer was lost is made again: the library may then hold the file twice, the post not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from socialclaw.networks.wordpress.refusals import unreadable
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Media
from socialclaw.providers.form_encoder import form
from socialclaw.providers.polling import look_until

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
        if _all_ready(kept):
            return kept
        return await look_until(
            *(_all_ready, self.steps, "media", self._look, kept),
            most=LOOKS,
            pause=lambda number, _: min(FIRST_WAIT * 1.5**number, LONGEST_WAIT),
            why="WordPress is processing the videos",
        )

    async def _send(self, media: Media) -> dict[str, Any]:
        fields = {"attrs[0][alt]": media.alt} if media.alt and media.kind == "image" else {}
        headers, content = form(fields, media, part="media[]")
        answer = await self.call("POST", "/media/new", headers=headers, content=content)
        try:
            [item] = answer["media"]
            return {"id": int(item["ID"]), "url": str(item["URL"]), "ready": _is_ready(item)}
        except (KeyError, TypeError, ValueError) as error:
            raise unreadable("the uploaded file") from error

    async def _look(self, files: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The files as they are now; those that were ready when they were sent are not asked about."""
        return [file if file["ready"] else {**file, "ready": _is_ready(await self.call("GET", f"/media/{file['id']}"))} for file in files]


def _all_ready(files: Sequence[dict[str, Any]]) -> bool:
    return all(file["ready"] for file in files)


def _is_ready(item: dict[str, Any]) -> bool:
    """A file is, unless it is a video that the site says it is still working on."""
    return not item.get("videopress_guid") or item.get("videopress_processing_done") is not False
