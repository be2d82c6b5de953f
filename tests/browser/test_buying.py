"""Buying a plan as people do, in Chromium: at the checkout and in the portal of the simulated store, which tells the server by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Installation, Person
from tests.browser.dashboard import eventually, served

pytestmark = pytest.mark.xdist_group("buying")
People = Callable[[], Person]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with served(tmp_path_factory.mktemp("buying") / "data", SOCIALCLAW_BILLING__SIMULATED="true") as found:
        yield found


def test_somebody_buys_upgrades_pauses_fails_a_payment_cancels_and_resumes(person: People) -> None:
    ada = person()
    ada.arrive()
    page = ada.page

    def to(operation: str, **asked: str) -> None:
        page.goto(ada.ask(f"/v1/billing/{operation}", asked)["url"])

    def stands() -> tuple[Any, ...]:
        found = ada.ask("/v1/billing/state")["billing"]
        return found["plan"], found["status"], found["entitled"]

    # Buys: a card that pays now, and fails when it renews.
    to("checkout", plan="starter", billingInterval="monthly")
    page.get_by_label("Email").fill("ada@acme.example")
    page.get_by_label("Card", exact=True).select_option("declined")
    ada.press("Pay")
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    assert ["422" in complaint for complaint in ada.heard()] == [True]
    page.get_by_label("Card", exact=True).select_option("fails")
    ada.press("Pay")
    ada.sees("Thanks for your order!")
    page.get_by_role("link", name="View receipt").click()
    page.get_by_role("link", name="Back to SocialClaw").click()
    ada.sees("Thank you")
    eventually(page, stands, ("starter", "active", True))

    # Upgrades.
    to("checkout", plan="pro", billingInterval="monthly")
    page.get_by_label("Another plan").select_option(label="Pro monthly, $99.00 a month")
    ada.press("Change plan")
    expect(page.get_by_role("heading", name="Pro monthly")).to_be_visible()
    eventually(page, stands, ("pro", "active", True))

    # Pauses, and goes on.
    to("manage")
    ada.press("Pause")
    eventually(page, stands, ("pro", "paused", False))
    ada.press("Unpause")
    eventually(page, stands, ("pro", "active", True))

    # A payment fails a month later; another card makes up for it.
    ada.ask("/v1/sandbox/clock/freeze", {})
    ada.ask("/v1/sandbox/clock/advance", {"days": 32})
    assert stands() == ("pro", "past_due", True)
    to("manage")
    page.get_by_label("Another card").select_option("pays")
    ada.press("Update card")
    eventually(page, stands, ("pro", "active", True))

    # Cancels, and thinks better of it.
    ada.press("Cancel subscription")
    eventually(page, stands, ("pro", "canceled", True))
    ada.press("Resume")
    eventually(page, stands, ("pro", "active", True))
    assert ada.ask("/v1/sandbox/billing", method="DELETE")["forgotten"] == 1
    assert stands() == ("self_hosted", "active", True)
