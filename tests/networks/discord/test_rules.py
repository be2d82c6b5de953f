"""What a post to Discord may be, as every client is told before it is sent."""

from __future__ import annotations

import pytest

from socialclaw.networks.discord import PROVIDERS
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from socialclaw.providers.shapes import MB

DISCORD = PROVIDERS[0]
IMAGE = Media("a", "image", url="https://media.example/a.jpg")
VIDEO = Media("b", "video", url="https://media.example/b.mp4")


def codes(draft: Draft) -> list[str]:
    return [issue.code for issue in check(draft, DISCORD.rules, prefix=DISCORD.key)]


def sized(media: Media, size: int) -> Draft:
    return Draft(media=(Media(media.id, media.kind, size=size, url=media.url),))


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft(text="a", media=(IMAGE, VIDEO), interaction="reply"), "provider_multi_asset_unsupported"),
        (Draft(interaction="comment"), "discord_interaction_unsupported"),
        (Draft(), "discord_text_or_media_required"),
        (Draft(media=(Media("c", "other", url="https://media.example/c.pdf"),)), "discord_media_unsupported"),
        (Draft(media=(Media("c", "image", url="https://media.example/c.bmp"),)), "discord_media_unsupported"),
        (sized(IMAGE, 10 * MB + 1), "discord_image_too_large"),
        (sized(VIDEO, 10 * MB + 1), "discord_video_too_large"),
        (Draft(text="a" * 2001), "discord_text_too_long"),
        (Draft(media=(Media("d", "image", alt="a" * 1025),)), "discord_alt_text_too_long"),
    ],
)
def test_the_first_problem_is_the_one_to_be_named(draft: Draft, code: str) -> None:
    assert codes(draft)[0] == code


@pytest.mark.parametrize(
    "draft",
    [
        Draft(text="a" * 2000),
        Draft(text="🙂" * 2000),
        sized(IMAGE, 10 * MB),
        sized(VIDEO, 10 * MB),
        Draft(media=(Media("d", "image", alt="a" * 1024),)),
    ],
    ids=range(5),
)
def test_a_post_at_the_limit_passes(draft: Draft) -> None:
    assert codes(draft) == []


def test_settings_are_off_unless_given() -> None:
    settings = DISCORD.targets[0].settings
    assert settle({}, settings, prefix="discord") == ({"tts": False, "suppressEmbeds": False}, [])
    assert settle({"tts": True}, settings, prefix="discord") == ({"tts": True, "suppressEmbeds": False}, [])


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"tts": "true"}, "discord_setting_invalid"),
        ({"suppressEmbeds": 1}, "discord_setting_invalid"),
        ({"suppressEmbeds": None}, "discord_setting_invalid"),
        ({"silent": True}, "discord_settings_unsupported"),
    ],
)
def test_a_wrong_setting_is_refused(given: dict[str, object], code: str) -> None:
    _, issues = settle(given, DISCORD.targets[0].settings, prefix="discord")
    assert [issue.code for issue in issues] == [code]


def test_a_handle_means_a_webhook() -> None:
    found = DISCORD.target_of("discord:123456789012345678")
    assert found is not None
    assert found.name == "discord_webhook"
