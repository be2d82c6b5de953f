"""The latest time of a post: what a document says of it, and what of that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from socialclaw.scheduling.campaign_graph import clone, graph_of_plan
from socialclaw.scheduling.plan import wire_plan
from tests.scheduling.documents import SOON, campaign_of, found, plan_of, plan_of_posts, step_of

POST = {"account": "x:@example", "description": "Hi", "publish_at": SOON}


@pytest.mark.parametrize("name", ["latest_at", "latestAt"])
def test_a_post_says_its_latest_time_in_its_own_zone(name: str) -> None:
    plan = plan_of_posts({**POST, "timezone": "Europe/Berlin", name: "2030-01-15T20:00:00"})
    assert (plan.issues, plan.warnings) == ((), ())
    assert [p.latest_at_utc for p in plan.posts] == ["2030-01-15T19:00:00.000Z"]


def test_a_step_of_a_campaign_does_as_well() -> None:
    plan = plan_of({"campaigns": [campaign_of(step_of(latest_at="2030-01-16T00:00:00Z"))]})
    assert plan.issues == ()
    assert [p.latest_at_utc for p in plan.posts] == ["2030-01-16T00:00:00.000Z"]
    again = plan_of(clone(graph_of_plan(plan)))
    assert [p.latest_at_utc for p in again.posts] == ["2030-01-16T00:00:00.000Z"], "a copy of the campaign keeps it"


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_said_is_nothing_shown(value: object) -> None:
    plan = plan_of_posts({**POST, "latest_at": value}, max_late_minutes=value)
    assert plan.issues == ()
    assert (plan.posts[0].latest_at, plan.max_late_minutes, "maxLateMinutes" in wire_plan(plan)) == (None, None, False)


def test_the_due_time_itself_may_be_the_latest() -> None:
    assert plan_of_posts({**POST, "latest_at": SOON}).issues == ()


@pytest.mark.parametrize("value", ["2030-01-15T12:59:59.999Z", "tonight", 5, True, [], "2030-13-01T00:00:00Z"])
def test_a_latest_time_that_cannot_be_is_refused_with_its_place(value: Any) -> None:
    assert found(plan_of_posts({**POST, "latest_at": value})) == [("posts[0].latest_at", "latest_at_invalid")]


@pytest.mark.parametrize("name", ["max_late_minutes", "maxLateMinutes"])
@pytest.mark.parametrize("minutes", [1, 525_600])
def test_a_schedule_says_how_late_its_posts_may_be(name: str, minutes: int) -> None:
    plan = plan_of_posts(POST, **{name: minutes})
    assert (plan.issues, plan.warnings, wire_plan(plan)["maxLateMinutes"]) == ((), (), minutes)


@pytest.mark.parametrize("minutes", [0, -1, 525_601, 1.5, "90", True, []])
def test_minutes_that_are_none_are_refused(minutes: Any) -> None:
    assert found(plan_of_posts(POST, max_late_minutes=minutes)) == [("max_late_minutes", "max_late_minutes_invalid")]
