"""Tools for connecting accounts, and for asking something of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialclaw.mcp.answers import there
from socialclaw.mcp.entry import OBJECT, TEXT, Answer, Asking, Tool
from socialclaw.mcp.reach import get, only, send


async def list_accounts(asking: Asking, given: Mapping[str, Any]) -> Answer:
    found = await get(asking, "/v1/accounts", provider=given.get("provider"))
    return {"accounts": [account(one) for one in found["accounts"]]}


def account(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = only(row, "id", "handle", "displayName", "provider", "status", "publishable")
    return {name: value for name, value in kept.items() if value is not None}


async def account_capabilities(asking: Asking, given: Mapping[str, Any]) -> Answer:
    if "accountId" in given:
        found = await get(asking, "/v1/accounts/{}/capabilities", given["accountId"], view="brief")
        return dict(found["capabilities"][0])
    fields = "accountId,handle,canPublish,summary"
    found = await get(asking, "/v1/accounts/capabilities", provider=given.get("provider"), fields=fields)
    return {"accounts": found["capabilities"], "more": "Name one accountId to see its limits and settings."}


async def connect_account(asking: Asking, given: Mapping[str, str]) -> Answer:
    found = await send(asking, "/v1/connections/start", body=given)
    made = found["connection"]
    url = made.get("authorizeUrl")
    say = "Ask the person to open authorizeUrl and consent; then call list_accounts." if url else None
    facts = there(authorizeUrl=url, say=say, accounts=[account(one) for one in found.get("accounts", ())])
    return {"connectionId": made["id"], "status": made["status"], **facts}


async def account_actions(asking: Asking, given: Mapping[str, str]) -> Answer:
    found = await get(asking, "/v1/accounts/{}/actions", given["accountId"])
    return {"actions": [there(**only(one, "id", "label", "description", "inputSchema")) for one in found["actions"]]}


async def run_account_action(asking: Asking, given: Mapping[str, object]) -> Answer:
    account_id, action, body = str(given["accountId"]), str(given["action"]), given.get("body")
    found = await send(asking, "/v1/accounts/{}/actions/{}", account_id, action, body=body if isinstance(body, dict) else {})
    return {"quoted": found["result"]}


LISTS = (
    Tool(
        "list_accounts",
        "List accounts",
        "R",
        "GET /v1/accounts",
        "read",
        "The connected accounts. Schedules name one by its handle or id; only publishable ones can be posted to. Begin here.",
        list_accounts,
        {"provider": TEXT},
        usual=True,
    ),
    Tool(
        "account_capabilities",
        "What an account takes",
        "R",
        "GET /v1/accounts/{accountId}/capabilities",
        "read",
        "What may be posted to one account: text and media limits, settings, quotas. Without accountId, a line for each account.",
        account_capabilities,
        {"accountId": TEXT, "provider": TEXT},
        usual=True,
    ),
)
TOOLS = (
    Tool(
        "connect_account",
        "Connect an account",
        "WO",
        "POST /v1/connections/start",
        "connect",
        "Begin to connect an account. Answers authorizeUrl for a person to open; Telegram takes botToken and chatId, Discord webhookUrl.",
        connect_account,
        {"provider": TEXT, "botToken": TEXT, "chatId": TEXT, "webhookUrl": TEXT},
        ("provider",),
        usual=True,
    ),
    Tool(
        "account_actions",
        "Questions to an account",
        "R",
        "GET /v1/accounts/{accountId}/actions",
        "read",
        "What can be asked of an account (boards, subreddits, flairs …), with the input that each takes.",
        account_actions,
        {"accountId": TEXT},
        ("accountId",),
    ),
    Tool(
        "run_account_action",
        "Ask an account",
        "WO",
        "POST /v1/accounts/{accountId}/actions/{actionId}",
        "read",
        "Ask something of an account, by an id that account_actions lists; body is its input.",
        run_account_action,
        {"accountId": TEXT, "action": TEXT, "body": OBJECT},
        ("accountId", "action"),
    ),
)
