from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from socialclaw.db.posts import Run
from socialclaw.errors import Conflict, InvalidRequest
from socialclaw.scheduling import campaign_graph
from tests.scheduling.documents import PICTURE, SOON, plan_of, plan_of_posts

DOCUMENT: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "campaigns": [
        {
            "id": "launch",
            "name": "Launch",
            "publish_at": SOON,
            "targets": [
                {
                    "account": "x:@example",
                    "steps": [
                        {"id": "intro", "description": "One", "assets": [{"url": PICTURE.url, "altText": "A picture"}]},
                        {"name": "Two", "interaction_type": "reply", "delay_minutes": 0.01, "settings": {"replyControl": "verified"}},
                    ],
                },
                {"account": "x:@example", "timezone": "UTC", "steps": [{"name": "Three", "media_link": "https://e.com/1.png"}]},
            ],
        },
        {"targets": [{"account": "acct_d", "publish_at": "2030-01-15T20:00:00", "steps": [{"name": "Four"}]}]},
    ],
}

INTRO = {
    "id": "intro",
    "postId": None,
    "provider": "x",
    "account": "x:@Example",
    "interactionType": "post",
    "name": "Launch Step 1",
    "description": "One",
    "mediaLink": PICTURE.url,
    "assets": [
        {
            "id": "asset_p",
            "url": PICTURE.url,
            "managed": True,
            "originalFilename": "p.png",
            "mime": "image/png",
            "kind": "image",
            "size": 1000,
            "duration": None,
            "width": 640,
            "height": 480,
            "altText": "A picture",
        }
    ],
    "settings": {},
    "timezone": "Europe/Berlin",
    "publishAtUtc": "2030-01-15T13:00:00.000Z",
    "status": None,
    "providerPostId": None,
    "sequencePosition": 1,
    "stepIndex": 0,
    "targetIndex": 0,
    "parentStepId": None,
    "stepDelayMs": 0,
    "stepDelayMinutes": 0.0,
}
SECOND = {
    **INTRO,
    "id": "launch_target_1_step_2",
    "interactionType": "reply",
    "name": "Two",
    "description": "",
    "mediaLink": None,
    "assets": [],
    "settings": {"replyControl": "verified"},
    "publishAtUtc": "2030-01-15T13:00:00.600Z",
    "sequencePosition": 2,
    "stepIndex": 1,
    "parentStepId": "intro",
    "stepDelayMs": 600,
    "stepDelayMinutes": 0.01,
}
THIRD = {
    **INTRO,
    "id": "launch_target_2_step_1",
    "name": "Three",
    "description": "",
    "mediaLink": "https://e.com/1.png",
    "assets": [{"id": "asset_1", "url": "https://e.com/1.png", "managed": False}],
    "timezone": "UTC",
    "targetIndex": 1,
}
FOURTH = {
    **THIRD,
    "id": "campaign_2_target_1_step_1",
    "provider": "discord",
    "account": "discord:42",
    "name": "Four",
    "mediaLink": None,
    "assets": [],
    "settings": {"tts": False, "suppressEmbeds": False},
    "timezone": "Europe/Berlin",
    "publishAtUtc": "2030-01-15T19:00:00.000Z",
    "targetIndex": 0,
}
GRAPH: dict[str, Any] = {
    "runId": None,
    "runStatus": None,
    "timezone": "Europe/Berlin",
    "mode": "scheduled",
    "sourceModel": "campaigns_v2",
    "totalCampaigns": 2,
    "totalTargets": 3,
    "totalSteps": 4,
    "campaigns": [
        {
            "id": "launch",
            "name": "Launch",
            "campaignIndex": 0,
            "targetCount": 2,
            "postCount": 3,
            "accounts": ["x:@Example"],
            "firstPublishAtUtc": "2030-01-15T13:00:00.000Z",
            "lastPublishAtUtc": "2030-01-15T13:00:00.000Z",
            "targets": [
                {
                    "id": "launch_target_1",
                    "targetIndex": 0,
                    "account": "x:@Example",
                    "provider": "x",
                    "timezone": "Europe/Berlin",
                    "stepCount": 2,
                    "firstPublishAtUtc": "2030-01-15T13:00:00.000Z",
                    "lastPublishAtUtc": "2030-01-15T13:00:00.600Z",
                    "steps": [INTRO, SECOND],
                },
                {
                    "id": "launch_target_2",
                    "targetIndex": 1,
                    "account": "x:@Example",
                    "provider": "x",
                    "timezone": "UTC",
                    "stepCount": 1,
                    "firstPublishAtUtc": "2030-01-15T13:00:00.000Z",
                    "lastPublishAtUtc": "2030-01-15T13:00:00.000Z",
                    "steps": [THIRD],
                },
            ],
        },
        {
            "id": "campaign_2",
            "name": "campaign_2",
            "campaignIndex": 1,
            "targetCount": 1,
            "postCount": 1,
            "accounts": ["discord:42"],
            "firstPublishAtUtc": "2030-01-15T19:00:00.000Z",
            "lastPublishAtUtc": "2030-01-15T19:00:00.000Z",
            "targets": [
                {
                    "id": "campaign_2_target_1",
                    "targetIndex": 0,
                    "account": "discord:42",
                    "provider": "discord",
                    "timezone": "Europe/Berlin",
                    "stepCount": 1,
                    "firstPublishAtUtc": "2030-01-15T19:00:00.000Z",
                    "lastPublishAtUtc": "2030-01-15T19:00:00.000Z",
                    "steps": [FOURTH],
                }
            ],
        },
    ],
}
CLONE = {
    "timezone": "Europe/Berlin",
    "mode": "draft",
    "campaigns": [
        {
            "id": "launch",
            "name": "Launch",
            "targets": [
                {
                    "account": "x:@Example",
                    "timezone": "Europe/Berlin",
                    "steps": [
                        {
                            "id": "intro",
                            "provider": "x",
                            "name": "Launch Step 1",
                            "description": "One",
                            "publish_at": "2030-01-15T13:00:00.000Z",
                            "assets": [
                                {
                                    "id": "asset_p",
                                    "url": PICTURE.url,
                                    "managed": True,
                                    "originalFilename": "p.png",
                                    "mime": "image/png",
                                    "kind": "image",
                                    "size": 1000,
                                    "altText": "A picture",
                                }
                            ],
                        },
                        {
                            "id": "launch_target_1_step_2",
                            "provider": "x",
                            "name": "Two",
                            "description": "",
                            "publish_at": "2030-01-15T13:00:00.600Z",
                            "interaction_type": "reply",
                            "reply_to_step_id": "intro",
                            "settings": {"replyControl": "verified"},
                        },
                    ],
                },
                {
                    "account": "x:@Example",
                    "timezone": "UTC",
                    "steps": [
                        {
                            "id": "launch_target_2_step_1",
                            "provider": "x",
                            "name": "Three",
                            "description": "",
                            "publish_at": "2030-01-15T13:00:00.000Z",
                            "assets": [{"id": "asset_1", "url": "https://e.com/1.png"}],
                        }
                    ],
                },
            ],
        },
        {
            "id": "campaign_2",
            "name": "campaign_2",
            "targets": [
                {
                    "account": "discord:42",
                    "timezone": "Europe/Berlin",
                    "steps": [
                        {
                            "id": "campaign_2_target_1_step_1",
                            "provider": "discord",
                            "name": "Four",
                            "description": "",
                            "publish_at": "2030-01-15T19:00:00.000Z",
                            "settings": {"tts": False, "suppressEmbeds": False},
                        }
                    ],
                }
            ],
        },
    ],
}


@dataclass
class Row:
    """A post as the table has it, as far as a graph asks."""

    id: str
    publish_at: datetime
    campaign_id: str | None = "c"
    campaign_name: str = "C"
    campaign_index: int = 0
    target_index: int = 0
    step_index: int | None = None
    sequence_position: int | None = None
    step_delay_ms: int | None = None
    step_id: str | None = None
    media_policy: str = "strict"
    parent_step_id: str | None = None
    account: str = "x:@example"
    provider: str = "x"
    interaction_type: str = "post"
    name: str = "N"
    description: str = ""
    media_link: str | None = None
    assets: list[Any] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    timezone: str = "UTC"
    status: str = "published"
    provider_post_id: str | None = "99"


RUN: Any = SimpleNamespace(id="run_1", timezone="UTC", mode="scheduled", source_model="campaigns_v2")


def at(second: int) -> datetime:
    return datetime(2030, 1, 15, 13, 0, second, tzinfo=UTC)


def test_the_graph_of_a_plan_in_full() -> None:
    plan = plan_of(DOCUMENT)
    assert plan.issues == ()
    assert campaign_graph.graph_of_plan(plan) == GRAPH


def test_the_copy_of_a_graph_in_full_is_a_draft() -> None:
    assert campaign_graph.clone(GRAPH) == CLONE
    assert campaign_graph.clone(GRAPH, mode="scheduled") == {**CLONE, "mode": "scheduled"}


def test_a_copy_means_what_the_original_meant() -> None:
    plan = plan_of(DOCUMENT)
    again = plan_of(campaign_graph.clone(campaign_graph.graph_of_plan(plan), mode="scheduled"))
    assert again.issues == ()
    assert [p.generated_name for p in again.posts] == [True, False, False, False]
    assert [p.parent_index for p in again.posts] == [p.parent_index for p in plan.posts] == [None, 0, None, None]
    graph = campaign_graph.graph_of_plan(again)
    described = {
        "originalFilename": None,
        "mime": None,
        "kind": None,
        "size": None,
        "duration": None,
        "width": None,
        "height": None,
        "altText": None,
    }
    bare = graph["campaigns"][0]["targets"][1]["steps"][0]["assets"][0]
    assert {**THIRD["assets"][0], **described} == bare  # type: ignore[index]
    bare_steps = [step for c in graph["campaigns"] for t in c["targets"] for step in t["steps"]]
    for step, original in zip(bare_steps, [INTRO, SECOND, THIRD, FOURTH], strict=True):
        assert {**step, "assets": None} == {**original, "assets": None}


def test_the_graph_of_a_run_has_its_state_and_is_in_order_whatever_the_order_of_its_rows() -> None:
    rows = [
        Row("p4", at(4), campaign_id="d", campaign_name="D", campaign_index=1, status="failed", provider_post_id=None),
        Row("p3", at(3), target_index=1, sequence_position=1, step_index=0, step_id="s3"),
        Row("p2", at(2), sequence_position=2, step_index=1, step_id="s2", step_delay_ms=1234),
        Row("p1", at(1), sequence_position=1, step_index=0, step_id="s1"),
    ]
    graph = campaign_graph.graph_of_run(RUN, rows, status="processing")
    assert (graph["runId"], graph["runStatus"], graph["totalSteps"], graph["totalTargets"]) == ("run_1", "processing", 4, 3)
    first, second = graph["campaigns"]
    steps = [step for target in first["targets"] for step in target["steps"]]
    assert [(s["id"], s["postId"], s["status"], s["providerPostId"], s["stepDelayMs"]) for s in steps] == [
        ("s1", "p1", "published", "99", 0),
        ("s2", "p2", "published", "99", 1234),
        ("s3", "p3", "published", "99", 0),
    ]
    assert steps[1]["stepDelayMinutes"] == 0.021
    assert (second["targets"][0]["steps"][0]["id"], second["targets"][0]["steps"][0]["sequencePosition"]) == ("p4", 1)


def test_a_delay_that_was_not_kept_is_the_gap_to_the_step_before_and_never_negative() -> None:
    rows = [Row(f"p{n}", at(second), sequence_position=n) for n, second in enumerate((5, 9, 2), 1)]
    graph = campaign_graph.graph_of_run(RUN, rows, status="completed")
    steps = graph["campaigns"][0]["targets"][0]["steps"]
    assert [(s["stepDelayMs"], s["stepIndex"]) for s in steps] == [(0, 0), (4000, 1), (0, 2)]
    target = graph["campaigns"][0]["targets"][0]
    assert (target["firstPublishAtUtc"], target["lastPublishAtUtc"]) == ("2030-01-15T13:00:05.000Z", "2030-01-15T13:00:02.000Z")


def test_a_real_row_has_all_that_a_graph_asks_for() -> None:
    columns = set(Run.__table__.columns.keys())
    assert {"id", "timezone", "mode", "source_model"} <= columns
    from socialclaw.db.posts import Post

    assert set(Row.__dataclass_fields__) <= set(Post.__table__.columns.keys())


def test_a_list_of_posts_has_no_graph() -> None:
    with pytest.raises(Conflict) as told:
        campaign_graph.graph_of_plan(plan_of_posts({"account": "x:@example", "name": "Hi"}))
    assert (told.value.code, told.value.status) == ("campaign_graph_requires_campaigns", 409)
    flat: Any = SimpleNamespace(id="run_1", timezone="UTC", mode="draft", source_model="posts_v1")
    with pytest.raises(Conflict):
        campaign_graph.graph_of_run(flat, [], status="draft")


def test_a_post_without_a_campaign_breaks_the_graph() -> None:
    with pytest.raises(InvalidRequest) as told:
        campaign_graph.graph_of_run(RUN, [Row("p1", at(1), campaign_id=None)], status="draft")
    assert (told.value.code, told.value.status) == ("campaign_graph_post_invalid", 422)


@pytest.mark.parametrize("graph", [None, {}, [], "x", {"campaigns": None}, {"campaigns": {}}])
def test_a_copy_needs_a_graph(graph: object) -> None:
    with pytest.raises(InvalidRequest) as told:
        campaign_graph.clone(graph)
    assert told.value.code == "campaign_graph_required"


def test_a_copy_is_a_draft_or_scheduled() -> None:
    with pytest.raises(InvalidRequest) as told:
        campaign_graph.clone(GRAPH, mode="live")
    assert told.value.code == "schedule_mode_invalid"


def test_media_of_which_only_the_url_is_known_is_copied_as_a_link() -> None:
    rows = [Row("p1", at(1), media_link="https://e.com/1.png", assets=[{"url": "https://e.com/1.png", "managed": False, "id": None}])]
    step = campaign_graph.clone(campaign_graph.graph_of_run(RUN, rows, status="draft"))["campaigns"][0]["targets"][0]["steps"][0]
    assert (step["media_link"], "assets" in step) == ("https://e.com/1.png", False)
