"""What a post to Telegram may be, as every client is told before it is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from socialclaw.networks.telegram import PROVIDERS
from socialclaw.networks.telegram.length import utf16, visible
from socialclaw.providers.draft import Draft, Media
from socialclaw.providers.judging import check
from socialclaw.providers.options import settle
from socialclaw.providers.shapes import MB

TELEGRAM = PROVIDERS[0]
IMAGE = Media("a", "image", url="https://media.example/a.jpg")
VIDEO = Media("b", "video", url="https://media.example/b.mp4")


def codes(draft: Draft) -> list[str]:
    assert TELEGRAM.extra is not None
    return [issue.code for issue in (*check(draft, TELEGRAM.rules, prefix=TELEGRAM.key), *TELEGRAM.extra(draft))]


def sized(media: Media, size: int) -> Draft:
    return Draft(media=(Media(media.id, media.kind, size=size, url=media.url),))


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft(text="a", media=(IMAGE, VIDEO), interaction="reply"), "provider_multi_asset_unsupported"),
        (Draft(interaction="reply"), "telegram_interaction_unsupported"),
        (Draft(), "telegram_text_or_media_required"),
        (Draft(media=(Media("c", "other", url="https://media.example/c.pdf"),)), "telegram_media_unsupported"),
        (Draft(media=(Media("c", "image", url="https://media.example/c.bmp"),)), "telegram_media_unsupported"),
        (sized(IMAGE, 10 * MB + 1), "telegram_image_too_large"),
        (sized(VIDEO, 50 * MB + 1), "telegram_video_too_large"),
        (Draft(text="a" * 4097), "telegram_text_too_long"),
        (Draft(text="a" * 1025, media=(IMAGE,)), "telegram_text_too_long"),
        (Draft(text="🙂" * 2049), "telegram_text_too_long"),
        (Draft(media=(Media("d", "image", width=9000, height=1001),)), "telegram_image_dimensions_invalid"),
        (Draft(media=(Media("d", "image", width=2001, height=100),)), "telegram_image_dimensions_invalid"),
    ],
)
def test_the_first_problem_is_the_one_to_be_named(draft: Draft, code: str) -> None:
    assert codes(draft)[0] == code


@pytest.mark.parametrize(
    "draft",
    [
        Draft(text="a" * 4096),
        Draft(text="🙂" * 2048),
        Draft(text="a" * 1024, media=(IMAGE,)),
        Draft(text=f"<b>{'a' * 4096}</b>", settings={"parseMode": "HTML"}),
        Draft(text=f"<a href='https://example.org/?q=%3E'>{'&amp;' * 4096}</a>", settings={"parseMode": "HTML"}),
        Draft(text=f"*{'a' * 4095}*\\.", settings={"parseMode": "MarkdownV2"}),
        Draft(text=f"[{'a' * 4096}](https://example.org/\\))", settings={"parseMode": "MarkdownV2"}),
        sized(IMAGE, 10 * MB),
        sized(VIDEO, 50 * MB),
        Draft(media=(Media("d", "image", width=9000, height=1000),)),
        Draft(media=(Media("e", "video", width=20_000, height=1),)),
    ],
    ids=range(11),
)
def test_a_post_at_the_limit_passes(draft: Draft) -> None:
    assert codes(draft) == []


@pytest.mark.parametrize(
    ("text", "mode"),
    [(f"<b>{'a' * 4097}</b>", "HTML"), (f"*{'a' * 4097}*", "MarkdownV2"), ("\\." * 4097, "MarkdownV2"), (f"<b>{'a' * 4090}</b>", None)],
)
def test_markup_does_not_hide_a_text_that_is_too_long(text: str, mode: str | None) -> None:
    assert codes(Draft(text=text, settings={"parseMode": mode})) == ["telegram_text_too_long"]


@pytest.mark.parametrize(
    ("text", "mode", "code"),
    [
        ("Hello. World!", "MarkdownV2", "telegram_markup_invalid"),
        ("*bold", "MarkdownV2", "telegram_markup_invalid"),
        ("a < b & c", "HTML", "telegram_markup_invalid"),
        ("<p>x</p>", "HTML", "telegram_markup_invalid"),
        ("a<br>b", "HTML", "telegram_markup_invalid"),
        ("\u200b", None, "telegram_text_empty"),
        ("\ufeff\n\u2060", None, "telegram_text_empty"),
        ("<b>\u200b</b>", "HTML", "telegram_text_empty"),
    ],
)
def test_what_telegram_cannot_read_or_nobody_can_see_is_told_before(text: str, mode: str | None, code: str) -> None:
    assert codes(Draft(text=text, settings={"parseMode": mode})) == [code]


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("Hello\\. *World*\\!", "MarkdownV2"),
        ("Hello. World!", None),
        ("<b>a</b> &lt; <a href='https://e.org'>b</a>", "HTML"),
        ("a\u200bb", None),
    ],
)
def test_what_telegram_reads_passes(text: str, mode: str | None) -> None:
    assert codes(Draft(text=text, settings={"parseMode": mode})) == []


def test_a_picture_needs_no_words_that_can_be_seen() -> None:
    assert codes(replace(sized(IMAGE, 10), text="\u200b")) == []


def test_length_is_counted_in_utf16_code_units() -> None:
    assert [utf16(text) for text in ("a", "ä", "🙂", "👩‍👩‍👧")] == [1, 1, 2, 8]
    assert visible("<b>1 &lt; 2</b>", "HTML") == "1 < 2"
    assert visible("1 &lt; 2", None) == "1 &lt; 2"


@pytest.mark.parametrize("kind", ["telegram_chat", "telegram_channel", "telegram_group"])
def test_every_kind_of_chat_has_the_same_settings(kind: str) -> None:
    target = TELEGRAM.target(kind)
    assert target is not None
    effective, issues = settle({}, target.settings, prefix="telegram")
    assert issues == []
    assert effective == {"parseMode": None, "disableNotification": False, "protectContent": False, "disableLinkPreview": False}
    assert settle({"parseMode": "none"}, target.settings, prefix="telegram")[0]["parseMode"] is None
    assert settle({"parseMode": "HTML", "protectContent": True}, target.settings, prefix="telegram")[1] == []


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"parseMode": "html"}, "telegram_parse_mode_invalid"),
        ({"parseMode": "Markdown"}, "telegram_parse_mode_invalid"),
        ({"protectContent": "true"}, "telegram_setting_invalid"),
        ({"disableNotification": 1}, "telegram_setting_invalid"),
        ({"disableLinkPreview": None}, "telegram_setting_invalid"),
        ({"silent": True}, "telegram_settings_unsupported"),
    ],
)
def test_a_wrong_setting_is_refused(given: dict[str, object], code: str) -> None:
    _, issues = settle(given, TELEGRAM.targets[0].settings, prefix="telegram")
    assert [issue.code for issue in issues] == [code]


def test_a_handle_means_a_telegram_chat() -> None:
    found = TELEGRAM.target_of("telegram:@somewhere")
    assert found is not None
    assert found.name == "telegram_chat"
