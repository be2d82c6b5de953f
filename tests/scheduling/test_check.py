from __future__ import annotations

from dataclasses import replace
from typing import Any

from socialclaw import networks
from socialclaw.providers.base import Provider, TargetType
from socialclaw.providers.draft import Draft
from socialclaw.providers.issues import Issue
from socialclaw.providers.options import Setting
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import Shape
from socialclaw.scheduling.judge import Judge, problem
from socialclaw.scheduling.plan import Plan, PlannedPost
from tests.scheduling.documents import plan_of_posts

MODE = Setting("pinMode", "enum", options=("auto", "video"), default="auto", required=True)
BOARD = TargetType("board", ("pins:",), settings=(MODE, Setting("link", default=None)), settings_prefix="pins_board")
RULES = Rules(
    shapes=(Shape("image", max_bytes=100), Shape("video", max_bytes=1000)),
    mixes=(Mix({"image": 3}), Mix({"video": 1})),
    max_text=20,
    max_caption=10,
    max_alt=5,
)


def provider(rules: Rules = RULES, target: TargetType = BOARD, **more: Any) -> Provider:
    """A made-up network, on the connect code of a real one."""
    real = networks.providers()["discord"]
    return replace(real, key="pins", label="Pins", rules=rules, targets=(target,), **more)


def judge(rules: Rules = RULES, target: TargetType = BOARD, **more: Any) -> Judge:
    return Judge(provider(rules, target, **more), target)


def post(**fields: Any) -> PlannedPost:
    usual = {
        "provider": "pins",
        "account": "pins:1",
        "account_id": "acct_1",
        "name": "",
        "description": "Hi",
        "generated_name": False,
        "interaction_type": "post",
        "assets": [],
        "media_link": None,
        "settings": {},
        "timezone": "UTC",
        "publish_at_utc": "2030-01-01T00:00:00.000Z",
        "parent_step_id": None,
        "step_id": "post_1",
        "source_model": "posts_v1",
        "target_index": 0,
        "step_index": 0,
    }
    return PlannedPost(**(usual | fields))


def judged(one: Judge, planned: PlannedPost, *, incomplete: bool = False) -> list[Issue]:
    return [*one.judge(one.draft(planned), incomplete=incomplete)]


def test_a_draft_is_the_post_as_the_public_reads_it() -> None:
    one = post(name="Title", description="Body", interaction_type="reply", parent_step_id="s", settings={"a": 1})
    draft = judge().draft(one)
    assert draft == Draft("Title\n\nBody", "Title", "Body", (), {"a": 1}, "reply", "s", None, "board")
    generated = post(name="C Step 1", description="Body", generated_name=True, interaction_type="comment")
    assert judge().draft(generated) == Draft("Body", "", "Body", (), {}, "post", None, None, "board")


def test_settings_are_settled_under_the_prefix_of_the_target_and_defaults_stand_in_for_wrong_ones() -> None:
    one = judge()
    for _ in range(2):  # the second time it is remembered
        assert one.settings({"pinMode": "video"}) == ({"pinMode": "video", "link": None}, [])
    for wrong, code in (
        ({}, "pins_board_pin_mode_required"),
        ({"pinMode": 1}, "pins_board_pin_mode_invalid"),
        ({"pinMode": "auto", "x": 1}, "pins_board_settings_unsupported"),
    ):
        for _ in range(2):
            effective, issues = one.settings(wrong)
            assert ([i.code for i in issues], effective) == ([code], {"pinMode": "auto", "link": None})


def test_an_account_type_without_settings_takes_none() -> None:
    one = judge(target=TargetType("user", ("pins:user:",)))
    assert one.settings({}) == ({}, [])
    _, issues = one.settings({"a": 1})
    assert [(i.code, i.path) for i in issues] == [("publish_settings_unsupported", "settings")]


def test_what_data_cannot_say_is_asked_after_the_rules() -> None:
    def extra(draft: Draft) -> list[Issue]:
        return [Issue("pins_shouting", "No shouting", "description")] if draft.text.isupper() else []

    one = judge(extra=extra)
    loud, quiet = post(description="HI" * 20), post(description="hi")
    assert [i.code for i in judged(one, loud)] == ["pins_text_too_long", "pins_shouting"]
    assert judged(one, quiet) == []


def test_whether_settings_suit_the_media_is_asked_of_the_target() -> None:
    def fits(draft: Draft) -> list[Issue]:
        return [] if draft.media else [Issue("pins_mode_mismatch", "This mode needs media", "settings.pinMode")]

    one = judge(target=replace(BOARD, fits=fits))
    bare, full = post(), post(assets=[{"id": "a", "url": "https://e.com/a.mp4", "managed": False}])
    assert [i.code for i in one.suits(one.draft(bare))] == ["pins_mode_mismatch"]
    assert one.suits(one.draft(full)) == []


def test_what_is_missing_is_not_told_twice() -> None:
    empty = post(description="")
    assert [i.code for i in judged(judge(), empty)] == ["pins_text_or_media_required"]
    assert judged(judge(), empty, incomplete=True) == []
    needy = judge(replace(RULES, media_required=True))
    assert ([i.code for i in judged(needy, empty)], judged(needy, empty, incomplete=True)) == (["pins_media_required"], [])


def test_the_answer_has_the_first_problem_and_all_of_them() -> None:
    plan = plan_of_posts({"account": "x:@nobody", "name": "Hi"}, {"account": "x:@example", "name": "Hi", "settings": {"colour": 1}})
    error = problem(plan)
    assert (error.status, error.code) == (422, "account_not_found")
    assert error.message == plan.issues[0].message == "No account 'x:@nobody' is connected in this workspace"
    assert error.details["account"] == "x:@nobody"
    assert error.details["issues"] == [
        {
            "path": "posts[0].account",
            "code": "account_not_found",
            "message": error.message,
            "details": {"account": "x:@nobody", "provider": "x"},
        },
        {
            "path": "posts[1].settings.colour",
            "code": "x_settings_unsupported",
            "message": "Unknown setting colour; allowed: replyControl",
            "details": {"allowedKeys": ["replyControl"]},
        },
    ]


def test_details_of_any_name_survive_in_the_answer() -> None:
    error = problem(Plan(issues=(Issue("c", "m", "p", {"code": 1, "message": 2, "status": 3}),)))
    assert (error.code, error.message, error.status) == ("c", "m", 422)
    assert {"code", "message", "status"} <= error.details.keys()
