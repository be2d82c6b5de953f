"""The client: what it sends for each operation, and what it makes of every kind of answer."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from socialclaw import sdk
from socialclaw.client import Client, ClientError
from socialclaw.sdk import types
from socialclaw.sdk.aio.operations import AsyncOperations

ROOT = Path(__file__).parents[2]
CONTRACT = json.loads((ROOT / "tests" / "contract" / "contract.json").read_text())
DESCRIBED = json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"]
BASE = "https://post.example.org"
Call = Callable[[Client], Awaitable[Any]]

CALLS: list[tuple[Call, str, str]] = [
    (lambda c: c.health(), "GET", "/health"),
    (lambda c: c.validate_key(), "POST", "/v1/keys/validate"),
    (lambda c: c.keys(), "GET", "/v1/keys"),
    (lambda c: c.create_key("ci"), "POST", "/v1/keys"),
    (lambda c: c.revoke_key("a"), "DELETE", "/v1/keys/{keyId}"),
    (lambda c: c.usage(), "GET", "/v1/me/usage"),
    (lambda c: c.workspace_health(), "GET", "/v1/workspace/health"),
    (lambda c: c.jobs(), "GET", "/v1/jobs"),
    (lambda c: c.start_connection("x"), "POST", "/v1/connections/start"),
    (lambda c: c.connections(), "GET", "/v1/connections"),
    (lambda c: c.connection("a"), "GET", "/v1/connections/{connectionId}"),
    (lambda c: c.connections_health(), "GET", "/v1/connections/health"),
    (lambda c: c.accounts(), "GET", "/v1/accounts"),
    (lambda c: c.capabilities(), "GET", "/v1/accounts/capabilities"),
    (lambda c: c.capabilities("a"), "GET", "/v1/accounts/{accountId}/capabilities"),
    (lambda c: c.settings("a"), "GET", "/v1/accounts/{accountId}/settings"),
    (lambda c: c.actions("a"), "GET", "/v1/accounts/{accountId}/actions"),
    (lambda c: c.run_action("a", "b"), "POST", "/v1/accounts/{accountId}/actions/{actionId}"),
    (lambda c: c.disconnect("a"), "DELETE", "/v1/accounts/{accountId}"),
    (lambda c: c.upload("a.png", b"x", "image/png"), "POST", "/v1/assets/upload"),
    (lambda c: c.delete_asset("a"), "DELETE", "/v1/assets/{assetId}"),
    (lambda c: c.validate({}), "POST", "/v1/posts/validate"),
    (lambda c: c.preview({}), "POST", "/v1/campaigns/preview"),
    (lambda c: c.apply({}), "POST", "/v1/posts/apply"),
    (lambda c: c.publish_run("a"), "POST", "/v1/runs/{runId}/publish"),
    (lambda c: c.run("a"), "GET", "/v1/runs/{runId}"),
    (lambda c: c.run_status("a"), "GET", "/v1/runs/{runId}/status"),
    (lambda c: c.run_table("a"), "GET", "/v1/runs/{runId}/table"),
    (lambda c: c.run_campaign("a"), "GET", "/v1/runs/{runId}/campaign"),
    (lambda c: c.posts(), "GET", "/v1/posts"),
    (lambda c: c.post("a"), "GET", "/v1/posts/{postId}"),
    (lambda c: c.attempts("a"), "GET", "/v1/posts/{postId}/attempts"),
    (lambda c: c.reconcile("a"), "POST", "/v1/posts/{postId}/reconcile"),
    (lambda c: c.retry("a"), "POST", "/v1/posts/{postId}/retry"),
    (lambda c: c.cancel("a"), "DELETE", "/v1/posts/{postId}"),
    (lambda c: c.delete_post("a"), "POST", "/v1/posts/{postId}/delete"),
    (lambda c: c.assets(), "GET", "/v1/assets"),
    (lambda c: c.asset("a"), "GET", "/v1/assets/{assetId}"),
    (lambda c: c.post_analytics("a"), "GET", "/v1/analytics/posts/{postId}"),
    (lambda c: c.account_analytics("a"), "GET", "/v1/analytics/accounts/{accountId}"),
    (lambda c: c.run_analytics("a"), "GET", "/v1/analytics/runs/{runId}"),
    (lambda c: c.refresh_analytics("a"), "POST", "/v1/analytics/refresh"),
    (lambda c: c.event_page(), "GET", "/v1/events"),
    (lambda c: c.webhooks(), "GET", "/v1/webhooks"),
    (lambda c: c.create_webhook("https://a.example/hook", ["post.*"]), "POST", "/v1/webhooks"),
    (lambda c: c.webhook("a"), "GET", "/v1/webhooks/{webhookId}"),
    (lambda c: c.change_webhook("a"), "PATCH", "/v1/webhooks/{webhookId}"),
    (lambda c: c.delete_webhook("a"), "DELETE", "/v1/webhooks/{webhookId}"),
    (lambda c: c.deliveries("a"), "GET", "/v1/webhooks/{webhookId}/deliveries"),
    (lambda c: c.delivery("a"), "GET", "/v1/deliveries/{deliveryId}"),
]


def client(answer: httpx2.Response | Exception, seen: list[httpx2.Request] | None = None) -> Client:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Client(BASE + "/", "sc_test_key", http=httpx2.AsyncClient(transport=httpx2.MockTransport(handle)), retries=0)


@pytest.mark.parametrize(("call", "method", "path"), CALLS, ids=[f"{method} {path}" for _, method, path in CALLS])
async def test_every_method_is_an_operation_of_the_contract(call: Call, method: str, path: str) -> None:
    seen: list[httpx2.Request] = []
    assert await call(client(httpx2.Response(200, json={"ok": True}), seen)) == {"ok": True}
    filled = "/".join("b" if part == "{actionId}" else "a" if part.startswith("{") else part for part in path.split("/"))
    assert (seen[0].method, seen[0].url.path) == (method, filled)
    assert seen[0].headers["authorization"] == "Bearer sc_test_key"
    assert (method, path) in {(o["method"], o["path"]) for o in CONTRACT["endpoints"]} or method.lower() in DESCRIBED[path]


async def test_every_operation_has_a_call_here_and_says_what_it_answers() -> None:
    """By its type: the component that the OpenAPI document has for the answer."""
    told = dict[str, str]()
    for call, method, path in CALLS:
        spy = Spy()
        with pytest.raises(AttributeError):
            await call(spy)  # type: ignore[arg-type]
        answers = DESCRIBED[path][method.lower()]["responses"]
        described = next(one["content"]["application/json"]["schema"]["$ref"] for status, one in sorted(answers.items()) if status < "3")
        told[spy.called] = f"types.{described.rpartition('/')[2]}"
    methods = {name: made for name, made in vars(AsyncOperations).items() if not name.startswith("_")}
    assert {name: inspect.signature(made).return_annotation for name, made in methods.items()} == told


class Spy:
    """Which method a call is of."""

    def __getattr__(self, name: str) -> Any:
        self.called = name
        raise AttributeError(name)


def test_the_types_are_types_at_run_time_too() -> None:
    assert types.Post.__required_keys__ >= {"id", "status"}
    assert "text" in types.Post.__optional_keys__


def test_both_clients_do_the_same() -> None:
    def offered(of: type) -> dict[str, list[str]]:
        return {name: [*inspect.signature(one).parameters] for name, one in inspect.getmembers(of, callable) if not name.startswith("_")}

    assert offered(sdk.Client) == offered(sdk.AsyncClient)


async def test_ids_cannot_leave_their_place_in_the_path() -> None:
    seen: list[httpx2.Request] = []
    await client(httpx2.Response(200, json={}), seen).post("../keys?x=1")
    assert seen[0].url.raw_path == b"/v1/posts/..%2Fkeys%3Fx%3D1"


async def test_filters_that_are_none_are_left_out() -> None:
    seen: list[httpx2.Request] = []
    await client(httpx2.Response(200, json={}), seen).posts(runId="run_1", status=None, limit=5)
    assert dict(seen[0].url.params) == {"runId": "run_1", "limit": "5"}


async def test_an_upload_is_base64_with_its_type() -> None:
    seen: list[httpx2.Request] = []
    await client(httpx2.Response(201, json={}), seen).upload("a.png", b"\x00\xff", "image/png")
    assert json.loads(seen[0].content) == {"filename": "a.png", "mime": "image/png", "contentBase64": "AP8="}


async def test_apply_sends_the_idempotency_key_beside_the_schedule() -> None:
    seen: list[httpx2.Request] = []
    await client(httpx2.Response(201, json={}), seen).apply({"posts": []}, idempotency_key="k")
    assert json.loads(seen[0].content) == {"schedule": {"posts": []}, "idempotencyKey": "k"}


async def test_a_refusal_keeps_the_apis_words() -> None:
    refusal = {"ok": False, "code": "post_not_found", "message": "There is no post", "details": {"id": "a"}}
    with pytest.raises(ClientError) as caught:
        await client(httpx2.Response(404, json=refusal)).post("a")
    error = caught.value
    assert (error.code, error.message, error.details, error.status) == ("post_not_found", "There is no post", {"id": "a"}, 404)


@pytest.mark.parametrize("answer", [httpx2.Response(502, text="<html>"), httpx2.Response(200, text="[]"), httpx2.Response(200)])
async def test_an_answer_that_is_no_json_object_is_named_as_such(answer: httpx2.Response) -> None:
    with pytest.raises(ClientError) as caught:
        await client(answer).health()
    assert caught.value.code == "invalid_response"


async def test_a_server_that_is_not_there_is_a_network_error() -> None:
    with pytest.raises(ClientError) as caught:
        await client(httpx2.ConnectError("connection refused")).health()
    assert caught.value.code == "network_error"
    assert BASE in caught.value.message


async def test_pages_are_visited_without_the_key() -> None:
    seen: list[httpx2.Request] = []
    await client(httpx2.Response(200, text="hello"), seen).http.get("https://elsewhere.example/")
    assert "authorization" not in seen[0].headers
