"""Rules by which a post is repeated: RFC 5545's RRULE, of days and longer, with an end, by the clock on a wall.

What the clocks do to a time is decided as everywhere (`times.resolve`): one that they skip is read with the offset before the gap, one that
occurs twice is its first occurrence.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from socialclaw.clock import zone
from socialclaw.scheduling import times

MOST = 500  # occurrences of a rule
LONGEST = timedelta(days=5 * 366)  # from the first to the last of them
_FORMS = {
    "FREQ": re.compile(r"DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9][0-9]{0,2}"),
    "COUNT": re.compile(r"[1-9][0-9]{0,3}"),
    "UNTIL": re.compile(r"[0-9]{8}(?:T[0-9]{6}Z?)?"),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
    "BYDAY": re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU))*"),
    "BYMONTHDAY": re.compile(r"-?[1-9][0-9]?(?:,-?[1-9][0-9]?)*"),
    "BYMONTH": re.compile(r"[1-9][0-9]?(?:,[1-9][0-9]?)*"),
    "BYSETPOS": re.compile(r"[+-]?[1-9][0-9]?(?:,[+-]?[1-9][0-9]?)*"),
}
_ALWAYS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})
# What narrows a rule of each kind. Others are no sense there, or may never come true, which takes long to find out.
_NARROWED = {
    "DAILY": frozenset[str](),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": frozenset({"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}),
}


def instants(text: str, starts: datetime, timezone: str) -> list[datetime]:
    """When a post is due by this rule, from `starts` on (on the wall of the zone, without an offset). ValueError says what is wrong."""
    parts = _parts(text)
    local = zone(timezone)
    last = _last(parts.pop("UNTIL", None), starts, timezone)
    count = int(parts.pop("COUNT", 0))
    try:
        rule = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=starts)
        assert isinstance(rule, rrule)
        found = list(islice(rule.replace(until=last), count or MOST + 1))
    except (ValueError, OverflowError, TypeError) as error:
        raise ValueError(f"cannot be read ({error})") from error
    if not found:
        raise ValueError("never comes true within five years")
    if len(found) > MOST:
        raise ValueError(f"comes true more often than {MOST} times: end it earlier")
    if len(found) < count:
        raise ValueError(f"has a COUNT of {count}, of which only {len(found)} come true within five years")
    return [times.resolve(moment.isoformat(), local) for moment in found]


def _parts(text: str) -> dict[str, str]:
    """The parts of a rule by name. Each once; of those that there are; with one end."""
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, _, value = (part.strip() for part in piece.partition("="))
        if name not in _FORMS:
            raise ValueError(f"has no part {name[:20]!r}: there are {', '.join(_FORMS)}")
        if name in parts or not _FORMS[name].fullmatch(value):
            raise ValueError(f"has {name} twice" if name in parts else f"has a {name} that cannot be: {value[:40]!r}")
        parts[name] = value
    if "FREQ" not in parts:
        raise ValueError("says by FREQ how often: DAILY, WEEKLY, MONTHLY or YEARLY")
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise ValueError("has one end: a COUNT or an UNTIL")
    kind = parts["FREQ"]
    if odd := [name for name in parts if name not in _ALWAYS | _NARROWED[kind]]:
        raise ValueError(f"is {kind}, which takes no {odd[0]}")
    if kind == "WEEKLY" and re.search(r"[0-9]", parts.get("BYDAY", "")):
        raise ValueError("is WEEKLY, where a BYDAY has no number")
    return parts


def _last(until: str | None, starts: datetime, timezone: str) -> datetime:
    """The last moment on the wall at which the rule may come true."""
    try:
        most = starts + LONGEST
    except OverflowError:
        raise ValueError("would begin too late") from None
    if until is None:
        return most
    try:
        if until.endswith("Z"):
            utc = datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            last = utc.astimezone(zone(timezone)).replace(tzinfo=None)
        else:
            last = datetime.strptime(until if "T" in until else f"{until}T235959", "%Y%m%dT%H%M%S")  # noqa: DTZ007  on the wall
    except (ValueError, OverflowError):
        raise ValueError(f"has an UNTIL that cannot be: {until!r}") from None
    if last > most:
        raise ValueError("ends more than five years after it begins")
    return last
