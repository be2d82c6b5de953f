"""What a sender says about a file is checked before anything is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from socialclaw.errors import InvalidRequest
from socialclaw.media import assets, uploads

FUTURE = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"filename": ""}, "asset_filename_required"),
        ({"filename": "../"}, "asset_filename_required"),
        ({"filename": "\0\x07"}, "asset_filename_required"),
        ({"width": -1}, "asset_metadata_invalid"),
        ({"height": 2**40}, "asset_metadata_invalid"),
        ({"duration": float("nan")}, "asset_metadata_invalid"),
        ({"duration": float("inf")}, "asset_metadata_invalid"),
        ({"duration": -0.1}, "asset_metadata_invalid"),
        ({"delete_after": datetime(2020, 1, 1, tzinfo=UTC)}, "asset_metadata_invalid"),
        ({"delete_after": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}, "asset_metadata_invalid"),
        ({"delete_after": datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=14)))}, "asset_metadata_invalid"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(claims: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        uploads.check(uploads.Claims(**{"filename": "a.png", **claims}))
    assert refused.value.code == code


def test_zero_is_not_known_and_a_time_without_zone_is_utc() -> None:
    claims = uploads.Claims("../a.png", width=0, height=0, duration=0.0, delete_after=FUTURE.replace(tzinfo=None))
    assert uploads.check(claims) == uploads.Claims("a.png", delete_after=FUTURE)


@pytest.mark.parametrize("days", [True, False, "7", 7.0, -1, 3651, [], {}])
def test_retention_is_a_number_of_days(days: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        assets.check_retention(days, 7)
    assert refused.value.code == "retention_days_invalid"


def test_retention_has_a_default() -> None:
    assert [assets.check_retention(days, 7) for days in (None, 0, 3650)] == [7, 0, 3650]
