"""What others sent is read, or refused by ValueError; nothing in it makes Python break off."""

from __future__ import annotations

import pytest

from socialclaw.providers.incoming import json_of, number_of, url_of


@pytest.mark.parametrize("content", ["", "{", "[" * 5000, "9" * 5000, '"\\ud800"', '{"\\udc00": 1}', "NaN", "-Infinity"])
def test_what_is_no_json_that_anybody_can_hold_is_refused(content: str) -> None:
    for given in (content, content.encode()):
        with pytest.raises(ValueError):
            json_of(given)


def test_a_whole_pair_is_a_character() -> None:
    assert json_of(b'{"a": "\\ud83d\\udca5"}') == {"a": "\U0001f4a5"}


@pytest.mark.parametrize("text", ["", "-1", "\u00b2", "\u0663", "1.5", "9" * 19, None, True, 1.0, 10**18, -1, [1]])
def test_what_is_no_number_of_18_digits_is_none(text: object) -> None:
    assert number_of(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), (5, 5), ("9" * 18, 10**18 - 1)])
def test_a_number_is_read_from_text_and_from_numbers(text: object, number: int) -> None:
    assert number_of(text) == number


def test_what_is_no_url_has_no_host() -> None:
    assert url_of("http://[").hostname is None
    assert url_of("https://a.example/b").hostname == "a.example"
