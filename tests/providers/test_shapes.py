"""What a file must be beside its kind and size: pixels, aspect, seconds, type; each at its bound and one past it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from socialclaw.providers.draft import Draft, Media, titled
from socialclaw.providers.issues import Issue
from socialclaw.providers.judging import check
from socialclaw.providers.rules import Mix, Rules
from socialclaw.providers.shapes import Shape

SHAPE = Shape(
    "video",
    mimes=("video/mp4",),
    width=(540, 4096),
    height=(960, None),
    aspect=(0.5, 2.0),
    seconds=(5, 300),
    frames=(23, 60),
    video_codecs=("h264", "hevc"),
    audio_codecs=("aac",),
)
RULES = Rules(shapes=(SHAPE, Shape("image")), mixes=(Mix({"video": 1, "image": 3}, most=3),))
FINE = Media("m", "video", "video/mp4", url="https://m.example/a.mp4", width=1000, height=1000, duration=60)


def issues(media: Media, rules: Rules = RULES) -> list[Issue]:
    return list(check(Draft(media=(media,)), rules, prefix="demo"))


@pytest.mark.parametrize(
    "fact",
    [
        {"width": 540, "height": 1000},
        {"width": 1920, "height": 960},
        {"width": 500 * 2, "height": 1000 * 2},
        {"duration": 5},
        {"duration": 300},
        {"width": None, "height": None, "duration": None, "mime": None},
        {"frame_rate": 22.9},
        {"frame_rate": 60.3},
        {"video_codec": "hevc", "audio_codec": None},
    ],
)
def test_what_is_within_the_bounds_or_not_known_is_fine(fact: dict[str, Any]) -> None:
    assert issues(replace(FINE, **fact)) == []


@pytest.mark.parametrize(
    ("fact", "code", "details"),
    [
        ({"width": 539, "height": 1000}, "demo_video_resolution_invalid", {"width": 539, "minWidth": 540, "minHeight": 960}),
        ({"width": 1900, "height": 959}, "demo_video_resolution_invalid", {"height": 959, "maxWidth": 4096}),
        ({"width": 999, "height": 2000}, "demo_video_aspect_invalid", {"minAspect": 0.5, "maxAspect": 2.0}),
        ({"width": 2010, "height": 1000}, "demo_video_aspect_invalid", {"width": 2010}),
        ({"duration": 4.9}, "demo_video_duration_invalid", {"duration": 4.9, "minSeconds": 5, "maxSeconds": 300}),
        ({"duration": 301}, "demo_video_duration_invalid", {"duration": 301}),
        ({"frame_rate": 22.4}, "demo_video_frame_rate_invalid", {"frameRate": 22.4, "minFrameRate": 23, "maxFrameRate": 60}),
        ({"frame_rate": 61}, "demo_video_frame_rate_invalid", {"frameRate": 61}),
        ({"video_codec": "vp9"}, "demo_video_codec_unsupported", {"videoCodec": "vp9", "supportedValues": ["h264", "hevc"]}),
        ({"audio_codec": "mp3"}, "demo_video_codec_unsupported", {"audioCodec": "mp3", "supportedValues": ["aac"]}),
        ({"mime": "video/webm"}, "demo_video_type_unsupported", {"mime": "video/webm", "supportedValues": ["video/mp4"]}),
    ],
)
def test_what_is_past_a_bound_is_named_with_value_and_bound(fact: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    [issue] = issues(replace(FINE, **fact))
    assert issue.code == code
    assert issue.path == "assets[0]"
    assert not re.search(r"\ba [aeio]", issue.message)
    assert issue.details.items() >= {**details, "assetId": "m", "url": FINE.url}.items()


def test_a_file_too_small_in_both_directions_is_told_once() -> None:
    assert [i.code for i in issues(replace(FINE, width=500, height=500))] == ["demo_video_resolution_invalid"]


def test_images_and_videos_stand_together_where_the_network_mixes_them() -> None:
    picture = Media("p", "image", url="https://m.example/a.png")
    both = Draft(media=(FINE, picture))
    assert list(check(both, RULES, prefix="demo")) == []
    assert [i.code for i in check(both, replace(RULES, mixes=(Mix({"video": 1}), Mix({"image": 3}))), prefix="demo")] == [
        "demo_multi_video_unsupported"
    ]


TITLED = Rules(title="required", max_title=5, max_text=10)


@pytest.mark.parametrize(
    ("draft", "parts"),
    [
        (Draft(text="T\n\nB", name="T", description="B"), ("T", "B")),
        (Draft(text="one\ntwo\nthree", description="one\ntwo\nthree"), ("one", "two\nthree")),
        (Draft(text="one", description="one"), ("one", "")),
        (Draft(text="T", name="T"), ("T", "")),
    ],
)
def test_a_post_without_a_name_takes_its_first_line_as_title(draft: Draft, parts: tuple[str, str]) -> None:
    assert titled(draft) == parts


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        (Draft(text="x", name="12345", description="1234567890"), []),
        (Draft(text="x", name="123456", description="1"), [("demo_title_too_long", "name")]),
        (Draft(text="x", description="123456\n1"), [("demo_title_too_long", "description")]),
        (Draft(text="x", name="1", description="12345678901"), [("demo_text_too_long", "description")]),
        (Draft(media=(FINE,)), [("demo_title_required", "name")]),
    ],
)
def test_title_and_body_have_limits_of_their_own(draft: Draft, wrong: list[tuple[str, str]]) -> None:
    rules = replace(TITLED, shapes=(SHAPE,))
    assert [(i.code, i.path) for i in check(draft, rules, prefix="demo")] == wrong


def test_an_optional_title_is_only_what_is_called_so() -> None:
    rules = replace(TITLED, title="optional")
    assert rules.parts(Draft(text="one\ntwo", description="one\ntwo")) == ("", "one\ntwo")
