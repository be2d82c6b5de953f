"""Ranges, conditions and names, as RFC 9110 and RFC 6266 have them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from socialclaw.media import delivery

VARIANT = delivery.Variant("image/png", 1000, "abc", datetime(2026, 5, 23, 10, 0, 0, 500_000, tzinfo=UTC), "a.png")
MODIFIED = "Sat, 23 May 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bytes=0-", (0, 1000)),
        ("bytes=0-0", (0, 1)),
        ("bytes=0-499", (0, 500)),
        ("bytes=500-999", (500, 1000)),
        ("bytes=500-5000", (500, 1000)),
        ("bytes=999-", (999, 1000)),
        ("bytes=-1", (999, 1000)),
        ("bytes=-1000", (0, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("Bytes = 5 - 9", (5, 10)),
        ("bytes=9-5", None),
        ("bytes=-", None),
        ("bytes=", None),
        ("bytes", None),
        ("", None),
        ("bytes=a-b", None),
        ("bytes=1-2,5-6", None),
        ("bytes=1.5-2", None),
        ("bytes=--5", None),
        ("bytes=٣-٤", None),
        ("bytes=0-" + "9" * 5000, None),
        ("lines=1-2", None),
    ],
)
def test_one_range_is_understood_and_anything_else_is_the_whole_file(asked: str, found: tuple[int, int] | None) -> None:
    assert delivery.wanted_range({"range": asked}, VARIANT) == found


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=1000-1001", "bytes=5000-", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_answered(asked: str) -> None:
    with pytest.raises(delivery.NotSatisfiable):
        delivery.wanted_range({"range": asked}, VARIANT)


@pytest.mark.parametrize(
    ("condition", "honoured"),
    [('"abc"', True), (MODIFIED, True), ('W/"abc"', False), ('"other"', False), ("Sat, 23 May 2026 10:00:01 GMT", False)],
)
def test_if_range_gives_the_whole_file_when_it_has_changed(condition: str, honoured: bool) -> None:
    found = delivery.wanted_range({"range": "bytes=0-9", "if-range": condition}, VARIANT)
    assert found == ((0, 10) if honoured else None)


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ({"if-none-match": '"abc"'}, True),
        ({"if-none-match": 'W/"abc"'}, True),
        ({"if-none-match": '"x", "abc"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"x"'}, False),
        ({"if-none-match": '"x"', "if-modified-since": MODIFIED}, False),
        ({"if-modified-since": MODIFIED}, True),
        ({"if-modified-since": "Sat, 23 May 2026 09:59:59 GMT"}, False),
        ({"if-modified-since": "yesterday"}, False),
        ({"if-modified-since": ""}, False),
        ({}, False),
    ],
)
def test_a_copy_that_is_still_good_is_not_sent_again(asked: dict[str, str], same: bool) -> None:
    assert delivery.not_modified(asked, VARIANT) is same


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.png", 'inline; filename="a.png"'),
        ("my file.png", 'inline; filename="my file.png"'),
        ('a"b\\c.png', "inline; filename=\"a_b_c.png\"; filename*=UTF-8''a%22b%5Cc.png"),
        ("été.png", "inline; filename=\"_t_.png\"; filename*=UTF-8''%C3%A9t%C3%A9.png"),
        ("100%.png", "inline; filename=\"100_.png\"; filename*=UTF-8''100%25.png"),
        ("a\r\nSet-Cookie: b", "inline; filename=\"a__Set-Cookie: b\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b"),
    ],
)
def test_a_file_name_cannot_break_out_of_its_header(name: str, header: str) -> None:
    assert delivery.disposition("inline", name) == header


@pytest.mark.parametrize(
    ("mime", "sent", "shown"),
    [
        ("image/png", "image/png", "inline"),
        ("video/mp4", "video/mp4", "inline"),
        ("audio/mpeg", "audio/mpeg", "attachment"),
        ("application/pdf", "application/pdf", "attachment"),
        ("text/html", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("application/xml", "application/octet-stream", "attachment"),
    ],
)
def test_nothing_that_runs_is_shown_or_named_as_what_it_is(mime: str, sent: str, shown: str) -> None:
    headers = delivery.headers(delivery.Variant(mime, 1, "t", VARIANT.made_at, "a"))
    assert headers["content-type"] == sent
    assert headers["content-disposition"].startswith(shown)
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
