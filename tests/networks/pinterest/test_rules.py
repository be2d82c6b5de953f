"""What a Pin may contain, judged before anything is sent: each code, and the figure beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from socialclaw.networks import canonical, provider_of_handle
from socialclaw.providers.base import Checks, Confirms, Deletes, Discovers, Measures, MeasuresAccount
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from tests.networks.pinterest.conftest import PROVIDER

MB = 1024 * 1024
[BOARD, USER] = PROVIDER.targets


def judged(draft: Draft, **given: Any) -> list[str]:
    """Codes in the order of the product: settings, whether they suit, rules, what data cannot say."""
    settings, wrong = settle(given, BOARD.settings, prefix="pinterest")
    draft = replace(draft, settings=settings, description=draft.text)
    assert BOARD.fits is not None
    assert PROVIDER.extra is not None
    found = [*wrong, *BOARD.fits(draft), *check(draft, PROVIDER.rules, prefix="pinterest"), *PROVIDER.extra(draft)]
    return [issue.code for issue in found]


def image(size: int = 10, **more: Any) -> Media:
    return Media("a", "image", more.pop("mime", "image/png"), size, "https://e.org/a.png", **more)


def video(size: int = 10, **more: Any) -> Media:
    return Media("v", "video", more.pop("mime", "video/mp4"), size, "https://e.org/a.mp4", **more)


OTHER = Media("o", "other", url="https://e.org/a.pdf")


@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (Draft("text", media=(image(),)), []),
        (Draft(media=(image(),) * 5), []),
        (Draft(media=(video(),)), []),
        (Draft("text"), ["pinterest_media_required"]),
        (Draft(media=(image(),), interaction="reply"), ["pinterest_interaction_unsupported"]),
        (Draft(media=(image(),) * 6), ["pinterest_media_limit_exceeded"]),
        (Draft(media=(video(), video())), ["pinterest_multi_video_unsupported"]),
        (Draft(media=(image(), video())), ["pinterest_multi_video_unsupported"]),
        (Draft(media=(OTHER,)), ["pinterest_media_unsupported"]),
        (Draft("x" * 800, media=(image(),)), []),
        (Draft("x" * 801, media=(image(),)), ["pinterest_text_too_long"]),
        (Draft(name="x" * 100, media=(image(),)), []),
        (Draft(name="x" * 101, media=(image(),)), ["pinterest_title_too_long"]),
        (Draft(media=(image(alt="x" * 501),)), ["pinterest_alt_text_too_long"]),
        (Draft(media=(image(alt="x" * 250), image(alt="y" * 249))), []),
        (Draft(media=(image(alt="x" * 250), image(alt="y" * 250))), ["pinterest_alt_text_too_long"]),
        (Draft(media=(image(alt="x" * 500), image(alt="x" * 500))), []),
        (Draft(media=(image(20 * MB),)), []),
        (Draft(media=(image(20 * MB + 1),)), ["pinterest_image_too_large"]),
        (Draft(media=(image(mime="image/webp"),)), ["pinterest_image_type_unsupported"]),
        (Draft(media=(video(2048 * MB),)), []),
        (Draft(media=(video(2048 * MB + 1),)), ["pinterest_video_too_large"]),
        (Draft(media=(video(mime="video/webm"),)), ["pinterest_video_type_unsupported"]),
        (Draft(media=(video(duration=4.0),)), []),
        (Draft(media=(video(duration=3.9),)), ["pinterest_video_duration_invalid"]),
        (Draft(media=(video(duration=901.0),)), ["pinterest_video_duration_invalid"]),
        (Draft(media=(video(width=1000, height=2000),)), []),
        (Draft(media=(video(width=990, height=2000),)), ["pinterest_video_aspect_invalid"]),
        (Draft(media=(video(width=1920, height=1000),)), ["pinterest_video_aspect_invalid"]),
    ],
)
def test_what_pinterest_takes(draft: Draft, codes: list[str]) -> None:
    assert judged(draft) == codes


@pytest.mark.parametrize(
    ("given", "files", "codes"),
    [
        ({}, (image(),), []),
        ({"pinMode": "VIDEO"}, (video(),), []),
        ({"pinMode": "multi_image"}, (image(), image()), []),
        ({"pinMode": "idea"}, (image(),), ["pinterest_pin_mode_invalid"]),
        ({"pinMode": "product"}, (image(),), ["pinterest_product_pin_beta_required"]),
        ({"pinMode": "product"}, (), ["pinterest_product_pin_beta_required", "pinterest_media_required"]),
        ({"pinMode": "video"}, (image(),), ["pinterest_video_required"]),
        ({"pinMode": "multi_image"}, (video(),), ["pinterest_multi_image_required"]),
        ({"colour": "red"}, (image(),), ["pinterest_settings_unsupported"]),
        ({"link": "https://e.org/" + "x" * 2034}, (image(),), []),
        ({"link": "https://e.org/" + "x" * 2035}, (image(),), ["pinterest_link_too_long"]),
        ({"link": "e.org"}, (image(),), ["pinterest_link_invalid"]),
        ({"link": "javascript:alert(1)"}, (image(),), ["pinterest_link_invalid"]),
        ({"link": "https://[e.org"}, (image(),), ["pinterest_link_invalid"]),
        ({"link": 5}, (image(),), ["pinterest_link_invalid"]),
        ({"altText": "x" * 501}, (image(),), ["pinterest_alt_text_too_long"]),
        ({"altText": "short"}, (image(alt="x" * 300), image(alt="y" * 300)), []),
        ({"boardSectionId": "Ideas"}, (image(),), ["pinterest_board_section_id_invalid"]),
        ({"boardSectionId": "549755885175"}, (image(),), []),
        ({"dominantColor": "6E7874"}, (image(),), []),
        ({"dominantColor": "grey"}, (image(),), ["pinterest_dominant_color_invalid"]),
        ({"coverImageUrl": "cover.png"}, (video(),), ["pinterest_cover_image_url_invalid"]),
        ({"coverImageKeyFrameTime": 3}, (video(),), []),
        ({"coverImageKeyFrameTime": -1}, (video(),), ["pinterest_cover_keyframe_invalid"]),
        ({"coverImageKeyFrameTime": "3"}, (video(),), ["pinterest_cover_keyframe_invalid"]),
    ],
)
def test_what_its_settings_take(given: dict[str, Any], files: tuple[Media, ...], codes: list[str]) -> None:
    assert judged(Draft(media=files), **given) == codes


def test_settings_are_completed_and_stay_as_they_are() -> None:
    expected = {
        "pinMode": "video",
        "link": "https://e.org",
        "altText": None,
        "boardSectionId": None,
        "dominantColor": None,
        "coverImageUrl": None,
        "isAffiliateLink": True,
        "coverImageKeyFrameTime": None,
    }
    given = {"pinMode": "Video", "destinationLink": "https://e.org", "isAffiliateLink": 1, "coverImageKeyFrameTime": None}
    effective, wrong = settle(given, BOARD.settings, prefix="pinterest")
    assert (effective, wrong) == (expected, [])
    assert settle(effective, BOARD.settings, prefix="pinterest") == (expected, [])


def test_the_first_problem_is_the_one_that_the_contract_names_first() -> None:
    draft = Draft("x" * 801, media=(*(image(21 * MB),) * 5, OTHER), interaction="reply")
    codes = ["interaction_unsupported", "media_limit_exceeded", "media_unsupported", *["image_too_large"] * 5, "text_too_long"]
    assert judged(draft) == [f"pinterest_{code}" for code in codes]


def test_an_identity_takes_no_settings_and_no_posts() -> None:
    assert (USER.name, USER.publishes, USER.settings) == ("pinterest_user", False, ())
    [issue] = settle({"link": "https://e.org"}, USER.settings, prefix="pinterest")[1]
    assert issue.code == "publish_settings_unsupported"


def test_its_names_and_abilities() -> None:
    assert canonical("pin") == provider_of_handle("pinterest:board:1") == provider_of_handle("pinterest:user:1") == "pinterest"
    assert PROVIDER.target_of("pinterest:user:1") is USER
    assert (BOARD.publish_shape, BOARD.sync, USER.sync) == ("board_scoped_pin", "Sync boards", "Sync boards")
    assert BOARD.media_delivery == "pinterest_fetches_images_or_socialclaw_uploads_video_to_pinterest"
    assert all(PROVIDER.can(ability) for ability in (Discovers, Deletes, Confirms, Measures, MeasuresAccount, Checks))
    assert PROVIDER.post_url("12", Account("1")) == "https://www.pinterest.com/pin/12/"


@pytest.mark.parametrize(
    ("sides", "codes"),
    [
        ([(640, 480), (1254, 1254)], ["pinterest_carousel_shape_mismatch"]),
        ([(640, 480), (1280, 960), (641, 480)], []),
        ([(None, None), (1000, 1500), (500, 500)], ["pinterest_carousel_shape_mismatch"]),
        ([(640, 480), (None, None)], []),
        ([(640, 480)], []),
    ],
)
def test_the_pictures_of_a_carousel_are_of_one_shape(sides: list[tuple[int | None, int | None]], codes: list[str]) -> None:
    files = tuple(image(width=width, height=height) for width, height in sides)
    assert judged(Draft(media=files)) == codes
