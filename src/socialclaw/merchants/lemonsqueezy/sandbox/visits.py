"""Who visits the simulated store in a browser: buys at the checkout, looks at a receipt, changes a subscription in the portal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx2

from socialclaw.merchants.lemonsqueezy.sandbox import life, pages
from socialclaw.merchants.lemonsqueezy.sandbox.catalogue import VARIANTS
from socialclaw.merchants.lemonsqueezy.sandbox.documents import APP, SHOP
from socialclaw.merchants.lemonsqueezy.sandbox.life import Sub
from socialclaw.merchants.lemonsqueezy.sandbox.shop import CARDS, Shop
from socialclaw.simulation.grants import form_of
from socialclaw.simulation.simulator import FOR_PEOPLE, route

MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


class Visits(Shop):
    # Checkout.

    @route("GET", r"/checkout/custom/([0-9a-f-]{36})", host=SHOP)
    def show_checkout(self, request: httpx2.Request, of: str) -> httpx2.Response:
        kept = self._checkout(request, of)
        if isinstance(kept, httpx2.Response):
            return kept
        asked = kept["checkout_data"]
        return pages.checkout(offered(kept), kept["variant_id"], asked.get("email") or "", asked.get("name") or "")

    @route("POST", r"/checkout/custom/([0-9a-f-]{36})", host=SHOP)
    def pay(self, request: httpx2.Request, of: str) -> httpx2.Response:
        kept, form = self._checkout(request, of), form_of(request)
        if isinstance(kept, httpx2.Response):
            return kept
        if form is None:
            return pages.refusal("The form must be sent as a form", 400)
        email, name, card = form.get("email", "").strip(), form.get("name", "").strip()[:100], form.get("card", "")
        chosen = int(form["variant"]) if form.get("variant", "").isdecimal() and len(form["variant"]) < 10 else 0
        wrong = {
            "The email must be a valid email address.": not MAIL.fullmatch(email),
            "The selected variant is invalid.": chosen not in offered(kept),
            "The card is invalid.": card not in CARDS,
            pages.DECLINED: card == "declined",
        }
        if problem := next((words for words, is_wrong in wrong.items() if is_wrong), ""):
            return pages.checkout(offered(kept), kept["variant_id"], email[:254], name, problem)
        order = self.buy(kept, chosen, card, email, name, trial=form.get("trial") == "trial")
        self.shelf.put("receipts", order["identifier"], {"order": order["id"], "options": kept["product_options"]})
        return self._thanked(request, order, kept["product_options"])

    def _checkout(self, request: httpx2.Request, of: str) -> dict[str, Any] | httpx2.Response:
        """The checkout behind a link, or why it cannot be used."""
        kept, asked = self.shelf.get("checkouts", of), dict(request.url.params)
        if kept is None or not self.is_signed(request.url.path, asked):
            return pages.refusal("There is no such checkout")
        if self.has_ended(asked):
            return pages.refusal("This checkout has expired", 410)
        return dict(kept)

    def _thanked(self, request: httpx2.Request, order: Mapping[str, Any], options: Mapping[str, Any]) -> httpx2.Response:
        """Straight back, or by the button: what is replaced in links is documented for the receipt's button alone."""
        button = options.get("confirmation_button_text") or "Continue"
        return pages.thanks(button, options.get("redirect_url") or "", _beside(request, self.receipt(order)))

    @route("GET", r"/my-orders/([0-9a-f-]{36})", host=APP)
    def show_receipt(self, request: httpx2.Request, identifier: str) -> httpx2.Response:
        kept = self.shelf.get("receipts", identifier)
        if kept is None or not self.is_signed(request.url.path, dict(request.url.params)):
            return pages.refusal("There is no such order")
        order, options = self.shelf.get("orders", str(kept["order"])), kept["options"]
        link = options.get("receipt_link_url") or ""
        for name, value in (("order_id", str(order["id"])), ("order_identifier", order["identifier"])):
            link = link.replace(f"[{name}]", value)
        return pages.receipt(order, options.get("receipt_button_text") or "View order", link)

    # The portal.

    @route("GET", r"/billing", host=SHOP)
    def show_portal(self, request: httpx2.Request) -> httpx2.Response:
        return self._refused(request) or pages.portal(self._of_customer(request))

    @route("POST", r"/billing", host=SHOP)
    def use_portal(self, request: httpx2.Request) -> httpx2.Response:
        return self._refused(request) or self._used(request, self._of_customer(request))

    @route("GET", r"/billing/(\d{1,12})/update", host=SHOP)
    def show_update(self, request: httpx2.Request, of: str) -> httpx2.Response:
        return self._refused(request) or pages.portal(self._one(of))

    @route("POST", r"/billing/(\d{1,12})/update", host=SHOP)
    def update(self, request: httpx2.Request, of: str) -> httpx2.Response:
        return self._refused(request) or self._used(request, self._one(of))

    @route("GET", r"/subscription/(\d{1,12})/payment-details", host=SHOP)
    def show_card(self, request: httpx2.Request, of: str) -> httpx2.Response:
        return self._refused(request) or pages.portal(self._one(of))

    @route("POST", r"/subscription/(\d{1,12})/payment-details", host=SHOP)
    def update_card(self, request: httpx2.Request, of: str) -> httpx2.Response:
        return self._refused(request) or self._used(request, self._one(of))

    def _refused(self, request: httpx2.Request) -> httpx2.Response | None:
        asked = dict(request.url.params)
        if "expires" not in asked or not self.is_signed(request.url.path, asked):
            return pages.refusal("The signature of this link is not valid")
        return pages.refusal("This link has expired: ask for a new one") if self.has_ended(asked) else None

    def _of_customer(self, request: httpx2.Request) -> list[Sub]:
        customer = request.url.params.get("customer", "")
        return [sub for sub in self._newest_first() if str(sub["customer_id"]) == customer]

    def _one(self, of: str) -> list[Sub]:
        return [sub for sub in self._newest_first() if str(sub["id"]) == of]

    def _newest_first(self) -> list[Sub]:
        return sorted(self.shelf.all("subscriptions").values(), key=lambda sub: int(sub["id"]), reverse=True)

    def _used(self, request: httpx2.Request, mine: list[Sub]) -> httpx2.Response:
        """A button of the portal. Afterwards the page is asked for anew, so that loading it again does nothing twice."""
        form = form_of(request) or {}
        sub = next((sub for sub in mine if str(sub["id"]) == form.get("subscription")), None)
        if sub is None or not self._done(sub, form):
            return pages.portal(mine, "This is not possible now.")
        return httpx2.Response(303, headers={"location": str(request.url), "cache-control": "no-store"}, extensions={FOR_PEOPLE: True})

    def _done(self, sub: Sub, form: Mapping[str, str]) -> bool:
        """Whether this could be done with a subscription, and was."""
        now, status, chosen = self.clock(), sub["status"], form.get("variant", "")
        match form.get("action"):
            case "swap" if status in ("active", "on_trial", "past_due", "unpaid") and chosen in {str(one) for one in VARIANTS}:
                self.change(sub, lambda sub: life.swap(sub, int(chosen), VARIANTS[int(chosen)].interval, now))
            case "pause" if status == "active" and form.get("mode") in ("void", "free"):
                self.change(sub, lambda sub: life.pause(sub, form["mode"], None))
            case "unpause" if status == "paused":
                self.change(sub, life.unpause)
            case "cancel" if status not in ("cancelled", "expired"):
                self.change(sub, lambda sub: life.cancel(sub, now))
            case "resume" if status == "cancelled" and sub["ends_at"] > now:
                self.change(sub, lambda sub: life.resume(sub, now))
            case "card" if status != "expired" and form.get("card") in ("pays", "fails"):
                brand, last_four, _ = CARDS[form["card"]]
                self.change(sub, lambda sub: life.change_card(sub, form["card"], brand, last_four, now))
            case _:
                return False
        return True


def _beside(request: httpx2.Request, url: str) -> str:
    """A link from this page to another simulated host: wherever a browser has found this one, it finds that one beside it."""
    return "../" * request.url.path.count("/") + url.removeprefix("https://")


def offered(kept: Mapping[str, Any]) -> list[int]:
    """The variants that a checkout offers: those that it names, or all of the product."""
    return list(kept["product_options"].get("enabled_variants") or VARIANTS)
