"""A bucket of an S3-compatible service, spoken to: requests signed, sent, tried again, and their refusals read."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import httpx2

from socialclaw.backoff import Backoff
from socialclaw.errors import NotReady
from socialclaw.s3_settings import S3Settings
from socialclaw.storage.base import Gone, now
from socialclaw.storage.sigv4 import Signer, encoded

BACKOFF = Backoff((0.2, 1.0), tries=3)
PASSING = (500, 502, 503, 504)
FULL = ("QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "InsufficientCapacity")
NOTHING = hashlib.sha256().hexdigest()

log = logging.getLogger(__name__)


class BucketRefused(NotReady):
    """The service answered, and not with what was asked for. `answered` is its status, `said` its code for that."""

    code = "storage_unavailable"

    def __init__(self, answered: int, said: str) -> None:
        full = said in FULL or answered == 507
        if full:
            super().__init__("The object storage is full; nothing was stored", code="storage_full")
        else:
            super().__init__(f"The object storage refuses: {said or 'it does not say why'} ({answered})")
        self.answered = answered
        self.said = said


class Bucket:
    """Keys are below the prefix of the settings. Every method raises BucketRefused, and NotReady where no answer comes."""

    def __init__(self, given: S3Settings, client: httpx2.AsyncClient) -> None:
        self._client = client
        self._signer = Signer(given.access_key, given.secret_key.get_secret_value(), given.region)
        self._prefix = given.key_prefix
        endpoint, public = urlsplit(given.url), urlsplit(given.public_endpoint or given.url)
        self._scheme, self._host = endpoint.scheme, _host(endpoint.netloc, endpoint.scheme)
        self._public_scheme, self._public_host = public.scheme, _host(public.netloc, public.scheme)
        self._bucket = given.bucket
        self._root = f"/{given.bucket}" if given.path_style else ""
        if not given.path_style:
            self._host, self._public_host = f"{given.bucket}.{self._host}", f"{given.bucket}.{self._public_host}"

    async def ask(
        self,
        method: str,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> httpx2.Response:
        """A whole answer; `key` None: of the bucket itself. Tried again where that is no harm."""
        async with self.open(method, key, query, headers, content) as response:
            await response.aread()
        return response

    @asynccontextmanager
    async def open(
        self,
        method: str,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> AsyncIterator[httpx2.Response]:
        """An answer whose body is still to be read."""
        response = await self._sent(method, self._path(key), query or {}, headers or {}, content)
        try:
            yield response
        except httpx2.TransportError as error:
            raise _silent(error) from error
        finally:
            await response.aclose()

    async def _sent(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], content: bytes) -> httpx2.Response:
        payload = NOTHING if not content else (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()
        url = f"{self._scheme}://{self._host}{path}" + (f"?{encoded(query)}" if query else "")
        for pause in (*BACKOFF, None):
            signed = self._signer.headers(method, self._host, path, query, {**headers, "x-amz-content-sha256": payload}, now())
            request = self._client.build_request(method, url, headers={**signed, "accept-encoding": "identity"}, content=content)
            try:
                response = await self._client.send(request, stream=True)
                if response.status_code < 300:
                    return response
                problem: NotReady = await _refusal(response)
            except httpx2.TransportError as error:
                problem = _silent(error)
            if pause is None or (isinstance(problem, BucketRefused) and problem.answered not in PASSING):
                raise problem
            log.info("%s %s is tried again: %s", method, path, problem.message)
            await asyncio.sleep(pause)
        raise AssertionError

    def link(self, method: str, key: str | None, query: Mapping[str, str], headers: Mapping[str, str], *, seconds: int) -> str:
        """A URL that lets its holder send this one request, for so long."""
        path = self._path(key)
        signed = self._signer.query(method, self._public_host, path, query, headers, now(), seconds=seconds)
        return f"{self._public_scheme}://{self._public_host}{path}?{signed}"

    def _path(self, key: str | None) -> str:
        if key is None:
            return self._root or "/"
        parts = key.split("/")
        if "\0" in key or any(part in ("", ".", "..") for part in parts):
            raise Gone("There is no such object", objectKey=key)
        return f"{self._root}/{quote(self._prefix + key, safe='/~')}"


def _host(netloc: str, scheme: str) -> str:
    """As the Host header has it."""
    return netloc.lower().removesuffix({"http": ":80", "https": ":443"}[scheme])


async def _refusal(response: httpx2.Response) -> BucketRefused:
    try:
        said = parsed(await response.aread()).findtext("Code") or ""
    except (ElementTree.ParseError, httpx2.TransportError):
        said = ""
    finally:
        await response.aclose()
    return BucketRefused(response.status_code, said or response.reason_phrase)


def _silent(error: httpx2.TransportError) -> NotReady:
    return NotReady(f"The object storage does not answer ({type(error).__name__})", code="storage_unavailable")


def parsed(content: bytes) -> ElementTree.Element:
    """What the service says, its elements by their plain names. The operator trusts it, and expat bounds what entities may become."""
    root = ElementTree.fromstring(content)  # noqa: S314
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root
