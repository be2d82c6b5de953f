"""What the simulated store's API answers with, as JSON:API: resources, lists by pages, errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from socialclaw.merchants.lemonsqueezy.sandbox.catalogue import PRODUCT, PRODUCT_ID, VARIANTS
from socialclaw.merchants.lemonsqueezy.sandbox.credentials import STORE_ID
from socialclaw.merchants.lemonsqueezy.sandbox.life import Sub, text

API, SHOP, APP = "api.lemonsqueezy.com", "sandbox-store.lemonsqueezy.com", "app.lemonsqueezy.com"
BASE = f"https://{API}/v1"
MEDIA = "application/vnd.api+json"
VERSION = {"jsonapi": {"version": "1.0"}}
STATUSES = {
    "on_trial": "On Trial",
    "active": "Active",
    "paused": "Paused",
    "past_due": "Past Due",
    "unpaid": "Unpaid",
    "cancelled": "Cancelled",
    "expired": "Expired",
}
RELATED = {
    "checkouts": ("store", "variant"),
    "customers": ("store", "orders", "subscriptions", "license-keys"),
    "orders": ("store", "customer", "order-items", "subscriptions", "license-keys", "discount-redemptions"),
    "subscriptions": (
        "store",
        "customer",
        "order",
        "order-item",
        "product",
        "variant",
        "subscription-items",
        "subscription-invoices",
    ),
    "subscription-invoices": ("store", "subscription", "customer"),
    "variants": ("product", "files", "price-model"),
    "stores": ("products", "orders", "subscriptions", "discounts", "license-keys", "webhooks"),
}


def resource(kind: str, of: str | int, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Ids are text, here and in relationships, and numbers among the attributes."""
    own = f"{BASE}/{kind}/{of}"
    related = {name: {"links": {"related": f"{own}/{name}", "self": f"{own}/relationships/{name}"}} for name in RELATED[kind]}
    return {"type": kind, "id": str(of), "attributes": attributes, "relationships": related, "links": {"self": own}}


def answer(document: Mapping[str, Any], status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, headers={"content-type": MEDIA}, content=json.dumps({**VERSION, **document}).encode())


def one(found: Mapping[str, Any], status: int = 200) -> httpx2.Response:
    return answer({"links": found["links"], "data": found}, status)


def page(kind: str, found: Sequence[Mapping[str, Any]], number: int, size: int) -> httpx2.Response:
    """Of these resources, those of one page."""
    begin, last = (number - 1) * size, max(1, -(-len(found) // size))
    shown = found[begin : begin + size]
    counts = {
        "currentPage": number,
        "from": begin + 1 if shown else None,
        "lastPage": last,
        "perPage": size,
        "to": begin + len(shown) if shown else None,
        "total": len(found),
    }

    def link(to: int) -> str:
        return f"{BASE}/{kind}?page%5Bnumber%5D={to}&page%5Bsize%5D={size}&sort=-createdAt"

    links = {"first": link(1), "last": link(last), **({"next": link(number + 1)} if number < last else {})}
    return answer({"meta": {"page": counts}, "links": links, "data": shown})


def error(status: int, title: str, detail: str, pointer: str = "") -> httpx2.Response:
    return errors(status, title, [(detail, pointer)])


def errors(status: int, title: str, wrong: Sequence[tuple[str, str]]) -> httpx2.Response:
    found = [
        {"detail": detail, **({"source": {"pointer": pointer}} if pointer else {}), "status": str(status), "title": title}
        for detail, pointer in wrong
    ]
    return answer({"errors": found}, status)


def money(cents: int) -> dict[str, Any]:
    shown = f"${cents / 100:,.2f}"
    amounts = {"subtotal": cents, "discount_total": 0, "tax": 0, "total": cents}
    usd = {f"{name}_usd": value for name, value in amounts.items()}
    words = {"subtotal_formatted": shown, "discount_total_formatted": "$0.00", "tax_formatted": "$0.00", "total_formatted": shown}
    return {"currency": "USD", "currency_rate": "1.00000000", **amounts, **usd, **words}


def checkout(of: str, kept: Mapping[str, Any], url: str) -> dict[str, Any]:
    attributes = {
        "store_id": STORE_ID,
        "variant_id": kept["variant_id"],
        "custom_price": kept["custom_price"],
        "product_options": kept["product_options"],
        "checkout_options": kept["checkout_options"],
        "checkout_data": kept["checkout_data"],
        "expires_at": text(kept["expires_at"]),
        "created_at": text(kept["created_at"]),
        "updated_at": text(kept["created_at"]),
        "test_mode": True,
        "url": url,
    }
    return resource("checkouts", of, attributes)


def customer(kept: Mapping[str, Any], portal: str | None) -> dict[str, Any]:
    attributes = {
        "store_id": STORE_ID,
        "name": kept["name"],
        "email": kept["email"],
        "status": "subscribed",
        "city": None,
        "region": None,
        "country": "US",
        "status_formatted": "Subscribed",
        "urls": {"customer_portal": portal},
        "created_at": text(kept["created_at"]),
        "updated_at": text(kept["created_at"]),
        "test_mode": True,
    }
    return resource("customers", kept["id"], attributes)


def order(kept: Mapping[str, Any], receipt: str) -> dict[str, Any]:
    """What the buyer typed besides, custom data, is in no answer of the API."""
    at, variant = text(kept["created_at"]), VARIANTS[kept["variant_id"]]
    item = {
        "id": kept["item_id"],
        "order_id": kept["id"],
        "product_id": PRODUCT_ID,
        "variant_id": variant.id,
        "product_name": PRODUCT,
        "variant_name": variant.name,
        "price": kept["total"],
        "created_at": at,
        "updated_at": at,
        "deleted_at": None,
        "test_mode": True,
    }
    attributes = {
        "store_id": STORE_ID,
        "customer_id": kept["customer_id"],
        "identifier": kept["identifier"],
        "order_number": kept["id"],
        "user_name": kept["name"],
        "user_email": kept["email"],
        **money(kept["total"]),
        "tax_name": None,
        "tax_rate": "0.00",
        "status": kept["status"],
        "status_formatted": kept["status"].capitalize(),
        "refunded": kept["status"] == "refunded",
        "refunded_at": text(kept["refunded_at"]),
        "first_order_item": item,
        "urls": {"receipt": receipt},
        "created_at": at,
        "updated_at": at,
        "test_mode": True,
    }
    return resource("orders", kept["id"], attributes)


def subscription(sub: Sub, urls: Mapping[str, str]) -> dict[str, Any]:
    variant, pause = VARIANTS[sub["variant_id"]], sub["pause"]
    made, changed = text(sub["created_at"]), text(sub["updated_at"])
    item = {
        "id": sub["item_id"],
        "subscription_id": sub["id"],
        "price_id": variant.id,
        "quantity": 1,
        "is_usage_based": False,
        "created_at": made,
        "updated_at": changed,
    }
    attributes = {
        "store_id": STORE_ID,
        "customer_id": sub["customer_id"],
        "order_id": sub["order_id"],
        "order_item_id": sub["order_item_id"],
        "product_id": PRODUCT_ID,
        "variant_id": variant.id,
        "product_name": PRODUCT,
        "variant_name": variant.name,
        "user_name": sub["name"],
        "user_email": sub["email"],
        "status": sub["status"],
        "status_formatted": STATUSES[sub["status"]],
        "card_brand": sub["card_brand"],
        "card_last_four": sub["card_last_four"],
        "payment_processor": "stripe",
        "pause": {"mode": pause["mode"], "resumes_at": text(pause["resumes_at"])} if pause else None,
        "cancelled": sub["cancelled"],
        "trial_ends_at": text(sub["trial_ends_at"]),
        "billing_anchor": sub["billing_anchor"],
        "first_subscription_item": None if sub["status"] == "on_trial" else item,
        "urls": urls,
        "renews_at": text(sub["renews_at"]),
        "ends_at": text(sub["ends_at"]),
        "created_at": made,
        "updated_at": changed,
        "test_mode": True,
    }
    return resource("subscriptions", sub["id"], attributes)


def invoice(kept: Mapping[str, Any]) -> dict[str, Any]:
    at = text(kept["created_at"])
    attributes = {
        "store_id": STORE_ID,
        "subscription_id": kept["subscription_id"],
        "customer_id": kept["customer_id"],
        "user_name": kept["name"],
        "user_email": kept["email"],
        "billing_reason": kept["reason"],
        "card_brand": kept["card_brand"],
        "card_last_four": kept["card_last_four"],
        **money(kept["total"]),
        "status": kept["status"],
        "status_formatted": kept["status"].capitalize(),
        "refunded": False,
        "refunded_at": None,
        "urls": {"invoice_url": f"https://{APP}/my-orders/{kept['identifier']}/subscription-invoice/{kept['id']}"},
        "created_at": at,
        "updated_at": at,
        "test_mode": True,
    }
    return resource("subscription-invoices", kept["id"], attributes)


def variant(of: int) -> dict[str, Any]:
    found = VARIANTS[of]
    attributes = {
        "product_id": PRODUCT_ID,
        "name": found.name,
        "slug": f"00000000-0000-4000-8000-{found.id:012d}",
        "description": "",
        "price": found.price,
        "is_subscription": True,
        "interval": found.interval,
        "interval_count": 1,
        "has_free_trial": False,
        "trial_interval": "day",
        "trial_interval_count": 7,
        "pay_what_you_want": False,
        "min_price": 0,
        "suggested_price": 0,
        "has_license_keys": False,
        "license_activation_limit": 5,
        "is_license_limit_unlimited": False,
        "license_length_value": 1,
        "license_length_unit": "years",
        "is_license_length_unlimited": False,
        "sort": found.id - 100,
        "status": "published",
        "status_formatted": "Published",
        "created_at": "2026-01-01T00:00:00.000000Z",
        "updated_at": "2026-01-01T00:00:00.000000Z",
        "test_mode": True,
    }
    return resource("variants", found.id, attributes)


def shop() -> dict[str, Any]:
    attributes = {"name": "Sandbox store", "slug": "sandbox-store", "domain": SHOP, "url": f"https://{SHOP}", "currency": "USD"}
    return resource("stores", STORE_ID, attributes)
