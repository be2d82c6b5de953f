"""What a post to Reddit may contain, judged before anything is sent: each code, and the figure beside it."""

from __future__ import annotations

from typing import Any

import pytest

from socialclaw.networks import canonical, provider_of_handle
from socialclaw.providers.base import Checks, Confirms, Deletes, Discovers, Measures, MeasuresAccount
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from tests.networks.reddit.conftest import PROVIDER

[USER] = PROVIDER.targets
DEFAULTS = {"sendReplies": True, "nsfw": False, "spoiler": False, "flairId": None, "flairText": None}


def judged(draft: Draft) -> list[str]:
    return [issue.code for issue in check(draft, PROVIDER.rules, prefix="reddit")]


def settled(**given: Any) -> tuple[dict[str, Any], list[str]]:
    effective, wrong = settle(given, USER.settings, prefix="reddit")
    assert USER.fits is not None
    return effective, [issue.code for issue in (*wrong, *USER.fits(Draft("x", settings=effective)))]


def file(kind: str, number: int = 1, size: int = 10) -> Media:
    return Media(f"asset_{number}", kind, size=size, url=f"https://e.org/{number}")


@pytest.mark.parametrize("kind", ["image", "video", "other"])
def test_any_one_file_of_any_size_can_be_linked_to(kind: str) -> None:
    assert judged(Draft("Soup", "Soup", media=(file(kind, size=10**12),))) == []
    assert judged(Draft("Soup", "Soup", media=(file(kind), file(kind, 2)))) == ["provider_multi_asset_unsupported"]


@pytest.mark.parametrize("interaction", ["reply", "comment"])
def test_there_are_posts_only(interaction: str) -> None:
    assert judged(Draft("Soup", "Soup", interaction=interaction)) == ["reddit_interaction_unsupported"]


@pytest.mark.parametrize(
    ("name", "description", "codes"),
    [
        ("t" * 300, "", []),
        ("t" * 301, "", ["reddit_title_too_long"]),
        ("", "t" * 300 + "\n" + "a" * 40_000, []),
        ("", "t" * 301 + "\nmore", ["reddit_title_too_long"]),
        ("Soup", "a" * 40_000, []),
        ("Soup", "a" * 40_001, ["reddit_text_too_long"]),
        ("", "", ["reddit_title_required"]),
    ],
)
def test_a_post_has_a_title_and_may_have_text(name: str, description: str, codes: list[str]) -> None:
    for media in ((), (file("image"),)):
        assert judged(Draft(f"{name}\n\n{description}".strip(), name, description, media)) == codes


def test_the_first_problem_is_the_one_that_the_contract_names_first() -> None:
    draft = Draft("", media=(file("image"), file("image", 2)), interaction="reply")
    assert judged(draft) == ["provider_multi_asset_unsupported", "reddit_interaction_unsupported", "reddit_title_required"]


@pytest.mark.parametrize("given", ["cats", "r/cats", "/r/cats", " r/ cats "])
def test_a_subreddit_is_named_with_or_without_its_prefix(given: str) -> None:
    expected = {"subreddit": "cats", **DEFAULTS}
    assert settled(subreddit=given) == (expected, [])
    assert settled(**expected) == (expected, [])


@pytest.mark.parametrize("given", [{}, {"subreddit": ""}, {"subreddit": None}, {"subreddit": "r/"}, {"subreddit": "  "}, {"subreddit": 5}])
def test_a_subreddit_must_be_named(given: dict[str, Any]) -> None:
    assert settled(**given)[1] == ["reddit_subreddit_required"]


@pytest.mark.parametrize("given", ["https://www.reddit.com/r/cats", "cats and dogs", "cats/about", "u/ann/x"])
def test_what_cannot_be_a_subreddit_is_told(given: str) -> None:
    assert settled(subreddit=given)[1] == ["reddit_subreddit_invalid"]


@pytest.mark.parametrize("given", ["u_ann", "u/ann-b", "reddit.com", "AskReddit"])
def test_a_profile_is_a_place_too(given: str) -> None:
    assert settled(subreddit=given) == ({"subreddit": given, **DEFAULTS}, [])


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"flairText": "own"}, ["reddit_flair_id_required"]),
        ({"flairText": "own", "flairId": ""}, ["reddit_flair_id_required"]),
        ({"flairText": "own", "flairId": "f-1"}, []),
        ({"flairId": "f-1"}, []),
        ({"flairText": None}, []),
        ({"flairId": 5}, ["reddit_flair_id_invalid"]),
        ({"sendReplies": 0, "nsfw": "yes", "spoiler": 1}, []),
        ({"colour": "red"}, ["reddit_settings_unsupported"]),
    ],
)
def test_settings_are_judged(given: dict[str, Any], codes: list[str]) -> None:
    effective, found = settled(subreddit="cats", **given)
    assert found == codes
    for name in ("sendReplies", "nsfw", "spoiler"):
        assert effective[name] is bool(given.get(name, DEFAULTS[name]))


def test_its_names_and_abilities() -> None:
    assert canonical("rd") == provider_of_handle("reddit:ann") == "reddit"
    assert PROVIDER.target_of("reddit:ann") is USER
    assert (USER.name, USER.publish_shape, USER.media_delivery) == (
        "reddit_user",
        "self_or_link_post",
        "reddit_links_to_the_supplied_public_url",
    )
    assert all(PROVIDER.can(ability) for ability in (Discovers, Deletes, Confirms, Measures, Checks))
    assert not PROVIDER.can(MeasuresAccount)
