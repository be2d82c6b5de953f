"""What is true of a network for a while: when somebody is told to look it up again, and what `socialclaw doctor --networks` lists."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from typer.testing import CliRunner

from socialclaw import clock
from socialclaw.cli import app
from socialclaw.cli.dated_facts import facts
from socialclaw.providers.dated import Dated


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 12, 1), ""),
        (date(2027, 5, 30), ""),
        (date(2027, 5, 31), "was last checked 181 days ago"),
        (date(2027, 8, 2), "ends on 2027-10-01, in 60 days"),
        (date(2027, 10, 1), "ends on 2027-10-01, in 0 days"),
        (date(2027, 10, 2), "ended on 2027-10-01, 1 days ago"),
    ],
)
def test_a_fact_is_trouble_when_it_is_old_or_has_ended(today: date, said: str) -> None:
    fact = Dated("API version", "1", "https://example.org/", date(2026, 12, 1), ends=date(2027, 10, 1))
    assert fact.trouble(today).startswith(said)
    assert bool(fact.trouble(today)) is bool(said)


def test_the_doctor_lists_each_fact_once_and_fails_when_one_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    newest = max(fact.checked for _, fact in facts())
    for year, code in ((newest.year, 0), (newest.year + 1, 1)):
        monkeypatch.setattr(clock, "now", lambda year=year: datetime(year, newest.month, newest.day, tzinfo=UTC))
        result = CliRunner().invoke(app, ["doctor", "--networks", "--json"])
        assert result.exit_code == code, result.output
        told = json.loads(result.output)
        assert told["ok"] is (code == 0)
        assert len(told["facts"]) == len({(one["network"], one["what"]) for one in told["facts"]}) == len(facts())
