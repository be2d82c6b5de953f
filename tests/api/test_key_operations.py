"""What a key may do: its route's one operation, or a 403 that says what to do; and no key makes a wider one."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from socialclaw.accounts.tokens import seal
from socialclaw.db.base import Scope
from socialclaw.db.posts import Run
from socialclaw.errors import Forbidden, InvalidRequest
from socialclaw.system import System
from socialclaw.workspaces import keys
from socialclaw.workspaces.operations import DRAFTER, NEVER_AGENTS, OPERATIONS, PRESETS, granted
from tests.api import rows
from tests.api.operations import Operation, every_keyed_operation, operations
from tests.api.test_every_operation import filled
from tests.conftest import Member, client

LATER = "2030-01-31T09:00:00Z"


async def having(system: System, workspace: Member, *words: str, kind: str = "personal") -> str:
    """The secret of a new key with these operations."""
    _, secret = await system.write(workspace.id, keys.create, system.vault, None, kind, operations=words, test=True)
    return secret


async def having_account(system: System, workspace: Member, **facts: str) -> str:
    """The id of a new account, with a token that its network does not know."""

    def make(scope: Scope) -> str:
        account = rows.account(scope, "acme", **facts)
        account.sealed = seal(system.vault, account.id, {"access_token": "not-a-token"})
        return account.id

    return await system.write(workspace.id, make, test=True)


def besides(answer: httpx2.Response) -> dict[str, Any]:
    """What a failure tells beside its next step."""
    return {name: value for name, value in answer.json()["details"].items() if name != "next"}


def test_every_keyed_route_names_one_operation_and_no_other_route_does() -> None:
    for operation in operations():
        assert (operation.spec.get("x-operation") in OPERATIONS) == operation.keyed, operation.name
        assert ("x-operation" in operation.spec) == operation.keyed, operation.name
        assert "403" in operation.spec["responses"] or not operation.keyed, operation.name


def test_every_operation_that_has_routes_is_known() -> None:
    """Approvals are to come."""
    assert {o.spec["x-operation"] for o in operations() if o.keyed} == OPERATIONS.keys() - {"approve"}


@every_keyed_operation
async def test_a_key_without_its_operation_is_refused_and_told_what_to_do(
    app: FastAPI, system: System, workspace: Member, operation: Operation
) -> None:
    needed = operation.spec["x-operation"]
    others = [word for word in OPERATIONS if word != needed]
    async with client(app, await having(system, workspace, *others)) as api:
        answer = await api.request(operation.method, filled(operation.path, "nobody"), content=b"{", headers={"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (403, "operation_not_allowed")
    assert besides(answer) == {"needs": needed, "operations": others}
    assert f"Use a key that has {needed}" in answer.json()["message"]


@every_keyed_operation
async def test_a_key_with_nothing_but_its_operation_is_let_in(
    app: FastAPI, system: System, workspace: Member, operation: Operation
) -> None:
    async with client(app, await having(system, workspace, operation.spec["x-operation"])) as api:
        answer = await api.request(operation.method, filled(operation.path, "nobody"), json=operation.least)
    assert answer.status_code not in (401, 403)


async def test_an_agents_key_neither_makes_nor_lists_nor_reads_nor_revokes_keys(
    api: httpx2.AsyncClient, app: FastAPI, workspace: Member
) -> None:
    made = (await api.post("/v1/keys", json={"kind": "agent"})).json()
    assert made["operations"] == list(PRESETS["agent"])
    async with client(app, made["secret"]) as agent:
        for method, path in (
            ("POST", "/v1/keys"),
            ("GET", "/v1/keys"),
            ("GET", f"/v1/keys/{workspace.key_id}"),
            ("DELETE", f"/v1/keys/{workspace.key_id}"),
        ):
            answer = await agent.request(method, path, json={} if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (403, "operation_not_allowed")
        assert (await agent.get("/v1/keys/validate")).json()["operations"] == list(PRESETS["agent"])
    assert [key["id"] for key in (await api.get("/v1/keys")).json()["keys"]] == [made["key"]["id"], workspace.key_id]


async def test_what_a_key_may_do_is_shown_wherever_one_is_read(api: httpx2.AsyncClient) -> None:
    made = (await api.post("/v1/keys", json={"operations": ["publish", "reader", "read"]})).json()
    read = (await api.get(f"/v1/keys/{made['key']['id']}")).json()
    assert made["operations"] == read["operations"] == ["read", "publish"]
    assert "secret" not in read
    assert "secret" not in read["key"]
    assert (await api.delete(f"/v1/keys/{made['key']['id']}")).json()["operations"] == ["read", "publish"]
    assert (await api.get("/v1/keys/validate")).json()["operations"] == list(OPERATIONS)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"operations": ["write"]}, "operation_unknown"),
        ({"operations": ["publsh"]}, "operation_unknown"),
        ({"operations": []}, "operations_missing"),
        ({"operations": "admin"}, "field_type_invalid"),
        ({"operations": [1]}, "field_type_invalid"),
        ({"kind": "agent", "operations": ["read", "keys"]}, "operation_not_for_agents"),
        ({"kind": "agent", "operations": ["admin"]}, "operation_not_for_agents"),
        ({"scopes": ["read"]}, "field_misnamed"),
        ({"permissions": ["read"]}, "field_misnamed"),
    ],
)
async def test_operations_that_cannot_be_had_are_refused(api: httpx2.AsyncClient, body: dict[str, Any], code: str) -> None:
    answer = await api.post("/v1/keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len((await api.get("/v1/keys")).json()["keys"]) == 1


async def test_an_operation_that_is_nearly_right_is_named(api: httpx2.AsyncClient) -> None:
    message = (await api.post("/v1/keys", json={"operations": ["publsh"]})).json()["message"]
    assert "did you mean publish?" in message
    assert "drafter" in message


async def test_no_key_makes_a_wider_one(api: httpx2.AsyncClient, app: FastAPI, system: System, workspace: Member) -> None:
    async with client(app, await having(system, workspace, "keys", "read", "draft")) as narrow:
        wider = await narrow.post("/v1/keys", json={"operations": ["read", "publish"]})
        assert (wider.status_code, wider.json()["code"]) == (403, "operations_too_wide")
        assert besides(wider) == {"wider": ["publish"], "operations": ["read", "draft", "keys"]}
        assert (await narrow.post("/v1/keys", json={"operations": ["draft"]})).json()["operations"] == ["draft"]
        assert (await narrow.post("/v1/keys", json={})).json()["operations"] == ["read", "draft", "keys"]
        assert (await narrow.post("/v1/keys", json={"kind": "agent"})).json()["operations"] == ["read", "draft"]
    async with client(app, await having(system, workspace, "keys")) as alone:
        nothing = await alone.post("/v1/keys", json={"kind": "agent"})
        assert (nothing.status_code, nothing.json()["code"]) == (422, "operations_missing")


WORDS = st.sampled_from([*OPERATIONS, *PRESETS])


@given(kind=st.sampled_from(keys.KINDS), asked=st.none() | st.lists(WORDS, max_size=6), own=st.frozensets(st.sampled_from([*OPERATIONS])))
def test_whatever_is_asked_of_whatever_key_the_new_one_is_no_wider(kind: str, asked: list[str] | None, own: frozenset[str]) -> None:
    try:
        found = granted(kind, asked, own)
    except (Forbidden, InvalidRequest):
        return
    assert found
    assert {*found} <= own
    assert kind != "agent" or not {*found} & {*NEVER_AGENTS}
    if asked is not None:
        assert {*found} == {word for one in asked for word in PRESETS.get(one, (one,))}


async def test_a_drafter_makes_drafts_and_sends_nothing(app: FastAPI, system: System, workspace: Member) -> None:
    await having_account(system, workspace, provider="x", handle="x:@acme", account_type="x_user")
    schedule = {"posts": [{"account": "x:@acme", "description": "Hi", "publish_at": LATER}]}
    async with client(app, await having(system, workspace, "drafter")) as drafter:
        refused = await drafter.post("/v1/posts/apply", json=schedule)
        assert (refused.status_code, refused.json()["code"]) == (403, "operation_not_allowed")
        assert besides(refused) == {"needs": "publish", "operations": list(DRAFTER)}
        made = await drafter.post("/v1/posts/apply", json={**schedule, "mode": "draft"})
        assert made.status_code == 201, made.text
        run = made.json()["run"]["id"]
        sent = await drafter.post(f"/v1/runs/{run}/publish")
        assert (sent.status_code, sent.json()["details"]["needs"]) == (403, "publish")
        assert (await drafter.get(f"/v1/runs/{run}/status")).json()["run"]["status"] == "draft"
    assert await system.database.read(lambda session: session.scalar(select(func.count()).select_from(Run))) == 1


async def test_an_action_that_changes_something_needs_connect(
    api: httpx2.AsyncClient, app: FastAPI, system: System, workspace: Member
) -> None:
    account = await having_account(system, workspace, provider="pinterest", handle="pinterest:acme", account_type="pinterest_user")
    listed = {action["id"]: action["operation"] for action in (await api.get(f"/v1/accounts/{account}/actions")).json()["actions"]}
    assert {name for name, operation in listed.items() if operation == "connect"} == {"sync-targets", "create-board"}
    async with client(app, await having(system, workspace, "read")) as reader:
        for name, operation in listed.items():
            answer = await reader.post(f"/v1/accounts/{account}/actions/{name}", json={"name": "Recipes"})
            assert (answer.status_code == 403) == (operation == "connect"), name
