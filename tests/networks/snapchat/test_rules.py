"""What a post for Snapchat may contain, judged before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from socialclaw.networks import canonical, provider_of_handle, providers
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle

SNAPCHAT = providers()["snapchat"]
[TARGET] = SNAPCHAT.targets
GB = 1024**3
SAVED = {"snapchatPublishMode": "saved_story"}
STORY = {"snapchatPublishMode": "story"}


def issues(draft: Draft) -> list[Any]:
    assert SNAPCHAT.extra is not None
    return [*check(draft, SNAPCHAT.rules, prefix="snapchat"), *SNAPCHAT.extra(draft)]


def codes(draft: Draft) -> list[str]:
    return [issue.code for issue in issues(draft)]


def video(**more: Any) -> Media:
    return replace(Media("v", "video", "video/mp4", 10, "https://e.org/a.mp4"), **more)


IMAGE = Media("i", "image", "image/jpeg", 10, "https://e.org/a.jpg")


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (Draft("text"), ["snapchat_media_required"]),
        (Draft(media=(video(),)), []),
        (Draft(media=(video(), video())), ["snapchat_media_required"]),
        (Draft(media=(IMAGE,)), ["snapchat_video_required"]),
        (Draft(media=(Media("o", "other", url="https://e.org/a"),)), ["snapchat_video_required"]),
        (Draft(media=(video(),), interaction="reply"), ["snapchat_interaction_unsupported"]),
        (Draft(media=(video(mime="video/quicktime", url="https://e.org/a.mov"),)), ["snapchat_video_required"]),
        (Draft(media=(video(mime=None, url="https://e.org/a.mov"),)), ["snapchat_video_required"]),
        (Draft(media=(video(mime=None),)), []),
        (Draft(media=(video(mime=None, url="https://e.org/1", filename="a.mp4"),)), []),
        (Draft(media=(video(url="https://e.org/without-extension"),)), []),
        (Draft(media=(video(size=GB),)), []),
        (Draft(media=(video(size=GB + 1),)), ["snapchat_video_too_large"]),
        (Draft(media=(video(duration=5.0),)), []),
        (Draft(media=(video(duration=4.9),)), ["snapchat_video_duration_invalid"]),
        (Draft(media=(video(duration=300.0),)), []),
        (Draft(media=(video(duration=300.5),)), ["snapchat_video_duration_invalid"]),
        (Draft(media=(video(width=540, height=960),)), []),
        (Draft(media=(video(width=539, height=960),)), ["snapchat_video_resolution_invalid"]),
        (Draft(media=(video(width=540, height=959),)), ["snapchat_video_resolution_invalid"]),
        (Draft("x" * 160, media=(video(),)), []),
        (Draft("x" * 161, media=(video(),)), ["snapchat_text_too_long"]),
        (Draft("x" * 161, media=(video(),), settings=STORY), []),
        (Draft("x" * 161, "a name", "x" * 153, (video(),), SAVED), []),
        (Draft("text", "", "text", (video(),), SAVED), ["snapchat_saved_story_title_required"]),
        (Draft(name="x" * 45, media=(video(),), settings=SAVED), []),
        (Draft(name="x" * 46, media=(video(),), settings=SAVED), ["snapchat_saved_story_title_too_long"]),
    ],
)
def test_each_rule_at_its_edge_and_one_past_it(draft: Draft, expected: list[str]) -> None:
    assert codes(draft) == expected


def test_the_first_problem_is_the_one_that_clients_expect() -> None:
    wrong = video(mime="video/webm", size=GB + 1, duration=1.0, width=10, height=10)
    assert codes(Draft(media=(wrong,), settings=SAVED)) == [
        "snapchat_saved_story_title_required",
        "snapchat_video_too_large",
        "snapchat_video_required",
        "snapchat_video_resolution_invalid",
        "snapchat_video_duration_invalid",
    ]


def test_the_figures_behind_a_refusal_are_told() -> None:
    [long] = issues(Draft(media=(video(duration=400.0),)))
    assert {name: long.details[name] for name in ("duration", "minSeconds", "maxSeconds")} == {
        "duration": 400.0,
        "minSeconds": 5,
        "maxSeconds": 300,
    }
    [small] = issues(Draft(media=(video(width=100, height=200),)))
    found = [small.details[name] for name in ("width", "height", "minWidth", "minHeight")]
    assert found == [100, 200, 540, 960]
    [title] = issues(Draft(name="x" * 50, media=(video(),), settings=SAVED))
    assert title.details["maxLength"] == 45


@pytest.mark.parametrize(
    ("given", "effective"),
    [
        ({}, {"snapchatPublishMode": "spotlight", "locale": "en_US", "skipSaveToProfile": False}),
        (
            {"snapchatPublishMode": "SPOTLIGHT", "locale": "de_DE", "skipSaveToProfile": True},
            {"snapchatPublishMode": "spotlight", "locale": "de_DE", "skipSaveToProfile": True},
        ),
        ({"snapchatPublishMode": "story", "locale": "de_DE", "skipSaveToProfile": True}, {"snapchatPublishMode": "story"}),
        ({"snapchatPublishMode": "saved_story"}, {"snapchatPublishMode": "saved_story"}),
    ],
)
def test_settings_are_completed_and_those_of_spotlights_dropped_elsewhere(given: dict[str, Any], effective: dict[str, Any]) -> None:
    assert settle(given, TARGET.settings, prefix="snapchat") == (effective, [])


@pytest.mark.parametrize(
    ("given", "code"),
    [({"snapchatPublishMode": "reel"}, "snapchat_publish_mode_invalid"), ({"privacy": "all"}, "snapchat_settings_unsupported")],
)
def test_settings_that_cannot_be_meant_are_refused(given: dict[str, Any], code: str) -> None:
    _, [issue] = settle(given, TARGET.settings, prefix="snapchat")
    assert issue.code == code


def test_it_goes_by_its_names() -> None:
    assert (canonical("Snap"), canonical("snapchat")) == ("snapchat", "snapchat")
    for handle in ("snapchat:@ada", "snapchat:profile:1234"):
        assert provider_of_handle(handle) == "snapchat"
        assert SNAPCHAT.target_of(handle) is TARGET
