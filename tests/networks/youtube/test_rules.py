"""What a post for YouTube may contain, judged before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from socialclaw.networks import canonical, provider_of_handle, providers
from socialclaw.providers.base import Checks, Confirms, Deletes, Discovers, Measures, MeasuresAccount
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle

YOUTUBE = providers()["youtube"]
SETTINGS = YOUTUBE.targets[0].settings
MOST = 274_877_906_944


def judged(draft: Draft) -> list[str]:
    assert YOUTUBE.extra is not None
    return [issue.code for issue in (*check(draft, YOUTUBE.rules, prefix="youtube"), *YOUTUBE.extra(draft))]


def video(url: str = "https://e.org/a.mp4", size: int = 10, **more: Any) -> Media:
    return Media("v", more.pop("kind", "video"), size=size, url=url, **more)


FINE = Draft("A film", name="A film", media=(video(),))


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"media": ()}, ["youtube_video_required"]),
        ({"media": (video(), video())}, ["provider_multi_asset_unsupported"]),
        ({"interaction": "reply", "parent": "step_1"}, ["youtube_interaction_unsupported"]),
        ({"interaction": "comment"}, ["youtube_interaction_unsupported"]),
        ({"media": (video("https://e.org/a.jpg", kind="image"),)}, ["youtube_video_required"]),
        ({"media": (video("https://e.org/a.pdf", kind="other"),)}, ["youtube_video_required"]),
        *(({"media": (video(f"https://e.org/a.{extension}"),)}, []) for extension in ("mp4", "mov", "webm", "m4v", "MP4")),
        ({"media": (video("https://e.org/a.mp4?sig=1.txt#x.y"),)}, []),
        ({"media": (video("https://e.org/a"),)}, ["youtube_video_required"]),
        ({"media": (video("https://e.org/a.mkv"),)}, ["youtube_video_required"]),
        ({"media": (video("https://e.org/a.jpg"),)}, ["youtube_video_required"]),
        ({"media": (video(size=MOST),)}, []),
        ({"media": (video(size=MOST + 1),)}, ["youtube_video_too_large"]),
        ({"name": "", "description": ""}, ["youtube_title_required"]),
        ({"name": "t" * 100}, []),
        ({"name": "t" * 101}, ["youtube_title_too_long"]),
        ({"name": "", "description": "t" * 101 + "\nmore"}, ["youtube_title_too_long"]),
        ({"description": "é" * 2500}, []),
        ({"description": "é" * 2500 + "e"}, ["youtube_text_too_long"]),
        ({"name": "a < b"}, ["youtube_title_invalid"]),
        ({"description": "a > b"}, ["youtube_description_invalid"]),
        ({"name": "", "description": "<title>\nbody"}, ["youtube_title_invalid"]),
        ({"name": "", "description": "title\n<body>"}, ["youtube_description_invalid"]),
    ],
)
def test_what_youtube_takes(changes: Mapping[str, Any], codes: list[str]) -> None:
    assert judged(replace(FINE, **changes)) == codes


@pytest.mark.parametrize(
    ("name", "description", "codes"),
    [
        ("A film\x07", "", ["youtube_title_invalid"]),
        ("A film", "bell\x07", ["youtube_description_invalid"]),
        ("A film", "two\nlines\tand a tab", []),
        ("A film\x7f", "", ["youtube_title_invalid"]),
    ],
)
def test_control_characters_are_refused_by_name(name: str, description: str, codes: list[str]) -> None:
    post = Draft(f"{name}\n\n{description}", name, description, (video(),))
    assert judged(post) == codes
    assert YOUTUBE.extra is not None
    assert all("U+00" in issue.message for issue in YOUTUBE.extra(post))


def test_problems_come_in_the_public_order() -> None:
    wrong = replace(FINE, interaction="comment", name="t" * 101, media=(video("https://e.org/a.jpg", kind="image"), video(size=MOST + 1)))
    assert judged(wrong) == [
        *("provider_multi_asset_unsupported", "youtube_interaction_unsupported", "youtube_video_required", "youtube_video_too_large"),
        "youtube_title_too_long",
    ]


def test_a_long_description_is_measured_in_bytes() -> None:
    [issue] = check(replace(FINE, description="日" * 1667), YOUTUBE.rules, prefix="youtube")
    assert (issue.path, dict(issue.details)) == ("description", {"length": 5001, "maxLength": 5000})
    assert "5001 bytes" in issue.message


def test_settings_have_the_defaults_of_the_contract() -> None:
    assert settle({}, SETTINGS, prefix="youtube") == ({"privacyStatus": "private", "notifySubscribers": False, "madeForKids": False}, [])
    given = {"privacyStatus": "Unlisted", "notifySubscribers": "yes", "madeForKids": 0}
    settled = {"privacyStatus": "unlisted", "notifySubscribers": True, "madeForKids": False}
    assert settle(given, SETTINGS, prefix="youtube") == (settled, [])


def test_a_wrong_setting_is_told() -> None:
    [issue] = settle({"privacyStatus": "friends"}, SETTINGS, prefix="youtube")[1]
    assert issue.code == "youtube_privacy_status_invalid"
    assert issue.details["supportedValues"] == ["private", "unlisted", "public"]
    [issue] = settle({"colour": "red"}, SETTINGS, prefix="youtube")[1]
    assert (issue.code, issue.details["allowedKeys"]) == (
        "youtube_settings_unsupported",
        ["privacyStatus", "notifySubscribers", "madeForKids"],
    )


def test_its_names_and_abilities() -> None:
    assert canonical("YT") == provider_of_handle("youtube:channel:UC123") == "youtube"
    assert YOUTUBE.target_of("youtube:channel:UC123") is YOUTUBE.targets[0]
    assert all(YOUTUBE.can(ability) for ability in (Discovers, Deletes, Confirms, Measures, MeasuresAccount, Checks))
    assert YOUTUBE.post_url("dQw4w9WgXcQ", Account("UC1")) == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    [quota] = YOUTUBE.quotas
    assert (quota.most, quota.per, quota.resets) == (100, "app", "America/Los_Angeles")
