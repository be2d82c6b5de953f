"""Who uses the media of a lab whose processes die: uploads that go on after every interruption, and readers who check every byte."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import struct
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from PIL import Image

from socialclaw.workspaces import keys
from tests.crash.lab import Lab
from tests.media.files import film

PATH = "/v1/assets/uploads"
PAUSE = 0.05  # seconds before somebody tries again what a dead server did not answer
LEFT = 0.08  # of the uploads are left in the middle
AGAIN = 0.15  # have the content of an earlier one


@asynccontextmanager
async def visiting(lab: Lab, seed: int) -> AsyncIterator[Visitors]:
    """Visitors of a lab."""
    _, key = await lab.system.write(lab.workspace, keys.create, lab.system.vault, "visitors", test=True)
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        yield Visitors(lab.system.settings.base_url, key, random.Random(seed), http)


class Down(Exception):
    """The server is not there, or died before it had answered, or cannot answer now."""


class Refused(Exception):
    """A clear answer that this cannot be: its code."""


@dataclass
class File:
    """What one upload sends; `asset` is its id once an answer told that."""

    name: str
    content: bytes
    picture: bool
    asset: str = ""
    upload: dict[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def piece(self, number: int) -> bytes:
        size = self.upload["partSize"]
        return self.content[(number - 1) * size : number * size]


@dataclass
class Visitors:
    """`ready`: asset -> its file, wire form; `left`: uploads that their users walked away from. `doing`: what is under way now."""

    base: str
    key: str
    rng: random.Random
    http: httpx2.AsyncClient
    doing: Counter[str] = field(default_factory=Counter)
    ready: dict[str, tuple[File, dict[str, Any]]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    left: list[File] = field(default_factory=list)
    jpegs: dict[str, str] = field(default_factory=dict)  # asset -> SHA-256 of what it was converted to
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    over: bool = False
    _number: int = 0

    # Requests.

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The API's answer. Raises Down, Refused."""
        try:
            answer = await self.http.request(method, self.base + path, json=body, headers={"authorization": f"Bearer {self.key}"})
        except httpx2.TransportError as error:
            raise Down(path) from error
        self._up(answer)
        found: dict[str, Any] = answer.json()
        if not found["ok"]:
            raise Refused(found["code"])
        return found

    def _up(self, answer: httpx2.Response) -> None:
        """Raises Down where it is not able to answer now; that is a clear answer, and a crash would be none."""
        if answer.status_code >= 500:
            if answer.status_code != 503:
                self.wrong.append(f"{answer.request.url} answers {answer.status_code} {answer.text[:200]}")
            raise Down(answer.text)

    @contextmanager
    def busy(self, what: str) -> Iterator[None]:
        self.doing[what] += 1
        try:
            yield
        finally:
            self.doing[what] -= 1

    # Uploading.

    async def upload_for_ever(self) -> None:
        while not self.over:
            await self.upload(self.next_file(), may_leave=True)

    def next_file(self) -> File:
        """A picture or a film of one to three parts; some have the content of one before."""
        self._number += 1
        known = [file for file, _ in self.ready.values()]
        if known and self.rng.random() < AGAIN:
            file = self.rng.choice(known)
            return File(f"again-{self._number}-{file.name}", file.content, file.picture)
        if self.rng.random() < 0.5:
            return self.next_picture()
        size = self.rng.choice((100_000, 8 * 1024**2, 9 * 1024**2, 18 * 1024**2))
        return File(f"film-{self._number}.mp4", padded(film(), size, self._number), picture=False)

    def next_picture(self) -> File:
        self._number += 1
        return File(f"picture-{self._number}.avif", picture(self._number), picture=True)

    async def upload(self, file: File, *, may_leave: bool = False) -> None:
        """Until it is there, however often the server dies meanwhile."""
        leaves, down = may_leave and self.rng.random() < LEFT, False
        while True:
            try:
                if not file.asset:
                    await self._begin(file)
                if leaves:
                    await self._send(file, most=1)
                    self.left.append(file)
                    return
                asset = await self._go_on(file)
            except Down:
                self.counts["interruptions of uploads"] += not down
                down = True
                await asyncio.sleep(PAUSE)
            except Refused as refused:
                self.wrong.append(f"{file.name} was refused: {refused}")
                return
            else:
                self._arrived(file, asset)
                return

    async def _begin(self, file: File) -> None:
        self.counts["tries to begin an upload"] += 1  # one whose answer is lost is for the sweeper to end
        begun = await self.ask("POST", PATH, {"filename": file.name, "size": len(file.content)})
        file.asset, file.upload = begun["asset"]["id"], begun["upload"]

    async def _go_on(self, file: File) -> dict[str, Any]:
        """Send what is missing, and complete: all that a client needs to know is the asset's id."""
        await self._send(file)
        standing = await self.ask("GET", f"{PATH}/{file.asset}")
        named = [{name: part[name] for name in ("PartNumber", "ETag")} for part in standing["upload"]["parts"]]
        with self.busy("complete"):
            done = await self.ask("POST", f"{PATH}/{file.asset}/complete", {"uploadId": file.upload["uploadId"], "parts": named})
        asset: dict[str, Any] = done["asset"]
        return asset

    async def _send(self, file: File, *, most: int | None = None) -> None:
        standing = await self.ask("GET", f"{PATH}/{file.asset}")
        for number in standing["upload"]["missing"][:most]:
            with self.busy("upload"):
                signed = await self.ask("POST", f"{PATH}/{file.asset}/part", {"uploadId": file.upload["uploadId"], "partNumber": number})
                try:
                    answer = await self.http.put(signed["url"], content=file.piece(number))
                except httpx2.TransportError as error:
                    raise Down("part") from error
                self._up(answer)
                if answer.status_code != 200:
                    raise Refused(answer.text)

    def _arrived(self, file: File, asset: dict[str, Any]) -> None:
        self.counts["completed"] += 1
        if (asset["status"], asset["sha256"], asset["size"]) != ("ready", file.sha256, len(file.content)):
            self.wrong.append(f"{file.name} is {asset['status']} with {asset['size']} bytes, and was sent otherwise")
        self.ready[asset["id"]] = (file, asset)

    # Reading.

    async def read_for_ever(self) -> None:
        while not self.over:
            there = [asset_id for asset_id in self.ready if asset_id not in self.deleted]
            try:
                if there:
                    await self.read(self.rng.choice(there))
            except Down:
                await asyncio.sleep(PAUSE)
            await asyncio.sleep(0.01)

    async def read(self, asset_id: str) -> None:
        """The file as it was sent, byte by byte; and, of a picture, what is made from it, whole and always the same."""
        file, asset = self.ready[asset_id]
        content = await self._fetched(asset_id, asset["publicUrl"])
        if content is not None and content != file.content:
            self.wrong.append(f"{file.name} was served with {len(content)} bytes, and not as it was sent")
        if file.picture:
            await self.convert(asset_id)
            small = await self._fetched(asset_id, asset["preview"]["small"])
            if small is not None and not is_whole(small):
                self.wrong.append(f"the preview of {file.name} was served broken")

    async def convert(self, asset_id: str) -> None:
        file, asset = self.ready[asset_id]
        with self.busy("jpeg"):
            made = await self._fetched(asset_id, f"{asset['publicUrl']}?format=jpeg")
        if made is None:
            return
        digest = hashlib.sha256(made).hexdigest()
        if not is_whole(made) or self.jpegs.setdefault(asset_id, digest) != digest:
            self.wrong.append(f"{file.name} as JPEG was served broken")

    async def _fetched(self, asset_id: str, url: str) -> bytes | None:
        """None where it was deleted meanwhile. Raises Down, also where the answer was cut off: its length says so."""
        try:
            answer = await self.http.get(url)
        except httpx2.TransportError as error:
            raise Down(url) from error
        self._up(answer)
        if answer.status_code != 200:
            if asset_id not in self.deleted:
                self.wrong.append(f"{url} answers {answer.status_code} {answer.text}")
            return None
        self.counts["files read"] += 1
        return answer.content

    async def delete(self, *asset_ids: str) -> None:
        """Their time is over at once."""
        self.deleted.update(asset_ids)
        await asyncio.gather(*(self.ask("DELETE", f"/v1/assets/{asset_id}", {"retentionDays": 0}) for asset_id in asset_ids))


def is_whole(content: bytes) -> bool:
    try:
        Image.open(io.BytesIO(content)).load()
    except (OSError, SyntaxError):
        return False
    return True


def picture(number: int) -> bytes:
    """An AVIF, which X does not take as it is; each number another one."""
    file = io.BytesIO()
    drawn = Image.radial_gradient("L").resize((320, 240)).convert("RGB")
    drawn.paste((number % 256, number // 256 % 256, 200), (0, 0, 64, 64))
    drawn.save(file, "AVIF", speed=10)
    return file.getvalue()


def padded(content: bytes, size: int, number: int) -> bytes:
    """The film with a box that players skip, so that it has so many bytes more; each number another content."""
    body = json.dumps(number).encode() + random.Random(number).randbytes(64)
    return content + struct.pack(">I4s", size, b"free") + body + bytes(size - 8 - len(body))
