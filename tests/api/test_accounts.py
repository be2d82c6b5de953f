"""The connected accounts over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from socialclaw.system import System
from tests.accounts.world import network
from tests.api.test_connections import start

JSON = {"content-type": "application/json"}


@pytest.fixture
async def telegram(system: System, api: httpx2.AsyncClient) -> dict[str, Any]:
    return dict((await start(api, provider="telegram", **network(system, "telegram").credentials("ada")))["account"])


async def test_the_list_narrows_by_provider_and_alias(system: System, api: httpx2.AsyncClient, telegram: dict[str, Any]) -> None:
    assert (await api.get("/v1/accounts")).json() == {"ok": True, "accounts": [telegram]}
    assert (await api.get("/v1/accounts?provider=tg")).json()["accounts"] == [telegram]
    assert (await api.get("/v1/accounts?provider=discord")).json()["accounts"] == []
    refused = await api.get("/v1/accounts?provider=myspace")
    assert refused.status_code == 422
    assert "telegram" in refused.json()["message"]


async def test_capabilities_are_an_array_on_both_routes(api: httpx2.AsyncClient, telegram: dict[str, Any]) -> None:
    [one] = (await api.get(f"/v1/accounts/{telegram['id']}/capabilities")).json()["capabilities"]
    assert (await api.get("/v1/accounts/capabilities")).json() == {"ok": True, "capabilities": [one]}
    assert (one["accountId"], one["canPublish"], one["input"]["text"]["maxLength"]) == (telegram["id"], True, 4096)


async def test_settings_tell_the_fields(api: httpx2.AsyncClient, telegram: dict[str, Any]) -> None:
    found = (await api.get(f"/v1/accounts/{telegram['id']}/settings")).json()
    assert found.keys() == {"ok", "publishSettings"}
    assert next(field["id"] for field in found["publishSettings"]["fields"]) == "parseMode"


async def test_actions_are_an_array_in_both_styles(api: httpx2.AsyncClient, telegram: dict[str, Any]) -> None:
    [action] = (await api.get(f"/v1/accounts/{telegram['id']}/actions")).json()["actions"]
    assert (action["id"], action["provider"]) == ("publish-preview", "telegram")
    assert action["label"]
    assert action["input"]["fields"]


async def test_a_preview_publishes_nothing(system: System, api: httpx2.AsyncClient, telegram: dict[str, Any]) -> None:
    path = f"/v1/accounts/{telegram['id']}/actions/publish-preview"
    result = (await api.post(path, json={"description": "Hello"})).json()["result"]
    assert (result["valid"], result["account"]["handle"]) == (True, telegram["handle"])
    empty = (await api.post(path, content=b"", headers=JSON)).json()["result"]
    assert (empty["valid"], empty["error"]["code"]) == (False, "post_content_required")
    assert network(system, "telegram").seen() == []


@pytest.mark.parametrize(
    ("content", "status"), [(b"[1]", 422), (b'"text"', 422), (b"{", 400), (b'{"assets": 1}', 422), (b'{"text": "\\ud800"}', None)]
)
async def test_a_bad_body_is_told_so(api: httpx2.AsyncClient, telegram: dict[str, Any], content: bytes, status: int | None) -> None:
    answer = await api.post(f"/v1/accounts/{telegram['id']}/actions/publish-preview", content=content, headers=JSON)
    assert answer.status_code == status or (status is None and answer.status_code < 500)


async def test_an_unknown_action_is_a_404_that_names_the_others(api: httpx2.AsyncClient, telegram: dict[str, Any]) -> None:
    answer = await api.post(f"/v1/accounts/{telegram['id']}/actions/sync_boards", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "action_not_found")
    assert "publish-preview" in answer.json()["message"]


async def test_disconnecting_answers_account_and_connection(api: httpx2.AsyncClient, telegram: dict[str, Any]) -> None:
    answer = await api.delete(f"/v1/accounts/{telegram['id']}")
    assert answer.status_code == 200
    assert (answer.json()["account"]["id"], answer.json()["account"]["status"]) == (telegram["id"], "disconnected")
    assert answer.json()["connection"]["provider"] == "telegram"
    assert (await api.get("/v1/accounts")).json()["accounts"] == []
    assert (await api.delete(f"/v1/accounts/{telegram['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "capabilities"),
        ("GET", "settings"),
        ("GET", "actions"),
        ("POST", "actions/publish-preview"),
        ("DELETE", ""),
    ],
)
async def test_another_workspaces_account_is_not_found(
    other_api: httpx2.AsyncClient, telegram: dict[str, Any], method: str, path: str
) -> None:
    answer = await other_api.request(method, f"/v1/accounts/{telegram['id']}/{path}".rstrip("/"), content=b"{}", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (404, "account_not_found")
