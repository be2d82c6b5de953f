"""The header Idempotency-Key: what a POST makes is made once, however often and however closely together it is sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from socialclaw.db.base import Scope, utc_now
from socialclaw.db.workspaces import Answered
from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

PNG = b"\x89PNG\r\n\x1a\n" + b"no picture"
SCHEDULE = {"posts": [{"account": "x:@acme", "description": "t", "publish_at": "2030-03-24T10:00:00Z"}]}
KEYED = {"Idempotency-Key": "k-1"}


@pytest.fixture
async def account(system: System, workspace: Member) -> str:
    return await system.write(
        workspace.id, lambda s: rows.account(s, "x", provider="x", handle="x:@acme", account_type="x_user").id, test=True
    )


async def labels(api: httpx2.AsyncClient) -> list[str]:
    return [key["label"] for key in (await api.get("/v1/keys")).json()["keys"] if key["label"] == "CI"]


async def test_a_key_is_made_once_and_its_secret_shown_again(api: httpx2.AsyncClient) -> None:
    first = await api.post("/v1/keys", json={"label": "CI"}, headers=KEYED)
    again = await api.post("/v1/keys", json={"label": "CI"}, headers=KEYED)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert len(await labels(api)) == 1


async def test_the_same_key_with_another_body_or_operation_is_a_conflict(api: httpx2.AsyncClient) -> None:
    await api.post("/v1/keys", json={"label": "CI"}, headers=KEYED)
    for path, body in (("/v1/keys", {"label": "other"}), ("/v1/assets/upload", {"label": "CI"})):
        answer = await api.post(path, json=body, headers=KEYED)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_conflict")
    assert len(await labels(api)) == 1


async def test_a_refusal_gives_the_key_back(api: httpx2.AsyncClient) -> None:
    assert (await api.post("/v1/keys", json={"kind": "nonsense"}, headers=KEYED)).status_code == 422
    assert (await api.post("/v1/keys", json={"label": "CI"}, headers=KEYED)).status_code == 201


async def test_another_workspace_has_keys_of_its_own(api: httpx2.AsyncClient, other_api: httpx2.AsyncClient) -> None:
    first = await api.post("/v1/keys", json={"label": "CI"}, headers=KEYED)
    other = await other_api.post("/v1/keys", json={"label": "CI"}, headers=KEYED)
    assert first.json()["key"]["id"] != other.json()["key"]["id"]


@pytest.mark.usefixtures("both_databases")
async def test_of_many_at_once_one_is_done(api: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*(api.post("/v1/keys", json={"label": "CI"}, headers=KEYED) for _ in range(8)))
    assert {a.status_code for a in answers} <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"idempotency_key_in_use"}
    assert len({a.json()["key"]["id"] for a in answers if a.status_code == 201}) == 1
    assert len(await labels(api)) == 1


async def test_after_a_day_the_key_may_be_used_again(api: httpx2.AsyncClient, system: System, workspace: Member) -> None:
    await api.post("/v1/keys", json={"label": "CI"}, headers=KEYED)

    def age(scope: Scope) -> None:
        scope.session.execute(update(Answered).values(created_at=utc_now() - timedelta(hours=25)))

    await system.write(workspace.id, age, test=True)
    assert (await api.post("/v1/keys", json={"label": "CI"}, headers=KEYED)).status_code == 201
    assert len(await labels(api)) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_key_that_cannot_be_one_is_refused(api: httpx2.AsyncClient, key: str) -> None:
    for path, body in (("/v1/keys", {"label": "CI"}), ("/v1/posts/apply", SCHEDULE)):
        answer = await api.post(path, json=body, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_invalid")


async def test_a_form_sent_again_is_the_same_though_its_boundary_is_another(api: httpx2.AsyncClient) -> None:
    def form(boundary: str, content: bytes) -> dict[str, Any]:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'.encode()
        body = head + content + f"\r\n--{boundary}--\r\n".encode()
        return {"content": body, "headers": {**KEYED, "content-type": f"multipart/form-data; boundary={boundary}"}}

    first = await api.post("/v1/assets/upload", **form("aaaaaaaaaaaa", b"Hello" * 50_000))
    again = await api.post("/v1/assets/upload", **form("bbbbbbbbbbbb", b"Hello" * 50_000))
    other = await api.post("/v1/assets/upload", **form("aaaaaaaaaaaa", b"Hallo" * 50_000))
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409), other.text
    assert again.json() == first.json()
    assert other.json()["code"] == "idempotency_key_conflict"
    assert (await api.get("/v1/assets")).json()["total"] == 1


async def applied(api: httpx2.AsyncClient, header: str | None, within: str | None, text: str = "t") -> httpx2.Response:
    post = {**SCHEDULE["posts"][0], "description": text}
    body = {"schedule": {"posts": [post]}, **({"idempotencyKey": within} if within else {})}
    return await api.post("/v1/posts/apply", json=body, headers={"Idempotency-Key": header} if header else {})


@pytest.mark.parametrize(("header", "within"), [("k", None), (None, "k"), ("k", "k")])
async def test_for_a_schedule_the_header_is_the_key_of_the_body(
    api: httpx2.AsyncClient, account: str, header: str | None, within: str | None
) -> None:
    first = await applied(api, "k", None)
    again = await applied(api, header, within)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["duplicate"], again.json()["run"]["id"]) == (True, first.json()["run"]["id"])
    other = await applied(api, header, within, text="u")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_conflict")


async def test_two_keys_that_differ_are_refused(api: httpx2.AsyncClient, account: str) -> None:
    answer = await applied(api, "k", "l")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_mismatch")
    assert (await api.get("/v1/posts")).json()["total"] == 0


@pytest.mark.usefixtures("both_databases")
async def test_of_many_schedules_at_once_one_becomes_a_run(api: httpx2.AsyncClient, account: str) -> None:
    answers = await asyncio.gather(*(applied(api, "k", None) for _ in range(6)))
    assert sorted(a.status_code for a in answers) == [200] * 5 + [201]
    assert (await api.get("/v1/posts")).json()["total"] == 1
