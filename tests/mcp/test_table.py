"""The table of tools: what it names exists, what it weighs, who sees what of it, and what is taken for arguments."""

from __future__ import annotations

import json
from typing import Any

import pytest

from socialclaw.errors import InvalidRequest
from socialclaw.mcp import answers, arguments
from socialclaw.mcp.entry import Tool
from socialclaw.mcp.guide import INSTRUCTIONS
from socialclaw.mcp.server import described
from socialclaw.mcp.table import TABLE, TOOLSETS, Choice, asked, chosen
from socialclaw.next_steps.finding import CODES, ENDINGS
from socialclaw.next_steps.kinds import KINDS
from socialclaw.workspaces.operations import OPERATIONS, PRESETS
from tests.described import document

OFFICIAL = [
    "list_accounts",
    "account_capabilities",
    "connect_account",
    "upload_asset",
    "validate_schedule",
    "preview_campaign",
    "apply_schedule",
    "publish_draft",
    "list_posts",
    "get_post",
    "post_attempts",
    "retry_post",
    "cancel_post",
    "run_status",
    "get_analytics",
    "workspace_usage",
    "workspace_health",
]


def weight(tools: list[Tool]) -> int:
    """Bytes of `tools/list`."""
    found = [described(tool, local=False).model_dump(by_alias=True, exclude_none=True, mode="json") for tool in tools]
    return len(json.dumps({"tools": found}, separators=(",", ":"), ensure_ascii=False).encode())


def test_the_lists_weigh_no_more_than_an_agent_has_room_for() -> None:
    assert weight(Choice().listed()) <= 14_000
    assert weight([*TABLE.values()]) <= 20_000
    for tool in TABLE.values():
        assert weight([tool]) <= 1_500, tool.name
        assert len(tool.description) <= 200, tool.name
    assert len(INSTRUCTIONS) <= 600


def test_the_official_names_are_all_in_the_list_that_nobody_has_chosen_from() -> None:
    assert set(OFFICIAL) <= {tool.name for tool in Choice().listed()}


@pytest.mark.parametrize("tool", TABLE.values(), ids=TABLE)
def test_a_tool_stands_for_an_operation_of_the_api_and_needs_what_that_needs(tool: Tool) -> None:
    method, path = tool.operation.split(" ")
    operation = document()["paths"][path][method.lower()]
    assert operation["x-operation"] == tool.needs
    assert tool.needs in OPERATIONS
    assert tool.reads_only == (set(tool.hints) == {"R"})
    assert set(tool.required) <= set(tool.takes)


@pytest.mark.parametrize("tool", TABLE.values(), ids=TABLE)
def test_a_tool_says_everything_that_is_asked_of_it(tool: Tool) -> None:
    found = described(tool, local=True)
    hints = found.annotations
    assert hints is not None
    assert found.title
    assert hints.title
    told = (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint)
    assert None not in told
    assert not (hints.read_only_hint and hints.destructive_hint)
    assert found.input_schema["additionalProperties"] is False


def test_what_an_error_sends_to_is_a_tool() -> None:
    assert {step.tool for step in (*CODES.values(), *ENDINGS.values(), *KINDS.values())} - {None} <= set(TABLE)


class TestChoosing:
    def test_toolsets_and_single_tools_together(self) -> None:
        assert [tool.name for tool in chosen("trust,media", "delete_post").listed()] == [
            "reconcile_post",
            "list_assets",
            "get_asset",
            "delete_post",
        ]
        assert [tool.name for tool in chosen(None, "get_post").listed()] == ["get_post"]
        assert chosen("all").listed() == [*TABLE.values()]
        assert chosen().listed() == [tool for tool in TABLE.values() if tool.usual]

    def test_readonly_leaves_only_what_changes_nothing(self) -> None:
        assert {tool.hints for tool in chosen("all", None, "1").listed()} == {"R"}
        assert chosen("all", None, "0") == chosen("all")

    def test_the_url_comes_before_the_headers(self) -> None:
        assert asked({"toolsets": "trust"}, {"x-mcp-toolsets": "all", "x-mcp-readonly": "true"}) == Choice(("trust",), (), readonly=True)

    @pytest.mark.parametrize("given", [("publsh", None), (None, "get_pots")])
    def test_what_is_not_there_is_refused_with_the_nearest_word(self, given: Any) -> None:
        with pytest.raises(InvalidRequest, match=r"did you mean (publish|get_post)\?"):
            chosen(*given)

    def test_a_key_sees_what_it_may_use(self) -> None:
        reader = Choice(("all",)).listed(PRESETS["reader"])
        assert {tool.needs for tool in reader} == {"read"}
        agent = {tool.name for tool in Choice().listed(PRESETS["agent"])}
        assert "apply_schedule" in agent
        assert "connect_account" not in agent

    def test_a_live_workspace_has_no_sandbox(self) -> None:
        assert not {tool.name for tool in Choice(("all",)).listed(of_test=False)} & {tool.name for tool in TOOLSETS["sandbox"]}


class TestArguments:
    def test_json_sent_as_text_is_read(self) -> None:
        given = {"schedule": '{"posts": [{"account": "x:@a"}]}', "idempotencyKey": "5"}
        assert arguments.read(TABLE["apply_schedule"], given, local=False) == {
            "schedule": {"posts": [{"account": "x:@a"}]},
            "idempotencyKey": "5",
        }
        assert arguments.read(TABLE["retry_post"], {"postId": "p", "force": "true"}, local=False)["force"] is True
        assert arguments.read(TABLE["list_posts"], {"limit": "5"}, local=False) == {"limit": 5}

    @pytest.mark.parametrize(
        ("tool", "given", "code", "said"),
        [
            ("get_post", {"post_id": "p"}, "field_misnamed", "did you mean postId?"),
            ("get_post", {"colour": "red"}, "field_unknown", "it takes postId"),
            ("get_post", {}, "field_required", "postId is required"),
            ("get_post", {"postId": None}, "field_required", "postId is required"),
            ("get_post", {"postId": 5}, "field_type_invalid", "postId must be text"),
            ("apply_schedule", {"schedule": "Hello"}, "field_type_invalid", "schedule must be an object"),
            ("list_posts", {"limit": 1000}, "field_invalid", "limit must be from 1 to 100"),
            ("get_analytics", {"scope": "year", "id": "1"}, "field_invalid", "scope must be one of post, account, run"),
            ("upload_asset", {"filePath": "a.png"}, "field_unknown", "There is no argument 'filePath'"),
        ],
    )
    def test_anything_else_is_refused(self, tool: str, given: dict[str, Any], code: str, said: str) -> None:
        with pytest.raises(InvalidRequest) as refused:
            arguments.read(TABLE[tool], given, local=False)
        assert refused.value.details["issues"][0]["code"] == code
        assert said in refused.value.message

    def test_every_problem_is_told_at_once(self) -> None:
        with pytest.raises(InvalidRequest, match=r"\(and 3 more\)"):
            arguments.read(TABLE["get_analytics"], {"scop": "post", "window": "ever"}, local=False)


class TestAnswers:
    def test_a_long_list_is_cut_and_says_how_much_of_it_is_left_out(self) -> None:
        rows = [{"id": number, "text": "x" * 90} for number in range(500)]
        found = answers.fitting({"posts": rows, "total": 500})
        assert answers.size(found) <= answers.MOST_BYTES
        assert len(found["posts"]) + found["leftOut"]["posts"] == 500
        assert found["posts"][0] == rows[0]

    def test_a_long_text_is_cut(self) -> None:
        found = answers.fitting({"quoted": {"deep": ["ä" * 100_000]}})
        assert answers.size(found) <= answers.MOST_BYTES
        assert found["quoted"]["deep"][0].startswith("ää")

    def test_a_failure_names_no_tool_that_the_caller_has_not(self) -> None:
        refused = InvalidRequest("No", code="field_invalid", next={"do": "Look.", "tool": "list_accounts", "retryable": True})
        assert answers.failure(refused, "get_post", "", ["get_post", "list_accounts"])["tool"] == "list_accounts"
        assert "tool" not in answers.failure(refused, "get_post", "", ["get_post"])
