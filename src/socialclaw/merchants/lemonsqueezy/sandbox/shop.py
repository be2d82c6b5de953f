"""What the simulated store keeps and what happens in it: purchases, changes, and what time brings. `life.py` says how.

Its time is that of the workspace that calls. A browser says nothing of that, so pages go by the time at which our own code called last.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from socialclaw.merchants.lemonsqueezy.sandbox import documents, life
from socialclaw.merchants.lemonsqueezy.sandbox.catalogue import VARIANTS
from socialclaw.merchants.lemonsqueezy.sandbox.credentials import LINKS
from socialclaw.merchants.lemonsqueezy.sandbox.deliveries import Deliveries
from socialclaw.merchants.lemonsqueezy.sandbox.documents import APP, SHOP
from socialclaw.merchants.lemonsqueezy.sandbox.life import DAY, Sub
from socialclaw.simulation.worlds import Caller, caller, within

LINK_SECONDS = 24 * 3600
CARDS = {
    "pays": ("visa", "4242", "pays"),
    "fails": ("visa", "0341", "pays now, and fails when it renews"),
    "declined": ("visa", "0002", "is declined"),
}


class Shop(Deliveries):
    # Time.

    def clock(self) -> float:
        """The workspace's time, in whole seconds: the store knows no others."""
        at = caller().at
        if at is None and caller().workspace:
            at = self.shelf.get("clock", "at")
        return float(int(self._time() if at is None else at))

    def note_time(self) -> None:
        """Remember where the time of the workspace stands whose code calls, for its people's browsers."""
        if caller().workspace and self.shelf.get("clock", "at") != caller().at:
            self.shelf.put("clock", "at", caller().at)

    def catch_up(self) -> None:
        """Let happen what has become due since somebody last looked, each thing at its own time."""
        now = self.clock()
        due = [sub for sub in self.shelf.all("subscriptions").values() if (at := life.next_instant(sub)) is not None and at <= now]
        for sub in due:
            while (at := life.next_instant(sub)) is not None and at <= now:
                self.change(sub, lambda sub, at=at: life.step(sub, at), at)  # type: ignore[misc]

    # What happens.

    def buy(self, kept: Mapping[str, Any], variant_id: int, card: str, email: str, name: str, *, trial: bool) -> dict[str, Any]:
        """A purchase out of a checkout; the order."""
        now, variant = self.clock(), VARIANTS[variant_id]
        customer, order_id, sub_id = self._customer(email, name), self.shelf.count("orders"), self.shelf.count("subscriptions")
        total = 0 if trial else variant.price
        order = {
            "id": order_id,
            "item_id": order_id,
            "customer_id": customer["id"],
            "identifier": str(uuid.uuid4()),
            "variant_id": variant_id,
            "email": email,
            "name": name,
            "total": total,
            "status": "paid",
            "created_at": now,
            "refunded_at": None,
        }
        self.shelf.put("orders", str(order_id), order)
        brand, last_four, _ = CARDS[card]
        ends = now + life.TRIAL_DAYS * DAY if trial else None
        sub: Sub = {
            "id": sub_id,
            "item_id": sub_id,
            "order_id": order_id,
            "order_item_id": order_id,
            "customer_id": customer["id"],
            "variant_id": variant_id,
            "interval": variant.interval,
            "email": email,
            "name": name,
            "status": "on_trial" if trial else "active",
            "card": card,
            "card_brand": brand,
            "card_last_four": last_four,
            "pause": None,
            "cancelled": False,
            "trial_ends_at": ends,
            "billing_anchor": datetime.fromtimestamp(ends or now, UTC).day,
            "ends_at": None,
            "failed_at": None,
            "tries": 0,
            "created_at": now,
            "updated_at": now,
            "custom": kept["checkout_data"].get("custom"),
        }
        sub["renews_at"] = ends if ends is not None else life.period_after(sub, now)
        self.shelf.put("subscriptions", str(sub_id), sub)
        events = [("order_created", self.order_document(order)), ("subscription_created", self.subscription_document(sub))]
        if not trial:
            events.append(("subscription_payment_success", self._invoice(sub, "initial", "paid", now)))
        self.tell(events, sub["custom"])
        return order

    def change(self, sub: Sub, do: Callable[[Sub], Sequence[str]], at: float | None = None) -> Sub:
        """Something changes a subscription: kept, and told."""
        at = self.clock() if at is None else at
        names = do(sub)
        shares, _ = self.meets(names[-1], "same_second")
        sub["updated_at"] = sub["updated_at"] if shares else max(at, sub["updated_at"])
        self.shelf.put("subscriptions", str(sub["id"]), sub)
        self.tell([(name, self._about(sub, name, at)) for name in names], sub["custom"])
        return sub

    def _about(self, sub: Sub, event: str, at: float) -> dict[str, Any]:
        if not event.startswith("subscription_payment_"):
            return self.subscription_document(sub)
        status = "pending" if event.endswith("failed") else "paid"
        return self._invoice(sub, "renewal", status, at)

    def _customer(self, email: str, name: str) -> dict[str, Any]:
        for customer in self.shelf.all("customers").values():
            if customer["email"] == email:
                return dict(customer)
        customer = {"id": self.shelf.count("customers"), "email": email, "name": name, "created_at": self.clock()}
        self.shelf.put("customers", str(customer["id"]), customer)
        return customer

    def _invoice(self, sub: Sub, reason: str, status: str, at: float) -> dict[str, Any]:
        kept = {
            "id": self.shelf.count("invoices"),
            "identifier": str(uuid.uuid4()),
            "subscription_id": sub["id"],
            "customer_id": sub["customer_id"],
            "name": sub["name"],
            "email": sub["email"],
            "reason": reason,
            "status": status,
            "total": VARIANTS[sub["variant_id"]].price,
            "card_brand": sub["card_brand"],
            "card_last_four": sub["card_last_four"],
            "created_at": at,
        }
        self.shelf.put("invoices", str(kept["id"]), kept)
        return documents.invoice(kept)

    # What is shown of it.

    def subscription_document(self, sub: Sub) -> dict[str, Any]:
        """Its links are good for a day, and made anew each time."""
        urls = {
            "update_payment_method": self.link(SHOP, f"/subscription/{sub['id']}/payment-details"),
            "customer_portal": self.portal(sub["customer_id"]),
            "customer_portal_update_subscription": self.link(SHOP, f"/billing/{sub['id']}/update"),
        }
        return documents.subscription(sub, urls)

    def order_document(self, order: Mapping[str, Any]) -> dict[str, Any]:
        return documents.order(order, self.receipt(order))

    def receipt(self, order: Mapping[str, Any]) -> str:
        return self.link(APP, f"/my-orders/{order['identifier']}", ends=False)

    def portal(self, customer_id: int) -> str:
        return self.link(SHOP, "/billing", customer=str(customer_id))

    def link(self, host: str, path: str, *, ends: bool = True, until: float | None = None, **more: str) -> str:
        """A signed link. `ends`: it does so, after a day or `until` then."""
        asked = dict(more)
        if ends:
            asked["expires"] = str(int(until if until is not None else self.clock() + LINK_SECONDS))
        return f"https://{host}{path}?{urlencode({**asked, 'signature': self._signature(path, asked)})}"

    def is_signed(self, path: str, asked: Mapping[str, str]) -> bool:
        rest = {name: value for name, value in asked.items() if name != "signature"}
        return hmac.compare_digest(asked.get("signature", "").encode(), self._signature(path, rest).encode())

    def has_ended(self, asked: Mapping[str, str]) -> bool:
        expires = asked.get("expires", "")
        return expires.isdigit() and int(expires) <= self.clock()

    def _signature(self, path: str, asked: Mapping[str, str]) -> str:
        said = f"{path}?{urlencode(sorted(asked.items()))}"
        return hmac.digest(self.server.secret(LINKS).encode(), said.encode(), "sha256").hex()

    # For people who test.

    def forget_purchases(self, workspace_id: str) -> None:
        """A workspace has never bought anything."""
        with self.store.transaction(), within(Caller(workspace_id)):
            for kind in ("checkouts", "customers", "orders", "subscriptions", "invoices", "deliveries", "lost"):
                for key in self.shelf.all(kind):
                    self.shelf.drop(kind, key)
