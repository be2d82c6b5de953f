"""The codes of posts to Pages and Instagram accounts, each by a post that earns it; and the order in which problems are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from socialclaw.networks import providers
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.shapes import MB
from tests.networks.stage import Stage

PAGE = "facebook_page"
LINKED, ALONE, LEGACY = "instagram_business_linked", "instagram_standalone", "instagram_business"


def file(kind: str = "image", number: int = 0, **more: Any) -> Media:
    mime = {"image": "image/jpeg", "video": "video/mp4"}.get(kind)
    extension = {"image": "jpg", "video": "mp4"}.get(kind, "pdf")
    return Media(f"m{number}", kind, mime, url=f"https://media.example/{number}.{extension}", **more)


def codes(key: str, account_type: str, media: tuple[Media, ...] = (), text: str = "a", **more: Any) -> list[str]:
    draft = Draft(text=text, description=text, media=media, **more)
    return [issue.code for issue in Stage(providers()[key]).issues(draft, account_type)]


PAGES = [("facebook", PAGE), ("meta", PAGE)]
ACCOUNTS = [("instagram_business", LINKED), ("instagram", ALONE), ("meta", LEGACY)]


@pytest.mark.parametrize(("key", "kind"), PAGES)
def test_a_page_takes_text_or_ten_images_or_one_video(key: str, kind: str) -> None:
    ten = tuple(file(number=n) for n in range(10))
    assert codes(key, kind) == codes(key, kind, ten) == codes(key, kind, (file("video"),), text="") == []
    assert codes(key, kind, (*ten, file(number=10))) == ["facebook_media_limit_exceeded"]
    assert codes(key, kind, (file(), file("video", 1))) == ["facebook_multi_media_unsupported"]
    assert codes(key, kind, (file("video"), file("video", 1))) == ["facebook_multi_media_unsupported"]
    assert codes(key, kind, (file(), file("other", 1))) == ["facebook_multi_media_unsupported"]


@pytest.mark.parametrize(("key", "kind"), PAGES)
def test_other_problems_of_a_page_post(key: str, kind: str) -> None:
    assert codes(key, kind, (file("other"),)) == [f"{key}_media_unsupported"]
    assert codes(key, kind, (replace(file(), url="https://media.example/a.gif"),)) == [f"{key}_media_unsupported"]
    assert codes(key, kind, interaction="reply", parent="step") == [f"{key}_interaction_unsupported"]
    assert codes(key, kind, text="a" * 63_207) == [f"{key}_text_too_long"]
    assert codes(key, kind, (file(size=10 * MB + 1),)) == [f"{key}_image_too_large"]


@pytest.mark.parametrize(("key", "kind"), PAGES)
@pytest.mark.parametrize(
    ("mode", "files", "fits"),
    [
        ("auto", (), True),
        ("feed", (), True),
        ("photo", (), False),
        ("video", (), False),
        ("auto", ("image",), True),
        ("photo", ("image", "image"), True),
        ("feed", ("image",), False),
        ("video", ("image",), False),
        ("video", ("video",), True),
        ("photo", ("video",), False),
        ("feed", ("video",), False),
    ],
)
def test_the_mode_of_a_page_post_must_suit_its_files(key: str, kind: str, mode: str, files: tuple[str, ...], fits: bool) -> None:
    media = tuple(file(k, n) for n, k in enumerate(files))
    assert codes(key, kind, media, settings={"pagePostMode": mode}) == ([] if fits else ["facebook_page_mode_mismatch"])


@pytest.mark.parametrize(("key", "kind"), PAGES)
def test_settings_of_a_page(key: str, kind: str) -> None:
    assert codes(key, kind, settings={"pagePostMode": "Auto"}) == ["facebook_page_mode_invalid"]
    assert codes(key, kind, settings={"facebookVideoUploadMode": "fast"}) == ["facebook_video_upload_mode_invalid"]
    assert codes(key, kind, settings={"colour": "red"}) == ["facebook_page_settings_unsupported"]
    stage = Stage(providers()[key])
    assert stage.settled(kind) == {"pagePostMode": "auto"}, "the upload mode is written down only where it was given"


@pytest.mark.parametrize(("key", "kind"), ACCOUNTS)
def test_an_instagram_account_takes_up_to_ten_images_and_videos_together(key: str, kind: str) -> None:
    ten = tuple(file("video" if n % 2 else "image", n) for n in range(10))
    assert codes(key, kind, ten) == codes(key, kind, ten[:1], text="") == codes(key, kind, ten[1:2]) == []
    assert codes(key, kind, (*ten, file(number=10))) == ["instagram_carousel_limit_exceeded"]
    assert codes(key, kind) == ["instagram_media_required"]


@pytest.mark.parametrize(("key", "kind"), ACCOUNTS)
def test_other_problems_of_an_instagram_post(key: str, kind: str) -> None:
    own = "meta" if key == "meta" else "instagram"
    assert codes(key, kind, (file("other"),)) == [f"{own}_media_unsupported"]
    assert codes(key, kind, (file(),), interaction="reply", parent="step") == [f"{own}_interaction_unsupported"]
    assert codes(key, kind, (file(),), text="a" * 2201) == [f"{own}_text_too_long"]
    assert codes(key, kind, (file(width=1000, height=1300),)) == [f"{own}_image_aspect_invalid"]
    assert codes(key, kind, (file("video", duration=2.9),)) == [f"{own}_video_duration_invalid"]
    assert codes(key, kind, (replace(file("video"), mime="video/webm"),)) == [f"{own}_video_type_unsupported"]
    assert codes(key, kind, (file(),), text=" ".join(f"#t{n}" for n in range(31))) == ["instagram_hashtag_limit_exceeded"]
    assert codes(key, kind, (file(),), text=" ".join(f"@u{n}" for n in range(21))) == ["instagram_mention_limit_exceeded"]


@pytest.mark.parametrize(("key", "kind"), ACCOUNTS)
@pytest.mark.parametrize(
    ("mode", "files", "fits"),
    [
        ("image", ("image",), True),
        ("image", ("image", "image"), True),
        ("image", ("video",), False),
        ("image", ("image", "video"), False),
        ("reel", ("video",), True),
        ("reel", ("image",), False),
        ("reel", ("video", "video"), False),
        ("auto", ("image", "video"), True),
    ],
)
def test_the_mode_of_an_instagram_post_must_suit_its_files(key: str, kind: str, mode: str, files: tuple[str, ...], fits: bool) -> None:
    media = tuple(file(k, n) for n, k in enumerate(files))
    assert codes(key, kind, media, settings={"instagramPublishMode": mode}) == ([] if fits else ["instagram_publish_mode_mismatch"])


@pytest.mark.parametrize(("key", "kind"), ACCOUNTS)
def test_settings_of_an_instagram_account(key: str, kind: str) -> None:
    assert codes(key, kind, (file(),), settings={"instagramPublishMode": "story"}) == ["instagram_publish_mode_invalid"]
    assert codes(key, kind, (file(),), settings={"colour": "red"}) == ["instagram_settings_unsupported"]


@pytest.mark.parametrize(("key", "kind"), ACCOUNTS)
def test_more_hashtags_than_instagram_is_said_to_allow_are_a_warning(key: str, kind: str) -> None:
    warns = providers()[key].warns
    assert warns is not None
    six, five = (Draft(" ".join(f"#t{n}" for n in range(count)), media=(file(),), target_type=kind) for count in (6, 5))
    assert [issue.code for issue in warns(six)] == ["instagram_hashtags_discouraged"]
    assert list(warns(five)) == []
    assert codes(key, kind, (file(),), text=six.text) == []


def test_a_page_of_an_older_workspace_may_have_hashtags() -> None:
    warns = providers()["meta"].warns
    assert warns is not None
    assert list(warns(Draft(" ".join(f"#t{n}" for n in range(9)), target_type=PAGE))) == []


def test_the_first_problem_is_the_one_that_clients_know_to_come_first() -> None:
    eleven = (*(file(number=n) for n in range(10)), file("video", 10))
    assert codes("facebook", PAGE, eleven, interaction="reply", parent="s")[0] == "facebook_media_limit_exceeded"
    assert codes("instagram", ALONE, interaction="reply", parent="s")[:2] == [
        "instagram_media_required",
        "instagram_interaction_unsupported",
    ]
    assert codes("meta", LEGACY, interaction="reply", parent="s")[:2] == ["meta_interaction_unsupported", "instagram_media_required"]


@pytest.mark.parametrize(
    ("handle", "key", "kind"),
    [
        ("facebook:page:1", "facebook", PAGE),
        ("facebook:user:1", "facebook", "facebook_user"),
        ("instagram:business:1", "instagram_business", LINKED),
        ("instagram:business-user:1", "instagram_business", "instagram_business_identity"),
        ("instagram:standalone:1", "instagram", ALONE),
        ("instagram:1", "instagram", ALONE),
        ("meta:page:1", "meta", PAGE),
        ("meta:instagram:1", "meta", LEGACY),
        ("meta:1", "meta", "meta_user"),
    ],
)
def test_a_handle_says_what_it_is(handle: str, key: str, kind: str) -> None:
    target = providers()[key].target_of(handle)
    assert target is not None
    assert target.name == kind
    assert target.publishes == (kind in (PAGE, LINKED, ALONE, LEGACY))
