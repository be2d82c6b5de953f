"""What a LinkedIn post may contain, judged before anything is sent: each code, and the figure beside it."""

from __future__ import annotations

import pytest

from socialclaw.networks import canonical, provider_of_handle
from socialclaw.networks.linkedin.littletext import escaped, plain
from socialclaw.networks.linkedin.sandbox.text import shown
from socialclaw.providers.base import Checks, Confirms, Deletes, Discovers, Measures, MeasuresAccount, Provider
from socialclaw.providers.draft import Account, Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from tests.networks.linkedin.conftest import MEMBER, PAGE

GIB = 1024**3


def judged(draft: Draft, provider: Provider = MEMBER) -> list[str]:
    assert provider.extra is not None
    return [issue.code for issue in (*check(draft, provider.rules, prefix=provider.key), *provider.extra(draft))]


def image(url: str = "https://e.org/a.png", mime: str = "image/png", **more: object) -> Media:
    return Media("a", "image", mime, 10, url, **more)  # type: ignore[arg-type]


def video(size: int = 75 * 1024) -> Media:
    return Media("v", "video", "video/mp4", size, "https://e.org/a.mp4")


OTHER = Media("o", "other", url="https://e.org/a.pdf")


@pytest.mark.parametrize("provider", [MEMBER, PAGE], ids=["member", "page"])
@pytest.mark.parametrize(
    ("draft", "codes"),
    [
        (Draft("text"), []),
        (Draft(media=(image(),)), []),
        (Draft("text", media=(image(),) * 20), []),
        (Draft(media=(video(),)), []),
        (Draft(), ["linkedin_text_or_media_required"]),
        (Draft(media=(image(),) * 21), ["linkedin_media_limit_exceeded"]),
        (Draft(media=(video(), video())), ["linkedin_multi_video_unsupported"]),
        (Draft(media=(image(), video())), ["linkedin_multi_video_unsupported"]),
        (Draft(media=(OTHER,)), ["linkedin_media_unsupported"]),
        (Draft(media=(video(75 * 1024 - 1),)), ["linkedin_video_too_small"]),
        (Draft(media=(video(5 * GIB),)), []),
        (Draft(media=(video(5 * GIB + 1),)), ["linkedin_video_too_large"]),
        (Draft("x" * 3000), []),
        (Draft("x" * 3001), ["linkedin_text_too_long"]),
        (Draft("(" * 3000), []),
        (Draft(media=(image(alt="x" * 4087),)), ["linkedin_alt_text_too_long"]),
        (Draft(media=(image(mime="image/gif"),)), []),
        (Draft(media=(image(mime="image/webp"),)), ["linkedin_image_type_unsupported"]),
        (Draft(media=(image(width=6012, height=6013),)), []),
        (Draft(media=(image(width=7680, height=4708),)), ["linkedin_image_resolution_invalid"]),
    ],
)
def test_what_linkedin_takes(provider: Provider, draft: Draft, codes: list[str]) -> None:
    assert judged(draft, provider) == codes


def test_pages_have_a_code_of_their_own_for_replies_and_no_check_of_extensions() -> None:
    assert judged(Draft("x", interaction="reply")) == ["linkedin_interaction_unsupported"]
    assert judged(Draft("x", interaction="reply"), PAGE) == ["linkedin_page_interaction_unsupported"]
    odd = Draft(media=(image("https://e.org/a.bmp"),))
    assert judged(odd) == ["linkedin_media_unsupported"]
    assert judged(odd, PAGE) == []


def test_the_first_problem_is_the_one_that_the_contract_names_first() -> None:
    draft = Draft("x" * 3001, media=(*(image(),) * 20, OTHER), interaction="reply")
    codes = ["interaction_unsupported", "media_limit_exceeded", "media_unsupported", "text_too_long"]
    assert judged(draft) == [f"linkedin_{code}" for code in codes]


@pytest.mark.parametrize(
    ("provider", "code"), [(MEMBER, "linkedin_settings_unsupported"), (PAGE, "linkedin_page_settings_unsupported")], ids=["member", "page"]
)
def test_there_are_no_settings(provider: Provider, code: str) -> None:
    target = provider.targets[0]
    assert settle({}, target.settings, prefix=provider.key, none_code=target.no_settings_code) == ({}, [])
    [issue] = settle({"visibility": "PUBLIC"}, target.settings, prefix=provider.key, none_code=target.no_settings_code)[1]
    assert issue.code == code


def test_its_names_and_abilities() -> None:
    assert (canonical("li"), canonical("linkedin-company"), canonical("linkedin-page")) == ("linkedin", "linkedin_page", "linkedin_page")
    handles = {
        "linkedin:member:1": ("linkedin", "linkedin_member", True),
        "linkedin:person:1": ("linkedin", "linkedin_member", True),
        "linkedin:1": ("linkedin", "linkedin_member", True),
        "linkedin:page:1": ("linkedin_page", "linkedin_page", True),
        "linkedin:page-admin:1": ("linkedin_page", "linkedin_member", False),
    }
    for handle, (key, kind, publishes) in handles.items():
        provider = {"linkedin": MEMBER, "linkedin_page": PAGE}[key]
        assert provider_of_handle(handle) == key
        target = provider.target_of(handle)
        assert target is not None
        assert (target.name, target.publishes) == (kind, publishes)
    for provider in (MEMBER, PAGE):
        target = provider.targets[0]
        assert (target.publish_shape, target.media_delivery) == ("text_or_image_post", "socialclaw_uploads_images_to_linkedin")
        assert provider.post_url("urn:li:share:1", Account("1")) == "https://www.linkedin.com/feed/update/urn:li:share:1/"
        assert all(provider.can(ability) for ability in (Discovers, Deletes, Checks))
    reading = (Confirms, Measures, MeasuresAccount)
    assert [PAGE.can(ability) for ability in reading] == [True] * 3
    assert [MEMBER.can(ability) for ability in reading] == [False] * 3, "a member's posts cannot be read"
    assert {target.sync for target in PAGE.targets} == {"Sync Pages"}


@pytest.mark.parametrize(
    ("text", "commentary"),
    [
        ("plain", "plain"),
        ("(a) [b] {c} <d> | @e *f* _g_ ~h~ \\", r"\(a\) \[b\] \{c\} \<d\> \| \@e \*f\* \_g\_ \~h\~ " + "\\\\"),
        ("#hello #2026 C# # #_x", r"#hello #2026 C\# \# \#\_x"),
        ("äöü 日本 😀\n\nnext", "äöü 日本 😀\n\nnext"),
    ],
)
def test_text_is_shown_as_it_was_written(text: str, commentary: str) -> None:
    assert escaped(text) == commentary
    assert shown(commentary) == text
    assert plain(commentary) == text


def test_a_hashtag_in_either_notation_reads_the_same() -> None:
    assert plain(r"{hashtag|\#|news} today") == plain("#news today") == shown(r"{hashtag|\#|news} today") == "#news today"


def test_what_is_not_escaped_cuts_the_text_off() -> None:
    assert shown("Prices (from 5)") == "Prices "
    assert shown("Thanks to @[Acme](urn:li:organization:5)!") == "Thanks to Acme!"
