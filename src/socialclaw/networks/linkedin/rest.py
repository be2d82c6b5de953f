"""One call of LinkedIn's versioned API: its mandatory headers, its way to write URNs, its refusals.

https://learn.microsoft.com/en-us/linkedin/marketing/versioning and .../shared/api-guide/concepts/protocol-version
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx2

from socialclaw.errors import Unavailable
from socialclaw.networks.linkedin.dated import VERSION
from socialclaw.networks.linkedin.refusals import explain
from socialclaw.providers.wire import call, send

HOST = "https://api.linkedin.com"


def encoded(urn: str) -> str:
    """A URN as it stands in a path or a query."""
    return quote(urn, safe="")


def listed(urns: Sequence[str]) -> str:
    """Several of them as Rest.li writes a list; its own signs stay as they are."""
    return f"List({','.join(encoded(urn) for urn in urns)})"


class Rest:
    """Speaks to LinkedIn with one access token. Paths begin below `/rest` and are encoded already."""

    def __init__(self, http: httpx2.AsyncClient, token: str) -> None:
        self.http = http
        self.bearer = {"authorization": f"Bearer {token}"}
        self.headers = {**self.bearer, "linkedin-version": VERSION, "x-restli-protocol-version": "2.0.0"}

    async def get(self, path: str, *, method: str = "") -> Any:
        """`method` is Rest.li's name of the call (FINDER, BATCH_GET), where a GET may be several."""
        named = {"x-restli-method": method} if method else {}
        return await call(self.http, "GET", f"{HOST}/rest{path}", headers={**self.headers, **named}, explain=explain)

    async def action(self, resource: str, name: str, body: Any) -> Any:
        """An action of a resource; its `value`, or None where it returns nothing."""
        url = f"{HOST}/rest/{resource}?action={name}"
        answer = await call(self.http, "POST", url, json=body, headers=self.headers, explain=explain)
        return answer["value"] if answer is not None else None

    async def create(self, resource: str, body: Any) -> str:
        """The id of what was made. It stands in a header; without it an answer says nothing of what happened."""
        response = await send(self.http, "POST", f"{HOST}/rest/{resource}", json=body, headers=self.headers, explain=explain)
        if response.status_code != 201 or not (made := response.headers.get("x-restli-id")):
            raise Unavailable("LinkedIn answered without the id of the post", sent=True, code="provider_malformed")
        return made

    async def delete(self, path: str) -> None:
        headers = {**self.headers, "x-restli-method": "DELETE"}
        await send(self.http, "DELETE", f"{HOST}/rest{path}", headers=headers, explain=explain)

    async def userinfo(self) -> Any:
        """The member behind the token, by OpenID Connect; not a part of the versioned API."""
        return await call(self.http, "GET", f"{HOST}/v2/userinfo", headers=self.bearer, explain=explain)
