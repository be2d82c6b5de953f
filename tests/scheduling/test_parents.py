from __future__ import annotations

from typing import Any

import pytest

from tests.scheduling.documents import SOON, campaign_of, codes, found, plan_of, plan_of_posts, step_of

POST = {"account": "x:@example", "name": "Hello"}


def reply_to(step: str | None, **more: Any) -> dict[str, Any]:
    return {**POST, "interaction_type": "reply", "reply_to_step_id": step, **more}


def parents(*steps: dict[str, Any]) -> list[tuple[str | None, int | None]]:
    plan = plan_of({"campaigns": [campaign_of(*steps)]})
    assert plan.issues == ()
    return [(p.parent_step_id, p.parent_index) for p in plan.posts]


def test_a_reply_follows_the_step_it_names_before_or_after_it() -> None:
    plan = plan_of_posts(reply_to("post_3"), reply_to("post_1"), POST, reply_to("post_3"))
    assert plan.issues == ()
    assert [p.parent_index for p in plan.posts] == [2, 0, None, 2]


def test_a_thread_of_a_thousand_is_linked() -> None:
    plan = plan_of_posts(POST, *(reply_to(f"post_{n}") for n in range(1, 1000)))
    assert plan.issues == ()
    assert [p.parent_index for p in plan.posts[1:]] == list(range(999))
    backwards = plan_of_posts(*(reply_to(f"post_{n}") for n in range(2, 1001)), POST)
    assert backwards.issues == ()
    assert [p.parent_index for p in backwards.posts[:-1]] == list(range(1, 1000))


@pytest.mark.parametrize("name", ["post_0", "post_3", "post_01", "post_", "POST_1", "nowhere", "post_99999999999999999999"])
def test_a_step_that_is_not_there(name: str) -> None:
    plan = plan_of_posts(POST, reply_to(name))
    assert found(plan) == [("posts[1].reply_to_step_id", "parent_step_not_found")]
    assert plan.issues[0].details == {"stepId": name}


def test_a_reply_is_published_by_the_account_of_its_parent() -> None:
    plan = plan_of_posts(POST, reply_to("post_1", account="x:@second"), reply_to("post_1", account="acct_x"))
    assert found(plan) == [("posts[1].reply_to_step_id", "parent_step_account_mismatch")]
    assert plan.issues[0].details == {"stepId": "post_1"}


def test_the_account_of_an_unknown_parent_is_compared_as_well() -> None:
    unknown = reply_to("post_1", account="x:@nobody")
    assert codes(plan_of_posts({**POST, "account": "x:@nobody"}, unknown)) == ["account_not_found", "account_not_found"]


def test_no_reply_follows_itself() -> None:
    assert found(plan_of_posts(reply_to("post_1"))) == [("posts[0].reply_to_step_id", "parent_step_cycle")]
    plan = plan_of_posts(reply_to("post_2"), reply_to("post_3"), reply_to("post_1"), reply_to("post_1"))
    assert found(plan) == [(f"posts[{n}].reply_to_step_id", "parent_step_cycle") for n in range(3)]


def test_in_a_campaign_a_reply_follows_the_step_before_it_unless_it_names_another() -> None:
    reply = {"name": "Hi", "interaction_type": "reply"}
    assert parents(step_of(id="a"), {**reply, "id": "b"}, reply, {**reply, "replyToStepId": "a"}, step_of(reply_to_step_id="a")) == [
        (None, None),
        ("a", 0),
        ("b", 1),
        ("a", 0),
        (None, None),
    ]
    assert parents(step_of(), reply) == [(None, None), ("c_target_1_step_1", 0)]


def test_the_first_step_of_a_target_follows_nothing_by_itself() -> None:
    plan = plan_of({"campaigns": [campaign_of({"name": "Hi", "interaction_type": "reply"})]})
    assert codes(plan) == ["x_reply_parent_required"]


def test_a_name_is_looked_for_near_by_first() -> None:
    reply = {"name": "Hi", "interaction_type": "reply", "reply_to_step_id": "intro"}
    target = {"account": "x:@example", "steps": [step_of(id="intro"), reply]}
    campaign = {"publish_at": SOON, "targets": [target, target]}
    plan = plan_of({"campaigns": [campaign, campaign]})
    assert plan.issues == ()
    assert [p.parent_index for p in plan.posts] == [None, 0, None, 2, None, 4, None, 6]


def test_a_name_is_found_in_another_target_or_campaign() -> None:
    steps = {"account": "x:@example", "steps": [step_of(id="intro")]}
    other = {"account": "x:@example", "steps": [{"name": "Hi", "interaction_type": "reply", "reply_to_step_id": "intro"}]}
    plan = plan_of({"campaigns": [{"publish_at": SOON, "targets": [steps, other]}, {"publish_at": SOON, "targets": [other]}]})
    assert plan.issues == ()
    assert [p.parent_index for p in plan.posts] == [None, 0, 0]


def test_a_name_that_several_steps_have_must_not_be_referred_to() -> None:
    reply = {"name": "Hi", "interaction_type": "reply", "reply_to_step_id": "intro"}
    twice = {"account": "x:@example", "steps": [step_of(id="intro"), step_of(id="intro"), reply]}
    assert found(plan_of({"campaigns": [{"publish_at": SOON, "targets": [twice]}]})) == [
        ("campaigns[0].targets[0].steps[2].reply_to_step_id", "step_id_duplicate")
    ]
    once = {"account": "x:@example", "steps": [step_of(id="intro")]}
    elsewhere = {"account": "x:@example", "steps": [reply]}
    assert codes(plan_of({"campaigns": [{"publish_at": SOON, "targets": [once, once, elsewhere]}]})) == ["step_id_duplicate"]
    assert codes(plan_of({"campaigns": [{"publish_at": SOON, "targets": [once, once]}]})) == []
