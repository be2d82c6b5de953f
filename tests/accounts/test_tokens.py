"""Secrets at rest and in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from socialclaw.accounts.tokens import refresh_moment, scrub

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@pytest.mark.parametrize(
    ("life", "ahead"),
    [
        (timedelta(hours=2), timedelta(minutes=24)),
        (timedelta(minutes=30), timedelta(minutes=10)),
        (timedelta(days=60), timedelta(days=12)),
    ],
)
def test_a_token_is_refreshed_a_fifth_of_its_life_ahead_but_at_least_ten_minutes(life: timedelta, ahead: timedelta) -> None:
    assert refresh_moment(NOW + life, NOW) == NOW + life - ahead


def test_a_token_that_lives_for_seconds_is_refreshed_now_and_not_in_the_past() -> None:
    assert refresh_moment(NOW + timedelta(seconds=30), NOW) == NOW


def test_a_token_without_an_end_is_never_refreshed() -> None:
    assert refresh_moment(None, NOW) is None


def test_a_secret_is_blacked_out_wherever_it_is_said() -> None:
    said = {"said": f"bot{TOKEN}/getMe failed", "list": [f"x {TOKEN}"], "count": 3}
    assert TOKEN not in str(scrub(said, [TOKEN]))
    assert scrub(said, [TOKEN])["count"] == 3


def test_a_part_of_a_secret_is_blacked_out_too_and_its_encoded_form() -> None:
    url = "https://discord.com/api/webhooks/123456789012345678/" + "t0k_en-" * 9
    said = f"404 for {'t0k_en-' * 9} and 123456789%3AAAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    assert scrub(said, [url, TOKEN]) == "404 for [hidden] and [hidden]"


def test_ordinary_words_are_left_alone() -> None:
    assert scrub("the chat @news was not found", ["@news", "discord.com"]) == "the chat @news was not found"
