"""Lemon Squeezy's API in miniature, as strict as https://docs.lemonsqueezy.com/api says that the real one is; read November 2026.

A bearer token and both headers of JSON:API on every call, ids as text in relationships, nothing that is not known among the attributes.
Not one attribute of its answers is told by our own code: they follow the examples of its documentation.
"""

from __future__ import annotations

import hmac
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from socialclaw.merchants.lemonsqueezy.sandbox import documents, life, shapes
from socialclaw.merchants.lemonsqueezy.sandbox.catalogue import PRODUCT_ID, VARIANTS
from socialclaw.merchants.lemonsqueezy.sandbox.credentials import API_KEY, STORE_ID
from socialclaw.merchants.lemonsqueezy.sandbox.documents import API, APP, MEDIA, SHOP, error
from socialclaw.merchants.lemonsqueezy.sandbox.life import Sub
from socialclaw.merchants.lemonsqueezy.sandbox.visits import Visits
from socialclaw.simulation.grants import Refused
from socialclaw.simulation.json_shapes import Shape
from socialclaw.simulation.simulator import route

A_MINUTE, MOST_CALLS = 60.0, 300
MOST_PAGE = 100
UNPROCESSABLE = "Unprocessable Entity"


class LemonSqueezySandbox(Visits):
    network = "lemonsqueezy"
    label = "Lemon Squeezy"
    hosts = (API, SHOP, APP)
    publishes = False
    creates = r"^POST /v1/checkouts$"

    def unknown(self, request: httpx2.Request) -> httpx2.Response:
        return error(404, "Not Found", "The requested resource does not exist.")

    def limited(self, seconds: float) -> httpx2.Response:
        answer = error(429, "Too Many Requests", "Too Many Attempts.")
        answer.headers["retry-after"] = str(round(seconds))
        return answer

    def _dispatch(self, request: httpx2.Request) -> httpx2.Response:
        """What is due happens first, whatever is asked then."""
        ours = request.url.host == API
        if ours:
            self.note_time()
        self.catch_up()
        try:
            if not ours:
                return super()._dispatch(request)
            left = self._admit(request)
            answer = super()._dispatch(request)
        except Refused as refused:
            return refused.response
        answer.headers.update({"x-ratelimit-limit": str(MOST_CALLS), "x-ratelimit-remaining": str(left)})
        return answer

    def _admit(self, request: httpx2.Request) -> int:
        """How many calls of this minute are left; Refused where this is none that is answered."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), self.server.secret(API_KEY).encode()):
            raise Refused(error(401, "Unauthenticated", "Unauthenticated."))
        if request.headers.get("accept") != MEDIA:
            raise Refused(error(406, "Not Acceptable", f"The Accept header must be {MEDIA}."))
        if request.headers.get("content-type") != MEDIA and (request.content or request.method == "GET"):
            raise Refused(error(415, "Unsupported Media Type", f"The Content-Type header must be {MEDIA}."))
        now = self._time()
        window = self.shelf.get("calls", "minute") or {"since": now, "calls": 0}
        if now - window["since"] >= A_MINUTE:
            window = {"since": now, "calls": 0}
        if window["calls"] >= MOST_CALLS:
            raise Refused(self.limited(window["since"] + A_MINUTE - now))
        self.shelf.put("calls", "minute", {**window, "calls": window["calls"] + 1})
        return int(MOST_CALLS - window["calls"] - 1)

    # Checkouts.

    @route("POST", r"/v1/checkouts", host=API)
    def create_checkout(self, request: httpx2.Request) -> httpx2.Response:
        asked = self._body(request, shapes.CHECKOUT)
        attributes, related = asked.get("attributes", {}), asked["relationships"]
        self._store(related["store"]["data"]["id"])
        variant_id = self._variant(related["variant"]["data"]["id"], "/data/relationships/variant")
        options = attributes.get("product_options", {})
        for one in options.get("enabled_variants", ()):
            if one not in VARIANTS:
                raise _invalid("The selected enabled variants are invalid.", "/data/attributes/product_options/enabled_variants")
        expires_at = _instant(attributes.get("expires_at"))
        if attributes.get("expires_at") is not None and (expires_at is None or expires_at <= self.clock()):
            raise _invalid("The expires at must be a date after now.", "/data/attributes/expires_at")
        of = str(uuid.uuid4())
        kept = {
            "variant_id": variant_id,
            "custom_price": None,
            "product_options": {"enabled_variants": [], **options},
            "checkout_options": attributes.get("checkout_options", {}),
            "checkout_data": attributes.get("checkout_data", {}),
            "expires_at": expires_at,
            "created_at": self.clock(),
        }
        self.shelf.put("checkouts", of, kept)
        return documents.one(self._checkout_document(of, kept), 201)

    @route("GET", r"/v1/checkouts/([0-9a-f-]{36})", host=API)
    def get_checkout(self, request: httpx2.Request, of: str) -> httpx2.Response:
        return documents.one(self._checkout_document(of, self._found("checkouts", of)))

    def _checkout_document(self, of: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        ends = kept["expires_at"]
        return documents.checkout(of, kept, self.link(SHOP, f"/checkout/custom/{of}", ends=ends is not None, until=ends))

    # Subscriptions.

    @route("GET", r"/v1/subscriptions", host=API)
    def list_subscriptions(self, request: httpx2.Request) -> httpx2.Response:
        names = {
            "user_email": "email",
            "order_id": "order_id",
            "order_item_id": "order_item_id",
            "variant_id": "variant_id",
            "status": "status",
        }
        found = self._filtered(request, self._newest_first(), names)
        return self._page(request, "subscriptions", [self.subscription_document(sub) for sub in found])

    @route("GET", r"/v1/subscriptions/(\d{1,12})", host=API)
    def get_subscription(self, request: httpx2.Request, of: str) -> httpx2.Response:
        return documents.one(self.subscription_document(self._found("subscriptions", of)))

    @route("PATCH", r"/v1/subscriptions/(\d{1,12})", host=API)
    def update_subscription(self, request: httpx2.Request, of: str) -> httpx2.Response:
        asked, sub = self._body(request, shapes.SUBSCRIPTION), self._found("subscriptions", of)
        if asked["id"] != of:
            raise _invalid("The id does not match the resource.", "/data/id")
        for name, value in asked.get("attributes", {}).items():
            self._patched(sub, name, value)
        return documents.one(self.subscription_document(sub))

    def _patched(self, sub: Sub, name: str, value: Any) -> None:
        now = self.clock()
        if sub["status"] == "expired":
            raise _invalid("An expired subscription cannot be changed.", f"/data/attributes/{name}")
        if name == "variant_id":
            of = self._variant(str(value), "/data/attributes/variant_id")
            self.change(sub, lambda sub: life.swap(sub, of, VARIANTS[of].interval, now))
        elif name == "pause" and value is None and sub["pause"]:
            self.change(sub, life.unpause)
        elif name == "pause" and value is not None:
            self.change(sub, lambda sub: life.pause(sub, value["mode"], _instant(value.get("resumes_at"))))
        elif name == "cancelled" and value != sub["cancelled"]:
            self.change(sub, lambda sub: life.cancel(sub, now) if value else life.resume(sub, now))

    @route("DELETE", r"/v1/subscriptions/(\d{1,12})", host=API)
    def cancel_subscription(self, request: httpx2.Request, of: str) -> httpx2.Response:
        """Answered with the subscription, which goes on until what is paid for ends."""
        sub = self._found("subscriptions", of)
        if sub["status"] not in ("cancelled", "expired"):
            self.change(sub, lambda sub: life.cancel(sub, self.clock()))
        return documents.one(self.subscription_document(sub))

    # What else is read.

    @route("GET", r"/v1/orders", host=API)
    def list_orders(self, request: httpx2.Request) -> httpx2.Response:
        orders = sorted(self.shelf.all("orders").values(), key=lambda order: int(order["id"]), reverse=True)
        found = self._filtered(request, orders, {"user_email": "email"})
        return self._page(request, "orders", [self.order_document(order) for order in found])

    @route("GET", r"/v1/orders/(\d{1,12})", host=API)
    def get_order(self, request: httpx2.Request, of: str) -> httpx2.Response:
        return documents.one(self.order_document(self._found("orders", of)))

    @route("GET", r"/v1/customers/(\d{1,12})", host=API)
    def get_customer(self, request: httpx2.Request, of: str) -> httpx2.Response:
        kept = self._found("customers", of)
        has = any(str(sub["customer_id"]) == of for sub in self.shelf.all("subscriptions").values())
        return documents.one(documents.customer(kept, self.portal(kept["id"]) if has else None))

    @route("GET", r"/v1/subscription-invoices", host=API)
    def list_invoices(self, request: httpx2.Request) -> httpx2.Response:
        invoices = sorted(self.shelf.all("invoices").values(), key=lambda invoice: int(invoice["id"]), reverse=True)
        found = self._filtered(request, invoices, {"subscription_id": "subscription_id", "status": "status"})
        return self._page(request, "subscription-invoices", [documents.invoice(invoice) for invoice in found])

    @route("GET", r"/v1/variants", host=API)
    def list_variants(self, request: httpx2.Request) -> httpx2.Response:
        asked = request.url.params.get("filter[product_id]")
        shown = VARIANTS if asked in (None, str(PRODUCT_ID)) else ()
        return self._page(request, "variants", [documents.variant(of) for of in shown])

    @route("GET", r"/v1/variants/(\d{1,12})", host=API)
    def get_variant(self, request: httpx2.Request, of: str) -> httpx2.Response:
        if int(of) not in VARIANTS:
            raise Refused(self.unknown(request))
        return documents.one(documents.variant(int(of)))

    @route("GET", r"/v1/stores", host=API)
    def list_stores(self, request: httpx2.Request) -> httpx2.Response:
        return self._page(request, "stores", [documents.shop()])

    # The parts of a request.

    def _body(self, request: httpx2.Request, shape: Shape) -> dict[str, Any]:
        """The resource of a request; Refused where there is anything wrong with it."""
        found = shapes.read(request.content)
        if found is None:
            raise Refused(error(400, "Bad Request", "The request body is not a JSON:API document."))
        if wrong := shapes.problems(found, shape):
            raise Refused(documents.errors(422, UNPROCESSABLE, wrong))
        return dict(found["data"])

    def _found(self, kind: str, of: str) -> dict[str, Any]:
        kept = self.shelf.get(kind, of)
        if kept is None:
            raise Refused(error(404, "Not Found", "The requested resource does not exist."))
        return dict(kept)

    def _store(self, of: str) -> None:
        if of != str(STORE_ID):
            raise _invalid("The related resource does not exist.", "/data/relationships/store", 404)

    def _variant(self, of: str, pointer: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", of) or int(of) not in VARIANTS:
            raise _invalid("The related resource does not exist.", pointer, 404)
        return int(of)

    def _filtered(self, request: httpx2.Request, found: list[dict[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
        for key, value in request.url.params.items():
            if not key.startswith("filter["):
                continue
            name = key.removeprefix("filter[").removesuffix("]")
            if name == "store_id":
                found = found if value == str(STORE_ID) else []
            elif name in names:
                found = [one for one in found if str(one[names[name]]) == value]
            else:
                raise Refused(error(400, "Invalid Query Parameter", f"Filter parameter {name} is not allowed."))
        return found

    def _page(self, request: httpx2.Request, kind: str, found: list[dict[str, Any]]) -> httpx2.Response:
        number, size = request.url.params.get("page[number]", "1"), request.url.params.get("page[size]", "10")
        if not (number.isdecimal() and size.isdecimal() and len(number + size) < 12 and 1 <= int(size) <= MOST_PAGE and int(number) >= 1):
            raise Refused(error(400, "Invalid Query Parameter", f"The page size must be between 1 and {MOST_PAGE}."))
        return documents.page(kind, found, int(number), int(size))


def _invalid(detail: str, pointer: str, status: int = 422) -> Refused:
    return Refused(error(status, UNPROCESSABLE if status == 422 else "Not Found", detail, pointer))


def _instant(value: Any) -> float | None:
    """An ISO time as seconds; None where it is none. One without a zone is taken for UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() if found.year < 9000 else None
