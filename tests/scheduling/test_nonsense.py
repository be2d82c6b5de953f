"""Whatever JSON is thrown at it, a document is judged, never crashed on, and what is said of it can be written as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from socialclaw.scheduling.document import idempotency_key
from socialclaw.scheduling.judge import problem
from socialclaw.scheduling.library import asset_ids
from socialclaw.scheduling.plan import Plan, wire_plan
from socialclaw.scheduling.problems import MOST_ISSUES
from tests.scheduling.documents import BASE_URL, PICTURE, codes, plan_of

WORDS = st.sampled_from(
    [
        "",
        " ",
        "x:@example",
        "acct_t",
        "discord:42",
        "telegram",
        "post",
        "reply",
        "comment",
        "draft",
        "post_1",
        "a",
        "2030-02-01T10:00:00Z",
        "2030-03-31T02:30:00",
        "9999-12-31T23:59:59",
        "Europe/Berlin",
        "https://e.com/1.png",
        "http://[::1/x.mp4",
        PICTURE.url,
        "asset_p",
        "\0",
        "\ud800",
        "x" * 300,
    ]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.sampled_from([10**400, -(10**400), 2**63]) | st.floats() | WORDS | st.text(max_size=8)
)
# fmt: off
KEYS = st.sampled_from([
    "schedule", "posts", "campaigns", "targets", "steps", "account", "channel", "provider", "name", "title", "description", "text",
    "publish_at", "publishAt", "timezone", "mode", "status", "interaction_type", "reply_to_step_id", "parentStepId", "media_link",
    "mediaLink", "assets", "settings", "id", "url", "managed", "size", "duration", "width", "height", "altText", "kind", "assetId",
    "delay_ms", "delaySeconds", "delay_minutes", "idempotencyKey", "replyControl", "parseMode", "tts", "originalFilename", "mime",
]) | st.text(max_size=4)
SAID = ("name", "description", "publish_at", "settings", "assets", "interaction_type", "reply_to_step_id", "media_link")
# fmt: on
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25)
OBJECT = st.dictionaries(KEYS, JSON, max_size=8)
LIKELY = st.fixed_dictionaries({"account": WORDS | JSON}, optional={name: WORDS | JSON for name in SAID})
STEPS = st.lists(LIKELY | JSON, max_size=3)
CAMPAIGNS = st.lists(
    st.fixed_dictionaries(
        {
            "publish_at": WORDS | JSON,
            "targets": st.lists(st.fixed_dictionaries({"account": WORDS | JSON, "steps": STEPS}) | JSON, max_size=3),
        },
        optional={"id": JSON, "name": JSON, "mode": JSON, "timezone": WORDS | JSON},
    )
    | JSON,
    max_size=3,
)


def judged(document: object) -> Plan:
    """The plan, after proving that it, or what is wrong with it, can be told."""
    plan = plan_of(document)
    if plan.issues:
        error = problem(plan)
        told = msgspec.json.decode(msgspec.json.encode(error.details))
        assert (error.status, len(told["issues"])) == (422, len(plan.issues))
        assert all(issue["code"] and issue["message"] for issue in told["issues"])
    else:
        assert b"\\u0000" not in msgspec.json.encode(wire_plan(plan)).replace(b"\\\\", b"")
        assert all(post.account_id for post in plan.posts)
    asset_ids(document, BASE_URL)
    idempotency_key(document)
    return plan


@given(JSON)
def test_any_json(document: object) -> None:
    judged(document)


@given(st.lists(LIKELY | OBJECT | JSON, max_size=4), st.dictionaries(KEYS, WORDS | JSON, max_size=3))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_posts(posts: list[Any], root: dict[str, Any]) -> None:
    judged({**root, "posts": posts})


@given(CAMPAIGNS)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_campaigns(campaigns: list[Any]) -> None:
    judged({"campaigns": campaigns})


@pytest.mark.parametrize("name", ["posts", "campaigns", "schedule", "timezone", "mode", "idempotencyKey"])
def test_deep_nesting_anywhere(name: str) -> None:
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    assert judged({name: deep}).issues
    good = {"account": "x:@example", "name": "Hi"}
    assert judged({"posts": [{**good, "note": deep}]}).issues == ()
    assert judged({"posts": [{**good, "settings": {"replyControl": deep}}]}).issues
    assert judged({"posts": [{**good, "assets": [deep]}]}).issues
    assert judged({"posts": [{**good, "assets": [{"url": deep, "x": deep}]}]}).issues
    while deep:  # let go of it level by level: freeing it at once would nest as deep
        deep = deep.pop()


def test_there_is_an_end_to_what_is_listed() -> None:
    posts = [{"account": "x:@example", "name": "Hi", "settings": dict.fromkeys(map(str, range(60)), 1)}] * 1000
    plan = judged({"posts": posts})
    assert len(plan.issues) == MOST_ISSUES + 1
    assert codes(plan)[-1] == "too_many_issues"


def test_what_is_repeated_in_messages_is_short() -> None:
    long = "x" * 200_000
    posts = [
        {"account": long, "name": "Hi"},
        {"account": "x:@example", "name": "Hi", "timezone": long, "settings": {long: 1}, "assets": [long]},
        {"account": "x:@example", "name": "Hi", "interaction_type": "reply", "reply_to_step_id": long},
        {"account": f"x:@{long}", "provider": long, "name": "Hi", "interaction_type": long},
    ]
    plan = judged({"posts": posts, "mode": long})
    assert len(plan.issues) >= 8
    assert max(len(issue.message) + len(issue.path) for issue in plan.issues) < 500
