"""What is sold: the plans, and the settings that say where. Half a group is an error when the server starts."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from pydantic import ValidationError

from socialclaw.billing import plans
from socialclaw.billing.plans import SOLD
from socialclaw.billing_settings import BillingSettings, SoldPlan
from socialclaw.errors import InvalidRequest
from socialclaw.settings import Settings

WHOLE = {
    "api_key": "key",
    "store_id": "12",
    "webhook_secrets": "the new one of 16, the old one of 16",
    "variants": "pro:monthly=1, pro:yearly=2",
}


def test_nothing_is_sold_unless_somebody_says_so() -> None:
    assert not Settings().billing.ready


def test_a_whole_group_sells() -> None:
    found = BillingSettings.model_validate(WHOLE)
    assert found.ready
    assert found.secrets == ["the new one of 16", "the old one of 16"]
    assert found.variant_ids == {("pro", "monthly"): 1, ("pro", "yearly"): 2}


@pytest.mark.parametrize("name", WHOLE)
def test_half_a_group_names_what_is_missing(name: str) -> None:
    with pytest.raises(ValidationError, match=f"SOCIALCLAW_BILLING__{name.upper()} must be set too"):
        BillingSettings.model_validate({key: value for key, value in WHOLE.items() if key != name})


@pytest.mark.parametrize("secrets", ["short", "the new one of 16, short"])
def test_a_secret_that_could_be_guessed_is_refused(secrets: str) -> None:
    with pytest.raises(ValidationError, match="16 characters or more"):
        BillingSettings.model_validate(WHOLE | {"webhook_secrets": secrets})


def test_the_store_s_test_mode_needs_the_store() -> None:
    with pytest.raises(ValidationError, match="SOCIALCLAW_BILLING__API_KEY"):
        BillingSettings(test_mode=True)


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ("pro:monthly", "names no variant"),
        ("pro:daily=1", "names no variant"),
        ("gold:monthly=1", "names no variant"),
        ("pro:monthly=x", "names no variant"),
        ("pro:monthly=1, pro:monthly=2", "named twice"),
        ("pro:monthly=1, pro:yearly=1", "named twice"),
    ],
)
def test_a_variant_that_cannot_be_is_refused(variants: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        BillingSettings.model_validate(WHOLE | {"variants": variants})


def test_the_environment_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WHOLE.items():
        monkeypatch.setenv(f"SOCIALCLAW_BILLING__{name.upper()}", value)
    assert Settings().billing == BillingSettings.model_validate(WHOLE)
    monkeypatch.delenv("SOCIALCLAW_BILLING__STORE_ID")
    with pytest.raises(ValidationError, match="SOCIALCLAW_BILLING__STORE_ID"):
        Settings()


def test_the_settings_and_the_plans_know_the_same_plans() -> None:
    assert set(get_args(SoldPlan)) == set(SOLD)


def test_a_larger_plan_has_more_of_everything_and_a_year_costs_a_fifth_less() -> None:
    ordered = sorted(SOLD.values(), key=lambda plan: plan.rank)
    for smaller, larger in pairwise(ordered):
        assert (smaller.posts_per_month or 0) < (larger.posts_per_month or 0)
        assert (smaller.connected_accounts or 0) < (larger.connected_accounts or 0)
    assert [plan.prices["yearly"] for plan in ordered] == [plan.prices["monthly"] * 12 * 4 // 5 for plan in ordered]
    assert plans.SELF_HOSTED.limits == {"connectedAccounts": None, "postsPerMonth": None}


def test_words_that_are_none_name_those_that_are() -> None:
    with pytest.raises(InvalidRequest) as plan:
        plans.sold("self_hosted")
    with pytest.raises(InvalidRequest) as interval:
        plans.interval("weekly")
    assert (plan.value.code, interval.value.code) == ("plan_unknown", "billing_interval_invalid")
    assert (plan.value.details["allowed"], interval.value.details["allowed"]) == ([*SOLD], ["monthly", "yearly"])
