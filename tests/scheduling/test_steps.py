from __future__ import annotations

from typing import Any

import pytest

from tests.scheduling.documents import NOW, SOON, TELEGRAM, X, campaign_of, codes, found, plan_of, step_of

LATER = "2030-01-15T15:00:00Z"


def plan_of_campaigns(*campaigns: object, **root: Any) -> Any:
    return plan_of({"campaigns": list(campaigns), **root})


def times(*steps: object, **more: Any) -> list[tuple[str, int | None]]:
    """When the steps of one target are due (hour, minute, second), and how long after the one before, in milliseconds."""
    plan = plan_of_campaigns(campaign_of(*steps, **more))
    assert plan.issues == ()
    return [(p.publish_at_utc[11:-1], p.step_delay_ms) for p in plan.posts]


def test_a_campaign_becomes_the_posts_of_its_targets_in_order() -> None:
    plan = plan_of_campaigns(
        {
            "id": "launch",
            "name": "Launch",
            "publish_at": SOON,
            "targets": [
                {"account": "x:@example", "steps": [{"name": "One"}, {"description": "Two", "delay_minutes": 1}]},
                {
                    "channel": "acct_t",
                    "timezone": "Europe/Berlin",
                    "steps": [{"id": "own", "name": "Three", "publish_at": "2030-01-15T15:00:00"}],
                },
            ],
        }
    )
    assert (plan.issues, plan.source_model) == ((), "campaigns_v2")
    assert [
        (
            p.account_id,
            p.step_id,
            p.name,
            p.generated_name,
            p.target_index,
            p.step_index,
            p.sequence_position,
            p.step_delay_ms,
            p.publish_at_utc,
            p.timezone,
        )
        for p in plan.posts
    ] == [
        (X.id, "launch_target_1_step_1", "One", False, 0, 0, 1, 0, "2030-01-15T13:00:00.000Z", "UTC"),
        (X.id, "launch_target_1_step_2", "Launch Step 2", True, 0, 1, 2, 60_000, "2030-01-15T13:01:00.000Z", "UTC"),
        (TELEGRAM.id, "own", "Three", False, 1, 0, 1, 0, "2030-01-15T14:00:00.000Z", "Europe/Berlin"),
    ]
    assert {(p.campaign_id, p.campaign_name, p.campaign_index, p.source_model) for p in plan.posts} == {
        ("launch", "Launch", 0, "campaigns_v2")
    }


def test_a_summary_has_an_account_per_target_even_if_it_is_the_same() -> None:
    target = {"account": "x:@example", "steps": [step_of(), step_of()]}
    plan = plan_of_campaigns({"publish_at": SOON, "targets": [target, target]}, campaign_of(step_of(), account="acct_t"))
    first, second = plan.campaigns
    assert (first.id, first.name, first.target_count, first.post_count, first.accounts) == (
        "campaign_1",
        "campaign_1",
        2,
        4,
        ("x:@Example", "x:@Example"),
    )
    assert (second.id, second.name, second.post_count, second.accounts) == ("c", "Launch", 1, ("telegram:-100123",))


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ({"name": "N", "title": "T"}, "N"),
        ({"title": "T"}, "T"),
        ({"name": "", "title": " T "}, "T"),
        ({"id": "own"}, "own"),
        ({}, "campaign_1"),
    ],
)
def test_a_campaign_is_called_by_name_title_or_id(names: dict[str, str], name: str) -> None:
    campaign = {**campaign_of(step_of()), "name": None, "id": None, **names}
    assert plan_of_campaigns(campaign).campaigns[0].name == name


def test_the_generated_name_of_a_step_is_no_part_of_its_text() -> None:
    assert codes(plan_of_campaigns(campaign_of({}, account="discord:42"))) == ["discord_text_or_media_required"]
    assert codes(plan_of_campaigns(campaign_of({"name": "Launch Step 1"}, account="discord:42"))) == ["discord_text_or_media_required"]
    plan = plan_of_campaigns(campaign_of({"name": "Launch Step 2", "description": "x"}, {"title": "Own", "text": "y"}))
    assert [(p.name, p.generated_name) for p in plan.posts] == [("Launch Step 2", False), ("Own", False)]


@pytest.mark.parametrize(
    ("campaign", "path", "code"),
    [
        (None, "campaigns[0]", "campaign_invalid"),
        ("x", "campaigns[0]", "campaign_invalid"),
        ([], "campaigns[0]", "campaign_invalid"),
        ({}, "campaigns[0].targets", "campaign_targets_required"),
        ({"targets": []}, "campaigns[0].targets", "campaign_targets_required"),
        ({"targets": {}}, "campaigns[0].targets", "campaign_targets_required"),
        ({"targets": [None]}, "campaigns[0].targets[0]", "campaign_target_invalid"),
        ({"targets": ["x"]}, "campaigns[0].targets[0]", "campaign_target_invalid"),
        ({"targets": [{"steps": [{}]}]}, "campaigns[0].targets[0].account", "campaign_target_account_required"),
        ({"targets": [{"account": "x:@example"}]}, "campaigns[0].targets[0].steps", "campaign_steps_required"),
        ({"targets": [{"account": "x:@example", "steps": []}]}, "campaigns[0].targets[0].steps", "campaign_steps_required"),
        ({"targets": [{"account": "x:@example", "steps": "x"}]}, "campaigns[0].targets[0].steps", "campaign_steps_required"),
        ({"targets": [{"account": "x:@example", "steps": [1]}]}, "campaigns[0].targets[0].steps[0]", "campaign_step_invalid"),
        (
            {"targets": [{"account": "x:@example", "steps": [{"name": "Hi"}]}]},
            "campaigns[0].targets[0].steps[0].publish_at",
            "campaign_publish_time_required",
        ),
        ({"id": 5, "targets": [None]}, "campaigns[0].id", "field_type_invalid"),
        ({"name": [], "targets": [None]}, "campaigns[0].name", "field_type_invalid"),
        ({"timezone": "Mars/Olympus", "targets": [None]}, "campaigns[0].timezone", "timezone_invalid"),
    ],
)
def test_what_is_wrong_with_a_campaign_is_named_where_it_is(campaign: object, path: str, code: str) -> None:
    assert found(plan_of_campaigns(campaign))[0] == (path, code)


def test_every_problem_of_every_campaign_is_told_in_order() -> None:
    target = {
        "account": "x:@example",
        "steps": [5, {"name": "Hi", "interaction_type": "reply", "reply_to_step_id": "gone"}, {"settings": 1}],
    }
    plan = plan_of_campaigns({"targets": [None, {"steps": []}]}, "x", {"publish_at": "soon", "targets": [target]})
    assert found(plan) == [
        ("campaigns[0].targets[0]", "campaign_target_invalid"),
        ("campaigns[0].targets[1].account", "campaign_target_account_required"),
        ("campaigns[0].targets[1].steps", "campaign_steps_required"),
        ("campaigns[1]", "campaign_invalid"),
        ("campaigns[2].targets[0].steps[0]", "campaign_step_invalid"),
        ("campaigns[2].publish_at", "invalid_publish_time"),
        ("campaigns[2].targets[0].steps[1].reply_to_step_id", "parent_step_not_found"),
        ("campaigns[2].targets[0].steps[2].settings", "post_settings_invalid"),
        ("campaigns[2].targets[0].steps[2]", "x_text_or_media_required"),
    ]


def test_steps_follow_one_another_by_their_delays() -> None:
    assert times(step_of(), step_of(delay_ms=1500), step_of(delay_seconds=30), step_of(delay_minutes=1.5), step_of()) == [
        ("13:00:00.000", 0),
        ("13:00:01.500", 1500),
        ("13:00:31.500", 30_000),
        ("13:02:01.500", 90_000),
        ("13:02:01.500", 0),
    ]


@pytest.mark.parametrize(
    ("delay", "milliseconds"),
    [
        ({"delayMs": 7}, 7),
        ({"delaySeconds": 7}, 7000),
        ({"delayMinutes": 7}, 420_000),
        ({"delay_ms": 0, "delay_seconds": 9}, 0),
        ({"delay_ms": None, "delay_seconds": 9, "delay_minutes": 8}, 9000),
        ({"delay_ms": "", "delayMinutes": 1}, 60_000),
        ({"delay_ms": 1.9}, 1),
        ({"delay_seconds": 0.0019}, 1),
        ({"delay_minutes": 0.00001}, 0),
    ],
)
def test_the_first_delay_that_is_given_counts_in_whole_milliseconds(delay: dict[str, Any], milliseconds: int) -> None:
    assert times(step_of(), step_of(**delay))[1][1] == milliseconds


@pytest.mark.parametrize("delay", [-1, -0.001, "five", "x", True, False, [], {}, float("nan"), float("inf"), 10**400, 10**15, 10**14])
@pytest.mark.parametrize("name", ["delay_ms", "delaySeconds", "delay_minutes"])
def test_a_delay_is_a_number_that_leads_somewhere(name: str, delay: object) -> None:
    if name == "delay_ms" and delay == 10**14:
        delay = 10**15
    plan = plan_of_campaigns(campaign_of(step_of(), step_of(**{name: delay}), step_of(delay_ms=1)))
    assert codes(plan) == ["invalid_step_delay"]
    assert plan.issues[0].path.startswith("campaigns[0].targets[0].steps[1].delay_")


def test_a_delay_on_the_first_step_or_beside_a_time_is_ignored() -> None:
    assert times(step_of(delay_ms="nonsense"), step_of(publish_at=LATER, delay_ms=-5), step_of(delay_seconds=1)) == [
        ("13:00:00.000", 0),
        ("15:00:00.000", 7_200_000),
        ("15:00:01.000", 1000),
    ]


def test_a_time_of_its_own_may_go_back() -> None:
    assert times(step_of(publish_at=LATER), step_of(publish_at=SOON)) == [("15:00:00.000", 0), ("13:00:00.000", -7_200_000)]


def test_the_first_step_takes_the_time_of_its_target_before_that_of_the_campaign() -> None:
    target = {"account": "x:@example", "steps": [step_of()]}
    campaign = {"publishAt": SOON, "targets": [target, {**target, "publishAt": LATER}, {**target, "publish_at": None}]}
    assert [p.publish_at_utc[11:13] for p in plan_of_campaigns(campaign).posts] == ["13", "15", "13"]


def test_a_time_is_read_in_the_zone_of_where_it_is_written() -> None:
    steps = [step_of()]
    targets = [
        {"account": "x:@example", "timezone": "America/New_York", "steps": steps},
        {"account": "x:@example", "timezone": "America/New_York", "publish_at": "2030-02-01T09:00:00", "steps": steps},
        {"account": "x:@example", "steps": [step_of(publish_at="2030-02-01T09:00:00", timezone="Asia/Tokyo")]},
    ]
    plan = plan_of_campaigns({"timezone": "Europe/Berlin", "publish_at": "2030-02-01T09:00:00", "targets": targets}, timezone="UTC")
    assert plan.issues == ()
    assert [(p.publish_at_utc[11:16], p.timezone) for p in plan.posts] == [
        ("08:00", "America/New_York"),
        ("14:00", "America/New_York"),
        ("00:00", "Asia/Tokyo"),
    ]


def test_a_wrong_time_is_told_once_where_it_is_written() -> None:
    target = {"account": "x:@example", "steps": [step_of(), step_of(delay_seconds=5), step_of(delay_ms=1)]}
    assert found(plan_of_campaigns({"publish_at": "soon", "targets": [target, target]})) == [
        ("campaigns[0].publish_at", "invalid_publish_time")
    ]
    past = plan_of_campaigns({"publish_at": "2029-01-01T00:00:00Z", "targets": [target, target]})
    assert found(past) == [("campaigns[0].publish_at", "publish_time_in_past")]
    assert found(plan_of_campaigns({"targets": [{**target, "publish_at": 5}]})) == [
        ("campaigns[0].targets[0].publish_at", "invalid_publish_time")
    ]


def test_a_time_that_nobody_needs_is_not_judged() -> None:
    target = {"account": "x:@example", "publish_at": SOON, "steps": [step_of()]}
    assert plan_of_campaigns({"publish_at": "nonsense", "targets": [target]}).issues == ()


def test_a_first_step_that_is_no_object_takes_the_start_with_it() -> None:
    plan = plan_of_campaigns(campaign_of(5, step_of()))
    assert found(plan) == [("campaigns[0].targets[0].steps[0]", "campaign_step_invalid")]
    assert plan.posts[0].publish_at > NOW


def test_provider_and_interaction_come_down_to_the_step() -> None:
    steps = [step_of(), step_of(interaction_type="post"), step_of()]
    target = {"account": "acct_x", "interactionType": "reply", "provider": "twitter", "steps": steps}
    plan = plan_of_campaigns({"publish_at": SOON, "provider": "telegram", "interaction_type": "comment", "targets": [target]})
    assert found(plan) == [("campaigns[0].targets[0].steps[0].reply_to_step_id", "x_reply_parent_required")]
    assert [(p.interaction_type, p.provider) for p in plan.posts] == [("reply", "x"), ("post", "x"), ("reply", "x")]
    mismatch = plan_of_campaigns({"publish_at": SOON, "provider": "telegram", "targets": [{"account": "acct_x", "steps": [step_of()]}]})
    assert found(mismatch) == [("campaigns[0].targets[0].steps[0].provider", "provider_account_mismatch")]


def test_a_step_may_name_its_own_account() -> None:
    named = [step_of(account="x:@second"), step_of(channel="acct_t")]
    plan = plan_of_campaigns({"publish_at": SOON, "targets": [{"steps": named}, {"account": "x:@example", "steps": [*named, step_of()]}]})
    assert plan.issues == ()
    assert [p.account_id for p in plan.posts] == ["acct_x2", "acct_t", "acct_x2", "acct_t", "acct_x"]
    assert found(plan_of_campaigns({"publish_at": SOON, "targets": [{"steps": [*named, step_of()]}]}))[0] == (
        "campaigns[0].targets[0].account",
        "campaign_target_account_required",
    )
