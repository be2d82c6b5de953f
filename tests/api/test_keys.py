"""Keys: made once, shown once, revoked for good."""

from __future__ import annotations

import re

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from socialclaw.db.workspaces import ApiKey
from socialclaw.system import System
from socialclaw.workspaces import keys, tenants
from socialclaw.workspaces.operations import OPERATIONS
from tests.conftest import Member, client

pytestmark = pytest.mark.usefixtures("both_databases")


async def test_validate_tells_whose_key_it_is_by_post_and_by_get(api: httpx2.AsyncClient, workspace: Member) -> None:
    for method in ("POST", "GET"):
        answer = await api.request(method, "/v1/keys/validate", headers={"content-type": "application/json"})
        assert answer.status_code == 200
        body = answer.json()
        assert body["tenant"]["id"] == workspace.id
        assert body["tenant"]["name"] == "Ours"
        assert body["apiKey"]["id"] == workspace.key_id
        assert body["apiKey"]["prefix"] == workspace.secret[:12]
        assert "secret" not in body["apiKey"]


async def test_a_new_key_works_and_shows_its_secret_once(api: httpx2.AsyncClient, app: FastAPI, workspace: Member) -> None:
    made = (await api.post("/v1/keys", json={"label": "Agent", "kind": "agent"})).json()
    assert re.fullmatch(r"sc_test_[\w-]{32}", made["secret"])
    assert made["key"] == made["apiKey"]
    assert made["key"]["secret"] == made["secret"]
    async with client(app, made["secret"]) as theirs:
        assert (await theirs.post("/v1/keys/validate")).json()["tenant"]["id"] == workspace.id
    listed = (await api.get("/v1/keys")).json()["keys"]
    assert [key["id"] for key in listed] == [made["key"]["id"], workspace.key_id]
    assert made["secret"] not in str(listed)


async def test_a_revoked_key_is_refused_at_once_also_by_itself(api: httpx2.AsyncClient, app: FastAPI) -> None:
    made = (await api.post("/v1/keys", json={})).json()
    async with client(app, made["secret"]) as theirs:
        assert (await theirs.get("/v1/keys")).status_code == 200
        revoked = await theirs.delete(f"/v1/keys/{made['key']['id']}")
        assert revoked.json()["key"]["revokedAt"]
        refused = await theirs.get("/v1/keys")
        assert (refused.status_code, refused.json()["code"]) == (401, "api_key_invalid")
    again = await api.delete(f"/v1/keys/{made['key']['id']}")
    assert again.json()["key"]["revokedAt"] == revoked.json()["key"]["revokedAt"]


async def test_a_key_revoked_elsewhere_is_refused_once_the_cache_has_expired(system: System, workspace: Member) -> None:
    ring = keys.Keyring(system.database, seconds=0)
    assert await ring.find(workspace.secret) == keys.Found(workspace.key_id, workspace.id, True, frozenset(OPERATIONS))
    await system.write(workspace.id, keys.revoke, workspace.key_id)
    assert await ring.find(workspace.secret) is None
    await ring.close()


async def test_a_known_key_is_found_without_the_database(system: System, workspace: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = keys.Keyring(system.database)
    found = await ring.find(workspace.secret)
    await ring.close()

    async def fail(*_: object) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(system.database, "read", fail)
    assert await ring.find(workspace.secret) is found


async def test_the_last_use_is_noted(api: httpx2.AsyncClient, app: FastAPI) -> None:
    await api.get("/v1/keys")
    await app.state.keyring.close()
    assert (await api.get("/v1/keys")).json()["keys"][0]["lastUsedAt"]


async def test_no_secret_is_stored_in_clear(system: System, workspace: Member) -> None:
    def stored(session: object) -> ApiKey:
        row: ApiKey = session.scalars(select(ApiKey)).one()  # type: ignore[attr-defined]
        return row

    row = await system.database.read(stored)
    assert workspace.secret not in (row.digest, row.sealed, row.prefix)
    assert system.vault.unseal(row.sealed, bound_to=f"api_keys:{row.id}:secret") == workspace.secret


async def test_keys_of_live_workspaces_say_so(system: System) -> None:
    row = await system.database.write(tenants.create, "Real")
    _, secret = await system.write(row.id, keys.create, system.vault)
    assert secret.startswith("sc_live_")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "robot"}, "key_kind_invalid"),
        ({"label": "x" * 201}, "key_label_too_long"),
        ({"label": 3}, "field_type_invalid"),
        ([], "field_type_invalid"),
    ],
)
async def test_a_wrong_key_request_is_refused(api: httpx2.AsyncClient, body: object, code: str) -> None:
    answer = await api.post("/v1/keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len((await api.get("/v1/keys")).json()["keys"]) == 1


async def test_a_workspace_name_is_taken_once(system: System) -> None:
    await system.database.write(tenants.create, "Twice")
    with pytest.raises(Exception, match="already"):
        await system.database.write(tenants.create, " Twice ")
    assert (await system.database.read(tenants.by_name, "Twice")).mode == "live"
    assert [row.name for row in await system.database.read(tenants.listed)] == ["Twice"]


async def test_of_revoked_keys_the_last_ones_are_remembered(api: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else who creates and revokes in turn fills a table that nobody empties."""
    monkeypatch.setattr(keys, "MOST_ENDED", 3)
    made = []
    for _ in range(6):
        made.append((await api.post("/v1/keys", json={})).json()["key"]["id"])
        assert (await api.delete(f"/v1/keys/{made[-1]}")).status_code == 200
    last = (await api.post("/v1/keys", json={})).json()["key"]["id"]
    listed = [key["id"] for key in (await api.get("/v1/keys")).json()["keys"]]
    assert listed[:-1] == [last, *reversed(made[-3:])]
