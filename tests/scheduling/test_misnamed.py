"""A field nearly right is refused with the right word, any other that is not known is a warning, and official clients hear neither."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from socialclaw.publishing.listing import MEMBERS
from socialclaw.scheduling.campaign_graph import clone, graph_of_plan
from socialclaw.scheduling.plan import wire_plan
from socialclaw.scheduling.unknown_fields import MOST_COMPARED
from tests.scheduling.documents import SOON, campaign_of, plan_of, plan_of_posts, step_of

PICTURE = "https://a.example/a.png"
DRY = "POST /v1/posts/validate"

# In a post: a spelling, what somebody says with it, and the word that is meant.
IN_A_POST: list[tuple[str, Any, str]] = [
    *[
        (name, SOON, "publish_at")
        for name in [
            "scheduled_at",
            "scheduledAt",
            "scheduleDate",
            "scheduled_for",
            "scheduledFor",
            "schedule_time",
            "publishTime",
            "publish_time",
            "publish_on",
            "publishDate",
            "post_at",
            "postAt",
            "date",
            "time",
            "datetime",
            "when",
            "start_at",
            "startAt",
            "due_at",
            "dueAt",
            "sendAt",
            "Publish_At",
            "PUBLISH_AT",
            "publish-at",
            "publihs_at",
            "publish_att",
            "publis_at",
            "schedule",
            "timestamp",
        ]
    ],
    *[
        (name, PICTURE, "media_link")
        for name in ["media", "media_url", "mediaUrl", "image", "image_url", "imageUrl", "video", "video_url", "photo", "mediaLnk", "url"]
    ],
    *[
        (name, [PICTURE], "assets")
        for name in ["media", "mediaUrls", "media_urls", "images", "photos", "attachments", "files", "Assets", "assetts", "videos"]
    ],
    *[
        (name, "Hi", "description")
        for name in ["content", "caption", "body", "message", "copy", "descripton", "Description", "discription"]
    ],
    ("dryRun", True, DRY),
    ("dry_run", True, DRY),
    ("dry-run", "true", DRY),
    ("preview", True, DRY),
    ("draft", True, "mode"),
    ("isDraft", True, "mode"),
    ("approval", "required", "mode"),
    ("mode", "draft", "mode"),
    ("status", "draft", "mode"),
    ("state", "Draft", "mode"),
    ("publish", False, "mode"),
    ("replyTo", "post_1", "reply_to_step_id"),
    ("in_reply_to", "post_1", "reply_to_step_id"),
    ("timeZone", "Europe/Berlin", "timezone"),
    ("tz", "Europe/Berlin", "timezone"),
    ("options", {"replyControl": "following"}, "settings"),
    ("Settings", {"replyControl": "following"}, "settings"),
    ("interactionTyp", "reply", "interaction_type"),
    ("delay_minutes", 30, "publish_at"),
    ("delay_seconds", 30, "publish_at"),
    ("delay", 30, "publish_at"),
    ("platform", "x", "provider"),
    ("thread", ["Second"], "campaigns"),
    ("first-comment", "Second", "first_comment"),
    ("firstComent", "Second", "first_comment"),
    ("pinnedComment", "Second", "first_comment"),
    ("headline", "News", "name"),
    ("label", ["launch"], "labels"),
    ("Labels", ["launch"], "labels"),
    ("lables", ["launch"], "labels"),
]
AT_THE_ROOT: list[tuple[str, Any, str]] = [
    ("publish_at", SOON, "posts[].publish_at"),
    ("publishAt", SOON, "posts[].publish_at"),
    ("scheduled_at", SOON, "posts[].publish_at"),
    ("date", SOON, "posts[].publish_at"),
    ("media_link", PICTURE, "posts[].media_link"),
    ("images", [PICTURE], "posts[].assets"),
    ("settings", {"replyControl": "following"}, "posts[].settings"),
    ("media_policy", "fit", "posts[].media_policy"),
    ("labels", ["launch"], "posts[].labels"),
    ("dryRun", True, DRY),
    ("dry_run", 1, DRY),
    ("preview", True, DRY),
    ("draft", True, "mode"),
    ("approval", True, "mode"),
    ("Mode", "draft", "mode"),
    ("timeZone", "Europe/Berlin", "timezone"),
    ("idempotency-key", "k", "idempotencyKey"),
]


def said(plan: Any) -> list[tuple[str, str, Any]]:
    return [(issue.code, issue.path, issue.details.get("didYouMean")) for issue in plan.issues if issue.code == "field_misnamed"]


def test_the_tables_have_enough_spellings() -> None:
    assert len({name for name, _, _ in IN_A_POST}) >= 60


@pytest.mark.parametrize(("name", "value", "meant"), IN_A_POST)
def test_a_post_with_a_field_nearly_right_is_refused_with_the_right_word(name: str, value: Any, meant: str) -> None:
    plan = plan_of_posts({"account": "x:@example", "name": "Hello", name: value})
    assert said(plan) == [("field_misnamed", f"posts[0].{name}", meant)]
    assert plan.issues[0].code == "field_misnamed"


@pytest.mark.parametrize(("name", "value", "meant"), [row for row in IN_A_POST if "delay" not in row[0]])
def test_so_is_a_step(name: str, value: Any, meant: str) -> None:
    plan = plan_of({"campaigns": [campaign_of(step_of(**{name: value}))]})
    assert said(plan) == [("field_misnamed", f"campaigns[0].targets[0].steps[0].{name}", meant)]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(("name", "value", "meant"), AT_THE_ROOT)
def test_so_is_a_schedule_and_what_wraps_it(name: str, value: Any, meant: str, wrapped: bool) -> None:
    schedule = {"posts": [{"account": "x:@example", "name": "Hello"}]}
    plan = plan_of({"schedule": schedule, name: value} if wrapped else {**schedule, name: value})
    assert said(plan) == [("field_misnamed", name, meant)]


@pytest.mark.parametrize(
    ("campaign", "target", "path", "meant"),
    [
        ({"scheduled_at": SOON}, {}, "campaigns[0].scheduled_at", "publish_at"),
        ({"media": PICTURE}, {}, "campaigns[0].media", "targets[].steps[].media_link"),
        ({"dryRun": True}, {}, "campaigns[0].dryRun", DRY),
        ({"draft": True}, {}, "campaigns[0].draft", "mode"),
        ({}, {"start_at": SOON}, "campaigns[0].targets[0].start_at", "publish_at"),
        ({}, {"settings": {"replyControl": "following"}}, "campaigns[0].targets[0].settings", "steps[].settings"),
        ({}, {"assets": [PICTURE]}, "campaigns[0].targets[0].assets", "steps[].assets"),
        ({}, {"mode": "draft"}, "campaigns[0].targets[0].mode", "mode"),
    ],
)
def test_so_are_campaigns_and_targets(campaign: dict[str, Any], target: dict[str, Any], path: str, meant: str) -> None:
    document = campaign_of(step_of(), **campaign)
    document["targets"][0] |= target
    assert said(plan_of({"campaigns": [document]})) == [("field_misnamed", path, meant)]


@pytest.mark.parametrize("name", ["delay", "delayHours", "delay_minute", "delay_mins", "wait", "Delay_Minutes"])
def test_a_delay_that_is_no_field_does_not_put_a_step_at_the_time_of_the_one_before(name: str) -> None:
    plan = plan_of({"campaigns": [campaign_of(step_of(), step_of(**{name: 5}))]})
    assert said(plan) == [("field_misnamed", f"campaigns[0].targets[0].steps[1].{name}", "delay_minutes")]


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("alt", "A cat", "altText"),
        ("alt_text", "A cat", "altText"),
        ("caption", "A cat", "altText"),
        ("uri", "https://b.example/b.png", "url"),
    ],
)
def test_an_asset_keeps_its_words(name: str, value: str, meant: str) -> None:
    plan = plan_of_posts({"account": "x:@example", "assets": [{"url": PICTURE, name: value}]})
    assert said(plan) == [("field_misnamed", f"posts[0].assets[0].{name}", meant)]


def test_a_setting_nearly_right_is_refused_with_the_right_word() -> None:
    (issue,) = plan_of_posts({"account": "x:@example", "name": "Hello", "settings": {"reply_control": "following"}}).issues
    assert (issue.code, issue.details["didYouMean"]) == ("x_settings_unsupported", "replyControl")


@pytest.mark.parametrize("name", ["foo", "notes", "model", "priority", "clientRef", "externalId", "color"])
def test_any_other_field_is_a_warning(name: str) -> None:
    post = {"account": "x:@example", "name": "Hello", name: "value"}
    plan = plan_of({"posts": [post], name: "value"})
    assert plan.issues == ()
    assert [(w.code, w.path) for w in plan.warnings] == [("field_unknown", name), ("field_unknown", f"posts[0].{name}")]


@pytest.mark.parametrize(
    ("name", "value"), [("dryRun", False), ("draft", None), ("scheduled_at", None), ("images", []), ("dry_run", "false")]
)
def test_a_near_miss_that_says_nothing_is_no_more_than_a_warning(name: str, value: Any) -> None:
    plan = plan_of_posts({"account": "x:@example", "name": "Hello", name: value})
    assert plan.issues == ()
    assert [w.path for w in plan.warnings] == [f"posts[0].{name}"]


def test_a_setting_in_the_post_is_a_warning_that_says_where_it_belongs() -> None:
    plan = plan_of_posts({"account": "x:@example", "name": "Hello", "replyControl": "following"})
    assert [(w.code, w.details) for w in plan.warnings] == [("field_unknown", {"didYouMean": "settings.replyControl"})]


def test_the_official_yaml_reader_empties_settings_and_leaves_them_in_the_post() -> None:
    plan = plan_of_posts({"account": "x:@example", "name": "Hello", "settings": "", "replyControl": "following"})
    assert (plan.issues, plan.warnings) == ((), ())


def test_what_the_official_clients_send_is_taken_without_a_word() -> None:
    n8n = {"account": "acct_x", "name": "n8n post", "description": "", "publish_at": SOON, "media_link": PICTURE}
    readme = {"account": "x:@example", "id": "a", "provider": "x", "name": "Hello", "status": "scheduled"}
    wrapped = {"idempotencyKey": "run_1", "schedule": {"timezone": "UTC", "mode": "scheduled", "posts": [n8n, readme]}}
    plan = plan_of(wrapped)
    assert (plan.issues, plan.warnings) == ((), ())


def test_the_answer_to_a_schedule_may_be_handed_in_again() -> None:
    first = plan_of_posts({"account": "x:@example", "name": "Hello", "publish_at": SOON, "assets": [{"id": "asset_p"}]})
    plan = plan_of(msgspec.json.decode(msgspec.json.encode({"ok": True, "tenantId": "t", **wire_plan(first)})))
    assert (plan.issues, plan.warnings) == ((), ())


def test_so_may_a_campaign_graph_and_its_clone() -> None:
    graph = graph_of_plan(plan_of({"campaigns": [campaign_of(step_of(), step_of(interaction_type="reply"))]}))
    for document in ({**graph, "mode": "scheduled"}, clone(graph)):
        plan = plan_of(document)
        assert (plan.issues, plan.warnings) == ((), ())


@pytest.mark.parametrize("name", sorted(MEMBERS))
def test_so_may_every_member_of_a_post_that_is_served(name: str) -> None:
    values = {
        "publishAtUtc": SOON,
        "assets": [],
        "labels": [],
        "settings": {},
        "timezone": "UTC",
        "interactionType": "post",
        "mediaLink": PICTURE,
    }
    values |= {"provider": "x", "mediaPolicy": "strict", "parentStepId": None, "status": "scheduled"}
    plan = plan_of_posts(
        {"account": "x:@example", "name": "Hello", **({} if name in ("account", "name") else {name: values.get(name, "v")})}
    )
    assert (plan.issues, plan.warnings) == ((), ())


def test_a_schedule_that_is_text_is_called_that() -> None:
    for document, path in (('{"posts": []}', ""), ({"schedule": '{"posts": []}'}, "schedule")):
        (issue,) = plan_of(document).issues
        assert (issue.code, issue.path) == ("schedule_invalid", path)
        assert "send the object itself" in issue.message


@pytest.mark.parametrize("day", ["2030-01-16", "20300116", " 2030-01-16 "])
def test_a_date_alone_is_midnight_and_says_so(day: str) -> None:
    plan = plan_of_posts({"account": "x:@example", "name": "Hello", "publish_at": day})
    assert [p.publish_at_utc for p in plan.posts] == ["2030-01-16T00:00:00.000Z"]
    assert [(w.code, w.path) for w in plan.warnings] == [("publish_time_is_midnight", "posts[0].publish_at")]


def test_a_thousand_posts_with_fifty_unknown_fields_each_are_no_work_for_long() -> None:
    """What is compared with known names is bounded, and so is what is said."""
    odd = [{"account": "x:@example", "name": "Hello", **{f"zzzzzz{i}_{n}": 1 for n in range(50)}} for i in range(1000)]
    plan = plan_of({"posts": odd})
    assert plan.issues == ()
    assert len(plan.warnings) <= MOST_COMPARED
