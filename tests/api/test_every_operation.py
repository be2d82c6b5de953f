"""What every operation must do, read off the OpenAPI document. A new operation is covered by existing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from socialclaw.api.openapi import TAGS
from socialclaw.db.base import Base
from socialclaw.system import System
from tests.api.operations import (
    Operation,
    every_guarded_operation,
    every_keyed_operation,
    every_operation,
    every_personal_operation,
    operations,
)
from tests.conftest import Person, browser, cookie

OPEN = {
    *("health", "oauth_callback", "fetch_media", "head_media", "fetch_media_preview", "head_media_preview", "put_media_part"),
    *("dashboard_session", "show_ticket", "redeem_ticket", "sign_in_by_link", "fetch_export"),
    *("sign_in_by_code", "mail_by_form", "show_mail_link", "redeem_mail_link", "create_support_request"),
    *("show_preview", "show_preview_picture", "billing_return"),
    *("meta_deauthorize", "meta_data_deletion", "show_deletion"),
}
# Of these, whoever is to be signed in is told who they are not: by the issuer's word, or by what an app or Apple sends.
PROVEN = {
    *("google_start", "google_callback", "mobile_google_start", "mobile_exchange", "apple_notifications"),
    *("ask_for_mail", "apple_start", "apple_callback", "mobile_apple_start", "apple_native", "billing_webhook"),
    "tiktok_webhook",
    "app_store_notifications",
}
OPEN |= PROVEN
PAGES = {"oauth_callback"}  # for people, whatever a client would like to have
ERROR = {"$ref": "#/components/schemas/ErrorResponse"}


def filled(path: str, value: str) -> str:
    return re.sub(r"{\w+}", value, path)


def is_problem(answer: httpx2.Response) -> bool:
    """One error shape for all."""
    body = answer.json()
    return body.keys() == {"ok", "code", "message", "details"} and body["ok"] is False and bool(body["message"])


@every_keyed_operation
async def test_needs_a_key(anonymous: httpx2.AsyncClient, operation: Operation) -> None:
    for header, code in ((None, "auth_missing"), ("Basic eDp5", "auth_missing"), ("Bearer sc_live_unknown", "api_key_invalid")):
        headers = {"authorization": header} if header else {}
        answer = await anonymous.request(operation.method, filled(operation.path, "nobody"), headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == code
        assert is_problem(answer)
        assert answer.headers["www-authenticate"].startswith("Bearer")


@every_personal_operation
async def test_a_cookie_that_is_no_session_is_told_so(anonymous: httpx2.AsyncClient, operation: Operation) -> None:
    """Also where a key would do: whoever sends a cookie means it."""
    if operation.guarded:
        answer = await anonymous.request(operation.method, filled(operation.path, "nobody"), headers=cookie("x" * 43))
        assert (answer.status_code, answer.json()["code"]) == (401, "session_invalid")
        assert is_problem(answer)


@every_personal_operation
async def test_a_key_is_no_session(api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, operation: Operation) -> None:
    if operation.guarded and not operation.keyed:
        for who in (api, anonymous):
            answer = await who.request(operation.method, filled(operation.path, "nobody"))
            assert (answer.status_code, answer.json()["code"]) == (401, "session_missing")


@every_keyed_operation
async def test_a_session_does_where_a_key_does(app: FastAPI, owner: Person, operation: Operation) -> None:
    async with browser(app, owner) as person:
        answer = await person.request(operation.method, filled(operation.path, "nobody"), json=operation.least)
    if operation.personal:
        assert answer.status_code not in (401, 403), answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "auth_missing")


def test_only_what_is_about_the_key_itself_takes_no_session() -> None:
    assert {operation.name for operation in operations() if operation.keyed and not operation.personal} == {
        "validate_key",
        "get_key_validation",
    }


def test_those_open_to_everybody_are_few_and_known() -> None:
    assert {operation.name for operation in operations() if not operation.guarded} == OPEN


@every_operation
def test_is_documented(operation: Operation) -> None:
    spec = operation.spec
    assert len(spec["description"]) > 20
    assert spec["summary"]
    assert set(spec["tags"]) <= {tag["name"] for tag in TAGS}
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation.name)
    declared = {int(status) for status in spec["responses"]}
    assert ({401, 429} <= declared) == (operation.guarded or operation.name in PROVEN)
    assert not operation.guarded or not operation.slots or 404 in declared
    for status, answer in spec["responses"].items():
        assert answer["description"]
        if int(status) >= 400:
            contents = answer["content"]
            assert contents.get("application/json", {}).get("schema") == ERROR or "text/html" in contents


def test_operation_ids_are_unique() -> None:
    names = [operation.name for operation in operations()]
    assert len(names) == len(set(names))


@every_guarded_operation
async def test_an_empty_body_said_to_be_json_is_no_body(anybody: httpx2.AsyncClient, operation: Operation) -> None:
    if operation.spec.get("requestBody", {}).get("required"):
        return
    answer = await anybody.request(operation.method, filled(operation.path, "nobody"), headers={"content-type": "application/json"})
    assert answer.status_code in ((404,) if operation.slots else (200, 409)), answer.text


@pytest.mark.usefixtures("both_databases")
async def test_odd_ids_are_a_404_everywhere(anybody: httpx2.AsyncClient) -> None:
    for operation in operations():
        if not operation.slots or operation.name in PAGES:
            continue
        body = operation.least
        for odd in ("nobody", "%00", "%ED%A0%80", "%F0%9F%92%A5", "%27%20OR%201=1", "%0A", "y" * 3000):
            answer = await anybody.request(operation.method, filled(operation.path, odd), json=body)
            assert answer.status_code == 404, (operation.name, odd, answer.text)
            assert operation.method == "HEAD" or is_problem(answer)


@pytest.mark.usefixtures("both_databases")
async def test_odd_query_values_never_break_anything(anybody: httpx2.AsyncClient) -> None:
    for operation in operations():
        names = [p["name"] for p in operation.spec.get("parameters", ()) if p["in"] == "query"]
        for name in names:
            for odd in (
                "",
                "%00",
                "%ED%A0%80",
                "%F0%9F%92%A5",
                "%27%20OR%201=1",
                "-1",
                "9" * 30,
                "1e9",
                "y" * 3000,
                "0001-01-01",
                "9999-12-31T23:59:59-23:59",
            ):
                answer = await anybody.request(operation.method, f"{filled(operation.path, 'x')}?{name}={odd}")
                assert answer.status_code < 500, (operation.name, name, odd, answer.text)
                assert answer.status_code < 400 or operation.method == "HEAD" or is_problem(answer)


ODD_BODIES: dict[str, Callable[[Any], str]] = {
    "not JSON": lambda name: "{",
    "nothing": lambda name: "",
    "a list": lambda name: "[]",
    "a number": lambda name: "1",
    "null": lambda name: "null",
    "a text": lambda name: '"text"',
    "deep": lambda name: f'{{"{name}":' + "[" * 5000 + "]" * 5000 + "}",
    "deep enough to be let in": lambda name: f'{{"{name}":' + "[" * 60 + "]" * 60 + "}",
    "NUL": lambda name: f'{{"{name}": "\\u0000"}}',
    "half a pair": lambda name: f'{{"{name}": "\\udc00"}}',
    "NUL as a name": lambda name: '{"\\u0000": 1}',
    "a great number": lambda name: f'{{"{name}": {"9" * 400}}}',
    "a number beyond all": lambda name: f'{{"{name}": 1e400}}',
    "not a number": lambda name: f'{{"{name}": NaN}}',
    "ten megabytes": lambda name: f'{{"{name}": "{"x" * 10_000_000}"}}',
    "an object": lambda name: f'{{"{name}": {{"a": {{}}}}}}',
    "a truth": lambda name: f'{{"{name}": true}}',
}


SHUT = {"billing_webhook", "app_store_notifications"}  # where nothing is sold it takes nothing, whatever that is


def rows(session: Any) -> dict[str, int]:
    return {table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("odd", ODD_BODIES)
async def test_an_odd_body_is_refused_and_leaves_nothing_behind(anybody: httpx2.AsyncClient, system: System, odd: str) -> None:
    before = await system.database.read(rows)
    for operation in operations():
        if operation.body is None:
            continue
        schema = operation.body.get("$ref", "").rpartition("/")[2]
        name = {"KeyCreateRequest": "label", "ScheduleEnvelope": "posts", "ConnectionStartRequest": "provider"}.get(schema, "filename")
        content = ODD_BODIES[odd](name)
        headers = {"content-type": "application/json"}
        answer = await anybody.request(operation.method, filled(operation.path, "x"), content=content, headers=headers)
        shut = operation.name in SHUT and answer.status_code == 503
        assert shut or 400 <= answer.status_code < 500, (operation.name, answer.text)
        assert is_problem(answer)
    assert await system.database.read(rows) == before
