"""Keys that end by themselves: told where they are read, refused by name afterwards, and never outlived by one that they make."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from socialclaw.db.base import iso, real_now
from socialclaw.db.workspaces import ApiKey
from socialclaw.doctor import checks
from socialclaw.errors import SocialClawError
from socialclaw.system import System
from socialclaw.workspaces import keys
from tests.conftest import Member, Person, browser, client

pytestmark = pytest.mark.usefixtures("both_databases")


def after(**span: float) -> str:
    return iso(real_now() + timedelta(**span))


async def over(system: System, key_id: str) -> str:
    """Its end came a minute ago; when that was."""
    at = real_now() - timedelta(minutes=1)
    await system.database.write(lambda session: session.execute(update(ApiKey).where(ApiKey.id == key_id).values(expires_at=at)))
    return iso(at)


async def test_until_when_a_key_is_good_is_told_wherever_it_is_read(api: httpx2.AsyncClient, app: FastAPI, workspace: Member) -> None:
    until = after(days=30)
    made = (await api.post("/v1/keys", json={"label": "Month", "expiresAt": until})).json()
    key_id = made["key"]["id"]
    assert made["expiresAt"] == until
    assert (await api.get(f"/v1/keys/{key_id}")).json()["expiresAt"] == until
    details = (await api.get("/v1/keys/details")).json()["keys"]
    assert [(one["id"], one["expiresAt"]) for one in details] == [(key_id, until), (workspace.key_id, None)]
    assert [one["id"] for one in (await api.get("/v1/keys")).json()["keys"]] == [one["id"] for one in details], "two lists, one order"
    async with client(app, made["secret"]) as theirs:
        assert (await theirs.get("/v1/keys/validate")).json()["expiresAt"] == until
    assert (await api.get("/v1/keys/validate")).json()["expiresAt"] is None


async def test_a_key_at_its_end_is_refused_by_name_also_where_it_was_known_a_moment_ago(
    api: httpx2.AsyncClient, app: FastAPI, system: System
) -> None:
    made = (await api.post("/v1/keys", json={"expiresAt": after(hours=1)})).json()
    async with client(app, made["secret"]) as theirs:
        assert (await theirs.get("/v1/accounts")).status_code == 200
        at = await over(system, made["key"]["id"])
        app.state.keyring.forget_all()
        for _ in range(2):
            refused = await theirs.get("/v1/accounts")
            assert (refused.status_code, refused.json()["code"]) == (401, "api_key_expired")
            details = refused.json()["details"]
            assert (details["expiredAt"], details["keyId"]) == (at, made["key"]["id"])
            assert refused.headers["www-authenticate"].startswith("Bearer")
    assert (await api.get(f"/v1/keys/{made['key']['id']}")).json()["expiresAt"] == at, "it is still told of"


async def test_a_key_that_ends_while_it_is_remembered_is_not_taken_from_memory(
    system: System, workspace: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = real_now() + timedelta(minutes=5)
    _, secret = await system.write(workspace.id, keys.create, system.vault, expires_at=ends, test=True)
    ring = keys.Keyring(system.database)
    found = await ring.find(secret)
    assert found is not None
    assert found.check() is found
    monkeypatch.setattr(keys, "real_now", lambda: ends)
    again = await ring.find(secret)
    assert again is found
    with pytest.raises(keys.KeyExpired):
        again.check()
    await ring.close()


@pytest.mark.parametrize("at", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2090-01-01T00:00:00"])
async def test_an_end_that_cannot_be_is_refused(api: httpx2.AsyncClient, at: str) -> None:
    answer = await api.post("/v1/keys", json={"expiresAt": at})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_expiry_invalid")
    assert len((await api.get("/v1/keys")).json()["keys"]) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [({"expiresAt": 7}, "field_invalid"), ({"expires": "2030-01-01T00:00:00Z"}, "field_misnamed"), ({"ttl": 3600}, "field_misnamed")],
)
async def test_an_end_is_a_time_under_its_own_name(api: httpx2.AsyncClient, body: dict[str, Any], code: str) -> None:
    answer = await api.post("/v1/keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_no_key_makes_one_that_outlives_it(api: httpx2.AsyncClient, app: FastAPI, owner: Person) -> None:
    until = after(days=7)
    first = (await api.post("/v1/keys", json={"expiresAt": until})).json()
    async with client(app, first["secret"]) as theirs:
        assert (await theirs.post("/v1/keys", json={})).json()["expiresAt"] == until
        sooner = after(days=1)
        assert (await theirs.post("/v1/keys", json={"expiresAt": sooner})).json()["expiresAt"] == sooner
        later = await theirs.post("/v1/keys", json={"expiresAt": after(days=8)})
        assert (later.status_code, later.json()["code"]) == (403, "key_expiry_too_late")
        assert later.json()["details"]["expiresAt"] == until
    async with browser(app, owner) as person:
        assert (await person.post("/v1/keys", json={"expiresAt": after(days=700)})).status_code == 201, "a person is no key"


MOMENTS = st.none() | st.integers(-200, 7000).map(lambda days: real_now() + timedelta(days=days, minutes=1))


@given(asked=MOMENTS, own=MOMENTS)
def test_whenever_a_key_is_to_end_it_does_not_outlive_its_maker(asked: datetime | None, own: datetime | None) -> None:
    try:
        found = keys.ending(asked, own)
    except SocialClawError:
        return
    assert own is None or (found is not None and found <= own)
    assert asked is None or found == asked


async def test_ended_keys_take_no_places_and_are_forgotten_with_the_revoked_ones(
    api: httpx2.AsyncClient, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_ENDED", 2)

    async def places() -> dict[str, int]:
        usage = (await api.get("/v1/me/usage")).json()["usage"]
        found: dict[str, int] = usage["limits"]["apiKeys"]
        return found

    before = await places()
    made = []
    for _ in range(4):
        made.append((await api.post("/v1/keys", json={"expiresAt": after(days=1)})).json()["key"]["id"])
        await over(system, made[-1])
    assert await places() == before
    last = (await api.post("/v1/keys", json={})).json()["key"]["id"]
    listed = [key["id"] for key in (await api.get("/v1/keys")).json()["keys"]]
    assert listed[:-1] == [last, *reversed(made[-2:])]


async def test_a_key_that_has_ended_gets_no_new_secret(app: FastAPI, owner: Person, system: System) -> None:
    async with browser(app, owner) as person:
        made = (await person.post("/v1/dashboard/keys", json={"expiresAt": after(days=1)})).json()
        rotated = await person.post(f"/v1/dashboard/keys/{made['key']['id']}/rotate")
        assert rotated.json()["expiresAt"] == made["expiresAt"], "a new secret, the same end"
        await over(system, made["key"]["id"])
        refused = await person.post(f"/v1/dashboard/keys/{made['key']['id']}/rotate")
        assert (refused.status_code, refused.json()["code"]) == (409, "key_expired")


async def test_the_doctor_names_keys_that_are_about_to_end(system: System, workspace: Member) -> None:
    assert (await system.database.read(checks.ending)).state == "ok"
    ends = {}
    for days in (3, 13, 15):
        until = real_now() + timedelta(days=days)
        row, _ = await system.write(workspace.id, keys.create, system.vault, expires_at=until, test=True)
        ends[days] = row.id
    found = await system.database.read(checks.ending)
    assert found.state == "note"
    assert found.message.index(ends[3]) < found.message.index(ends[13])
    assert ends[15] not in found.message
