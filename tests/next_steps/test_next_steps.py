"""Every failure says what leads on from it: one sentence, by which operation and tool, and whether the same again may succeed."""

from __future__ import annotations

import re

import httpx2
import pytest
from docs.generators import errors

from socialclaw.cli.output import leading_on
from socialclaw.client import ClientError
from socialclaw.errors import Conflict, SocialClawError
from socialclaw.next_steps.finding import CODES, ENDINGS, of_error
from socialclaw.next_steps.kinds import KINDS
from socialclaw.next_steps.step import SAME, NextStep
from tests.described import document

OPERATION = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[\w/{}.-]+)")
STEPS = {**{f"code {name}": step for name, step in (CODES | ENDINGS).items()}, **{f"kind {name}": step for name, step in KINDS.items()}}


def test_every_code_that_can_be_answered_has_a_next_step() -> None:
    assert [entry.code for entry in errors.entries().values() if entry.next_step is None] == []


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_what_a_step_names_is_an_operation_of_the_api(step: NextStep) -> None:
    named = [OPERATION.fullmatch(step.operation)] if step.operation not in (None, SAME) else []
    for found in (*named, *OPERATION.finditer(step.do)):
        assert found, step.operation
        method, path = found.groups()
        paths = [re.sub(r"{\w+}", "{}", known) for known, methods in document()["paths"].items() if method.lower() in methods]
        assert re.sub(r"{\w+}", "{}", path) in paths, f"{method} {path}"


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_is_a_sentence(step: NextStep) -> None:
    assert step.do[0].isupper()
    assert not step.do.endswith("."), "told and the page of codes end it"
    assert len(step.do) < 200


def test_what_nobody_has_done_anything_about_may_be_sent_again_and_what_was_refused_may_not() -> None:
    for name in ("TooManyRequests", "NotReady", "DatabaseTrouble", "Unavailable", "RateLimited"):
        assert KINDS[name].retryable, name
    for name in ("InvalidRequest", "Conflict", "NotFound", "Forbidden", "Unauthenticated", "Rejected", "Uncertain"):
        assert not KINDS[name].retryable, name


def test_an_error_class_without_a_step_has_that_of_the_nearest_one_above_it() -> None:
    class Odd(Conflict):
        code = "odd_thing"

    assert of_error(Odd("It is odd")) is KINDS["Conflict"]
    assert of_error(Odd("It is odd", code="run_not_draft")) is CODES["run_not_draft"]


async def test_a_failure_of_each_kind_leads_on(api: httpx2.AsyncClient, anonymous: httpx2.AsyncClient) -> None:
    async def leads(response: httpx2.Response, status: int) -> dict[str, object]:
        assert response.status_code == status
        found: dict[str, object] = response.json()["details"]["next"]
        assert set(found) == {"do", "operation", "tool", "retryable"}
        return found

    wrong = await leads(await api.post("/v1/posts/validate", json={"schedule": {}}), 422)
    assert (wrong["operation"], wrong["retryable"]) == ("POST /v1/posts/validate", False)
    lost = await leads(await api.get("/v1/runs/run_nowhere/status"), 404)
    assert (lost["operation"], lost["tool"]) == ("GET /v1/posts", "list_posts")
    nobody = await leads(await anonymous.get("/v1/accounts"), 401)
    assert "Authorization: Bearer" in str(nobody["do"])
    await leads(await api.get("/v1/nowhere"), 404)
    await leads(await api.patch("/v1/posts/validate"), 405)
    text = await leads(await api.post("/v1/posts/validate", content=b"{", headers={"content-type": "application/json"}), 400)
    assert text["operation"] == "POST /v1/posts/validate"
    query = await leads(await api.get("/v1/posts", params={"limit": "many"}), 422)
    assert query["operation"] == "GET /v1/posts"


def test_the_command_line_prints_what_the_server_has_said_or_what_the_code_has_here() -> None:
    told = ClientError("run_not_found", "There is no such run", {"next": {"do": "List the runs."}}, 404)
    assert leading_on(told) == "List the runs."
    assert leading_on(SocialClawError("No", code="database_refused")) == "The operator corrects `SOCIALCLAW_DATABASE_URL`."
    assert leading_on(SocialClawError("The message says it all", code="made_up")) == ""
