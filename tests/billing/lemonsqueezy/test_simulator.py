"""The simulated store by itself: as strict as its documentation, in nobody else's world, and only for whoever has its links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from socialclaw.merchants.lemonsqueezy import resources
from socialclaw.merchants.lemonsqueezy.sandbox import credentials
from socialclaw.merchants.lemonsqueezy.sandbox.simulator import MOST_CALLS, LemonSqueezySandbox
from socialclaw.simulation.notices import Server
from socialclaw.simulation.store import Store
from socialclaw.simulation.worlds import Caller
from tests.bombs.test_simulators import HOSTILE
from tests.networks.conftest import SPECS

NOW = 1_780_000_000.0
DAY = 86_400
MEDIA = "application/vnd.api+json"
GIVEN = "what was given along"


class Desk:
    """Our own code at the store's API, and a person at its pages."""

    def __init__(self) -> None:
        self.now, self.sent = NOW, 0
        self.store = LemonSqueezySandbox(
            Store(":memory:"), server=Server(self.send, lambda purpose: f"{purpose} of this test"), clock=lambda: NOW
        )
        self.store.by_itself = False
        self.headers = {"authorization": f"Bearer {self.store.server.secret(credentials.API_KEY)}", "accept": MEDIA, "content-type": MEDIA}

    def send(self, url: str, content: bytes, headers: Any) -> httpx2.Response:
        self.sent += 1
        return httpx2.Response(200)

    def ask(self, method: str, path: str, body: Any = None, *, world: str = "tenant_1", **headers: str | None) -> httpx2.Response:
        given = {k: v for k, v in (self.headers | {k.replace("_", "-"): v for k, v in headers.items()}).items() if v is not None}
        content = json.dumps(body).encode() if body is not None else None
        request = httpx2.Request(method, f"https://api.lemonsqueezy.com/v1{path}", headers=given, content=content)
        return self.store.answer(request, Caller(world, self.now))

    def visit(self, url: str, **form: str) -> httpx2.Response:
        method, data = ("POST", {"data": form}) if form else ("GET", {})
        return self.store.visit(httpx2.Request(method, url, **data), Caller("tenant_1"))  # type: ignore[arg-type]

    def checkout(self, **attributes: Any) -> str:
        answer = self.ask("POST", "/checkouts", wanted(**attributes))
        assert answer.status_code == 201, answer.text
        url: str = answer.json()["data"]["attributes"]["url"]
        return url

    def buy(self, **form: str) -> dict[str, Any]:
        fields = {"variant": "107", "email": "ada@acme.example", "name": "Ada", "card": "pays", "trial": ""} | form
        assert self.visit(self.checkout(), **fields).status_code == 200
        return self.subscription()

    def subscription(self, of: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/subscriptions/{of}").json()["data"]
        return found


@pytest.fixture
def desk() -> Iterator[Desk]:
    found = Desk()
    yield found
    found.store.store.close()


def wanted(*, variant: Any = "107", store: Any = "1", **attributes: Any) -> dict[str, Any]:
    related = {"store": {"data": {"type": "stores", "id": store}}, "variant": {"data": {"type": "variants", "id": variant}}}
    given = {"product_options": {"enabled_variants": [107]}, "checkout_data": {"custom": {"checkout": GIVEN}}} | attributes
    return {"data": {"type": "checkouts", "attributes": given, "relationships": related}}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": None}, 401),
        ({"authorization": "Bearer another"}, 401),
        ({"authorization": "Basic eDp5"}, 401),
        ({"accept": "application/json"}, 406),
        ({"content_type": "application/json"}, 415),
    ],
)
def test_a_call_has_a_key_and_both_headers(desk: Desk, headers: dict[str, str | None], status: int) -> None:
    answer = desk.ask("GET", "/subscriptions", **headers)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["status"] == str(status)


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (wanted(variant=107), 422, "/data/relationships/variant/data/id"),
        (wanted(store=1), 422, "/data/relationships/store/data/id"),
        (wanted(variant="999"), 404, "/data/relationships/variant"),
        (wanted(store="2"), 404, "/data/relationships/store"),
        (wanted(colour="red"), 422, "/data/attributes/colour"),
        (wanted(checkout_data={"email": "nobody"}), 422, "/data/attributes/checkout_data/email"),
        (wanted(checkout_data={"custom": {"user": 1}}), 422, "/data/attributes/checkout_data/custom"),
        (wanted(product_options={"enabled_variants": ["107"]}), 422, "/data/attributes/product_options/enabled_variants"),
        (wanted(product_options={"enabled_variants": [999]}), 422, "/data/attributes/product_options/enabled_variants"),
        (wanted(expires_at="2020-01-01T00:00:00Z"), 422, "/data/attributes/expires_at"),
        (wanted(expires_at="soon"), 422, "/data/attributes/expires_at"),
        ({"data": {"type": "checkouts"}}, 422, "/data/relationships"),
        ({"data": {"type": "orders", "relationships": {}}}, 422, "/data/type"),
    ],
)
def test_what_is_wrong_with_a_checkout_is_pointed_at(desk: Desk, body: Any, status: int, pointer: str) -> None:
    answer = desk.ask("POST", "/checkouts", body)
    assert answer.status_code == status, answer.text
    assert pointer in [error["source"]["pointer"] for error in answer.json()["errors"]]


def test_a_minute_has_so_many_calls(desk: Desk) -> None:
    left = [int(desk.ask("GET", "/stores").headers["x-ratelimit-remaining"]) for _ in range(MOST_CALLS)]
    assert (left[0], left[-1]) == (MOST_CALLS - 1, 0)
    limited = desk.ask("GET", "/stores")
    assert (limited.status_code, int(limited.headers["retry-after"]) <= 60) == (429, True)
    assert desk.ask("GET", "/stores", world="tenant_2").status_code == 200, "another workspace has a store of its own"


def test_no_answer_tells_what_was_given_along(desk: Desk) -> None:
    """The real API does not: what belongs to whom is in webhooks alone."""
    desk.buy()
    for path in ("/subscriptions/1", "/subscriptions", "/orders/1", "/orders", "/customers/1", "/subscription-invoices"):
        answer = desk.ask("GET", path)
        assert answer.status_code == 200, path
        assert GIVEN not in answer.text, path


def test_what_one_workspace_buys_another_does_not_see(desk: Desk) -> None:
    desk.buy()
    assert desk.ask("GET", "/subscriptions/1", world="tenant_2").status_code == 404
    assert desk.ask("GET", "/subscriptions", world="tenant_2").json()["data"] == []


@pytest.mark.parametrize(
    ("filter_", "found"), [("store_id", "1"), ("order_id", "1"), ("user_email", "ada@acme.example"), ("status", "active")]
)
def test_lists_are_filtered(desk: Desk, filter_: str, found: str) -> None:
    desk.buy()
    assert len(desk.ask("GET", f"/subscriptions?filter[{filter_}]={found}").json()["data"]) == 1
    assert desk.ask("GET", f"/subscriptions?filter[{filter_}]=9").json()["data"] == []
    assert desk.ask("GET", "/subscriptions?filter[colour]=red").status_code == 400
    assert desk.ask("GET", "/subscriptions?page[size]=101").status_code == 400


def test_a_link_that_was_changed_or_has_ended_opens_nothing(desk: Desk) -> None:
    desk.buy()
    urls = desk.subscription()["attributes"]["urls"]
    for url in urls.values():
        assert desk.visit(url).status_code == 200
        for changed in (url[:-1], url.replace("signature=", "signature=0"), url.partition("?")[0], re.sub(r"expires=\d", "expires=9", url)):
            assert desk.visit(changed).status_code == 403, changed
        desk.now += DAY + 1
        desk.ask("GET", "/stores")
        assert desk.visit(url).status_code == 403
        desk.now -= DAY + 1
        desk.ask("GET", "/stores")
    expired = desk.checkout(expires_at="2026-05-29T00:00:00Z")
    assert desk.visit(expired).status_code == 200
    desk.now += 10 * DAY
    desk.ask("GET", "/stores")
    assert desk.visit(expired).status_code == 410


def test_a_subscription_lives_by_the_clock(desk: Desk) -> None:
    """The days of dunning are ours; that there are four tries in two weeks is theirs."""
    desk.buy(card="fails", trial="trial")
    seen = []
    for days in (0, 6.9, 0.2, 2, 0.9, 0.2, 1.9, 0.2, 1.9, 0.2, 6.5, 0.2):
        desk.now += days * DAY
        attributes = desk.subscription()["attributes"]
        seen.append(attributes["status"])
    assert seen == ["on_trial"] * 2 + ["past_due"] * 9 + ["unpaid"]
    assert len(desk.ask("GET", "/subscription-invoices?filter[subscription_id]=1").json()["data"]) == 5


def test_a_month_has_the_days_that_it_has(desk: Desk) -> None:
    desk.now = 1_769_860_800.0  # 31 January 2026, 12:00
    desk.buy()
    renewals = []
    for _ in range(4):
        renewals.append(desk.subscription()["attributes"]["renews_at"][:10])
        desk.now += 31 * DAY
    assert renewals == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_our_reading_takes_what_it_answers(desk: Desk) -> None:
    found = resources.subscription(desk.buy())
    assert (found.status, found.variant_id, found.card_last_four) == ("active", 107, "4242")
    order = resources.order(desk.ask("GET", "/orders/1").json()["data"])
    assert (order.variant_id, order.email) == (107, "ada@acme.example")
    canceled = resources.subscription(desk.ask("DELETE", "/subscriptions/1").json()["data"])
    assert (canceled.status, canceled.ends_at) == ("cancelled", found.renews_at)
    patched = {"data": {"type": "subscriptions", "id": "1", "attributes": {"cancelled": False}}}
    assert resources.subscription(desk.ask("PATCH", "/subscriptions/1", patched).json()["data"]).status == "active"
    assert replace(canceled, links={}) != replace(found, links={})


def test_its_answers_have_what_those_of_the_documentation_have(desk: Desk) -> None:
    """Every attribute of the published examples, each of the kind that it has there."""
    examples = SPECS / "lemonsqueezy" / "examples"
    if not examples.exists():
        pytest.skip(f"the published examples are not at hand (looked in {SPECS})")
    desk.buy()
    desk.checkout()
    of = desk.ask("POST", "/checkouts", wanted()).json()["data"]["id"]
    pairs = {
        "SubscriptionGetResponse": "/subscriptions/1",
        "SubscriptionsListResponse": "/subscriptions",
        "OrderGetResponse": "/orders/1",
        "VariantGetResponse": "/variants/101",
        "SubscriptionInvoiceGetResponse": "/subscription-invoices?page[size]=1",
        "CheckoutGetResponse": f"/checkouts/{of}",
    }
    for name, path in pairs.items():
        theirs, ours = json.loads((examples / f"{name}.json").read_text())["data"], desk.ask("GET", path).json()["data"]
        theirs, ours = (one[0] if isinstance(one, list) else one for one in (theirs, ours))
        missing = theirs["attributes"].keys() - ours["attributes"].keys() - ODD
        assert missing == set(), name
        assert ours.keys() >= theirs.keys(), name
        for key in theirs["attributes"].keys() & ours["attributes"].keys():
            assert _alike(theirs["attributes"][key], ours["attributes"][key]), (name, key)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_it(desk: Desk, text: str) -> None:
    """Whatever stands anywhere in a call is answered, and is no failure of the store's."""
    desk.buy()
    attributes = ("expires_at", "product_options", "checkout_data", "custom_price", "preview")
    bodies = [wanted(**{name: text}) for name in attributes] + [wanted(variant=text), wanted(store=text), text, [text]]
    bodies += [
        wanted(checkout_data={"email": text}),
        wanted(checkout_data={"custom": {text: text}}),
        wanted(product_options={"redirect_url": text}),
    ]
    answers = [desk.ask("POST", "/checkouts", body) for body in bodies]
    given = ({"variant_id": text}, {"pause": text}, {"pause": {"mode": "void", "resumes_at": text}}, {"cancelled": text})
    answers += [desk.ask("PATCH", "/subscriptions/1", {"data": {"type": "subscriptions", "id": "1", "attributes": one}}) for one in given]
    quoted = quote(text, errors="surrogatepass")
    for path in ("/subscriptions?filter[order_id]=", "/orders?page[number]=", "/variants?page[size]="):
        answers.append(desk.ask("GET", f"{path}{quoted[:2000]}"))
    for answer in answers:
        assert answer.status_code < 500
    urls = desk.subscription()["attributes"]["urls"]
    form = {"variant": text, "email": text, "name": text, "card": text, "action": text, "subscription": text, "mode": text}
    clean = {name: value.encode(errors="replace").decode() for name, value in form.items()}
    for url in (desk.checkout(), *urls.values()):
        assert desk.visit(url, **clean).status_code < 500


# In the examples alone: an id that the resource has already, and totals of a preview that nobody asked for.
ODD = {"subscription_id", "preview"}


def _alike(theirs: Any, ours: Any) -> bool:
    return theirs is None or ours is None or type(theirs) is type(ours)
