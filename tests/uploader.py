"""Who uploads a large file in parts: written once, for parts that go to our own server and for parts that go to a bucket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.conftest import BASE_URL

PATH = "/v1/assets/uploads"


@dataclass
class Uploader:
    """`api` has a key. Parts go to `here` where their URL is ours, else to `world`; neither has one."""

    api: httpx2.AsyncClient
    here: httpx2.AsyncClient
    world: httpx2.AsyncClient
    content: bytes
    asset: dict[str, Any] = field(default_factory=dict)
    upload: dict[str, Any] = field(default_factory=dict)
    sent: dict[int, str] = field(default_factory=dict)  # number -> ETag

    @property
    def path(self) -> str:
        return f"{PATH}/{self.asset['id']}"

    async def begin(self, filename: str = "film.mp4", mime: str | None = "video/mp4") -> Uploader:
        answer = await self.api.post(PATH, json={"filename": filename, "size": len(self.content), "mime": mime})
        assert answer.status_code == 201, answer.text
        self.asset, self.upload = answer.json()["asset"], answer.json()["upload"]
        return self

    def piece(self, number: int) -> bytes:
        size = self.upload["partSize"]
        return self.content[(number - 1) * size : number * size]

    async def url(self, number: int) -> str:
        answer = await self.api.post(f"{self.path}/part", json={"uploadId": self.upload["uploadId"], "partNumber": number})
        assert answer.status_code == 200, answer.text
        found: str = answer.json()["url"]
        return found

    async def put(self, url: str, content: bytes) -> httpx2.Response:
        return await (self.here if url.startswith(BASE_URL) else self.world).put(url, content=content)

    async def send(self, *numbers: int) -> None:
        for number in numbers:
            answer = await self.put(await self.url(number), self.piece(number))
            assert answer.status_code == 200, answer.text
            self.sent[number] = answer.headers["etag"]

    async def send_all(self) -> Uploader:
        await self.send(*range(1, self.upload["totalParts"] + 1))
        return self

    async def standing(self) -> dict[str, Any]:
        answer = await self.api.get(self.path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def complete(self, parts: Iterable[tuple[int, str]] | None = None, **facts: Any) -> httpx2.Response:
        """With these parts (number, ETag), or those that were sent."""
        named = [{"PartNumber": number, "ETag": etag} for number, etag in (self.sent.items() if parts is None else parts)]
        return await self.api.post(f"{self.path}/complete", json={"uploadId": self.upload["uploadId"], "parts": named, **facts})

    async def abort(self) -> httpx2.Response:
        return await self.api.post(f"{self.path}/abort", json={"uploadId": self.upload["uploadId"]})
