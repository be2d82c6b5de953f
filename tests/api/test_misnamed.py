"""Bodies of write operations: a field nearly right is refused and nothing is done, any other that is not known is a warning."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from socialclaw.system import System
from tests.api import rows
from tests.conftest import Member

Json = dict[str, Any]


@pytest.fixture
async def account(system: System, workspace: Member) -> str:
    return await system.write(
        workspace.id, lambda s: rows.account(s, "x", provider="x", handle="x:@acme", account_type="x_user").id, test=True
    )


def misnamed(answer: httpx2.Response) -> list[tuple[str, str, Any]]:
    body = answer.json()
    assert answer.status_code == 422, body
    assert body["code"] == "field_misnamed"
    return [(i["code"], i["path"], i["details"]["didYouMean"]) for i in body["details"]["issues"]]


BODIES: list[tuple[str, str, Json, str, str]] = [
    ("POST", "/v1/keys", {"name": "CI"}, "name", "label"),
    ("POST", "/v1/keys", {"type": "agent"}, "type", "kind"),
    ("POST", "/v1/keys", {"Kind": "agent"}, "Kind", "kind"),
    ("POST", "/v1/connections/start", {"provider": "telegram", "token": "1:A"}, "token", "botToken"),
    ("POST", "/v1/connections/start", {"platform": "x"}, "platform", "provider"),
    ("POST", "/v1/connections/start", {"provider": "discord", "webhook": "https://d.example"}, "webhook", "webhookUrl"),
    ("POST", "/v1/assets/upload", {"filename": "a.png", "content": "aGk="}, "content", "contentBase64"),
    ("POST", "/v1/assets/upload", {"filename": "a.png", "contentBase46": "aGk="}, "contentBase46", "contentBase64"),
    ("POST", "/v1/assets/upload", {"sourceUrl": "https://a.example/a.png", "fileName": "a"}, "fileName", "filename"),
    ("POST", "/v1/assets", {"objectkey": "a/b.png"}, "objectkey", "objectKey"),
    ("POST", "/v1/analytics/refresh", {"postId": "p", "Window": "7d"}, "Window", "window"),
    ("POST", "/v1/runs/nobody/publish", {"publish_at": "2030-01-01T00:00:00Z"}, "publish_at", "startAt"),
    ("POST", "/v1/runs/nobody/publish", {"startTime": "2030-01-01T00:00:00Z"}, "startTime", "startAt"),
    ("POST", "/v1/runs/nobody/publish", {"StartAt": "2030-01-01T00:00:00Z"}, "StartAt", "startAt"),
    ("POST", "/v1/posts/nobody/retry", {"Force": True}, "Force", "force"),
    ("DELETE", "/v1/assets/nobody", {"retention_days": 1}, "retention_days", "retentionDays"),
    ("DELETE", "/v1/assets/nobody", {"days": 1}, "days", "retentionDays"),
    ("POST", "/v1/sandbox/clock/advance", {"Days": 1}, "Days", "days"),
    ("POST", "/v1/sandbox/networks/x/faults", {"secnds": 1}, "secnds", "seconds"),
]


@pytest.mark.parametrize(("method", "path", "body", "name", "meant"), BODIES)
async def test_a_field_nearly_right_is_refused_with_the_right_word(
    api: httpx2.AsyncClient, method: str, path: str, body: Json, name: str, meant: str
) -> None:
    answer = await api.request(method, path, json=body)
    assert misnamed(answer) == [("field_misnamed", name, meant)]


async def test_a_post_that_would_have_gone_out_at_once_is_not_stored(api: httpx2.AsyncClient, account: str) -> None:
    schedule = {"posts": [{"account": "x:@acme", "description": "t", "scheduled_at": "2030-03-24T10:00:00Z"}], "dryRun": True}
    answer = await api.post("/v1/posts/apply", json=schedule)
    assert misnamed(answer) == [
        ("field_misnamed", "dryRun", "POST /v1/posts/validate"),
        ("field_misnamed", "posts[0].scheduled_at", "publish_at"),
    ]
    assert (await api.get("/v1/posts")).json()["total"] == 0


@pytest.mark.parametrize("path", ["/v1/posts/validate", "/v1/posts/apply"])
async def test_any_other_field_of_a_schedule_is_a_warning(api: httpx2.AsyncClient, account: str, path: str) -> None:
    schedule = {"posts": [{"account": "x:@acme", "description": "t", "publish_at": "2030-03-24T10:00:00Z", "clientRef": "7"}]}
    answer = (await api.post(path, json=schedule)).json()
    assert [(w["code"], w["path"]) for w in answer["warnings"]] == [("field_unknown", "posts[0].clientRef")]


async def test_any_other_field_of_a_body_is_a_warning(api: httpx2.AsyncClient) -> None:
    made = await api.post("/v1/keys", json={"label": "CI", "colour": "red"})
    assert made.status_code == 201
    assert [(w["code"], w["path"]) for w in made.json()["warnings"]] == [("field_unknown", "colour")]
    assert "warnings" not in (await api.post("/v1/keys", json={"label": "CI"})).json()


async def test_where_an_answer_holds_nothing_else_the_warning_is_a_header(api: httpx2.AsyncClient) -> None:
    made = await api.post("/v1/assets/upload", json={"filename": "a.txt", "contentBase64": "aGk=", "colour": "red"})
    assert made.status_code == 201
    assert made.json().keys() == {"ok", "asset"}
    assert made.headers["warning"] == '299 socialclaw "field_unknown: colour"'
