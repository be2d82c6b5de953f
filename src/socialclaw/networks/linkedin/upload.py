"""The way of a post's files onto LinkedIn: register, send, wait until they are processed. Each stage is a remembered step.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api and .../videos-api. Leave to upload ends,
and an upload may be lost: then all files of the post are sent anew under new names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import Rejected, Unauthorized, Unavailable
from socialclaw.networks.linkedin.refusals import ENDED, NO_PERMISSION, NOT_FOUND, explain_upload
from socialclaw.networks.linkedin.rest import Rest, encoded
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.form_encoder import pieces
from socialclaw.providers.polling import look_until, pause_once
from socialclaw.providers.wire import send

ROUNDS = 3
PIECE = 1024 * 1024  # read and sent at a time
BATCH = 8  # parts of a video (4 MiB each) that one step remembers
LOOKS = 70
PATIENT_LOOKS = 4  # LinkedIn may not know a file's bytes right after it has taken them
FIRST_WAIT = {"image": 2.0, "video": 5.0}  # seconds between two looks, half as long again each time
LONGEST_WAIT = 30.0
GRACE = {"image": 5.0, "video": 20.0}  # seconds given to a file that may not be looked at
UNPROCESSED = ("linkedin_media_failed", "linkedin_media_timeout")
READY, FAILED, WAITING, UNREADABLE = "AVAILABLE", "PROCESSING_FAILED", "WAITING_UPLOAD", "UNREADABLE"


class Upload:
    """The files of one post, owned by its author."""

    def __init__(self, rest: Rest, owner: str, draft: Draft, steps: Steps) -> None:
        self.rest = rest
        self.owner = owner
        self.files: Sequence[Media] = draft.media
        self.steps = steps
        self.number = 0

    async def run(self) -> list[str]:
        """The URNs of the files, in order, ready for a post. May give the worker back while LinkedIn processes them."""
        for number in range(self.number, ROUNDS):
            self.number = number
            try:
                return await self._round()
            except _Gone:
                continue
        raise Rejected("LinkedIn has lost every upload of these files before they could be used", code="linkedin_media_expired")

    @property
    def prefix(self) -> str:
        """What the names of this round's steps begin with."""
        return f"again-{self.number}-" if self.number else ""

    async def _round(self) -> list[str]:
        if self.steps.known(f"{self.prefix}gone"):
            raise _Gone
        try:
            urns = [await self._send(media, f"{self.prefix}{media.kind}-{index}") for index, media in enumerate(self.files)]
            for index, (media, urn) in enumerate(zip(self.files, urns, strict=True)):
                if not await self._settle(f"{self.prefix}{media.kind}-{index}", media.kind, urn):
                    break  # this token may look at none of them
        except Rejected as error:
            if error.code in UNPROCESSED:
                await self.give_up()
            if error.code not in (ENDED, NOT_FOUND):
                raise
            await self.steps.once(f"{self.prefix}gone", _true)
            raise _Gone from error
        return urns

    async def give_up(self) -> None:
        """LinkedIn can do nothing with these uploads: whoever tries the post again has the files sent anew, while a round is left."""
        if self.number < ROUNDS - 1:
            await self.steps.once(f"{self.prefix}gone", _true)

    async def _send(self, media: Media, name: str) -> str:
        if media.kind == "video":
            return await self._video(media, name)
        leave = await self.steps.once(f"{name}-begin", self._begin_image)
        await self.steps.once(f"{name}-upload", self._image, leave, media)
        return str(leave["urn"])

    async def _begin_image(self) -> dict[str, Any]:
        value = await self.rest.action("images", "initializeUpload", {"initializeUploadRequest": {"owner": self.owner}})
        try:
            return {"urn": str(value["image"]), "url": str(value["uploadUrl"]), "ends": value.get("uploadUrlExpiresAt")}
        except (KeyError, TypeError) as error:
            raise _malformed() from error

    async def _image(self, leave: Mapping[str, Any], media: Media) -> bool:
        _must_be_open(leave)
        headers = {"content-type": media.mime or "application/octet-stream", "content-length": str(media.size or 0)}
        await self._put(leave["url"], pieces(media, size=PIECE), {**self.rest.bearer, **headers})
        return True

    async def _video(self, media: Media, name: str) -> str:
        """In the parts that LinkedIn asks for; their ETags, in order, finish it."""
        begun = await self.steps.once(f"{name}-begin", self._begin_video, media)
        parts, etags = begun["parts"], list[str]()
        for start in range(0, len(parts), BATCH):
            etags += await self.steps.once(f"{name}-parts-{start}", self._parts, begun, media, parts[start : start + BATCH])
        await self.steps.once(f"{name}-finish", self._finish, begun, etags)
        return str(begun["urn"])

    async def _begin_video(self, media: Media) -> dict[str, Any]:
        asked = {"owner": self.owner, "fileSizeBytes": media.size, "uploadCaptions": False, "uploadThumbnail": False}
        value = await self.rest.action("videos", "initializeUpload", {"initializeUploadRequest": asked})
        try:
            parts = [[str(p["uploadUrl"]), int(p["firstByte"]), int(p["lastByte"])] for p in value["uploadInstructions"]]
            urn, token = str(value["video"]), str(value.get("uploadToken") or "")
            return {"urn": urn, "token": token, "parts": parts, "ends": value.get("uploadUrlsExpireAt")}
        except (KeyError, TypeError, ValueError) as error:
            raise _malformed() from error

    async def _parts(self, begun: Mapping[str, Any], media: Media, parts: Sequence[Sequence[Any]]) -> list[str]:
        etags = []
        for url, first, last in parts:
            _must_be_open(begun)
            headers = {"content-type": "application/octet-stream", "content-length": str(last + 1 - first)}
            answer = await self._put(url, pieces(media, size=PIECE, start=first, end=last + 1), headers)
            if not (etag := answer.headers.get("etag")):
                raise _malformed()
            etags.append(etag)
        return etags

    async def _finish(self, begun: Mapping[str, Any], etags: Sequence[str]) -> bool:
        asked = {"video": begun["urn"], "uploadToken": begun["token"], "uploadedPartIds": list(etags)}
        await self.rest.action("videos", "finalizeUpload", {"finalizeUploadRequest": asked})
        return True

    async def _put(self, url: str, content: Any, headers: Mapping[str, str]) -> httpx2.Response:
        """To LinkedIn's own hosts only: a token goes nowhere else."""
        host = httpx2.URL(url).host
        if not host.endswith(".linkedin.com"):
            raise Rejected(f"LinkedIn named {host} to upload to, which is not one of its hosts", code="linkedin_upload_refused")
        return await send(self.rest.http, "PUT", url, content=content, headers=dict(headers), explain=explain_upload)

    async def _settle(self, name: str, kind: str, urn: str) -> bool:
        """Wait until a file is processed; False where that cannot be seen, and it has been given some time."""
        looked = 0

        def decided(seen: list[str]) -> bool:
            nonlocal looked
            looked += 1
            return seen[0] in (READY, FAILED, UNREADABLE) or (seen[0] == WAITING and looked > PATIENT_LOOKS)

        status, reason = await look_until(
            *(decided, self.steps, name, self._look, kind, urn),
            most=LOOKS,
            pause=lambda number, _: min(FIRST_WAIT[kind] * 1.5**number, LONGEST_WAIT),
            why=f"LinkedIn is processing the {kind}",
        )
        if status == FAILED:
            raise Rejected(f"LinkedIn could not process the {kind}: {reason or 'no reason given'}", code="linkedin_media_failed")
        if status == WAITING:
            raise Rejected(f"LinkedIn does not have the {kind}", code=ENDED)
        if status == UNREADABLE:
            await pause_once(self.steps, f"{name}-grace", GRACE[kind], f"LinkedIn is processing the {kind}")
            return False
        if status == READY:
            return True
        raise Rejected(f"LinkedIn was still processing the {kind} after {LOOKS} looks", code="linkedin_media_timeout")

    async def _look(self, kind: str, urn: str) -> list[str]:
        """Status and, if it failed, why. Tokens that may only post for a member may not look: 403."""
        try:
            found = await self.rest.get(f"/{kind}s/{encoded(urn)}")
        except Unauthorized as error:
            if error.code != NO_PERMISSION:
                raise
            return [UNREADABLE, ""]
        return [str(found["status"]), str(found.get("processingFailureReason") or "")]


def uploaded(done: Mapping[str, Any]) -> set[str]:
    """The URNs of every file that these steps have begun to upload."""
    return {str(result["urn"]) for name, result in done.items() if name.endswith("-begin")}


def _must_be_open(leave: Mapping[str, Any]) -> None:
    ends = leave.get("ends")
    if isinstance(ends, int) and ends <= clock.now().timestamp() * 1000:
        raise Rejected("LinkedIn's permission to upload this file has expired", code=ENDED)


def _malformed() -> Unavailable:
    return Unavailable("LinkedIn's answer to an upload could not be read", sent=True, code="provider_malformed")


class _Gone(Exception):
    """Nothing comes of this round's uploads any more."""


async def _true() -> bool:
    return True
