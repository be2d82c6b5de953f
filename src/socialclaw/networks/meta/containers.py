"""What Instagram prepares before it publishes: a container for each file, one around the files of a carousel, and waiting for them.

https://developers.facebook.com/docs/instagram-platform/content-publishing. Instagram fetches the files; a container lives for a day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from socialclaw import clock
from socialclaw.errors import Rejected, Unavailable
from socialclaw.networks.meta.graph import Graph
from socialclaw.networks.meta.refusals import PASSING, REFUSALS
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.polling import look_until

LIFE = 23 * 3600.0  # seconds
LOOKS = 14
FINISHED, WORKING, PUBLISHED, EXPIRED = "FINISHED", "IN_PROGRESS", "PUBLISHED", "EXPIRED"
GONE = "instagram_container_gone"
FAILED = "instagram_media_failed"


class Containers:
    """The containers of one post, in one round; `name` is what its steps begin with."""

    def __init__(self, graph: Graph, account_id: str, draft: Draft, steps: Steps, *, name: str) -> None:
        self.graph = graph
        self.account_id = account_id
        self.draft = draft
        self.steps = steps
        self.name = name

    async def ready(self) -> str:
        """The id of the container to publish. Rejected GONE or FAILED: another round may do better."""
        media = self.draft.media
        if len(media) == 1:
            container = await self._made(self.name, {**_file(media[0]), **_reel(media[0]), **self._caption()})
        else:
            items = [await self._made(f"{self.name}-{i}", {**_file(m), "is_carousel_item": "true"}) for i, m in enumerate(media)]
            for index, item in enumerate(items):
                await self._wait(f"{self.name}-{index}", item)
            container = await self._made(self.name, {"media_type": "CAROUSEL", "children": ",".join(items), **self._caption()})
        await self._wait(self.name, container)
        return container

    async def _made(self, name: str, fields: Mapping[str, str]) -> str:
        made = await self.steps.once(name, self._make, fields)
        if made["at"] + LIFE < clock.now().timestamp():
            raise Rejected("The prepared media has become too old to be published", code=GONE)
        return str(made["id"])

    async def _make(self, fields: Mapping[str, str]) -> dict[str, Any]:
        answer = await self.graph.post(f"{self.account_id}/media", fields)
        return {"id": str(answer["id"]), "at": clock.now().timestamp()}

    async def _wait(self, name: str, container: str) -> None:
        """Until Instagram has fetched and processed it; looks grow apart."""
        status = await look_until(
            *(lambda seen: seen["code"] != WORKING, self.steps, name, status_of, self.graph, container),
            most=LOOKS,
            pause=lambda number, _: min(60.0, 3.0 * 1.6**number),
            why="Instagram is preparing the media",
        )
        if status["code"] == WORKING:
            raise Rejected(f"Instagram was still preparing the media after {LOOKS} looks", code="instagram_media_timeout")
        if status["code"] not in (FINISHED, PUBLISHED):
            raise failure(status)

    def _caption(self) -> dict[str, str]:
        return {"caption": self.draft.text} if self.draft.text else {}


async def status_of(graph: Graph, container: str) -> dict[str, str]:
    """`code` (IN_PROGRESS, FINISHED, PUBLISHED, ERROR or EXPIRED) and what is said beside it."""
    answer = await graph.get(container, fields="status_code,status")
    return {"code": str(answer["status_code"]), "said": str(answer.get("status") or "")}


def failure(status: Mapping[str, str]) -> Rejected:
    """Why a container came to nothing: by the number in what is said."""
    if status["code"] == EXPIRED:
        return Rejected("The prepared media has expired", code=GONE, said=status["said"])
    found = re.search(r"\b(22070\d\d)\b", status["said"])
    subcode = int(found[1]) if found else 0
    code, message = REFUSALS.get(subcode, (FAILED, "Instagram could not process the media"))
    if subcode in PASSING:
        code = FAILED
    return Rejected(f"{message}: {status['said']}"[:400], code=code, said=status["said"])


def last_container(done: Mapping[str, Any], names: list[str]) -> str | None:
    """The container that these steps would have published; `names` are those of the rounds, the latest first."""
    known = (done.get(name) for name in names if f"{name}-gone" not in done)
    return next((str(made["id"]) for made in known if made), None)


def _file(media: Media) -> dict[str, str]:
    """A file as a container is told of it."""
    if media.kind == "video":
        return {"media_type": "VIDEO", "video_url": media.url}
    return {"image_url": media.url, **({"alt_text": media.alt} if media.alt else {})}


def _reel(media: Media) -> dict[str, str]:
    """A video by itself is a reel, shown in the feed too."""
    return {"media_type": "REELS", "share_to_feed": "true"} if media.kind == "video" else {}


def published_id(answer: Any) -> str:
    try:
        return str(answer["id"])
    except (KeyError, TypeError) as error:
        raise Unavailable("Instagram answered without the id of the post", sent=True, code="provider_malformed") from error
