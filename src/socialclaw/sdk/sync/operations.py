# Written by `make sdk` from aio/operations.py; changes made here are lost.
"""The operations of the API, a method each. Filters go by their names on the wire."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..wire import in_path, new_key
from .calls import Calls

if TYPE_CHECKING:
    from .. import types


class Operations(Calls):
    """Every method returns the answer's JSON object and raises ClientError for any other answer than a 2xx."""

    # Status and keys

    def health(self) -> types.HealthResponse:
        return self._ask("GET", "/health")

    def validate_key(self) -> types.KeyValidationResponse:
        return self._ask("POST", "/v1/keys/validate")

    def keys(self) -> types.KeysResponse:
        return self._ask("GET", "/v1/keys")

    def create_key(self, label: str | None = None, **fields: Any) -> types.KeyCreateResponse:
        """`fields`: `kind`, `operations`, and what else a key may have. Its secret is in this answer only."""
        return self._ask("POST", "/v1/keys", json={"label": label, **fields})

    def revoke_key(self, key_id: str) -> types.KeyCreateResponse:
        return self._ask("DELETE", f"/v1/keys/{in_path(key_id)}")

    def usage(self) -> types.UsageResponse:
        return self._ask("GET", "/v1/me/usage")

    def workspace_health(self) -> types.WorkspaceHealthResponse:
        return self._ask("GET", "/v1/workspace/health")

    def jobs(self, **filters: Any) -> types.JobsResponse:
        return self._ask("GET", "/v1/jobs", query=filters)

    # Connections and accounts

    def start_connection(self, provider: str, **fields: str) -> types.ConnectionResponse:
        """`fields`: what a network without OAuth wants pasted."""
        return self._ask("POST", "/v1/connections/start", json={"provider": provider, **fields})

    def connections(self) -> types.ConnectionsResponse:
        return self._ask("GET", "/v1/connections")

    def connection(self, connection_id: str) -> types.ConnectionResponse:
        return self._ask("GET", f"/v1/connections/{in_path(connection_id)}")

    def connections_health(self, provider: str | None = None) -> types.WorkspaceHealthResponse:
        return self._ask("GET", "/v1/connections/health", query={"provider": provider})

    def accounts(self, provider: str | None = None) -> types.AccountsResponse:
        return self._ask("GET", "/v1/accounts", query={"provider": provider})

    def capabilities(self, account_id: str | None = None, *, provider: str | None = None) -> types.CapabilitiesResponse:
        """Of one account, or of all."""
        if account_id:
            return self._ask("GET", f"/v1/accounts/{in_path(account_id)}/capabilities")
        return self._ask("GET", "/v1/accounts/capabilities", query={"provider": provider})

    def settings(self, account_id: str) -> types.PublishSettingsResponse:
        return self._ask("GET", f"/v1/accounts/{in_path(account_id)}/settings")

    def actions(self, account_id: str) -> types.DiscoveryActionsResponse:
        return self._ask("GET", f"/v1/accounts/{in_path(account_id)}/actions")

    def run_action(self, account_id: str, action_id: str, body: Mapping[str, Any] | None = None) -> types.ActionResultResponse:
        return self._ask("POST", f"/v1/accounts/{in_path(account_id)}/actions/{in_path(action_id)}", json=dict(body or {}))

    def disconnect(self, account_id: str) -> types.ConnectionResponse:
        return self._ask("DELETE", f"/v1/accounts/{in_path(account_id)}")

    # Assets

    def upload(self, filename: str, content: bytes, mime: str) -> types.AssetResponse:
        body = {"filename": filename, "mime": mime, "contentBase64": base64.b64encode(content).decode()}
        return self._ask("POST", "/v1/assets/upload", json=body)

    def assets(self, **filters: Any) -> types.AssetsResponse:
        return self._ask("GET", "/v1/assets", query=filters)

    def asset(self, asset_id: str) -> types.AssetResponse:
        return self._ask("GET", f"/v1/assets/{in_path(asset_id)}")

    def delete_asset(self, asset_id: str, *, retention_days: float = 7) -> types.AssetResponse:
        return self._ask("DELETE", f"/v1/assets/{in_path(asset_id)}", json={"retentionDays": retention_days})

    # Schedules and runs

    def validate(self, schedule: Mapping[str, Any]) -> types.ValidateResponse:
        return self._ask("POST", "/v1/posts/validate", json={"schedule": dict(schedule)})

    def preview(self, schedule: Mapping[str, Any]) -> types.ValidateResponse:
        return self._ask("POST", "/v1/campaigns/preview", json={"schedule": dict(schedule)})

    def apply(self, schedule: Mapping[str, Any], *, idempotency_key: str | None = None) -> types.RunResponse:
        """The same key with the same schedule is the same run, for as long as the run is there."""
        key = idempotency_key or new_key()
        return self._ask("POST", "/v1/posts/apply", json={"schedule": dict(schedule), "idempotencyKey": key}, key=key)

    def publish_run(self, run_id: str, *, start_at: str | None = None) -> types.RunResponse:
        return self._ask("POST", f"/v1/runs/{in_path(run_id)}/publish", json={"startAt": start_at})

    def run(self, run_id: str) -> types.RunResponse:
        return self._ask("GET", f"/v1/runs/{in_path(run_id)}")

    def run_status(self, run_id: str, *, wait: int | None = None) -> types.RunStatusResponse:
        """`wait`: answer as soon as it has changed, or after so many seconds, 50 at most."""
        return self._ask("GET", f"/v1/runs/{in_path(run_id)}/status", query={"wait": wait})

    def run_table(self, run_id: str) -> types.RunTableResponse:
        return self._ask("GET", f"/v1/runs/{in_path(run_id)}/table")

    def run_campaign(self, run_id: str) -> types.RunResponse:
        return self._ask("GET", f"/v1/runs/{in_path(run_id)}/campaign")

    # Posts

    def posts(self, **filters: Any) -> types.PostsResponse:
        """Filters: runId, status, account, provider, campaignId, label, q, limit, offset; `iter_posts` goes through all pages."""
        return self._ask("GET", "/v1/posts", query=filters)

    def post(self, post_id: str) -> types.PostResponse:
        return self._ask("GET", f"/v1/posts/{in_path(post_id)}")

    def attempts(self, post_id: str) -> types.AttemptsResponse:
        return self._ask("GET", f"/v1/posts/{in_path(post_id)}/attempts")

    def reconcile(self, post_id: str) -> types.PostResponse:
        """Look on the network whether a post is live whose answer was lost."""
        return self._ask("POST", f"/v1/posts/{in_path(post_id)}/reconcile")

    def retry(self, post_id: str, *, force: bool = False) -> types.PostResponse:
        """`force`: even where the outcome of an earlier try is unknown, so that the post may appear twice."""
        return self._ask("POST", f"/v1/posts/{in_path(post_id)}/retry", json={"force": True} if force else None)

    def cancel(self, post_id: str) -> types.PostResponse:
        return self._ask("DELETE", f"/v1/posts/{in_path(post_id)}")

    def delete_post(self, post_id: str) -> types.PostResponse:
        """Take a published post down at the network."""
        return self._ask("POST", f"/v1/posts/{in_path(post_id)}/delete")

    # Analytics

    def post_analytics(self, post_id: str, *, window: str | None = None) -> types.AnalyticsResponse:
        return self._ask("GET", f"/v1/analytics/posts/{in_path(post_id)}", query={"window": window})

    def account_analytics(self, account_id: str, *, window: str | None = None) -> types.AnalyticsResponse:
        return self._ask("GET", f"/v1/analytics/accounts/{in_path(account_id)}", query={"window": window})

    def run_analytics(self, run_id: str, *, window: str | None = None) -> types.AnalyticsResponse:
        return self._ask("GET", f"/v1/analytics/runs/{in_path(run_id)}", query={"window": window})

    def refresh_analytics(self, post_id: str, *, window: str | None = None) -> types.AnalyticsResponse:
        """Ask the network for a post's figures now."""
        body = {"postId": post_id} | ({"window": window} if window else {})
        return self._ask("POST", "/v1/analytics/refresh", json=body)

    # Events and webhooks

    def event_page(self, **filters: Any) -> types.EventsResponse:
        """Filters: cursor, types, subject, wait, limit; `events` reads on by itself."""
        return self._ask("GET", "/v1/events", query=filters)

    def webhooks(self) -> types.WebhookEndpointsResponse:
        return self._ask("GET", "/v1/webhooks")

    def create_webhook(self, url: str, event_types: Sequence[str], **fields: Any) -> types.WebhookEndpointResponse:
        """Its secret is in this answer only."""
        return self._ask("POST", "/v1/webhooks", json={"url": url, "types": list(event_types), **fields})

    def webhook(self, webhook_id: str) -> types.WebhookEndpointResponse:
        return self._ask("GET", f"/v1/webhooks/{in_path(webhook_id)}")

    def change_webhook(self, webhook_id: str, **fields: Any) -> types.WebhookEndpointResponse:
        return self._ask("PATCH", f"/v1/webhooks/{in_path(webhook_id)}", json=fields)

    def delete_webhook(self, webhook_id: str) -> types.OkResponse:
        return self._ask("DELETE", f"/v1/webhooks/{in_path(webhook_id)}")

    def deliveries(self, webhook_id: str, **filters: Any) -> types.DeliveriesResponse:
        return self._ask("GET", f"/v1/webhooks/{in_path(webhook_id)}/deliveries", query=filters)

    def delivery(self, delivery_id: str) -> types.WholeDeliveryResponse:
        return self._ask("GET", f"/v1/deliveries/{in_path(delivery_id)}")

    def _ask(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, json: Any = None, key: str | None = None) -> Any:
        return self.call(method, path, query=query, json=json, idempotency_key=key)
