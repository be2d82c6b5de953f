from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialclaw.scheduling.document import idempotency_key
from tests.scheduling.documents import NOW, SOON, campaign_of, codes, found, plan_of, plan_of_posts, step_of

POST = {"account": "x:@example", "name": "Hello"}


@pytest.mark.parametrize("document", [None, [], "x", 1, True, 1.5, [POST]])
def test_what_is_no_object_is_no_schedule(document: object) -> None:
    assert found(plan_of(document)) == [("", "schedule_invalid")]


def test_a_schedule_may_be_wrapped_or_not() -> None:
    bare = {"timezone": "Europe/Berlin", "posts": [POST]}
    assert plan_of(bare) == plan_of({"schedule": bare}) == plan_of({"schedule": None, **bare})
    assert plan_of({"schedule": bare, "posts": "ignored"}).issues == ()


@pytest.mark.parametrize("schedule", ["x", 1, [POST], True])
def test_a_wrapped_schedule_must_be_an_object(schedule: object) -> None:
    assert found(plan_of({"schedule": schedule, "posts": [POST]})) == [("schedule", "schedule_invalid")]


def test_paths_are_the_same_wrapped_or_not() -> None:
    assert found(plan_of({"schedule": {"posts": [{}, POST]}})) == found(plan_of({"posts": [{}, POST]}))
    assert found(plan_of({"posts": [{}]}))[0] == ("posts[0].provider", "provider_required")


@pytest.mark.parametrize("empty", [{}, {"posts": []}, {"campaigns": []}, {"posts": [], "campaigns": []}, {"posts": None}, {"posts": ""}])
def test_a_schedule_needs_posts_or_campaigns(empty: dict[str, Any]) -> None:
    assert codes(plan_of(empty)) == ["schedule_items_required"]


def test_a_schedule_has_not_both() -> None:
    assert codes(plan_of({"posts": [POST], "campaigns": [campaign_of(step_of())]})) == ["schedule_shape_conflict"]
    assert codes(plan_of({"posts": [POST], "campaigns": []})) == []


@pytest.mark.parametrize("items", [{}, "x", 1, True])
@pytest.mark.parametrize("name", ["posts", "campaigns"])
def test_posts_and_campaigns_are_lists(name: str, items: object) -> None:
    assert found(plan_of({name: items})) == [(name, "field_type_invalid")]


@pytest.mark.parametrize("item", [None, "x", 1, True, [POST]])
def test_a_post_is_an_object(item: object) -> None:
    assert found(plan_of_posts(POST, item, POST)) == [("posts[1]", "field_type_invalid")]


def test_the_time_zone_is_utc_unless_stated_and_a_post_may_have_its_own() -> None:
    local = {**POST, "publish_at": "2030-02-01T09:00:00"}
    assert [p.publish_at_utc for p in plan_of_posts(local).posts] == ["2030-02-01T09:00:00.000Z"]
    plan = plan_of_posts(local, {**local, "timezone": "America/New_York"}, {**local, "timezone": None}, timezone=" Europe/Berlin ")
    assert plan.timezone == "Europe/Berlin"
    assert [(p.timezone, p.publish_at_utc) for p in plan.posts] == [
        ("Europe/Berlin", "2030-02-01T08:00:00.000Z"),
        ("America/New_York", "2030-02-01T14:00:00.000Z"),
        ("Europe/Berlin", "2030-02-01T08:00:00.000Z"),
    ]


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc", "Europe", "x" * 3000])
def test_an_unknown_time_zone_is_named(name: str) -> None:
    plan = plan_of_posts({**POST, "timezone": name}, timezone=name)
    assert found(plan) == [("timezone", "timezone_invalid"), ("posts[0].timezone", "timezone_invalid")]
    assert plan.issues[0].details["timezone"][:10] == name[:10]


@pytest.mark.parametrize("name", [1, True, [], {}])
def test_a_time_zone_is_text(name: object) -> None:
    plan = plan_of_posts({**POST, "timezone": name}, timezone=name)
    assert found(plan) == [("timezone", "field_type_invalid"), ("posts[0].timezone", "field_type_invalid")]


@pytest.mark.parametrize(
    ("root", "mode"),
    [
        ({}, "scheduled"),
        ({"mode": "draft"}, "draft"),
        ({"mode": " Draft "}, "draft"),
        ({"mode": "SCHEDULED"}, "scheduled"),
        ({"status": "draft"}, "draft"),
        ({"mode": "scheduled", "status": "draft"}, "scheduled"),
        ({"mode": None, "status": "draft"}, "draft"),
        ({"mode": "", "status": ""}, "scheduled"),
    ],
)
def test_the_mode_is_mode_else_status_else_scheduled(root: dict[str, Any], mode: str) -> None:
    plan = plan_of_posts(POST, **root)
    assert (plan.mode, plan.issues) == (mode, ())


@pytest.mark.parametrize("mode", ["live", 1, True, [], {}, "drafts"])
def test_no_other_mode_is_taken(mode: object) -> None:
    assert found(plan_of_posts(POST, mode=mode)) == [("mode", "schedule_mode_invalid")]
    assert found(plan_of_posts(POST, status=mode)) == [("status", "schedule_mode_invalid")]
    assert found(plan_of({"campaigns": [campaign_of(step_of(), mode=mode)]})) == [("campaigns[0].mode", "schedule_mode_invalid")]


def test_the_status_of_a_post_says_nothing() -> None:
    assert plan_of_posts({**POST, "status": "draft", "mode": "nonsense"}).mode == "scheduled"


@pytest.mark.parametrize(
    ("root", "campaigns", "mode"),
    [
        ({}, ["draft"], "draft"),
        ({}, [None, "draft"], "draft"),
        ({}, ["scheduled", "DRAFT"], "draft"),
        ({}, ["scheduled", "scheduled"], "scheduled"),
        ({"mode": "draft"}, ["scheduled"], "draft"),
        ({"status": "draft"}, ["draft"], "draft"),
    ],
)
def test_one_campaign_that_is_a_draft_makes_the_run_a_draft(root: dict[str, Any], campaigns: list[str], mode: str) -> None:
    plan = plan_of({**root, "campaigns": [campaign_of(step_of(), mode=word) for word in campaigns]})
    assert (plan.mode, plan.issues) == (mode, ())


def test_a_draft_is_never_published_because_the_schedule_says_scheduled() -> None:
    plan = plan_of({"mode": "scheduled", "campaigns": [campaign_of(step_of()), campaign_of(step_of(), mode="draft")]})
    assert found(plan) == [("campaigns[1].mode", "schedule_mode_invalid")]


def test_a_run_has_at_most_a_thousand_posts() -> None:
    assert plan_of_posts(*[POST] * 1000).issues == ()
    plan = plan_of_posts(*[POST] * 1001)
    assert (found(plan), plan.posts) == ([("posts", "schedule_too_large")], ())
    assert plan.issues[0].details == {"count": 1001, "maxPosts": 1000}
    many = [campaign_of(*[step_of()] * 500), campaign_of(*[step_of()] * 500)]
    assert plan_of({"campaigns": many}).issues == ()
    assert found(plan_of({"campaigns": [*many, campaign_of(step_of())]})) == [("campaigns", "schedule_too_large")]


@pytest.mark.parametrize("item", [{}, None, {"targets": [{}] * 1001}, {"targets": [{"steps": [None] * 1001}]}])
def test_a_flood_of_nothing_is_too_large_as_well(item: object) -> None:
    assert codes(plan_of({"campaigns": [item] * 1001})) == ["schedule_too_large"]


@pytest.mark.parametrize("name", ["idempotencyKey", "idempotency_key"])
def test_the_idempotency_key_stands_beside_or_inside_the_schedule(name: str) -> None:
    schedule = {"posts": [POST]}
    for document in ({name: "k-1", **schedule}, {name: "k-1", "schedule": schedule}, {"schedule": {name: "k-1", **schedule}}):
        plan = plan_of(document)
        assert (plan.idempotency_key, plan.issues, idempotency_key(document)) == ("k-1", (), "k-1")
    outside = {name: "outer", "schedule": {name: "inner", **schedule}}
    assert plan_of(outside).idempotency_key == idempotency_key(outside) == "outer"
    for absent in (None, ""):
        assert plan_of({name: absent, **schedule}).idempotency_key is None


@pytest.mark.parametrize("key", [1, True, [], {}, "k" * 256, "a\0b", "a\nb", "\ud800"])
def test_a_bad_idempotency_key_is_refused(key: object) -> None:
    document = {"idempotencyKey": key, "posts": [POST]}
    assert found(plan_of(document)) == [("idempotencyKey", "idempotency_key_invalid")]
    assert idempotency_key(document) is None


def test_an_idempotency_key_may_be_as_long_as_it_may() -> None:
    assert plan_of({"idempotencyKey": "ü" * 255, "posts": [POST]}).issues == ()
    assert idempotency_key("nonsense") is None


def test_all_problems_are_told_at_once_in_the_order_of_the_document() -> None:
    document = {
        "timezone": "Mars/Olympus",
        "mode": "later",
        "posts": [
            {**POST, "interaction_type": "reply", "reply_to_step_id": "post_9", "publish_at": "soon"},
            POST,
            {"account": "nobody", "assets": [7]},
            {**POST, "interaction_type": "reply", "reply_to_step_id": "post_4"},
        ],
    }
    assert found(plan_of(document)) == [
        ("timezone", "timezone_invalid"),
        ("mode", "schedule_mode_invalid"),
        ("posts[0].publish_at", "invalid_publish_time"),
        ("posts[0].reply_to_step_id", "parent_step_not_found"),
        ("posts[2].provider", "provider_required"),
        ("posts[2].assets[0]", "asset_invalid"),
        ("posts[3].reply_to_step_id", "parent_step_cycle"),
    ]


def test_a_plan_is_exactly_what_the_document_says() -> None:
    plan = plan_of_posts(
        {
            "account": "X:@EXAMPLE",
            "name": " Title ",
            "description": "Body\n",
            "publish_at": SOON,
            "media_link": "https://cdn.example.com/a.png?v=1",
            "settings": {"replyControl": "following"},
        },
        {"channel": "acct_t", "title": "T", "text": "B", "publishAt": SOON, "mediaLink": "https://cdn.example.com/a.mp4"},
    )
    assert (plan.issues, plan.source_model, plan.campaigns) == ((), "posts_v1", ())
    first, second = plan.posts
    assert (first.provider, first.account, first.account_id) == ("x", "x:@Example", "acct_x")
    assert (first.name, first.description, first.generated_name) == ("Title", "Body", False)
    assert (first.interaction_type, first.settings, first.timezone) == ("post", {"replyControl": "following"}, "UTC")
    assert (first.publish_at, first.publish_at_utc) == (NOW + timedelta(hours=1), "2030-01-15T13:00:00.000Z")
    assert (first.media_link, first.assets) == (
        "https://cdn.example.com/a.png?v=1",
        [{"id": "asset_1", "url": "https://cdn.example.com/a.png?v=1", "managed": False}],
    )
    assert (first.step_id, first.target_index, first.step_index, first.parent_step_id, first.parent_index) == ("post_1", 0, 0, None, None)
    assert (first.campaign_id, first.campaign_name, first.campaign_index) == (None, None, None)
    assert (first.sequence_position, first.step_delay_ms, first.source_model) == (None, None, "posts_v1")
    assert (second.provider, second.account, second.account_id, second.step_id) == ("telegram", "telegram:-100123", "acct_t", "post_2")
    assert (second.name, second.description, second.target_index) == ("T", "B", 1)
    assert second.settings == {"parseMode": None, "disableNotification": False, "protectContent": False, "disableLinkPreview": False}


def test_the_moment_of_a_post_without_a_time_is_the_same_for_all_and_in_whole_milliseconds() -> None:
    from socialclaw.scheduling.document import parse
    from tests.scheduling.documents import ACCOUNTS

    plan = parse({"posts": [POST, POST]}, now=NOW + timedelta(microseconds=1999), accounts=ACCOUNTS)
    assert {p.publish_at_utc for p in plan.posts} == {"2030-01-15T12:00:00.001Z"}


def test_text_that_only_looks_like_an_escaped_nul_is_text() -> None:
    assert codes(plan_of_posts({**POST, "description": "back\\u0000slash"})) == []
    assert codes(plan_of_posts({**POST, "description": "a\0b"})) == ["text_invalid"]
