from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialclaw.scheduling.times import resolve, stamp, zone

# Zone, local time, the instant it means, and why the case is here.
TABLE = [
    ("UTC", "2030-06-01T10:00:00", "2030-06-01T10:00:00.000Z", "no offset, no zone"),
    ("Europe/Berlin", "2026-01-15T09:00:00", "2026-01-15T08:00:00.000Z", "winter"),
    ("Europe/Berlin", "2026-07-15T09:00:00", "2026-07-15T07:00:00.000Z", "summer"),
    ("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59.000Z", "the last second before the gap"),
    ("Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00.000Z", "the gap begins: offset before it, so 03:00 on the clock"),
    ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00.000Z", "in the gap"),
    ("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00.000Z", "after the gap: the same instant as 02:00"),
    ("Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59.000Z", "before the hour that occurs twice"),
    ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z", "occurs twice: the first, in summer time"),
    ("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00.000Z", "after it"),
    ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00.000Z", "in the gap: read as EST"),
    ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00.000Z", "occurs twice: the first, EDT"),
    ("America/New_York", "2026-11-01T02:00:00", "2026-11-01T07:00:00.000Z", "after it, EST"),
    ("Europe/London", "2026-03-29T01:30:00", "2026-03-29T01:30:00.000Z", "in the gap: read as GMT"),
    ("Europe/London", "2026-10-25T01:30:00", "2026-10-25T00:30:00.000Z", "occurs twice: the first, BST"),
    ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00.000Z", "a change of half an hour: the first occurrence, +11"),
    ("Australia/Lord_Howe", "2026-04-05T02:00:00", "2026-04-04T15:30:00.000Z", "after it, +10:30"),
    ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00.000Z", "in a gap of half an hour: read as +10:30"),
    ("Australia/Lord_Howe", "2026-10-04T02:30:00", "2026-10-03T15:30:00.000Z", "after it, +11"),
    ("Pacific/Apia", "2011-12-29T23:59:59", "2011-12-30T09:59:59.000Z", "the last second before a day that never was, -10"),
    ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00.000Z", "in the day that never was: read as -10"),
    ("Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00.000Z", "after it, +14"),
    ("America/Sao_Paulo", "2018-11-04T00:30:00", "2018-11-04T03:30:00.000Z", "a gap at midnight: read as -3"),
    ("America/Sao_Paulo", "2018-02-17T23:30:00", "2018-02-18T01:30:00.000Z", "occurs twice before midnight: the first, -2"),
    ("America/Sao_Paulo", "2026-01-15T12:00:00", "2026-01-15T15:00:00.000Z", "summer time abolished"),
    ("Africa/Casablanca", "2026-02-01T12:00:00", "2026-02-01T11:00:00.000Z", "+1 all year but in Ramadan"),
    ("Africa/Casablanca", "2026-03-01T12:00:00", "2026-03-01T12:00:00.000Z", "Ramadan: UTC"),
    ("Africa/Casablanca", "2026-02-15T02:30:00", "2026-02-15T01:30:00.000Z", "Ramadan begins, occurs twice: the first, +1"),
    ("Africa/Casablanca", "2026-03-22T02:30:00", "2026-03-22T02:30:00.000Z", "Ramadan ends, in the gap: read as UTC"),
    ("Asia/Kathmandu", "2026-05-01T12:00:00", "2026-05-01T06:15:00.000Z", "an odd offset"),
    ("Pacific/Chatham", "2026-04-05T03:15:00", "2026-04-04T13:30:00.000Z", "an odd offset, occurs twice: the first, +13:45"),
    ("Pacific/Kiritimati", "2026-01-01T00:00:00", "2025-12-31T10:00:00.000Z", "+14"),
    ("America/St_Johns", "2006-10-29T00:00:30", "2006-10-29T02:30:30.000Z", "a change at one minute past midnight: the first"),
]

WRITTEN = [
    ("2030-01-31T09:00:00Z", "2030-01-31T09:00:00.000Z"),
    ("2030-01-31T09:00:00.250Z", "2030-01-31T09:00:00.250Z"),
    ("2030-01-31T09:00:00.25+02:00", "2030-01-31T07:00:00.250Z"),
    ("2030-01-31T09:00:00-05:30", "2030-01-31T14:30:00.000Z"),
    ("2030-01-31T09:00Z", "2030-01-31T09:00:00.000Z"),
    ("2030-01-31T09Z", "2030-01-31T09:00:00.000Z"),
    ("2030-01-31T10+02:00", "2030-01-31T08:00:00.000Z"),
    ("2030-01-31t09:00:00z", "2030-01-31T09:00:00.000Z"),
    ("  2030-01-31T09:00:00Z\n", "2030-01-31T09:00:00.000Z"),
    ("2030-01-31 09:00:00", "2030-01-31T08:00:00.000Z"),
    (" 2030-01-31T09:00:00", "2030-01-31T08:00:00.000Z"),
    ("2030-01-31T09:00", "2030-01-31T08:00:00.000Z"),
    ("2030-01-31", "2030-01-30T23:00:00.000Z"),
    ("20300131T090000Z", "2030-01-31T09:00:00.000Z"),
    ("20300131T090000", "2030-01-31T08:00:00.000Z"),
    ("20300131T0900", "2030-01-31T08:00:00.000Z"),
    ("2030-W05-4T09:00:00", "2030-01-31T08:00:00.000Z"),
    ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
    ("9998-12-31T23:59:59Z", "9998-12-31T23:59:59.000Z"),
]

NO_TIMES: list[object] = [
    None,
    True,
    0,
    1_900_000_000,
    1.5,
    float("nan"),
    [],
    {},
    "",
    " ",
    "now",
    "tomorrow at nine",
    "2030-13-01T00:00:00Z",
    "2030-02-30T00:00:00Z",
    "2030-01-31T25:00:00Z",
    "2030-01-31T23:59:60Z",
    "2030-01-31x09:00:00Z",
    "2030-01-31T09:00:00+25:00",
    "2030-01-31T09:00:00 Europe/Berlin",
    "31.01.2030",
    "1900000000",
    "２０３０-01-31T09:00:00Z",
    "2030-01-31T09:00:00\0",
    "2030-01-31T09:00\ud800",
    "-2030-01-31T09:00:00Z",
    "9" * 5000,
    # The edges: what cannot be, what overflows on the way to UTC, what nobody means.
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59",
    "10000-01-01T00:00:00Z",
]


@pytest.mark.parametrize(("name", "local", "instant", "why"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_a_local_time_means_the_instant_that_rfc_5545_gives_it(name: str, local: str, instant: str, why: str) -> None:
    assert stamp(resolve(local, zone(name))) == instant, why


@pytest.mark.parametrize(("text", "instant"), WRITTEN)
def test_every_way_to_write_a_time_is_read_and_an_offset_outweighs_the_zone(text: str, instant: str) -> None:
    resolved = resolve(text, zone("Europe/Berlin"))
    assert stamp(resolved) == instant
    assert resolved.tzinfo is UTC


@pytest.mark.parametrize("value", NO_TIMES, ids=ascii)
def test_what_is_no_time_is_refused_with_words(value: object) -> None:
    with pytest.raises(ValueError, match=r"ISO 8601|outside the years"):
        resolve(value, zone("Europe/Berlin"))


@pytest.mark.parametrize(
    "name", ["", "Nowhere/Land", "Europe", "../../etc/passwd", "/etc/localtime", "a\0b", "\ud800", "x" * 5000, "Europe/Berlin ", "+02:00"]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        zone(name)


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "America/St_Johns",
]


@given(st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_the_quick_way_agrees_with_the_zone_itself(local: datetime, name: str) -> None:
    local = local.replace(microsecond=0)
    expected = local.replace(tzinfo=zone(name), fold=0).astimezone(UTC)
    assert resolve(local.isoformat(), zone(name)) == expected


@pytest.mark.parametrize(
    ("name", "year"),
    [
        *((name, 2006) for name in ZONES if "Apia" not in name and "Casa" not in name),
        *((name, 2011) for name in ZONES),
        ("Africa/Casablanca", 2026),
    ],
)
def test_around_every_change_of_the_clocks_the_quick_way_agrees_too(name: str, year: int) -> None:
    moment = datetime(year, 1, 1, tzinfo=UTC)
    local = zone(name)
    changes = 0
    while moment.year == year:
        later = moment + timedelta(hours=1)
        if moment.astimezone(local).utcoffset() != later.astimezone(local).utcoffset():
            changes += 1
            naive = moment.astimezone(local).replace(tzinfo=None) - timedelta(hours=3)
            for _ in range(36):
                assert resolve(naive.isoformat(), local) == naive.replace(tzinfo=local).astimezone(UTC)
                naive += timedelta(minutes=15)
        moment = later
    assert changes
