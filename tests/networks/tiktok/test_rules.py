"""What a post for TikTok may contain, judged before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from socialclaw.networks import canonical, provider_of_handle, providers
from socialclaw.networks.tiktok import posts
from socialclaw.providers.base import Checks, Confirms, Deletes, Discovers, Measures, MeasuresAccount
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle

TIKTOK = providers()["tiktok"]
TARGET = TIKTOK.targets[0]
MB = 1024 * 1024
EVERYBODY = {"privacyLevel": "PUBLIC_TO_EVERYONE"}


def judged(draft: Draft) -> list[str]:
    assert TIKTOK.extra is not None
    assert TARGET.fits is not None
    return [issue.code for issue in (*check(draft, TIKTOK.rules, prefix="tiktok"), *TARGET.fits(draft), *TIKTOK.extra(draft))]


def image(**more: Any) -> Media:
    return replace(Media("a", "image", "image/jpeg", 10, "https://e.org/a.jpg"), **more)


def video(**more: Any) -> Media:
    return replace(Media("v", "video", "video/mp4", 10, "https://e.org/a.mp4"), **more)


def titled(name: str, description: str, *media: Media) -> Draft:
    return Draft("\n\n".join(filter(None, (name, description))), name, description, media)


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (Draft("text"), ["tiktok_media_required"]),
        (Draft("text", media=(video(),)), []),
        (Draft(media=(video(),)), []),
        (Draft(media=(image(),) * 35), []),
        (Draft(media=(image(),) * 36), ["tiktok_photo_limit_exceeded"]),
        (Draft(media=(video(), video())), ["tiktok_mixed_media_unsupported"]),
        (Draft(media=(image(), video())), ["tiktok_mixed_media_unsupported"]),
        (Draft(media=(*(image(),) * 35, video())), ["tiktok_mixed_media_unsupported", "tiktok_photo_limit_exceeded"]),
        (Draft(media=(Media("o", "other", url="https://e.org/a.gif"),)), ["tiktok_media_unsupported"]),
        (Draft(media=(image(),), interaction="reply"), ["tiktok_interaction_unsupported"]),
        (Draft(media=(image(),), interaction="comment"), ["tiktok_interaction_unsupported"]),
        (Draft(media=(video(size=4096 * MB),)), []),
        (Draft(media=(video(size=4096 * MB + 1),)), ["tiktok_video_too_large"]),
        (Draft(media=(image(size=20 * MB + 1),)), ["tiktok_image_too_large"]),
        (Draft(media=(video(duration=600.0),)), []),
        (Draft(media=(video(duration=601.0),)), ["tiktok_video_duration_invalid"]),
        (Draft(media=(video(width=359, height=640),)), ["tiktok_video_resolution_invalid"]),
        (Draft(media=(video(width=720, height=4097),)), ["tiktok_video_resolution_invalid"]),
        (Draft(media=(video(mime="video/x-msvideo"),)), ["tiktok_video_type_unsupported"]),
        (Draft(media=(video(mime="video/webm"),)), []),
        (Draft(media=(image(mime="image/webp"),)), []),
        (Draft(media=(image(mime="image/png"),)), ["tiktok_image_type_unsupported"]),
        (Draft(media=(image(mime=None, url="https://e.org/a.PNG?x=1"),)), ["tiktok_image_type_unsupported"]),
        (Draft(media=(image(mime=None, url="https://e.org/a"),)), []),
        (Draft(media=(image(mime="image/png", url="https://me.example/media/a/token/a.png"),)), []),
        (Draft("x" * 2200, media=(video(),)), []),
        (Draft("😀" * 1100, media=(video(),)), []),
        (Draft("😀" * 1100 + "x", media=(video(),)), ["tiktok_text_too_long"]),
        (titled("n" * 90, "x" * 2108, video()), []),
        (titled("n" * 90, "x" * 2109, video()), ["tiktok_text_too_long"]),
        (titled("n" * 90, "x" * 4000, image()), []),
        (titled("n" * 91, "x" * 4000, image()), ["tiktok_title_too_long"]),
        (titled("", "x" * 4001, image()), ["tiktok_text_too_long"]),
    ],
)
def test_what_tiktok_takes(draft: Draft, codes: list[str]) -> None:
    assert judged(replace(draft, settings=EVERYBODY)) == codes


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({}, []),
        ({"commercialContentToggle": True}, ["tiktok_commercial_content_required"]),
        ({"commercialContentToggle": True, "brandOrganicToggle": True}, []),
        ({"commercialContentToggle": True, "brandContentToggle": True}, []),
        ({"brandContentToggle": True}, []),
        ({"brandContentToggle": True, "privacyLevel": "SELF_ONLY"}, ["tiktok_brand_content_private_invalid"]),
        ({"brandOrganicToggle": True, "privacyLevel": "SELF_ONLY"}, []),
        ({"photoCoverIndex": 2}, []),
        ({"photoCoverIndex": 3}, ["tiktok_photo_cover_index_invalid"]),
        ({"photoCoverIndex": 0.5}, ["tiktok_photo_cover_index_invalid"]),
        ({"photoCoverIndex": 2.0}, []),
    ],
)
def test_settings_must_suit_each_other_and_the_photos(settings: dict[str, Any], codes: list[str]) -> None:
    effective, wrong = settle(EVERYBODY | settings, TARGET.settings, prefix="tiktok")
    assert wrong == []
    assert judged(Draft(media=(image(),) * 3, settings=effective)) == codes


def test_the_cover_index_says_how_many_photos_there_are_and_is_nothing_to_a_video() -> None:
    assert TARGET.fits is not None
    [issue] = TARGET.fits(Draft(media=(image(),) * 2, settings=EVERYBODY | {"photoCoverIndex": 2}))
    assert issue.details == {"photoCount": 2}
    assert TARGET.fits(Draft(media=(video(),), settings=EVERYBODY | {"photoCoverIndex": 2})) == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "tiktok_privacy_level_required"),
        ({"privacyLevel": "EVERYBODY"}, "tiktok_privacy_level_invalid"),
        (EVERYBODY | {"colour": "red"}, "tiktok_settings_unsupported"),
        (EVERYBODY | {"photoCoverIndex": -1}, "tiktok_photo_cover_index_invalid"),
        (EVERYBODY | {"tiktokPostMode": "later"}, "tiktok_post_mode_invalid"),
    ],
)
def test_settings_are_refused_by_their_codes(given: dict[str, Any], code: str) -> None:
    assert [issue.code for issue in settle(given, TARGET.settings, prefix="tiktok")[1]] == [code]


def test_defaults_are_off_and_switches_are_taken_for_their_truth() -> None:
    effective, _ = settle(EVERYBODY | {"duetEnabled": "false", "stitchEnabled": ""}, TARGET.settings, prefix="tiktok")
    assert effective == EVERYBODY | {
        "commentEnabled": False,
        "duetEnabled": True,
        "stitchEnabled": False,
        "brandOrganicToggle": False,
        "brandContentToggle": False,
        "autoAddMusic": False,
        "photoCoverIndex": 0,
        "tiktokPostMode": "direct",
    }


def test_a_caption_that_is_not_sent_is_told_before_and_after() -> None:
    inbox = Draft("words", "words", media=(video(),), settings={"tiktokPostMode": "draft"})
    warns = TIKTOK.warns
    assert warns is not None
    assert [issue.code for issue in warns(inbox)] == ["tiktok_caption_not_sent"]
    assert "no caption" in (posts.notes(inbox, ()) or "")
    for fine in (replace(inbox, text=""), replace(inbox, settings={}), replace(inbox, media=(image(),))):
        assert list(warns(fine)) == []
        assert posts.notes(fine, ()) is None


def test_its_names_and_abilities() -> None:
    assert canonical("TikTok") == provider_of_handle("tiktok:@ada") == "tiktok"
    assert TIKTOK.target_of("tiktok:@ada") is TARGET
    assert (TARGET.publish_shape, TARGET.media_delivery) == ("single_video_or_photo_gallery", "tiktok_pulls_public_media_url")
    assert all(TIKTOK.can(ability) for ability in (Discovers, Confirms, Measures, MeasuresAccount, Checks))
    assert not TIKTOK.can(Deletes)
    assert TIKTOK.post_url("7123", Account("1", "tiktok:@ada")) == "https://www.tiktok.com/@ada/video/7123"
    assert TIKTOK.post_url("v_pub_file~v2.1", Account("1", "tiktok:@ada")) is None
