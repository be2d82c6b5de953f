"""Connecting accounts over HTTP, the browser's part included."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from socialclaw.accounts.tokens import unseal
from socialclaw.db.accounts import Account
from socialclaw.system import System
from tests.accounts.world import change, consent, network


async def start(api: httpx2.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await api.post("/v1/connections/start", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_user_connects_x_in_a_browser(system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient) -> None:
    begun = await start(api, provider="x")
    connection = begun["connection"]
    assert connection["status"] == "pending"
    assert connection["authorizeUrl"] == connection["authorizationUrl"]
    assert "account" not in begun
    page = await anonymous.get("/oauth/x/callback", params=await consent(system, connection["authorizeUrl"]))
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "X is connected" in page.text
    assert "close this window" in page.text
    polled = (await api.get(f"/v1/connections/{connection['id']}")).json()
    assert polled["connection"]["status"] == "connected"
    assert polled["account"] == polled["accounts"][0] == polled["connection"]["account"]
    [listed] = (await api.get("/v1/accounts")).json()["accounts"]
    assert listed["id"] == polled["account"]["id"]


async def test_the_page_runs_nothing_and_escapes_everything(api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient) -> None:
    begun = await start(api, provider="x")
    state = parse_qs(urlsplit(begun["connection"]["authorizeUrl"]).query)["state"][0]
    query = {"state": state, "error": "server_error", "error_description": "<script>alert(1)</script>"}
    page = await anonymous.get("/oauth/x/callback", params=query)
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"


async def test_a_user_who_declines_sees_why_and_so_does_the_client(
    system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    begun = await start(api, provider="x")
    page = await anonymous.get("/oauth/x/callback", params=await consent(system, begun["connection"]["authorizeUrl"], allow=False))
    assert page.status_code == 200
    assert "X was not connected" in page.text
    polled = (await api.get(f"/v1/connections/{begun['connection']['id']}")).json()["connection"]
    assert polled["status"] == "failed"
    assert "did not allow" in polled["error"]


async def test_a_replayed_state_is_a_400_page_and_changes_nothing(
    system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    begun = await start(api, provider="x")
    query = await consent(system, begun["connection"]["authorizeUrl"])
    await anonymous.get("/oauth/x/callback", params=query)
    before = (await api.get("/v1/connections")).json()
    again = await anonymous.get("/oauth/x/callback", params=query)
    assert again.status_code == 400
    assert again.headers["content-type"].startswith("text/html")
    assert (await api.get("/v1/connections")).json() == before


@pytest.mark.parametrize("path", ["/oauth/x/callback", "/oauth/x/callback?state=abc&code=1", "/oauth/nowhere/callback?state=a.b"])
async def test_a_callback_out_of_nowhere_is_a_400_page(anonymous: httpx2.AsyncClient, path: str) -> None:
    page = await anonymous.get(path)
    assert page.status_code == 400
    assert "Start the connection again" in page.text


async def test_a_mobile_app_is_sent_back_to_itself(system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient) -> None:
    begun = await start(api, provider="x", callbackScheme="org.example.app")
    answer = await anonymous.get("/oauth/x/callback", params=await consent(system, begun["connection"]["authorizeUrl"]))
    expected = urlencode({"connectionId": begun["connection"]["id"], "status": "connected"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"org.example.app://oauth/callback?{expected}")


async def test_who_began_at_the_dashboard_is_sent_back_there_whatever_came_of_it(
    system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    for allow, status in ((True, "connected"), (False, "failed")):
        begun = await start(api, provider="x", client="dashboard")
        answer = await anonymous.get("/oauth/x/callback", params=await consent(system, begun["connection"]["authorizeUrl"], allow=allow))
        expected = urlencode({"connectionId": begun["connection"]["id"], "status": status})
        there = f"{system.settings.base_url}/dashboard/connected?{expected}"
        assert (answer.status_code, answer.headers["location"]) == (303, there)


@pytest.mark.parametrize("provider", ["telegram", "discord"])
async def test_a_form_answers_the_account_at_once(system: System, api: httpx2.AsyncClient, provider: str) -> None:
    made = await start(api, provider=provider, **network(system, provider).credentials("ada"))
    assert made["connection"]["status"] == "connected"
    assert made["connection"]["authorizeUrl"] is None
    assert made["accounts"][0]["handle"].startswith(f"{provider}:")
    assert made["account"]["displayName"]


async def test_missing_values_and_unknown_providers_are_422(api: httpx2.AsyncClient) -> None:
    missing = await api.post("/v1/connections/start", json={"provider": "telegram"})
    assert (missing.status_code, missing.json()["code"]) == (422, "telegram_credentials_required")
    assert len(missing.json()["details"]["issues"]) == 2
    unknown = await api.post("/v1/connections/start", json={"provider": "myspace"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "provider_unsupported")
    assert "telegram" in unknown.json()["details"]["allowed"]
    assert (await api.get("/v1/connections")).json()["connections"] == []


async def test_a_wrong_token_is_refused_in_the_networks_words(api: httpx2.AsyncClient) -> None:
    token = "123456789:" + "Z" * 35
    refused = await api.post("/v1/connections/start", json={"provider": "telegram", "botToken": token, "chatId": "@news"})
    assert refused.status_code == 422
    assert "Unauthorized" in refused.text
    assert token not in refused.text


async def test_no_answer_holds_a_secret(system: System, api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient) -> None:
    begun = await start(api, provider="x")
    query = await consent(system, begun["connection"]["authorizeUrl"])
    said = [json.dumps(begun), (await anonymous.get("/oauth/x/callback", params=query)).text]
    for provider in ("telegram", "discord"):
        said.append(json.dumps(await start(api, provider=provider, **network(system, provider).credentials("ada"))))
    rows = await system.database.read(lambda session: list(session.query(Account)))
    secrets = [secret for row in rows for secret in unseal(system.vault, row).values()]
    assert len(secrets) == 4
    paths = ["/v1/connections", "/v1/connections/health", "/v1/accounts", "/v1/accounts/capabilities"]
    paths += [f"/v1/accounts/{row.id}/{part}" for row in rows for part in ("capabilities", "settings", "actions")]
    said += [(await api.get(path)).text for path in paths]
    assert not [secret for secret in secrets for text in said if secret in text or secret.rpartition("/")[2] in text]


async def test_health_has_what_both_kinds_of_clients_read(system: System, api: httpx2.AsyncClient) -> None:
    made = await start(api, provider="telegram", **network(system, "telegram").credentials("ada"))
    found = (await api.get("/v1/connections/health")).json()
    assert found["ok"] is True
    assert found["tenant"]["name"] == "Ours"
    assert (found["summary"]["total"], found["summary"]["publishable"]) == (1, 1)
    assert found["connections"][0]["handle"] == made["account"]["handle"]
    assert (found["health"]["connectedAccounts"], found["health"]["failingAccounts"]) == (1, 0)
    await change(system, made["account"]["id"], status="reconnect_required")
    assert (await api.get("/v1/connections/health?provider=tg")).json()["health"]["failingAccounts"] == 1
    assert (await api.get("/v1/connections/health?provider=dc")).json()["summary"]["total"] == 0
    assert (await api.get("/v1/connections/health?provider=myspace")).status_code == 422


async def test_another_workspace_sees_nothing(system: System, api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    made = await start(api, provider="telegram", **network(system, "telegram").credentials("ada"))
    assert (await other_api.get("/v1/connections")).json()["connections"] == []
    missing = await other_api.get(f"/v1/connections/{made['connection']['id']}")
    assert (missing.status_code, missing.json()["code"]) == (404, "connection_not_found")


@pytest.mark.parametrize("path", ["/v1/connections", "/v1/connections/health", "/v1/connections/conn_1"])
async def test_a_key_is_needed(anonymous: httpx2.AsyncClient, path: str) -> None:
    assert (await anonymous.get(path)).status_code == 401
