"""Any S3-compatible service: what is put is sent in pieces of bounded size, and what clients send goes straight to the bucket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import httpx2

from socialclaw.errors import InvalidRequest, NotFound, NotReady
from socialclaw.s3_settings import S3Settings
from socialclaw.storage.base import OCTETS, Gone, trouble
from socialclaw.storage.bucket import Bucket, BucketRefused, parsed
from socialclaw.storage.parts import MOST_PARTS, Part, check, check_part, plain, unknown_upload

PIECE = 8 * 1024**2  # bytes of a file that are in memory at a time
PAGE = 1000  # objects that are listed at a time
CHECK_SECONDS = 5.0  # for which an answer to `check` holds
UNKNOWN = "NoSuchUpload"
ENDING = (0.05, 0.2, 1.0)  # seconds for which an upload that is completed may still be seen
XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"


class S3:
    """A bucket, or a part of one: see `S3Settings`."""

    name = "s3"

    def __init__(self, given: S3Settings, client: httpx2.AsyncClient) -> None:
        self._bucket = Bucket(given, client)
        self._prefix = given.key_prefix
        self._redirects = given.delivery == "redirect"
        self._checked: tuple[float, NotReady | None] = (-CHECK_SECONDS, None)

    async def put(self, key: str, path: Path, mime: str = OCTETS) -> None:
        try:
            size = (await asyncio.to_thread(path.stat)).st_size
            with await asyncio.to_thread(path.open, "rb") as file:
                if size <= PIECE:
                    content = await asyncio.to_thread(file.read)
                    await self._bucket.ask("PUT", key, headers={"content-type": mime}, content=content)
                else:
                    await self._put_pieces(key, file, mime, max(PIECE, -(-size // MOST_PARTS)))
        except OSError as error:
            raise trouble(error) from error

    async def _put_pieces(self, key: str, file: BinaryIO, mime: str, length: int) -> None:
        upload_id = await self.begin(key, mime)
        try:
            sent: list[Part] = []
            while piece := await asyncio.to_thread(file.read, length):
                number = len(sent) + 1
                answer = await self._bucket.ask("PUT", key, {"partNumber": str(number), "uploadId": upload_id}, content=piece)
                sent.append(Part(number, len(piece), plain(answer.headers["etag"])))
            try:
                await self._join(key, upload_id, sent)
            except NotFound:  # done already, and the answer was lost
                if await self.size(key) is None:
                    raise
        except BaseException:
            with suppress(NotReady):  # what went wrong first is what counts; the sweeper comes by as well
                await asyncio.shield(self.abort(key, upload_id))
            raise

    async def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        if length == 0:
            return
        wanted = {} if length is None and not start else {"range": f"bytes={start}-{'' if length is None else start + length - 1}"}
        try:
            async with self._bucket.open("GET", key, headers=wanted) as response:
                async for chunk in response.aiter_raw():
                    yield chunk
        except BucketRefused as error:
            if error.answered == 404:
                raise Gone("The file is no longer in storage", objectKey=key) from error
            if error.answered != 416:  # it ends before
                raise

    async def open(self, key: str) -> BinaryIO | None:
        return None

    async def size(self, key: str) -> int | None:
        try:
            return int((await self._bucket.ask("HEAD", key)).headers["content-length"])
        except Gone:
            return None
        except BucketRefused as error:
            if error.answered != 404:
                raise
            return None

    async def delete(self, key: str) -> None:
        await self._remove(key, {})

    async def _remove(self, key: str, query: Mapping[str, str]) -> None:
        try:
            await self._bucket.ask("DELETE", key, query)
        except BucketRefused as error:
            if error.answered != 404:
                raise

    async def check(self) -> None:
        at, problem = self._checked
        if time.monotonic() - at >= CHECK_SECONDS:
            try:
                await self._bucket.ask("GET", query={"list-type": "2", "max-keys": "1", "prefix": self._prefix})
                problem = None
            except NotReady as error:
                problem = error
            self._checked = time.monotonic(), problem
        if problem:
            raise problem

    def link(self, key: str, *, mime: str, disposition: str, seconds: int) -> str | None:
        if not self._redirects:
            return None
        told = {"response-content-type": mime, "response-content-disposition": disposition}
        return self._bucket.link("GET", key, told, {}, seconds=seconds)

    async def begin(self, key: str, mime: str) -> str:
        answer = await self._bucket.ask("POST", key, {"uploads": ""}, {"content-type": mime})
        return _text(parsed(answer.content), "UploadId")

    def part_url(self, key: str, upload_id: str, number: int, *, size: int, seconds: int) -> str:
        check_part(number, size)
        query = {"partNumber": str(number), "uploadId": upload_id}
        return self._bucket.link("PUT", key, query, {"content-length": str(size)}, seconds=seconds)

    async def parts(self, key: str, upload_id: str) -> list[Part]:
        latest: dict[int, tuple[str, Part]] = {}
        for at, part in await self._listed(key, upload_id):
            if latest.get(part.number, ("",))[0] <= at:
                latest[part.number] = at, part
        return [part for _, (_, part) in sorted(latest.items())]

    async def _listed(self, key: str, upload_id: str) -> list[tuple[str, Part]]:
        """Every part with the time of its arrival. Raises NotFound."""
        found: list[tuple[str, Part]] = []
        after = ""
        while upload_id:
            query = {"uploadId": upload_id, "max-parts": "1000"} | ({"part-number-marker": after} if after else {})
            try:
                page = parsed((await self._bucket.ask("GET", key, query)).content)
            except BucketRefused as error:
                raise (unknown_upload() if error.said == UNKNOWN else error) from error
            for part in page.iter("Part"):
                kept = Part(int(_text(part, "PartNumber")), int(_text(part, "Size")), plain(_text(part, "ETag")))
                found.append((part.findtext("LastModified") or "", kept))
            if page.findtext("IsTruncated") != "true":
                return found
            after = _text(page, "NextPartNumberMarker")
        raise unknown_upload()

    async def complete(self, key: str, upload_id: str, parts: Sequence[Part], *, count: int = 1) -> None:
        try:
            kept = [part for _, part in await self._listed(key, upload_id)]
            await self._join(key, upload_id, check(kept, parts, count=count))
        except NotFound:  # or is it done already?
            if await self.size(key) is None:
                raise
        except (InvalidRequest, BucketRefused):  # or is somebody else doing it at this moment?
            if not await self._is_over(key, upload_id):
                raise

    async def _is_over(self, key: str, upload_id: str) -> bool:
        """Whether the upload has become the object. After that a service may take its parts away one by one, and we saw the rest."""
        for pause in (*ENDING, None):
            if await self.size(key) is None:
                return False
            try:
                await self._listed(key, upload_id)
            except NotFound:
                return True
            if pause is not None:
                await asyncio.sleep(pause)
        return False

    async def _join(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """A refusal may come with status 200, because the service begins to answer before it knows."""
        root = ElementTree.Element("CompleteMultipartUpload", xmlns=XMLNS)
        for part in parts:
            element = ElementTree.SubElement(root, "Part")
            ElementTree.SubElement(element, "PartNumber").text = str(part.number)
            ElementTree.SubElement(element, "ETag").text = f'"{part.etag}"'
        try:
            answer = await self._bucket.ask("POST", key, {"uploadId": upload_id}, content=ElementTree.tostring(root))
            said = parsed(answer.content)
            if said.tag == "Error":
                raise BucketRefused(answer.status_code, said.findtext("Code") or "")
        except BucketRefused as error:
            raise (unknown_upload() if error.said == UNKNOWN else error) from error

    async def abort(self, key: str, upload_id: str) -> None:
        if upload_id:  # without it, this would delete the object
            await self._remove(key, {"uploadId": upload_id})

    async def clear(self, folder: str) -> None:
        query = {"list-type": "2", "max-keys": str(PAGE), "prefix": f"{self._prefix}{folder}/"}
        while keys := [_text(each, "Key") for each in parsed((await self._bucket.ask("GET", query=query)).content).iter("Contents")]:
            for key in keys:
                await self.delete(key.removeprefix(self._prefix))

    async def abandoned(self, older_than: datetime) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        after: dict[str, str] = {}
        while True:
            page = parsed((await self._bucket.ask("GET", query={"uploads": "", "prefix": self._prefix, **after})).content)
            found += [(key, upload_id) for key, upload_id, begun in self._uploads(page) if begun < older_than]
            if page.findtext("IsTruncated") != "true":
                return found
            after = {"key-marker": _text(page, "NextKeyMarker"), "upload-id-marker": _text(page, "NextUploadIdMarker")}

    def _uploads(self, page: ElementTree.Element) -> Iterator[tuple[str, str, datetime]]:
        for upload in page.iter("Upload"):
            key = _text(upload, "Key").removeprefix(self._prefix)
            yield key, _text(upload, "UploadId"), datetime.fromisoformat(_text(upload, "Initiated"))


def _text(element: ElementTree.Element, name: str) -> str:
    found = element.findtext(name)
    if not found:
        raise NotReady(f"The object storage answers without {name}: is it S3-compatible?", code="storage_unavailable")
    return found
