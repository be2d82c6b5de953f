"""Sending a call, and sending it again where that is safe."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2

from .. import wire
from ..errors import ClientError
from ..wire import Answer


class AsyncCalls:
    """A workspace's API at `base_url`. `http` is also good for visiting pages there: it carries no key by itself.

    `transport`: another way to get there. `seconds`: how long an answer may take. `retries`: how often a call is sent again that got no
    answer, or was told to come back, where sending it again cannot do it twice. `error`: what a call raises.
    """

    error: type[ClientError] = ClientError

    def __init__(
        self,
        base_url: str,
        key: str = "",
        *,
        http: httpx2.AsyncClient | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        seconds: float = wire.READ_SECONDS,
        retries: int = 2,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.retries = retries
        timeout = httpx2.Timeout(seconds, connect=min(seconds, wire.CONNECT_SECONDS))
        self.http = http or httpx2.AsyncClient(transport=transport, timeout=timeout, trust_env=False)
        self._headers = wire.headers(key)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self.http.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Any operation: the answer's JSON object, or ClientError. Query values that are None are left out.

        A POST goes out with an idempotency key, made here where none is given, so that it can be sent again; PUT, PATCH and DELETE are
        sent once.
        """
        answer = await self.send(method, path, query=query, json=json, content=content, headers=headers, key=idempotency_key)
        return wire.read(answer, self.error)

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> httpx2.Response:
        """The same, and the answer as it came, whatever it is."""
        sent = self._headers | dict(headers or {})
        if method == "POST":
            sent |= {"idempotency-key": key or wire.new_key()}
        body: dict[str, Any] = {"json": json} if json is not None else {}
        body |= {"content": content} if content is not None else {}
        left = self.retries if method in ("GET", "HEAD", "POST") else 0
        tried = 0
        while True:
            came = await self._sent(method, self.base_url + path, params=wire.said(query), headers=sent, **body)
            wait = wire.pause(tried, came) if tried < left else None
            if wait is None:
                break
            await self._sleep(wait)
            tried += 1
        if isinstance(came, Exception):
            raise self.error("network_error", wire.unreachable(self.base_url, came)) from came
        return came

    async def _sent(self, method: str, url: str, **request: Any) -> httpx2.Response | Exception:
        """The answer, or what kept it from coming."""
        try:
            return await self.http.request(method, url, **request)
        except wire.NO_ANSWER as error:
            return error

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
