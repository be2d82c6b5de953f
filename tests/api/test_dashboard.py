"""The dashboard's operations are those of the API, by a session; and secrets of keys are for who has just signed in."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from socialclaw.db.base import real_now
from socialclaw.db.people import UserSession
from socialclaw.db.workspaces import ApiKey
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member, Person, client


async def some_time_later(app: FastAPI, system: System) -> None:
    """Whoever is signed in has done so a while ago."""
    ago = real_now() - timedelta(minutes=16)
    await system.database.write(lambda session: session.execute(update(UserSession).values(created_at=ago)))
    app.state.sessions.forget_all()


async def test_what_is_looked_at_is_what_the_api_shows(
    page: httpx2.AsyncClient, api: httpx2.AsyncClient, system: System, workspace: Member
) -> None:
    def make(scope):  # type: ignore[no-untyped-def]
        account = rows.account(scope, "acme")
        connection = rows.connection(scope, account)
        post = rows.post(scope, account, rows.run(scope))
        rows.asset(scope)
        return account.id, connection.id, post.id

    account, connection, post = await system.write(workspace.id, make, test=True)
    for ours, theirs in (
        ("/v1/dashboard/accounts", "/v1/accounts"),
        (f"/v1/dashboard/accounts/{account}/publish-settings", f"/v1/accounts/{account}/settings"),
        (f"/v1/dashboard/connections/{connection}", f"/v1/connections/{connection}"),
        ("/v1/dashboard/posts?status=scheduled", "/v1/posts?status=scheduled"),
        ("/v1/dashboard/posts?status=draft", "/v1/posts?status=draft"),
        ("/v1/dashboard/posts?from=2090-01-01T00:00:00Z", "/v1/posts?from=2090-01-01T00:00:00Z"),
        ("/v1/dashboard/assets?limit=3", "/v1/assets?limit=3"),
    ):
        shown, known = await page.get(ours), await api.get(theirs)
        found = shown.json()
        if "assets" in found:
            assert [asset.pop("uses") for asset in found["assets"]] == [0], "the page is also told by how many posts"
        assert (shown.status_code, found) == (200, known.json())
    assert post in (await page.get("/v1/dashboard/posts")).text


async def test_a_file_is_handed_in_and_taken_away(page: httpx2.AsyncClient, api: httpx2.AsyncClient) -> None:
    made = await page.post("/v1/dashboard/assets/upload", json={"filename": "a.txt", "contentBase64": "YQ=="})
    assert made.status_code == 201, made.text
    asset = made.json()["asset"]["id"]
    assert (await api.get(f"/v1/assets/{asset}")).status_code == 200
    form = await page.post("/v1/dashboard/assets/upload", files={"file": ("b.txt", b"b")})
    assert form.status_code == 201, form.text
    gone = await page.request("DELETE", f"/v1/dashboard/assets/{asset}", json={"retentionDays": 0})
    assert gone.json()["asset"]["status"] == "pending_delete"


async def test_a_large_file_is_sent_in_parts(page: httpx2.AsyncClient, app: FastAPI) -> None:
    content = b"a" * 1000
    begun = (await page.post("/v1/dashboard/assets/upload/initiate", json={"filename": "a.txt", "size": len(content)})).json()
    where, upload = f"/v1/dashboard/assets/upload/{begun['asset']['id']}", begun["upload"]["uploadId"]
    signed = (await page.post(f"{where}/part", json={"uploadId": upload, "partNumber": 1})).json()
    async with client(app) as anybody:
        sent = await anybody.put(signed["url"], content=content)
    parts = [{"PartNumber": 1, "ETag": sent.headers["etag"]}]
    done = await page.post(f"{where}/complete", json={"uploadId": upload, "parts": parts})
    assert (done.status_code, done.json()["asset"]["status"]) == (200, "ready"), done.text
    other = (await page.post("/v1/dashboard/assets/upload/initiate", json={"filename": "b.txt", "size": 5})).json()
    assert (await page.post(f"/v1/dashboard/assets/upload/{other['asset']['id']}/abort", json={})).json() == {"ok": True}


class TestKeys:
    """Their secrets are shown to admins and owners, within minutes of signing in, and that is written down."""

    async def test_secrets_are_shown_to_who_has_just_signed_in_and_to_nobody_later(
        self, page: httpx2.AsyncClient, app: FastAPI, system: System, workspace: Member
    ) -> None:
        made = (await page.post("/v1/dashboard/keys", json={"label": "Ours"})).json()
        listed = (await page.get("/v1/dashboard/keys")).json()["keys"]
        assert {key["id"]: key["secret"] for key in listed} == {workspace.key_id: workspace.secret, made["key"]["id"]: made["secret"]}
        await page.delete(f"/v1/dashboard/keys/{made['key']['id']}")
        listed = (await page.get("/v1/dashboard/keys")).json()["keys"]
        assert next(key["secret"] for key in listed if key["id"] == made["key"]["id"]) is None, "a revoked one opens nothing"
        await some_time_later(app, system)
        listed = (await page.get("/v1/dashboard/keys")).json()["keys"]
        assert [key["secret"] for key in listed] == [None, None]

    async def test_that_secrets_were_shown_is_written_down(self, page: httpx2.AsyncClient, owner: Person, workspace: Member) -> None:
        await page.get("/v1/dashboard/keys")
        [line] = (await page.get("/v1/dashboard/audit")).json()["lines"]
        assert (line["action"], line["by"]["id"], line["details"]) == ("show_key_secrets", owner.id, {"keys": [workspace.key_id]})
        assert workspace.secret not in str(line)

    async def test_a_key_is_made_and_given_another_secret_only_by_who_has_just_signed_in(
        self, page: httpx2.AsyncClient, app: FastAPI, system: System, workspace: Member
    ) -> None:
        await some_time_later(app, system)
        for path in ("/v1/keys", "/v1/dashboard/keys", f"/v1/dashboard/keys/{workspace.key_id}/rotate"):
            answer = await page.post(path, json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
        assert (await page.delete(f"/v1/dashboard/keys/{workspace.key_id}")).status_code == 200, "taking away is no danger"

    @pytest.mark.usefixtures("both_databases")
    async def test_a_key_that_is_rotated_opens_by_its_new_secret_alone(
        self, page: httpx2.AsyncClient, app: FastAPI, workspace: Member
    ) -> None:
        async with client(app, workspace.secret) as before:
            assert (await before.get("/v1/keys/validate")).status_code == 200
            answer = (await page.post(f"/v1/dashboard/keys/{workspace.key_id}/rotate")).json()
            assert (await before.get("/v1/keys/validate")).json()["code"] == "api_key_invalid"
        async with client(app, answer["secret"]) as after:
            known = (await after.get("/v1/keys/validate")).json()["apiKey"]
        assert known["id"] == workspace.key_id == answer["key"]["id"]
        assert answer["secret"].startswith(known["prefix"])
        shown = (await page.get("/v1/dashboard/keys")).json()["keys"]
        assert [key["secret"] for key in shown] == [answer["secret"]]

    @pytest.mark.usefixtures("both_databases")
    async def test_its_former_secret_is_taken_for_as_long_as_was_said_and_no_longer(
        self, page: httpx2.AsyncClient, app: FastAPI, system: System, workspace: Member
    ) -> None:
        rotate = f"/v1/dashboard/keys/{workspace.key_id}/rotate"
        answer = (await page.post(rotate, json={"graceSeconds": 3600})).json()
        assert timedelta(minutes=59) < datetime.fromisoformat(answer["formerSecretUntil"]) - real_now() < timedelta(minutes=61)
        secrets = [workspace.secret, answer["secret"]]
        for secret in secrets:
            async with client(app, secret) as program:
                assert (await program.get("/v1/keys/validate")).json()["apiKey"]["id"] == workspace.key_id
        over = update(ApiKey).values(former_until=real_now())
        await system.database.write(lambda session: session.execute(over))
        app.state.keyring.forget_all()
        async with client(app, workspace.secret) as program:
            assert (await program.get("/v1/keys/validate")).json()["code"] == "api_key_invalid"
        async with client(app, answer["secret"]) as program:
            assert (await program.get("/v1/keys/validate")).status_code == 200

    async def test_revoking_it_and_rotating_it_again_end_the_former_secret_at_once(
        self, page: httpx2.AsyncClient, app: FastAPI, workspace: Member
    ) -> None:
        rotate = f"/v1/dashboard/keys/{workspace.key_id}/rotate"
        second = (await page.post(rotate, json={"graceSeconds": 3600})).json()["secret"]
        third = (await page.post(rotate, json={"graceSeconds": 3600})).json()["secret"]
        opens = []
        for secret in (workspace.secret, second, third):
            async with client(app, secret) as program:
                opens.append((await program.get("/v1/keys/validate")).status_code)
        assert opens == [401, 200, 200]
        await page.delete(f"/v1/dashboard/keys/{workspace.key_id}")
        for secret in (second, third):
            async with client(app, secret) as program:
                assert (await program.get("/v1/keys/validate")).json()["code"] == "api_key_invalid"

    @pytest.mark.parametrize("grace", [-1, 7 * 24 * 3600 + 1, 10**30])
    async def test_a_week_of_grace_is_the_most(self, page: httpx2.AsyncClient, workspace: Member, grace: int) -> None:
        answer = await page.post(f"/v1/dashboard/keys/{workspace.key_id}/rotate", json={"graceSeconds": grace})
        assert answer.status_code == 422
        assert (await page.get("/v1/dashboard/keys")).json()["keys"][0]["secret"] == workspace.secret

    async def test_a_revoked_key_stays_revoked(self, page: httpx2.AsyncClient, workspace: Member) -> None:
        await page.delete(f"/v1/dashboard/keys/{workspace.key_id}")
        answer = await page.post(f"/v1/dashboard/keys/{workspace.key_id}/rotate")
        assert (answer.status_code, answer.json()["code"]) == (409, "key_revoked")


async def test_somebody_becomes_an_owner_only_by_who_has_just_signed_in(
    page: httpx2.AsyncClient, app: FastAPI, system: System, workspace: Member
) -> None:
    from tests.conftest import person

    someone = await person(system, (workspace.id, "editor"))
    await some_time_later(app, system)
    answer = await page.patch(f"/v1/dashboard/members/{someone.id}", json={"role": "owner"})
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
    assert (await page.patch(f"/v1/dashboard/members/{someone.id}", json={"role": "admin"})).status_code == 200
