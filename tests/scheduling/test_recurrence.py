"""When a rule comes true: by the clock on the wall, also where the clocks change; and every rule without sense is told what is wrong."""

from __future__ import annotations

from datetime import datetime

import pytest

from socialclaw.scheduling.recurrence import MOST, instants

BERLIN, UTC = "Europe/Berlin", "UTC"
MONDAY = datetime(2027, 1, 4, 9, 30)  # noqa: DTZ001  on the wall


def told(rule: str, starts: str, zone: str) -> list[str]:
    found = instants(rule, datetime.fromisoformat(starts), zone)
    return [f"{at:%Y-%m-%d %H:%M}" for at in found]


@pytest.mark.parametrize(
    ("rule", "starts", "zone", "expected"),
    [
        # In Berlin the clocks skip 02:00 to 03:00 on 28 March 2027, and repeat it on 31 October.
        ("FREQ=WEEKLY;COUNT=3", "2027-03-21T09:30", BERLIN, ["2027-03-21 08:30", "2027-03-28 07:30", "2027-04-04 07:30"]),
        ("FREQ=DAILY;COUNT=3", "2027-03-27T02:30", BERLIN, ["2027-03-27 01:30", "2027-03-28 01:30", "2027-03-29 00:30"]),
        ("FREQ=DAILY;COUNT=3", "2027-10-30T02:30", BERLIN, ["2027-10-30 00:30", "2027-10-31 00:30", "2027-11-01 01:30"]),
        ("FREQ=DAILY;COUNT=2", "2027-11-06T01:30", "America/New_York", ["2027-11-06 05:30", "2027-11-07 05:30"]),
        ("FREQ=DAILY;COUNT=2", "2027-04-03T23:30", "Pacific/Auckland", ["2027-04-03 10:30", "2027-04-04 11:30"]),
        ("FREQ=DAILY;COUNT=2", "2027-12-31T23:00", "Pacific/Kiritimati", ["2027-12-31 09:00", "2028-01-01 09:00"]),
        # What RFC 5545 has as examples, shortened.
        ("RRULE:FREQ=DAILY;INTERVAL=10;COUNT=3", "2027-01-04T09:30", UTC, ["2027-01-04 09:30", "2027-01-14 09:30", "2027-01-24 09:30"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", "2027-01-04T09:30", UTC, ["2027-01-05 09:30", "2027-01-07 09:30", "2027-01-12 09:30"]),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;COUNT=4",
            "1997-08-05T09:00",
            UTC,
            ["1997-08-05 09:00", "1997-08-17 09:00", "1997-08-19 09:00", "1997-08-31 09:00"],
        ),
        ("FREQ=MONTHLY;BYDAY=1FR;COUNT=3", "2027-01-01T09:30", UTC, ["2027-01-01 09:30", "2027-02-05 09:30", "2027-03-05 09:30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2028-01-31T09:30", UTC, ["2028-01-31 09:30", "2028-02-29 09:30", "2028-03-31 09:30"]),
        ("FREQ=MONTHLY;COUNT=3", "2027-01-31T09:30", UTC, ["2027-01-31 09:30", "2027-03-31 09:30", "2027-05-31 09:30"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "2027-01-01T09:30", UTC, ["2027-01-29 09:30", "2027-02-26 09:30"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2", "2027-01-01T09:30", UTC, ["2027-11-25 09:30", "2028-11-23 09:30"]),
        # Where it ends: a day is meant whole, an instant in UTC is one on the wall.
        ("FREQ=DAILY;UNTIL=20270105", "2027-01-04T09:30", UTC, ["2027-01-04 09:30", "2027-01-05 09:30"]),
        ("FREQ=DAILY;UNTIL=20270105T092959", "2027-01-04T09:30", UTC, ["2027-01-04 09:30"]),
        ("FREQ=DAILY;UNTIL=20270105T083000Z", "2027-01-04T09:30", BERLIN, ["2027-01-04 08:30", "2027-01-05 08:30"]),
        ("freq=daily;count=1;", "2027-01-04T09:30", UTC, ["2027-01-04 09:30"]),
    ],
)
def test_a_rule_comes_true_by_the_clock_on_the_wall(rule: str, starts: str, zone: str, expected: list[str]) -> None:
    assert told(rule, starts, zone) == expected


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "no part"),
        ("DAILY", "no part"),
        ("FREQ=DAILY", "one end"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270105", "one end"),
        ("COUNT=2", "FREQ"),
        ("FREQ=HOURLY;COUNT=2", "FREQ"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=2;COUNT=3", "twice"),
        ("FREQ=DAILY;INTERVAL=-1;COUNT=2", "INTERVAL"),
        ("FREQ=DAILY;BYHOUR=9;COUNT=2", "BYHOUR"),
        ("FREQ=DAILY;BYDAY=MO;COUNT=2", "takes no BYDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=2", "no number"),
        ("FREQ=WEEKLY;BYMONTHDAY=1;COUNT=2", "takes no BYMONTHDAY"),
        ("FREQ=WEEKLY;BYDAY=XX;COUNT=2", "BYDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=99;COUNT=2", "never comes true|cannot be read"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "never comes true"),
        ("FREQ=YEARLY;BYMONTH=13;COUNT=2", "never comes true|cannot be read"),
        ("FREQ=DAILY;UNTIL=20261231", "never comes true"),
        ("FREQ=DAILY;UNTIL=20270230", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20370101", "five years"),
        ("FREQ=DAILY;COUNT=501", f"more often than {MOST}"),
        ("FREQ=DAILY;UNTIL=20290101", f"more often than {MOST}"),
        ("FREQ=YEARLY;COUNT=9", "COUNT of 9"),
        ("FREQ=DAILY;COUNT=2;X-EVIL=1", "no part"),
        ("FREQ=DAILY;COUNT=٢", "COUNT"),
        ("FREQ=DAILY\nDTSTART:19970902T090000;COUNT=2", "FREQ"),
    ],
)
def test_a_rule_without_sense_is_told_what_is_wrong(rule: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        instants(rule, MONDAY, UTC)


def test_a_rule_that_begins_too_late_is_none() -> None:
    with pytest.raises(ValueError, match="too late"):
        instants("FREQ=DAILY;COUNT=1", datetime(9998, 1, 1), UTC)  # noqa: DTZ001
