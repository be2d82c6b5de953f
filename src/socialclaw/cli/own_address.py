"""The way of a server to itself: calls of its public URL go to the address that it listens on.

Behind a proxy, or under a name that only the world outside resolves, its own machine may not reach the public URL at all.
"""

from __future__ import annotations

import httpx2


class OwnAddress(httpx2.AsyncBaseTransport):
    """Takes requests for what is below `public` to `here`, without the path of `public`, as a proxy would; others where they are meant."""

    def __init__(self, public: str, here: str) -> None:
        self.public, self.here = str(httpx2.URL(public)).rstrip("/"), here
        self.inner = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = str(request.url)
        if self.here and url.startswith(f"{self.public}/"):
            target = httpx2.URL(self.here + url.removeprefix(self.public))
            request = httpx2.Request(request.method, target, headers=request.headers, stream=request.stream, extensions=request.extensions)
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self.inner.aclose()
