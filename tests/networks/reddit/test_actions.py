"""What can be asked of a Reddit user before anything is published, with exactly the fields that clients read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from socialclaw.errors import InvalidRequest, Rejected
from socialclaw.providers.draft import Account
from tests.networks.reddit.conftest import PROVIDER, Scene

ACTIONS = {action.id: action for action in PROVIDER.actions}


async def ask(scene: Scene, account: Account, action: str, **body: Any) -> Mapping[str, Any]:
    return await ACTIONS[action].run(scene.of(account), body)


def test_every_action_says_what_it_does_and_takes() -> None:
    assert list(ACTIONS) == ["subreddit-targets", "post-requirements", "link-flair-options"]
    for action in ACTIONS.values():
        assert action.label
        assert action.description.endswith(".")
        assert all(field["type"] and field["description"].endswith(".") for field in action.input_schema["properties"].values())


async def test_subreddits_are_listed_page_by_page(scene: Scene, ann: Account) -> None:
    first = await ask(scene, ann, "subreddit-targets", limit=3)
    assert set(first) == {"relationship", "subreddits", "listing", "notes"}
    assert first["relationship"] == "subscriber"
    assert all(set(one) == {"name", "title", "subscribers", "linkFlairEnabled"} for one in first["subreddits"])
    assert first["subreddits"][0]["title"] == "The subreddit CasualTalk"
    rest = await ask(scene, ann, "subreddit-targets", after=first["listing"]["after"])
    names = [one["name"] for page in (first, rest) for one in page["subreddits"]]
    assert names == ["CasualTalk", "linksonly", "textonly", "flairrequired", "restricted", "choosy", "heldback"]
    assert rest["listing"] == {"after": None}
    assert first["notes"] == ["linksonly takes links (posts with a file) only.", "textonly takes text (posts without a file) only."]
    assert rest["notes"] == ["Only approved users may post in restricted."]


@pytest.mark.parametrize(("relationship", "names"), [("moderator", ["u_ann"]), ("Contributor", [])])
async def test_other_relationships_are_listed_too(scene: Scene, ann: Account, relationship: str, names: list[str]) -> None:
    found = await ask(scene, ann, "subreddit-targets", relationship=relationship)
    assert (found["relationship"], [one["name"] for one in found["subreddits"]]) == (relationship.lower(), names)


async def test_requirements_are_summed_up_and_the_rest_is_noted(scene: Scene, ann: Account) -> None:
    assert await ask(scene, ann, "post-requirements", subreddit="r/choosy") == {
        "subreddit": "choosy",
        "summary": {"titleMinLength": 5, "titleMaxLength": 100, "bodyRestrictionPolicy": "required", "isFlairRequired": False},
        "notes": [
            "The title must have one of: [OC], [Meta].",
            "The title must not have any of: buy now.",
            "The text must not have any of: discount.",
            "Links are not taken to these sites: ads.example.",
            "The subreddit says: Be kind. Show what you have made yourself.",
        ],
    }
    plain = await ask(scene, ann, "post-requirements", subreddit="CasualTalk")
    assert plain["summary"] == {"titleMinLength": None, "titleMaxLength": None, "bodyRestrictionPolicy": "none", "isFlairRequired": False}
    assert plain["notes"] == []
    assert (await ask(scene, ann, "post-requirements", subreddit="flairrequired"))["summary"]["isFlairRequired"] is True


async def test_a_flair_that_is_listed_can_be_worn(scene: Scene, ann: Account) -> None:
    found = await ask(scene, ann, "link-flair-options", subreddit="flairrequired")
    assert set(found) == {"subreddit", "available", "flairOptions", "error", "notes"}
    assert (found["subreddit"], found["available"], found["error"]) == ("flairrequired", True, None)
    assert [(f["text"], f["textEditable"], f["modOnly"]) for f in found["flairOptions"]] == [
        ("Discussion", False, False),
        ("Question", True, False),
        ("Announcement", False, True),
    ]
    assert "modOnly" in found["notes"][0]
    chosen = found["flairOptions"][0]["id"]
    await scene.publish(ann, scene.draft(subreddit="flairrequired", flairId=chosen))
    assert scene.seen()[0].extra["flair"] == {"id": chosen, "text": "Discussion"}


async def test_a_subreddit_without_flairs_says_so(scene: Scene, ann: Account) -> None:
    found = await ask(scene, ann, "link-flair-options", subreddit="noflair")
    assert (found["available"], found["flairOptions"]) == (False, [])
    assert found["error"]["message"]


@pytest.mark.parametrize("action", ["post-requirements", "link-flair-options"])
@pytest.mark.parametrize(
    ("subreddit", "code"),
    [("nosuchplace", "reddit_not_found"), ("private", "reddit_subreddit_private"), ("banned", "reddit_subreddit_banned")],
)
async def test_what_reddit_refuses_has_its_code(scene: Scene, ann: Account, action: str, subreddit: str, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        await ask(scene, ann, action, subreddit=subreddit)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("action", "body", "path"),
    [
        ("subreddit-targets", {"relationship": "friend"}, "relationship"),
        ("subreddit-targets", {"limit": 101}, "limit"),
        ("subreddit-targets", {"limit": -1}, "limit"),
        ("post-requirements", {"subreddit": "../me"}, "subreddit"),
        ("post-requirements", {"subreddit": ""}, "subreddit"),
        ("link-flair-options", {"subreddit": "cats/about"}, "subreddit"),
        ("link-flair-options", {"subreddit": ".."}, "subreddit"),
    ],
)
async def test_bad_input_is_named_before_anything_is_asked(
    scene: Scene, ann: Account, action: str, body: dict[str, Any], path: str
) -> None:
    scene.calls.clear()
    with pytest.raises(InvalidRequest) as refused:
        await ask(scene, ann, action, **body)
    assert (refused.value.code, refused.value.status) == ("action_input_invalid", 422)
    assert refused.value.details["issues"][0]["path"] == path
    assert scene.calls == []
