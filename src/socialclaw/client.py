"""Our API seen from outside: one method per operation. The command line uses it, and so may any Python program."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote

import httpx2

from socialclaw.errors import SocialClawError

Answer = dict[str, Any]


class ClientError(SocialClawError):
    """The API said no. `details` is the answer's; without a readable answer the code is `network_error` or `invalid_response`."""

    def __init__(self, code: str, message: str, details: Any = None, status: int = 0) -> None:
        super().__init__(message, code=code, status=status or None)
        self.details = details if isinstance(details, dict) else {}


class Client:
    """A workspace's API at `base_url`. `http` is also good for visiting pages there: it carries no key by itself.

    `transport`: another way to get there.
    Every method returns the answer's JSON object and raises ClientError for any other answer than a 2xx.
    """

    def __init__(
        self,
        base_url: str,
        key: str = "",
        *,
        http: httpx2.AsyncClient | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        seconds: float = 60,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.http = http or httpx2.AsyncClient(transport=transport, timeout=seconds, trust_env=False)
        self._headers = {"authorization": f"Bearer {key}"} if key else {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self.http.aclose()

    async def call(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, json: Any = None) -> Answer:
        """Any operation. Query values that are None are left out."""
        params = {name: value for name, value in (query or {}).items() if value is not None}
        body = {"json": json} if json is not None else {}
        try:
            response = await self.http.request(method, self.base_url + path, params=params, headers=self._headers, **body)
        except httpx2.TransportError as error:
            raise ClientError("network_error", f"{self.base_url} cannot be reached: {str(error) or type(error).__name__}") from error
        return _read(response)

    # Status and keys

    async def health(self) -> Answer:
        return await self.call("GET", "/health")

    async def validate_key(self) -> Answer:
        return await self.call("POST", "/v1/keys/validate")

    async def keys(self) -> Answer:
        return await self.call("GET", "/v1/keys")

    async def create_key(self, label: str | None = None) -> Answer:
        return await self.call("POST", "/v1/keys", json={"label": label})

    async def revoke_key(self, key_id: str) -> Answer:
        return await self.call("DELETE", f"/v1/keys/{_in_path(key_id)}")

    async def usage(self) -> Answer:
        return await self.call("GET", "/v1/me/usage")

    async def workspace_health(self) -> Answer:
        return await self.call("GET", "/v1/workspace/health")

    async def jobs(self, **filters: Any) -> Answer:
        return await self.call("GET", "/v1/jobs", query=filters)

    # Connections and accounts

    async def start_connection(self, provider: str, **fields: str) -> Answer:
        """`fields`: what a network without OAuth wants pasted."""
        return await self.call("POST", "/v1/connections/start", json={"provider": provider, **fields})

    async def connections(self) -> Answer:
        return await self.call("GET", "/v1/connections")

    async def connection(self, connection_id: str) -> Answer:
        return await self.call("GET", f"/v1/connections/{_in_path(connection_id)}")

    async def connections_health(self, provider: str | None = None) -> Answer:
        return await self.call("GET", "/v1/connections/health", query={"provider": provider})

    async def accounts(self, provider: str | None = None) -> Answer:
        return await self.call("GET", "/v1/accounts", query={"provider": provider})

    async def capabilities(self, account_id: str | None = None) -> Answer:
        """Of one account, or of all."""
        return await self.call("GET", f"/v1/accounts/{_in_path(account_id)}/capabilities" if account_id else "/v1/accounts/capabilities")

    async def settings(self, account_id: str) -> Answer:
        return await self.call("GET", f"/v1/accounts/{_in_path(account_id)}/settings")

    async def actions(self, account_id: str) -> Answer:
        return await self.call("GET", f"/v1/accounts/{_in_path(account_id)}/actions")

    async def run_action(self, account_id: str, action_id: str, body: Mapping[str, Any] | None = None) -> Answer:
        return await self.call("POST", f"/v1/accounts/{_in_path(account_id)}/actions/{_in_path(action_id)}", json=dict(body or {}))

    async def disconnect(self, account_id: str) -> Answer:
        return await self.call("DELETE", f"/v1/accounts/{_in_path(account_id)}")

    # Assets

    async def upload(self, filename: str, content: bytes, mime: str) -> Answer:
        body = {"filename": filename, "mime": mime, "contentBase64": base64.b64encode(content).decode()}
        return await self.call("POST", "/v1/assets/upload", json=body)

    async def delete_asset(self, asset_id: str, *, retention_days: int = 7) -> Answer:
        return await self.call("DELETE", f"/v1/assets/{_in_path(asset_id)}", json={"retentionDays": retention_days})

    # Schedules, runs and posts

    async def validate(self, schedule: Mapping[str, Any]) -> Answer:
        return await self.call("POST", "/v1/posts/validate", json={"schedule": dict(schedule)})

    async def preview(self, schedule: Mapping[str, Any]) -> Answer:
        return await self.call("POST", "/v1/campaigns/preview", json={"schedule": dict(schedule)})

    async def apply(self, schedule: Mapping[str, Any], *, idempotency_key: str | None = None) -> Answer:
        body: Answer = {"schedule": dict(schedule)}
        return await self.call("POST", "/v1/posts/apply", json=body | ({"idempotencyKey": idempotency_key} if idempotency_key else {}))

    async def publish_run(self, run_id: str, *, start_at: str | None = None) -> Answer:
        return await self.call("POST", f"/v1/runs/{_in_path(run_id)}/publish", json={"startAt": start_at})

    async def run(self, run_id: str) -> Answer:
        return await self.call("GET", f"/v1/runs/{_in_path(run_id)}")

    async def run_status(self, run_id: str) -> Answer:
        return await self.call("GET", f"/v1/runs/{_in_path(run_id)}/status")

    async def run_table(self, run_id: str) -> Answer:
        return await self.call("GET", f"/v1/runs/{_in_path(run_id)}/table")

    async def run_campaign(self, run_id: str) -> Answer:
        return await self.call("GET", f"/v1/runs/{_in_path(run_id)}/campaign")

    async def posts(self, **filters: Any) -> Answer:
        """Filters by their names on the wire: runId, status, account, provider, campaignId, limit, offset."""
        return await self.call("GET", "/v1/posts", query=filters)

    async def post(self, post_id: str) -> Answer:
        return await self.call("GET", f"/v1/posts/{_in_path(post_id)}")

    async def attempts(self, post_id: str) -> Answer:
        return await self.call("GET", f"/v1/posts/{_in_path(post_id)}/attempts")

    async def reconcile(self, post_id: str) -> Answer:
        return await self.call("POST", f"/v1/posts/{_in_path(post_id)}/reconcile")

    async def retry(self, post_id: str, *, force: bool = False) -> Answer:
        """`force`: even where the outcome of an earlier try is unknown, so that the post may appear twice."""
        return await self.call("POST", f"/v1/posts/{_in_path(post_id)}/retry", json={"force": True} if force else None)

    async def cancel(self, post_id: str) -> Answer:
        return await self.call("DELETE", f"/v1/posts/{_in_path(post_id)}")

    async def delete_post(self, post_id: str) -> Answer:
        """Take a published post down at the network."""
        return await self.call("POST", f"/v1/posts/{_in_path(post_id)}/delete")


def _in_path(value: str) -> str:
    return quote(value, safe="")


def _read(response: httpx2.Response) -> Answer:
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        message = f"{response.request.url.path} answered {response.status_code} with something that is not a JSON object"
        raise ClientError("invalid_response", message, status=response.status_code)
    if not response.is_success:
        code, message = str(body.get("code") or "invalid_response"), str(body.get("message") or f"HTTP {response.status_code}")
        raise ClientError(code, message, body.get("details"), response.status_code)
    return body
