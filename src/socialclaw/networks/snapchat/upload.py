"""A video's way onto Snapchat: a media object with the key, the ciphertext in parts of up to 32 MB, and the word that it is whole.

Everything is remembered, so an interrupted upload goes on with the same key. A media object ends after 24 hours.
https://developers.snap.com/api/marketing-api/Public-Profile-API/ProfileAssetManagement
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import httpx2

from socialclaw import clock
from socialclaw.errors import Rejected
from socialclaw.networks.snapchat.refusals import EXPIRED, explain, explain_post
from socialclaw.networks.snapchat.sealing import SealedPart, Secret, sealed_size
from socialclaw.providers.base import Steps
from socialclaw.providers.draft import Media
from socialclaw.providers.form_encoder import form
from socialclaw.providers.wire import call, malformed, send

API = "https://businessapi.snapchat.com"
PART = 30 * 1024 * 1024  # at most 32 MB, in either reading of it, and 35 parts
LIFE = 24 * 3600.0
MOST_NAME = 100  # characters of a media object's name, which nobody but the owner sees


class Upload:
    """One video for one profile. `number` is that of the try, which names the steps."""

    def __init__(
        self, http: httpx2.AsyncClient, headers: Mapping[str, str], media: Media, steps: Steps, *, profile: str, number: int
    ) -> None:
        self.http = http
        self.headers = headers
        self.media = media
        self.steps = steps
        self.profile = profile
        self.number = number

    async def run(self) -> tuple[str, float]:
        """The media object's id, and when Snapchat had the whole. Rejected with `EXPIRED` where it has ended meanwhile."""
        secret = await self.steps.once(f"secret-{self.number}", self._secret)
        made = await self.steps.once(f"media-{self.number}", self._create, secret)
        try:
            chain, whole = secret["iv"], sealed_size(self.media.size or 0)
            for index, start in enumerate(range(0, whole, PART)):
                end = min(start + PART, whole)
                part = SealedPart(self.media, secret["key"], chain=chain, start=start, end=end)
                chain = await self.steps.once(f"part-{self.number}-{index}", self._add, made["add_path"], part, index + 1)
            tried = self.steps.known(f"finishing-{self.number}")
            await self.steps.once(f"finishing-{self.number}", self._note)
            ready = await self.steps.once(f"ready-{self.number}", self._finalize, made["finalize_path"], tried)
        except Rejected as error:
            if clock.now().timestamp() - made["at"] > LIFE:
                raise Rejected(error.message, code=EXPIRED, **error.details) from error
            raise
        return made["media_id"], ready

    async def _secret(self) -> dict[str, str]:
        return asdict(Secret.new())

    async def _create(self, secret: Mapping[str, str]) -> dict[str, Any]:
        body = {"type": "VIDEO", "name": self.media.filename[:MOST_NAME] or "video", **secret}
        url = f"{API}/v1/public_profiles/{self.profile}/media"
        response = await send(self.http, "POST", url, json=body, headers=self.headers, explain=explain_post)
        try:
            answer = response.json()
            found = {name: answer[name] for name in ("media_id", "add_path", "finalize_path")}
        except (KeyError, TypeError, ValueError) as error:
            raise malformed(response) from error
        if not all(isinstance(value, str) and value for value in found.values()):
            raise malformed(response)
        return found | {"at": clock.now().timestamp()}

    async def _add(self, path: str, part: SealedPart, number: int) -> str:
        """One part; returns the last block of its ciphertext, which the next one is chained to."""
        fields = {"action": "ADD", "part_number": str(number)}
        headers, content = form(fields, part.media(f"part-{number}.bin"), part="file")
        await call(self.http, "POST", _at(path), content=content, headers={**self.headers, **headers}, explain=explain)
        return part.last

    async def _note(self) -> bool:
        return True

    async def _finalize(self, path: str, tried: bool) -> float:
        """When Snapchat had the whole. Refused where an earlier try may have got through (`tried`): publishing will tell."""
        try:
            await call(self.http, "POST", _at(path), files={"action": (None, "FINALIZE")}, headers=self.headers, explain=explain)
        except Rejected as error:
            if not tried or error.code == EXPIRED:
                raise
        return clock.now().timestamp()


def _at(path: str) -> str:
    """A path that Snapchat names, on its own host and no other."""
    return f"{API}/{path.lstrip('/')}"
