"""What a JSON body holds is looked at in steps that take no time, and nothing that can be stored is taken for what cannot."""

from __future__ import annotations

import json
import random

import pytest

from socialclaw.api import scan
from socialclaw.api.errors import MalformedJson
from socialclaw.errors import InvalidRequest, PayloadTooLarge

EMOJI = rb"\ud83d\ude00"
UNSTORABLE = [rb"\u0000", rb"\ud800", rb"\udc00", rb"\\\u0000", rb"\ud83d\ud83d\ude00", rb"\ude00\ud83d", rb"\uD83Dx"]


@pytest.mark.parametrize("many", [1, 21_000, 21_900, 43_800, 100_000])
def test_escaped_emoji_are_text_however_many_there_are(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "check_texts", lambda body: pytest.fail("the slow look was taken"))
    scan.check_json(b'["' + EMOJI * many + b'"]')


@pytest.mark.parametrize("text", [rb"\\u0000", rb"\\ud800", rb"\\\\u0000", rb"\\\ud83d\ude00", rb"\n\u00e9"])
def test_a_doubled_backslash_begins_no_escape(text: bytes) -> None:
    scan.check_json(b'["' + text * 1000 + b'"]')
    json.loads(b'["' + text + b'"]').pop().encode()


@pytest.mark.parametrize("text", UNSTORABLE)
@pytest.mark.parametrize("before", [0, 262_100, 262_140, 2_000_000])
def test_what_nothing_can_store_is_found_wherever_it_is(text: bytes, before: int) -> None:
    with pytest.raises(InvalidRequest) as told:
        scan.check_json(b'["' + b"a" * before + text + b'"]')
    assert told.value.code == "text_unstorable"


def test_structure_is_read_the_same_whatever_lies_in_texts() -> None:
    """Over texts of every length around the steps that they are read in."""
    rng = random.Random(5)
    for _ in range(200):
        text = "".join(rng.choice(['"', "\\", "[", "]", "{", ",", "a" * rng.choice([1, 1023, 1024, 1025, 70_000])]) for _ in range(6))
        nested = rng.randint(1, 70)
        body = ("[" * nested + json.dumps(text) + "]" * nested).encode()
        if nested > scan.DEEPEST:
            with pytest.raises(MalformedJson):
                scan.check_structure(body)
        else:
            scan.check_structure(body)


def test_too_many_values_are_counted_after_a_long_text() -> None:
    with pytest.raises(PayloadTooLarge):
        scan.check_structure(b'["' + b"a" * 300_000 + b'",' + b"1," * scan.MOST_VALUES + b"1]")
