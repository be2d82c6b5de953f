"""What a post for X may contain, judged before anything is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from socialclaw.networks import canonical, provider_of_handle, providers
from socialclaw.networks.x.text import cashtags
from socialclaw.providers.base import Checks, Confirms, Deletes, Discovers, Measures
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle

X = providers()["x"]
MB = 1024 * 1024


def judged(draft: Draft) -> list[str]:
    assert X.extra is not None
    return [issue.code for issue in (*check(draft, X.rules, prefix="x"), *X.extra(draft))]


def image(size: int = 10, url: str = "https://e.org/a.png", **more: object) -> Media:
    return Media("a", "image", "image/png", size, url, **more)  # type: ignore[arg-type]


def video(size: int = 10, url: str = "https://e.org/a.mp4") -> Media:
    return Media("v", "video", "video/mp4", size, url)


def gif(**more: object) -> Media:
    return Media("g", "image", "image/gif", url="https://e.org/a", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("media", "codes"),
    [
        (gif(size=15 * MB, width=1280, height=1080), []),
        (gif(size=15 * MB + 1), ["x_image_too_large"]),
        (gif(width=1281, height=10), ["x_image_resolution_invalid"]),
        (gif(width=10, height=1081), ["x_image_resolution_invalid"]),
        (gif(width=100, height=100, frame_rate=10, duration=35), []),
        (gif(width=100, height=100, frame_rate=10, duration=35.1), ["x_gif_too_long"]),
        (gif(width=1280, height=1080, frame_rate=10, duration=21.8), ["x_gif_too_long"]),
    ],
)
def test_a_gif_has_limits_of_its_own(media: Media, codes: list[str]) -> None:
    assert judged(Draft(media=(media,))) == codes


@pytest.mark.parametrize(
    ("verified", "seconds", "codes"), [("none", 140, []), ("none", 141, ["x_video_duration_invalid"]), ("blue", 900, [])]
)
def test_how_long_a_video_may_be_depends_on_the_account(verified: str, seconds: float, codes: list[str]) -> None:
    assert judged(Draft(media=(replace(video(), duration=seconds),), about={"verified_type": verified})) == codes
    assert judged(Draft(media=(replace(video(), duration=seconds),))) == [], "of an account that nothing is known of, nothing is said"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("$AAPL $TSLA", 2),
        ("$AAPL", 1),
        ("$BRK.B, $tsla!", 2),
        ("$5 and $500", 0),
        ("US$AAPL $TOOLONGX $", 0),
        ("$A$B", 0),
    ],
)
def test_cashtags_are_counted_as_x_sees_them(text: str, count: int) -> None:
    assert cashtags(text) == count
    assert judged(Draft(text)) == (["x_too_many_cashtags"] if count > 1 else [])


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (Draft("text"), []),
        (Draft("x" * 280), []),
        (Draft("x" * 281), ["x_text_too_long"]),
        (Draft(media=(image(),) * 9), ["x_media_limit_exceeded"]),  # where the edges are, the conformance suite asks
        (Draft(media=(video(), video())), ["x_multi_video_unsupported"]),
        (Draft(media=(Media("o", "other", url="https://e.org/a.gif"),)), ["x_media_unsupported"]),
        (Draft(media=(image(5 * MB),)), []),
        (Draft(media=(image(5 * MB + 1),)), ["x_image_too_large"]),
        (Draft(media=(video(512 * MB),)), []),
        (Draft(media=(video(512 * MB + 1),)), ["x_video_too_large"]),
        (Draft("text", interaction="reply"), ["x_reply_parent_required"]),
        (Draft("text", interaction="reply", parent="step_1"), []),
        (Draft("text", interaction="reply", reply_to="123"), []),
        (Draft(media=(image(url="https://e.org/a.bmp"),)), ["x_media_unsupported"]),
        (Draft(media=(image(url="https://e.org/a"),)), []),
        (Draft(media=(image(alt="a" * 1000),)), []),
        (Draft(media=(image(alt="a" * 1001),)), ["x_alt_text_too_long"]),
        (Draft("a\ufeffb"), ["x_text_invalid"]),
        (Draft(media=(replace(image(), mime="image/gif"), image())), ["x_gif_not_alone"]),
        (Draft(media=(replace(image(), mime="image/gif"),)), []),
    ],
)
def test_what_x_takes(draft: Draft, codes: list[str]) -> None:
    assert judged(draft) == codes


def test_problems_come_in_the_public_order() -> None:
    other = Media("o", "other", url="https://e.org/a.xyz")
    files = image(5 * MB + 1, url="https://e.org/a.bmp"), video(513 * MB), video(), other
    codes = judged(Draft("x" * 281, interaction="reply", media=files))
    expected = ["x_media_unsupported", "x_multi_video_unsupported", "x_image_too_large", "x_video_too_large"]
    assert codes == [*expected, "x_reply_parent_required", "x_media_unsupported", "x_text_too_long"]


def test_a_long_text_tells_its_length_and_the_limit() -> None:
    [issue] = check(Draft("日" * 141), X.rules, prefix="x")
    assert (issue.code, dict(issue.details)) == ("x_text_too_long", {"length": 282, "maxLength": 280})


@pytest.mark.parametrize("value", ["", "everyone"])
def test_everyone_may_reply_unless_said_otherwise(value: str) -> None:
    assert settle({"replyControl": value}, X.targets[0].settings, prefix="x") == ({}, [])
    assert settle({}, X.targets[0].settings, prefix="x") == ({}, [])


def test_the_reply_control_is_one_of_four() -> None:
    assert settle({"replyControl": "verified"}, X.targets[0].settings, prefix="x") == ({"replyControl": "verified"}, [])
    [issue] = settle({"replyControl": "friends"}, X.targets[0].settings, prefix="x")[1]
    assert issue.code == "x_reply_control_invalid"
    assert issue.details["supportedValues"] == ["following", "mentionedUsers", "subscribers", "verified"]
    [issue] = settle({"colour": "red"}, X.targets[0].settings, prefix="x")[1]
    assert (issue.code, issue.details["allowedKeys"]) == ("x_settings_unsupported", ["replyControl"])


def test_its_names_and_abilities() -> None:
    assert canonical("Twitter") == canonical("x-twitter") == provider_of_handle("x:@ada") == "x"
    assert X.target_of("x:@ada") is X.targets[0]
    assert all(X.can(ability) for ability in (Discovers, Deletes, Confirms, Measures, Checks))
    assert X.post_url("1", Account("1")) == "https://x.com/i/web/status/1"
