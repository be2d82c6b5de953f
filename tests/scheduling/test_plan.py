from __future__ import annotations

from typing import Any

import msgspec

from socialclaw.scheduling.plan import Destination, Directory, wire_plan
from tests.scheduling.documents import SOON, X, campaign_of, plan_of, plan_of_posts, step_of


def wire(document: Any) -> Any:
    plan = plan_of(document)
    assert plan.issues == ()
    return msgspec.json.decode(msgspec.json.encode(wire_plan(plan)))


def test_a_directory_finds_by_id_or_by_handle_in_any_case_and_within_a_provider() -> None:
    same = [Destination("acct_1", "x", "shared"), Destination("acct_2", "discord", "Shared")]
    resolve = Directory([X, *same])
    assert resolve("acct_x", None) is X
    assert resolve("X:@EXAMPLE", None) is X
    assert resolve("X:@EXAMPLE", "discord") is None
    assert [resolve("SHARED", provider) for provider in ("x", "discord")] == same
    assert resolve("ACCT_X", None) is None


def test_a_post_on_the_wire() -> None:
    answer = wire(
        {
            "timezone": "Europe/Berlin",
            "posts": [{"account": "acct_x", "name": "Hi", "media_link": "https://e.com/1.png", "publish_at": SOON}],
        }
    )
    post = answer.pop("posts")[0]
    assert answer == {
        "timezone": "Europe/Berlin",
        "mode": "scheduled",
        "sourceModel": "posts_v1",
        "totalCampaigns": 0,
        "totalPosts": 1,
        "warnings": [],
    }
    assert post == {
        "provider": "x",
        "account": "x:@Example",
        "accountId": "acct_x",
        "name": "Hi",
        "description": "",
        "generatedName": False,
        "interactionType": "post",
        "assets": [{"id": "asset_1", "url": "https://e.com/1.png", "managed": False}],
        "mediaLink": "https://e.com/1.png",
        "settings": {},
        "timezone": "Europe/Berlin",
        "publishAtUtc": "2030-01-15T13:00:00.000Z",
        "parentStepId": None,
        "stepId": "post_1",
        "sourceModel": "posts_v1",
        "targetIndex": 0,
        "stepIndex": 0,
    }


def test_a_step_on_the_wire_has_its_place_in_the_campaign() -> None:
    answer = wire({"campaigns": [campaign_of(step_of(), {"description": "Hi", "interaction_type": "reply", "delay_ms": 5})]})
    assert (answer["totalCampaigns"], answer["totalPosts"], answer["sourceModel"]) == (1, 2, "campaigns_v2")
    place = {name: answer["posts"][1][name] for name in ("campaignId", "campaignName", "campaignIndex", "targetIndex", "stepIndex")}
    assert place == {"campaignId": "c", "campaignName": "Launch", "campaignIndex": 0, "targetIndex": 0, "stepIndex": 1}
    rest = {name: answer["posts"][1][name] for name in ("sequencePosition", "stepDelayMs", "parentStepId", "parentIndex", "generatedName")}
    assert rest == {"sequencePosition": 2, "stepDelayMs": 5, "parentStepId": "c_target_1_step_1", "parentIndex": 0, "generatedName": True}


def test_the_posts_of_an_answer_can_be_sent_again() -> None:
    first = plan_of_posts(
        {
            "account": "acct_t",
            "name": "Hi",
            "settings": {"parseMode": "none"},
            "publish_at": SOON,
            "assets": ["https://e.com/1.png"],
        }
    )
    assert first.issues == ()
    again = plan_of({"posts": [msgspec.to_builtins(post) for post in first.posts]})
    assert again.issues == ()
    again_posts = [msgspec.structs.replace(post, assets=first.posts[0].assets) for post in again.posts]
    assert again_posts == list(first.posts)
