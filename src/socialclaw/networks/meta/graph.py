"""Speaking to the Graph API of Facebook and of Instagram: one token, one host, and what either says of its limits.

https://developers.facebook.com/docs/graph-api/overview
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import Any

import httpx2

from socialclaw.networks.meta.dated import GRAPH
from socialclaw.networks.meta.refusals import explain
from socialclaw.providers.wire import call

VERSION = GRAPH
FACEBOOK = f"https://graph.facebook.com/{VERSION}"
INSTAGRAM = f"https://graph.instagram.com/{VERSION}"
PAGES = 20  # of a list, at most
BUSY, FULL = 80, 95  # percent of a limit


class Graph:
    """The API as one access token opens it. `prefix` is what the codes of its refusals begin with."""

    def __init__(self, http: httpx2.AsyncClient, token: str, *, base: str, prefix: str) -> None:
        self.http = http
        self.base = base
        self.headers = {"authorization": f"Bearer {token}"}
        self.explain = partial(explain, prefix=prefix)

    async def get(self, path: str, **params: str) -> Any:
        return await self._call("GET", path, **({"params": params} if params else {}))  # a path may bring a query of its own

    async def post(self, path: str, fields: Mapping[str, str]) -> Any:
        return await self._call("POST", path, data=dict(fields))

    async def send(self, path: str, headers: Mapping[str, str], content: AsyncIterator[bytes]) -> Any:
        """A POST whose body is made already."""
        return await self._call("POST", path, more=headers, content=content)

    async def delete(self, path: str) -> Any:
        return await self._call("DELETE", path)

    async def every(self, path: str, **params: str) -> AsyncIterator[Mapping[str, Any]]:
        """The entries of a list, page after page."""
        for _ in range(PAGES):
            answer = await self.get(path, **params)
            for entry in answer["data"]:
                yield entry
            paging = answer.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after")
            if not paging.get("next") or not after:
                return
            params["after"] = after

    async def _call(self, method: str, path: str, *, more: Mapping[str, str] | None = None, **kwargs: Any) -> Any:
        headers = {**self.headers, **(more or {})}
        return await call(self.http, method, f"{self.base}/{path}", headers=headers, explain=self.explain, **kwargs)


def rest(headers: httpx2.Headers) -> float:
    """Seconds to leave an account alone, by the share of its limits that is used up.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    """
    used = max(_percents(headers), default=0)
    return 600.0 if used >= FULL else 60.0 if used >= BUSY else 0.0


def _percents(headers: httpx2.Headers) -> Iterator[float]:
    for name in ("x-app-usage", "x-business-use-case-usage"):
        try:
            told = json.loads(headers.get(name, "{}"))
        except ValueError:
            continue
        cases = [told, *(case for cases in told.values() if isinstance(cases, list) for case in cases)] if isinstance(told, dict) else []
        for case in cases:
            if isinstance(case, Mapping):
                yield from (v for k, v in case.items() if k in ("call_count", "total_time", "total_cputime") and isinstance(v, int | float))
