"""How long a text is on X: twitter-text's own vectors where they are at hand, and a handful that always run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from socialclaw.networks.x.text import LIMIT, links, measure, weigh

Official = Callable[[str], Path]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("hello", 5),
        ("e\u0301", 1),
        ("日本語", 6),
        ("한국어 텍스트", 13),
        ("line\r\nbreak", 10),
        ("👩‍👩‍👧‍👦", 2),
        ("🙋🏽👨‍🎤", 4),
        ("🇩🇪", 2),
        ("1️⃣", 2),
        ("©", 2),
        ("see https://example.com/a/very/long/path/that/goes/on?and=on&and=on#forever-and-ever now", 31),
        ("t.co", 23),
        ("example.com, example.org.", 49),
        ("no.linked here.And none.there", 29),
        ("mail me@example.com", 19),
        ("日本語example.jpです", 6 + 23 + 4),
        ("https://example.com/(a)!", 24),
    ],
)
def test_the_weighted_length(text: str, length: int) -> None:
    assert weigh(text) == length


def vectors(official: Official, *groups: str) -> list[dict[str, object]]:
    loaded = yaml.safe_load(official("x/twitter-text/conformance/validate.yml").read_text("utf-8"))["tests"]
    return [vector for group in groups for vector in loaded[group]]


def test_every_official_vector_of_version_3_has_its_length(official: Official) -> None:
    found = vectors(official, "WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest")
    wrong = [v["description"] for v in found if weigh(str(v["text"])) != v["expected"]["weightedLength"]]  # type: ignore[index]
    assert (len(found) >= 20, wrong) == (True, [])


def test_the_quick_measure_agrees_about_the_limit(official: Official) -> None:
    for vector in vectors(official, "WeightedTweetsWithDiscountedEmojiCounterTest"):
        text = str(vector["text"])
        assert (measure(text) <= LIMIT) is (weigh(text) <= LIMIT)


@pytest.mark.parametrize("base", ["a", "日", "e\u0301", "👍🏽 ", "© ", "t.co ", "Word. ", "é"])
def test_the_quick_measure_is_exact_beyond_the_limit_and_a_bound_below(base: str) -> None:
    for count in range(1, 320, 7):
        exact, quick = weigh(base * count), measure(base * count)
        assert quick >= exact
        assert (quick <= LIMIT) is (exact <= LIMIT)
        assert exact <= LIMIT or quick == exact


def test_every_official_link_is_found_where_it_is(official: Official) -> None:
    loaded = json.loads(official("x/twitter-text/conformance/extract.json").read_text("utf-8"))["tests"]
    for group in ("urls", "tco_urls_with_params"):
        for vector in loaded[group]:
            text = vector["text"]
            assert [text[a:b] for a, b in links(text)] == vector["expected"], text
    for group in ("urls_with_indices", "urls_with_directional_markers"):
        for vector in loaded[group]:
            assert [list(link) for link in links(vector["text"])] == [u["indices"] for u in vector["expected"]], vector["text"]


def test_every_official_top_level_domain_makes_a_link(official: Official) -> None:
    loaded = json.loads(official("x/twitter-text/conformance/tlds.json").read_text("utf-8"))["tests"]
    for vector in [v for group in loaded.values() for v in group]:
        assert [vector["text"][a:b] for a, b in links(vector["text"])] == vector["expected"]


@pytest.mark.parametrize(
    "piece", ["a.", "a-", "あa.com", "http://a.", "(a", "日本語.", "xn--", "a_", "👩‍👧", "a.com/", "https://", "@a.b", "."]
)
def test_no_text_makes_the_measuring_stall(piece: str) -> None:
    """Would run for minutes if any part were more than linear in the text."""
    text = piece * (40_000 // len(piece))
    assert weigh(text) > LIMIT
