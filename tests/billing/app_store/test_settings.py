"""What is set of the App Store, and what the doctor says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from socialclaw.app_store_settings import AppStoreSettings
from socialclaw.doctor import app_store_checks
from socialclaw.merchants.app_store.sandbox.authority import api_key
from socialclaw.settings import Settings
from tests.billing.app_store.conftest import sold


def test_nothing_is_sold_where_nothing_is_set() -> None:
    assert not AppStoreSettings().ready
    assert app_store_checks.app_store(Settings()) == []


def test_each_product_sells_one_plan() -> None:
    assert sold().product_ids["pro.yearly"] == ("pro", "yearly")
    assert len(sold().product_ids) == 4


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bundle_id": "org.example"}, "SOCIALCLAW_APP_STORE__APP_APPLE_ID and SOCIALCLAW_APP_STORE__PRODUCTS must be set too"),
        ({"key_id": "A"}, "SOCIALCLAW_APP_STORE__ISSUER_ID and SOCIALCLAW_APP_STORE__KEY_FILE must be set too"),
        ({"products": "pro:weekly=a"}, "names no product"),
        ({"products": "self_hosted:monthly=a"}, "names no product"),
        ({"products": "pro:monthly=a, pro:monthly=b"}, "is named twice"),
        ({"products": "pro:monthly=a, pro:yearly=a"}, "is named twice"),
        ({"app_apple_id": "id1234"}, "pattern"),
    ],
)
def test_half_a_group_stops_the_start(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        AppStoreSettings(**given)


def test_the_doctor_says_what_is_missing_and_what_to_enter(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    [waits] = app_store_checks.app_store(settings)
    assert (waits.state, "http://socialclaw.test/v1/billing/app-store/notifications" in waits.message) == ("note", True)
    file = tmp_path / "key.p8"
    reads = settings.model_copy(update={"app_store": sold(issuer_id="i", key_id="k", key_file=file)})
    [missing] = app_store_checks.app_store(reads)
    assert (missing.state, "cannot be used" in missing.message) == ("failed", True)
    file.write_text("not a key")
    [wrong] = app_store_checks.app_store(reads)
    assert (wrong.state, "no private key" in wrong.message) == ("failed", True)
    file.write_text(api_key("a secret"))
    [well] = app_store_checks.app_store(reads)
    assert (well.state, "4 products" in well.message) == ("ok", True)
    monkeypatch.setattr(app_store_checks, "available", lambda: False)
    [absent] = app_store_checks.app_store(reads)
    assert (absent.state, "socialclaw[apple]" in absent.message) == ("failed", True)
